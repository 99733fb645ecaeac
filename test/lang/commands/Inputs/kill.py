"""Kills `daggerc run` at every stage of its work and checks that the next run is right: kill.py daggerc program cache."""
import os, random, signal, subprocess, sys, time

daggerc, program, cache = sys.argv[1:]
environment = {**os.environ, "XDG_CACHE_HOME": cache}


def run():
    return subprocess.run([daggerc, "run", program, "--name", "Ada"], env=environment, capture_output=True, text=True, timeout=60)


def cold():
    for name in os.listdir(os.path.join(cache, "dagger")):
        os.unlink(os.path.join(cache, "dagger", name))


start = time.monotonic()
assert run().stdout == "hello Ada\n"
whole = time.monotonic() - start
random.seed(1)
killed = 0
for turn in range(20):
    if turn % 4 == 0:
        cold()
    process = subprocess.Popen([daggerc, "run", program, "--name", "Ada"], env=environment, stdout=subprocess.DEVNULL)
    time.sleep(whole * random.random())
    process.send_signal(signal.SIGKILL)
    killed += process.wait() == -signal.SIGKILL
    done = run()
    assert done.returncode == 0 and done.stdout == "hello Ada\n", done
    if turn % 4 == 3:
        cold()
assert killed > 0
print("killed and survived")
