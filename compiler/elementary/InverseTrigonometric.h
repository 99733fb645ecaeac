// atan, asin, acos: a polynomial where the argument is small, identities that lead there.
#pragma once
#include "compiler/elementary/Coefficients.h"
#include "compiler/elementary/Polynomial.h"

namespace dagger::elementary {

constexpr double halfPi = 0x1.921fb54442d18p+0, halfPiLow = 0x1.1a62633145c07p-54;

// The angle of the point (x, y), of two quotients the one that is at most 1.
template <class R> R atan2(R y, R x) {
  if constexpr (!isDouble<R>)
    return atan2(y.template to<double>(), x.template to<double>()).template to<float>();
  else {
    using Word = typename R::Word;
    R width = abs(x), height = abs(y);
    auto isSteep = height > width;
    R least = select(isSteep, width, height), most = select(isSteep, height, width);
    // Beyond pi/8 the angle is counted from the diagonal, so that the quotient is nearly all of it.
    auto isNear = least > R(0x1.a827999fcef32p-2) * most;
    R scale = select(most > R(0x1p1022), R(0.5), R(1)), a = least * scale, b = most * scale;
    R q = select(isNear, a - b, least) / select(isNear, a + b, most);
    q = select(most == R(0), R(0), select(most == R(infinity), R(0), q));
    R square = q * q, rest = q * square * polynomial(square, coefficients::atan);
    R angle = fma(q * square, polynomial(square, coefficients::atan), q);
    R diagonal = R(0.5 * halfPi), sum = diagonal + q;
    angle = select(isNear, sum + ((q - (sum - diagonal)) + (rest + R(0.5 * halfPiLow))), angle);
    angle = select((most == least) & (most > R(0)), diagonal, angle);
    angle = select(isSteep, R(halfPi) - (angle - R(halfPiLow)), angle);
    auto isLeft = Word(copysign(R(1), x)) == Word(bitsOf<R>(-1));
    angle = select(isLeft, R(2 * halfPi) - (angle - R(2 * halfPiLow)), angle);
    return select(isNaN(x) | isNaN(y), x + y, copysign(angle, y));
  }
}

template <class R> R atan(R x) { return atan2(x, R(1)); }

// asin x for |x| <= 1/2, its square given.
template <class R> R arcsineInside(R x, R square) { return fma(x * square, polynomial(square, coefficients::asin), x); }

template <class R> R asin(R x) {
  if constexpr (!isDouble<R>)
    return asin(x.template to<double>()).template to<float>();
  else {
    R size = abs(x);
    auto isSmall = size <= R(0.5);
    R square = select(isSmall, size * size, R(0.5) * (R(1) - size));
    R inside = arcsineInside(select(isSmall, size, sqrt(square)), square);
    return copysign(select(isSmall, inside, R(halfPi) - (R(2) * inside - R(halfPiLow))), x);
  }
}

template <class R> R acos(R x) {
  if constexpr (!isDouble<R>)
    return acos(x.template to<double>()).template to<float>();
  else {
    R size = abs(x);
    auto isSmall = size <= R(0.5);
    R square = select(isSmall, size * size, R(0.5) * (R(1) - size));
    R inside = arcsineInside(select(isSmall, x, sqrt(square)), square);
    R right = R(2) * inside, left = R(2 * halfPi) - (right - R(2 * halfPiLow));
    return select(isSmall, R(halfPi) - (inside - R(halfPiLow)), select(x < R(0), left, right));
  }
}

} // namespace dagger::elementary
