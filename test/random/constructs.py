"""What random programs make besides arrays of numbers: group kernels, comprehensions of task calls over arrays, records,
tuples, texts, and `parallel for`. A step takes the program and adds statements to it; what only these steps understand
(records, texts, and arrays of them) is in `program.others`, by kind.
"""

NUMBERS = ("i64", "f64", "i32", "f32")


def other(program, kind):
    found = [name for name, known in program.others if known == kind]
    return program.random.choice(found) if found else None


def keep(program, expression, kind, mutable=False):
    name = program.name("o")
    program.statements.append(f"{'var' if mutable else 'let'} {name} = {expression}")
    program.others.append((name, kind))
    program.statements.append(f'print("{name} = {{{name}}}")')
    return name


def vector(program, least=1):
    """A rank-1 array of a common type; one is made if there is none."""
    a = program.pick(lambda v: v.rank == 1 and v.type in NUMBERS and v.extents[0] >= least)
    if a:
        return a
    n, type = program.random.choice([5, 33, 100, 1030]), program.random.choice(NUMBERS)
    return program.declare(f"at (i) in ({n}) => {type}((i * 7 + 3) % 19)", type, (n,), True)


def group_kernel(program):
    r, name, a = program.random, program.name("group"), vector(program)
    lanes = r.choice([1, 4, 8, 64])
    whole = a.type in ("i64", "i32")
    step = f"{program.literal(a.type)}"
    body = [f"    shared s: [{a.type}; {lanes}]", "    s[lane] = x[i]", "    barrier"]
    if r.random() < 0.5:  # a tree within the group, or a neighbour
        body.append(f"    var width = {lanes // 2 if lanes > 1 else 0}\n    while width > 0 {{\n        if lane < width {{ s[lane] = "
                    f"{r.choice(['max', 'min'])}(s[lane], s[lane + width]) }}\n        barrier\n        width //= 2\n    }}")
        value = "s[0]"
    else:
        value = f"s[{lanes - 1} - lane]" if r.random() < 0.5 else f"s[(lane + 1) % {lanes}]"
    if r.random() < 0.4:
        body.append(f"    if x[i] > {step} {{ y[i] = y[i] + {value} }}")
    else:
        body.append(f"    y[i] {r.choice(['=', '+='])} {value} - {step}")
    counts = ""
    if r.random() < 0.6:
        counts = ", inout h: [i64; _]"
        body.append(f"    atomic h[i % 3] {r.choice(['+=', '^=', '|='])} {'i64(x[i])' if whole else 'i % 5'}")
        if r.random() < 0.4:
            body.append("    barrier\n    if lane == 0 { atomic h[0] += 1 }")
    program.declarations.append(f"kernel {name}(x: [{a.type}; n], inout y: [{a.type}; n]{counts})\n    at (i) group ({lanes})\n{{\n"
                                + "\n".join(body) + "\n}")
    y = program.declare(f"{a.name} * {step}" if r.random() < 0.5 else f"zeros<{a.type}>({a.extents[0]})", a.type, a.extents, True)
    h = program.declare("zeros<i64>(3)", "i64", (3,), True) if counts else None
    for _ in range(r.randint(1, 3)):
        program.statements.append(f"{name}({a.name}, inout {y.name}" + (f", inout {h.name})" if h else ")"))
    if h:
        program.show(h)


def call_each(program):
    """[work(x, k) for x in array], with a number, a tuple, a record or an array as the result of each."""
    r, name, a = program.random, program.name("each"), vector(program)
    a_part = f"{a.name}[..{min(a.extents[0], r.randint(0, 40))}]"
    kind = r.choice(["number", "tuple", "record", "array", "text"])
    work = f"    var y = x\n    for t in 0..k {{ y = {program.bounded('y + x', a.type)} }}\n"
    if r.random() < 0.3:
        work += f"    if y > {program.literal(a.type)} {{ return {{0}} }}\n"
    results = {"number": (a.type, "y", "x"), "tuple": (f"({a.type}, i64)", "(y, k)", "(x, k + 1)"),
               "record": ("Point", 'Point { x: f64(y), k: k, tag: "t{k}" }', 'Point { x: f64(x), k: -k, tag: "early" }'),
               "array": (f"[{a.type}; 3]", "[x, y, x]", "[y, y, x]"), "text": ("str", '"{y}"', '"<{k}>"')}
    type, value, early = results[kind]
    program.declarations.append(f"task {name}(x: {a.type}, k: i64) -> {type} {{\n{work.replace('{0}', early)}    {value}\n}}")
    result = f"[{name}({r.choice(['x', 'x', 'x * x'])}, {r.randint(0, 4)}) for x in {a_part}]"
    kept = keep(program, result, {"record": "points", "text": "texts"}.get(kind, "none"), r.random() < 0.4)
    if kind == "tuple":
        program.statements.append(f'print("{{sum({kept}.1)}}")')
    elif kind == "array":
        program.statements.append(f'print("{{sum({kept}, axis = 1)}}")')


