#!/usr/bin/env python3
"""train_bench and op_bench run and say what compare.py needs; floors and table are right. Needs no peer library."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "benchmarks"))
import compare  # noqa: E402  (found by the line above)
import contenders  # noqa: E402
import floors  # noqa: E402
import table  # noqa: E402

TRAIN_BENCH, OP_BENCH = os.environ["LEPTON_TRAIN_BENCH"], os.environ["LEPTON_OP_BENCH"]
MACHINE = floors.Machine(1e11, 2e11, ((1e6, 1e11), (1e7, 5e10), (float("inf"), 1e10)))


def run(program, *options):
    return subprocess.run([program, *options], check=True, capture_output=True, text=True).stdout


class TrainBench(unittest.TestCase):
    def test_has_every_workload_in_every_way(self):
        names = run(TRAIN_BENCH, "--benchmark_list_tests").split()
        for workload in floors.WORK:
            for way in ("", "_eager", "_bf16", "_bf16_eager"):
                self.assertIn(f"step/{workload}{way}", names)

    def test_counts(self):
        out = json.loads(run(TRAIN_BENCH, "--benchmark_filter=^step/mlp$", "--benchmark_min_time=0.001",
                             "--benchmark_format=json"))
        step = out["benchmarks"][0]
        self.assertEqual(step["parameters"], 2817)
        self.assertEqual(step["recordings"], 1)
        self.assertGreater(step["arena_bytes"], 0)

    def test_serves_steps_with_the_parameters_that_floors_count(self):
        for step in ("mlp", "mlp_eager", "cnn_bf16", "vae"):
            contender = contenders.lepton(TRAIN_BENCH, step, 1)
            self.assertIsNone(contender.error)
            self.assertEqual(contender.facts["parameters"], floors.WORK[step.split("_")[0]]().parameters)
            if step.startswith("mlp"):
                contender.time()
                self.assertGreater(contender.seconds[0], 0)
            contender.close()

    def test_says_why_it_cannot_serve(self):
        contender = contenders.lepton(TRAIN_BENCH, "nothing", 1)
        self.assertIn('there is no step "nothing"', contender.error)
        contender.time()
        self.assertEqual(contender.seconds, [])
        contender.close()

    def test_profile_and_plan_name_kernels(self):
        self.assertIn("matmul", run(TRAIN_BENCH, "--profile=mlp"))
        self.assertIn("matmul", run(TRAIN_BENCH, "--explain=mlp"))

    def test_op_bench_has_rows_of_the_op_table_and_sizes(self):
        names = run(OP_BENCH, "--benchmark_list_tests").split()
        for name in ("op/softmax", "op/softmax/backward", "op/argmax", "op/linear/128x784x400", "op/relu6/backward"):
            self.assertIn(name, names)
        self.assertNotIn("op/argmax/backward", names)
        run(OP_BENCH, "--benchmark_filter=^op/linear/32x20x128", "--benchmark_min_time=0.001")

    def test_probes_give_limits(self):
        machine, probes = compare.probe_machine(TRAIN_BENCH, 1, times=1)
        self.assertGreater(machine.f32, 1e9)
        self.assertEqual(probes["f32", 1], machine.f32)
        self.assertEqual([size for size, _ in machine.levels], sorted(size for size, _ in machine.levels))


class Floors(unittest.TestCase):
    def test_operations_and_weights(self):
        # Worked out by hand for one linear layer and one convolution.
        work = floors.Work()
        work.linear(10, 20, 30)
        self.assertEqual((work.forward_flops, work.flops, work.parameters), (12000, 24000, 630))  # no gradient of x
        work.linear(10, 30, 5)
        self.assertEqual(work.flops, 24000 + 3 * 3000)
        work = floors.Work(passes=3)
        self.assertEqual(work.conv(1, 8, 2, 4, 3), 8)
        self.assertEqual(work.forward_flops, 2 * 64 * 4 * 2 * 9)
        self.assertEqual(work.winograd_flops, work.flops / 4)
        self.assertEqual(work.conv(1, 9, 8, 8, 3, 2, groups=8), 5)
        self.assertEqual(work.parameters, 4 * 2 * 9 + 4 + 8 * 9 + 8)

    def test_are_the_larger_of_arithmetic_and_traffic(self):
        work = floors.WORK["vae"]()
        self.assertAlmostEqual(floors.floor("vae", MACHINE), work.flops / 1e11)
        slow_memory = floors.Machine(1e11, 2e11, ((float("inf"), 1e8),))
        self.assertAlmostEqual(floors.floor("vae", slow_memory), floors.bytes_of(work) / 1e8)
        self.assertAlmostEqual(floors.floor("vae", MACHINE, bf16=True), work.flops / 2e11)

    def test_bf16_may_take_winograd_in_f32(self):
        self.assertAlmostEqual(floors.floor("resnet18", MACHINE, bf16=True), floors.floor("resnet18", MACHINE))


class Table(unittest.TestCase):
    rows = [table.Row("mlp", "f32", {"lepton": [1e-5, 3e-5, 2e-5], "eager": [4e-5], "torch": [8e-5], "jax": [6e-5]},
                      {"keras": "no keras"}),
            table.Row("mlp", "bf16", {"lepton": [1e-5], "torch": [9e-5]})]

    def test_rows(self):
        text = table.render(self.rows, MACHINE, {("f32", 1): 1e11}, 1, 3)
        f32, bf16 = (line for line in text.splitlines() if line.startswith("| mlp"))
        self.assertIn("| 20 us | 40 us | 80 us | - | 60 us | - | 3.00 |", f32)
        self.assertIn("| 10 us | - | 90 us | - | - | - | 6.00 |", bf16)  # against JAX in f32, the fastest
        self.assertIn("mlp f32, Keras: no keras", text)

    def test_is_written_between_its_marks(self):
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
            file.flush()
            table.write(file.name, "new")
            file.seek(0)
            self.assertEqual(file.read(), f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n")


if __name__ == "__main__":
    unittest.main()
