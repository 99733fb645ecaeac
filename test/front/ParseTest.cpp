// What is written becomes the tree that the reference of the language says.
#include "test/front/Support.h"

using namespace dagger;
using namespace dagger::test;

namespace {

TEST(Precedence, FollowsTheTableOfTheReference) {
  EXPECT_EQ(parenthesized("-2 ** 2"), "(-(2 ** 2))");
  EXPECT_EQ(parenthesized("2 ** -1"), "(2 ** (-1))");
  EXPECT_EQ(parenthesized("2 ** 3 ** 4"), "(2 ** (3 ** 4))");
  EXPECT_EQ(parenthesized("-a * b"), "((-a) * b)");
  EXPECT_EQ(parenthesized("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(parenthesized("a + b * c @ d"), "(a + ((b * c) @ d))");
  EXPECT_EQ(parenthesized("a << b + c"), "(a << (b + c))");
  EXPECT_EQ(parenthesized("a >> b & c"), "((a >> b) & c)");
  EXPECT_EQ(parenthesized("a | b ^ c & d"), "(a | (b ^ (c & d)))");
  EXPECT_EQ(parenthesized("a ?? b | c"), "(a ?? (b | c))");
  EXPECT_EQ(parenthesized("a ?? b + 1 .. c"), "((a ?? (b + 1))..c)");
  EXPECT_EQ(parenthesized("a .. b == c"), "((a..b) == c)");
  EXPECT_EQ(parenthesized("not a == b and c or d"), "(((not (a == b)) and c) or d)");
  EXPECT_EQ(parenthesized("a or b |> f(c)"), "((a or b) |> f(c))");
  EXPECT_EQ(parenthesized("a |> f() |> g()"), "((a |> f()) |> g())");
  EXPECT_EQ(parenthesized(".x in [1, 2] and c"), "((.x in [1, 2]) and c)");
  EXPECT_EQ(parenthesized("k+1..n by 2 * m"), "((k + 1)..n by (2 * m))");
  EXPECT_EQ(parenthesized("-x.y[0](1)"), "(-x.y[0](1))");
  EXPECT_EQ(parenthesized("~a ** 2"), "(~(a ** 2))");
  EXPECT_EQ(parenthesized("(a + b) * c"), "((a + b) * c)");
}

TEST(Expressions, BodiesTakeEverythingToTheirRight) {
  EXPECT_EQ(parenthesized("x => 2.0 * x |> f()"), "((x) => ((2.0 * x) |> f()))");
  EXPECT_EQ(parenthesized("(a, b) => a + b"), "((a, b) => (a + b))");
  EXPECT_EQ(parenthesized("() => 3"), "(() => 3)");
  EXPECT_EQ(parenthesized("x => y => x + y"), "((x) => ((y) => (x + y)))");
  EXPECT_EQ(parenthesized("at (i, j) in (n, m) => u[i, j] + 1"), "(at (i, j) in (n, m) => (u[i, j] + 1))");
  EXPECT_EQ(parenthesized("at (i) in (n) outside 0.0 => u[i - 1]"), "(at (i) in (n) outside 0.0 => u[(i - 1)])");
  EXPECT_EQ(parenthesized("at (i) in (n) => at (j) in (m) => i"), "(at (i) in (n) => (at (j) in (m) => i))");
  EXPECT_EQ(parenthesized("x => { let y = x; y * y }"), "((x) => { let y = x; (y * y) })");
}

TEST(Expressions, ComparisonAndTypeArgumentsAreToldApart) {
  EXPECT_EQ(parenthesized("a < f32(b)"), "(a < f32(b))");
  EXPECT_EQ(parenthesized("zeros<f32>(n, m)"), "zeros<f32>(n, m)");
  EXPECT_EQ(parenthesized("read<table<list<f64>>>(p)"), "read<table<list<f64>>>(p)");
  EXPECT_EQ(parenthesized("read<[f32; _, 784]>(p)"), "read<[f32; _, 784]>(p)");
  EXPECT_EQ(parenthesized("f(a < b, c > (d))"), "f((a < b), (c > d))");
  EXPECT_EQ(parenthesized("a >> b"), "(a >> b)");
  EXPECT_EQ(parenthesized("a > -b"), "(a > (-b))");
}

TEST(Expressions, MembersOfTuplesAreNoFloats) {
  EXPECT_EQ(parenthesized("t.0.1"), "t.0.1");
  EXPECT_EQ(parenthesized("t.0.1.x + 0.1"), "(t.0.1.x + 0.1)");
  EXPECT_EQ(parenthesized("1..2"), "(1..2)");
  EXPECT_EQ(parenthesized("1.5..2.5"), "(1.5..2.5)");
}

TEST(Expressions, SubscriptsAreSlicesOrValues) {
  EXPECT_EQ(parenthesized("a[i, .., b.., ..c]"), "a[i, .., b.., ..c]");
  EXPECT_EQ(parenthesized("a[1..n-1, .. by -1, x.. by 2, ..y by 3, p..q by 4]"),
            "a[1..(n - 1), .. by (-1), x.. by 2, ..y by 3, p..q by 4]");
  EXPECT_EQ(parenthesized("a[(0..3)]"), "a[(0..3)]");
  EXPECT_EQ(parenthesized("a[f(0..3)]"), "a[f((0..3))]");
  EXPECT_EQ(parenthesized("a[..by]"), "a[..by]");
}

TEST(Expressions, ArgumentsHaveNamesMarksAndAliases) {
  EXPECT_EQ(parenthesized("f(a, inout b.c[0], k = inout m, by = .x, group = 1)"),
            "f(a, inout b.c[0], k = inout m, by = .x, group = 1)");
  EXPECT_EQ(parenthesized("join(o |> where(.d < e) as p, on = .a == p.b,)"),
            "join((o |> where((.d < e))) as p, on = (.a == p.b))");
}

TEST(Expressions, ArraysAndComprehensions) {
  EXPECT_EQ(parenthesized("[]"), "[]");
  EXPECT_EQ(parenthesized("[[1, 2], [3, 4],]"), "[[1, 2], [3, 4]]");
  EXPECT_EQ(parenthesized("[f(i, x) for i in 0..n by 2 for (x, y) in zip(a, b) if i < x]"),
            "[f(i, x) for i in (0..n by 2) for (x, y) in zip(a, b) if (i < x)]");
}

TEST(Expressions, StringsHoldExpressions) {
  EXPECT_EQ(parenthesized(R"("a {x:.3} b {f("in {y} ner"):>8} c")"), R"("a {x:.3} b {f("in {y} ner"):>8} c")");
  EXPECT_EQ(parenthesized(R"("\n \{ \} \" \\ \u{1f600}")"), "\"\\n \\{ \\} \\\" \\\\ \U0001f600\"");
  EXPECT_EQ(parenthesized(R"("{Point { x: 1 }.x} {a[1..2]}")"), R"("{Point { x: 1 }.x} {a[1..2]}")");
}

TEST(Expressions, IfIsAValueAndNestsToTheRight) {
  EXPECT_EQ(parenthesized("if a { 1 } else if b { 2 } else { 3 }"), "if a { 1 } else { if b { 2 } else { 3 } }");
  EXPECT_EQ(parenthesized("if (P { x: 1 }).x > 0 { a } else { b }"), "if (P { x: 1 }.x > 0) { a } else { b }");
}

TEST(Literals, IntegersKnowWhetherTheyFit) {
  Parsed parsed(
      "const a = 18_446_744_073_709_551_615\nconst b = 18446744073709551616\nconst c = 0xff_u8\nconst d = 0b101\n");
  ASSERT_EQ(parsed.errors(), "");
  const auto literal = [&](size_t i) -> const ast::IntegerLit & {
    return static_cast<const ast::IntegerLit &>(*static_cast<const ast::ConstDecl &>(*parsed.file->decls[i]).value);
  };
  EXPECT_EQ(literal(0).value, UINT64_MAX);
  EXPECT_FALSE(literal(0).tooBig);
  EXPECT_TRUE(literal(1).tooBig);
  EXPECT_EQ(literal(2).value, 255u);
  EXPECT_EQ(literal(2).suffix, "u8");
  EXPECT_EQ(literal(3).value, 5u);
}

TEST(Literals, FloatsHaveTheirNearestValue) {
  Parsed parsed("const a = 1e-6\nconst b = 1_000.5f32\nconst c = 2bf16\n");
  ASSERT_EQ(parsed.errors(), "");
  const auto literal = [&](size_t i) -> const ast::FloatLit & {
    return static_cast<const ast::FloatLit &>(*static_cast<const ast::ConstDecl &>(*parsed.file->decls[i]).value);
  };
  EXPECT_EQ(literal(0).value, 1e-6);
  EXPECT_EQ(literal(1).value, 1000.5);
  EXPECT_EQ(literal(1).suffix, "f32");
  EXPECT_EQ(literal(2).suffix, "bf16");
}

TEST(Lines, GoOnWhereTheReferenceSaysSo) {
  const std::string statements = R"(fn f() {
    let a = 1 +
        2
    let b = t
        |> g()
        .x
    let c = h(
        1
        , 2
    )
    let d = a >
        b
    if a { 1 }
    else { 2 }
    for i in
        0..3 { }
    -x
    y; z
}
)";
  Parsed parsed(statements);
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(ast::dump(*parsed.file), R"(fn f() {
  let a = (1 + 2)
  let b = (t |> g().x)
  let c = h(1, 2)
  let d = (a > b)
  if a {
    1
  } else {
    2
  }
  for i in (0..3) {
  }
  (-x)
  y
  z
}
)");
}

