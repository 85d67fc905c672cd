# Links with mold, else lld, where the compiler can use them: seconds off every build.
# A project that adds lepton as a sub-folder keeps its own choice.

if(PROJECT_IS_TOP_LEVEL)
  include(CheckLinkerFlag)
  foreach(linker mold lld)
    check_linker_flag(CXX -fuse-ld=${linker} LEPTON_HAS_${linker})
    if(LEPTON_HAS_${linker})
      add_link_options($<$<LINK_LANGUAGE:CXX>:-fuse-ld=${linker}>)
      break()
    endif()
  endforeach()
endif()
