#!/usr/bin/env python3
"""Every page of docs/errors is true: its first program has the error that the page is about and no other, its second none.

    test/errors.py --daggerc build/bin/daggerc [DG3005 …]

Programs are checked; those of DG9…, whose errors come while a program runs, run by the reference execution and compiled.
What needs more than a program (a file that is no text, a library, a wrong command line) is made here: see SPECIAL.
The last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WAYS = {"interpreted": ["--reference"], "compiled": ["--threads", "2"]}
SHOWN = re.compile(r"error\[(DG\d{4})\]")


class Page:
    def __init__(self, path):
        self.code, self.text = path.stem, path.read_text()
        self.programs = re.findall(r"^```dg\n(.*?)^```", self.text, re.M | re.S)


class Pages:
    def __init__(self, daggerc, cc, folder):
        self.daggerc, self.cc, self.folder = daggerc, cc, pathlib.Path(folder)
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), "NO_COLOR": "1"}

    def call(self, *arguments):
        try:
            done = subprocess.run([self.daggerc, *arguments], cwd=self.folder, env=self.environment, capture_output=True, timeout=120)
        except subprocess.TimeoutExpired:
            return -1, "", "had not ended after 120 s"
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    # Until nobody is at work on the cache any more: a first start leaves a process that puts the program there.
    def settle(self):
        cache = self.folder / "cache" / "dagger"
        end = time.monotonic() + 60
        while cache.exists() and any(file.name.startswith("tmp-") for file in cache.iterdir()):
            if time.monotonic() > end:
                return "after a minute somebody is still at work on the cache"
            time.sleep(0.01)
        return ""

    def write(self, name, content):
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    # What is wrong with a command that should show just these codes; an empty text if nothing is.
    def shows(self, codes, *arguments, status=1):
        got, out, err = self.call(*arguments)
        shown = sorted(set(SHOWN.findall(err)))
        if shown != codes or got != (status if codes else 0):
            return f"daggerc {' '.join(arguments)}\n  wanted {codes or 'no error'}, got {shown} and exit code {got}\n{out}{err}"
        return ""

    def of_page(self, page):
        if page.code in SPECIAL:
            return SPECIAL[page.code](self, page)
        for name in ("models/heat.dg", "heat-2d.dg"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            self.write(name, "fn conductivity() -> f64 { 0.2 }\n")
        if len(page.programs) != 2:
            return "shows no program and its cure"
        problems = []
        for name, program, codes in (("failing.dg", page.programs[0], [page.code]), ("cured.dg", page.programs[1], [])):
            self.write(name, program)
            if page.code < "DG9000":
                problems.append(self.shows(codes, "check", name))
            else:
                problems.append(self.shows([], "check", name))
                problems += [self.shows(codes, "run", *way, name) for way in WAYS.values()]
        return "".join(problems)


def nested(pages, page):
    pages.write("deep.dg", "fn main() {\n    print(" + "(" * 300 + "1" + ")" * 300 + ")\n}\n")
    pages.write("cured.dg", page.programs[0])
    return pages.shows([page.code], "check", "deep.dg") + pages.shows([], "check", "cured.dg")


def large(pages, page):
    pages.write("large.dg", "# " + "x" * (17 << 20) + "\nfn main() {}\n")
    pages.write("cured.dg", page.programs[0])
    return pages.shows([page.code], "check", "large.dg") + pages.shows([], "check", "cured.dg")


def chain(pages, page):
    pages.write("chain.dg", "fn main() {\n    print(" + " + ".join(["1"] * 900) + ")\n}\n")
    pages.write("cured.dg", page.programs[1])
    return pages.shows([page.code], "check", "chain.dg") + pages.shows([], "check", "cured.dg")


def overflow(pages, page):
    pages.write("failing.dg", page.programs[0])
    pages.write("cured.dg", page.programs[1])
    problems = ""
    for way in WAYS.values():
        problems += pages.shows([page.code], "run", "--checked", *way, "failing.dg")
        problems += pages.shows([], "run", *way, "failing.dg") + pages.shows([], "run", "--checked", *way, "cured.dg")
    return problems


def file(pages, page):
    pages.write("failing.dg", page.programs[0])
    pages.write("cured.dg", page.programs[1])
    pages.write("numbers.csv", "1.0\n2.0\n")
    problems = ""
    for way in WAYS.values():
        problems += pages.shows([page.code], "run", *way, "failing.dg")
        problems += pages.shows([], "run", *way, "cured.dg", "--path", "numbers.csv")
    return problems


def extern(pages, page):
    pages.write("fit.c", """#include <dagger/runtime.h>
