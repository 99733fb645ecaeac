#include "TestArray.h"
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/WideProduct.h"
#include "runtime/linalg/WideSolve.h"
#include "runtime/random/philox.h"
#include "runtime/text/Text.h"
#include <cmath>
#include <gtest/gtest.h>
#include <thread>

using namespace dagger;
using namespace dagger::test;

// Small whole numbers, so that sums are exact whatever their order.
template <typename T> static TestArray<T> filled(std::vector<int64_t> shape, uint64_t seed) {
  TestArray<T> a(shape);
  for (size_t k = 0; k < a.values.size(); ++k) {
    auto part = [&](uint64_t index) { return float(dg_random_i64(seed, index, isInteger<T> ? 0 : -4, 5)); };
    if constexpr (isComplex<T>)
      a.values[k] = T(part(2 * k), part(2 * k + 1));
    else
      a.values[k] = T(part(k));
  }
  return a;
}

template <typename T> static T at(const ArrayView &a, int64_t i, int64_t j) {
  return static_cast<T *>(a.data)[i * a.strides[0] + j * a.strides[1]];
}

// The product as the definition says it.
template <typename T> static TestArray<T> plainProduct(const ArrayView &a, const ArrayView &b) {
  TestArray<T> out({a.extents[0], b.extents[1]});
  for (int64_t i = 0; i < a.extents[0]; ++i)
    for (int64_t j = 0; j < b.extents[1]; ++j) {
      Wide<T> sum(0);
      for (int64_t k = 0; k < a.extents[1]; ++k)
        sum += Wide<T>(at<T>(a, i, k)) * Wide<T>(at<T>(b, k, j));
      out.values[size_t(i * b.extents[1] + j)] = T(sum);
    }
  return out;
}

// A view of a matrix of this shape in one of several layouts, in `memory`.
template <typename T> struct Layout {
  std::vector<T> memory;
  int64_t extents[2], strides[2];
  T *data;

  Layout(const TestArray<T> &from, int kind) : memory(from.values.size() * 6 + 64) {
    const int64_t rows = extents[0] = from.extents[0], columns = extents[1] = from.extents[1];
    data = memory.data();
    switch (kind) {
    case 0: strides[0] = columns, strides[1] = 1; break;          // rows
    case 1: strides[0] = 1, strides[1] = rows; break;             // columns
    case 2: strides[0] = columns + 3, strides[1] = 1; break;      // a tile of rows
    case 3: strides[0] = 2, strides[1] = 2 * rows + 1; break;     // gaps both ways
    case 4: strides[0] = -columns, strides[1] = 1; data += columns * std::max<int64_t>(0, rows - 1); break; // upside down
    }
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        data[i * strides[0] + j * strides[1]] = from.values[size_t(i * columns + j)];
  }
  ArrayView view() { return {typeOf<T>(), 2, data, extents, strides}; }
};

template <typename T> static void productInAllLayouts() {
  const int64_t shapes[][3] = {{5, 7, 6}, {1, 7, 6}, {5, 7, 1}, {5, 1, 6}, {1, 1, 1}, {1, 9, 1}, {70, 65, 300}, {12, 100, 10}, {1, 100, 12},
                               {12, 100, 1}, {3, 0, 2}, {0, 3, 2}};
  for (auto [m, k, n] : shapes) {
    TestArray<T> a = filled<T>({m, k}, 1), b = filled<T>({k, n}, 2);
    TestArray<T> expected = plainProduct<T>(a.view(), b.view());
    for (int layouts = 0; layouts < 125; ++layouts) {
      if (m == 70 && layouts % 31) // the large one in a few layouts only
        continue;
      Layout<T> left(a, layouts % 5), right(b, layouts / 5 % 5), out(TestArray<T>({m, n}), layouts / 25);
      auto failure = linalg::matmul(left.view(), right.view(), out.view());
      ASSERT_FALSE(failure) << failure->text;
      EXPECT_EQ(text::format(out.view()), text::format(expected.view())) << m << k << n << " layouts " << layouts;
    }
  }
}

