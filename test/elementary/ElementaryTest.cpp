// Elementary functions against C's of long doubles: no result is further than four units in the last place from the
// exact one.
#include "compiler/elementary/Functions.h"
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

namespace dagger::elementary {
namespace {

// How far `found` is from what was wanted, in units of the last place that a T of that size has. NaN stands for NaN,
// infinity for infinity, a zero for a zero of its sign.
template <class T> double ulps(T found, long double wanted) {
  using Limits = std::numeric_limits<T>;
  constexpr double wrong = 1e9;
  if (std::isnan(wanted)) return std::isnan(found) ? 0 : wrong;
  if (std::isnan(found)) return wrong;
  if (wanted == 0) return found == 0 && std::signbit(found) == std::signbit(wanted) ? 0 : wrong;
  if (std::isinf(T(wanted))) return found == T(wanted) ? 0 : wrong; // beyond the largest number also when rounded
  if (std::isinf(found)) return wrong;
  int exponent;
  std::frexp(wanted, &exponent);
  long double unit = std::ldexp(1.0L, std::max(exponent, Limits::min_exponent) - Limits::digits);
  return double(std::fabs((static_cast<long double>(found) - wanted) / unit));
}

template <class T> std::vector<T> arguments() {
  using Limits = std::numeric_limits<T>;
  const T inf = Limits::infinity(), tiny = Limits::denorm_min(), least = Limits::min(), most = Limits::max();
  std::vector<T> all = {0, inf, tiny, least, least / 2, most, most / 2, Limits::epsilon(), Limits::quiet_NaN()};
  for (double x : {0.25,   0.5,   0.70710678, 1.0,   1.41421356, 2.0,    3.9,    6.0,    22.0,   26.5,  27.2,
                   88.7,   88.73, 103.9,      104.0, 126.0,      127.0,  128.0,  149.0,  150.0,  708.4, 709.7,
                   709.79, 710.4, 710.5,      745.1, 745.2,      1022.0, 1023.5, 1074.0, 1075.0, 2.6e8, 1e10})
    for (T near : {T(x), std::nextafter(T(x), T(0)), std::nextafter(T(x), inf)}) all.push_back(near);
  std::mt19937_64 random(1);
  for (double bound : {1.0, 2.0, 30.0, 120.0, 800.0}) {
    std::uniform_real_distribution<double> even(0, bound);
    for (int i = 0; i < 20'000; ++i) all.push_back(T(even(random)));
  }
  std::uniform_real_distribution<double> exponents(Limits::min_exponent - Limits::digits, Limits::max_exponent - 1e-3);
  for (int i = 0; i < 20'000; ++i) all.push_back(T(std::exp2(exponents(random))));
  for (size_t i = 0, count = all.size(); i < count; ++i) all.push_back(-all[i]);
  return all;
}

template <class T, class Ours, class Theirs> void compare(const char *name, Ours ours, Theirs theirs) {
  double worst = 0;
  T at = 0;
  for (T x : arguments<T>())
    if (double error = ulps<T>(ours(Real<T>::of(x)).value, theirs(static_cast<long double>(x))); error > worst)
      worst = error, at = x;
  EXPECT_LE(worst, 4) << name << "(" << std::hexfloat << at << ") = " << ours(Real<T>::of(at)).value << ", exactly "
                      << theirs(at);
}

#define X(function)                                                                                                    \
  TEST(Elementary, function) {                                                                                         \
    auto exact = [](long double x) { return std::function(x); };                                                       \
    compare<double>(#function, [](auto x) { return elementary::function(x); }, exact);                                 \
    compare<float>(#function, [](auto x) { return elementary::function(x); }, exact);                                  \
  }
DAGGER_UNARY_FUNCTIONS(X)
#undef X

// What is near 1 is rounded to it, and never beyond.
template <class T> void staysWithinOne() {
  auto at = [](double x) { return elementary::erf(Real<T>::of(T(x))).value; };
  for (double x = 3; x < 8; x += 0.00013) {
    EXPECT_LE(at(x), 1) << x;
    EXPECT_EQ(at(-x), -at(x)) << x;
  }
  EXPECT_EQ(at(sizeof(T) == 8 ? 6 : 4), 1);
  EXPECT_EQ(at(1e30), 1);
}
TEST(Elementary, erfIsAtMostOne) {
  staysWithinOne<double>();
  staysWithinOne<float>();
}

template <class T> void compareAngles() {
  std::vector<T> all = arguments<T>();
  std::mt19937_64 random(2);
  double worst = 0;
  auto one = [&](T y, T x) {
    double error = ulps<T>(elementary::atan2(Real<T>::of(y), Real<T>::of(x)).value,
                           std::atan2(static_cast<long double>(y), static_cast<long double>(x)));
    EXPECT_LE(error, 4) << "atan2(" << std::hexfloat << y << ", " << x << ")";
    worst = std::max(worst, error);
  };
  for (int i = 0; i < 100'000; ++i) one(all[random() % all.size()], all[random() % all.size()]);
  const T inf = std::numeric_limits<T>::infinity(),
          special[] = {0, T(-0.0), 1, -1, inf, -inf, std::numeric_limits<T>::quiet_NaN()};
  for (T y : special)
    for (T x : special) one(y, x);
  EXPECT_GT(worst, 0.25); // it measured something
}
TEST(Elementary, atan2) {
  compareAngles<double>();
  compareAngles<float>();
}

} // namespace
} // namespace dagger::elementary
