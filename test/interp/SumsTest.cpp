// Reductions: the fixed tree, and what they are of nothing, of NaN and of ties.
#include "Run.h"
#include "compiler/interp/ReductionTree.h"
#include <functional>
#include <numeric>

namespace dagger::test {
using namespace interp;

// How the tree combined its elements, as text.
std::string shape(int64_t rows, int64_t length, std::function<bool(int64_t)> isIn = [](int64_t) { return true; }) {
  auto result = reduceByTree<std::string>(
      rows, length,
      [&](int64_t row, int64_t i) -> std::optional<std::string> {
        int64_t k = row * length + i;
        return isIn(k) ? std::optional(std::to_string(k)) : std::nullopt;
      },
      [](const std::string &a, const std::string &b) { return "(" + a + " " + b + ")"; });
  return result.value_or("nothing");
}

TEST(Sums, NeighbouringLanesAreCombinedPairwise) {
  EXPECT_EQ(shape(1, 5), "(((0 1) (2 3)) 4)");
  EXPECT_EQ(shape(1, 6), "(((0 1) (2 3)) (4 5))");
}

TEST(Sums, ALaneTakesEvery32ndElement) {
  EXPECT_EQ(shape(1, 64, [](int64_t k) { return k % 32 < 2; }), "((0 32) (1 33))");
}

TEST(Sums, MaskedElementsAreAbsentButTheTreeStays) {
  EXPECT_EQ(shape(1, 8, [](int64_t k) { return k == 1 || k == 4 || k == 7; }), "(1 (4 7))");
  EXPECT_EQ(shape(1, 8, [](int64_t) { return false; }), "nothing");
}

TEST(Sums, RowsHaveBlocksOfTheirOwn) {
  EXPECT_EQ(shape(3, 2), "(((0 1) (2 3)) (4 5))");
  EXPECT_EQ(shape(1, 2049, [](int64_t k) { return k % 1024 == 0; }), "((0 1024) 2048)");
}

TEST(Sums, AScanCarriesTheTotalsOfWholeBlocks) {
  std::vector<std::string> found;
  scanByBlocks<std::string>(
      2050, [](int64_t i) { return i % 1024 < 2 ? std::to_string(i) : std::string(); },
      [](const std::string &a, const std::string &b) { return b.empty() ? a : "(" + a + " " + b + ")"; },
      [&](int64_t, const std::string &x) { found.push_back(x); });
  EXPECT_EQ(found[1], "(0 1)");
  EXPECT_EQ(found[1025], "((0 1) (1024 1025))");
  EXPECT_EQ(found[2049], "(((0 1) (1024 1025)) (2048 2049))");
}

TEST(Sums, OfNothing) {
  EXPECT_EQ(printed("let a = zeros<f64>(0)\nlet b = a > 0.0\nprint(sum(a), prod(a), any(b), all(b), mean(a), count(b))"),
            "0.0 1.0 false true nan 0\n");
}

TEST(Sums, NanAndTies) {
  EXPECT_EQ(printed("let x = [3.0, 0.0 / 0.0, 1.0]\nprint(min(x), argmax(x), sum(x))\nprint(argmax([2, 5, 5]), argmin([2, 1, 1]))"),
            "nan 1 nan\n1 1\n");
}

TEST(Sums, AlongAnAxisAndUnderAMask) {
  EXPECT_EQ(printed("let m = [[1, 5], [7, 2], [3, 3]]\nprint(max(m, axis = 0), argmax(m, axis = 1), mean(m, axis = 0), sum(m, where = m > 2))"),
            "[7, 5] [1, 0, 0] [3.6666666666666665, 3.3333333333333335] 18\n");
}

TEST(Sums, InitComesInOnceOnTheLeft) {
  EXPECT_EQ(printed("print(reduce([\"b\", \"c\", \"d\"], \"a\", (x, y) => x + y))"), "abcd\n");
}

TEST(Sums, NarrowFloatsAccumulateInF32) {
  EXPECT_EQ(printed("let x = fill(f16(1.0), 4096)\nprint(sum(x), mean(x), variance([1.0, 2.0, 4.0]))"), "4096.0 1.0 2.333333333333333\n");
}

TEST(Sums, CheckedSumsStop) {
  EXPECT_EQ(failure("print(sum([9223372036854775807, 1]))", "", true), "error[DG9005]: integer overflow");
}

} // namespace dagger::test