TEST(Matmul, EveryTypeInEveryLayout) {
  productInAllLayouts<double>();
  productInAllLayouts<float>();
  productInAllLayouts<std::complex<float>>();
  productInAllLayouts<std::complex<double>>();
  productInAllLayouts<Half>();
  productInAllLayouts<BFloat16>();
  productInAllLayouts<int8_t>();
  productInAllLayouts<uint16_t>();
  productInAllLayouts<int32_t>();
  productInAllLayouts<int64_t>();
}

// The same bits, or both no number.
template <typename T> static bool isSame(T a, T b) { return a == b ? std::signbit(a) == std::signbit(b) : a != a && b != b; }

// Larger than each of the blocks that loops of our own take, and by no multiple of them; rows as they are, with gaps, and upside
// down, and columns of the factor on the right. What is infinite or no number stays in its row or column, also beside an edge.
template <typename T> static void largeProducts() {
  const int64_t shapes[][3] = {{130, 400, 200}, {129, 385, 531}, {241, 384, 512}, {128, 1, 128}, {300, 769, 129}, {200, 1540, 140}, {1100, 520, 130}};
  for (auto [m, k, n] : shapes)
    for (bool isFinite : {true, false}) {
      TestArray<T> a = filled<T>({m, k}, 1), b = filled<T>({k, n}, 2);
      if (!isFinite) {
        a.values[0] = T(INFINITY);
        a.values.back() = T(NAN);
        b.values.back() = -T(INFINITY);
      }
      TestArray<T> expected = plainProduct<T>(a.view(), b.view());
      for (int kind : {0, 1, 2, 4}) {
        const int others = kind == 1 ? 0 : kind;
        Layout<T> left(a, others), right(b, kind), out(TestArray<T>({m, n}), others);
        ASSERT_FALSE(linalg::matmul(left.view(), right.view(), out.view()));
        int64_t wrong = 0;
        for (int64_t i = 0; i < m; ++i)
          for (int64_t j = 0; j < n; ++j) wrong += !isSame(at<T>(out.view(), i, j), expected.values[size_t(i * n + j)]);
        EXPECT_EQ(wrong, 0) << m << " x " << k << " @ " << k << " x " << n << ", layout " << kind;
      }
    }
}

TEST(Matmul, LargerThanBlocks) {
  largeProducts<float>();
  largeProducts<double>();
}

// A tile of a product has the bits that it has in the whole.
template <typename T> static void tilesOfProduct() {
  const int64_t n = 400, inner = 1100;
  TestArray<T> a({n, inner}), b({inner, n}), whole({n, n});
  for (size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = T(std::sin(double(i))), b.values[i] = T(std::cos(double(i)));
  linalg::Factors f{n, inner, n, inner, 1, n, 1, n, 1};
  if (!linalg::wideProduct(a.values.data(), b.values.data(), whole.values.data(), f))
    GTEST_SKIP() << "this processor has no vectors of 512 bits";
  for (int64_t row : {0, 130, 256})
    for (int64_t column : {0, 131, 256}) {
      TestArray<T> part({144, 140});
      linalg::Factors some{144, inner, 140, inner, 1, n, 1, 140, 1};
      ASSERT_TRUE(linalg::wideProduct(&a.values[size_t(row * inner)], &b.values[size_t(column)], part.values.data(), some));
      int64_t wrong = 0;
      for (int64_t i = 0; i < 144; ++i)
        for (int64_t j = 0; j < 140; ++j)
          wrong += part.values[size_t(i * 140 + j)] != whole.values[size_t((row + i) * n + column + j)];
      EXPECT_EQ(wrong, 0) << row << ", " << column;
    }
}

TEST(Matmul, TilesHaveTheBitsOfTheWhole) {
  tilesOfProduct<float>();
  tilesOfProduct<double>();
}

// A small product has the bits of sums from the first product on, each with one rounding, whatever stands beside an element.
template <typename T> static void smallProducts() {
  for (auto [m, k, n] : {std::array<int64_t, 3>{7, 33, 50}, {96, 96, 96}, {2, 96, 17}, {13, 1, 32}, {1, 40, 20}}) {
    TestArray<T> a({m, k}), b({k, n}), out({m, n});
    for (size_t i = 0; i < a.values.size(); ++i) a.values[i] = T(std::sin(double(i)));
    for (size_t i = 0; i < b.values.size(); ++i) b.values[i] = T(std::cos(double(i)));
    ASSERT_FALSE(linalg::needsBlas(typeOf<T>(), m, k, n));
    ASSERT_FALSE(linalg::matmul(a.view(), b.view(), out.view()));
    int64_t wrong = 0;
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        T sum = 0;
        for (int64_t l = 0; l < k; ++l)
          sum = std::fma(a.values[size_t(i * k + l)], b.values[size_t(l * n + j)], sum);
        wrong += out.values[size_t(i * n + j)] != sum;
      }
    EXPECT_EQ(wrong, 0) << m << " x " << k << " @ " << k << " x " << n;
  }
  EXPECT_TRUE(linalg::needsBlas(typeOf<T>(), 97, 3, 3));
  EXPECT_TRUE(linalg::needsBlas(typeOf<T>(), 96, 96, 1)); // a vector, which would be copied
  EXPECT_TRUE(linalg::needsBlas(DG_C128, 2, 2, 2));
  EXPECT_FALSE(linalg::needsBlas(DG_I64, 500, 500, 500));
}

