"""The programs at work on small data: training, saving, resuming, stopping, predicting, the terminal."""
import json
import os
import pty
import resource
import signal
import struct
import subprocess
import time
import unittest

from support import EXAMPLES, JPEG, ExampleTest, figures, png, stripes, write_mnist, write_photos

TRAIN = "image_classification"


class Training(ExampleTest):
    def setUp(self):
        super().setUp()
        self.photos = self.folder / "photos"
        write_photos(self.photos)

    def train(self, *options):
        return self.assert_runs(TRAIN, "--data", self.photos, *options)

    def assert_same_checkpoint(self, a, b):
        for name in ("model.safetensors", "training.safetensors"):
            self.assertEqual((a / name).read_bytes(), (b / name).read_bytes(), name)

    def test_learns_and_reports(self):
        result = self.train("--epochs", 8, "--batch-size", 8, "--json")
        told = figures(result)
        self.assertGreater(told["test_accuracy"], 0.9)
        self.assertEqual((told["epochs"], told["steps"]), (8, 32))
        self.assertEqual((told["train_samples"], told["test_samples"]), (32, 8))
        self.assertEqual((told["batch_size"], told["seed"], told["device"]), (8, 0, "cpu"))
        self.assertGreater(told["epoch_seconds"], 0)
        self.assertEqual(len(told["epoch_seconds_each"]), 8)
        self.assertGreater(told["parameters"], 1000)
        self.assertFalse(told["interrupted"])
        self.assertIn("2 classes: columns, rows", result.stdout)
        self.assertEqual(result.stdout.count("epoch "), 8)

    def test_threads_do_not_matter(self):
        for threads in (1, 2):
            self.train("--epochs", 1, "--threads", threads, "--save", self.folder / str(threads))
        self.assert_same_checkpoint(self.folder / "1", self.folder / "2")

    def test_resumes_with_the_same_bits(self):
        whole, parts = self.folder / "whole", self.folder / "parts"
        self.train("--epochs", 3, "--batch-size", 8, "--seed", 5, "--save", whole)
        self.train("--epochs", 1, "--batch-size", 8, "--seed", 5, "--save", parts)
        # Seed and batch size are the checkpoint's.
        self.train("--epochs", 3, "--resume", parts, "--save", parts)
        self.assert_same_checkpoint(whole, parts)
        told = figures(self.train("--epochs", 3, "--resume", parts, "--json"))  # nothing is left to train
        self.assertEqual(told["steps"], 12)
        self.assertIn("test_accuracy", told)

    def test_augmentation_is_resumed_with_the_same_bits(self):
        whole, parts, plain = self.folder / "whole", self.folder / "parts", self.folder / "plain"
        augment = ("--augment", "flip,rotate,shear,zoom,shift,crop,colour,erase")
        self.train("--epochs", 3, *augment, "--save", whole)
        self.train("--epochs", 1, *augment, "--threads", 1, "--save", parts)
        self.train("--epochs", 3, "--resume", parts, "--save", parts)  # the augmentation is the checkpoint's
        self.assert_same_checkpoint(whole, parts)
        self.train("--epochs", 3, "--save", plain)
        self.assertNotEqual((plain / "training.safetensors").read_bytes(), (whole / "training.safetensors").read_bytes())

    def test_limit_and_size(self):
        saved = self.folder / "saved"
        told = figures(self.train("--epochs", 1, "--limit", 5, "--size", "20x12", "--json", "--save", saved))
        self.assertEqual((told["train_samples"], told["test_samples"]), (5, 5))
        content = (saved / "model.safetensors").read_bytes()
        metadata = json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]])["__metadata__"]
        self.assertEqual((metadata["height"], metadata["width"], metadata["channels"]), ("20", "12", "3"))
        self.assertEqual(json.loads(metadata["classes"]), ["columns", "rows"])

    def test_writes_the_split(self):
        self.train("--epochs", 1, "--write-split", self.folder / "split.tsv")
        lines = (self.folder / "split.tsv").read_text().splitlines()
        self.assertEqual(len(lines), 40)
        self.assertEqual(sum(line.startswith("test\t") for line in lines), 8)

    def test_mnist(self):
        write_mnist(self.folder / "digits")
        told = figures(self.assert_runs(TRAIN, "--data", self.folder / "digits", "--epochs", 4, "--batch-size", 8,
                                        "--json"))
        self.assertGreater(told["test_accuracy"], 0.9)


