# lepton_warnings(target): the warnings that every file of lepton is held to; errors with LEPTON_WERROR=ON.
# Only with the compilers that CI uses, GCC 12 and Clang 14, are they errors: what a newer one has learnt to
# warn of must not stop somebody's build.

function(lepton_warnings target)
  set(common -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)

  set(gcc -Wduplicated-cond -Wlogical-op -Wno-psabi)  # psabi: vectors are only passed inside one file
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND gcc -Wno-restrict)                    # false alarms on "text" + std::string, GCC bug 105651
  endif()
  if(LEPTON_SANITIZE)
    # The sanitizers' own branches confuse these, which look at data flow.
    list(APPEND gcc -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-nonnull)
  endif()

  set(werror)
  if(LEPTON_WERROR)
    set(werror $<$<VERSION_LESS:$<CXX_COMPILER_VERSION>,$<IF:$<CXX_COMPILER_ID:Clang>,15,13>>:-Werror>)
  endif()
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:${common};${gcc};${werror}>"
    "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:${common};${werror}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>")
endfunction()
