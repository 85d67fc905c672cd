"""A Conan 2 recipe from this tree: conan create packaging/conan --build=missing"""
from pathlib import Path

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Lepton(ConanFile):
    name = "lepton"
    version = "0.1.0"
    license = "Apache-2.0"
    description = "Deep-learning training for C++20"
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"
    requires = ("onednn/3.5", "fmt/10.2.1", "nlohmann_json/3.11.3", "libjpeg-turbo/3.0.2",
                "libpng/1.6.43", "zlib/1.3.1")

    def export_sources(self):
        tree = Path(self.recipe_folder).parents[1]
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "kernels/*", "src/*"):
            copy(self, pattern, tree, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for option in ("TESTS", "EXAMPLES", "TOOLS"):
            toolchain.cache_variables[f"LEPTON_BUILD_{option}"] = "OFF"
        toolchain.cache_variables["LEPTON_INSTALL"] = "ON"
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder) / "licenses")

    def package_info(self):
        self.cpp_info.libs = ["lepton"]
        self.cpp_info.set_property("cmake_file_name", "lepton")
        self.cpp_info.set_property("cmake_target_name", "lepton::lepton")
        self.cpp_info.set_property("pkg_config_name", "lepton")
