// erf and erfc.
#pragma once
#include "compiler/elementary/Exponential.h"

namespace dagger::elementary {

// erf x = 1 - e^-y for x >= 0, where y = -log(erfc x) = x Q(x) is smooth: one polynomial serves up to where erf rounds to 1.
// An error of y counts at most as much in the result. Q(0) is split,
// since near zero its rounding would be the result's.
template <class R> R erf(R x) {
  constexpr double last = isDouble<R> ? 6 : 4;
  R size = abs(x);
  size = select(size > R(last), R(last), size);
  R y = size;
  if constexpr (isDouble<R>) y = fma(size, R(coefficients::erfFirst), size * polynomial(size, coefficients::erf));
  else y = fma(size, R(coefficients::erfFirst), size * polynomial(size, coefficients::erfFloat));
  return copysign(-expm1Inside(-y), x);
}

// erfc x = e^(-x^2) P(t) / (1 + 2 x) for x >= 0, t = (x - 4) / (x + 4); the square keeps the bits it rounds away.
template <class R> R erfc(R x) {
  if constexpr (!isDouble<R>) return erfc(x.template to<double>()).template to<float>();
  else {
    R size = clamp(abs(x), 0, 28);
    R square = size * size, lost = fma(size, size, -square);
    auto [k, t] = reduceExponential(-square);
    R exponential = R(1) + t;
    R rest = (t - (exponential - R(1))) - exponential * lost;
    R tail = polynomial((size - R(4)) / (size + R(4)), coefficients::erfc) / fma(size, R(2), R(1));
    R out = scale(fma(exponential, tail, rest * tail), k.integer);
    return select(x < R(0), R(2) - out, out);
  }
}

} // namespace dagger::elementary
