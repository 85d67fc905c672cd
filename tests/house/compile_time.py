#!/usr/bin/env python3
"""Measures the CPU seconds of compiling a source: compile_time.py SOURCE --limit SECONDS [-- FLAG...]

Compiles with `g++ -std=c++20 -O2 FLAGS` three times, prints the best user time, and fails over the limit.
User time and the best of three, since other work on the machine shall not decide.
"""
import argparse
import os
import resource
import subprocess
import sys
import tempfile


def user_seconds(command):
    """User CPU seconds of a command and what it starts; raises where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    # argparse takes flags such as -Iinclude for its own, so they come after "--".
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(usage="compile_time.py SOURCE --limit SECONDS [-- FLAG...]")
    parser.add_argument("source")
    parser.add_argument("--limit", type=float, required=True)
    parser.add_argument("--compiler", default="g++")
    arguments, flags = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]

    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.compiler, "-std=c++20", "-O2", *flags, "-c", arguments.source,
                   "-o", os.path.join(folder, "out.o")]
        try:
            best = min(user_seconds(command) for _ in range(3))
        except subprocess.CalledProcessError as failure:
            sys.exit(f"compile_time: {arguments.source} does not compile (status {failure.returncode})")
    print(f"{os.path.basename(arguments.source)}: {best:.2f} CPU seconds to compile, limit {arguments.limit:g}")
    sys.exit(best > arguments.limit)


if __name__ == "__main__":
    main()
