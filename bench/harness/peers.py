"""Where peers come from: Debian, PyPI, or a folder that the caller names."""

import os
import subprocess
import sys
from pathlib import Path

from . import programs
from .stats import Failure


def debian(*packages: str):
    """Installs Debian packages that are missing; a machine that can't leaves their rows out."""
    missing = []
    for package in packages:
        asked = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, text=True)
        if asked.stdout != "installed":
            missing.append(package)
    if not missing:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print(f"installing {' '.join(missing)}", file=sys.stderr)
    try:
        subprocess.run([*root, "apt-get", "update", "-q"], capture_output=True, timeout=300)
        subprocess.run([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y",
                        "--no-install-recommends", *missing], capture_output=True, check=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        raise Failure(f"Debian's {' '.join(missing)} cannot be installed: {error}") from None


def pypi(*packages: str) -> Path:
    """The Python of a virtual environment under build/bench that has these packages."""
    python = programs.build / "venv" / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True, capture_output=True, timeout=120)
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
