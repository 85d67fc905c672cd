"""Wrong usage and wrong data: the exit status, and one line that says what is wrong."""
import gzip
import unittest

from support import JPEG, ExampleTest, idx, run, write_mnist, write_photos

TRAIN = "image_classification"
TABULAR = ("tabular_classification", "tabular_regression")
TRAINERS = (TRAIN, *TABULAR, "hyperparameter_search", "custom_layer", "custom_op")


class Usage(ExampleTest):
    def test_help(self):
        for program in TRAINERS:
            text = self.assert_runs(program, "--help").stdout
            for option in ("epochs", "batch-size", "lr", "seed", "threads", "device", "save", "resume", "limit",
                           "json"):
                self.assertIn(f"--{option}", text)
        self.assertIn("--data", run(TRAIN, "--help").stdout)
        for program in TABULAR:
            self.assertIn("--target", run(program, "--help").stdout)
        self.assertIn("--model", self.assert_runs("predict", "--help").stdout)

    def test_unknown_option(self):
        for program in TRAINERS:
            self.assert_refused(2, ["--epoks"], program, "--epoks", 3)
        self.assert_refused(2, ["--epoks"], "predict", "--model", "folder", "a.jpg", "--epoks")

    def test_bad_values(self):
        bad = {"--epochs": ("many", 0, 1.5), "--batch-size": (-1, 0), "--lr": ("fast", "nan", 0), "--seed": (-1, "x"),
               "--threads": (-2,), "--limit": (-1,), "--size": ("0x8", "16x16x3", "big"), "--device": ("tpu",),
               "--augment": ("mirror", "flip,turn")}
        for option, values in bad.items():
            for value in values:
                self.assert_refused(2, [option], TRAIN, option, value)
        self.assert_refused(2, ["--epochs"], TRAIN, "--epochs")
        self.assert_refused(2, ["stray"], TRAIN, "stray")
        self.assert_refused(2, ["--model"], "predict", "a.jpg")


