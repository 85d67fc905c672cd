# The CUDA backend: loader in liblepton.so, and the plugin liblepton_cuda.so beside it where nvcc is there.
# To be included after the target `lepton` exists (enable_language does not work in a function).

set(LEPTON_CUDA OFF CACHE STRING "Build the CUDA backend: ON, OFF, or AUTO (where nvcc is found)")
set_property(CACHE LEPTON_CUDA PROPERTY STRINGS OFF AUTO ON)

target_sources(lepton PRIVATE ${PROJECT_SOURCE_DIR}/src/cuda/loader.cpp)
target_link_libraries(lepton PRIVATE ${CMAKE_DL_LIBS})

# Kernels, which the emulator of tests/emu compiles as well.
set(LEPTON_CUDA_KERNELS unary binary copy reduce matmul)
list(TRANSFORM LEPTON_CUDA_KERNELS REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/kernels/cuda/\\1.cu")

if(NOT LEPTON_CUDA)
  return()
endif()

# Must be set before enable_language, which otherwise picks one. H100 and H200 are 90.
set(CMAKE_CUDA_ARCHITECTURES 90 CACHE STRING "GPU architectures that the plugin is compiled for")
include(CheckLanguage)
if(NOT CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
  set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
endif()
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  if(LEPTON_CUDA STREQUAL "AUTO")
    message(STATUS "CUDA backend: not built, no nvcc")
    return()
  endif()
  message(FATAL_ERROR "LEPTON_CUDA is ON, but there is no nvcc; put it on the PATH or set LEPTON_CUDA=OFF")
endif()
enable_language(CUDA)
# CMake 3.25.1 does not know how to ask nvcc for C++20.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
endif()
find_package(CUDAToolkit REQUIRED)

add_library(lepton_cuda SHARED
  ${LEPTON_CUDA_KERNELS}
  ${PROJECT_SOURCE_DIR}/src/cuda/plugin.cpp
  ${PROJECT_SOURCE_DIR}/src/cuda/allocator.cpp)
set_target_properties(lepton_cuda PROPERTIES
  CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_RUNTIME_LIBRARY Static
  BUILD_RPATH "$ORIGIN" INSTALL_RPATH "$ORIGIN"
  LIBRARY_OUTPUT_DIRECTORY $<TARGET_FILE_DIR:lepton>)
target_include_directories(lepton_cuda PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(lepton_cuda PRIVATE lepton CUDA::cudart_static)
target_link_options(lepton_cuda PRIVATE -Wl,--no-undefined)
