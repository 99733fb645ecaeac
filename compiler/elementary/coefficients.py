"""Writes Coefficients.h: python3 compiler/elementary/coefficients.py > compiler/elementary/Coefficients.h (needs mpmath)

Each polynomial is the best one for its weight: the largest weighted error on the interval is the least possible (Remez). The
weight turns an error of the polynomial into one of the function's result, relative to it.
"""

from mpmath import asin, atan, cos, erf, erfc, exp, expm1, floor, log, lu_solve, matrix, mp, mpf, nint, nstr, pi, sqrt

mp.prec = 160
tiny = mpf(2) ** -60


def remez(function, low, high, degree, weight, points=800, turns=15):
    low, high = mpf(low), mpf(high)
    grid = [(low + high) / 2 - (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * points)) for i in range(points)]
    values, weights = [function(x) for x in grid], [weight(x) for x in grid]
    count = degree + 2
    chosen = [round((points - 1) * i / (count - 1)) for i in range(count)]
    for _ in range(turns):
        rows = [[grid[k] ** j for j in range(degree + 1)] + [(-1) ** row / weights[k]] for row, k in enumerate(chosen)]
        solution = lu_solve(matrix(rows), matrix([values[k] for k in chosen]))
        found = [solution[j] for j in range(degree + 1)]
        errors = []
        for x, value, scale in zip(grid, values, weights):
            sum = mpf(0)
            for c in reversed(found):
                sum = sum * x + c
            errors.append(scale * (value - sum))
        peaks = []  # the largest error of each run of one sign
        for k, error in enumerate(errors):
            if peaks and (errors[peaks[-1]] > 0) == (error > 0):
                if abs(error) > abs(errors[peaks[-1]]):
                    peaks[-1] = k
            else:
                peaks.append(k)
        while len(peaks) > count:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if len(peaks) < count or peaks == chosen:
            break
        chosen = peaks
    return found, max(abs(error) for error in errors)


def write(name, what, function, low, high, degree, weight, first=0):
    found, worst = remez(function, low, high, degree, weight)
    found[0] -= first
    print(f"// {what}: error 2^{nstr(log(worst, 2), 4)}.")
    print(f"inline constexpr double {name}[] = {{")
    for c in found:
        print(f"    {float(c).hex()},")
    print("};")


def write_row(name, numbers):
    print(f"inline constexpr Row {name} = {{" + ", ".join(float(number).hex() for number in numbers) + "};")


def log_intervals():
    """Of m from 45/64 to 90/64: 1/32 wide below 1 and 1/16 above, one of them around 1."""
    edges = [1 - mpf(19 - 2 * i) / 64 if 2 * i < 19 else 1 + mpf(2 * i - 19) / 32 for i in range(17)]
    return list(zip(edges, edges[1:]))


def inverse_of_short_log(low, high, bits, unit, worst):
    """A number of so many bits about 1 / the middle, whose logarithm is nearly a multiple of 1 / unit."""
    if low < 1 < high:
        return mpf(1)
    step = mpf(2) ** (floor(log(2 / (low + high), 2)) + 1 - bits)
    multiple = nint(-log(2 / (low + high)) * unit)
    while True:
        inverse = nint(exp(-multiple / unit) / step) * step
        if abs(-log(inverse) - multiple / unit) < worst:
            return inverse
        multiple += 1


def erf_quotient(x):
    return erf(x) / x if abs(x) > tiny else 2 / sqrt(pi)


def exp_rest(r):
    return (expm1(r) - r) / r**2 if abs(r) > tiny else mpf(1) / 2


def log_rest(z):  # of z = s^2
    s = sqrt(z)
    return ((log(1 + s) - log(1 - s)) / s - 2) / z


def log_square_rest(r):
    return (log(1 + r) - r) / r**2 if abs(r) > mpf(2) ** -40 else r / 3 - mpf(1) / 2


def erf_exponent(x):
    return -log(erfc(x)) / x


def erf_weight(x):
    return x * erfc(x) / erf(x)


def erfc_tail(t):
    x = 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * exp(x**2) * erfc(x)


def odd_rest(function):  # of an odd function, in z = x^2
    def rest(z):
        x = sqrt(z)
        return (function(x) / x - 1) / z

    return rest


