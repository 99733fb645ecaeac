"""Programs: built once a run, started, timed by the wall, and watched for what memory they take."""

import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from .debian import debian
from .stats import Failure, NoDifference, quotient

root = Path(__file__).resolve().parents[2]
build = root / "build" / "bench"
daggerc = root / "build" / "bin" / "daggerc"
long_enough = 2.5  # seconds of work, where a row's work can be repeated
commands: list[str] = []  # what was built how, for the report


def make(out: str, command: list, *sources) -> Path:
    """Runs a command that makes `out` (under build/bench) of sources, unless it is newer than them and was made so."""
    path = build / out
    path.parent.mkdir(parents=True, exist_ok=True)
    text = shlex.join(str(word) for word in command)
    shown = text.replace(str(root) + "/", "")
    if shown not in commands:
        commands.append(shown)
    stamp = path.with_name(path.name + ".command")
    inputs = [Path(source).stat().st_mtime for source in sources]
    if path.exists() and stamp.exists() and stamp.read_text() == text and path.stat().st_mtime >= max(inputs, default=0):
        return path
    path.unlink(missing_ok=True)
    if command[0] in ("gcc", "g++") and not shutil.which(command[0]):
        debian(command[0])
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode or not path.exists():
        raise Failure(f"does not build: {first_line(done.stderr or done.stdout)}")
    stamp.write_text(text)
    return path


def dg(source: Path, *flags: str) -> Path:
    """A program of ours. It is also made anew whenever the compiler or the runtime was."""
    out = "_".join(["ours/" + source.parent.name, source.stem, *(flag.strip("-") for flag in flags)])
    libraries = sorted((root / "build" / "lib").glob("libdagger_*.so*"))  # the compiler's and the runtime's
    beside = source.parent.glob("*.dg")  # modules that it may import
    return make(out, [daggerc, "build", *flags, source, "-o", build / out], source, daggerc, *libraries, *beside)


def annotated(source: Path, annotation: str) -> Path:
    """The program with an annotation before each of its functions but main."""
    path = build / "annotated" / f"{source.stem}_{annotation}.dg"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = re.sub(r"^fn (?!main\b)", f"@{annotation} fn ", source.read_text(), flags=re.M)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path


def first_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if "error" in line] or text.strip().splitlines()
    return lines[0][:200] if lines else "no message"


def run(command: list, timeout: float = 300, env: dict | None = None, folder: Path | None = None) -> tuple[float, str]:
    """Wall seconds and standard output of one process, which runs in the folder."""
    words = [str(word) for word in command]
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                             env={**os.environ, **(env or {})}, cwd=folder)
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise Failure(f"{Path(words[0]).name} is not done after {timeout:g} s") from None
    seconds = time.perf_counter() - start
    if child.returncode:
        raise Failure(f"{Path(words[0]).name}: exit {child.returncode}: {first_line(err or out)}")
    return seconds, out


def peak(command: list, timeout: float = 300) -> int:
    """Peak resident bytes of a process, as the kernel counts them."""
    words = [str(word) for word in command]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + timeout
    while True:
        done, status, usage = os.wait4(child.pid, os.WNOHANG)
        if done:
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise Failure(f"{Path(words[0]).name}: exit {child.returncode}")
            return usage.ru_maxrss * 1024
        if time.monotonic() > deadline:
            child.kill()
            os.wait4(child.pid, 0)
            raise Failure(f"{Path(words[0]).name} is not done after {timeout:g} s")
        time.sleep(0.005)


def value(output: str, key: str) -> float:
    """What a peer says of itself: a line `key number`."""
    found = re.search(rf"^{key} (\S+)$", output, re.M)
    if not found:
        raise Failure(f"no `{key}` among what it printed: {first_line(output)}")
    return float(found[1])


def close(want: float, tolerance: float = 1e-9):
    """A check of a result: within a relative tolerance."""

    def check(got: float):
        if not abs(got - want) <= tolerance * max(1.0, abs(want)):
            raise Failure(f"wrong: {got!r} where {want!r} is right")

    return check


def last_number(output: str) -> float:
    """The result that a program of ours prints: the last number of its output."""
    found = re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?|nan|inf", output)
    if not found:
        raise Failure("it printed no number")
    return float(found[-1])


class Ours:
    """A `.dg` program, timed from outside: the wall time of a process that does the work `large` times less that of one that
    does it `small` times, over the difference. Start, input and output of the two are the same and fall out. A run whose time is
    not taken goes first: memory that nobody touched for a while is slow to get, and would count as work. Where the work may be
    done any number of times (`more`), the first turn looks for how many take long enough to be measured well."""

    def __init__(self, source: Path, option: str, small: int, large: int, per: float = 1, scale: float = 1,
                 threads: int = 2, extra: tuple = (), check=None, timeout: float = 300, more: bool = False):
        self.program = dg(source)
        self.command = [self.program, *extra, "--dagger-threads", threads]
        self.option, self.small, self.large, self.per, self.scale = option, small, large, per, scale
        self.check, self.timeout, self.more, self.quick = check, timeout, more, True

    def __call__(self) -> float:
        if self.more:
            self.more = False
            try:
                seconds = self.once() * (self.large - self.small) * self.per / self.scale
                self.large = self.small + round((self.large - self.small) * min(20, max(1, long_enough / seconds)))
            except NoDifference:
                self.large = self.small + (self.large - self.small) * 4
        for _ in range(2):  # something else that ran meanwhile may have swallowed the difference
            try:
                return self.once()
            except NoDifference:
                pass
        return self.once()

    def once(self) -> float:
        # The large one, which needs the most memory, unless that takes long.
        run([*self.command, self.option, self.large if self.quick else self.small], self.timeout)
        small, _ = run([*self.command, self.option, self.small], self.timeout)
        large, output = run([*self.command, self.option, self.large], self.timeout)
        self.quick = large < 1
        if self.check:
            self.check(last_number(output))
        return quotient(small, large, (self.large - self.small) * self.per) * self.scale


class Peer:
    """A program that times itself and prints `seconds S` (of one operation) and `check C`."""

    def __init__(self, command: list, scale: float = 1, check=None, timeout: float = 300, env: dict | None = None):
        self.command, self.scale, self.check, self.timeout, self.env = command, scale, check, timeout, env

    def __call__(self) -> float:
        _, output = run(self.command, self.timeout, self.env)
        if self.check:
            self.check(value(output, "check"))
        return value(output, "seconds") * self.scale
