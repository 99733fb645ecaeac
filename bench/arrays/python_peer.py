"""NumPy and Numba: `numpy|numba|taichi WHAT N`. Prints the time of one pass (the median after the first) and its result."""

import math
import statistics
import sys
import time

import numpy as np

library, what, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
side = math.isqrt(n)
fewest, long_enough = 3, 0.8  # turns, seconds of them


def numbers():
    x = np.arange(n) * 7919
    x %= 1000003
    return x / 1000003.0


def grid():
    i = np.arange(side)
    return ((i * 31)[:, None] + (i * 17)[None, :]) % 1009 * 1.0


def numpy_pass():
    if what in ("transpose", "broadcast"):
        x, y, row = grid(), np.zeros((side, side)), np.arange(side) * 1.0
        run = {"transpose": lambda: np.copyto(y, x.T), "broadcast": lambda: np.add(x, row, out=y)}[what]
        return run, lambda _: y[1, 2] + 1000.0 * y[side - 1, side // 2]
    if what == "histogram":
        x = (np.arange(n) * 7919 % 1000003 % 256).astype(np.uint8)
        return lambda: np.bincount(x, minlength=256), lambda h: h[7] + 1000.0 * h[255]
    x = numbers()
    if what == "dot":
        z = 1.0 - x
        return lambda: np.dot(x, z), float
    if what in ("sum", "norm", "argmax", "moments"):
        run = {"sum": lambda: np.sum(x), "norm": lambda: np.linalg.norm(x), "argmax": lambda: np.argmax(x),
               "moments": lambda: x.mean() + x.var(ddof=1)}[what]
        return run, float
    y = np.zeros(n)
    if what == "cumsum":
        return lambda: np.cumsum(x, out=y), lambda _: y[n - 1] + y[n // 2]
    if what == "gather":
        i = np.arange(n)
        place = (i // 8 * 7919 + i * 13) % n
        return lambda: np.take(x, place, out=y, mode="clip"), lambda _: y[n - 1] + 1000.0 * y[n // 2]
    if what == "where":
        def run():
            high = x > 0.5
            np.negative(x, out=y)
            np.copyto(y, x, where=high)
            return np.count_nonzero(high)

        return run, lambda many: many + y[n // 3]
    raise SystemExit(f"error: NumPy has no {what}")


def numba_pass():
    from numba import get_num_threads, njit, prange

    fast = njit(parallel=True, fastmath=True, cache=True)
    if what in ("mandelbrot", "nbody", "kmeans"):
        return numba_compute(fast, prange)
    if what in ("transpose", "broadcast"):
        x, y, row = grid(), np.zeros((side, side)), np.arange(side) * 1.0

        @fast
        def transpose(x, y):
            b, m = 32, x.shape[0]
            for bi in prange((m + b - 1) // b):
                for bj in range((m + b - 1) // b):
                    for i in range(bi * b, min(m, bi * b + b)):
                        for j in range(bj * b, min(m, bj * b + b)):
                            y[i, j] = x[j, i]

        @fast
        def broadcast(x, row, y):
            for i in prange(x.shape[0]):
                for j in range(x.shape[1]):
                    y[i, j] = x[i, j] + row[j]

        run = {"transpose": lambda: transpose(x, y), "broadcast": lambda: broadcast(x, row, y)}[what]
        return run, lambda _: y[1, 2] + 1000.0 * y[side - 1, side // 2]
    parts = get_num_threads()
    if what == "histogram":
        x = (np.arange(n) * 7919 % 1000003 % 256).astype(np.uint8)

        @fast
        def histogram(x):
            h = np.zeros((parts, 256), np.int64)
            for p in prange(parts):
                for i in range(p * len(x) // parts, (p + 1) * len(x) // parts):
                    h[p, x[i]] += 1
            return h.sum(axis=0)

        return lambda: histogram(x), lambda h: h[7] + 1000.0 * h[255]
    x = numbers()

    @fast
    def total(x):
        s = 0.0
        for i in prange(len(x)):
            s += x[i]
        return s

    @fast
    def dot(x, y):
        s = 0.0
        for i in prange(len(x)):
            s += x[i] * y[i]
        return s

    @fast
    def moments(x):
        s = 0.0
        q = 0.0
        c = x[0]
        for i in prange(len(x)):
            d = x[i] - c
            s += d
            q += d * d
        m = s / len(x)
        return c + m + (q - s * m) / (len(x) - 1)

    @fast
    def argmax(x):
        best = np.zeros(parts, np.int64)
        for p in prange(parts):
            b = p * len(x) // parts
            for i in range(b, (p + 1) * len(x) // parts):
                if x[i] > x[b]:
                    b = i
            best[p] = b
        r = best[0]
        for p in range(1, parts):
            if x[best[p]] > x[r]:
                r = best[p]
        return r

    @fast
    def cumsum(x, y):
        sums = np.zeros(parts + 1)
        for p in prange(parts):
            s = 0.0
            for i in range(p * len(x) // parts, (p + 1) * len(x) // parts):
                s += x[i]
            sums[p + 1] = s
        sums = np.cumsum(sums)
        for p in prange(parts):
            s = sums[p]
            for i in range(p * len(x) // parts, (p + 1) * len(x) // parts):
                s += x[i]
                y[i] = s

    @fast
    def gather(x, place, y):
        for i in prange(len(y)):
            y[i] = x[place[i]]

    @fast
    def where(x, y):
        many = 0
        for i in prange(len(x)):
            high = x[i] > 0.5
            many += high
            y[i] = x[i] if high else -x[i]
        return many

    if what == "dot":
        z = 1.0 - x
        return lambda: dot(x, z), float
    if what in ("sum", "norm", "argmax", "moments"):
        run = {"sum": lambda: total(x), "norm": lambda: math.sqrt(dot(x, x)), "argmax": lambda: argmax(x), "moments": lambda: moments(x)}
        return run[what], float
    y = np.zeros(n)
    if what == "cumsum":
        return lambda: cumsum(x, y), lambda _: y[n - 1] + y[n // 2]
    if what == "gather":
        i = np.arange(n)
        place = (i // 8 * 7919 + i * 13) % n
        return lambda: gather(x, place, y), lambda _: y[n - 1] + 1000.0 * y[n // 2]
    if what == "where":
        return lambda: where(x, y), lambda many: many + y[n // 3]
    raise SystemExit(f"error: there is no {what}")


def bodies():
    i = np.arange(n)
    return np.stack([(i * 7919 + d * 104729) % 10007 / 10007.0 for d in range(3)])


def clouds():
    i = np.arange(n)
    points = np.empty((n, 16), np.float32)
    for e in range(16):
        points[:, e] = ((i * 7919 + e * 104729 + i % 32 * e * 977) % 10007).astype(np.float32) / np.float32(10007)
    return points


def numba_compute(fast, prange):
    from numba import get_num_threads

    if what == "mandelbrot":
        limit = int(sys.argv[4])

        @fast
        def picture(n, limit):
            out = np.empty((n, n), np.int64)
            for i in prange(n):
                for j in range(n):
                    x = 3.0 * j / n - 2.0
                    y = 2.0 * i / n - 1.0
                    a = b = 0.0
                    k = 0
                    while k < limit and a * a + b * b <= 4.0:
                        a, b = a * a - b * b + x, 2.0 * a * b + y
                        k += 1
                    out[i, j] = k
            return out

        return lambda: picture(n, limit), lambda p: float(p.sum())
    if what == "nbody":
        x, y, z = bodies()

        @fast
        def step(x, y, z, mass, dt):
            total = 0.0
            for i in prange(len(x)):
                ax = ay = az = 0.0
                for j in range(len(x)):
                    a = x[j] - x[i]
                    b = y[j] - y[i]
                    c = z[j] - z[i]
                    square = a * a + b * b + c * c + 0.01
                    pull = mass / (square * math.sqrt(square))
                    ax += a * pull
                    ay += b * pull
                    az += c * pull
                total += dt * dt * (ax * ax + ay * ay + az * az)
            return total

        return lambda: step(x, y, z, 1.0 / n, 0.001), float
    points = clouds()
    state = {"centres": points[:32].copy()}
    parts = get_num_threads()

    @fast
    def turn(points, centres):
        sums = np.zeros((parts, 32, 17))
        across = centres.T.copy()
        for p in prange(parts):
            distance = np.empty(32, np.float32)
            for i in range(p * len(points) // parts, (p + 1) * len(points) // parts):
                for c in range(32):
                    distance[c] = 0.0
                for e in range(16):
                    for c in range(32):
                        way = points[i, e] - across[e, c]
                        distance[c] += way * way
                best = 0
                for c in range(1, 32):
                    if distance[c] < distance[best]:
                        best = c
                for e in range(16):
                    sums[p, best, e] += points[i, e]
                sums[p, best, 16] += 1.0
        return sums

    def run():
        s = turn(points, state["centres"]).sum(axis=0)
        state["centres"] = (s[:, :16] / s[:, 16:]).astype(np.float32)
        return float((state["centres"].astype(np.float64) ** 2).sum())

    def fresh():
        state["centres"] = points[:32].copy()

    run.fresh = fresh
    return run, float


def taichi_pass():
    import os

    import taichi as ti

    ti.init(arch=ti.cpu, default_fp=ti.f64, default_ip=ti.i64, cpu_max_num_threads=int(os.environ.get("PEER_THREADS", "2")), log_level=ti.ERROR)
    if what == "mandelbrot":
        limit = int(sys.argv[4])
        out = ti.field(ti.i64, (n, n))

        @ti.kernel
        def picture():
            for i, j in out:
                x = 3.0 * j / n - 2.0
                y = 2.0 * i / n - 1.0
                a = 0.0
                b = 0.0
                k = 0
                while k < limit and a * a + b * b <= 4.0:
                    a, b = a * a - b * b + x, 2.0 * a * b + y
                    k += 1
                out[i, j] = k

        def run():
            picture()
            ti.sync()

        return run, lambda _: float(out.to_numpy().sum())
    if what == "nbody":
        x = ti.field(ti.f64, (3, n))
        v = ti.field(ti.f64, (n, 3))
        x.from_numpy(bodies())

        @ti.kernel
        def step(mass: ti.f64, dt: ti.f64):
            for i in range(n):
                ax = 0.0
                ay = 0.0
                az = 0.0
                for j in range(n):
                    a = x[0, j] - x[0, i]
                    b = x[1, j] - x[1, i]
                    c = x[2, j] - x[2, i]
                    square = a * a + b * b + c * c + 0.01
                    pull = mass / (square * ti.sqrt(square))
                    ax += a * pull
                    ay += b * pull
                    az += c * pull
                v[i, 0], v[i, 1], v[i, 2] = dt * ax, dt * ay, dt * az

        def run():
            step(1.0 / n, 0.001)
            ti.sync()

        return run, lambda _: float((v.to_numpy() ** 2).sum())
    raise SystemExit(f"error: there is no {what} in Taichi here")


run, result = {"numpy": numpy_pass, "numba": numba_pass, "taichi": taichi_pass}[library]()
last = run()
if what == "kmeans":  # the turns move on, as everyone's do: three from the start, and their mean
    run.fresh()
    start = time.perf_counter()
    for _ in range(3):
        last = run()
    seconds = (time.perf_counter() - start) / 3
else:
    times = []
    while len(times) < fewest or sum(times) < long_enough:
        start = time.perf_counter()
        last = run()
        times.append(time.perf_counter() - start)
    seconds = statistics.median(times)
print(f"seconds {seconds:.9g}\ncheck {result(last):.15g}")
