#include "TestArray.h"
#include "runtime/algorithms/Algorithms.h"
#include "runtime/random/philox.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

using namespace dagger;
using namespace dagger::test;
using algorithms::Order;
using algorithms::ScanOp;

template <typename T> static std::string sorted(TestArray<T> a, int axis = 0, Order order = Order::Ascending) {
  EXPECT_FALSE(algorithms::sort(a.view(), axis, order, a.view()));
  return text::format(a.view());
}
template <typename T> static std::string argsorted(const TestArray<T> &a, int axis = 0, Order order = Order::Ascending) {
  TestArray<int64_t> out(a.extents);
  EXPECT_FALSE(algorithms::argsort(a.view(), axis, order, out.view()));
  return text::format(out.view());
}

// NaN comes last in both orders, and zeros of either sign stay in their order.
TEST(Sort, Floats) {
  EXPECT_EQ(sorted<double>({{7}, {3, NAN, -1, INFINITY, 0.0, -0.0, -INFINITY}}), "[-inf, -1.0, 0.0, -0.0, 3.0, inf, nan]");
  EXPECT_EQ(sorted<double>({{6}, {3, NAN, -1, -0.0, 0.0, 2}}, 0, Order::Descending), "[3.0, 2.0, -0.0, 0.0, -1.0, nan]");
  EXPECT_EQ(sorted<Half>({{4}, {Half(2), Half(NAN), Half(-3), Half(1)}}), "[-3.0, 1.0, 2.0, nan]");
  EXPECT_EQ(sorted<BFloat16>({{3}, {BFloat16(2.f), BFloat16(-NAN), BFloat16(-3.f)}}, 0, Order::Descending),
            "[2.0, -3.0, nan]");
}

TEST(Sort, OtherTypes) {
  EXPECT_EQ(sorted<int8_t>({{4}, {3, -128, 127, 0}}), "[-128, 0, 3, 127]");
  EXPECT_EQ(sorted<uint64_t>({{3}, {UINT64_MAX, 0, 1}}, 0, Order::Descending), "[18446744073709551615, 1, 0]");
  EXPECT_EQ(sorted<bool>({{3}, {true, false, true}}), "[false, true, true]");
  using C = std::complex<double>;
  EXPECT_EQ(sorted<C>({{4}, {C(1, 2), C(NAN, 0), C(1, -1), C(0, 5)}}),
            "[0.0 + 5.0i, 1.0 - 1.0i, 1.0 + 2.0i, nan + 0.0i]");
  dg_str *s[] = {dg_str_new("b", 1), dg_str_new("ä", 2), dg_str_new("ab", 2)};
  EXPECT_EQ(sorted<dg_str *>({{4}, {s[0], s[1], nullptr, s[2]}}), "[\"\", \"ab\", \"b\", \"ä\"]");
  EXPECT_EQ(argsorted<dg_str *>({{3}, {s[0], s[1], s[2]}}, 0, Order::Descending), "[1, 0, 2]");
  for (dg_str *text : s)
    dg_str_release(text);
}

TEST(Sort, Axes) {
  TestArray<int64_t> a({2, 3}, {3, 1, 2, 0, 5, 4});
  EXPECT_EQ(sorted(a, 1), "[[1, 2, 3], [0, 4, 5]]");
  EXPECT_EQ(sorted(a, 0), "[[0, 1, 2], [3, 5, 4]]");
  EXPECT_EQ(argsorted(a, 1), "[[1, 2, 0], [0, 2, 1]]");
  EXPECT_EQ(argsorted(a, 0), "[[1, 0, 0], [0, 1, 1]]");
  EXPECT_EQ(sorted(TestArray<int64_t>({0, 3}), 1), "[]");
  EXPECT_EQ(sorted(TestArray<int64_t>({2, 0}), 1), "[[], []]");
}

// Long lanes take another way than short ones: it must give what a stable sort by comparison gives, for every type.
template <typename T> static void longLanes(Order order) {
  TestArray<T> a({5000});
  for (size_t k = 0; k < 5000; ++k) {
    double x = double(dg_random_i64(1, k, -60, 60));
    a.values[k] = T(float(std::is_signed_v<T> || isFloat<T> ? x : std::fabs(x)));
    if constexpr (isFloat<T>)
      if (k % 50 == 0)
        a.values[k] = T(float(NAN));
  }
  std::vector<int64_t> expected(5000);
  std::iota(expected.begin(), expected.end(), 0);
  std::sort(expected.begin(), expected.end(), [&](int64_t i, int64_t j) {
    auto x = Wide<T>(a.values[size_t(i)]), y = Wide<T>(a.values[size_t(j)]);
    const bool before = x != x || y != y ? x == x && y != y : order == Order::Ascending ? x < y : y < x;
    const bool after = x != x || y != y ? y == y && x != x : order == Order::Ascending ? y < x : x < y;
    return before || (!after && i < j);
  });
  TestArray<int64_t> indexes({5000});
  EXPECT_FALSE(algorithms::argsort(a.view(), 0, order, indexes.view()));
  EXPECT_EQ(indexes.values, expected) << dg_type_name(typeOf<T>());
  TestArray<T> byIndex({5000}), direct({5000});
  algorithms::permute(a.view(), 0, indexes.view(), byIndex.view());
  EXPECT_FALSE(algorithms::sort(a.view(), 0, order, direct.view()));
  EXPECT_EQ(memcmp(byIndex.values.data(), direct.values.data(), 5000 * sizeof(T)), 0) << dg_type_name(typeOf<T>());
}

template <typename... T> static void longLanesOf() {
  for (Order order : {Order::Ascending, Order::Descending})
    (longLanes<T>(order), ...);
}

