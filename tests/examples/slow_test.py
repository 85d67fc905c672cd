"""The figures that the examples promise, on what they do without options."""
import unittest

from support import ExampleTest, figures, run


class Figures(ExampleTest):
    def test_drawn_pictures(self):
        result = run("image_classification", "--json", timeout=1500)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(figures(result)["test_accuracy"], 0.9)


if __name__ == "__main__":
    unittest.main()