double fit(const double *x, int64_t n) {
  if (n < 3) dg_fail("fit needs three numbers");
  return x[0];
}
""")
    subprocess.run([pages.cc, "-shared", "-fPIC", f"-I{ROOT}/runtime/include", "-o", "libfit.so", "fit.c"], cwd=pages.folder, check=True)
    pages.write("failing.dg", page.programs[0])
    pages.write("cured.dg", page.programs[1])
    problems = ""
    for way in WAYS.values():
        problems += pages.shows([page.code], "run", *way, "failing.dg") + pages.shows([], "run", *way, "cured.dg")
    return problems


# The checks of pages that are about files and command lines: commands, and what they show.
def not_text(pages, page):
    pages.write("latin.dg", "fn main() {\n    print(\"caf\xe9\")\n}\n".encode("latin-1"))
    pages.write("cured.dg", "fn main() {\n    print(\"caf\xe9\")\n}\n")
    return pages.shows(["DG7003"], "check", "latin.dg", status=2) + pages.shows([], "check", "cured.dg")


def no_file(pages, page):
    pages.write("hello.dg", "fn main() {}\n")
    problem = pages.shows([page.code], "run", "hello", status=2) + pages.shows([], "run", "hello.dg")
    return problem or ("" if "did you mean `hello.dg`?" in pages.call("run", "hello")[2] else "no help with the name")


def folder(pages, page):
    (pages.folder / "programs").mkdir(exist_ok=True)
    return pages.shows([page.code], "run", "programs", status=2)


def command_line(pages, page):
    pages.write("fib.dg", "fn main(n: i64 = 3) { print(n) }\n")
    return pages.shows([page.code], "run", "--n", "10", "fib.dg", status=2) + pages.shows([], "run", "fib.dg", "--n", "10")


def no_code(pages, page):
    return pages.shows([page.code], "explain", "DG1", status=2) + pages.shows([], "explain", "DG1001")


def no_compiler(pages, page):
    pages.write("heat.dg", "fn main() { print(1) }\n")
    pages.environment, kept = {**pages.environment, "PATH": str(pages.folder)}, pages.environment
    problem = pages.shows([page.code], "build", "heat.dg", "-o", "heat")
    pages.environment = kept
    return problem + pages.shows([], "build", "heat.dg", "-o", "heat")


def no_library(pages, page):
    pages.write("missing.dg", 'extern task fit(x: f64) -> f64 from "libnowhere.so"\nfn main() { print(fit(1.0)) }\n')
    return pages.shows([page.code], "run", "missing.dg")


def no_main(pages, page):
    pages.write("physics.dg", "fn weight(mass: f64) -> f64 { mass * 9.81 }\ntest \"weight\" { assert weight(0.0) == 0.0 }\n")
    return pages.shows([page.code], "run", "physics.dg") + pages.shows([], "test", "physics.dg")


UNSHOWN = {"DG6099"}  # a fault of the compiler: a program that shows one is a bug, and a test of its own
SPECIAL = {
    "DG1020": nested, "DG1021": large, "DG1022": not_text, "DG3028": chain, "DG7001": no_file, "DG7002": folder,
    "DG7003": not_text, "DG7004": command_line, "DG7005": no_code, "DG7006": no_library, "DG7007": no_compiler,
    "DG7008": no_main, "DG9005": overflow, "DG9007": file, "DG9008": extern,
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--daggerc", required=True)
    arguments.add_argument("--cc", default="cc")
    arguments.add_argument("codes", nargs="*")
    options = arguments.parse_args()
    paths = [path for path in sorted((ROOT / "docs" / "errors").glob("DG*.md"))
             if path.stem not in UNSHOWN and (not options.codes or path.stem in options.codes)]

    def problem_of(path):
        with tempfile.TemporaryDirectory() as folder:
            pages = Pages(os.path.abspath(options.daggerc), options.cc, folder)
            problems = [pages.of_page(Page(path)), pages.settle()]
            return "\n".join(filter(None, problems))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = list(pool.map(problem_of, paths))
    for path, problem in zip(paths, problems):
        if problem:
            print(f"{path.stem}: {problem}")
    failed = sum(map(bool, problems))
    passed = len(paths) - failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
