# Builds everything with the sanitizers of LEPTON_SANITIZE, and lepton_add_fuzzer for the parsers' fuzzers.

if(LEPTON_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${LEPTON_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=${LEPTON_SANITIZE})
endif()

if(LEPTON_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "LEPTON_FUZZ needs clang's libFuzzer: use the preset fuzz")
  endif()
  # Coverage feedback must be compiled into the library that is fuzzed, not only into the fuzzer.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# lepton_add_fuzzer(name source [SEEDS folder] [DICT file] [LIBRARIES targets...] [SECONDS n])
#
# Without LEPTON_FUZZ it adds nothing. With it, builds `source`, which defines LLVMFuzzerTestOneInput, as
# fuzz_<name>, and adds the test fuzz.<name> (label fuzz) that runs it for SECONDS (default 20) from SEEDS.
# New inputs go to the build folder: the seeds stay as they are. The seed of chance is fixed, so that a test finds tomorrow
# what it found today; longer runs with others are for people.
function(lepton_add_fuzzer name source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "SEEDS;DICT;SECONDS" "LIBRARIES")
  if(NOT LEPTON_FUZZ)
    return()
  endif()
  if(NOT arg_SECONDS)
    set(arg_SECONDS 20)
  endif()
  set(target fuzz_${name})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE lepton::lepton ${arg_LIBRARIES})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  lepton_warnings(${target})

  set(corpus ${CMAKE_CURRENT_BINARY_DIR}/corpus_${name})
  file(MAKE_DIRECTORY ${corpus})
  set(inputs ${corpus})
  if(arg_SEEDS)
    get_filename_component(seeds ${arg_SEEDS} ABSOLUTE)
    list(APPEND inputs ${seeds})
  endif()
  if(arg_DICT)
    get_filename_component(dict ${arg_DICT} ABSOLUTE)
    set(dict -dict=${dict})
  endif()
  add_test(NAME fuzz.${name}
    COMMAND ${target} -seed=1 -max_total_time=${arg_SECONDS} -timeout=10 -rss_limit_mb=2048 -verbosity=0
            -artifact_prefix=${corpus}_ ${dict} ${inputs})
  math(EXPR limit "${arg_SECONDS} + 60")
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT ${limit})
endfunction()
