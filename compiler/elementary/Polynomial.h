// Polynomials, and the pieces that several functions share.
#pragma once
#include "compiler/elementary/Numbers.h"
#include <cstddef>
#include <limits>

namespace dagger::elementary {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// The coefficients of a polynomial; of one that has others in each of 16 intervals, those of the interval `index`.
template <class R, size_t count> struct Same {
  const double (&c)[count];
  R operator[](size_t i) const { return c[i]; }
};
template <class R, size_t count> struct OfInterval {
  const Row (&rows)[count];
  typename R::Word index;
  R operator[](size_t i) const { return R::lookup(rows[i], index); }
};
template <class R, size_t count> OfInterval<R, count> inInterval(const Row (&rows)[count], typename R::Word index) {
  return {rows, index};
}

// c[0] + c[1] x + …, from the highest coefficient down: one instruction for each, with its constant from memory.
template <class R, size_t count> R horner(R x, const double (&c)[count]) {
  R sum = c[count - 1];
  for (size_t i = count - 1; i-- > 0;) sum = fma(sum, x, R(c[i]));
  return sum;
}

// Long ones four coefficients at a time: those do not wait for the sum that is multiplied by x^4.
template <class R, template <class, size_t> class C, size_t count> R polynomial(R x, const C<R, count> &c) {
  R square = x * x, fourth = square * square;
  auto four = [&](size_t i) {
    R low = i + 1 < count ? fma(c[i + 1], x, c[i]) : c[i];
    if (i + 2 >= count) return low;
    return fma(i + 3 < count ? fma(c[i + 3], x, c[i + 2]) : c[i + 2], square, low);
  };
  size_t i = (count - 1) / 4 * 4;
  R sum = four(i);
  while (i) i -= 4, sum = fma(sum, fourth, four(i));
  return sum;
}
template <class R, size_t count> R polynomial(R x, const double (&c)[count]) {
  if constexpr (count < 6)
    return horner(x, c);
  else
    return polynomial(x, Same<R, count>{c});
}

template <class R> constexpr bool isDouble = std::is_same_v<typename R::Type, double>;
template <class R> constexpr int mantissaBits = Format<typename R::Type>::mantissa;
template <class R> constexpr int exponentBias = Format<typename R::Type>::bias;
template <class R> constexpr uint64_t bitsOf(double value) {
  return std::bit_cast<typename Format<typename R::Type>::Bits>(typename R::Type(value));
}

// The nearest integer to a * b, as a number and modulo the word, and a word that ends in its low bits: |a * b| is below
// 2^51 (2^22).
template <class R> struct Rounded {
  R number;
  typename R::Word integer, low;
};
template <class R> Rounded<R> roundProduct(R a, R b) {
  constexpr double shifter = Format<typename R::Type>::shifter;
  R shifted = fma(a, b, R(shifter));
  typename R::Word low(shifted);
  return {shifted - R(shifter), low - typename R::Word(bitsOf<R>(shifter)), low};
}

// 2^n, for n of a normal number.
template <class R> R powerOfTwo(typename R::Word n) {
  using Word = typename R::Word;
  return R((n + Word(exponentBias<R>)) << mantissaBits<R>);
}

// x 2^n, by two factors: n may be twice as large as an exponent, and what is below the normal numbers is rounded once.
template <class R> R scale(R x, typename R::Word n) {
  using Word = typename R::Word;
  Word biased = n + Word(2 * exponentBias<R>), half = biased >> 1;
  return x * R(half << mantissaBits<R>) * R((biased - half) << mantissaBits<R>);
}

// NaN stays.
template <class R> R atMost(R x, double high) { return select(x > R(high), R(high), x); }
template <class R> R clamp(R x, double low, double high) {
  R below = atMost(x, high);
  return select(below < R(low), R(low), below);
}

} // namespace dagger::elementary
