"""hyperparameter_search: over processes, going on after a kill, and a model that predict loads."""
import json
import signal
import subprocess
import time
import unittest

from support import EXAMPLES, ExampleTest, figures, write_rows

SEARCH = "hyperparameter_search"


class Search(ExampleTest):
    def setUp(self):
        super().setUp()
        self.rows, self.trials, self.saved = (self.folder / name for name in ("rows.csv", "trials", "saved"))
        write_rows(self.rows)

    def search(self, *options):
        return self.assert_runs(SEARCH, "--data", self.rows, "--json", "--trials", 9, *options)

    def test_finds_saves_and_predicts(self):
        result = self.search("--search", self.trials, "--processes", 2, "--save", self.saved)
        told = figures(result)
        self.assertGreater(told["test_accuracy"], 0.9)
        self.assertEqual((told["trials"], sorted(told["best"])), (9, ["dropout", "lr", "width"]))
        journal = (self.trials / "journal.jsonl").read_text().splitlines()
        self.assertEqual(len(journal), 1 + 9 + 3 + 1)  # three rounds, each trial once
        again = figures(self.search("--search", self.trials))
        self.assertEqual((again["best"], again["validation_accuracy"]), (told["best"], told["validation_accuracy"]))
        predicted = json.loads(self.assert_runs("predict", "--json", "--model", self.saved, self.rows).stdout)
        truth = [line.split(",")[-1] for line in self.rows.read_text().splitlines()[1:]]
        right = sum(p["class"] == kind for p, kind in zip(predicted["predictions"], truth))
        self.assertGreater(right, 360)

    def test_goes_on_after_a_kill(self):
        whole = figures(self.search("--method", "random"))
        command = [EXAMPLES / SEARCH, "--data", self.rows, "--trials", "9", "--method", "random", "--search", self.trials]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        journal = self.trials / "journal.jsonl"
        while not journal.exists() or journal.read_text().count("\n") < 3:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        rest = figures(self.search("--method", "random", "--search", self.trials))
        self.assertEqual((rest["best"], rest["validation_accuracy"]), (whole["best"], whole["validation_accuracy"]))
        self.assert_refused(1, ["journal.jsonl", "another search"], SEARCH, "--data", self.rows, "--method", "grid",
                            "--search", self.trials)
        self.assert_refused(1, ["--search"], SEARCH, "--data", self.rows, "--processes", 2)


if __name__ == "__main__":
    unittest.main()
