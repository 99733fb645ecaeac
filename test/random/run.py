"""Runs random programs compiled and under the reference execution; a disagreement is made small and kept.

    run.py --daggerc build/bin/daggerc --count 500 [--seed N] [--keep DIR]

Compiled runs: one thread, as a first start; two threads, optimized; and those with small chunks forced. Standard output, the exit code and the
first line of an error must be those of the reference. Ends in `N passed, N failed`.
"""
import argparse, concurrent.futures, os, pathlib, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from generate import Program

WAYS = [["--threads", "1"], ["--threads", "2", "--optimized"], ["--threads", "2", "--optimized", "--chunk-bytes", "256"]]


def execute(daggerc, path, options):
    try:
        done = subprocess.run([daggerc, "run", *options, path], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return ("no end after 60 s", "", "")
    return (done.returncode, done.stdout, done.stderr.split("\n")[0])


def disagreement(daggerc, path):
    """The first way whose result differs from the reference's, with both results; None if all agree."""
    wanted = execute(daggerc, path, ["--reference"])
    if wanted[0] not in (0, 1):
        return ("--reference", wanted, "an exit code of 0 or 1")
    for way in WAYS:
        found = execute(daggerc, path, way)
        if found != wanted:
            return (" ".join(way), wanted, found)
    return None


def shrink(daggerc, text, folder):
    """Leaves lines of main out, one after the other, as long as the program is valid and still disagrees."""
    path = os.path.join(folder, "small.dg")

    def bad(lines):
        pathlib.Path(path).write_text("\n".join(lines))
        if subprocess.run([daggerc, "check", path], capture_output=True).returncode:
            return False
        return disagreement(daggerc, path) is not None

    lines, position = text.split("\n"), 0
    while position < len(lines):
        shorter = lines[:position] + lines[position + 1:]
        if lines[position].startswith("    ") and bad(shorter):
            lines = shorter
        else:
            position += 1
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--daggerc", required=True)
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", default=None, help="folder for small programs that disagree")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options = options.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def one(seed):
            path = os.path.join(folder, f"random{seed}.dg")
            pathlib.Path(path).write_text(Program(seed).text())
            return seed, disagreement(options.daggerc, path)

        for seed, found in pool.map(one, range(options.seed, options.seed + options.count)):
            if found is None:
                passed += 1
                continue
            failed += 1
            way, wanted, got = found
            print(f"seed {seed} with {way}:\n  reference {wanted}\n  found     {got}")
            if options.keep and failed <= 5:
                pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
                small = shrink(options.daggerc, Program(seed).text(), folder)
                (pathlib.Path(options.keep) / f"seed{seed}.dg").write_text(small)
                print(f"  made small: {options.keep}/seed{seed}.dg")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
