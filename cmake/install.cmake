# cmake --install: library, headers, find_package(lepton) and pkg-config, all by paths relative to each other, so that
# the prefix may be moved; and the Debian package, `cpack -G DEB` in the build folder.

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

# Two packages: what a program needs to run, and what one needs to build it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "lepton maintainers <maintainers@users.noreply.lepton>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME liblepton0)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS "libsqlite3-0, libpq5")  # loaded when a database is read
set(CPACK_DEBIAN_DEV_PACKAGE_NAME liblepton-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "liblepton0 (= ${PROJECT_VERSION})")
include(CPack)
