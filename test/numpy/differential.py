"""Array functions against NumPy, on random inputs and on the edges.

    differential.py --daggerc build/bin/daggerc [--seed N] [--reference]

Each case is a one-line program over arrays in .npy files. Edges: no element, one, not a multiple of anything, NaN,
infinities, the limits of the integers. Integers and comparisons must agree exactly; floats within a bound that follows from
their length, since NumPy sums in another order. Ends in `N passed, N failed`.
"""
import argparse, concurrent.futures, os, pathlib, subprocess, sys, tempfile

import numpy as np

FAILS = "fails"


def sort_key_last(x):
    return np.sort(x, kind="stable")


def mean(x):
    return np.array([np.mean(x.astype(np.float64)) if len(x) else np.nan], x.dtype if x.dtype.kind == "f" else np.float64)


def first_or_fail(function):
    return lambda x: np.array([function(x)]) if len(x) else FAILS


def integer_sum(x):
    return np.array([np.sum(x.astype(np.int64), dtype=np.int64)]) if x.dtype.kind in "iu" else np.array([np.sum(x, dtype=x.dtype)])


def unique(x):
    return np.unique(x, equal_nan=True) if x.dtype.kind == "f" else np.unique(x)


# name: (expression over x of rank 1, what NumPy says, exact for floats too)
RANK1 = {
    "sum": ("[sum(x)]", integer_sum, False),
    "mean": ("[mean(x)]", mean, False),
    "min": ("[min(x)]", first_or_fail(np.min), True),
    "max": ("[max(x)]", first_or_fail(np.max), True),
    "argmin": ("[argmin(x)]", first_or_fail(np.argmin), True),
    "argmax": ("[argmax(x)]", first_or_fail(np.argmax), True),
    "sort": ("sort(x)", sort_key_last, True),
    "argsort": ("argsort(x)", lambda x: np.argsort(x, kind="stable"), True),
    "unique": ("unique(x)", unique, True),
    "reverse": ("x[.. by -1]", lambda x: x[::-1], True),
    "stride": ("x[.. by 3]", lambda x: x[::3], True),
    "concat": ("concat(x, x)", lambda x: np.concatenate([x, x]), True),
    "square": ("x * x", lambda x: x * x, True),
    "minmax": ("min(x, x[.. by -1])", lambda x: np.minimum(x, x[::-1]), True),
    "where": ("where(x > x[.. by -1], x, x + x)", lambda x: np.where(x > x[::-1], x, x + x), True),
    "mask": ("x[x == x]", lambda x: x[x == x], True),
    "gather": ("x[argsort(x)]", lambda x: x[np.argsort(x, kind="stable")], True),
    "count": ("[count(x == x)]", lambda x: np.array([np.count_nonzero(x == x)]), True),
    "any": ("[any(x != x)]", lambda x: np.array([np.any(x != x)]), True),
    "all": ("[all(x == x)]", lambda x: np.array([np.all(x == x)]), True),
}
RANK2 = {
    "sum0": ("sum(x, axis = 0)", lambda x: x.sum(axis=0, dtype=np.int64 if x.dtype.kind in "iu" else x.dtype), False),
    "sum1": ("sum(x, axis = 1)", lambda x: x.sum(axis=1, dtype=np.int64 if x.dtype.kind in "iu" else x.dtype), False),
    "max1": ("max(x, axis = 1)", lambda x: x.max(axis=1) if x.shape[1] else FAILS, True),
    "argmax0": ("argmax(x, axis = 0)", lambda x: x.argmax(axis=0) if x.shape[0] else FAILS, True),
    "transpose": ("x.T + x.T", lambda x: x.T + x.T, True),
    "row": ("x[.., 0..1]", lambda x: x[:, 0:1] if x.shape[1] else FAILS, True),
    "outer": ("x - x[.. by -1, ..]", lambda x: x - x[::-1, :], True),
    "reshape": ("reshape(x, len(x) * x_columns)", lambda x: x.reshape(-1), True),
}
ELEMENTARY = ["sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "cbrt", "log1p", "expm1", "floor", "ceil", "trunc", "abs", "log2", "exp2", "atan", "asinh"]
NUMPY_NAMES = {"atan": "arctan", "asinh": "arcsinh"}
TYPES = {"i8": np.int8, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "u64": np.uint64, "f32": np.float32, "f64": np.float64}


def inputs(generator, dtype, rank):
    shapes = [(0,), (1,), (33,), (1023,), (2049,), (10007,)] if rank == 1 else [(1, 1), (3, 5), (31, 33), (2, 1100), (300, 7)]
    for shape in shapes:
        if np.issubdtype(dtype, np.integer):
            yield generator.integers(-50 if np.issubdtype(dtype, np.signedinteger) else 0, 100, shape).astype(dtype)
        else:
            yield (generator.standard_normal(shape) * 10).astype(dtype)
    if rank == 1 and np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        yield np.array([limits.max, limits.min, 0, limits.max, 1], dtype)
    elif rank == 1:
        yield np.array([1.0, np.nan, -np.inf, np.inf, 0.0, -0.0, np.nan, 3.5], dtype)
        yield np.array([np.finfo(dtype).max, np.finfo(dtype).tiny, -1.0], dtype)


def agrees(found, wanted, exact):
    wanted = np.asarray(wanted)
    if wanted.dtype == bool or found.dtype == bool:
        return found.shape == wanted.shape and np.array_equal(found.astype(bool), wanted.astype(bool))
    if found.shape != wanted.shape:
        return False
    if exact or wanted.dtype.kind in "iu":
        return np.array_equal(found, wanted, equal_nan=wanted.dtype.kind == "f")
    return np.allclose(found, wanted, rtol=1e-4 if wanted.dtype == np.float32 else 1e-11, atol=1e-2 if wanted.dtype == np.float32 else 1e-9, equal_nan=True)


class Runner:
    def __init__(self, options, folder):
        self.options, self.folder, self.cases = options, folder, []

    def add(self, *case):
        self.cases.append(case)

    def run(self, case):
        """What went wrong with each input of a case; the program is compiled for the first and cached for the others."""
        name, type, rank, expression, wanted, exact, arrays = case
        program = os.path.join(self.folder, f"{name}_{type}.dg")
        shape = "_" if rank == 1 else "_, _"
        columns = "    let x_columns = len(x.T)\n" if "x_columns" in expression else ""
        pathlib.Path(program).write_text(
            f'fn main(input: str, output: str) {{\n    let x = read<[{type}; {shape}]>(input)\n{columns}    save({expression}, output)\n}}\n')
        source, target = program + ".in.npy", program + ".out.npy"
        problems = []
        for number, array in enumerate(arrays):
            np.save(source, array)
            pathlib.Path(target).unlink(missing_ok=True)
            command = [self.options.daggerc, "run", *(["--reference"] if self.options.reference else []), program, "--input", source, "--output", target]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            except subprocess.TimeoutExpired:
                problems.append(f"{name} of {type}, input {number} of shape {array.shape}: no end after 60 s")
                continue
            with np.errstate(all="ignore"):
                value = wanted(array)
            if isinstance(value, str):
                good = done.returncode == 1
            else:
                good = done.returncode == 0 and agrees(np.load(target), value, exact)
            if not good:
                problems.append(f"{name} of {type}, input {number} of shape {array.shape}: exit code {done.returncode}, {done.stderr.strip()[:300]}")
                if done.returncode == 0:
                    problems[-1] += f"\n  found {np.load(target)}\n  wanted {value}"
        return problems

    def runAll(self):
        passed = failed = 0
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for case, problems in zip(self.cases, pool.map(self.run, self.cases)):
                failed += len(problems)
                passed += len(case[-1]) - len(problems)
                for problem in problems:
                    print(problem)
        print(f"{passed} passed, {failed} failed")
        return 1 if failed else 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--daggerc", required=True)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--reference", action="store_true")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options = options.parse_args()
    generator = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(options, folder)
        for type, dtype in TYPES.items():
            for rank, table in ((1, RANK1), (2, RANK2)):
                for name, (expression, wanted, exact) in table.items():
                    runner.add(name, type, rank, expression, wanted, exact, list(inputs(generator, dtype, rank)))
        for name in ELEMENTARY:
            for type in ("f32", "f64"):
                runner.add(name, type, 1, f"{name}(x)", getattr(np, NUMPY_NAMES.get(name, name)), False, list(inputs(generator, TYPES[type], 1)))
        return runner.runAll()


if __name__ == "__main__":
    sys.exit(main())
