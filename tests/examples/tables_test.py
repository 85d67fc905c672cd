"""The trainers on tables at work: what they learn, saving, resuming, predicting."""
import json
import sqlite3
import unittest

from support import ExampleTest, figures, write_rare_rows, write_rows

CLASSES, NUMBERS = "tabular_classification", "tabular_regression"


class Tables(ExampleTest):
    def setUp(self):
        super().setUp()
        self.rows, self.saved = self.folder / "rows.csv", self.folder / "saved"
        write_rows(self.rows)

    def train(self, program, *options):
        return self.assert_runs(program, "--data", self.rows, "--lr", 0.01, "--json", *options)

    def predict(self, *inputs):
        return json.loads(self.assert_runs("predict", "--json", "--model", self.saved, *inputs).stdout)["predictions"]

    def test_classes(self):
        result = self.train(CLASSES, "--save", self.saved)
        told = figures(result)
        self.assertGreater(told["test_accuracy"], 0.9)
        self.assertGreater(told["test_auc"], 0.97)
        self.assertEqual((told["train_samples"], told["test_samples"]), (320, 80))
        self.assertEqual((told["epochs"], told["steps"]), (10, 100))
        self.assertIn("kind | large | small", result.stdout)

        lines = self.rows.read_text().splitlines()
        truth = [line.split(",")[-1] for line in lines[1:]]
        predicted = self.predict(self.rows)
        self.assertEqual([p["row"] for p in predicted], list(range(1, 401)))
        self.assertGreater(sum(p["class"] == kind for p, kind in zip(predicted, truth)), 360)
        self.assertTrue(all(0.5 <= p["probability"] <= 1 for p in predicted))
        # Neither the target nor the order of the columns matters, nor a town that training did not have.
        self.rows.write_text("town,size,length\nUlm,21,3.0\nRom,4,-3.0\n")
        self.assertEqual([p["class"] for p in self.predict(self.rows)], ["large", "small"])
        text = self.assert_runs("predict", "--model", self.saved, self.rows).stdout
        self.assertRegex(text, r"rows\.csv:1\tlarge\t[01]\.\d{4}\n")

    def test_numbers(self):
        told = figures(self.train(NUMBERS, "--target", "size", "--save", self.saved))
        self.assertGreater(told["test_r2"], 0.9)
        self.assertLess(told["test_mae"], told["test_rmse"])
        self.rows.write_text("length,town,kind\n1.0,Ulm,large\n-2.0,Bonn,small\n")
        predicted = [p["size"] for p in self.predict(self.rows)]
        self.assertAlmostEqual(predicted[0], 17, delta=1)
        self.assertAlmostEqual(predicted[1], 6, delta=1)

    def test_target_by_number_and_more_classes(self):
        told = figures(self.train(CLASSES, "--target", 2, "--epochs", 30))  # the town, which size and length tell
        self.assertGreater(told["test_accuracy"], 0.6)

    def test_a_file_without_a_header(self):
        lines = self.rows.read_text().splitlines()[1:]
        self.rows.write_text("\n".join(lines))
        self.assertGreater(figures(self.train(CLASSES, "--save", self.saved))["test_accuracy"], 0.9)
        self.assertEqual(len(self.predict(self.rows)), 400)

    def test_resumes_with_the_same_bits(self):
        whole = self.folder / "whole"
        self.train(CLASSES, "--epochs", 4, "--seed", 3, "--batch-size", 16, "--save", whole)
        self.train(CLASSES, "--epochs", 2, "--seed", 3, "--batch-size", 16, "--save", self.saved)
        self.train(CLASSES, "--epochs", 4, "--resume", self.saved, "--save", self.saved)
        for name in ("model.safetensors", "training.safetensors"):
            self.assertEqual((whole / name).read_bytes(), (self.saved / name).read_bytes(), name)
        again = figures(self.train(CLASSES, "--epochs", 4, "--resume", self.saved))  # nothing is left to train
        self.assertEqual(again["steps"], 4 * 20)
        self.assertIn("test_accuracy", again)

    def test_rare_classes_can_count_as_much(self):
        for classes in (2, 3):
            write_rare_rows(self.rows, classes)
            options = ("--epochs", 8, "--json", "--data", self.rows)
            plain = figures(self.assert_runs(CLASSES, *options))
            for how in ("loss", "draws"):
                told = figures(self.assert_runs(CLASSES, *options, "--balance", how))
                self.assertGreater(told["test_balanced_accuracy"], plain["test_balanced_accuracy"] + 0.1, (how, classes))
                self.assertEqual(told["steps"], plain["steps"])

    def test_balanced_trainings_resume_with_the_same_bits(self):
        for how in ("loss", "draws"):
            whole, part = self.folder / f"whole-{how}", self.folder / f"part-{how}"
            self.train(CLASSES, "--epochs", 3, "--balance", how, "--save", whole)
            self.train(CLASSES, "--epochs", 1, "--balance", how, "--save", part)
            self.train(CLASSES, "--epochs", 3, "--resume", part, "--save", part)  # it remembers how
            self.assertEqual((whole / "model.safetensors").read_bytes(), (part / "model.safetensors").read_bytes())

    def test_rows_of_a_database(self):
        header, *rows = [line.split(",") for line in self.rows.read_text().splitlines()]
        with sqlite3.connect(self.folder / "rows.db") as database:
            database.execute(f"CREATE TABLE things ({', '.join(header)})")
            database.executemany("INSERT INTO things VALUES (CAST(? AS REAL), ?, CAST(? AS REAL), ?)", rows)
        database.close()
        told = figures(self.assert_runs(CLASSES, "--data", f"sqlite:{self.folder / 'rows.db'}", "--lr", 0.01, "--json",
                                        "--query", "SELECT length, town, kind FROM things WHERE size IS NOT NULL"))
        self.assertEqual(told["train_samples"], 320)
        self.assertGreater(told["test_accuracy"], 0.9)
        self.assert_refused(1, ["--query", "sqlite:"], CLASSES, "--query", "SELECT 1")

    def test_logs_and_report(self):
        for program, target in ((CLASSES, "kind"), (NUMBERS, "size")):
            folder = self.folder / program
            result = self.train(program, "--target", target, "--epochs", 3, "--log", folder)
            self.assertIn(f"tensorboard --logdir {folder}", result.stdout)
            lines = (folder / "log.csv").read_text().splitlines()
            self.assertEqual(len(lines), 4)
            self.assertIn("validation_loss", lines[0])
            [events] = folder.glob("events.out.tfevents.*")
            self.assertIn(b"loss/validation", events.read_bytes())
            report = (folder / "report.html").read_text()
            self.assertIn(f"<title>{target}</title>", report)
            self.assertEqual("confusion" in report.lower(), program == CLASSES)

    def test_limit(self):
        told = figures(self.train(CLASSES, "--limit", 50, "--epochs", 1))
        self.assertEqual((told["train_samples"], told["test_samples"]), (50, 50))

    def test_drawn_rows(self):
        told = figures(self.assert_runs(CLASSES, "--epochs", 2, "--json"))
        self.assertEqual((told["train_samples"], told["features"]), (40000, 20))
        self.assertGreater(told["test_accuracy"], 0.8)
        told = figures(self.assert_runs(NUMBERS, "--epochs", 2, "--json"))
        self.assertGreater(told["test_r2"], 0.85)


if __name__ == "__main__":
    unittest.main()
