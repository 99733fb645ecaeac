// Point kernels, group kernels, maps and comprehensions.
#include "Run.h"

namespace dagger::test {

std::string smoothed(const std::string &outside) {
  return printed("print(smooth([1, 2, 3, 4]))",
                 "kernel smooth(u: [i64; n]) -> [i64; n] at (i) outside " + outside + " { 100 * u[i-2] + u[i+1] }");
}

TEST(Kernels, EachRuleForReadsOutside) {
  EXPECT_EQ(smoothed("clamp"), "[102, 103, 104, 204]\n");
  EXPECT_EQ(smoothed("wrap"), "[302, 403, 104, 201]\n");
  EXPECT_EQ(smoothed("reflect"), "[302, 203, 104, 203]\n");
  EXPECT_EQ(smoothed("7"), "[702, 703, 104, 207]\n");
}

TEST(Kernels, ReflectionGoesBackAndForth) {
  EXPECT_EQ(printed("print(far([1, 2, 3]))", "kernel far(u: [i64; n]) -> [i64; n] at (i) outside reflect { u[i+5] }"), "[2, 3, 2]\n");
}

TEST(Kernels, InlineKernelsMayHoldLoopsAndReductions) {
  EXPECT_EQ(printed("let a = at (i, j) in (2, 3) => 10 * i + j\nprint(a)\nlet s = at (i) in (3) => sum(at (j) in (4) => i * j)\nprint(s)"),
            "[[0, 1, 2], [10, 11, 12]]\n[0, 6, 12]\n");
}

TEST(Kernels, MapsBroadcastFromTheLastAxis) {
  EXPECT_EQ(printed("let m = [[1, 2, 3], [4, 5, 6]]\nprint(m + [10, 20, 30], m * 2, m + [[100], [200]])"),
            "[[11, 22, 33], [14, 25, 36]] [[2, 4, 6], [8, 10, 12]] [[101, 102, 103], [204, 205, 206]]\n");
}

TEST(Kernels, LanesPastTheEndSkipWhatMentionsThePoint) {
  const char *kernel = "kernel sums(x: [i64; n], inout y: [i64; n]) at (i) group (4) {\n    shared s: [i64; 4]\n    s[lane] = x[i]\n"
                       "    barrier\n    var k = 2\n    while k > 0 {\n        if lane < k { s[lane] += s[lane + k] }\n        barrier\n"
                       "        k = k // 2\n    }\n    y[i] = s[0]\n}\n";
  EXPECT_EQ(printed("var y = zeros<i64>(6)\nsums([1, 2, 3, 4, 5, 6], inout y)\nprint(y)", kernel), "[10, 10, 10, 10, 11, 11]\n");
}

TEST(Kernels, AtomicsCountAcrossGroups) {
  const char *kernel = "kernel histogram(x: [u8; n], inout h: [i64; 4]) at (i) group (8) {\n    shared local: [i32; 4]\n"
                       "    atomic local[x[i]] += 1\n    barrier\n    if lane < 4 { atomic h[lane] += i64(local[lane]) }\n}\n";
  EXPECT_EQ(printed("var h = zeros<i64>(4)\nhistogram([0u8, 1u8, 1u8, 2u8, 3u8, 3u8, 3u8, 1u8, 0u8, 0u8, 2u8], inout h)\nprint(h)", kernel),
            "[3, 3, 2, 3]\n");
}

TEST(Kernels, ComprehensionsFilterNestAndStack) {
  EXPECT_EQ(printed("print([k for k in 0..10 if k % 3 == 0], [[i, i * i] for i in 0..3], [i * j for i in 1..3 for j in 0..3])"),
            "[0, 3, 6, 9] [[0, 0], [1, 1], [2, 4]] [[0, 1, 2], [0, 2, 4]]\n");
}

} // namespace dagger::test
