// log x = k ln 2 + log m, m between sqrt(1/2) and sqrt(2); log m by s = f / (2 + f), f = m - 1: log m = 2 s + s^3 (2/3
// + …).
#pragma once
#include "compiler/elementary/Coefficients.h"
#include "compiler/elementary/Polynomial.h"

namespace dagger::elementary {

// x = 2^k m, for x > 0, numbers below the normal ones included; m is between `start` and twice that. The low bits of
// `interval` say in which sixteenth of the numbers there it is.
template <class R> struct ReducedLogarithm {
  R k, m;
  typename R::Word interval;
};

template <class R> ReducedLogarithm<R> reduceLogarithm(R x, double start) {
  using Word = typename R::Word;
  constexpr int bits = mantissaBits<R>;
  constexpr double smallest = isDouble<R> ? 0x1p-1022 : 0x1p-126;
  constexpr uint64_t one = bitsOf<R>(1), integers = uint64_t(exponentBias<R> + bits) << bits;
  const uint64_t root = bitsOf<R>(start);
  auto isSmall = x < R(smallest);
  R normal = select(isSmall, x * R(0x1p54), x);
  Word shifted = Word(normal) + Word(one - root);
  R m = R((shifted & Word((uint64_t(1) << bits) - 1)) + Word(root));
  R biased = R((shifted >> bits) | Word(integers)); // 2^52 (2^23) and the biased exponent
  constexpr double offset = isDouble<R> ? 0x1p52 + 1023 : 0x1p23 + 127;
  return {biased - select(isSmall, R(offset + 54), R(offset)), m, shifted >> (bits - 4)};
}

constexpr double squareRootOfHalf = 0x1.6a09e667f3bcdp-1;

// What a logarithm is outside of 0 < x < infinity.
template <class R> R logarithmEnds(R x, R inside) {
  R positive = select(x < R(infinity), inside, R(infinity));
  return select(x > R(0), positive, select(x == R(0), R(-infinity), R(notANumber)));
}

// log(1 + f) = f - (square - rest), square = f^2 / 2.
template <class R> struct LogarithmParts {
  R square, rest;
};
template <class R> LogarithmParts<R> logarithmOfOnePlus(R f) {
  R square = R(0.5) * f * f, s = f / (R(2) + f), z = s * s;
  return {square, s * (square + z * polynomial(z, coefficients::log))};
}

// log x = k ln 2 + log c + log(1 + r), 1 + r = m / c, with c of the sixteenth that m is in: 1 where m is about 1. Each c
// is chosen so that few bits are nearly all of log c: with the high bits of k ln 2 it is added without an error.
template <class R> R log(R x) {
  constexpr bool wide = isDouble<R>;
  auto [k, m, interval] = reduceLogarithm(x, 0.703125);
  R r = fma(m, R::lookup(wide ? coefficients::logInverse : coefficients::logFloatInverse, interval), R(-1));
  R large = fma(k, R(wide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1),
                R::lookup(wide ? coefficients::logHigh : coefficients::logFloatHigh, interval));
  R sum = large + r, lost = (large - sum) + r;
  auto rest = [&] {
    if constexpr (wide)
      return polynomial(r, coefficients::logRest);
    else
      return polynomial(r, coefficients::logRestFloat);
  };
  R small = k * R(wide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cp-20);
  return logarithmEnds(x, sum + (lost + fma(r * r, rest(), small)));
}

// log x / log b = k scale + log(m) c, with a product that keeps the bits it rounds away.
template <class R> R logarithmOfBase(R x, double scaleHigh, double scaleLow, double high, double low) {
  auto [k, power, interval] = reduceLogarithm(x, squareRootOfHalf);
  R f = power - R(1);
  auto [square, rest] = logarithmOfOnePlus(f);
  R m = f - square;
  R mRest = ((f - m) - square) - fma(R(0.5) * f, f, -square) + rest;
  R product = m * R(high);
  R productRest = fma(m, R(high), -product) + fma(m, R(low), mRest * R(high));
  R whole = k * R(scaleHigh), sum = whole + product;
  return logarithmEnds(x, sum + ((product - (sum - whole)) + fma(k, R(scaleLow), productRest)));
}

template <class R> R log2(R x) {
  if constexpr (!isDouble<R>)
    return log2(x.template to<double>()).template to<float>();
  else
    return logarithmOfBase(x, 1, 0, 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56);
}

template <class R> R log10(R x) {
  if constexpr (!isDouble<R>)
    return log10(x.template to<double>()).template to<float>();
  else
    return logarithmOfBase(x, 0x1.34413509f7800p-2, 0x1.fef311f12b358p-46, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57);
}

template <class R> R log1p(R x) {
  if constexpr (!isDouble<R>)
    return log1p(x.template to<double>()).template to<float>();
  else {
    R u = R(1) + x, back = u - R(1);
    R lost = (R(1) - (u - back)) + (x - back); // 1 + x = u + lost
    auto [k, m, interval] = reduceLogarithm(u, squareRootOfHalf);
    R f = m - R(1);
    auto [square, rest] = logarithmOfOnePlus(f);
    R out = fma(k, R(0x1.62e42feep-1), f - (square - fma(k, R(0x1.a39ef35793c76p-33), rest + lost / u)));
    return select(x == R(0), x, logarithmEnds(u, out));
  }
}

template <class R> R asinh(R x) {
  if constexpr (!isDouble<R>)
    return asinh(x.template to<double>()).template to<float>();
  else {
    R size = abs(x), square = size * size;
    auto isLarge = size > R(0x1p28);
    R inside = size + square / (R(1) + sqrt(R(1) + square));
    return copysign(log1p(select(isLarge, size - R(1), inside)) + select(isLarge, R(0x1.62e42fefa39efp-1), R(0)), x);
  }
}

template <class R> R acosh(R x) {
  if constexpr (!isDouble<R>)
    return acosh(x.template to<double>()).template to<float>();
  else {
    auto isLarge = x > R(0x1p28);
    R above = x - R(1), inside = above + sqrt(fma(above, above, above + above));
    R out = log1p(select(isLarge, above, inside)) + select(isLarge, R(0x1.62e42fefa39efp-1), R(0));
    return select(x < R(1), R(notANumber), out);
  }
}

template <class R> R atanh(R x) {
  if constexpr (!isDouble<R>)
    return atanh(x.template to<double>()).template to<float>();
  else {
    R size = abs(x), twice = size + size;
    R inside = select(size < R(0.5), twice + twice * size / (R(1) - size), twice / (R(1) - size));
    return copysign(R(0.5) * log1p(inside), x);
  }
}

} // namespace dagger::elementary
