"""together.py DAGGERC PROGRAM CACHE: starts a program for the first time, and again while a process makes its better code. Prints how many
such processes there were at most; then kills the one of a first start in an empty cache, and starts the program again."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

daggerc, program, cache = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
folder = cache / "dagger"
environment = dict(os.environ, XDG_CACHE_HOME=str(cache))


def start():
    print(subprocess.run([daggerc, "run", program], env=environment, capture_output=True, text=True, check=True).stdout.strip())


def unfinished():
    return [file for file in folder.iterdir() if file.suffix != ".so"]


def makers():
    """The processes that have a claim open."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        try:
            links = [os.readlink(link) for link in (process / "fd").iterdir()] if process.name.isdigit() else []
        except OSError:
            continue
        if any(link.startswith(str(folder)) and link.endswith(".claim") for link in links):
            found.append(int(process.name))
    return found


start()
seen = [makers()]
start()
seen.append(makers())
while unfinished():
    time.sleep(0.001)
print("makers", len({maker for some in seen for maker in some}))
shutil.rmtree(cache)
start()
for maker in makers():
    os.kill(maker, signal.SIGKILL)
print("killed, left:", len(unfinished()) > 0)
start()
end = time.monotonic() + 60
while unfinished() and time.monotonic() < end:
    time.sleep(0.01)
print("entries", len(list(folder.iterdir())), "unfinished", len(unfinished()))
