"""./dev bench tasks: what a task costs, against the libraries that people use for tasks."""

import sys
from functools import lru_cache, partial
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
from harness import command, peers, programs  # noqa: E402
from harness.contest import contest  # noqa: E402
from harness.programs import Ours, Peer, close, make, run, value  # noqa: E402
from harness.stats import Ahead, AtMost, Failure, Row, crossing, quotient  # noqa: E402

optimized = ["-O3", "-march=native"]
common = here / "workload.h"
starpu_home = {"STARPU_SILENT": "1", "STARPU_HOME": str(programs.build / "starpu")}
slow = 30  # seconds that a peer may take for one run


# ---- the peers, built when a row first asks for them ----
@lru_cache
def libgomp():
    source = here / "openmp.cpp"
    return make("tasks/libgomp", ["g++", *optimized, "-fopenmp", source, "-o", programs.build / "tasks/libgomp"], source, common)


@lru_cache
def libomp():
    source, out = here / "openmp.cpp", programs.build / "tasks/libomp"
    return make("tasks/libomp", ["clang++-22", *optimized, "-fopenmp", source, "-o", out], source, common)


@lru_cache
def tbb():
    peers.debian("libtbb-dev")
    source, out = here / "tbb.cpp", programs.build / "tasks/tbb"
    return make("tasks/tbb", ["g++", *optimized, "-std=c++17", source, "-o", out, "-ltbb"], source, common)


@lru_cache
def starpu():
    peers.debian("libstarpu-dev", "pkg-config")
    flags = run(["pkg-config", "--cflags", "--libs", "starpu-1.3"])[1].split()
    source, out = here / "starpu.c", programs.build / "tasks/starpu"
    return make("tasks/starpu", ["gcc", *optimized, source, "-o", out, *flags], source, common)


@lru_cache
def mpi():
    peers.debian("mpich", "libmpich-dev")
    source, out = here / "mpi.c", programs.build / "tasks/mpi"
    return make("tasks/mpi", ["mpicc.mpich", *optimized, source, "-o", out], source, common)


@lru_cache
def taskflow(given):
    copy = peers.folder("taskflow", given, "taskflow/taskflow.hpp")
    source, out = here / "taskflow.cpp", programs.build / "tasks/taskflow"
    return make("tasks/taskflow", ["g++", *optimized, "-std=c++20", "-pthread", "-I", copy, source, "-o", out], source, common)


@lru_cache
def lace(given):
    copy = peers.folder("lace", given, "src/lace.c")
    config = programs.build / "tasks" / "lace_config.h"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("".join(f"#define LACE_{what} 0\n" for what in ("PIE_TIMES", "COUNT_TASKS", "COUNT_STEALS", "COUNT_SPLITS")))
    source, out = here / "lace_fib.c", programs.build / "tasks/lace_fib"
    flags = ["-I", copy / "src", "-I", config.parent, "-D_GNU_SOURCE", "-std=gnu11"]
    return make("tasks/lace_fib", ["gcc", *optimized, *flags, source, copy / "src/lace.c", "-o", out, "-pthread"], source, common)


@lru_cache
def floors():
    source, out = here / "floors.c", programs.build / "tasks/floors"
    return make("tasks/floors", ["gcc", *optimized, source, "-o", out], source, common)


def floor(what: str, scale: float):
    return lambda: Peer([floors(), what, 50_000_000], scale)


def openmp(program, threads):
    return lambda *words, **more: Peer([program(), *words], env={"OMP_NUM_THREADS": str(threads)}, timeout=slow, **more)


# ---- what is right ----
def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def calls(n: int) -> int:
    return 2 * fibonacci(n + 1) - 1


def chain_result(n: int) -> int:
    return (pow(3, n, 1 << 65) - 1) // 2 & 0xFFFFFF  # of x = 3 x + 1 in 64 bits, from 0


def stencil_result(steps: int, width: int) -> int:
    # The sum triples in each step: every place goes into three.
    return width * (width - 1) // 2 * pow(3, steps, 1 << 24) % (1 << 24)


def random_result(n: int, places: int = 1024) -> int:
    a, state = list(range(places)), 1
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        source = (state >> 12) % places
        state = (state * 1103515245 + 12345) % 2147483648
        to = (state >> 12) % places
        a[to] = (3 * a[to] + a[source]) & 0xFFFFFF
    return sum(a) & 0xFFFFFF


