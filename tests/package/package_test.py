"""The package from outside: installed, moved, and used by CMake, pkg-config and as a sub-folder; the Debian packages;
what liblepton.so shows and how large it is. package_test.py Package|Subfolder BUILD_FOLDER"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CONSUMER = Path(__file__).resolve().parent / "consumer"
BUILD = Path(sys.argv.pop()) if len(sys.argv) > 1 else SOURCE / "build" / "release"
# Bytes of liblepton.so without symbols that nobody needs at run time. It had 6.6 million in November 2026; growth
# beyond this is to be looked at before the number is changed.
LARGEST = 12_000_000
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}


def run(*command, **more):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=ENVIRONMENT | more)
    if result.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def configure(build, *options):
    """The consumer's build folder, made ready."""
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, *options)
    return build


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="lepton-package-"))
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        cls.prefix = cls.folder / "moved" / "here"  # whatever was absolute leads nowhere now
        cls.prefix.parent.mkdir()
        (cls.folder / "first").rename(cls.prefix)
        [cls.library] = cls.prefix.rglob("liblepton.so.*.*.*")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def build_and_run(self, name, prefix):
        """The consumer, which finds the package in `prefix`."""
        build = configure(self.folder / name, f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", build)
        self.assertIn("accuracy", run(build / "app"))

    def test_find_package(self):
        self.build_and_run("found", self.prefix)

    def test_find_package_refuses_another_version(self):
        text = (CONSUMER / "CMakeLists.txt").read_text().replace("lepton 0.1", "lepton 0.9")
        other = self.folder / "other"
        other.mkdir()
        (other / "CMakeLists.txt").write_text(text)
        with self.assertRaisesRegex(AssertionError, "version"):
            run("cmake", "-G", "Ninja", "-S", other, "-B", other / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def test_pkg_config(self):
        if not shutil.which("pkg-config"):
            self.skipTest("pkg-config is not installed")
        [file] = self.prefix.rglob("lepton.pc")
        flags = run("pkg-config", "--cflags", "--libs", "lepton", PKG_CONFIG_PATH=str(file.parent)).split()
        self.assertNotIn(str(SOURCE), " ".join(flags))
        app = self.folder / "by_pkg_config"
        run("g++", CONSUMER / "main.cpp", "-o", app, *flags)
        self.assertIn("accuracy", run(app))

    def test_add_subdirectory(self):
        # The library itself would take minutes to build again: the program is compiled against it. Subfolder links it.
        build = configure(self.folder / "added", f"-DLEPTON_SOURCE={SOURCE}")
        run("ninja", "-C", build, "CMakeFiles/app.dir/main.cpp.o")
        self.assertNotIn("lepton", run("cmake", "--install", build, "--prefix", self.folder / "nothing"))

    def test_nothing_of_the_build_is_in_it(self):
        for file in self.prefix.rglob("*"):
            if file.suffix in (".cmake", ".pc", ".hpp"):
                text = file.read_text()
                self.assertNotIn(str(SOURCE), text, file)
                self.assertNotIn(str(BUILD), text, file)
        self.assertNotIn(str(BUILD), run("readelf", "-d", self.library))

    def test_symbols_are_lepton_s(self):
        foreign = []
        for line in run("nm", "-D", "--defined-only", "-C", self.library).splitlines():
            kind, name = line.split(maxsplit=2)[1:]
            # Templates of the standard library are weak and the same everywhere.
            standard = kind in "WVu" and re.match(r"(\S+ )*?(std|__gnu_cxx)::|(typeinfo|vtable).* std::|.* std::|"
                                                  r"guard variable for std::", name)
            if "lepton::" not in name and not standard:
                foreign.append(line)
        self.assertEqual(foreign, [])

    def test_libraries(self):
        needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", self.library))
        for plugin in ("cuda", "nccl", "mpi", "grpc", "protobuf"):
            self.assertEqual([n for n in needed if plugin in n], [])

    def test_size(self):
        stripped = self.folder / "stripped.so"
        run("strip", "-o", stripped, self.library)
        size = stripped.stat().st_size
        headers = sum(f.stat().st_size for f in self.prefix.rglob("*.hpp"))
        print(f"liblepton.so: {size:,} bytes stripped, limit {LARGEST:,}; headers: {headers:,} bytes")
        self.assertLess(size, LARGEST)

    def test_recipes_name_every_dependency(self):
        names = {"ZLIB": "zlib", "JPEG": "libjpeg-turbo", "PNG": "libpng", "dnnl": "onednn",
                 "nlohmann_json": "nlohmann[-_]json"}
        cmake = (SOURCE / "cmake" / "dependencies.cmake").read_text()
        needed = set(re.findall(r"^find_package\((\w+).*REQUIRED", cmake, re.MULTILINE)) - {"Threads"} | {"dnnl"}
        for recipe in ("vcpkg/vcpkg.json", "conan/conanfile.py"):
            text = (SOURCE / "packaging" / recipe).read_text()
            missing = [n for n in needed if not re.search(f'"{names.get(n, n)}["/]', text)]
            self.assertEqual(missing, [], f"of cmake/dependencies.cmake, not in {recipe}")

    def test_the_vcpkg_port_is_as_its_reference_has_it(self):
        # learn.microsoft.com/vcpkg/reference/vcpkg-json, as far as a port without features goes.
        port = json.loads((SOURCE / "packaging" / "vcpkg" / "vcpkg.json").read_text())
        identifier = r"(?!vcpkg-prn$)[a-z0-9]+(-[a-z0-9]+)*"
        self.assertLessEqual(
            set(port), {"name", "version", "description", "homepage", "license", "supports", "dependencies"})
        self.assertRegex(port["name"], f"^{identifier}$")
        version = re.search(r"VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text().split("project(")[1]).group(1)
        self.assertEqual(port["version"], version)
        self.assertRegex(port["version"], r"^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$")
        self.assertRegex(port["supports"], r"^!?\w+( [&|] !?\w+)*$")
        names = [d if isinstance(d, str) else d["name"] for d in port["dependencies"]]
        for name in names:
            self.assertRegex(name, f"^{identifier}$")
        self.assertEqual(names, sorted(set(names)))  # as `vcpkg format-manifest` leaves them
        for d in port["dependencies"]:
            keys = {"name", "host", "default-features", "features", "platform"}
            self.assertTrue(isinstance(d, str) or set(d) <= keys, d)
        # What a port's file calls must come from the helpers that it depends on.
        text = (SOURCE / "packaging" / "vcpkg" / "portfile.cmake").read_text()
        calls = set(re.findall(r"^(vcpkg_\w+)\(", text, re.MULTILINE))
        of_helpers = {"vcpkg_cmake_configure": "vcpkg-cmake", "vcpkg_cmake_install": "vcpkg-cmake",
                      "vcpkg_cmake_config_fixup": "vcpkg-cmake-config"}
        built_in = {"vcpkg_fixup_pkgconfig", "vcpkg_install_copyright"}
        self.assertEqual(calls - built_in - set(of_helpers), set())
        self.assertLessEqual({of_helpers[c] for c in calls & set(of_helpers)}, set(names))

    def test_debian_packages(self):
        if not shutil.which("dpkg-deb") or not shutil.which("dpkg-shlibdeps"):
            self.skipTest("Debian's tools are not installed")
        made = self.folder / "debian"
        run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", made)
        packages = {run("dpkg-deb", "-f", p, "Package").strip(): p for p in made.glob("*.deb")}
        self.assertEqual(sorted(packages), ["liblepton-dev", "liblepton0"])
        self.assertIn("libc6", run("dpkg-deb", "-f", packages["liblepton0"], "Depends"))
        self.assertIn("liblepton0 (= ", run("dpkg-deb", "-f", packages["liblepton-dev"], "Depends"))
        root = self.folder / "root"
        for package in packages.values():
            run("dpkg-deb", "-x", package, root)
        names = {p.name for p in root.rglob("*")}
        self.assertLessEqual({"liblepton.so", "liblepton.so.0", "lepton.hpp", "leptonConfig.cmake", "lepton.pc"}, names)
        self.assertEqual([p.name for p in (root / "usr").iterdir() if p.name not in ("lib", "include", "share")], [])
        self.build_and_run("from_debian", root / "usr")


class Subfolder(unittest.TestCase):
    """The library built within a consumer: minutes, but for ccache."""

    def test_add_subdirectory_links_and_runs(self):
        with tempfile.TemporaryDirectory(prefix="lepton-subfolder-") as folder:
            build = configure(Path(folder) / "build", f"-DLEPTON_SOURCE={SOURCE}", "-DLEPTON_CCACHE=ON")
            run("cmake", "--build", build, "--target", "app")
            self.assertIn("accuracy", run(build / "app"))


if __name__ == "__main__":
    unittest.main()
