// The arithmetic of the language on single values: what wraps, rounds, saturates and propagates, and how.
#pragma once
#include "compiler/interp/Failure.h"
#include <cmath>
#include <limits>

namespace dagger::interp {

[[noreturn]] inline void divisionByZero() { throw PlainFailure{failures::DivisionByZero, failures::divisionByZero()}; }
[[noreturn]] inline void overflow() { throw PlainFailure{failures::IntegerOverflow, failures::integerOverflow()}; }

template <class T> constexpr bool isNumber = isInteger<T> || isFloat<T> || isComplex<T>;
template <class T> Wide<T> widen(T x) { return Wide<T>(x); }

template <class T> T floorDiv(T a, T b, bool checked) {
  if constexpr (isInteger<T>) {
    if (b == 0)
      divisionByZero();
    if constexpr (std::is_signed_v<T>) {
      if (b == T(-1)) { // the one quotient that does not fit wraps
        T result;
        if (__builtin_sub_overflow(T(0), a, &result) && checked)
          overflow();
        return result;
      }
      T quotient = T(a / b);
      return T(quotient - ((a % b != 0) && ((a < 0) != (b < 0))));
    } else {
      return T(a / b);
    }
  } else {
    return T(std::floor(widen(T(widen(a) / widen(b)))));
  }
}

template <class T> T modulo(T a, T b) {
  if constexpr (isInteger<T>) {
    if (b == 0)
      divisionByZero();
    if constexpr (std::is_signed_v<T>) {
      if (b == T(-1))
        return 0;
      T remainder = T(a % b);
      return remainder != 0 && ((remainder < 0) != (b < 0)) ? T(remainder + b) : remainder;
    } else {
      return T(a % b);
    }
  } else {
    Wide<T> x = widen(a), y = widen(b), remainder = std::fmod(x, y);
    return T(remainder != 0 && ((remainder < 0) != (y < 0)) ? remainder + y : remainder);
  }
}

template <class T> T multiply(T a, T b, bool checked) {
  T result;
  if (__builtin_mul_overflow(a, b, &result) && checked)
    overflow();
  return result;
}

// A negative exponent rounds the true quotient towards zero: 0 but for bases 1 and -1; 0 to it divides by zero.
template <class T> T integerPower(T base, T exponent, bool checked) {
  if constexpr (std::is_signed_v<T>)
    if (exponent < 0) {
      if (base == 0)
        divisionByZero();
      return base == 1 ? T(1) : base == -1 ? T(exponent % 2 ? -1 : 1) : T(0);
    }
  T result = 1;
  for (;;) {
    if (exponent & 1)
      result = multiply(result, base, checked);
    exponent = T(exponent >> 1);
    if (exponent == 0)
      return result;
    base = multiply(base, base, checked);
  }
}

template <class T> T power(T a, T b, bool checked) {
  if constexpr (isInteger<T>)
    return integerPower(a, b, checked);
  else
    return T(std::pow(widen(a), widen(b)));
}

// A shift by the width or more, or by a negative number, moves every bit out.
template <class T> T shiftLeft(T a, T b) {
  using U = std::make_unsigned_t<T>;
  return U(b) >= sizeof(T) * 8 ? T(0) : T(U(a) << U(b));
}
template <class T> T shiftRight(T a, T b) {
  using U = std::make_unsigned_t<T>;
  return U(b) >= sizeof(T) * 8 ? T(a < 0 ? -1 : 0) : T(a >> U(b));
}

// One rounding. A product of narrow floats is exact in double, and so nearly the sum that no second rounding shows.
template <class T> T fusedMultiplyAdd(T a, T b, T c) {
  if constexpr (isNarrowFloat<T>)
    return T(std::fma(double(a), double(b), double(c)));
  else
    return std::fma(a, b, c);
}

template <class To, class From> To convert(From x) {
  if constexpr (std::is_same_v<To, From>)
    return x;
  else if constexpr (isComplex<To>) {
    using Part = To::value_type;
    if constexpr (isComplex<From>)
      return To(Part(x.real()), Part(x.imag()));
    else
      return To(convert<Part>(x), Part(0));
  } else if constexpr (isComplex<From>) {
    return convert<To>(x.real());
  } else if constexpr (std::is_same_v<To, bool>) {
    return widen(x) != Wide<From>(0);
  } else if constexpr (isInteger<To> && isFloat<From>) {
    Wide<From> wide = widen(x);
    if (std::isnan(wide))
      return 0;
    // The bounds as powers of two, which every float type of 32 bits and more has.
    const Wide<From> above = std::ldexp(Wide<From>(1), int(sizeof(To) * 8 - std::is_signed_v<To>));
    if (wide >= above)
      return std::numeric_limits<To>::max();
    if (wide <= (std::is_signed_v<To> ? -above : Wide<From>(0)))
      return std::numeric_limits<To>::min();
    return To(wide);
  } else if constexpr (isNarrowFloat<To>) {
    // Wider than f32 must not round twice.
    if constexpr (std::is_integral_v<From>) {
      if constexpr (sizeof(From) == 8) {
        // 64-bit integers: rounding to odd at 53 bits keeps the second rounding honest.
        double near = double(x);
        if (near > 0x1p62 || near < -0x1p62 || From(near) != x) {
          bool negative = x < 0;
          uint64_t magnitude = negative ? 0 - uint64_t(x) : uint64_t(x);
          int drop = 64 - 53 - __builtin_clzll(magnitude);
          if (drop > 0) {
            bool sticky = magnitude & ((uint64_t(1) << drop) - 1);
            magnitude = (magnitude >> drop | sticky) << drop;
          }
          near = negative ? -double(magnitude) : double(magnitude);
        }
        return To(near);
      } else {
        return To(double(x));
      }
    } else if constexpr (std::is_same_v<From, double>)
      return To(x);
    else
      return To(float(x));
  } else if constexpr (isFloat<From>) {
    return To(widen(x));
  } else {
    return To(x); // integers wrap
  }
}

// NaN propagates, ties go to the first.
template <class T> T minimum(T a, T b) {
  if constexpr (isFloat<T>)
    if (std::isnan(widen(a)) || std::isnan(widen(b)))
      return std::isnan(widen(a)) ? a : b;
  return widen(b) < widen(a) ? b : a;
}
template <class T> T maximum(T a, T b) {
  if constexpr (isFloat<T>)
    if (std::isnan(widen(a)) || std::isnan(widen(b)))
      return std::isnan(widen(a)) ? a : b;
  return widen(b) > widen(a) ? b : a;
}

} // namespace dagger::interp
