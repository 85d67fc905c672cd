#!/usr/bin/env python3
"""Compiles the CUDA kernels and fails where one spills registers or keeps a stack: gate.py [--nvcc NVCC]
[--arch sm_90] [FILE.cu ...]; prints the registers of each kernel. Needs nvcc, but no GPU."""
import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Stack bytes that are no fault of the kernel: the name's pattern, the bytes, why.
ALLOWED_STACK = [
    (r"unary(_grad)?_kernel<.*::(Sin|Cos|Tan|Lgamma|Digamma), double>", 40,
     "CUDA's sin, cos and tan keep a table there for huge x"),
    (r"unary(_grad)?_kernel<.*::(Tan|Lgamma|Digamma), float>", 32, "so do tanf, and sinf with cosf"),
]
ENTRY = re.compile(r"Compiling entry function '(\w+)'")
STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
REGISTERS = re.compile(r"Used (\d+) registers")


def compile_log(nvcc, arch, file):
    """What ptxas says about each kernel of the file; exits with nvcc's message if it does not compile."""
    command = [nvcc, "-std=c++20", "-O3", "-cubin", f"-arch={arch}", f"-I{ROOT}", f"-I{ROOT}/include",
               "-Xptxas", "-v", "-o", "/dev/null", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{file}: nvcc fails\n{done.stderr}")
    return done.stderr


def demangle(names):
    text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True).stdout
    return [re.sub(r"\(.*", "", line).removeprefix("void ").replace("lepton::kernels::cuda::", "")
            for line in text.splitlines()]


def kernels(log):
    """(mangled name, stack bytes, spilled bytes, registers) of each kernel in the log."""
    found, current = [], None
    for line in log.splitlines():
        if match := ENTRY.search(line):
            current = [match[1], 0, 0, 0]
            found.append(current)
        elif current and (match := STACK.search(line)):
            current[1], current[2] = int(match[1]), int(match[2]) + int(match[3])
        elif current and (match := REGISTERS.search(line)):
            current[3] = int(match[1])
            current = None  # what follows may be a function that is no kernel
    return found


def fault(name, stack, spilled):
    """Why the gate stays shut for this kernel; None where it opens."""
    allowed = max((limit for pattern, limit, _ in ALLOWED_STACK if re.search(pattern, name)), default=0)
    if spilled:
        return f"{spilled} bytes of registers spilled: split the kernel, or give it more by __launch_bounds__"
    if stack > allowed:
        return f"{stack} bytes of stack: index arrays with constants, take parameters as __grid_constant__"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nvcc", default=shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc")
    parser.add_argument("--arch", default="sm_90")
    parser.add_argument("files", nargs="*", default=sorted((ROOT / "kernels/cuda").glob("*.cu")))
    options = parser.parse_args()
    if not shutil.which(options.nvcc):
        print(f"skipped: there is no nvcc at {options.nvcc}")
        return 77
    failures = count = 0
    for file in options.files:
        found = kernels(compile_log(options.nvcc, options.arch, file))
        count += len(found)
        for name, (_, stack, spilled, registers) in zip(demangle([k[0] for k in found]), found):
            reason = fault(name, stack, spilled)
            failures += reason is not None
            verdict = f"  FAILS: {reason}" if reason else ""
            print(f"{registers:4} registers {stack:4} stack  {name}{verdict}")
    print(f"{count} kernels, {failures} failures")
    return failures > 0 or count == 0


if __name__ == "__main__":
    sys.exit(main())
