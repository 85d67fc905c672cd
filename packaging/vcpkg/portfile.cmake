# A vcpkg port from this tree: vcpkg install lepton --overlay-ports=packaging/vcpkg. A registry's copy would fetch a
# release with vcpkg_from_github instead of the first line.

set(SOURCE_PATH ${CMAKE_CURRENT_LIST_DIR}/../..)
vcpkg_cmake_configure(SOURCE_PATH ${SOURCE_PATH}
  OPTIONS -DLEPTON_BUILD_TESTS=OFF -DLEPTON_BUILD_EXAMPLES=OFF -DLEPTON_BUILD_TOOLS=OFF -DLEPTON_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME lepton CONFIG_PATH lib/cmake/lepton)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/debug/include)
vcpkg_install_copyright(FILE_LIST ${SOURCE_PATH}/LICENSE)
