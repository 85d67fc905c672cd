# What can be chosen when lepton is built, and the language settings that follow for every target.
# Included after project(); consumers that add lepton as a sub-folder keep their own settings.

option(LEPTON_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(LEPTON_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(LEPTON_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(LEPTON_BUILD_TOOLS "Build the command-line tools" ${PROJECT_IS_TOP_LEVEL})
option(LEPTON_WERROR "Make warnings errors" OFF)
option(LEPTON_CCACHE "Compile through ccache where it is installed" OFF)
option(LEPTON_FUZZ "Build the fuzzers; needs clang" OFF)
set(LEPTON_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")
option(LEPTON_SANITIZE_KERNELS "Sanitize the vector kernels as well: an hour of compiling" OFF)
set(LEPTON_ONEDNN_ROOT "" CACHE PATH "Prefix of a oneDNN other than the system's")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Only what is marked LEPTON_API leaves the library.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_CUDA_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# Range checks of the standard library's containers; they do not change its binary interface.
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(LEPTON_CCACHE)
  find_program(LEPTON_CCACHE_PROGRAM ccache)
  mark_as_advanced(LEPTON_CCACHE_PROGRAM)
  if(LEPTON_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${LEPTON_CCACHE_PROGRAM})
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${LEPTON_CCACHE_PROGRAM})
  endif()
endif()
