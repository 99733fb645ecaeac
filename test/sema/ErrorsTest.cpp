// What the checker says about mistakes: the text, the place, and that one mistake is one error.
#include "test/sema/Check.h"
#include <gtest/gtest.h>

using dagger::check;

static void expectErrors(const char *source, const char *expected) { EXPECT_EQ(check(source)->errors(), expected); }
static size_t countErrors(const std::string &source) { return check(source)->diagnostics.count(); }

TEST(SemaErrors, MixedOperandsShowBothAndTheConversion) {
  expectErrors("fn main() {\n    let n = 3\n    let x = 1.5\n    print(n * x)\n}\n",
               "test.dg:4:13: error[DG3002]: `*` has i64 on its left and f64 on its right\n"
               " 4 |     print(n * x)\n"
               "   |             ^\n"
               "test.dg:4:11: note: i64\n"
               " 4 |     print(n * x)\n"
               "   |           ^\n"
               "test.dg:4:15: note: f64\n"
               " 4 |     print(n * x)\n"
               "   |               ^\n"
               "    = help: convert one of them: f64(n)\n");
}

TEST(SemaErrors, AssignmentToALetSaysVar) {
  expectErrors("fn main() {\n    let x = 1\n    x = 2\n    print(x)\n}\n",
               "test.dg:3:5: error[DG5001]: `x` is a `let` and cannot be assigned\n"
               " 3 |     x = 2\n"
               "   |     ^\n"
               "test.dg:2:9: note: it is declared here\n"
               " 2 |     let x = 1\n"
               "   |         ^\n"
               "    = help: declare it with `var`\n");
}

TEST(SemaErrors, ExtentsThatDifferNameBothArguments) {
  expectErrors("fn dot(x: [f64; n], y: [f64; n]) -> f64 { sum(x * y) }\nfn main() {\n    print(dot([1.0, 2.0], [1.0]))\n}\n",
               "test.dg:3:27: error[DG4001]: the extents differ: `n` is 2 from `x` along axis 0, and 1 from `y` along axis 0\n"
               " 3 |     print(dot([1.0, 2.0], [1.0]))\n"
               "   |                           ^^^^^\n"
               "test.dg:3:15: note: `n` is 2 here\n"
               " 3 |     print(dot([1.0, 2.0], [1.0]))\n"
               "   |               ^^^^^^^^^^\n");
}

TEST(SemaErrors, MisspeltNamesHaveANearestOne) {
  expectErrors("fn main() {\n    let total = 1\n    print(totl)\n}\n",
               "test.dg:3:11: error[DG2001]: nothing here is called `totl`\n"
               " 3 |     print(totl)\n"
               "   |           ^^^^\n"
               "    = help: did you mean `total`?\n");
}

// A value that is wrong once is silent afterwards.
TEST(SemaErrors, NoCascades) {
  EXPECT_EQ(countErrors("fn main() { let a = missing_name\n let b = a + 1\n let (c, d) = b\n for x in a { print(x, c, d) }\n print(b[0], sin(a), a.x) }\n"), 1u);
  EXPECT_EQ(countErrors("fn f(x: Nothing) -> f64 { x.y + x[0] }\nfn main() { print(f(1) + 2.0) }\n"), 1u);
}

// Several mistakes are found in one run.
TEST(SemaErrors, ManyInOneRun) { EXPECT_EQ(countErrors("fn f() -> i64 { a }\nfn g() -> i64 { b }\nfn main() { c = 1\n d() }\n"), 4u); }

// The symbol of an extent is compared too: n + 1 elements are not n.
TEST(SemaErrors, SymbolicExtents) {
  EXPECT_EQ(countErrors("fn f(n: i64) -> [f64; n] { zeros(n + 1) }\nfn main() { print(f(2)) }\n"), 1u);
  EXPECT_EQ(countErrors("fn f(x: [f64; n]) -> [f64; n] { let y = x[1..]\n x + y }\nfn main() { print(f([1.0])) }\n"), 1u);
  EXPECT_EQ(countErrors("fn f(x: [f64; n]) -> [f64; _] { at (i) in (n - 1) => x[i+1] - x[i] }\nfn main() { print(f([1.0])) }\n"), 0u);
  EXPECT_EQ(countErrors("fn f(x: [f64; n]) -> [f64; _] { at (i) in (n) => x[i+1] - x[i] }\nfn main() { print(f([1.0])) }\n"), 1u);
}

