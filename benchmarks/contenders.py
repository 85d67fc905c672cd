"""Those who are timed, lepton among them: each a process that prepares its step and takes turns with the others."""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = {"torch": "PyTorch", "torch_compile": "PyTorch compile", "jax": "JAX", "keras": "Keras"}
# Freed memory stays in the process, as a caching allocator would keep it: no page faults in a step.
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_TOP_PAD_": str(64 << 20)}
MODULES = {"torch": "torch", "torch_compile": "torch", "jax": "jax", "keras": "tensorflow"}


def installed(peer):
    return importlib.util.find_spec(MODULES[peer]) is not None


class Contender:
    """Answers in lines of JSON: one when its step is warm (`facts`), then one each time that it is asked for a time.
    Where it fails, `error` says why, and it gives no more times."""

    def __init__(self, command, environment=None):
        self.log = tempfile.TemporaryFile("w+")
        self.seconds = []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env=os.environ | (environment or {}))
        self.facts = self.read()
        self.error = self.facts.get("error")

    def read(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.process.wait()
        self.log.seek(0)
        last = (self.log.read().strip().splitlines() or ["it said nothing"])[-1]
        return {"error": f"ended with status {self.process.returncode}: {last[-300:]}"}

    def time(self):
        if self.error:
            return
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read() tells how it ended
        reply = self.read()
        self.error = reply.get("error")
        if not self.error:
            self.seconds.append(reply["seconds"])

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()
        self.log.close()


def lepton(bench, step, threads):
    cpus = ",".join(str(c) for c in sorted(os.sched_getaffinity(0))[:threads])
    return Contender(["taskset", "-c", cpus, bench, f"--serve={step}"])


def peer(name, workload, threads, precision):
    run = os.path.join(HERE, "peers", "run.py")
    return Contender([sys.executable, run, name, workload, str(threads), precision], MALLOC)
