"""Debian's packages."""

import os
import subprocess
import sys

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