TEST(Lines, KernelsMayBeginThemWithAtAndBrace) {
  Parsed parsed("kernel k(u: [f32; n]) -> [f32; n]\n    at (i)\n    outside clamp\n{\n    u[i - 1]\n}\n");
  EXPECT_EQ(ast::dump(*parsed.file), "kernel k(u: [f32; n]) -> [f32; n] at (i) outside clamp {\n  u[(i - 1)]\n}\n");
}

TEST(Words, AreNamesWhereTheGrammarDoesNotWantThem) {
  Parsed parsed("fn f() {\n    let by = group + outside\n    shared = test(from)\n    atomic[0] += parallel\n    let "
                "as = x[..by]\n}\n");
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(ast::dump(*parsed.file), "fn f() {\n  let by = (group + outside)\n  shared = test(from)\n"
                                     "  atomic[0] += parallel\n  let as = x[..by]\n}\n");
}

TEST(Documentation, BelongsToWhatFollows) {
  Parsed parsed("## A.\n##   B.\n# no doc\n@on(gpu)\nfn f(\n    ## the x\n    x: i64, # not the y\n    y: i64\n) { }\n"
                "record R {\n    ## km\n    k: f64\n}\nfn g() {}\n");
  ASSERT_EQ(parsed.errors(), "");
  const auto &f = static_cast<const ast::FunctionDecl &>(*parsed.file->decls[0]);
  EXPECT_EQ(f.doc, "A.\n  B.");
  EXPECT_EQ(f.params[0].doc, "the x");
  EXPECT_EQ(f.params[1].doc, "");
  EXPECT_EQ(static_cast<const ast::RecordDecl &>(*parsed.file->decls[1]).fields[0].doc, "km");
  EXPECT_EQ(parsed.file->decls[2]->doc, "");
}

