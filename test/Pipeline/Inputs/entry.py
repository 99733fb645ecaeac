"""entry.py CACHE: waits until the cache holds one finished program, and nothing else."""
import pathlib
import sys
import time

end = time.monotonic() + 60
while True:
    files = list((pathlib.Path(sys.argv[1]) / "dagger").iterdir())
    if len(files) == 1 and files[0].suffix == ".so":
        break
    if time.monotonic() > end:
        sys.exit(f"after a minute there is {[file.name for file in files]}")
    time.sleep(0.01)
