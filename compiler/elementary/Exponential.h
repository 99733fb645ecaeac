// e^x and its relatives: x = k ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, and 2^k by the exponent's bits.
#pragma once
#include "compiler/elementary/Coefficients.h"
#include "compiler/elementary/Polynomial.h"

namespace dagger::elementary {

// e^x = 2^k (1 + t).
template <class R> struct ReducedExponential {
  Rounded<R> k;
  R t;
};

constexpr double log2OfE = 0x1.71547652b82fep+0;
template <class R> constexpr double ln2High = isDouble<R> ? 0x1.62e42fefa39efp-1 : 0x1.62e43p-1;
template <class R> constexpr double ln2Low = isDouble<R> ? 0x1.abc9e3b39803fp-56 : -0x1.05c61p-29;

// (e^r - 1 - r) / r^2.
template <class R> R expPolynomial(R r) {
  if constexpr (isDouble<R>)
    return polynomial(r, coefficients::exp);
  else
    return polynomial(r, coefficients::expFloat);
}
template <class R> R expm1Polynomial(R r) { return fma(r * r, expPolynomial(r), r); }

template <class R> ReducedExponential<R> reduceExponential(R x) {
  Rounded<R> k = roundProduct(x, R(log2OfE));
  R r = fma(-k.number, R(ln2Low<R>), fma(-k.number, R(ln2High<R>), x));
  return {k, expm1Polynomial(r)};
}

// e^r 2^(k / 16), for |r| <= ln 2 / 32: 2^(k / 16) is a power from a row and one of two. The latter is two factors, so that
// what is below the normal numbers is rounded once. Numbers of the row are so small that the first factor's exponent is
// never negative.
template <class R> R powerOfSixteenths(R r, typename R::Word k) {
  using Word = typename R::Word;
  constexpr int smallness = isDouble<R> ? 1001 : 101;
  constexpr uint64_t shifter = bitsOf<R>(Format<typename R::Type>::shifter);
  Word power = (k + Word(16 * (exponentBias<R> + smallness) - shifter)) >> 4, half = power >> 1;
  R row = R::lookup(isDouble<R> ? coefficients::expPowers : coefficients::expPowersFloat, k);
  R scaled(Word(row) + (half << mantissaBits<R>));
  auto rest = [&] {
    if constexpr (isDouble<R>)
      return polynomial(r, coefficients::expRest);
    else
      return polynomial(r, coefficients::expRestFloat);
  };
  return fma(scaled, fma(r * r, rest(), r), scaled) * R((power - half) << mantissaBits<R>);
}

template <class R> R exp(R x) {
  R y = isDouble<R> ? clamp(x, -746, 710) : clamp(x, -104.5, 89.5);
  Rounded<R> k = roundProduct(y, R(16 * log2OfE));
  R r = fma(-k.number, R(ln2Low<R> / 16), fma(-k.number, R(ln2High<R> / 16), y));
  return powerOfSixteenths(r, k.low);
}

// 2^k (1 + t) - 1, for x that need neither overflow nor -0: exact steps but for the last.
template <class R> R expm1Inside(R x) {
  auto [k, t] = reduceExponential(x);
  R power = powerOfTwo<R>(k.integer);
  return fma(power, t, power - R(1));
}

template <class R> R expm1(R x) {
  auto [k, t] = reduceExponential(isDouble<R> ? clamp(x, -40, 710) : clamp(x, -20, 89));
  R half = powerOfTwo<R>(k.integer - typename R::Word(1)); // 2^k itself may lie beyond the largest number
  R out = R(2) * fma(half, t, half - R(0.5));
  return select(x == R(0), x, out);
}

template <class R> R exp2(R x) {
  R y = isDouble<R> ? clamp(x, -1080, 1025) : clamp(x, -160, 130);
  Rounded<R> k = roundProduct(y, R(16));
  return powerOfSixteenths(fma(k.number, R(-0.0625), y) * R(ln2High<R>), k.low);
}

// By e = e^|x| - 1; where that is large, by e^|x| / 2, which may be finite where e^|x| is not.
template <class R> R sinh(R x) {
  if constexpr (!isDouble<R>)
    return sinh(x.template to<double>()).template to<float>();
  else {
    R size = atMost(abs(x), 720);
    auto [k, t] = reduceExponential(size);
    R power = powerOfTwo<R>(k.integer), e = fma(power, t, power - R(1));
    R small = R(0.5) * (e + e / (e + R(1))), large = scale(R(1) + t, k.integer - typename R::Word(1));
    return copysign(select(size < R(22), small, large), x);
  }
}

template <class R> R cosh(R x) {
  if constexpr (!isDouble<R>)
    return cosh(x.template to<double>()).template to<float>();
  else {
    auto [k, t] = reduceExponential(atMost(abs(x), 720));
    R half = scale(R(1) + t, k.integer - typename R::Word(1));
    return half + R(0.25) / half;
  }
}

template <class R> R tanh(R x) {
  R e = expm1Inside(atMost(abs(x) * R(2), isDouble<R> ? 44 : 20));
  return copysign(e / (e + R(2)), x);
}

} // namespace dagger::elementary
