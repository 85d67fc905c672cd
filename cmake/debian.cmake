# Debian packages by `cpack -G DEB` in the build folder: what a program needs to run, and what one needs to build it.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "lepton maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(about "Tensors, gradients, modules, optimizers, data and a trainer, for C++20."
  "A training step is captured once and replayed.")
list(JOIN about "\n" about)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME liblepton0)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "${about}\nThis package holds the shared library.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS "libsqlite3-0, libpq5")  # loaded when a database is read
set(CPACK_DEBIAN_DEV_PACKAGE_NAME liblepton-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "${about}\nThis package holds the headers, and files for CMake and pkg-config.")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "liblepton0 (= ${PROJECT_VERSION})")

# The loader's cache is made anew once for all packages of an installation.
set(debian ${PROJECT_BINARY_DIR}/debian)
file(WRITE ${debian}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${debian}/triggers)

# What Debian wants to find in /usr/share/doc of each package. Its own changelog tells of packaging alone.
file(WRITE ${debian}/changelog "lepton (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
  "  * Version ${PROJECT_VERSION}; CHANGELOG.md of the sources tells what is new.\n\n"
  " -- ${CPACK_PACKAGE_CONTACT}  Wed, 25 Nov 2026 00:00:00 +0000\n")
find_program(LEPTON_GZIP gzip)
mark_as_advanced(LEPTON_GZIP)
if(LEPTON_GZIP)
  execute_process(COMMAND ${LEPTON_GZIP} -9nf ${debian}/changelog)
endif()
file(WRITE ${debian}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
  "Files: *\nCopyright: 2026 the authors of lepton\nLicense: Apache-2.0\n"
  " On Debian systems the license is in /usr/share/common-licenses/Apache-2.0.\n")
foreach(component runtime dev)
  string(TOUPPER ${component} upper)
  install(FILES ${debian}/copyright $<$<BOOL:${LEPTON_GZIP}>:${debian}/changelog.gz>
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
include(CPack)
