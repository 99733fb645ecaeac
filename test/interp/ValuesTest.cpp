// Values: assignment copies, subscripts select, `inout` gives back.
#include "Run.h"

namespace dagger::test {

TEST(Values, AnArrayThatIsWrittenLeavesItsOldValueAlone) {
  EXPECT_EQ(printed("var a = [1, 2, 3]\nlet b = a\na[0] = 9\nprint(a, b)"), "[9, 2, 3] [1, 2, 3]\n");
}

TEST(Values, ASliceIsAValueOfItsMoment) {
  EXPECT_EQ(printed("var a = [1, 2, 3, 4]\nlet s = a[1..3]\na[1] = 7\nprint(s)"), "[2, 3]\n");
}

TEST(Values, SubscriptsWalkBackwardsOverTheSameElements) {
  EXPECT_EQ(printed("let a = iota(6)\nprint(a[.. by -1], a[1..5 by -2], a[1..5 by 2], a[4..4])"),
            "[5, 4, 3, 2, 1, 0] [4, 2] [1, 3] []\n");
}

TEST(Values, IndexArraysAndMasksReadAndWrite) {
  EXPECT_EQ(printed("var a = [10, 20, 30, 40]\nprint(a[[3, 0, 3]], a[a > 15])\na[[0, 0]] = [1, 2]\n"
                    "a[a > 25] = 0\nprint(a)"),
            "[40, 10, 40] [20, 30, 40]\n[2, 20, 0, 0]\n");
}

TEST(Values, RowsAndColumnsAreAssignedWhole) {
  EXPECT_EQ(printed("var m = zeros<i64>(2, 3)\nm[1, ..] = [1, 2, 3]\nm[.., 0] = [8, 9]\nprint(m, m.T)"),
            "[[8, 0, 0], [9, 2, 3]] [[8, 9], [0, 2], [0, 3]]\n");
}

TEST(Values, TheRightSideIsComputedBeforeAnAssignmentWrites) {
  EXPECT_EQ(printed("var a = [1, 2, 3]\na[1..3] = a[0..2]\nprint(a)\nvar t = (1, 2)\nt = (t.1, t.0)\nprint(t)"),
            "[1, 1, 2]\n(2, 1)\n");
}

TEST(Values, InoutTakesVariablesFieldsElementsAndSlices) {
  const char *declarations = "record P { x: i64, xs: [i64; 2] }\nfn up(inout v: i64) { v += 1 }\n"
                             "fn grow(inout a: [i64; n]) { for i in 0..n { a[i] += n } }\n";
  EXPECT_EQ(printed("var v = 1\nup(inout v)\nvar a = [1, 2, 3, 4]\nup(inout a[3])\ngrow(inout a[1..3])\nprint(v, a)\n",
                    declarations),
            "2 [1, 4, 5, 5]\n");
}

TEST(Values, APlainArgumentIsItsValueAtTheCall) {
  EXPECT_EQ(printed("var a = [1, 2]\nmix(a, inout a)\nprint(a)",
                    "task mix(b: [i64; n], inout a: [i64; n]) { for i in 0..n { a[i] = 0\na[i] = b[n - 1 - i] } }"),
            "[2, 1]\n");
}

TEST(Values, RecordsTuplesAndArraysOfThem) {
  EXPECT_EQ(printed("let ps = [P { x: f64(i), n: i } for i in 0..3]\nprint(ps[2], ps.n)\nlet (a, b) = both([1.0, 2.0])\nprint(a, b)",
                    "record P { x: f64, n: i64 }\nfn both(x: f64) -> (f64, f64) { (x, x * x) }"),
            "P { x: 2.0, n: 2 } [0, 1, 2]\n[1.0, 2.0] [1.0, 4.0]\n");
}

TEST(Values, TasksRecurse) {
  EXPECT_EQ(printed("print(fib(15))", "task fib(n: i64) -> i64 { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }"), "610\n");
}

TEST(Values, ReturnLeavesLoopsAndBranches) {
  EXPECT_EQ(printed("print(first(50), first(5))",
                    "fn first(n: i64) -> str { for i in 0..n { if i * i > 50 { return \"{i}\" } }\n\"none\" }"),
            "8 none\n");
}

TEST(Values, AStreamGivesTheNumbersOfTheArray) {
  EXPECT_EQ(printed("var rng = random.stream(7)\nlet a = rng.uniform()\nlet b = rng.uniform()\n"
                    "let x = random.uniform(2, seed = 7)\nprint(x[0] == a, x[1] == b)"),
            "true true\n");
}

TEST(Values, TilesAreCopiedOutAndPutBack) {
  EXPECT_EQ(printed("@chunks(2, 2) var a = zeros<i64>(3, 3)\nprint(a.tiles, a.tiles(1))\nset(inout a.tile(1, 0))\nprint(a)",
                    "task set(inout t: [i64; n, m]) { for i in 0..n { for j in 0..m { t[i, j] = 10 * n + m } } }"),
            "2 2\n[[0, 0, 0], [0, 0, 0], [12, 12, 0]]\n");
}

} // namespace dagger::test
