"""The table of a comparison, as it stands in README.md."""
import importlib.metadata
import statistics
import time
from dataclasses import dataclass, field

import floors
from contenders import PEERS

BEGIN, END = "<!-- compare.py --write: begin -->", "<!-- compare.py --write: end -->"
PACKAGES = {"PyTorch": ("torch",), "JAX": ("jax",), "Keras": ("keras", "tensorflow", "tensorflow-cpu")}


@dataclass
class Row:
    workload: str
    precision: str
    seconds: dict  # by contender, of each round
    errors: dict = field(default_factory=dict)

    def median(self, name):
        return statistics.median(self.seconds[name]) if name in self.seconds else None

    def best_peer(self):
        """Name and time of the fastest peer, or None."""
        times = [(self.median(name), name) for name in PEERS if name in self.seconds]
        return min(times) if times else None


def amount(seconds):
    if seconds is None:
        return "-"
    for unit, scale in (("us", 1e6), ("ms", 1e3)):
        value = seconds * scale
        if value < 1000 or unit == "ms":
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


def best_of(row, rows):
    """The peer to be measured against: in bf16 whoever is fastest in either precision, since a user may choose."""
    found = [r.best_peer() for r in rows if r.workload == row.workload and (r is row or row.precision == "bf16")]
    return min((f for f in found if f), default=None)


def section(precision, rows, machine):
    chosen = [r for r in rows if r.precision == precision]
    names = list(PEERS.values())
    head = ["workload", "lepton", "eager", *names, "times the best peer's speed", "floor", "of the floor"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    ratios = []
    for row in chosen:
        ours, best = row.median("lepton"), best_of(row, rows)
        least = floors.floor(row.workload, machine, precision == "bf16")
        ratio, reached = "-", "-"
        if ours:
            reached = f"{100 * least / ours:.0f} %"
            if best:
                ratios.append(best[0] / ours)
                ratio = f"{ratios[-1]:.2f}"
        cells = [row.workload, amount(ours), amount(row.median("eager")), *(amount(row.median(p)) for p in PEERS), ratio,
                 amount(least), reached]
        lines.append("| " + " | ".join(cells) + " |")
    for row in chosen:
        if by_hand := row.median("torch_folded"):
            lines += ["", f"Beside the table: {row.workload} in PyTorch eager with batch norm folded into the convolutions "
                          f"by hand takes {amount(by_hand)}."]
    if ratios:
        lines += ["", f"Geometric mean of the lead in {precision}: {statistics.geometric_mean(ratios):.2f}"]
    return lines


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "a CPU")


def versions():
    found = []
    for name, packages in PACKAGES.items():
        for package in packages:
            try:
                found.append(f"{name if package == packages[0] else 'TensorFlow'} {importlib.metadata.version(package)}")
            except importlib.metadata.PackageNotFoundError:
                pass
    return ", ".join(found) or "no peers"


def limits(probes, threads):
    """The machine's peaks in words."""
    def both(probe, unit):
        one, all_threads = probes.get((probe, 1), 0), probes.get((probe, threads), 0)
        if not one:
            return "not there"
        return f"{all_threads / 1e9:.0f} {unit} ({one / 1e9:.0f} on one thread)" if threads > 1 and all_threads else \
            f"{one / 1e9:.0f} {unit}"

    return (f"Measured limits: f32 {both('f32', 'GFLOP/s')}, bf16 {both('bf16', 'GFLOP/s')}; triad in L2 "
            f"{both('triad_l2', 'GB/s')}, in L3 {both('triad_l3', 'GB/s')}, in memory {both('triad_memory', 'GB/s')}.")


def render(rows, machine, probes, threads, rounds):
    lines = [f"{processor()}, {threads} threads, {versions()}, {rounds} rounds, {time.strftime('%Y-%m-%d')}.", "",
             limits(probes, threads)]
    for precision in ("f32", "bf16"):
        if any(r.precision == precision for r in rows):
            lines += ["", *section(precision, rows, machine)]
    failures = [f"- {r.workload} {r.precision}, {PEERS.get(name, name)}: {error}" for r in rows
                for name, error in r.errors.items()]
    if failures:
        lines += ["", "Not run:", *failures]
    return "\n".join(lines)


def write(path, text):
    with open(path) as file:
        old = file.read()
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        raise SystemExit(f"{path} lacks the lines {BEGIN} and {END}")
    with open(path, "w") as file:
        file.write(f"{before}{BEGIN}\n{text}\n{END}{after}")
