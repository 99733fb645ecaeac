#!/usr/bin/env python3
"""Every page of docs/errors is true: its first program has the error that the page is about and no other, its second none.

    test/errors.py --daggerc build/bin/daggerc [DG3005 …]

Programs are checked; those of DG9…, whose errors come while a program runs, run by the reference execution and compiled.
What needs more than a program (a file that is no text, a library, a wrong command line) is made here: see SPECIAL.
The last line is `N passed, N failed`.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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
        done = subprocess.run([self.daggerc, *arguments], cwd=self.folder, env=self.environment, capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def write(self, name, content):
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    # What is wrong with a command that should show just these codes; an empty text if nothing is.
    def shows(self, codes, *arguments, status=1):
        got, out, err = self.call(*arguments)
        shown = SHOWN.findall(err)
        if shown != codes or got != (status if codes else 0):
            return f"daggerc {' '.join(arguments)}\n  wanted {codes or 'no error'}, got {shown} and exit code {got}\n{out}{err}"
        return ""

    def of_page(self, page):
        if page.code in SPECIAL:
            return SPECIAL[page.code](self, page)
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


def imported(pages, page):
    pages.write("physics.dg", "fn weight(mass: f64) -> f64 { mass * 9.81 }\n")
    return Pages.of_page_plain(pages, page)


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


SPECIAL = {"DG1020": nested, "DG1021": large, "DG3028": chain, "DG9005": overflow, "DG9007": file, "DG9008": extern}
