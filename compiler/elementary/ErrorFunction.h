// erf and erfc.
#pragma once
#include "compiler/elementary/Exponential.h"

namespace dagger::elementary {

// y = -log(erfc x) = x Q(x) for x >= 0 is smooth: one polynomial serves up to where erf rounds to 1. Q(0) is split,
// since near zero its rounding would be the result's.
template <class R> R errorExponent(R x) {
  return fma(x, R(coefficients::erfcFirst), x * polynomial(x, coefficients::erfcExponent));
}

// erf x / x is a polynomial in each of 16 intervals around the multiples of a step, past which erf rounds to 1.
template <class R> R erf(R x) {
  constexpr bool wide = isDouble<R>;
  constexpr double step = wide ? coefficients::erfStep : coefficients::erfFloatStep;
  R size = atMost(abs(x), wide ? 5.93 : 3.87);
  Rounded<R> k = roundProduct(size, R(1 / step));
  R d = fma(-k.number, R(step), size), first = R::lookup(wide ? coefficients::erfFirst : coefficients::erfFloatFirst, k.low);
  auto rest = [&] {
    if constexpr (wide)
      return polynomial(d, inInterval<R>(coefficients::erfRest, k.low));
    else
      return polynomial(d, inInterval<R>(coefficients::erfFloatRest, k.low));
  };
  return copysign(atMost(size * fma(d, rest(), first), 1), x);
}

// erfc x = e^-y for small x >= 0, further out e^(-x^2) P(t) / (1 + 2 x) with t = (x - 4) / (x + 4), where the square
// keeps the bits that it rounds away.
template <class R> R erfc(R x) {
  if constexpr (!isDouble<R>)
    return erfc(x.template to<double>()).template to<float>();
  else {
    R size = atMost(abs(x), 28);
    auto isSmall = size < R(0.5);
    R square = size * size, lost = select(isSmall, R(0), fma(size, size, -square));
    auto [k, t] = reduceExponential(-select(isSmall, errorExponent(size), square));
    R tail = horner((size - R(4)) / (size + R(4)), coefficients::erfc) / fma(size, R(2), R(1));
    tail = select(isSmall, R(1), tail);
    R exponential = R(1) + t;
    R rest = (t - (exponential - R(1))) - exponential * lost;
    R out = scale(fma(exponential, tail, rest * tail), k.integer);
    return select(x < R(0), R(2) - out, out);
  }
}

} // namespace dagger::elementary
