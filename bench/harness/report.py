"""Tables, and the part of bench/README.md that a run writes."""

import datetime
import platform
import re
import shutil
import subprocess
from pathlib import Path

from . import programs
from .stats import Row, number

header = ("row", "unit", "ours", "peers", "floor", "ratio", "goal", "")


def cells(row: Row) -> tuple[str, ...]:
    peers = [f"{name} {sample}" for name, sample in sorted(row.peers.items(), key=lambda peer: peer[1].median)]
    ratio = row.ratio()
    goals = " and ".join(str(goal) for goal in row.goals)
    return (row.name, row.unit, str(row.ours) if row.ours else f"error: {row.error}", "; ".join(peers) or "-",
            str(row.floor) if row.floor else "-", number(ratio) if ratio else "-", goals or "-", row.verdict())


def table(rows: list[Row]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |")
    notes = []
    for row in rows:
        if row.note:
            notes.append(f"- {row.name}: {row.note}")
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for name, reason in row.left_out.items():
            reasons.setdefault((name, reason), []).append(row.name)
    for (name, reason), names in reasons.items():
        notes.append(f"- left out: {name} ({reason}), of {', '.join(names) if len(names) < 4 else f'{len(names)} rows'}")
    verdicts = [row.verdict() for row in rows]
    lines += ["", f"{verdicts.count('met')} of {len(rows) - verdicts.count('-')} goals met."]
    return "\n".join(lines + ([""] + notes if notes else []))


def version(command: str) -> str:
    if not shutil.which(command):
        return f"{command} (missing)"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=20)
    return done.stdout.strip().splitlines()[0]


def machine() -> str:
    cpu = re.search(r"^Model name:\s*(.*)$", subprocess.run(["lscpu"], capture_output=True, text=True).stdout, re.M)
    model = re.search(r"^cpu family\s*: (\d+)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = int(re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.M)[1]) / 2**20
    cores = subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip()
    return (f"{cpu[1] if cpu else platform.processor()}" + (f" (family {model[1]})" if model else "") +
            f", {cores} cores, {memory:.0f} GiB; Linux {platform.release()}")


def describe(area: str, rows: list[Row], arguments: list[str], seconds: float) -> str:
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=programs.root, capture_output=True, text=True)
    return "\n".join([
        f"`{' '.join(['./dev bench', area, *arguments])}`, {when}, {seconds:.0f} s, commit {commit.stdout.strip() or 'unknown'}.",
        f"Machine: {machine()}.",
        f"Compilers: {version('clang-22')}; {version('gcc')}.", "", table(rows), "",
        "<details><summary>What was built, and how</summary>", "", "```", *programs.commands, "```", "", "</details>"])


def write(area: str, text: str):
    """Puts a run's text between an area's markers."""
    page = programs.root / "bench" / "README.md"
    begin, end = f"<!-- {area}: made by ./dev bench {area} -->", f"<!-- end of {area} -->"
    old = page.read_text()
    if old.count(begin) != 1 or old.count(end) != 1:
        raise SystemExit(f"{page} has no place for {area}: the line {begin}")
    before, rest = old.split(begin)
    page.write_text(before + begin + "\n" + text + "\n" + end + rest.split(end)[1])