// A condition on the index guards its offsets.
TEST(SemaErrors, GuardedOffsets) {
  EXPECT_EQ(countErrors("fn main() { let x = [1.0, 2.0]\n print(at (i) in (2) => if i > 0 { x[i-1] } else { 0.0 }) }\n"), 0u);
}

// Two tiles with indices that are the same names overlap; with other names the run decides.
TEST(SemaErrors, OverlappingTiles) {
  const std::string head = "import linalg\nfn f(inout a: [f64; n, n], i: i64, j: i64) { linalg.trsm(a.tile(i, i), inout a.tile(i, j)) }\n"
                           "task two(inout x: [f64; n, m], inout y: [f64; k, l]) { x[0, 0] = y[0, 0] }\n";
  EXPECT_EQ(countErrors(head + "fn g(inout a: [f64; n, n], i: i64, j: i64) { two(inout a.tile(i, j), inout a.tile(i, j)) }\nfn main() { print(1) }\n"), 1u);
  EXPECT_EQ(countErrors(head + "fn g(inout a: [f64; n, n], i: i64, j: i64) { two(inout a.tile(i, j), inout a.tile(j, i)) }\nfn main() { print(1) }\n"), 0u);
}

TEST(SemaErrors, ImportCycles) {
  auto checked = check("import \"a.dg\" as a\nfn main() { print(1) }\n", {{"a.dg", "import \"b.dg\" as b\n"}, {"b.dg", "import \"a.dg\" as a\n"}});
  ASSERT_EQ(checked->diagnostics.count(), 1u) << checked->errors();
  EXPECT_EQ(checked->diagnostics.all()[0].code, 2004);
  EXPECT_EQ(checked->diagnostics.all()[0].notes[0].text, "`a.dg` imports `b.dg` imports `a.dg`");
}

static std::string groupKernel(const std::string &shape, const std::string &body) {
  return "fn bump(inout x: i64) { x += 1 }\nkernel k(x: [i64; n], inout y: [i64; n])\n    at (i) group (" + shape + ")\n{\n" + body +
         "\n}\nfn main() {\n    var y = [0]\n    k([1], inout y)\n    print(y)\n}\n";
}
static std::string onlyCode(const std::string &source) {
  auto checked = check(source);
  if (checked->diagnostics.count() != 1)
    return std::to_string(checked->diagnostics.count()) + " errors";
  std::string text = checked->errors();
  size_t at = text.find("error[");
  return text.substr(at + 6, 6) + " at" + text.substr(text.find(':'), at - text.find(':') - 2);
}

TEST(SemaErrors, AGroupKernelHasSharedMemoryAtItsTop) {
  EXPECT_EQ(onlyCode(groupKernel("8", "    if n > 3 {\n        shared s: [i64; 8]\n        y[i] = s[0]\n    }")), "DG5014 at:6:9");
  EXPECT_EQ(onlyCode(groupKernel("8", "    shared s: [f64; 400, 400]\n    y[i] = i64(s[0, 0])")), "DG3021 at:5:5");
  EXPECT_EQ(onlyCode(groupKernel("65_537", "    y[i] = 1")), "DG3021 at:3:19");
}

TEST(SemaErrors, AGroupKernelMakesNoArrays) {
  EXPECT_EQ(onlyCode(groupKernel("8", "    y[i] = sort(x)[0]")), "DG5020 at:5:12");
  EXPECT_EQ(onlyCode(groupKernel("8", "    shared s: [i64; 8]\n    s[..] = 4")), "DG5020 at:6:5");
  EXPECT_EQ(onlyCode(groupKernel("8", "    let row = x[0..1]\n    barrier\n    y[i] = row[0]")), "DG5020 at:5:9");
  EXPECT_EQ(onlyCode(groupKernel("8", "    shared s: [i64; 8]\n    let old = s[0..2]\n    s[lane] = 3\n    y[i] = sum(old)")), "DG5020 at:6:9");
  EXPECT_EQ(onlyCode(groupKernel("8", "    let row = x[0..1]\n    y[i] = sum(row) + reduce([row[0], i], 0, (a, b) => a + b)")), "0 errors");
}

TEST(SemaErrors, AFunctionInAGroupKernelUpdatesTheOwnPoint) {
  EXPECT_EQ(onlyCode(groupKernel("8", "    bump(inout y[0])")), "DG5015 at:5:16");
  EXPECT_EQ(onlyCode(groupKernel("8", "    bump(inout y[i])")), "0 errors");
}
