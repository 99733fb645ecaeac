// What the checker makes of programs, as text.
#include "test/sema/Check.h"
#include <gtest/gtest.h>

using dagger::check;

static void expectDump(const char *source, const char *expected) { EXPECT_EQ(check(source)->dump(), expected); }
static bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

// Literals take the type of the other operand, of the parameter and of the other branch.
TEST(Sema, LiteralsAdapt) {
  expectDump("fn f(x: f32) -> f32 { if x > 1 { 2 * x } else { 0.5 } }\nfn main() { print(f(3)) }\n",
             "fn @main() -> nothing prints {\n"
             "  print(@f(3f32))\n"
             "}\n"
             "fn @f(x.0: f32) -> f32 scalar {\n"
             "  => if gt(x.0, 1f32) { mul(2f32, x.0) } else { 0.5f32 }\n"
             "}\n");
}

// Of two products the left one is fused, and a difference negates the right factor or addend.
TEST(Sema, ProductsAreFusedWithSums) {
  std::string dump = check("fn f(a: f64, b: f64, c: f64) -> f64 { a * b + b * c }\nfn g(a: f64, b: f64, c: f64) -> f64 { a * b - c }\n"
                           "fn h(a: f64, b: f64, c: f64) -> f64 { c - a * b }\nfn k(a: i64, b: i64) -> i64 { a * b + a }\n"
                           "fn main() { print(f(1.0, 2.0, 3.0), g(1.0, 2.0, 3.0), h(1.0, 2.0, 3.0), k(1, 2)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "=> fma(a.0, b.1, mul(b.1, c.2))")) << dump;
  EXPECT_TRUE(contains(dump, "=> fma(a.0, b.1, neg(c.2))")) << dump;
  EXPECT_TRUE(contains(dump, "=> fma(neg(a.0), b.1, c.2)")) << dump;
  EXPECT_TRUE(contains(dump, "=> add(mul(a.0, b.1), a.0)")) << dump;
}

// An elementwise expression is one Map, in which each variable stands once and products are fused.
TEST(Sema, ElementwiseExpressionsAreOneMap) {
  std::string dump = check("fn f(x: [f64; n], k: f64) -> [f64; n] { k * x + x / 2.0 }\nfn main() { print(f([1.0, 2.0], 3.0)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "=> map(x.0; (x.2: f64) => { fma(k.1, x.2, div(x.2, 2f64)) }): [f64; _]")) << dump;
}

// An axis stretches only where its extent is known to be 1.
TEST(Sema, OnlyExtentOneStretches) {
  std::string dump = check("fn f(x: [f64; n, 1], y: [f64; m]) -> [f64; n, m] { x + y }\nfn main() { print(f([[1.0]], [1.0, 2.0])) }\n")->dump();
  EXPECT_TRUE(contains(dump, "map(x.0 stretch 2, y.1;")) << dump;
}

// A function of scalars maps over arrays; several results become several arrays.
TEST(Sema, ScalarFunctionsMap) {
  std::string dump = check("fn both(x: f64) -> (f64, i64) { (x, i64(x)) }\nfn main() { let (a, b) = both([1.5, 2.5])\n print(a, b) }\n")->dump();
  EXPECT_TRUE(contains(dump, "let parts.0: ([f64; _], [i64; _]) = map(array(1.5f64, 2.5f64): [f64; _]; (x.1: f64) => { @both(x.1) })")) << dump;
}

// Each type in use has its own instance; equal calls share one.
TEST(Sema, TypeParametersAreInstantiated) {
  std::string dump = check("fn twice<T: number>(x: T) -> T { x + x }\nfn main() { print(twice(1), twice(2), twice(1.5), twice(2.5f32)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "fn @twice(x.0: i64) -> i64")) << dump;
  EXPECT_TRUE(contains(dump, "fn @twice.2(x.0: f64) -> f64")) << dump;
  EXPECT_TRUE(contains(dump, "fn @twice.3(x.0: f32) -> f32")) << dump;
  EXPECT_FALSE(contains(dump, "@twice.4")) << dump;
}

// A function that takes a function is instantiated for it; what a lambda captured becomes a parameter.
TEST(Sema, LambdasBecomeParameters) {
  std::string dump = check("fn apply(x: f64, f: (f64) -> f64) -> f64 { f(x) }\nfn main() { let k = 2.0\n print(apply(1.0, x => k * x)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "fn @apply(x.0: f64, k.1: f64) -> f64 scalar {\n  => mul(k.1, x.0)\n}")) << dump;
  EXPECT_TRUE(contains(dump, "print(@apply(1f64, k.0))")) << dump;
}

// Lambdas capture values when they are made.
TEST(Sema, LambdasCaptureValues) {
  std::string dump = check("fn main() { var k = 2.0\n let f = x => k * x\n k = 3.0\n print(f(1.0)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "let k.1: f64 = k.0\n")) << dump;
  EXPECT_TRUE(contains(dump, "mul(k.1, x.2)")) << dump;
}

// Extents of a signature are variables, and what must agree with them is checked.
TEST(Sema, ExtentsAreBoundAndChecked) {
  expectDump("fn f(x: [f64; n], y: [f64; n], n: i64) -> [f64; n] { concat(x, y) }\nfn main() { print(f([1.0], [2.0], 1)) }\n",
             "fn @main() -> nothing prints {\n"
             "  print(@f(array(1f64): [f64; _], array(2f64): [f64; _], 1i64))\n"
             "}\n"
             "fn @f(x.0: [f64; _], y.1: [f64; _], n.2: i64) -> [f64; _] {\n"
             "  check extent(x.0, 0) == n.2 \"`x` along axis 0 must have extent `n`, which is that of parameter `n`\"\n"
             "  check extent(y.1, 0) == n.2 \"`y` along axis 0 must have extent `n`, which is that of parameter `n`\"\n"
             "  let result.3: [f64; _] = concat(x.0, y.1 axis=0): [f64; _]\n"
             "  check extent(result.3, 0) == n.2 \"extent 0 of the result must be `n`\"\n"
             "  => result.3\n"
             "}\n");
}

// A point kernel is a function of one `at`; with a rule for what is outside its constant offsets are reads of that rule.
TEST(Sema, PointKernels) {
  expectDump("kernel d(x: [f64; n]) -> [f64; n]\n    at (i) outside clamp\n{\n    x[i+1] - x[2 * i]\n}\nfn main() { print(d([1.0])) }\n",
             "fn @main() -> nothing prints {\n"
             "  print(@d(array(1f64): [f64; _]))\n"
             "}\n"
             "fn @d(x.0: [f64; _]) -> [f64; _] {\n"
             "  let n.1: i64 = extent(x.0, 0)\n"
             "  => at (i.2 in n.1) outside clamp { sub(offset(x.0, i.2 + 1), element(x.0, mul(2i64, i.2))) }: [f64; _]\n"
             "}\n");
}

// A subscript of a compound assignment is evaluated once.
TEST(Sema, CompoundAssignmentEvaluatesOnce) {
  std::string dump = check("task next(inout k: i64) -> i64 { k += 1\n k }\nfn main() { var k = 0\n var a = [1, 2]\n a[next(inout k)] += 5\n print(a) }\n")->dump();
  EXPECT_TRUE(contains(dump, "let subscript.2: i64 = @next(inout k.0)\n  a.1[subscript.2] = add(element(a.1, subscript.2), 5i64)\n")) << dump;
}

// points[i].x is element i of the array points.x, which is how it is assigned.
TEST(Sema, FieldsOfElements) {
  std::string dump = check("record P { x: f64, y: f64 }\nfn main() { var p = [P { x: 1.0, y: 2.0 }]\n p[0].x = 3.0\n print(p.x, p[0].y) }\n")->dump();
  EXPECT_TRUE(contains(dump, "p.0.0[0i64] = 3f64\n  print(p.0.0, element(p.0, 0i64).1)\n")) << dump;
}

// a..b by -1 holds the elements of a..b, from the last.
TEST(Sema, RangesWalkDown) {
  std::string dump = check("fn main() { for i in 2..8 by -2 { print(i) } }\n")->dump();
  EXPECT_TRUE(contains(dump, "for i.0 in sub(8i64, 1i64)..sub(2i64, 1i64) by -2i64 {")) << dump;
}

// What a function does is closed over what it calls.
TEST(Sema, Facts) {
  std::string dump = check("task t(n: i64) -> i64 { if n < 1 { 0 } else { t(n - 1) } }\nfn g() { print(t(1)) }\nfn main() { g() }\n")->dump();
  EXPECT_TRUE(contains(dump, "fn @main() -> nothing prints tasks {")) << dump;
  EXPECT_TRUE(contains(dump, "task @t(n.0: i64) -> i64 recursive tasks {")) << dump;
}

// Only what main or a test reaches is in the program; the rest is checked all the same.
TEST(Sema, UnreachedFunctions) {
  EXPECT_FALSE(contains(check("fn unused() { print(1) }\nfn main() { print(2) }\n")->dump(), "unused"));
  EXPECT_TRUE(contains(check("fn unused() { print(x) }\nfn main() { print(2) }\n")->errors(), "DG2001"));
}

// Names of other files are behind the name of their import.
TEST(Sema, Imports) {
  std::string dump = check("import \"./lib/a.dg\" as a\nfn main() { print(a.f(2.0), a.g) }\n",
                           {{"lib/a.dg", "import \"b.dg\" as b\nconst g = 9.81\nfn f(x: f64) -> f64 { b.twice(x) }\nfn main() { print(0) }\n"},
                            {"lib/b.dg", "fn twice(x: f64) -> f64 { x + x }\n"}})->dump();
  EXPECT_TRUE(contains(dump, "print(@a.f(2f64), 9.81f64)")) << dump;
  EXPECT_FALSE(contains(dump, "print(0i64)")) << dump;
}

TEST(Sema, RandomStreams) {
  std::string dump = check("fn main() { var r = random.stream(7)\n let x = r.uniform()\n print(x, r.integers(0, 6)) }\n")->dump();
  EXPECT_TRUE(contains(dump, "var r.0: random.Stream = @random.stream(7i64)\n  let x.1: f64 = @random.stream_uniform(inout r.0)\n")) << dump;
  EXPECT_TRUE(contains(dump, "@random.stream_integers(inout r.0, 0i64, 6i64)")) << dump;
}
