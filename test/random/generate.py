"""Random Dagger programs that are correct by construction, from a seed.

A program is a list of statements over typed variables: scalars, arrays of rank 1 to 3 with known extents, tasks with
`inout`, stencils with each edge rule, views, updates in place, nested tasks, control flow, what `constructs` adds and, now
and then, a statement that fails when it is looked at. Everything that it computes is printed, so two executions agree if their outputs do.
Floating-point values stay small and pass only through operations whose bits are fixed (no elementary functions).
"""
import random

import constructs

INTS = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]
FLOATS = ["f32", "f64"]
RULES = ["clamp", "wrap", "reflect", "value"]


class Value:
    def __init__(self, name, type, extents=(), mutable=False):
        self.name, self.type, self.extents, self.mutable = name, type, tuple(extents), mutable

    @property
    def rank(self):
        return len(self.extents)


class Program:
    def __init__(self, seed, failing=None):
        self.random = random.Random(seed)
        self.failing = self.random.random() < 0.12 if failing is None else failing
        self.declarations, self.statements, self.values, self.others, self.count = [constructs.POINT], [], [], [], 0

    # -- small pieces ------------------------------------------------------------------------------------------------
    def name(self, prefix="v"):
        self.count += 1
        return f"{prefix}{self.count}"

    def literal(self, type):
        if type in FLOATS:
            return f"{self.random.choice([0.5, 1.25, 2.0, 3.75, 0.125, 10.0])}{type if type != 'f64' else ''}"
        low, high = (0, 7) if type.startswith("u") else (-5, 9)
        number = self.random.randint(low, high)
        text = f"{abs(number)}{type if type != 'i64' else ''}"
        return f"(-{text})" if number < 0 else text

    def pick(self, wanted):
        found = [v for v in self.values if wanted(v)]
        return self.random.choice(found) if found else None

    def declare(self, expression, type, extents=(), mutable=False):
        value = self.know(self.name(), type, extents, mutable)
        self.statements.append(f"{'var' if mutable else 'let'} {value.name} = {expression}")
        return value

    def know(self, name, type, extents=(), mutable=False):
        value = Value(name, type, extents, mutable)
        self.values.append(value)
        return value

    def show(self, value):
        self.statements.append(f'print("{value.name} = {{{value.name}}}")')

    # -- expressions ---------------------------------------------------------------------------------------------------
    def scalar(self, type, depth=0, names=()):
        """An expression of a scalar type over literals, known scalars and `names`."""
        r = self.random
        pool = [n for n in names] + [v.name for v in self.values if v.type == type and v.rank == 0]
        if depth > 2 or r.random() < 0.3:
            return r.choice(pool) if pool and r.random() < 0.8 else self.literal(type)
        a, b = self.scalar(type, depth + 1, names), self.scalar(type, depth + 1, names)
        if type in FLOATS:
            return r.choice([f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} * {b} + {self.literal(type)})",
                             f"({a} / 4.0)", f"min({a}, {b})", f"max({a}, {b})", f"abs({a})",
                             f"(if {a} < {b} {{ {a} }} else {{ {b} }})"])
        return r.choice([f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} & {b})", f"({a} | {b})", f"({a} ^ {b})",
                         f"({a} // {abs(r.randint(2, 9))})", f"({a} % {abs(r.randint(2, 9))})", f"min({a}, {b})",
                         f"max({a}, {b})", f"({a} << {r.randint(0, 3)})", f"({a} >> {r.randint(0, 3)})",
                         f"(if {a} < {b} {{ {a} }} else {{ {b} }})"])

    def bounded(self, expression, type):
        """Keeps floats from growing without end."""
        return f"clamp({expression}, -1000.0, 1000.0)" if type in FLOATS else expression

    # -- statements ----------------------------------------------------------------------------------------------------
    def new_array(self):
        r = self.random
        rank = r.choice([1, 1, 1, 2, 2, 3])
        sizes = [1, 2, 3, 5, 7, 16, 33, 64, 100] if rank > 1 else [0, 1, 2, 5, 31, 32, 33, 100, 1024, 1025, 2500, 5000]
        extents = [r.choice(sizes[:6] if rank == 3 else sizes) for _ in range(rank)]
        type = r.choice(INTS + FLOATS * 3)
        indices = ["i", "j", "k"][:rank]
        mixed = " + ".join(f"{r.randint(1, 5)} * {i}" for i in indices)
        body = f"{type}(({mixed}) % {r.randint(3, 50)})"
        if type in FLOATS:
            body = f"{body} * {self.literal(type)}"
        at = f"at ({', '.join(indices)}) in ({', '.join(map(str, extents))}) => {body}"
        self.declare(at, type, extents, mutable=r.random() < 0.5)

    def elementwise(self):
        a = self.pick(lambda v: v.rank > 0)
        if not a: return self.new_array()
        b = self.pick(lambda v: v.extents == a.extents and v.type == a.type)
        names = [a.name, b.name]
        names += [v.name for v in self.values if v.rank == 0 and v.type == a.type][:2]
        x, y = self.random.choice(names[:2]), self.random.choice(names)
        op = self.random.choice(["+", "-", "*"])
        expression = f"{x} {op} {y} * {self.literal(a.type)}"
        if self.random.random() < 0.3:
            expression = f"where({a.name} > {self.literal(a.type)}, {expression}, {b.name})"
        self.declare(self.bounded(f"({expression})", a.type), a.type, a.extents, self.random.random() < 0.4)

    def stencil(self):
        a = self.pick(lambda v: v.rank > 0 and v.type in FLOATS + ["i32", "i64"] and all(e > 2 for e in v.extents))
        if not a: return self.new_array()
        r, indices = self.random, ["i", "j", "k"][:a.rank]
        def read():
            shifted = [i if o == 0 else f"{i}{o:+d}" for i, o in ((i, r.randint(-2, 2)) for i in indices)]
            return f"{a.name}[{', '.join(shifted)}]"
        rule = r.choice(RULES)
        rule = self.literal(a.type) if rule == "value" else rule
        sum = " + ".join(read() for _ in range(r.randint(1, 4)))
        scale = " * 0.25" if a.type in FLOATS else " // 2"
        extents = ", ".join(f"{e}" for e in a.extents)
        made = self.declare(f"at ({', '.join(indices)}) in ({extents}) outside {rule} => ({sum}){scale}", a.type, a.extents, r.random() < 0.4)
        if r.random() < 0.4: # beside a reduction of what is made and read
            self.show(self.declare(r.choice([f"max(abs({made.name} - {a.name}))", f"min({made.name}, where = {a.name} == {a.name})"]), a.type))

    def reduce(self):
        a = self.pick(lambda v: v.rank > 0)
        if not a: return self.new_array()
        r = self.random
        result = "i64" if a.type in INTS else a.type
        kind = r.choice(["sum", "sum", "min", "max", "argmax", "argmin", "mean", "count", "variance", "std"])
        empty = 0 in a.extents
        if kind in ("min", "max", "argmax", "argmin") and empty: kind = "sum"
        if kind == "count":
            return self.show(self.declare(f"count({a.name} > {self.literal(a.type)})", "i64"))
        if kind == "sum" and a.rank == 1 and r.random() < 0.3:
            return self.show(self.declare(f"sum({a.name}, where = {a.name} > {self.literal(a.type)})", result))
        real = a.type if a.type in FLOATS else "f64"
        type = {"sum": result, "mean": real, "variance": real, "std": real, "argmax": "i64", "argmin": "i64"}.get(kind, a.type)
        if a.rank > 1 and r.random() < 0.5:
            axis = r.randrange(a.rank)
            extents = a.extents[:axis] + a.extents[axis + 1:]
            return self.show(self.declare(f"{kind}({a.name}, axis = {axis})", type, extents))
        self.show(self.declare(f"{kind}({a.name})", type))

    def alongside(self):
        """A map and reductions over the same elements, of which all are needed."""
        a = self.pick(lambda v: v.rank > 0)
        if not a: return self.new_array()
        r, result = self.random, "i64" if a.type in INTS else a.type
        real = a.type if a.type in FLOATS else "f64"
        made = self.name()
        ways = [(f"sum({made})", result), (f"sum({a.name} * {made})", result), (f"count({a.name} > {self.literal(a.type)})", "i64"),
                (f"sum({a.name}, where = {made} > {self.literal(a.type)})", result), (f"mean({made}) + variance({a.name})", real),
                (f"sum({made}, axis = {a.rank - 1})", result)]
        if 0 not in a.extents: ways += [(f"max({made} - {a.name})", a.type), (f"argmin({made})", "i64")]
        map = self.bounded(f"({a.name} * {self.literal(a.type)} + {self.literal(a.type)})", a.type)
        chosen = r.sample(ways, r.randint(1, 3))
        value = self.know(made, a.type, a.extents, r.random() < 0.3)
        if a.mutable and r.random() < 0.5:
            self.statements += [f"{'var' if value.mutable else 'let'} {made} = {a.name}", f"{a.name}[{', '.join(['..'] * a.rank)}] = {map}"]
        else:
            self.statements.append(f"{'var' if value.mutable else 'let'} {made} = {map}")
        for expression, type in chosen:
            isArray = "axis" in expression and a.rank > 1
            self.show(self.declare(expression, type, a.extents[:-1] if isArray else ()))
        if r.random() < 0.5: self.show(value)

    def view(self):
        a = self.pick(lambda v: v.rank > 0 and all(e > 1 for e in v.extents))
        if not a: return self.new_array()
        r, subscripts, extents = self.random, [], []
        for e in a.extents:
            choice = r.random()
            if choice < 0.25: subscripts.append(str(r.randrange(e)))
            elif choice < 0.5: subscripts.append(".."); extents.append(e)
            elif choice < 0.6: subscripts.append(".. by -1"); extents.append(e)
            else:
                low = r.randrange(e); high = r.randint(low, e); step = r.choice([1, 1, 2, 3])
                subscripts.append(f"{low}..{high}" + (f" by {step}" if step > 1 else "")); extents.append(-(-(high - low) // step))
        if not extents: return self.show(self.declare(f"{a.name}[{', '.join(subscripts)}]", a.type))
        self.declare(f"{a.name}[{', '.join(subscripts)}]", a.type, extents, r.random() < 0.3)

    def update(self):
        a = self.pick(lambda v: v.rank > 0 and v.mutable and all(e > 1 for e in v.extents))
        if not a: return self.new_array()
        r = self.random
        old = self.declare(a.name, a.type, a.extents) if r.random() < 0.3 else None
        if r.random() < 0.5:
            place = ", ".join(str(r.randrange(e)) for e in a.extents)
            self.statements.append(f"{a.name}[{place}] {r.choice(['=', '+=', '*='])} {self.literal(a.type)}")
        else:
            ranges = [(l, r.randint(l, e)) for e in a.extents for l in [r.randrange(e)]]
            place = ", ".join(f"{l}..{h}" for l, h in ranges)
            self.statements.append(f"{a.name}[{place}] = {a.name}[{place}] + {self.literal(a.type)}")
        if old: self.show(old)

    def loop(self):
        a = self.pick(lambda v: v.mutable and v.rank > 0 and v.type in FLOATS)
        if not a: return self.new_array()
        turns = self.random.randint(0, 6)
        total = self.declare(self.literal(a.type), a.type, (), True)
        self.statements.append(f"for t in 0..{turns} {{ {a.name} = clamp({a.name} * 0.5 + {self.literal(a.type)}, -1000.0, 1000.0)\n"
                               f"        {total.name} += sum({a.name}) * 0.001\n        if t == {self.random.randint(2, 8)} {{ break }} }}")
        self.show(total)

    def task(self):
        r, name = self.random, self.name("work")
        type = r.choice(["i64", "f64"])
        body = self.scalar_body(type)
        self.declarations.append(f"task {name}(x: {type}, k: i64) -> {type} {{\n{body}\n}}")
        if r.random() < 0.5:
            self.show(self.declare(f"{name}({self.scalar(type)}, {r.randint(0, 6)})", type))
        else:
            n = r.randint(0, 12)
            self.show(self.declare(f"[{name}({type}(s), s % 4) for s in 0..{n}]", type, (n,)))

    def scalar_body(self, type):
        saved, self.values = self.values, []
        half = "0.5" if type == "f64" else "2"
        step = self.bounded(f"(y + {self.scalar(type, 1, ('x', 'y'))})", type)
        text = f"    var y = x\n    for t in 0..k {{ y = {step} }}\n    if y > {self.literal(type)} {{ return y - {half} }}\n    y"
        self.values = saved
        return text

    def nested(self):
        name = self.name("tree")
        self.declarations.append(f"task {name}(n: i64) -> i64 {{\n    if n < {self.random.randint(1, 3)} {{ return n + 1 }}\n"
                                 f"    let a = {name}(n - 1)\n    let b = {name}(n - 2)\n    a * {self.random.randint(1, 3)} + b\n}}")
        self.show(self.declare(f"{name}({self.random.randint(3, 12)})", "i64"))

    def inout_task(self):
        a = self.pick(lambda v: v.rank == 1 and v.mutable and v.extents[0] > 3)
        if not a: return self.new_array()
        r, name = self.random, self.name("bump")
        self.declarations.append(f"task {name}(inout a: [{a.type}; n], k: i64) {{\n"
                                 f"    for i in 0..n {{ if i % 2 == k % 2 {{ a[i] = a[i] + {self.literal(a.type)} }} }}\n}}")
        middle = r.randint(1, a.extents[0] - 1)
        calls = [f"{name}(inout {a.name}[..{middle}], 0)", f"{name}(inout {a.name}[{middle}..], 1)", f"{name}(inout {a.name}, 1)"]
        self.statements += r.sample(calls, r.randint(1, 3))

    def order(self):
        a = self.pick(lambda v: v.rank == 1)
        if not a: return self.new_array()
        expression = self.random.choice([f"sort({a.name})", f"{a.name}[argsort({a.name})]", f"concat(sort({a.name}), {a.name})", f"scan({a.name}, (a, b) => max(a, b))"])
        extents = (2 * a.extents[0],) if "concat" in expression else a.extents
        self.declare(expression, a.type, extents)

    def branch(self):
        a = self.pick(lambda v: v.rank == 0 and v.type in ("i64", "f64"))
        if not a: return self.reduce()
        self.show(self.declare(f"if {a.name} > {self.literal(a.type)} {{ {self.scalar(a.type)} }} else {{ {self.scalar(a.type)} }}", a.type))

    def fail(self):
        a = self.pick(lambda v: v.rank == 1)
        if a and self.random.random() < 0.5:
            return self.show(self.declare(f"{a.name}[{a.extents[0] + self.random.randint(0, 3)}]", a.type))
        name = self.name("wrong")
        self.declarations.append(f'task {name}(n: i64) -> i64 {{\n    assert n < 3, "too large"\n    100 // (n - 1)\n}}')
        value = self.declare(f"{name}({self.random.choice([1, 5])})", "i64")
        self.statements.append('print("before")')
        self.show(value)

    # -- the whole -------------------------------------------------------------------------------------------------------
    def text(self):
        steps = [self.new_array, self.elementwise, self.elementwise, self.stencil, self.reduce, self.reduce, self.alongside, self.view, self.update,
                 self.loop, self.task, self.nested, self.inout_task, self.order, self.branch]
        steps += [lambda step=step: step(self) for step in constructs.STEPS]
        self.new_array()
        length = self.random.randint(5, 16)
        for turn in range(length):
            if self.failing and turn == length - 2: self.fail()
            else: self.random.choice(steps)()
        for value in self.values:
            if value.rank: self.show(value)
        body = "\n".join("    " + s for s in self.statements)
        return "\n\n".join(self.declarations + [f"fn main() {{\n{body}\n}}"]) + "\n"


if __name__ == "__main__":
    import sys
    print(Program(int(sys.argv[1])).text(), end="")
