"""One peer in a process of its own: run.py PEER WORKLOAD THREADS PRECISION, with PRECISION f32 or bf16.

Writes a line of JSON once the step is compiled and warm, {"parameters", "settings", "loss"}, or {"error"}. Then, for each
line on standard input, {"seconds"}: the median of a step over at least a second.
"""
import importlib
import json
import os
import statistics
import sys
import time

sys.dont_write_bytecode = True
MODULES = {"torch": "torch_steps", "torch_folded": "torch_steps", "torch_compile": "torch_steps", "jax": "jax_steps",
           "keras": "keras_steps"}


def limit_threads(threads):
    """Libraries take their threads from the CPUs that they may use, or from these variables."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[variable] = str(threads)
    os.environ["THP_MEM_ALLOC_ENABLE"] = "1"  # PyTorch's huge pages
    os.environ["JAX_DEFAULT_PRNG_IMPL"] = "unsafe_rbg"  # its fastest random numbers
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"


def time_steps(step, seconds, least):
    """Seconds of each of at least `least` steps, for at least `seconds`; fewer where they take longer than ten."""
    times, spent = [], 0.0
    while not times or spent < seconds or (len(times) < least and spent < 10):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
        spent += times[-1]
    return times


def prepared(make, limit):
    """A step that is compiled and warm, and the least time that it took; None where that is beyond `limit`."""
    step = make()
    step()  # compiles
    if min(time_steps(step, 0, 2)) > limit:
        return None
    return min(time_steps(step, 0.5, 3)), step


def fastest(candidates):
    """Of several ways to run a step, by name, the one with the shortest time; ways that fail are left out. A step returns
    when its work is done. Gives name, step, and a line about the others."""
    best, notes = None, []
    for name, make in candidates.items():
        try:
            found = prepared(make, 3 * best[0] if best else float("inf"))
        except Exception as error:  # a peer may lack a way; the others count
            notes.append(f"{name} failed: {str(error).strip().splitlines()[-1] if str(error) else type(error).__name__}")
            continue
        notes.append(f"{name} {found[0] * 1e6:.0f} us" if found else f"{name} is far slower")
        if found and (not best or found[0] < best[0]):
            best = *found, name
    if not best:
        raise RuntimeError("; ".join(notes))
    return best[2], best[1], "; ".join(notes)


def main():
    peer, workload, threads, precision = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    limit_threads(threads)
    replies, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no reply

    def reply(**values):
        print(json.dumps(values), file=replies, flush=True)

    try:
        setup = importlib.import_module(MODULES[peer]).setup(peer, workload, threads, precision == "bf16")
        settings, step, notes = fastest(setup["candidates"])
        reply(settings=settings, notes=notes, loss=float(step()), **setup["facts"])
    except Exception as error:  # whatever it is, the comparison goes on without this peer
        reply(error=f"{type(error).__name__}: {str(error).strip()[-300:]}")
        return
    for _ in sys.stdin:
        reply(seconds=statistics.median(time_steps(step, 1.0, 3)))


if __name__ == "__main__":
    main()