def points(program):
    r = program.random
    known = other(program, "points")
    if not known or r.random() < 0.3:
        n = r.randint(1, 40)
        name = program.name("o")
        program.statements.append(f'var {name} = [Point {{ x: f64((i * 7) % {r.randint(2, 11)}), k: i, tag: "p{{i % 3}}" }} for i in 0..{n}]')
        program.others.append((name, "points"))
        known = name
        program.statements.append(f"{known}[{r.randrange(n)}].{r.choice(['x = 0.5', 'k += 3', 'tag = str(7)'])}")
    low = f"min(1, len({known}))"
    expression, kind = r.choice([
        (f"sort({known}, by = p => {r.choice(['p.x', '-p.k', 'p.tag'])})", "points"),
        (f"concat({known}, {known}[{low}..])", "points"), (f"{known}[{known}.k % 2 == 0]", "points"),
        (f"{known}[.. by -1]", "points"), (f"{known}.tag + {known}.tag", "texts"),
        (f"[(p.x * 2.0, p.tag) for p in {known}]", "none"), (f"[p.tag for p in {known}]", "texts"),
        (f"sum({known}.x) + f64(sum({known}.k))", "none"),
        (f'reduce([(p.k, p.x) for p in {known}], (0, 0.0), (a, b) => (max(a.0, b.0), a.1 + b.1))', "none")])
    keep(program, expression, kind)


def texts(program):
    r = program.random
    known = other(program, "texts")
    if not known or r.random() < 0.3:
        known = keep(program, f'split("{" ".join(r.choice(["ab", "b", "", "größe", "xyz", "a b"]) for _ in range(r.randint(1, 9)))}", " ")', "texts")
    scalar = program.pick(lambda v: v.rank == 0)
    piece = f"{{{scalar.name}}}" if scalar else "q"
    expression, kind = r.choice([
        (f'{known} + "{piece}"', "texts"), (f'"<" + {known}', "texts"), (f"sort({known})", "texts"), (f"unique({known})", "texts"),
        (f"upper({known})", "texts"), (f'{known}[{known} > "b"]', "texts"), (f"{known}[.. by -1]", "texts"),
        (f"concat({known}, {known})", "texts"), (f'reduce({known}, "{piece}:", (a, b) => a + b)', "none"),
        (f"[len(s) for s in {known}]", "none"), (f'[s + "{piece}" for s in {known}]', "texts"),
        (f'count({known} == "b")', "none"), (f'at (i) in (len({known})) => {known}[i] + "{piece}"', "texts")])
    keep(program, expression, kind)


def tuples(program):
    r, a = program.random, vector(program)
    name = program.name("both")
    program.declarations.append(f"task {name}(x: [{a.type}; n], inout total: i64) -> ({a.type}, [{a.type}; n]) {{\n"
                                f"    total += {r.randint(1, 5)}\n    (max(x), x + {program.literal(a.type)})\n}}")
    total = program.declare(str(r.randint(0, 9)), "i64", (), True)
    most, rest = program.name(), program.name()
    program.statements.append(f"let ({most}, {rest}) = {name}({a.name}, inout {total.name})")
    program.know(most, a.type)
    program.know(rest, a.type, a.extents)
    program.statements.append(f'print("{{{most}}} {{{total.name}}} {{({total.name}, "t")}}")')


