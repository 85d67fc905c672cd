"""The figures that the examples promise, on what they do without options."""
import os
import unittest
from pathlib import Path

from support import ExampleTest, figures, run

TABLES = Path(os.environ["LEPTON_TEST_DATA"]) / "tabular"
SEEDS = range(5)


class Figures(ExampleTest):
    def test_drawn_pictures(self):
        result = run("image_classification", "--json", timeout=1500)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(figures(result)["test_accuracy"], 0.9)

    def of_table(self, program, name, *options):
        """The figures of each seed."""
        if not (TABLES / name).exists():
            self.skipTest(f"{TABLES / name} is not there; set LEPTON_TEST_DATA")
        command = (program, "--data", TABLES / name, *options, "--json")
        return [figures(self.assert_runs(*command, "--seed", seed)) for seed in SEEDS]

    def test_adult(self):
        told = self.of_table("tabular_classification", "adult-train.csv")
        self.assertEqual(told[0]["test_samples"], 6513)
        self.assertGreaterEqual(sum(t["test_accuracy"] for t in told) / len(told), 0.847)
        self.assertGreaterEqual(sum(t["test_auc"] for t in told) / len(told), 0.90)

    def test_california(self):
        told = self.of_table("tabular_regression", "california-housing.csv", "--target", "median_house_value")
        self.assertGreaterEqual(min(t["test_r2"] for t in told), 0.77)


if __name__ == "__main__":
    unittest.main()