# ---- rows ----
def spawn(bench, options, threads):
    name = f"fib({options.fib}), a spawn, {threads} thread{'s' * (threads > 1)}"
    if not bench.wanted(name):
        return
    small = min(32, options.fib)  # of those that would take a minute; a call costs the same

    def other(make_peer):
        return lambda: make_peer("fib", small, scale=1e9 / calls(small), check=close(fibonacci(small)))

    def ours():
        fib = programs.dg(here / "fib.dg")
        words = [fib, "--dagger-threads", threads]

        def measure():
            start, _ = run([*words, "--n", 15])
            end, output = run([*words, "--n", options.fib])
            close(fibonacci(options.fib))(programs.last_number(output))
            return quotient(start, end, calls(options.fib) - calls(15)) * 1e9

        return measure

    def of_lace():
        return Peer([lace(options.lace), threads, options.fib], 1e9 / calls(options.fib), close(fibonacci(options.fib)))

    others = {"oneTBB": other(lambda *w, **m: Peer([tbb(), threads, *w], timeout=slow, **m)),
              "Taskflow": other(lambda *w, **m: Peer([taskflow(options.taskflow), threads, *w], timeout=slow, **m)),
              "libomp": other(openmp(libomp, threads)), "Lace": of_lace}
    goals = (AtMost(2.5 if threads == 1 else 1.3), Ahead(20, ("oneTBB", "Taskflow", "libomp")))
    note = "the floor is a call of an empty function. The 20x is held against oneTBB, Taskflow and libomp"
    bench.add(contest(Row(name, "ns", goals=goals, note=note), options.repetitions, ours, others, floor("call", 1e9)))