TEST(Matmul, SmallOnesAddUpInOrder) {
  smallProducts<float>();
  smallProducts<double>();
}

// A product that is subtracted, with b row by row and column by column, once and several times through the blocks.
template <typename T> static void subtracted() {
  for (auto [m, k, n] : {std::array<int64_t, 3>{130, 90, 150}, {257, 1030, 161}})
    for (bool isTurned : {false, true}) {
      TestArray<T> a = filled<T>({m, k}, 1), b = filled<T>({k, n}, 2), before = filled<T>({m, n}, 3), out = before;
      TestArray<T> product = plainProduct<T>(a.view(), b.view());
      Layout<T> right(b, isTurned);
      linalg::Factors f{m, k, n, k, 1, right.strides[0], right.strides[1], n, 1};
      if (!linalg::wideProduct(a.values.data(), right.data, out.values.data(), f, true))
        GTEST_SKIP() << "this processor has no vectors of 512 bits";
      for (size_t i = 0; i < out.values.size(); ++i)
        ASSERT_EQ(out.values[i], before.values[i] - product.values[i]) << m << ", " << isTurned << ", " << i;
    }
}

TEST(Matmul, Subtracted) {
  subtracted<float>();
  subtracted<double>();
}

// What has few rows or columns, or lies neither by rows nor by columns, is not for wide loops.
TEST(Matmul, WhatIsNotForWideLoops) {
  const int64_t n = 130;
  TestArray<double> a = filled<double>({n, n}, 1), b = filled<double>({n, n}, 2), out({n, n});
  const std::vector<double> before = out.values;
  auto isDone = [&](linalg::Factors f) { return linalg::wideProduct(a.values.data(), b.values.data(), out.values.data(), f); };
  EXPECT_FALSE(isDone({n, n, n, 1, n, n, 1, n, 1})); // a transposed
  EXPECT_FALSE(isDone({n, n, n, n, 1, 2, n, n, 1})); // neither rows nor columns of b side by side
  EXPECT_FALSE(isDone({n, n, n, n, 1, n, 1, 1, n})); // the result
  EXPECT_FALSE(isDone({20, n, n, n, 1, n, 1, n, 1}));
  EXPECT_FALSE(isDone({n, n, 20, n, 1, n, 1, n, 1}));
  EXPECT_FALSE(isDone({n, 0, n, n, 1, n, 1, n, 1}));
  EXPECT_EQ(out.values, before);
}

TEST(Matmul, Vectors) {
  TestArray<double> m({2, 3}, {1, 2, 3, 4, 5, 6}), x({3}, {1, 0, -1}), y({2}, {1, 10});
  TestArray<double> two({2}), three({3}), scalar({});
  EXPECT_FALSE(linalg::matmul(m.view(), x.view(), two.view()));
  EXPECT_EQ(text::format(two.view()), "[-2.0, -2.0]");
  EXPECT_FALSE(linalg::matmul(y.view(), m.view(), three.view()));
  EXPECT_EQ(text::format(three.view()), "[41.0, 52.0, 63.0]");
  EXPECT_FALSE(linalg::matmul(x.view(), x.view(), scalar.view()));
  EXPECT_EQ(text::format(scalar.view()), "2.0");
  TestArray<int32_t> i({2}, {3, 4}), sum({});
  EXPECT_FALSE(linalg::matmul(i.view(), i.view(), sum.view()));
  EXPECT_EQ(sum.values[0], 25);
}

