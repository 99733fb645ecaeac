"""./dev bench --quick: what changed since the last committed figures, in a few minutes.

Instructions of small runs, counted by valgrind (they repeat to a thousandth, whatever else the machine does), and the main
ratios to peers and floors (times: they don't). What got worse is said; the exit code is 0 all the same. `--save` makes this run the
one that later ones are held against: bench/quick/last.json."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
from harness import peers, programs  # noqa: E402
from harness.programs import Ours, Peer, make  # noqa: E402
from harness.stats import Failure, Sample, number  # noqa: E402

last = here / "last.json"
best_gcc = ["-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-fopenmp"]
tasks, arrays = here.parent / "tasks", here.parent / "arrays"


def instructions(words: list) -> float:
    """How many instructions a process executes, all of its threads together."""
    with tempfile.NamedTemporaryFile() as ignored:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={ignored.name}", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL)
    if "Unrecognised instruction" in done.stderr or "unhandled instruction" in done.stderr or "Illegal opcode" in done.stderr:
        raise Failure("valgrind does not know the instructions of this processor that it uses")
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise Failure(f"exit {done.returncode} under valgrind")
    return float(found[1])


def narrow(source: Path) -> Path:
    """A program of ours with vectors that valgrind knows: it has none of 512 bits."""
    return programs.dg(source, "--vector-bits", "128")


def counted() -> dict:
    """What is counted: the difference between two sizes, so that starting falls out; the compiler as a whole process."""

    def ours(source, option, small, large, *extra):
        def count():
            words = [narrow(source), *extra, "--dagger-threads", 1]
            return (instructions([*words, option, large]) - instructions([*words, option, small])) / (large - small)

        return count

    def compiler(*words):
        return lambda: instructions([programs.daggerc, *words])

    examples = programs.root / "examples"
    return {
        "fib, from 15 to 16": ours(tasks / "fib.dg", "--n", 15, 16),
        "an independent task": ours(tasks / "independent.dg", "--n", 100, 2_100),
        "a task of a chain": ours(tasks / "chain_nodes.dg", "--n", 100, 2_100),
        "a step of the stencil, 64 tasks": ours(tasks / "stencil.dg", "--steps", 10, 50),
        "a task with random dependences": ours(tasks / "random.dg", "--n", 100, 600),
        "a pass of heat, 256 x 256": ours(arrays / "heat_f32.dg", "--steps", 16, 48, "--n", 256),
        "10,000 options": ours(arrays / "options_f64.dg", "--turns", 1, 5, "--n", 10_000),
        "start and end of a program": lambda: instructions([narrow(tasks / "chain.dg"), "--n", 0, "--dagger-threads", 1]),
        "daggerc check heat": compiler("check", examples / "heat.dg"),
        "daggerc check kmeans": compiler("check", examples / "07_kmeans.dg"),
    }


def timed() -> dict:
    """Name: ours, and what it is held against."""

    def c(name, source, *flags):
        out = programs.build / "quick" / name
        return make(f"quick/{name}", ["gcc", *best_gcc, *flags, source, "-o", out, "-lm"], source)

    def floor(what, size):
        return lambda: Peer([c("floors", arrays / "floors.c"), what], 1e3 * size)

    n, side = 20_000_000, 2048
    return {
        "fib(32), one thread, to a call": (lambda: Ours(tasks / "fib.dg", "--n", 15, 32, 1, 1e9 * 17 / 7_047_182, 1),
                                          lambda: Peer([make("quick/call", ["gcc", "-O3", tasks / "floors.c", "-o", programs.build /
                                                        "quick/call"], tasks / "floors.c"), "call", 20_000_000], 1e9)),
        "sum of 2e7, to memory": (lambda: Ours(arrays / "streams" / "sum.dg", "--turns", 1, 61, 1, 1e3, 2, ("--n", n)),
                                  floor("read", 8 * n)),
        "heat 2048^2, to one by hand": (lambda: Ours(arrays / "heat_f32.dg", "--steps", 0, 40, 1, 1e3, 2, ("--n", side)),
                                        lambda: Peer([c("stencil", arrays / "stencil.c", "-DREAL=float"), "heat", side, 40], 1e3)),
        "1e6 options, to gcc": (lambda: Ours(arrays / "options_f64.dg", "--turns", 1, 11, 1, 1e3, 2, ("--n", 1_000_000)),
                                lambda: Peer([c("options", arrays / "options.c", "-DREAL=double"), 1_000_000, 10], 1e3)),
    }


def compare(kind: str, name: str, new: float, before: dict, limit: float) -> str:
    """A line about one figure, all of which are costs; more than `limit` of change is worth a word."""
    old = before.get(kind, {}).get(name)
    if not old:
        return f"{name}: {number(new)} (new)"
    change = new / old - 1
    word = "WORSE" if change > limit else "better" if change < -limit else "as before"
    return f"{name}: {number(new)}, {word}" + (f" by {abs(change):.1%} (was {number(old)})" if abs(change) > limit else "")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --quick", description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {last.relative_to(programs.root)}")
    options = parser.parse_args()
    before = json.loads(last.read_text()) if last.exists() else {}
    figures: dict[str, dict[str, float]] = {"instructions": {}, "times the peer's": {}}
    print("instructions:")
    try:
        peers.debian("valgrind")
        for name, count in counted().items():
            try:
                figures["instructions"][name] = round(count())
                print("  " + compare("instructions", name, figures["instructions"][name], before, 0.01), flush=True)
            except (Failure, subprocess.TimeoutExpired) as failure:
                print(f"  {name}: not counted: {failure}", flush=True)
    except Failure as failure:
        print(f"  none counted: {failure}")
    print("times the peer's (below 1 we are faster; medians of 3):")
    for name, (ours, peer) in timed().items():
        try:
            mine, theirs = ours(), peer()
            pairs = [(mine(), theirs()) for _ in range(3)]
            ratio = Sample(tuple(a for a, _ in pairs)).median / Sample(tuple(b for _, b in pairs)).median
            figures["times the peer's"][name] = round(ratio, 3)
            print("  " + compare("times the peer's", name, ratio, before, 0.15), flush=True)
        except Failure as failure:
            print(f"  {name}: not measured: {failure}", flush=True)
    if options.save:
        last.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