class WrongData(ExampleTest):
    def refused(self, parts, data, *more):
        self.assert_refused(1, parts, TRAIN, "--data", data, "--epochs", 1, *more)

    def test_no_such_folder(self):
        self.refused(["nowhere"], self.folder / "nowhere")

    def test_empty_folder(self):
        self.refused([self.folder], self.folder)

    def test_class_without_pictures(self):
        write_photos(self.folder / "photos")
        (self.folder / "photos" / "spots").mkdir()
        self.refused(["spots"], self.folder / "photos")

    def test_truncated_jpeg(self):
        write_photos(self.folder / "photos")
        (self.folder / "photos" / "rows" / "broken.jpg").write_bytes(JPEG[:len(JPEG) // 2])
        self.refused(["broken.jpg"], self.folder / "photos")

    def test_truncated_gzip(self):
        write_mnist(self.folder / "digits")
        file = self.folder / "digits" / "train-images-idx3-ubyte.gz"
        file.write_bytes(file.read_bytes()[:-100])
        self.refused([file.name], self.folder / "digits")

    def test_numbers_of_pictures_and_labels_differ(self):
        write_mnist(self.folder / "digits")
        file = self.folder / "digits" / "train-labels-idx1-ubyte.gz"
        file.write_bytes(gzip.compress(idx(8, (3,), [0, 1, 0])))
        self.refused([file.name], self.folder / "digits")

    def test_label_out_of_range(self):
        record = bytes([11]) + bytes(3072)
        for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
            (self.folder / name).write_bytes(record * 2)
        self.refused(["data_batch_1.bin", "11"], self.folder)

    def test_shapes_that_do_not_fit(self):
        write_mnist(self.folder / "digits")
        pictures = self.folder / "digits" / "train-images-idx3-ubyte.gz"
        pictures.write_bytes((self.folder / "digits" / "train-labels-idx1-ubyte.gz").read_bytes())
        self.refused([pictures.name, "[40]"], self.folder / "digits")

    def test_pictures_too_small(self):
        write_photos(self.folder / "photos", side=8)
        self.refused(["8"], self.folder / "photos")

    def test_no_gpu_is_said(self):
        write_photos(self.folder / "photos")
        result = run(TRAIN, "--data", self.folder / "photos", "--device", "cuda", "--epochs", 1)
        if result.returncode != 0:  # 0 where there is one
            self.assertEqual(len(result.stderr.splitlines()), 1)
            self.assertIn("cuda", result.stderr.lower())


class WrongTable(ExampleTest):
    def refused(self, parts, text, *more, program="tabular_classification"):
        file = self.folder / "rows.csv"
        file.write_text(text)
        self.assert_refused(1, ["rows.csv", *parts], program, "--data", file, "--epochs", 1, *more)

    def test_no_such_file(self):
        for program in TABULAR:
            self.assert_refused(1, ["nowhere.csv"], program, "--data", self.folder / "nowhere.csv")

    def test_rows(self):
        good = "a,b,kind\n" + "1,2,x\n3,4,y\n" * 10
        self.refused([], "")
        self.refused(["row 21", "2"], good + "1,2\n")
        self.refused(["'c'", "a, b, kind"], good, "--target", "c")
        self.refused(["column 4", "3 columns"], good, "--target", 4)
        self.refused(["row 21", "kind", "missing"], good + "1,2,\n")
        self.refused(["one class", "x"], good.replace("y", "x"))
        self.refused(["kind", "text", "--target"], good, program="tabular_regression")
        self.refused(["target", "features"], "kind\n" + "x\ny\n" * 10)

    def test_predicting_other_tables(self):
        file, saved = self.folder / "rows.csv", self.folder / "saved"
        file.write_text("a,b,kind\n" + "1,2,x\n3,4,y\n" * 10)
        self.assert_runs("tabular_classification", "--data", file, "--epochs", 1, "--save", saved)
        for text, parts in (("a,c\n1,2\n", ["'b'"]), ("a,b\n1,2\n3,four\n", ["row 2", "four"])):
            file.write_text(text)
            self.assert_refused(1, ["rows.csv", *parts], "predict", "--model", saved, file)
        self.assert_refused(1, ["tabular_classification"], "tabular_regression", "--data", file, "--resume", saved)
        self.assert_refused(1, ["kind", "b"], "tabular_classification", "--data", file, "--resume", saved,
                            "--target", "b")


class WrongCheckpoint(ExampleTest):
    def setUp(self):
        super().setUp()
        self.photos, self.saved = self.folder / "photos", self.folder / "saved"
        write_photos(self.photos)

    def resume(self, parts, *more):
        self.assert_refused(1, parts, TRAIN, "--data", self.photos, "--epochs", 2, "--resume", self.saved,
                            *more)

    def save(self):
        self.assert_runs(TRAIN, "--data", self.photos, "--epochs", 1, "--save", self.saved)

    def test_none(self):
        self.resume([self.saved])

    def test_of_another_model(self):
        self.assert_runs("custom_layer", "--epochs", 1, "--limit", 100, "--save", self.saved)
        self.resume([self.saved])
        self.assert_refused(1, ["model.safetensors"], "predict", "--model", self.saved, self.photos)

    def test_of_another_size(self):
        self.save()
        self.resume(["model.safetensors", "classifier.1.weight", "[64, 256]"], "--size", 32)

    def test_of_other_classes(self):
        self.save()
        (self.photos / "rows").rename(self.photos / "lines")
        self.resume([self.saved, "classes"])

    def test_damaged(self):
        self.save()
        for name in ("model.safetensors", "training.safetensors"):
            whole = (self.saved / name).read_bytes()
            (self.saved / name).write_bytes(whole[:-20])
            self.resume([name])
            (self.saved / name).write_bytes(whole)

    def test_another_seed(self):
        self.save()
        self.resume(["seed 0, not 7"], "--seed", 7)

    def test_save_where_a_file_is(self):
        (self.folder / "file").write_text("")
        self.assert_refused(1, ["file"], TRAIN, "--data", self.photos, "--epochs", 1,
                            "--save", self.folder / "file")


if __name__ == "__main__":
    unittest.main()