TEST(Matmul, IntegersWrapAndMismatchesFail) {
  TestArray<int8_t> a({1, 1}, {100}), out({1, 1});
  EXPECT_FALSE(linalg::matmul(a.view(), a.view(), out.view()));
  EXPECT_EQ(out.values[0], int8_t(10000));
  TestArray<double> m({2, 3}), bad({2, 2});
  EXPECT_EQ(linalg::matmul(m.view(), m.view(), bad.view())->text, "f64[2, 3] @ f64[2, 3] is no f64[2, 2]");
  EXPECT_EQ(linalg::matmul(m.view(), TestArray<float>({3, 2}).view(), bad.view())->text,
            "f64[2, 3] @ f32[3, 2] is no f64[2, 2]");
  TestArray<bool> t({1});
  EXPECT_EQ(linalg::matmul(t.view(), t.view(), TestArray<bool>({}).view())->text, "@ takes numbers, not bool");
}

template <typename T> static double difference(const ArrayView &a, const ArrayView &b) {
  double worst = 0;
  for (int64_t i = 0; i < a.extents[0]; ++i)
    for (int64_t j = 0; j < a.extents[1]; ++j)
      worst = std::max(worst, double(std::abs(at<T>(a, i, j) - at<T>(b, i, j))));
  return worst;
}

template <typename T> static TestArray<T> adjoint(const ArrayView &a) {
  TestArray<T> out({a.extents[1], a.extents[0]});
  for (int64_t i = 0; i < a.extents[1]; ++i)
    for (int64_t j = 0; j < a.extents[0]; ++j) {
      T x = at<T>(a, j, i);
      if constexpr (isComplex<T>)
        x = std::conj(x);
      out.values[size_t(i * a.extents[0] + j)] = x;
    }
  return out;
}

// a aᵀ + n: Hermitian and positive definite.
template <typename T> static TestArray<T> positive(int64_t n) {
  TestArray<T> a = filled<T>({n, n}, 3);
  TestArray<T> out = plainProduct<T>(a.view(), adjoint<T>(a.view()).view());
  for (int64_t k = 0; k < n; ++k)
    out.values[size_t(k * n + k)] += T(float(n));
  return out;
}

template <typename T> struct LinalgTyped : testing::Test {
  static constexpr double tolerance = std::is_same_v<T, float> || std::is_same_v<T, std::complex<float>> ? 2e-3 : 1e-10;
};
using FloatTypes = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(LinalgTyped, FloatTypes);

// Whole numbers, and powers of two on the diagonal, so that nothing is rounded: x comes back as it was, and what lies beside
// it and above the diagonal is left alone.
template <typename T> static void triangularSystems() {
  for (int64_t n : {1, 7, 8, 9, 100, 256})
    for (int64_t rows : {1, 15, 16, 33, 64}) {
      const int64_t down = n + 3;
      TestArray<T> l = filled<T>({n, down}, 4), x = filled<T>({rows, down}, 5), b = x;
      for (int64_t i = 0; i < n; ++i) {
        l.values[size_t(i * down + i)] = T(1 << (i % 3));
        for (int64_t j = i + 1; j < n; ++j)
          l.values[size_t(i * down + j)] = T(NAN);
      }
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < n; ++j) {
          T sum(0);
          for (int64_t k = 0; k <= j; ++k)
            sum += x.values[size_t(i * down + k)] * l.values[size_t(j * down + k)];
          b.values[size_t(i * down + j)] = sum;
        }
      if (!linalg::wideSolve(l.values.data(), down, b.values.data(), down, rows, n))
        GTEST_SKIP() << "this processor has no vectors of 512 bits";
      EXPECT_EQ(b.values, x.values) << rows << " x " << n;
    }
  T unread(0);
  EXPECT_FALSE(linalg::wideSolve(&unread, 257, &unread, 257, 1, 257));
}

TEST(Linalg, TriangularSystems) {
  triangularSystems<float>();
  triangularSystems<double>();
}

