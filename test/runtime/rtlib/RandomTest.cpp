#include "runtime/random/Random.h"
#include "runtime/random/philox.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <vector>

using namespace dagger;

static std::array<uint64_t, 4> philox(std::array<uint32_t, 4> c, uint32_t k0, uint32_t k1) {
  dg_philox_block b = dg_philox4x32(c[0], c[1], c[2], c[3], k0, k1);
  return {b.word[0], b.word[1], b.word[2], b.word[3]};
}

// The known answers that the authors of Philox publish with Random123.
TEST(Random, PhiloxKnownAnswers) {
  using Words = std::array<uint64_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffff, 0xffffffff),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// A range is the numbers of its indexes, wherever it starts, to the last bit.
template <typename T, typename Fill, typename One> static void rangesAreValues(Fill fill, One one) {
  std::vector<T> whole(1000);
  fill(uint64_t(0), 1000, whole.data());
  for (uint64_t k = 0; k < 1000; ++k)
    ASSERT_EQ(whole[k], one(k)) << k;
  for (uint64_t first : {1u, 2u, 3u, 5u, 997u}) {
    std::vector<T> part(1000 - first);
    fill(first, int64_t(part.size()), part.data());
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + long(first))) << first;
  }
}

TEST(Random, RangesAreValues) {
  rangesAreValues<double>([](uint64_t f, int64_t n, double *o) { random::uniform(7, f, n, o); },
                          [](uint64_t k) { return dg_random_f64(7, k); });
  rangesAreValues<float>([](uint64_t f, int64_t n, float *o) { random::uniform(7, f, n, o); },
                         [](uint64_t k) { return dg_random_f32(7, k); });
  rangesAreValues<double>([](uint64_t f, int64_t n, double *o) { random::normal(7, f, n, o); },
                          [](uint64_t k) { return dg_random_normal_f64(7, k); });
  rangesAreValues<float>([](uint64_t f, int64_t n, float *o) { random::normal(7, f, n, o); },
                         [](uint64_t k) { return dg_random_normal_f32(7, k); });
  rangesAreValues<int64_t>([](uint64_t f, int64_t n, int64_t *o) { random::integers(7, f, n, -5, 12, o); },
                           [](uint64_t k) { return dg_random_i64(7, k, -5, 12); });
}

// These bits are what programs' results are made of: they must never change.
TEST(Random, FixedForEver) {
  // From the first known answer: ((0x6627e8d5 >> 5) · 2^26 + (0xe169c58d >> 6)) / 2^53.
  EXPECT_EQ(dg_random_f64(0, 0), double((uint64_t(0x6627e8d5u >> 5) << 26) + (0xe169c58du >> 6)) * 0x1p-53);
  EXPECT_EQ(dg_random_f64(0, 1), double((uint64_t(0xbc57ac4cu >> 5) << 26) + (0x9b00dbd8u >> 6)) * 0x1p-53);
}

static double mean(const std::vector<double> &v) {
  double sum = 0;
  for (double x : v)
    sum += x;
  return sum / double(v.size());
}

// Moments of a million numbers lie within five standard errors of what they should be, and seeds don't correlate.
TEST(Random, Moments) {
  const int64_t n = 1000000;
  std::vector<double> u(n), other(n), square(n), z(n), product(n);
  random::uniform(1, 0, n, u.data());
  random::uniform(2, 0, n, other.data());
  EXPECT_NEAR(mean(u), 0.5, 5 * 0.2887 / 1000);
  EXPECT_TRUE(std::all_of(u.begin(), u.end(), [](double x) { return x >= 0 && x < 1; }));
  for (size_t k = 0; k < size_t(n); ++k)
    product[k] = (u[k] - 0.5) * (other[k] - 0.5);
  EXPECT_NEAR(mean(product), 0, 5 * 0.0834 / 1000);

  random::normal(1, 0, n, z.data());
  EXPECT_NEAR(mean(z), 0, 5.0 / 1000);
  for (size_t k = 0; k < size_t(n); ++k)
    square[k] = z[k] * z[k];
  EXPECT_NEAR(mean(square), 1, 5 * 1.4143 / 1000);
  for (size_t k = 0; k < size_t(n); ++k)
    product[k] = square[k] * square[k];
  EXPECT_NEAR(mean(product), 3, 5 * 9.8 / 1000);
  for (size_t k = 0; k + 1 < size_t(n); k += 2)
    product[k] = product[k + 1] = z[k] * z[k + 1];
  EXPECT_NEAR(mean(product), 0, 5 * 1.42 / 1000);
  for (double limit : {-2.0, -1.0, 0.0, 0.5, 3.0}) {
    double share = double(std::count_if(z.begin(), z.end(), [&](double x) { return x < limit; })) / double(n);
    double expected = 0.5 * std::erfc(-limit / std::sqrt(2.0));
    EXPECT_NEAR(share, expected, 5 * std::sqrt(expected * (1 - expected) / double(n))) << limit;
  }
}

// The logarithm, sine and cosine behind the normal numbers agree with libm within two units in the last place.
TEST(Random, OwnFunctions) {
  for (uint64_t k = 0; k < 100000; ++k) {
    double x = dg_random_f64(3, k) + 0x1p-53, r = dg_random_f64(4, k) - 0.5;
    EXPECT_NEAR(dg_random_log(x), std::log(x), 2 * std::fabs(std::log(x)) * 0x1p-52);
    EXPECT_NEAR(dg_random_sin(r), std::sin(r * M_PI_2), 2 * std::fabs(std::sin(r * M_PI_2)) * 0x1p-52);
    EXPECT_NEAR(dg_random_cos(r), std::cos(r * M_PI_2), 0x1p-52);
  }
}

TEST(Random, IntegersCoverTheirRangeEvenly) {
  std::map<int64_t, int> counts;
  for (uint64_t k = 0; k < 70000; ++k)
    ++counts[dg_random_i64(5, k, -3, 4)];
  ASSERT_EQ(counts.size(), 7u);
  EXPECT_EQ(counts.begin()->first, -3);
  for (auto [value, count] : counts)
    EXPECT_NEAR(count, 10000, 5 * 93) << value;
  EXPECT_EQ(dg_random_i64(1, 1, 5, 6), 5);
  int64_t wide = dg_random_i64(1, 1, INT64_MIN, INT64_MAX);
  EXPECT_NE(wide, dg_random_i64(1, 2, INT64_MIN, INT64_MAX));
}

// Each of the 24 permutations of four elements comes about as often, and a long one holds every element.
TEST(Random, Permutation) {
  std::map<std::vector<int64_t>, int> counts;
  for (uint64_t seed = 0; seed < 24000; ++seed) {
    std::vector<int64_t> order(4);
    random::permutation(seed, 4, order.data());
    ++counts[order];
  }
  EXPECT_EQ(counts.size(), 24u);
  for (auto &[order, count] : counts)
    EXPECT_NEAR(count, 1000, 5 * 31);
  std::vector<int64_t> order(10001), same(10001);
  random::permutation(9, 10001, order.data());
  random::permutation(9, 10001, same.data());
  EXPECT_EQ(order, same);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (int64_t k = 0; k < 10001; ++k)
    ASSERT_EQ(order[size_t(k)], k);
  random::permutation(9, 0, nullptr);
}
