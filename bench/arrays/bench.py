"""./dev bench arrays: passes over memory, stencils, products of matrices and arithmetic, with two threads."""

import os
import sys
from functools import lru_cache
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
from harness import command, peers, programs  # noqa: E402
from harness.contest import contest  # noqa: E402
from harness.programs import Ours, Peer, close, last_number, make, peak, run, value  # noqa: E402
from harness.stats import Ahead, Failure, OfFloor, Row, Sample  # noqa: E402

header = here / "peer.h"
best_gcc = ["-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-fopenmp"]
threads = {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
cache = {**threads, "NUMBA_CACHE_DIR": str(programs.build / "numba")}
slow = 120


# ---- the peers ----
def compiled(name: str, source: str, *flags, compiler="gcc", after=()):
    out = programs.build / "arrays" / name
    return make(f"arrays/{name}", [compiler, *best_gcc, *flags, here / source, "-o", out, *after], here / source, header)


@lru_cache
def stencil(real: str):
    return compiled(f"stencil_{real}", "stencil.c", f"-DREAL={real}", after=["-lm"])


@lru_cache
def floors():
    return compiled("floors", "floors.c", "-fno-associative-math")


@lru_cache
def openblas():
    peers.debian("libopenblas-dev", "liblapacke-dev")
    return compiled("openblas", "blas.c", after=["-lopenblas", "-llapacke"])


@lru_cache
def mkl():
    lib = peers.pypi("mkl", "mkl-devel").parents[1] / "lib"
    return compiled("mkl", "blas.c", after=["-L", lib, f"-Wl,-rpath,{lib}", "-l:libmkl_rt.so.3" if (lib / "libmkl_rt.so.3").exists() else "-lmkl_rt"])


def core_type() -> dict[str, str]:
    """What OpenBLAS would choose if it knew this processor: Debian's takes processors newer than itself for older ones."""
    flags = Path("/proc/cpuinfo").read_text()
    if "avx512_bf16" in flags:
        return {"OPENBLAS_CORETYPE": "Cooperlake"}
    return {"OPENBLAS_CORETYPE": "SkylakeX"} if "avx512f" in flags else {}


def python(library: str, what: str, *words, scale=1e3, check=None, packages=()):
    program = peers.pypi("numpy", *packages)
    return Peer([program, here / "python_peer.py", library, what, *words], scale, check, slow, cache)


def bandwidth(kind: str, size: float):
    """How many milliseconds memory needs for so many bytes."""
    return lambda: Peer([floors(), kind], 1e3 * size, env=threads)


class Rows:
    def __init__(self, bench, options):
        self.bench, self.options = bench, options

    def row(self, name, ours, others, goals, floor=None, note="", unit="ms"):
        if not self.bench.wanted(name):
            return
        self.bench.add(contest(Row(name, unit, goals=goals, note=note), self.options.repetitions, ours, others, floor))

    def scaling(self, name, source, option, small, large, extra, more=False):
        """One thread and two, in turns: the row's number is how often the second thread makes it faster, turned round."""
        name = f"{name}, threads 1 to 2"
        if not self.bench.wanted(name):
            return
        row = Row(name, "ms", goals=(Ahead(1.95),), note="the peer is ours with one thread")
        self.bench.add(contest(row, self.options.repetitions,
                               lambda: Ours(source, option, small, large, 1, 1e3, 2, extra, more=more),
                               {"one thread": lambda: Ours(source, option, small, large, 1, 1e3, 1, extra, more=more)}))

    def settings(self, name, source, ours):
        """The same program under @fast and @precise, beside the default setting. Results differ in the last bits."""
        for setting in ("fast", "precise"):
            title = f"{name}, @{setting}"
            if self.bench.wanted(title):
                row = Row(title, "ms", note="the peer is ours at the default setting")
                self.bench.add(contest(row, self.options.repetitions, lambda: ours(programs.annotated(source, setting)),
                                       {"default": lambda: ours(source)}))

    def memory(self, name, source, arguments, needed):
        name = f"{name}, peak memory"
        if not self.bench.wanted(name):
            return
        row = Row(name, "MB", floor=Sample((needed / 1e6,)), goals=(OfFloor(1 / 1.1),), note="the floor is what the algorithm needs")
        try:
            row.ours = Sample((peak([programs.dg(source), *arguments, "--dagger-threads", 2]) / 1e6,))
        except Failure as failure:
            row.error = str(failure)
        self.bench.add(row)


def result_of(words, key="check"):
    return value(run(words, slow, threads)[1], key)


# ---- rows ----
def streams(rows, n):
    side = int(n**0.5)
    square = side * side
    kinds = {  # bytes that go through memory, how, bytes that are kept
        "sum": (8 * n, "read", 8 * n), "dot": (16 * n, "read", 16 * n), "norm": (8 * n, "read", 8 * n),
        "argmax": (8 * n, "read", 8 * n), "moments": (8 * n, "read", 8 * n), "cumsum": (16 * n, "stream", 16 * n),
        "transpose": (16 * square, "stream", 16 * square), "broadcast": (16 * square, "stream", 16 * square),
        "gather": (24 * n, "stream", 24 * n), "where": (16 * n, "stream", 16 * n), "histogram": (n, "read", n)}
    for what, (moved, kind, kept) in kinds.items():
        name = f"{'mean and variance' if what == 'moments' else what}, {n:.0e}"
        source = here / "streams" / f"{what}.dg"
        extra = ("--n", n)
        if rows.bench.wanted(name):
            # NumPy is the judge of the result, once.
            try:
                right = value(run([peers.pypi("numpy"), here / "python_peer.py", "numpy", what, n], slow, cache)[1], "check")
                check = close(right, 1e-9)
            except Failure:
                check = None
            turns = rows.options.turns
            goals = (Ahead(),) if what == "histogram" else (OfFloor(0.9), Ahead())
            note = {"histogram": "memory does not limit it: the floor is not held against it",
                    "gather": "each element lies in a line of its own: the floor is a loop in C that gathers the same ones, "
                              "asking for hundreds at once"}.get(what, "")
            floor = (lambda: Peer([floors(), "gather", n], 1e3 * n, env=threads)) if what == "gather" else bandwidth(kind, moved)
            rows.row(name, lambda: Ours(source, "--turns", 1, 1 + turns, 1, 1e3, 2, extra, check, more=True),
                     {"NumPy": lambda: python("numpy", what, n, check=check),
                      "Numba": lambda: python("numba", what, n, check=check, packages=("numba",))},
                     goals, floor, note)
        rows.memory(name, source, [*extra, "--turns", 2], kept)


def options_rows(rows, n):
    for ours, real, size in (("f64", "double", 8), ("f32", "float", 4)):
        name = f"options {ours}, {n:.0e}"
        source = here / f"options_{ours}.dg"
        if rows.bench.wanted(name):
            note = ""
            try:
                out = programs.build / f"options_{ours}.npy"
                run([programs.dg(source), "--n", 100_000, "--out", out], 60)
                flags = [f"-DREAL={real}", "-fno-fast-math"]
                judge = compiled(f"ulp_{ours}", "ulp.c", *flags, after=["-lquadmath", "-lm"])
                note = f"worst error of 100,000 prices {value(run([judge, out, 100_000])[1], 'check'):.2f} ulp of the spot"
            except Failure as failure:
                note = f"error not measured: {failure}"

            def peer(real=real):
                return Peer([compiled(f"options_{real}", "options.c", f"-DREAL={real}", after=["-lm"]), n, 5], 1e3, env=threads)

            try:
                check = close(result_of([*peer().command]), 1e-6 if size == 8 else 1e-4)
            except Failure:
                check = None
            rows.row(name, lambda: Ours(source, "--turns", 1, 11, 1, 1e3, 2, ("--n", n), check, more=True), {"gcc": peer}, (Ahead(2.0),),
                     bandwidth("stream", 4 * size * n), note)
        rows.settings(name, source, lambda path: Ours(path, "--turns", 1, 11, 1, 1e3, 2, ("--n", n), more=True))
        rows.memory(name, source, ["--n", n, "--turns", 2], 4 * size * n)
        rows.scaling(name, source, "--turns", 1, 11, ("--n", n), more=True)


def stencils(rows, n, cube):
    """Hand-written ones with streaming stores. The first steps make all arrays that the others use again."""
    first = 4
    kinds = [("heat f32", "heat_f32", "heat", "float", n, 4 * n * n), ("heat f64", "heat_f64", "heat", "double", n, 8 * n * n),
             ("life", "life", "life", "float", n, n * n), ("3-D 7-point", "seven", "seven", "float", cube, 4 * cube**3),
             ("3-D 25-point", "twentyfive", "twentyfive", "float", cube, 4 * cube**3)]
    for title, source, what, real, extent, size in kinds:
        name = f"{title}, {extent}^{3 if extent == cube else 2}"
        steps = rows.options.steps

        def hand():
            return Peer([stencil(real), what, extent, steps], 1e3, env=threads)

        check = None
        wanted = any(rows.bench.wanted(name + way) for way in ("", ", one step", ", many steps"))
        if wanted:
            try:
                check = close(result_of([stencil(real), what, extent, steps]), 1e-4)
            except Failure:
                pass
        extra = ("--n", extent)
        floor = bandwidth("stream", 2 * size)
        if what == "heat":
            look = here / f"heat_look_{source[-3:]}.dg"
            rows.row(name + ", one step", lambda: Ours(look, "--steps", first, steps, 1, 1e3, 2, extra, check), {"by hand": hand},
                     (Ahead(),), floor, "each step is looked at before the next, so that none can run into another")
            rows.row(name + ", many steps", lambda: Ours(here / f"{source}.dg", "--steps", first, steps, 1, 1e3, 2, extra, check),
                     {"by hand": hand}, (OfFloor(2.1),), floor, "past the floor of one step, so steps must share a pass")
        else:
            rows.row(name, lambda: Ours(here / f"{source}.dg", "--steps", first, steps, 1, 1e3, 2, extra, check), {"by hand": hand},
                     (Ahead(),), floor)
        rows.memory(name, here / f"{source}.dg", ["--n", extent, "--steps", 10], 2 * size)


def linear(rows, n, big):
    for ours, what, rate in (("f64", "gemm64", "fma64"), ("f32", "gemm32", "fma32")):
        name = f"@ {n} {ours}"
        check = None
        others = {"OpenBLAS": lambda: Peer([openblas(), what, n], 1e3, check, slow, {**threads, **core_type()}),
                  "MKL": lambda: Peer([mkl(), what, n], 1e3, check, slow, threads)}
        if rows.bench.wanted(name):
            try:
                check = close(value(run([openblas(), what, n], slow, {**threads, **core_type()})[1], "check"), 1e-5)
            except Failure:
                pass
        source = here / f"matmul_{ours}.dg"
        rows.row(name, lambda: Ours(source, "--turns", 1, 4, 1, 1e3, 2, ("--n", n), check), others, (Ahead(),),
                 lambda: Peer([floors(), rate], 1e3 * 2 * n**3, env=threads), "the floor is the FMA peak")
        rows.memory(name, source, ["--n", n, "--turns", 2], 3 * (8 if ours == "f64" else 4) * n * n)
        rows.scaling(name, source, "--turns", 1, 3, ("--n", n))
    name = f"cholesky {big}"
    check = None
    if rows.bench.wanted(name):
        try:
            check = close(value(run([openblas(), "potrf", big], slow, {**threads, **core_type()})[1], "check"), 1e-9)
        except Failure:
            pass
    others = {"OpenBLAS": lambda: Peer([openblas(), "potrf", big], 1e3, check, slow, {**threads, **core_type()}),
              "MKL": lambda: Peer([mkl(), "potrf", big], 1e3, check, slow, threads)}
    note = "ours makes its matrix anew in each turn, and is timed with that"
    rows.row(name, lambda: Ours(here / "cholesky.dg", "--turns", 1, 2, 1, 1e3, 2, ("--n", big), check), others, (Ahead(),),
             lambda: Peer([floors(), "fma64"], 1e3 * big**3 / 3, env=threads), note)
    rows.memory(name, here / "cholesky.dg", ["--n", big], 8 * big * big)


def compute(rows, mandelbrot, bodies, points):
    limit = 256
    for what, n, source, option, large, extra, words, libraries, kept in (
            ("mandelbrot", mandelbrot, "mandelbrot.dg", "--turns", 3, ("--limit", limit), (limit,), ("numba", "taichi"), 8 * mandelbrot**2),
            ("nbody", bodies, "nbody.dg", "--steps", 3, (), (), ("numba", "taichi"), 0),
            ("kmeans", points, "kmeans.dg", "--turns", 3, (), (), ("numba",), 64 * points)):
        name = f"{what}, {n:,}"
        judge = compiled("compute", "compute.cpp", "-std=c++17", compiler="g++")
        # Each of our turns or steps differs a little from the one before, so one is checked alone.
        check = None
        source, first = here / source, 1  # the first turn makes the arrays that the others use again
        if rows.bench.wanted(name):
            count = 3 if what == "kmeans" else 1
            try:
                right = result_of([judge, what, n, *words])
                check = close(right, 1e-3 if what == "mandelbrot" else 1e-5)
                got = last_number(run([programs.dg(source), "--n", n, option, count, *extra, "--dagger-threads", 2], slow)[1])
                check(got)
            except Failure as failure:
                rows.bench.add(Row(name, "ms", error=str(failure), goals=(Ahead(),)))
                continue
        others = {"C++": lambda: Peer([judge, what, n, *words], 1e3, check, slow, threads)}
        for library in libraries:
            others[library.capitalize()] = lambda library=library: python(library, what, n, *words, check=check, packages=(library,))
        left = {} if "taichi" in libraries else {"Taichi": "no version of it here: it would need atomics on 544 sums for each point"}
        row = Row(name, "ms", goals=(Ahead(),), left_out=left)
        if rows.bench.wanted(name):
            rows.bench.add(contest(row, rows.options.repetitions,
                                   lambda: Ours(source, option, first, large, 1, 1e3, 2, ("--n", n, *extra), more=what != "kmeans"), others))
        if what == "nbody":
            rows.settings(name, source, lambda path: Ours(path, option, first, large, 1, 1e3, 2, ("--n", n, *extra), more=True))
        if kept:
            rows.memory(name, source, ["--n", n, *extra], kept)
        rows.scaling(name, source, option, first, large, ("--n", n, *extra), more=True)


def main():
    os.environ.pop("OPENBLAS_CORETYPE", None)  # ours is to find out by itself what the peers are told
    parser = command.parser("arrays", __doc__, 3)
    for name, size, about in (("n", 100_000_000, "elements of passes over memory"), ("turns", 10, "passes in a run"),
                              ("options", 10_000_000, "options to price"), ("grid", 8192, "extent of the plane stencils"),
                              ("cube", 384, "extent of the 3-D stencils"), ("steps", 64, "steps of stencils"),
                              ("matrix", 4096, "extent of the products"), ("cholesky", 8192, "extent of the factored matrix"),
                              ("mandelbrot", 2048, "extent of the picture"), ("bodies", 20_000, "of n-body"),
                              ("points", 10_000_000, "of k-means")):
        parser.add_argument(f"--{name}", type=int, default=size, help=f"{about} (default {size})")
    options = parser.parse_args()
    os.environ.setdefault("TI_LOG_LEVEL", "error")
    bench = command.Bench("arrays", options)
    rows = Rows(bench, options)
    options_rows(rows, options.options)
    stencils(rows, options.grid, options.cube)
    streams(rows, options.n)
    linear(rows, options.matrix, options.cholesky)
    compute(rows, options.mandelbrot, options.bodies, options.points)
    bench.finish()


if __name__ == "__main__":
    main()