template <typename T> static void factorizeByTiles(int64_t n, int64_t tile, double tolerance) {
  const int64_t tiles = (n + tile - 1) / tile;
  TestArray<T> a = positive<T>(n), before = a;
  std::vector<std::array<int64_t, 2>> extents(size_t(tiles * tiles));
  auto part = [&](int64_t i, int64_t j) {
    auto &e = extents[size_t(i * tiles + j)];
    e = {std::min(tile, n - i * tile), std::min(tile, n - j * tile)};
    return ArrayView{typeOf<T>(), 2, &a.values[size_t(i * tile * n + j * tile)], e.data(), a.strides.data()};
  };
  for (int64_t k = 0; k < tiles; ++k) {
    ASSERT_FALSE(linalg::potrf(part(k, k)));
    for (int64_t i = k + 1; i < tiles; ++i)
      ASSERT_FALSE(linalg::trsm(part(k, k), part(i, k)));
    for (int64_t i = k + 1; i < tiles; ++i) {
      for (int64_t j = k + 1; j < i; ++j)
        ASSERT_FALSE(linalg::gemm(part(i, k), part(j, k), part(i, j)));
      ASSERT_FALSE(linalg::syrk(part(i, k), part(i, i)));
    }
  }
  TestArray<T> l = a;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i + 1; j < n; ++j) {
      EXPECT_EQ(a.values[size_t(i * n + j)], before.values[size_t(i * n + j)]);
      l.values[size_t(i * n + j)] = T(0);
    }
  TestArray<T> product = plainProduct<T>(l.view(), adjoint<T>(l.view()).view());
  EXPECT_LT(difference<T>(product.view(), before.view()), tolerance * 10);
  auto whole = linalg::cholesky(before.view());
  EXPECT_LT(difference<T>(whole->view(), l.view()), tolerance);
}

// A Cholesky factorization by tiles, as the language's example does it, gives L with L Lᵀ = A and leaves the rest alone: of small tiles,
// of those that are OpenBLAS's, and of such whose products and triangles are wide loops of our own.
TYPED_TEST(LinalgTyped, TilesMakeACholeskyFactorization) {
  factorizeByTiles<TypeParam>(21, 8, this->tolerance);
  factorizeByTiles<TypeParam>(96, 32, this->tolerance * 10);
  factorizeByTiles<TypeParam>(115, 40, this->tolerance * 10);
  factorizeByTiles<TypeParam>(430, 140, this->tolerance);
  factorizeByTiles<TypeParam>(400, 290, this->tolerance);
}

template <typename T> static void tilesInAnyLayout(int64_t n, int64_t m, double tolerance) {
  TestArray<T> a = positive<T>(n), b = filled<T>({m, n}, 5), c = filled<T>({m, m}, 6), d = filled<T>({m, m}, 7);
  ASSERT_FALSE(linalg::potrf(a.view()));
  TestArray<T> solved = b, updated = c, product = d;
  ASSERT_FALSE(linalg::trsm(a.view(), solved.view()));
  ASSERT_FALSE(linalg::syrk(solved.view(), updated.view()));
  ASSERT_FALSE(linalg::gemm(solved.view(), b.view(), product.view()));
  for (int kind = 1; kind < 5; ++kind) {
    Layout<T> a2(positive<T>(n), kind), b2(b, kind), c2(c, kind), d2(d, kind), b3(b, kind);
    ASSERT_FALSE(linalg::potrf(a2.view()));
    EXPECT_LT(difference<T>(a2.view(), a.view()), tolerance);
    ASSERT_FALSE(linalg::trsm(a2.view(), b2.view()));
    EXPECT_LT(difference<T>(b2.view(), solved.view()), tolerance);
    ASSERT_FALSE(linalg::syrk(b2.view(), c2.view()));
    EXPECT_LT(difference<T>(c2.view(), updated.view()), tolerance);
    ASSERT_FALSE(linalg::gemm(b2.view(), b3.view(), d2.view()));
    EXPECT_LT(difference<T>(d2.view(), product.view()), tolerance);
  }
}

// Tiles whose rows are not contiguous give the same.
TYPED_TEST(LinalgTyped, TilesInAnyLayout) {
  tilesInAnyLayout<TypeParam>(6, 4, this->tolerance);
  tilesInAnyLayout<TypeParam>(40, 34, this->tolerance * 10);
}

