#!/usr/bin/env python3
"""Times lepton's training steps and the peers' on this machine, interleaved in one run, and prints the table.

Peers run at their best settings, each in a process of its own that takes turns with the others: PyTorch eager
(channels_last, fused Adam, flushed denormals), and the same step under torch.compile where a compiler is found;
JAX and Keras where they are installed. A row is the median of the rounds' medians.

    python3 -m venv peers && peers/bin/pip install torch      # and, as you like: jax keras tensorflow
    peers/bin/python benchmarks/compare.py --bench build/release/benchmarks/train_bench
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = ("mlp", "cnn")
PEERS = ("torch_eager", "torch_compile", "jax", "keras")


def run_lepton(bench, name):
    """Microseconds of one step, the median of five repetitions."""
    out = subprocess.run(
        [bench, f"--benchmark_filter=^step/{name}$", "--benchmark_repetitions=5",
         "--benchmark_format=json", "--benchmark_min_time=0.3"],
        check=True, capture_output=True, text=True).stdout
    runs = json.loads(out)["benchmarks"]
    median = next(r for r in runs if r.get("aggregate_name") == "median")
    return median["real_time"] * {"ns": 1e-3, "us": 1.0, "ms": 1e3}[median["time_unit"]]


class Peer:
    """A process that prepares one peer's step and times it when asked."""

    def __init__(self, name, workload, threads):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "peers.py"), name, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.alive = self.process.stdout.readline().strip() == "ready"

    def time(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return float(line) if line else float("nan")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def available(peer):
    return importlib.util.find_spec(peer.split("_")[0]) is not None


def compare(args, workload):
    rows = {f"lepton {workload}": [], f"lepton {workload}_eager": []}
    peers = {name: Peer(name, workload, args.threads) for name in PEERS if available(name)}
    for name, peer in list(peers.items()):
        if not peer.alive:
            print(f"{name}: cannot run {workload} here", file=sys.stderr)
            del peers[name]
    for _ in range(args.rounds):
        for row in (workload, workload + "_eager"):
            rows[f"lepton {row}"].append(run_lepton(args.bench, row))
        for name, peer in peers.items():
            rows.setdefault(name, []).append(peer.time())
    for peer in peers.values():
        peer.close()
    medians = {name: statistics.median(values) for name, values in rows.items()}
    best = min((m for n, m in medians.items() if not n.startswith("lepton")), default=float("nan"))
    for name, median in medians.items():
        print(f"| {workload} | {name} | {median:,.1f} | {best / median:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bench", default="build/release/benchmarks/train_bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("workloads", nargs="*", default=WORKLOADS)
    args = parser.parse_args()
    print("| workload | who | microseconds a step | times as fast as the best peer |\n| --- | --- | --- | --- |")
    for workload in args.workloads:
        compare(args, workload)


if __name__ == "__main__":
    main()
