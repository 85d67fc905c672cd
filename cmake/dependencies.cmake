# Finds the parts that lepton stands on. Public headers show none of them, so all are linked PRIVATE.
# scripts/setup installs their packages on Debian and Ubuntu.

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(Eigen3 CONFIG QUIET)

if(LEPTON_ONEDNN_ROOT)
  find_package(dnnl CONFIG REQUIRED PATHS "${LEPTON_ONEDNN_ROOT}" NO_DEFAULT_PATH)
else()
  find_package(dnnl CONFIG REQUIRED)
endif()
message(STATUS "oneDNN ${dnnl_VERSION} from ${dnnl_DIR}")

if(LEPTON_BUILD_EXAMPLES OR LEPTON_BUILD_TOOLS)
  find_package(CLI11 CONFIG REQUIRED)
endif()
if(LEPTON_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
if(LEPTON_BUILD_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()