TYPED_TEST(LinalgTyped, SolveAndInverse) {
  using T = TypeParam;
  TestArray<T> a = filled<T>({6, 6}, 8), x = filled<T>({6, 2}, 9);
  for (int64_t k = 0; k < 6; ++k)
    a.values[size_t(k * 7)] += T(20);
  TestArray<T> b = plainProduct<T>(a.view(), x.view());
  auto solved = linalg::solve(a.view(), b.view());
  ASSERT_TRUE(solved.ok()) << solved.failure().text;
  EXPECT_LT(difference<T>(solved->view(), x.view()), this->tolerance);
  auto inverse = linalg::inverse(a.view());
  TestArray<T> again = plainProduct<T>(inverse->view(), b.view());
  EXPECT_LT(difference<T>(again.view(), x.view()), this->tolerance);
  TestArray<T> column({6}, {b.values[0], b.values[2], b.values[4], b.values[6], b.values[8], b.values[10]});
  auto one = linalg::solve(a.view(), column.view());
  ASSERT_EQ(one->extents(), std::vector<int64_t>{6});
  EXPECT_LT(std::abs(static_cast<T *>(one->data())[5] - x.values[10]), this->tolerance);
}

TYPED_TEST(LinalgTyped, LuAndQrMultiplyBack) {
  using T = TypeParam;
  for (auto [m, n] : {std::pair<int64_t, int64_t>{5, 3}, {3, 5}, {4, 4}}) {
    TestArray<T> a = filled<T>({m, n}, 10);
    auto lu = linalg::lu(a.view());
    ASSERT_TRUE(lu.ok());
    TestArray<T> product = plainProduct<T>(lu->lower.view(), lu->upper.view()), permuted({m, n});
    for (int64_t i = 0; i < m; ++i)
      std::copy_n(&a.values[size_t(static_cast<int64_t *>(lu->order.data())[i] * n)], n, &permuted.values[size_t(i * n)]);
    EXPECT_LT(difference<T>(product.view(), permuted.view()), this->tolerance);

    auto qr = linalg::qr(a.view());
    ASSERT_TRUE(qr.ok());
    product = plainProduct<T>(qr->q.view(), qr->r.view());
    EXPECT_LT(difference<T>(product.view(), a.view()), this->tolerance);
    TestArray<T> unit = plainProduct<T>(adjoint<T>(qr->q.view()).view(), qr->q.view());
    for (int64_t i = 0; i < unit.extents[0]; ++i)
      for (int64_t j = 0; j < unit.extents[0]; ++j)
        EXPECT_LT(std::abs(at<T>(unit.view(), i, j) - T(i == j ? 1 : 0)), this->tolerance);
  }
}

TYPED_TEST(LinalgTyped, EigenvaluesAndSingularValues) {
  using T = TypeParam;
  TestArray<T> a = positive<T>(5);
  auto eigh = linalg::eigh(a.view());
  ASSERT_TRUE(eigh.ok()) << eigh.failure().text;
  auto value = [](const OwnedArray &array, int64_t k) {
    return array.type() == DG_F32 ? double(static_cast<const float *>(array.data())[k])
                                  : static_cast<const double *>(array.data())[k];
  };
  TestArray<T> image = plainProduct<T>(a.view(), eigh->vectors.view());
  for (int64_t j = 0; j < 5; ++j) {
    for (int64_t i = 0; i < 5; ++i)
      EXPECT_LT(std::abs(at<T>(image.view(), i, j) - T(float(1)) * at<T>(eigh->vectors.view(), i, j) *
                                                          T(value(eigh->values, j))),
                this->tolerance * 10);
    if (j)
      EXPECT_LE(value(eigh->values, j - 1), value(eigh->values, j));
  }
  for (auto [m, n] : {std::pair<int64_t, int64_t>{5, 3}, {3, 5}}) {
    TestArray<T> b = filled<T>({m, n}, 11);
    auto svd = linalg::svd(b.view());
    ASSERT_TRUE(svd.ok()) << svd.failure().text;
    TestArray<T> scaled({m, 3});
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < 3; ++j)
        scaled.values[size_t(i * 3 + j)] = at<T>(svd->u.view(), i, j) * T(value(svd->s, j));
    TestArray<T> product = plainProduct<T>(scaled.view(), svd->vt.view());
    EXPECT_LT(difference<T>(product.view(), b.view()), this->tolerance);
    EXPECT_GE(value(svd->s, 0), value(svd->s, 1));
  }
}

