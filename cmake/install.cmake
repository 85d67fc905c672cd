# cmake --install: library, headers, find_package(lepton) and pkg-config, all by paths relative to each other, so that
# the prefix may be moved; and Debian packages.

option(LEPTON_INSTALL "Add lepton to what cmake --install installs" ${PROJECT_IS_TOP_LEVEL})
if(NOT LEPTON_INSTALL)
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lepton)
set_target_properties(lepton PROPERTIES INSTALL_RPATH "$ORIGIN")

install(TARGETS lepton EXPORT leptonTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET lepton_cuda)
  install(TARGETS lepton_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cuda)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lepton DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT leptonTargets NAMESPACE lepton:: DESTINATION ${package_dir} COMPONENT dev)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/leptonConfig.cmake.in
  ${PROJECT_BINARY_DIR}/leptonConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/leptonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/leptonConfig.cmake ${PROJECT_BINARY_DIR}/leptonConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT dev)

file(RELATIVE_PATH prefix_from_pkgconfig /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig ${prefix_from_pkgconfig})
configure_file(${PROJECT_SOURCE_DIR}/cmake/lepton.pc.in ${PROJECT_BINARY_DIR}/lepton.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lepton.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

include(${PROJECT_SOURCE_DIR}/cmake/debian.cmake)