def empty(bench, options, what, threads, count, mark, right, words, ours_option, extra=(), per=1, more=5):
    """`count` tasks of a kind (or steps of `per` tasks); ours does `more` times as many, for what it takes to be felt."""
    name = f"empty tasks, {what.replace('_', ', ')}, {threads} thread{'s' * (threads > 1)}"
    if not bench.wanted(name):
        return
    check = close(right(count))
    others = {
        "libgomp": lambda: openmp(libgomp, threads)(*words, scale=1e9, check=check),
        "libomp": lambda: openmp(libomp, threads)(*words, scale=1e9, check=check),
        "oneTBB": lambda: Tbb([tbb(), threads, *words], words[0], check),
        "Taskflow": lambda: Peer([taskflow(options.taskflow), threads, *words], 1e9, check, slow),
        "StarPU": lambda: Peer([starpu(), *words], 1e9, check, slow, {**starpu_home, "STARPU_NCPU": str(threads)}),
    }
    source = here / f"{what}.dg"
    many = more * count
    ours = partial(Ours, source, ours_option, max(1, many // 20), many, per, 1e9, threads, extra, close(right(many)), 60)
    notes = {"independent": "the compiler sees that a task costs less than its node would and cannot fail: there are no nodes",
             "nodes": "the same tasks with an assertion: each is a node of the graph, as the peers' are",
             "chain": "the compiler sees that the host knows what each task needs, and that none can fail: there are no nodes",
             "chain_nodes": "the same tasks with an assertion: each has a place of its own for its result or its failure"}
    row = Row(name, "ns a task", goals=(AtMost(mark), Ahead()), note=notes.get(what, ""))
    bench.add(contest(row, options.repetitions, ours, others, floor("call", 1e9)))


def traced(bench, options):
    name = "tasks of 10 us, 2 threads, with a trace"
    if not bench.wanted(name):
        return
    source, out = here / "traced.dg", programs.build / "tasks" / "trace.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    with_trace = partial(Ours, source, "--n", 1_000, 30_000, 1, 1e6, 2, ("--dagger-trace", out), None, 60)
    without = partial(Ours, source, "--n", 1_000, 30_000, 1, 1e6, 2, (), None, 60)
    note = "the peer is the same program without a trace: it may cost 5%"
    bench.add(contest(Row(name, "us a task", goals=(Ahead(0.95),), note=note), options.repetitions, with_trace, {"without": without}))


class Tbb(Peer):
    """Its flow graph: of those that are known beforehand running alone counts, of others building too."""

    def __init__(self, words, what, check):
        super().__init__(words, 1e9, check, slow)
        self.key = "built" if what == "random" else "seconds"

    def __call__(self):
        _, output = run(self.command, self.timeout)
        self.check(value(output, "check"))
        return value(output, self.key) * self.scale


# ---- Task Bench ----
def slots(pattern: str) -> int:
    return {"tree": 1, "stencil_1d": 3, "fft": 3}.get(pattern, 5)


def source_of(pattern: str, width: int, t: int, i: int, k: int) -> int:
    def within(j):
        return min(max(j, 0), width - 1)

    if pattern == "tree":
        return i // 2
    if pattern == "stencil_1d":
        return within(i + k - 1)
    if pattern == "fft":
        j = i + (k - 1) * (1 << t % (width - 1).bit_length())
        return j if 0 <= j < width else i
    if pattern == "nearest":
        return within(i + k - 2)
    if pattern == "spread":
        return i if k == 0 else (i + k * width // 5 + t) % width
    return within(i + k - 2) if ((t * 7919 + i * 104729 + k * 1299709) * 2654435761 >> 16) & 1 else i


def pattern_result(pattern: str, width: int, steps: int, iterations: int) -> float:
    row, n = [0.0] * width, slots(pattern)
    for t in range(steps):
        new = []
        for i in range(width):
            x = 0.9 * sum(row[source_of(pattern, width, t, i, k)] for k in range(n)) / n + 0.01 * i
            for _ in range(iterations):
                x = x * 0.5 + 0.5
            new.append(x)
        row = new
    return sum(row)


class Metg:
    """The smallest granularity (microseconds of a worker for a task) with half of the arithmetic that workers could do. `once`
    runs so many steps of tasks of so many iterations, and says how many seconds a task took."""

    def __init__(self, pattern: str, width: int, workers: int, once, check):
        self.width, self.workers, self.once, self.check = width, workers, once, check
        self.right = close(pattern_result(pattern, width, 30, 2), 1e-9)
        self.checked = False

    def __call__(self) -> float:
        if not self.checked:
            self.right(self.check(30, 2))
            self.checked = True
        link = Peer([floors(), "fma", 20_000_000])()
        points, iterations = [], 64

        def measure(iterations):
            # 100 ms of tasks, were they nothing but their arithmetic and a microsecond.
            steps = max(40, int(0.1 * self.workers / (self.width * (iterations * link + 1e-6))))
            granularity = self.once(steps, iterations) * self.workers
            points.append((iterations, granularity * 1e6, iterations * link / granularity))
            return points[-1][2]

        efficiency = measure(iterations)
        while efficiency >= 0.5 and iterations > 1:
            iterations //= 2
            efficiency = measure(iterations)
        while efficiency < 0.5 and iterations < 1 << 18:
            iterations *= 2
            efficiency = measure(iterations)
        measure(iterations * 3 // 4)
        # A run that took longer than one with more work was disturbed.
        points.sort()
        sound = [(granularity, efficiency) for k, (_, granularity, efficiency) in enumerate(points)
                 if all(granularity < later for _, later, _ in points[k + 1:])]
        return crossing(sound, 0.5)


def task_bench(bench, options, pattern):
    name = f"Task Bench {pattern}, METG(50 %)"
    if not bench.wanted(name):
        return
    width, workers = options.width, 2

    def ours():
        program = programs.dg(here / "patterns" / f"{pattern}.dg")
        words = [program, "--width", width, "--dagger-threads", workers]

        def once(steps, iterations):
            less = max(1, steps // 10)
            start, _ = run([*words, "--steps", less, "--iterations", iterations], 60)
            end, _ = run([*words, "--steps", steps, "--iterations", iterations], 60)
            return quotient(start, end, (steps - less) * width)

        def check(steps, iterations):
            return programs.last_number(run([*words, "--steps", steps, "--iterations", iterations], 60)[1])

        return Metg(pattern, width, workers, once, check)

    def peer(program, before=(), after=(), env=None):
        def maker():
            words = [*before, program(), *after]

            def out(steps, iterations):
                return run([*words, pattern, width, steps, iterations], slow, env)[1]

            return Metg(pattern, width, workers, lambda s, i: value(out(s, i), "seconds"), lambda s, i: value(out(s, i), "check"))

        return maker

    threads = {"OMP_NUM_THREADS": str(workers)}
    others = {"libgomp": peer(libgomp, after=["bench"], env=threads), "libomp": peer(libomp, after=["bench"], env=threads),
              "StarPU": peer(starpu, after=["bench"], env={**starpu_home, "STARPU_NCPU": str(workers)}),
              "MPI": peer(mpi, before=["mpirun.mpich", "-n", workers])}
    bench.add(contest(Row(name, "us", goals=(AtMost(0.5),)), options.repetitions, ours, others))


def main():
    parser = command.parser("tasks", __doc__, 3)
    parser.add_argument("--fib", type=int, default=37, help="fib of what (default 37)")
    parser.add_argument("--tasks", type=int, default=300_000, help="empty tasks in a run (default 300000)")
    parser.add_argument("--width", type=int, default=16, help="of Task Bench's rows (default 16)")
    options = parser.parse_args()
    bench = command.Bench("tasks", options)
    n, steps = options.tasks, options.tasks // 64
    for threads in (1, 2):
        spawn(bench, options, threads)
    kinds = [("independent", n, 10, lambda n: n * (n - 1) // 2, ["independent", n], "--n", (), 1, 300),
             ("nodes", 1, 10, lambda turns: turns * (n * (n - 1) // 2), ["independent", n], "--turns", ("--n", n), n, 200),
             ("chain", n, 35, chain_result, ["chain", n], "--n", (), 1, 2_000),
             ("chain_nodes", n, 35, chain_result, ["chain", n], "--n", (), 1, 20),
             ("stencil", steps, 100, lambda steps: stencil_result(steps, 64), ["stencil", steps, 64], "--steps", ("--width", 64), 64, 5),
             ("random", n, 150, random_result, ["random", n], "--n", (), 1, 5)]
    for what, count, mark, right, words, option, extra, per, more in kinds:
        for threads in (1, 2):
            empty(bench, options, what, threads, count, mark, right, words, option, extra, per, more)
    traced(bench, options)
    for pattern in ("stencil_1d", "fft", "tree", "nearest", "spread", "random_nearest"):
        task_bench(bench, options, pattern)
    bench.finish()


if __name__ == "__main__":
    main()