// Values that anybody can work out by hand.
TEST(Linalg, KnownValues) {
  TestArray<double> a({2, 2}, {4, 2, 2, 3});
  EXPECT_NEAR(*static_cast<double *>(linalg::det(a.view())->data()), 8, 1e-12);
  EXPECT_NEAR(*static_cast<double *>(linalg::det(TestArray<double>({2, 2}, {0, 1, 1, 0}).view())->data()), -1, 1e-12);
  EXPECT_EQ(*static_cast<double *>(linalg::det(TestArray<double>({2, 2}, {1, 2, 2, 4}).view())->data()), 0);
  EXPECT_EQ(*static_cast<double *>(linalg::det(TestArray<double>({0, 0}).view())->data()), 1);
  EXPECT_EQ(text::format(linalg::cholesky(a.view())->view(), *text::parseFormat(".4")),
            "[[2.0000, 0.0000], [1.0000, 1.4142]]");
  EXPECT_EQ(text::format(linalg::eigh(TestArray<double>({2, 2}, {2, 0, 1, 2}).view())->values.view(),
                         *text::parseFormat(".6")),
            "[1.000000, 3.000000]"); // the upper triangle is not read
  EXPECT_EQ(text::format(linalg::svd(TestArray<float>({2, 2}, {0, -3, 2, 0}).view())->s.view(), *text::parseFormat(".3")),
            "[3.000, 2.000]");
}

TEST(Linalg, FailuresSayWhich) {
  TestArray<double> singular({3, 3}, {1, 2, 3, 2, 4, 6, 1, 0, 1}), b({3});
  EXPECT_EQ(linalg::solve(singular.view(), b.view()).failure().text,
            "the matrix is singular: pivot 3 of its elimination is zero");
  EXPECT_EQ(linalg::inverse(TestArray<double>({2, 2}).view()).failure().text,
            "the matrix is singular: pivot 1 of its elimination is zero");
  TestArray<double> indefinite({3, 3}, {1, 0, 0, 0, -2, 0, 0, 0, 1});
  EXPECT_EQ(linalg::potrf(indefinite.view())->text,
            "the matrix is not positive definite: its leading minor of order 2 is not");
  EXPECT_EQ(linalg::potrf(TestArray<double>({2, 3}).view())->text, "a is [2, 3], not square");
  EXPECT_EQ(linalg::potrf(TestArray<int64_t>({2, 2}).view())->text, "potrf takes f32, f64, c64 or c128, not i64");
  EXPECT_EQ(linalg::gemm(TestArray<double>({2, 3}).view(), TestArray<double>({2, 2}).view(),
                         TestArray<double>({2, 2}).view())->text,
            "gemm: a is [2, 3] and b is [2, 2], which do not fit c, which is [2, 2]");
  EXPECT_EQ(linalg::svd(TestArray<double>({1, 1}, {NAN}).view()).failure().text, "the matrix holds NaN or infinity");
  EXPECT_EQ(linalg::trsm(TestArray<double>({2, 2}).view(), TestArray<float>({2, 2}).view())->text,
            "a f64 matrix and a f32 one");
}

// A processor with AVX-512 must not be taken for a Haswell.
TEST(Linalg, TheProcessorIsKnown) {
  auto core = linalg::blasCore();
  ASSERT_TRUE(core.ok()) << core.failure().text;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vl") && !getenv("OPENBLAS_CORETYPE"))
    EXPECT_TRUE(*core != "Haswell" && *core != "Zen") << *core;
#endif
  EXPECT_EQ(getenv("OPENBLAS_NUM_THREADS"), nullptr); // what it took to load is undone
}

// Many threads may multiply at once, and each gets its own product.
TEST(Linalg, Threads) {
  TestArray<double> a = filled<double>({64, 64}, 1), b = filled<double>({64, 64}, 2);
  TestArray<double> expected = plainProduct<double>(a.view(), b.view());
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int turn = 0; turn < 50; ++turn) {
        TestArray<double> out({64, 64});
        wrong[t] += linalg::matmul(a.view(), b.view(), out.view()) || out.values != expected.values;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}