def parallel_loop(program):
    r, name, a = program.random, program.name("loop"), vector(program, least=2)
    n = a.extents[0]
    calls = r.random() < 0.3
    if calls:
        program.declarations.append(f"task {name}_one(x: {a.type}) -> {a.type} {{ {program.bounded(f'x + {program.literal(a.type)}', a.type)} }}")
    one = f"{name}_one(x[i])" if calls else r.choice(["x[i]", f"x[{n - 1} - i]", "x[0]", "before[(i + 1) % n]"])
    turn = [f"        var s = {one}", f"        for t in 0..{r.randint(0, 4)} {{ s = {program.bounded(f's + {program.literal(a.type)}', a.type)} }}"]
    if r.random() < 0.3:
        turn.append(f"        if i % 3 == {r.randint(0, 2)} {{ continue }}")
    turn.append(f"        y[i] {r.choice(['=', '+='])} s")
    step = r.choice(["", "", " by 2", " by -1"])
    loop = f"    parallel for i in 0..n{step} {{\n" + "\n".join(turn) + "\n    }"
    if r.random() < 0.3:
        loop = f"    for round in 0..2 {{\n{loop}\n    }}"
    fails = program.failing and r.random() < 0.3
    if fails:
        loop += f'\n    parallel for i in 0..n {{ assert i < {r.randint(0, n)}, "turn {{i}}" }}'
    program.declarations.append(f"@threads({r.randint(1, 4)})\ntask {name}(x: [{a.type}; n], inout y: [{a.type}; n]) -> i64 {{\n"
                                f"    let before = y\n{loop}\n    n\n}}")
    y = program.declare(f"{a.name} * {program.literal(a.type)}", a.type, a.extents, True)
    program.show(program.declare(f"{name}({a.name}, inout {y.name})", "i64"))


def short_tasks(program):
    """Short tasks on tiles, a row of them or any: what they read may be what they update, and some write before they may fail."""
    r, name = program.random, program.name("short")
    type = r.choice(["i64", "f64", "i32", "f32", "u8"])
    chunk, tiles = r.randint(1, 4), r.randint(2, 9)
    tile = f"[{type}; {{}}]"
    one = {"u8": "u8(3)"}.get(type) or program.literal(type)
    last = r.choice(["0", "n - 1", f"min(k, n - 1)"])
    body = []
    if r.random() < 0.3:
        body.append(f'    assert k >= 0, "{{k}} is negative"')
    if r.random() < 0.3:
        body.append(f"    y[0] = x[{last}]")
    value = f"x[{last}] + y[m - 1]" if type == "u8" else program.bounded(f"x[{last}] - y[m - 1] + {one}", type)
    if r.random() < 0.3:
        body.append(f"    var s = {value}\n    for t in 0..k % 3 {{ s = {'s + x[0]' if type == 'u8' else program.bounded('s + x[0]', type)} }}")
        value = "s"
    body.append(f"    y[{r.choice(['0', 'm - 1'])}] = {value}")
    total, result = r.random() < 0.4, r.random() < 0.5
    if total:
        body.append("    total += k")
    if result:
        body.append(f"    y[0] {r.choice(['', '+ x[0]'])}".rstrip())
    program.declarations.append(f"task {name}(x: {tile.format('n')}, k: i64, inout y: {tile.format('m')}{', inout total: i64' if total else ''})"
                                f"{f' -> {type}' if result else ''} {{\n" + "\n".join(body) + "\n}")
    n = chunk * tiles - r.randint(0, chunk - 1)
    a, b = program.name(), program.name()
    for made in (a, b):
        program.statements.append(f"@chunks({chunk}) var {made} = at (i) in ({n}) => {type}((i * {r.randint(1, 9)} + {r.randint(0, 5)}) % 17)")
    sum = program.declare("0", "i64", (), True) if total else None
    place = lambda: f"(t * {r.randint(0, 5)} + {r.randint(0, 7)}) % {tiles}"
    call = (f"{name}({r.choice([a, b])}.tile({place()}), t, inout {r.choice([a, a, b])}.tile({place()})"
            + (f", inout {sum.name})" if total else ")"))
    turns = r.choice([3, 20, 200, 3000] if not result else [3, 20, 200]) # in many turns, threads share the loop
    if result:
        kept = program.declare(f"{type}(0)", type, (), True) if type != "u8" else None
        program.statements.append(f"for t in 0..{turns} {{ {f'{kept.name} = ' if kept else 'let _ = '}{call} }}")
        if kept:
            program.show(kept)
    else:
        program.statements.append(f"for t in 0..{turns} {{ {call} }}")
    program.statements.append(f'print({a}, {b}{f", {sum.name}" if total else ""})')


STEPS = [group_kernel, call_each, points, texts, tuples, parallel_loop, short_tasks]
POINT = "record Point { x: f64, k: i64, tag: str }"