TEST(Imports, AreCalledWhatTheirFileIsCalled) {
  Parsed parsed("import linalg\nimport \"./sub/physics.dg\"\nimport \"a-b.dg\" as ab\nimport nn as learning\n");
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(ast::dump(*parsed.file), "import linalg as linalg\nimport \"./sub/physics.dg\" as physics\n"
                                     "import \"a-b.dg\" as ab\nimport nn as learning\n");
}

TEST(Spans, CountBytesAlsoAfterWiderCharacters) {
  Parsed parsed("const a = \"größe\" + b\n");
  const auto &sum =
      static_cast<const ast::Binary &>(*static_cast<const ast::ConstDecl &>(*parsed.file->decls[0]).value);
  EXPECT_EQ(parsed.source.text.substr(sum.rhs->span.begin, sum.rhs->span.end - sum.rhs->span.begin), "b");
  EXPECT_EQ(parsed.source.position(sum.rhs->span.begin).column, 21);
}

TEST(Spans, OfAnExpressionCoverItsText) {
  Parsed parsed("const a = f(x)[0] + (b * c).d ** 2\n");
  const auto &sum =
      static_cast<const ast::Binary &>(*static_cast<const ast::ConstDecl &>(*parsed.file->decls[0]).value);
  const auto text = [&](Span span) { return parsed.source.text.substr(span.begin, span.end - span.begin); };
  EXPECT_EQ(text(sum.span), "f(x)[0] + (b * c).d ** 2");
  EXPECT_EQ(text(sum.lhs->span), "f(x)[0]");
  EXPECT_EQ(text(sum.rhs->span), "(b * c).d ** 2");
  EXPECT_EQ(text(sum.opSpan), "+");
}

// Every declaration and statement form of the reference, and what it is read as.
TEST(Everything, IsReadAsTheGoldenTreeSays) {
  Parsed parsed(read(root / "test/front/everything.dg"));
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(ast::dump(*parsed.file), read(root / "test/front/everything.tree"));
}

TEST(Examples, Parse) {
  const auto programs = files(root / "examples", ".dg");
  ASSERT_GT(programs.size(), 5u);
  for (const auto &path : programs) EXPECT_EQ(Parsed(read(path), path.string()).errors(), "");
}

} // namespace
