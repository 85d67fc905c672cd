"""Tests of scripts/check_layers.py and check_size.py on small trees: what is allowed passes, what is not is named."""
import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import check_layers  # noqa: E402
import check_size  # noqa: E402


def write(root, files):
    for name, text in files.items():
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")


class Layers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as root:
            write(root, files)
            return check_layers.check(root)

    def allows(self, name, include):
        self.assertEqual(self.check({name: f"#include {include}"}), [])

    def refuses(self, name, include, rule):
        found = self.check({name: f"// what it holds\n#include {include}"})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:2: "), found[0])
        self.assertIn(rule, found[0])

    def test_arrow(self):
        self.allows("src/nn/linear.cpp", '"lepton/ops/matmul.hpp"')
        self.allows("src/train/fit.cpp", '"lepton/metrics/mean.hpp"')
        self.allows("src/ops/matmul.cpp", '"kernels/matmul.hpp"')
        self.allows("src/optim/adam.cpp", '"kernels/optim.hpp"')
        self.refuses("src/core/rng.cpp", '"lepton/tensor/tensor.hpp"', "core stands below tensor")
        self.refuses("src/core/rng.cpp", '"kernels/random.hpp"', "core stands below kernels")
        self.refuses("src/nn/linear.cpp", '"lepton/optim/adam.hpp"', "nn stands below optim")
        self.refuses("include/lepton/data/loader.hpp", '"lepton/train/fit.hpp"', "data stands below train")

    def test_one_layer(self):
        self.allows("src/tensor/index.cpp", '"lepton/ops/shape.hpp"')
        self.allows("include/lepton/ops/math.hpp", '"lepton/autograd/no_grad.hpp"')

    def test_blind(self):
        self.refuses("src/io/npz.cpp", '"lepton/data/csv.hpp"', "io and data know nothing of each other")
        self.refuses("src/models/gpt.cpp", '"lepton/train/fit.hpp"', "models and train know nothing")

    def test_kernels(self):
        self.allows("kernels/cpu/unary.cpp", '"lepton/ops/formula/unary.hpp"')
        self.allows("kernels/cpu/step.cpp", '"lepton/optim/rules/adam.hpp"')
        self.allows("kernels/cpu/step.cpp", '"lepton/core/dtype.hpp"')
        self.refuses("kernels/cpu/step.cpp", '"lepton/optim/adam.hpp"', "a kernel includes")
        self.refuses("kernels/cpu/relu.cpp", '"lepton/ops/activation.hpp"', "a kernel includes")
        self.refuses("kernels/cpu/relu.cpp", '"lepton/tensor/tensor.hpp"', "a kernel includes")

    def test_rules(self):
        self.allows("include/lepton/ops/formula/unary.hpp", '"lepton/core/formula.hpp"')
        self.refuses("include/lepton/ops/formula/binary.hpp", '"lepton/tensor/tensor.hpp"', "core alone")
        self.refuses("include/lepton/optim/rules/adam.hpp", '"lepton/nn/module.hpp"', "core alone")

    def test_public_headers(self):
        self.allows("include/lepton/core/dtype.hpp", "<cstdint>")
        self.allows("src/ops/conv.cpp", "<dnnl.hpp>")
        self.refuses("include/lepton/ops/conv.hpp", "<dnnl.hpp>", "no other library's types")
        self.refuses("include/lepton/data/png.hpp", "<fmt/core.h>", "no other library's types")
        self.refuses("include/lepton/ops/conv.hpp", '"kernels/conv.hpp"', "public headers only")
        self.refuses("include/lepton/ops/conv.hpp", '"src/ops/door.hpp"', "public headers only")

    def test_cuda(self):
        self.allows("src/core/storage.cpp", '"src/cuda/loader.hpp"')
        self.refuses("src/core/storage.cpp", '"src/cuda/allocator.hpp"', "core stands below cuda")
        self.allows("src/cuda/loader.hpp", '"src/cuda/backend.hpp"')
        self.refuses("src/cuda/loader.cpp", '"kernels/matmul.hpp"', "core stands below kernels")
        self.allows("src/cuda/plugin.cpp", '"kernels/matmul.hpp"')

    def test_umbrella(self):
        umbrella = {"include/lepton/lepton.hpp": '#include "lepton/train/fit.hpp"\n#include "lepton/core/rng.hpp"'}
        self.assertEqual(self.check(umbrella), [])
        self.allows("examples/gan.cpp", '"lepton/lepton.hpp"')
        self.refuses("src/nn/linear.cpp", '"lepton/lepton.hpp"', "the umbrella header is for users")

    def test_examples(self):
        self.allows("examples/gan.cpp", "<CLI/CLI.hpp>")
        self.refuses("examples/gan.cpp", '"kernels/matmul.hpp"', "public headers alone")

    def test_relative(self):
        files = {"src/ops/door.hpp": "", "src/ops/add.cpp": '#include "door.hpp"',
                 "src/io/file.hpp": "", "src/nn/save.cpp": '#include "../io/file.hpp"'}
        self.assertEqual(self.check(files), ["src/nn/save.cpp:1: nn stands below io: src/io/file.hpp"])
        self.refuses("src/ops/add.cpp", '"nowhere.hpp"', "none of lepton's files")

    def test_unknown_folder(self):
        self.assertIn("in no layer", self.check({"src/misc/a.cpp": ""})[0])


class Sizes(unittest.TestCase):
    def check(self, files, allowed):
        with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()) as out:
            write(root, files)
            return check_size.check(root, allowed), out.getvalue()

    def test_limits(self):
        files = {"src/a.cpp": "\n" * 450, "src/b.cpp": "\n" * 300, "src/c.cpp": "\n" * 9}
        failures, listed = self.check(files, {})
        self.assertEqual([f.split(":")[0] for f in failures], ["src/a.cpp"])
        self.assertIn("src/b.cpp", listed)
        self.assertIn("median 301", listed)

    def test_allowed(self):
        files = {"src/a.cpp": "\n" * 450, "src/c.cpp": ""}
        self.assertEqual(self.check(files, {"src/a.cpp": "a table"})[0], [])
        self.assertIn("take it off", self.check(files, {"src/a.cpp": "a table", "src/c.cpp": "was long"})[0][0])


if __name__ == "__main__":
    unittest.main()
