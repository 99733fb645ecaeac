"""Where peers come from: Debian, PyPI, or a folder that the caller names."""

import subprocess
import sys
from pathlib import Path

from . import programs
from .debian import debian
from .stats import Failure


def pypi(*packages: str) -> Path:
    """The Python of a virtual environment under build/bench that has these packages."""
    python = programs.build / "venv" / "bin" / "python"
    is_whole = python.with_name("pip").exists()  # without Debian's package a folder comes to be that lacks it
    if not is_whole:
        debian("python3-venv")
    try:
        if not is_whole:
            subprocess.run([sys.executable, "-m", "venv", "--clear", python.parents[1]], check=True, capture_output=True, timeout=120)
        done = programs.build / "venv" / f"has-{'-'.join(packages)}"
        if not done.exists():
            print(f"installing {' '.join(packages)} from PyPI", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True, capture_output=True, timeout=900)
            done.touch()
    except (OSError, subprocess.SubprocessError) as error:
        raise Failure(f"PyPI's {' '.join(packages)} cannot be installed: {error}") from None
    return python


def folder(name: str, given: str | None, holds: str) -> Path:
    """A copy of a peer that no registry has."""
    if not given:
        raise Failure(f"no copy given: --{name} DIR")
    path = Path(given).resolve()
    if not (path / holds).exists():
        raise Failure(f"{given} is no copy of it: there is no {holds}")
    return path
