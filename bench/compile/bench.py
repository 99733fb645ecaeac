"""./dev bench compile: how long the compiler keeps people waiting.

Wall time of whole processes. Every example is checked, started for the first time (its cache folder is empty) and, when the cache has
it, started again, with the small arguments that its test has. A first start may leave a process that optimizes the program and puts
it into the cache: the time until that is done is a row of its own, and the next measurement begins only then. A generated program is compiled against the same one in C++."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
from harness import command, programs  # noqa: E402
from harness.contest import contest  # noqa: E402
from harness.stats import Ahead, AtMost, Failure, Row, Sample, number  # noqa: E402

work = programs.build / "compile"


def arguments(example: Path) -> list[str] | None:
    """The arguments its test gives it. None: it is no program that simply runs to its end."""
    expected = programs.root / "test" / "run" / "expected" / example.stem
    text = example.read_text() + (expected.read_text() if expected.exists() else "")
    if "# fails:" in text or "# tested:" in text or "fn main" not in text:
        return None
    given = re.findall(r"^# args: (.*)$", text, re.M)
    folders = {"examples": str(example.parent), "out": str(work), "inputs": str(programs.root / "test" / "run" / "inputs")}
    return [word for line in given for word in line.format(**folders).split()]


def wait(*words, cache: Path | None = None, lines: bool = False) -> float:
    """Milliseconds that a command takes (seconds where it is about many lines)."""
    seconds, _ = programs.run([programs.daggerc, *words], 600, {"XDG_CACHE_HOME": str(cache)} if cache else None, work)
    return seconds if lines else seconds * 1e3


def until_cached(cache: Path, began: float) -> float:
    """Milliseconds from then on until the cache has the one program, and nobody works on it any more."""
    while [file.suffix for file in (cache / "dagger").iterdir()] != [".so"]:
        if time.perf_counter() - began > 60:
            raise Failure("after a minute the cache has no program")
        time.sleep(0.001)
    return (time.perf_counter() - began) * 1e3


def examples(bench: command.Bench):
    """One row a way to start, with the slowest example for its number and all of them in the note."""
    times: dict[str, dict[str, list[float]]] = {"check": {}, "first start": {}, "until optimized code is in the cache": {}, "cached start": {}}
    errors: dict[str, str] = {}
    skipped = []
    for turn in range(bench.options.repetitions):
        for example in sorted((programs.root / "examples").glob("*.dg")):
            words = arguments(example)
            cache = work / "cache"
            try:
                times["check"].setdefault(example.stem, []).append(wait("check", example))
                if words is None:
                    if turn == 0:
                        skipped.append(example.stem)
                    continue
                shutil.rmtree(cache, ignore_errors=True)
                cache.mkdir(parents=True)
                began = time.perf_counter()
                times["first start"].setdefault(example.stem, []).append(wait("run", example, *words, cache=cache))
                times["until optimized code is in the cache"].setdefault(example.stem, []).append(until_cached(cache, began))
                times["cached start"].setdefault(example.stem, []).append(wait("run", example, *words, cache=cache))
            except Failure as failure:
                errors[example.stem] = str(failure)
    for (way, of), mark in zip(times.items(), (30, 120, None, 8)):
        medians = {name: Sample(tuple(values)) for name, values in of.items()}
        slowest = max(medians, key=lambda name: medians[name].median)
        note = f"slowest is {slowest}; " + ", ".join(f"{name} {number(s.median)}" for name, s in medians.items())
        if skipped and way != "check":
            note += f"; left out, since they need more than a command line or end in a failure: {', '.join(skipped)}"
        row = Row(f"examples, {way}", "ms", medians[slowest], goals=(AtMost(mark),) if mark else (), note=note)
        if errors:
            row.ours, row.error = None, "; ".join(f"{name}: {text}" for name, text in errors.items())
        bench.add(row)


def generated(bench: command.Bench, lines: int, goals: dict, against: bool):
    """`check` and `build` of so many lines; `against`: held against the same program in C++, which must give the same result.
    Compiled once each: of work that takes so long other repetitions say little, and C++ takes minutes."""
    dg, cpp = work / f"lines_{lines}.dg", work / f"lines_{lines}.cpp"
    subprocess.run([sys.executable, here / "generate.py", str(lines), dg, cpp], check=True)
    count = dg.read_text().count("\n")
    turns = bench.options.repetitions
    bench.add(contest(Row(f"{count:,} generated lines, check", "s", goals=goals["check"]), turns,
                      lambda: lambda: wait("check", dg, lines=True), {}))

    def ours():
        return lambda: wait("build", dg, "-o", work / f"lines_{lines}", lines=True)

    def clang():
        words = ["clang++-22", "-O2", "-std=c++17", cpp, "-o", work / f"lines_{lines}_cpp"]
        return lambda: programs.run(words, 600)[0]

    row = contest(Row(f"{count:,} generated lines, compile", "s", goals=goals["compile"]), 1, ours, {"clang++ -O2": clang} if against else {})
    if row.ours and against:
        try:
            right = programs.run([work / f"lines_{lines}_cpp"])[1]
            got = programs.run([work / f"lines_{lines}"])[1]
            if got != right:
                raise Failure(f"wrong: it prints {got.strip()}, C++ {right.strip()}")
        except Failure as failure:
            row.error, row.note = str(failure), f"its compilation took {row.ours} s"
            row.ours = None
    bench.add(row)
    return row


def main():
    parser = command.parser("compile", __doc__, 5)
    parser.add_argument("--lines", type=int, default=20_000, help="of the generated program (default 20000)")
    options = parser.parse_args()
    work.mkdir(parents=True, exist_ok=True)
    bench = command.Bench("compile", options)
    if bench.wanted("examples"):
        examples(bench)
    if bench.wanted("generated"):
        half = generated(bench, options.lines // 2, {"check": (), "compile": ()}, against=False)
        goals = {"check": (AtMost(0.5),), "compile": (AtMost(20), Ahead())}
        whole = generated(bench, options.lines, goals, against=True)
        if half.ours and whole.ours:
            growth = whole.ours.median / half.ours.median
            bench.add(Row("twice the lines, compile", "times as long", Sample((growth,)), goals=(AtMost(2.3),)))
    bench.finish()


if __name__ == "__main__":
    main()