half = log(mpf(2)) / 2 * (1 + mpf(2) ** -20)
root = sqrt(mpf(1) / 2)
print("// Made by coefficients.py; do not edit.\n#pragma once\n#include \"compiler/elementary/Numbers.h\"\n\nnamespace dagger::elementary::coefficients {\n")
print("// 2^(i / 16 - 1001), 2^(i / 16 - 101).")
write_row("expPowers", [mpf(2) ** (mpf(i) / 16 - 1001) for i in range(16)])
write_row("expPowersFloat", [mpf(2) ** (mpf(i) / 16 - 101) for i in range(16)])
sixteenth = half / 16 * (1 + mpf(2) ** -10)
write("expRest", "(e^r - 1 - r) / r^2 of those", exp_rest, -sixteenth, sixteenth, 4, lambda r: r**2 / exp(r))
write("expRestFloat", "the same, for f32", exp_rest, -sixteenth, sixteenth, 1, lambda r: r**2 / exp(r))
write("exp", "(e^r - 1 - r) / r^2", exp_rest, -half, half, 9, lambda r: r**2 / exp(r))
write("expFloat", "the same, for f32", exp_rest, -half, half, 4, lambda r: r**2 / exp(r))
write("log", "(log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2", log_rest, mpf(10) ** -16, mpf("0.02945"), 6, lambda z: z)
intervals = log_intervals()
for name, bits, unit, worst in (("log", 53, mpf(2) ** 42, mpf(2) ** -62), ("logFloat", 24, mpf(2) ** 16, mpf(2) ** -31)):
    inverses = [inverse_of_short_log(*interval, bits, unit, worst) for interval in intervals]
    print(f"// 1 / c of each interval of m, and log c in units of 1 / {int(unit)}: what that lacks is below 2^{nstr(log(worst, 2), 3)}.")
    write_row(f"{name}Inverse", inverses)
    write_row(f"{name}High", [nint(-log(inverse) * unit) / unit for inverse in inverses])
spread = [inverse * edge - 1 for inverse, interval in zip(inverses, intervals) for edge in interval]
spread = [min(spread) - mpf(2) ** -16, max(spread) + mpf(2) ** -16]
for name, degree in (("logRest", 7), ("logRestFloat", 2)):
    write(name, "(log(1 + r) - r) / r^2", log_square_rest, min(spread), max(spread), degree, lambda r: abs(r) + tiny)
for name, step, degree in (("erf", mpf(49) / 128, 11), ("erfFloat", mpf(1) / 4, 5)):
    reach = step / 2 * (1 + mpf(2) ** -20)
    fits = []
    for i in range(16):
        fits.append(remez(lambda d: erf_quotient(i * step + d), -reach if i else 0, reach, degree, lambda d: 1 / erf_quotient(i * step + d)))
    print(f"inline constexpr double {name}Step = {float(step).hex()};")
    print(f"// erf x / x in d = x - i {name}Step is first + d rest: error 2^{nstr(log(max(error for _, error in fits), 2), 4)}.")
    write_row(f"{name}First", [found[0] for found, _ in fits])
    print(f"inline constexpr Row {name}Rest[] = {{")
    for row in list(zip(*(found for found, _ in fits)))[1:]:
        print("    {" + ", ".join(float(c).hex() for c in row) + "},")
    print("};")
first = mpf(2) ** -20 * int(2 / sqrt(pi) * 2**20)
print(f"inline constexpr double erfcFirst = {float(first).hex()};")
write("erfcExponent", "-log(erfc x) / x - erfcFirst", erf_exponent, mpf(10) ** -12, 6, 22, erf_weight, first)
write("erfc", "(1 + 2 x) e^(x^2) erfc x in (x - 4) / (x + 4)", erfc_tail, -1, mpf(24) / 32, 23, lambda t: 1 / erfc_tail(t))
write("atan", "(atan x / x - 1) / x^2 in x^2", odd_rest(atan), mpf(10) ** -14, 1, 19, lambda z: z)
write("asin", "(asin x / x - 1) / x^2 in x^2", odd_rest(asin), mpf(10) ** -14, mpf(1) / 4, 11, lambda z: z)
print("\n} // namespace dagger::elementary::coefficients")
