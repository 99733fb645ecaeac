"""A program of about so many lines, and the same one in C++: functions of arrays, tasks with loops, and a main that uses all.

`generate.py LINES prog.dg prog.cpp` writes both; they print the same two numbers."""

import sys

unit_dg = """fn shape_{k}(x: [f64; n], a: f64) -> [f64; n] {{
    let scaled = x * a + {c}.5
    let bent = where(scaled > 2.0, sqrt(scaled), scaled - a)
    var weight = 0.0
    for i in 0..{m} {{ weight += a * f64(i) }}
    bent / (1.0 + weight * weight)
}}

task count_{k}(n: i64) -> i64 {{
    var total = {c}
    for i in 0..n {{
        if i % {m} == 0 {{
            total += i * {m}
        }} else {{
            total -= 1
        }}
    }}
    total
}}

fn part_{k}(x: [f64; n]) -> ([f64; n], i64) {{
    let first = shape_{k}(x, 0.{m})
    let second = shape_{k}(first, 1.{m})
    let numbers = count_{k}(10) + count_{k}(20)
    (first + second, numbers)
}}

"""

unit_cpp = """static std::vector<double> shape_{k}(const std::vector<double> &x, double a) {{
    std::vector<double> result(x.size());
    double weight = 0.0;
    for (long i = 0; i < {m}; ++i) weight += a * double(i);
    for (size_t i = 0; i < x.size(); ++i) {{
        double scaled = x[i] * a + {c}.5;
        double bent = scaled > 2.0 ? std::sqrt(scaled) : scaled - a;
        result[i] = bent / (1.0 + weight * weight);
    }}
    return result;
}}

static long count_{k}(long n) {{
    long total = {c};
    for (long i = 0; i < n; ++i) {{
        if (i % {m} == 0) {{
            total += i * {m};
        }} else {{
            total -= 1;
        }}
    }}
    return total;
}}

static std::pair<std::vector<double>, long> part_{k}(const std::vector<double> &x) {{
    auto first = shape_{k}(x, 0.{m});
    auto second = shape_{k}(first, 1.{m});
    long numbers = count_{k}(10) + count_{k}(20);
    for (size_t i = 0; i < x.size(); ++i) second[i] += first[i];
    return {{std::move(second), numbers}};
}}

"""


def programs(lines: int) -> tuple[str, str]:
    per_unit = unit_dg.count("\n") + 3
    units = max(1, (lines - 8) // per_unit)
    numbers = [{"k": k, "c": k % 7 + 1, "m": k % 5 + 2} for k in range(units)]
    dg = "".join(unit_dg.format(**n) for n in numbers) + "fn main(n: i64 = 100) {\n    var x = f64(iota(n))\n    var total = 0\n"
    cpp = "#include <cmath>\n#include <cstdio>\n#include <utility>\n#include <vector>\n\n"
    cpp += "".join(unit_cpp.format(**n) for n in numbers)
    cpp += "int main() {\n    std::vector<double> x(100);\n    for (int i = 0; i < 100; ++i) x[i] = i;\n    long total = 0;\n"
    for k in range(units):
        dg += f"    let (x_{k}, n_{k}) = part_{k}(x)\n    x = x_{k}\n    total += n_{k}\n"
        cpp += f"    auto [x_{k}, n_{k}] = part_{k}(x);\n    x = x_{k};\n    total += n_{k};\n"
    dg += '    print("{sum(x):.6e} {total}")\n}\n'
    cpp += '    double sum = 0.0;\n    for (double v : x) sum += v;\n    std::printf("%.6e %ld\\n", sum, total);\n}\n'
    return dg, cpp


if __name__ == "__main__":
    count, dg_path, cpp_path = sys.argv[1:]
    for path, text in zip((dg_path, cpp_path), programs(int(count))):
        with open(path, "w") as file:
            file.write(text)