class Stopping(ExampleTest):
    def start(self, *options):
        return subprocess.Popen([EXAMPLES / TRAIN, "--data", self.folder / "photos", *map(str, options)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stop_in_training(self, which, status):
        write_photos(self.folder / "photos", count=50)
        saved, whole = self.folder / "saved", self.folder / "whole"
        options = ("--batch-size", 4, "--size", 48)
        process = self.start("--epochs", 100000, "--save", saved, "--json", *options)
        for line in process.stdout:
            if line.startswith("epoch 2/"):
                break
        process.send_signal(which)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, status, err)
        self.assertEqual(err, "")
        told = json.loads(out.splitlines()[-1])
        self.assertTrue(told["interrupted"])
        self.assertIn(f"--resume {saved}", out)

        # It goes on from that very step, and ends as one that was never stopped.
        train = (TRAIN, "--data", self.folder / "photos", "--epochs", told["epochs"] + 1)
        self.assert_runs(*train, "--resume", saved, "--save", saved)
        self.assert_runs(*train, "--save", whole, *options)
        for name in ("model.safetensors", "training.safetensors"):
            self.assertEqual((saved / name).read_bytes(), (whole / name).read_bytes(), name)

    def test_interrupt(self):
        self.stop_in_training(signal.SIGINT, 130)

    def test_terminate(self):
        self.stop_in_training(signal.SIGTERM, 143)

    def test_without_a_folder_to_save_to(self):
        write_photos(self.folder / "photos")
        process = self.start("--epochs", 100000)
        for line in process.stdout:
            if line.startswith("epoch 1/"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (130, ""))
        self.assertIn("nothing was saved", out)

    def test_full_disk(self):
        write_photos(self.folder / "photos")
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # noqa: E731
        result = subprocess.run([EXAMPLES / TRAIN, "--data", self.folder / "photos", "--epochs", "2", "--save",
                                 self.folder / "saved"], capture_output=True, text=True, preexec_fn=limit,
                                restore_signals=False)  # SIGXFSZ stays ignored, as Python has it
        self.assertEqual(result.returncode, 1)
        self.assertIn("epoch 2/2", result.stdout)  # it trained to its end
        self.assertRegex(result.stderr, r"^image_classification: \[.*saved.*\] cannot be written: .*\n$")

    def test_killed_while_saving_every_epoch(self):
        write_photos(self.folder / "photos")
        saved = self.folder / "saved"
        process = self.start("--epochs", 100000, "--save", saved)
        for line in process.stdout:
            if line.startswith("epoch 3/"):
                break
        time.sleep(0.05)
        process.kill()
        process.communicate()
        self.assert_runs(TRAIN, "--data", self.folder / "photos", "--epochs", 1, "--resume", saved)


class Predicting(ExampleTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = ExampleTest()
        cls.shared.setUp()
        write_photos(cls.shared.folder / "photos")
        cls.saved = cls.shared.folder / "saved"
        cls.shared.assert_runs(TRAIN, "--data", cls.shared.folder / "photos", "--epochs", 8,
                               "--batch-size", 8, "--save", cls.saved)

    @classmethod
    def tearDownClass(cls):
        cls.shared.doCleanups()

    def predict(self, *inputs):
        return json.loads(self.assert_runs("predict", "--json", "--model", self.saved, *inputs).stdout)["predictions"]

    def test_files(self):
        for name, vertical in (("columns", True), ("rows", False)):
            file = self.folder / f"{name}.png"
            file.write_bytes(png(stripes(vertical, 1000, side=16)))
            [told] = self.predict(file)
            self.assertEqual((told["file"], told["class"]), (str(file), name))
            self.assertTrue(0.5 < told["probability"] <= 1)
        (self.folder / "photo.JPG").write_bytes(JPEG)
        self.assertEqual(len(self.predict(self.folder / "photo.JPG", file)), 2)

    def test_folder_and_lines(self):
        photos = self.shared.folder / "photos"
        told = self.predict(photos)
        self.assertEqual(len(told), 40)
        self.assertGreater(sum(p["class"] == p["file"].split("/")[-2] for p in told), 36)
        text = self.assert_runs("predict", "--model", self.saved / "model.safetensors", photos).stdout
        self.assertEqual([line.split("\t")[:2] for line in text.splitlines()], [[p["file"], p["class"]] for p in told])

    def test_idx(self):
        write_mnist(self.folder / "digits", side=16)
        told = self.predict(self.folder / "digits" / "t10k-images-idx3-ubyte.gz")
        self.assertEqual(len(told), 20)
        self.assertGreater(sum(p["class"] == ("columns" if i % 2 else "rows") for i, p in enumerate(told)), 17)

    def test_refuses(self):
        (self.folder / "broken.jpg").write_bytes(JPEG[:100])
        self.assert_refused(1, ["broken.jpg"], "predict", "--model", self.saved, self.folder / "broken.jpg")
        self.assert_refused(1, ["none.png"], "predict", "--model", self.saved, self.folder / "none.png")
        self.assert_refused(1, ["nowhere"], "predict", "--model", self.folder / "nowhere", self.folder)
        (self.folder / "empty").mkdir()
        self.assert_refused(1, ["empty"], "predict", "--model", self.saved, self.folder / "empty")


class Terminal(ExampleTest):
    def test_one_line_is_drawn_anew(self):
        write_photos(self.folder / "photos")
        main, side = pty.openpty()
        process = subprocess.Popen([EXAMPLES / TRAIN, "--data", self.folder / "photos", "--epochs", "2"],
                                   stdout=subprocess.DEVNULL, stderr=side, stdin=subprocess.DEVNULL)
        os.close(side)
        text = b""
        try:
            while block := os.read(main, 4096):
                text += block
        except OSError:  # the other end was closed
            pass
        os.close(main)
        self.assertEqual(process.wait(timeout=60), 0)
        lines = text.decode().replace("\r\n", "\n").split("\n")
        self.assertEqual(len(lines), 3, text)  # one an epoch, and what follows the last
        self.assertIn("\repoch 1/2 [>", lines[0])
        self.assertIn("[========================]", lines[0])
        self.assertRegex(lines[1].split("\r")[-1], r"^epoch 2/2  loss .* samples/s\x1b\[K$")


class OwnParts(ExampleTest):
    def test_custom_layer(self):
        told = figures(self.assert_runs("custom_layer", "--json"))
        self.assertGreater(told["test_accuracy"], 0.98)

    def test_custom_op(self):
        told = figures(self.assert_runs("custom_op", "--json"))
        self.assertLess(told["gradient_error"], 1e-6)
        self.assertLess(told["test_loss"], 0.1)

    def test_custom_layer_resumes(self):
        self.assert_runs("custom_layer", "--epochs", 1, "--save", self.folder / "saved")
        train = ("custom_layer", "--epochs", 3, "--json")
        part = figures(self.assert_runs(*train, "--resume", self.folder / "saved"))
        whole = figures(self.assert_runs(*train))
        self.assertEqual(part["test_loss"], whole["test_loss"])


if __name__ == "__main__":
    unittest.main()
