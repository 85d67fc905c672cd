#!/usr/bin/env python3
"""Times lepton's training steps and the peers' on this machine, interleaved in one run, and prints a table.

Each contender is a process of its own that prepares its step and then waits while the others are timed; a figure is the
median over rounds of medians of at least a second. Peers run at their best settings (peers/): PyTorch eager and
torch.compile, JAX, Keras on TensorFlow, those of them that are installed. One that cannot run a workload is reported.

    python3 -m venv peers && peers/bin/pip install torch jax keras tensorflow-cpu
    scripts/build release train_bench
    peers/bin/python benchmarks/compare.py --write            # a table for benchmarks/README.md; about half an hour
    peers/bin/python benchmarks/compare.py --rounds 3 mlp cnn vae
"""
import argparse
import json
import os
import subprocess
import sys

import contenders
import floors
import table

README = os.path.join(contenders.HERE, "README.md")


def say(text):
    print(text, file=sys.stderr, flush=True)


def probe_machine(bench, threads, times=3):
    """Measured limits, the highest of several times; by probe and number of threads: operations or bytes a second, and
    sizes of working sets."""
    out = subprocess.run([bench, "--benchmark_filter=^machine/", "--benchmark_format=json",
                          f"--benchmark_repetitions={times}"], check=True, capture_output=True, text=True).stdout
    found = {}
    for run in json.loads(out)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        probe = run["name"].split("/")[1]
        count = int(run["name"].rpartition("threads:")[2])
        limit = run.get("flops", run.get("bytes", 0.0)), run.get("size", 0.0)
        found[probe, count] = max(limit, found.get((probe, count), limit))
    of = lambda probe: found.get((probe, threads), found[probe, 1])
    levels = [(2 * of(p)[1], of(p)[0]) for p in ("triad_l2", "triad_l3")]  # a probe fills half of its cache
    levels.append((float("inf"), of("triad_memory")[0]))
    return floors.Machine(of("f32")[0], of("bf16")[0], tuple(levels)), {key: value[0] for key, value in found.items()}


def check(workload, field):
    """Says where contenders do not do the same work."""
    work = floors.WORK[workload]()
    for name, contender in field.items():
        if contender.error:
            continue
        parameters, flops = contender.facts.get("parameters"), contender.facts.get("forward_flops")
        if parameters != work.parameters:
            say(f"  {name} trains {parameters} parameters, not {work.parameters}: not the same network")
        if flops and abs(flops / work.forward_flops - 1) > 1e-3:
            say(f"  {name} counts {flops} operations forward, floors.py {work.forward_flops:.0f}")


def compare(args, workload, precision):
    """A row: median seconds by contender, and why others have none."""
    field = {}
    suffix = "_bf16" if precision == "bf16" else ""
    for name, step in (("lepton", workload + suffix), ("eager", workload + suffix + "_eager")):
        field[name] = contenders.lepton(args.bench, step, args.threads)
    extra = ["torch_folded"] if workload == "mobilenet_frozen" and "torch" in args.peers else []
    for name in args.peers + extra:
        field[name] = contenders.peer(name, workload, args.threads, precision)
    for name, contender in field.items():
        say(f"  {workload} {precision} {name}: {contender.error or contender.facts.get('notes', 'ready')}")
    check(workload, field)
    for _ in range(args.rounds):
        for contender in field.values():
            contender.time()
    for contender in field.values():
        contender.close()
    return table.Row(workload, precision, {name: c.seconds for name, c in field.items() if c.seconds},
                     {name: c.error for name, c in field.items() if c.error})


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bench", default="build/release/benchmarks/train_bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--bf16", action="store_true", help="time mixed precision as well")
    parser.add_argument("--peers", default=",".join(contenders.PEERS), help="which of %(default)s")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=" ".join(floors.WORK))
    args = parser.parse_args()
    args.workloads = args.workloads or list(floors.WORK)
    wanted = args.peers.split(",") if args.peers else []
    if unknown := [w for w in args.workloads if w not in floors.WORK] + [p for p in wanted if p not in contenders.PEERS]:
        parser.error("unknown: " + " ".join(unknown))
    args.peers = [p for p in wanted if contenders.installed(p)]
    for absent in sorted(set(wanted) - set(args.peers)):
        say(f"{absent} is not installed")
    return args


def main():
    args = parse()
    machine, probes = probe_machine(args.bench, args.threads)
    rows = []
    for workload in args.workloads:
        rows.append(compare(args, workload, "f32"))
        if args.bf16 and machine.bf16:
            rows.append(compare(args, workload, "bf16"))
    text = table.render(rows, machine, probes, args.threads, args.rounds)
    print(text)
    if args.write:
        table.write(README, text)


if __name__ == "__main__":
    main()
