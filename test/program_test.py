"""Programs as tests. A program is run by the reference execution and, compiled, on one thread (as a first start: in code that was made in
a hurry, until better code is there), on two, on two with its arrays
cut into small pieces, with narrower vectors, and as an executable of its own. Every way must print what is expected.

What is expected stands in the program, as comments, or in test/run/expected/NAME:

    # args: --n 10                    the command line; {examples}, {out} are folders
    # expect: the first line          standard output, a line each; {{...}} holds a regular expression
    # fails: error[DG9013]            a part of standard error, which else must be empty: then the exit code must be 1
    # only: reference                 or `compiled`: other ways are left out, with the reason after it
    # tested: test/lang/extern.test   it needs more than a command line: that test runs it

A program without any of them is an error: a test must be able to fail.
"""
import os
import pathlib
import re
import shutil
import subprocess

import lit.Test
import lit.formats

WAYS = {
    "reference": ["--reference"],
    "threads-1": ["--threads", "1"],
    "threads-2": ["--threads", "2", "--optimized"],
    "small-chunks": ["--threads", "2", "--optimized", "--chunk-bytes", "4096"],
    "vectors-128": ["--threads", "2", "--vector-bits", "128", "--chunk-bytes", "1000"],
    "vectors-256": ["--threads", "2", "--vector-bits", "256", "--chunk-bytes", "1000"],
    "built": ["--dagger-threads", "2"], # of the executable
}
SECONDS = 60


class Expectation:
    def __init__(self, program: pathlib.Path, beside: pathlib.Path):
        self.args, self.lines, self.fails, self.only = [], [], [], None
        texts = [program.read_text(errors="replace")]
        if (beside / program.stem).exists():
            texts.append((beside / program.stem).read_text())
        for line in "\n".join(texts).split("\n"):
            if match := re.match(r"# (args|expect|fails|only): ?(.*)", line):
                key, value = match.groups()
                if key == "args":
                    self.args += value.split()
                elif key == "expect":
                    self.lines.append(value)
                elif key == "fails":
                    self.fails.append(value)
                else:
                    self.only = value.split()[0]

    def is_empty(self):
        return not self.lines and not self.fails

    def mismatch(self, output: str):
        found = output.split("\n")
        if found and found[-1] == "":
            found.pop()
        for number, wanted in enumerate(self.lines):
            parts = re.split(r"\{\{(.*?)\}\}", wanted)
            pattern = "".join(f"(?:{part})" if k % 2 else re.escape(part) for k, part in enumerate(parts))
            line = found[number] if number < len(found) else None
            if line is None or not re.fullmatch(pattern, line.rstrip()):
                return f"line {number + 1}:\n  wanted: {wanted}\n  found:  {'nothing' if line is None else line}"
        if len(found) > len(self.lines):
            return f"line {len(self.lines) + 1}:\n  wanted: nothing\n  found:  {found[len(self.lines)]}"
        return None


class ProgramTest(lit.formats.TestFormat):
    def __init__(self, also):
        self.also = also

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folders = [pathlib.Path(suite.getSourcePath(path_in_suite))] + [pathlib.Path(folder) for folder in self.also]
        for folder in folders:
            for program in sorted(folder.glob("*.dg")):
                if re.search("^# tested: ", program.read_text(errors="replace"), re.M):
                    continue
                for way in WAYS:
                    test = lit.Test.Test(suite, path_in_suite + (f"{program.stem}.{way}",), local_config)
                    test.program, test.way = program, way
                    yield test

    def execute(self, test, lit_config):
        config, program = test.config, test.program
        expected = Expectation(program, pathlib.Path(config.test_source_root) / "run" / "expected")
        if expected.is_empty():
            return lit.Test.FAIL, f"{program} does not say what is expected of it (see test/program_test.py)"
        kind = "reference" if test.way == "reference" else "compiled"
        if expected.only and expected.only != kind:
            return lit.Test.UNSUPPORTED, f"only: {expected.only}"
        if kind == "compiled" and not config.has_compiler:
            return lit.Test.UNSUPPORTED, "this build has no code generator"

        out = pathlib.Path(test.getExecPath() + ".tmp")
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        folders = {"examples": config.source_root + "/examples", "out": str(out)}
        args = [arg.format(**folders) for arg in expected.args]
        command = [config.daggerc, "run", *WAYS[test.way], str(program), *args]
        environment = {**os.environ, **config.environment}
        if test.way == "built":
            build = [config.daggerc, "build", str(program), "-o", str(out / "program")]
            built = subprocess.run(build, capture_output=True, timeout=SECONDS, env=environment)
            if built.returncode:
                return lit.Test.FAIL, f"{' '.join(build)}\n{built.stderr.decode(errors='replace')}"
            command = [str(out / "program"), *WAYS["built"], *args]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, cwd=out, env=environment)
        except subprocess.TimeoutExpired:
            return lit.Test.TIMEOUT, f"{' '.join(command)}\nhad not ended after {SECONDS} s"
        stdout, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        problem = expected.mismatch(stdout)
        if done.returncode != (1 if expected.fails else 0):
            problem = f"exit code {done.returncode}"
        if stderr and not expected.fails:
            problem = "standard error is not empty"
        for part in expected.fails:
            if part not in stderr:
                problem = f"standard error does not hold: {part}"
        if problem:
            return lit.Test.FAIL, f"{' '.join(command)}\n{problem}\n--- stdout\n{stdout}--- stderr\n{stderr}"
        return lit.Test.PASS, ""