TEST(Sort, LongLanes) {
  longLanesOf<int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, Half, BFloat16, float, double>();
}

// So do lanes of what is only ever compared.
TEST(Sort, LongLanesOfComplexNumbers) {
  using C = std::complex<double>;
  TestArray<C> a({3000});
  for (size_t k = 0; k < 3000; ++k)
    a.values[k] = C(double(dg_random_i64(1, k, 0, 20)), k % 7 == 0 ? NAN : double(dg_random_i64(2, k, 0, 20)));
  EXPECT_FALSE(algorithms::sort(a.view(), 0, Order::Ascending, a.view()));
  for (size_t k = 1; k < 3000; ++k) {
    C x = a.values[k - 1], y = a.values[k];
    if (k <= 2571) // 429 of them are NaN
      ASSERT_TRUE(y.imag() != y.imag() ? k == 2571 : std::pair(x.real(), x.imag()) <= std::pair(y.real(), y.imag())) << k;
    else
      ASSERT_TRUE(std::isnan(y.imag())) << k;
  }
}

TEST(Unique, AscendingWithOneNan) {
  auto show = [](const ArrayView &view) { return text::format(algorithms::unique(view)->view()); };
  EXPECT_EQ(show(TestArray<double>({2, 4}, {3, NAN, 1, 3, NAN, -0.0, 0.0, 1}).view()), "[-0.0, 1.0, 3.0, nan]");
  EXPECT_EQ(show(TestArray<int32_t>({5}, {5, -2, 5, 5, 0}).view()), "[-2, 0, 5]");
  EXPECT_EQ(show(TestArray<bool>({3}, {true, true, false}).view()), "[false, true]");
  EXPECT_EQ(show(TestArray<int64_t>({0}).view()), "[]");
  dg_str *a = dg_str_new("a", 1), *again = dg_str_new("a", 1), *b = dg_str_new("b", 1);
  EXPECT_EQ(show(TestArray<dg_str *>({3}, {b, a, again}).view()), "[\"a\", \"b\"]");
  for (dg_str *text : {a, again, b})
    dg_str_release(text);
}

template <typename T, typename Out = T> static std::string scanned(ScanOp op, const TestArray<T> &a, int axis = 0) {
  TestArray<Out> out(a.extents);
  auto failure = algorithms::scan(op, a.view(), axis, out.view());
  return failure ? failure->text : text::format(out.view());
}

TEST(Scan, Operations) {
  TestArray<int32_t> a({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(scanned(ScanOp::Sum, a, 1), "[[1, 3, 6], [4, 9, 15]]");
  EXPECT_EQ(scanned(ScanOp::Sum, a, 0), "[[1, 2, 3], [5, 7, 9]]");
  EXPECT_EQ(scanned(ScanOp::Prod, a, 1), "[[1, 2, 6], [4, 20, 120]]");
  EXPECT_EQ(scanned(ScanOp::Min, TestArray<double>({5}, {3, 1, 2, NAN, 0})), "[3.0, 1.0, 1.0, nan, nan]");
  EXPECT_EQ(scanned(ScanOp::Max, TestArray<float>({4}, {-3, 1, -2, 5})), "[-3.0, 1.0, 1.0, 5.0]");
  EXPECT_EQ(scanned(ScanOp::Max, TestArray<bool>({3}, {false, true, false})), "[false, true, true]");
  EXPECT_EQ(scanned(ScanOp::Sum, TestArray<int64_t>({0})), "[]");
  using C = std::complex<float>;
  EXPECT_EQ(scanned(ScanOp::Prod, TestArray<C>({2}, {C(0, 1), C(0, 1)})), "[0.0 + 1.0i, -1.0 + 0.0i]");
}

TEST(Scan, TypesOfResults) {
  TestArray<int8_t> a({3}, {100, 100, 100});
  EXPECT_EQ(scanned(ScanOp::Sum, a), "[100, -56, 44]"); // wraps
  EXPECT_EQ((scanned<int8_t, int64_t>(ScanOp::Sum, a)), "[100, 200, 300]");
  EXPECT_EQ((scanned<uint16_t, uint16_t>(ScanOp::Prod, {{2}, {65535, 65535}})), "[65535, 1]");
  EXPECT_EQ((scanned<bool, int64_t>(ScanOp::Sum, {{3}, {true, false, true}})), "[1, 1, 2]");
  EXPECT_EQ(scanned(ScanOp::Sum, TestArray<bool>({1})), "a scan of bool does not give bool");
  EXPECT_EQ(scanned(ScanOp::Sum, TestArray<dg_str *>({1})), "values of type str have no sum and no product");
  EXPECT_EQ(scanned(ScanOp::Min, TestArray<std::complex<double>>({1})),
            "values of type c128 have no least and no greatest");
}

// f16 accumulates in f32: the 2,049th one still counts, which it would not in f16.
TEST(Scan, NarrowFloatsAddUpInF32) {
  TestArray<Half> ones({3000}), out({3000});
  std::fill(ones.values.begin(), ones.values.end(), Half(1));
  ASSERT_FALSE(algorithms::scan(ScanOp::Sum, ones.view(), 0, out.view()));
  EXPECT_EQ(float(out.values[2999]), 3000.0f);
}

// A million tenths in f32 end within a few units of the true sum, where adding one by one is off by hundreds.
TEST(Scan, ErrorStaysSmall) {
  TestArray<float> tenths({1000000}), out({1000000});
  std::fill(tenths.values.begin(), tenths.values.end(), 0.1f);
  ASSERT_FALSE(algorithms::scan(ScanOp::Sum, tenths.view(), 0, out.view()));
  EXPECT_NEAR(out.values.back(), 100000.0015, 0.2);
}
