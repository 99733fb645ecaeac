"""What the areas' commands have in common."""

import argparse
import sys
import time

from . import programs, report
from .stats import Row


def parser(area: str, about: str, repetitions: int) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"./dev bench {area}", description=about)
    made.add_argument("--repetitions", type=int, default=repetitions, help=f"turns of each contender (default {repetitions})")
    made.add_argument("--only", default="", metavar="TEXT", help="only rows whose name contains it; writes nothing")
    made.add_argument("--no-write", action="store_true", help="leave bench/README.md as it is")
    made.add_argument("--taskflow", metavar="DIR", help="a copy of Taskflow; without, its rows are left out")
    made.add_argument("--lace", metavar="DIR", help="a copy of Lace; without, its rows are left out")
    return made


class Bench:
    """The rows of one run, in order: each printed when it is done, all in a table at the end."""

    def __init__(self, area: str, options: argparse.Namespace):
        self.area, self.options, self.rows, self.start = area, options, [], time.monotonic()
        if not programs.daggerc.exists():
            raise SystemExit("bench: there is no build/bin/daggerc: ./dev build")

    def wanted(self, name: str) -> bool:
        return self.options.only in name

    def add(self, row: Row):
        self.rows.append(row)
        print("  ".join(cell for cell in report.cells(row) if cell), file=sys.stderr, flush=True)

    def finish(self):
        text = report.describe(self.area, self.rows, sys.argv[1:], time.monotonic() - self.start)
        print(report.table(self.rows))
        if not (self.options.no_write or self.options.only):
            report.write(self.area, text)
