// Failures: what stops a program, where, and what is printed before it does.
#include "Run.h"

namespace dagger::test {

const char *const Tasks = "task pick(i: i64) -> i64 { let a = [1, 2, 3]\na[i] }\n"
                          "task loud(i: i64) -> i64 { print(\"loud\", i)\nassert i < 100, \"i is {i}\"\ni }\n";

TEST(Failures, AFailedValueStopsTheStatementThatLooksAtIt) {
  Outcome outcome = runProgram(std::string(Tasks) + "fn main() {\n    let x = pick(7)\n    let y = x + 1\n    print(\"before\")\n"
                                                    "    print(y)\n    print(\"after\")\n}\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "before\n");
  EXPECT_EQ(outcome.err, "error[DG9002]: index 7 is out of range: axis 0 has extent 3\n"
                         "  at prog.dg:2:1 in task `pick`\n  called from prog.dg:7:13 in `main`\n");
}

TEST(Failures, WhatNobodyLooksAtFailsAtTheEnd) {
  Outcome outcome = runProgram(std::string(Tasks) + "fn main() {\n let x = pick(7)\n print(\"all of it\")\n}\n");
  EXPECT_EQ(outcome.out, "all of it\n");
  EXPECT_EQ(outcome.code, 1);
}

TEST(Failures, OperandsAfterAFailedOneStillHaveTheirEffects) {
  EXPECT_EQ(runProgram(std::string(Tasks) + "fn main() {\n let x = pick(7) + loud(1)\n print(\"on\")\n}\n").out, "loud 1\non\n");
}

TEST(Failures, OtherElementsOfATupleDoNotFailWithIt) {
  EXPECT_EQ(runProgram(std::string(Tasks) + "fn main() {\n let (a, b) = (pick(7), 5)\n print(b)\n}\n").out, "5\n");
}

TEST(Failures, ACallAsAStatementIsLookedAtWhereItStands) {
  Outcome outcome = runProgram("task check(i: i64) { assert i < 3 }\nfn main() {\n check(5)\n print(\"after\")\n}\n");
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err.substr(0, outcome.err.find('\n')), "error[DG9001]: assertion failed");
}

TEST(Failures, AllOfALaunchRunsAndTheLowestIndexIsReported) {
  Outcome outcome = runProgram(std::string(Tasks) + "fn main() {\n let x = [loud(i) for i in 98..103]\n print(sum(x))\n}\n");
  EXPECT_EQ(outcome.out, "loud 98\nloud 99\nloud 100\nloud 101\nloud 102\n");
  EXPECT_EQ(outcome.err.substr(0, outcome.err.find('\n')), "error[DG9001]: assertion failed: i is 100");
}

TEST(Failures, ATaskFailsWithTheTaskThatItCalled) {
  Outcome outcome = runProgram(std::string(Tasks) + "task outer() -> i64 { let a = pick(9)\nprint(\"goes on\")\na + 1 }\n"
                                                    "fn main() {\n let x = outer()\n print(\"main goes on\")\n print(x)\n}\n");
  EXPECT_EQ(outcome.out, "goes on\nmain goes on\n");
  EXPECT_EQ(outcome.code, 1);
}

TEST(Failures, AnInoutOfAFailedTaskIsAFailedValue) {
  Outcome outcome = runProgram("task spoil(inout a: [i64; n]) -> i64 { a[0] = 1\na[n] = 2\n3 }\nfn main() {\n"
                               " var a = [0, 0]\n let x = spoil(inout a)\n print(\"on\")\n print(a)\n}\n");
  EXPECT_EQ(outcome.out, "on\n");
  EXPECT_EQ(outcome.code, 1);
}

TEST(Failures, EachKindHasItsText) {
  EXPECT_EQ(failure("var z = 0\nprint(1 // z)"), "error[DG9004]: division by zero");
  EXPECT_EQ(failure("let a = iota(3)\nvar i = -1\nprint(a[i])"), "error[DG9002]: index -1 is out of range: axis 0 has extent 3");
  EXPECT_EQ(failure("let a = iota(3)\nvar i = 4\nprint(a[1..i])"),
            "error[DG9013]: slice 1..4 is out of range: axis 0 has extent 3");
  EXPECT_EQ(failure("var n = 0\nprint(min(iota(n)))"), "error[DG9006]: min of an empty array");
  EXPECT_EQ(failure("var n = -2\nprint(iota(n))"), "error[DG9014]: negative extent -2");
  EXPECT_EQ(failure("var k = 0\nfor i in 0..3 by k { print(i) }"), "error[DG9014]: step is zero");
  EXPECT_EQ(failure("print(i64(\"12x\"))"), "error[DG9012]: \"12x\" is not an i64");
  EXPECT_EQ(failure("var n = 3\nlet x = iota(n)\nlet y = iota(n + 1)\nprint(x + y)"),
            "error[DG9003]: extents differ: 3 and 4 along axis 0");
  EXPECT_EQ(failure("var i = 0\nvar a = [1, 2]\ntwo(inout a[i], inout a[0])", "task two(inout a: i64, inout b: i64) { a = b }"),
            "error[DG9009]: two inout places overlap: a[i] and a[0]");
}

TEST(Failures, IntegersWrapUnlessTheyAreChecked) {
  EXPECT_EQ(printed("var x = 9223372036854775807\nx += 1\nprint(x)"), "-9223372036854775808\n");
  EXPECT_EQ(failure("var x = 9223372036854775807\nx += 1\nprint(x)", "", true), "error[DG9005]: integer overflow");
}

TEST(Failures, RecursionStopsBeforeTheStackDoes) {
  interp::Options options;
  options.stackBytes = size_t(8) << 20;
  Outcome outcome = runProgram("fn down(n: i64) -> i64 { down(n + 1) + 1 }\nfn main() { print(down(0)) }\n", false, options);
  EXPECT_EQ(outcome.err.substr(0, outcome.err.find('\n')), "error[DG9011]: recursion is too deep");
}

} // namespace dagger::test
