// The elementary functions that are computed in line.
#pragma once
#include "compiler/elementary/ErrorFunction.h"
#include "compiler/elementary/Exponential.h"
#include "compiler/elementary/InverseTrigonometric.h"
#include "compiler/elementary/Logarithm.h"
#include <string_view>

#define DAGGER_UNARY_FUNCTIONS(X)                                                                                      \
  X(exp)                                                                                                               \
  X(exp2) X(expm1) X(sinh) X(cosh) X(tanh) X(log) X(log2) X(log10) X(log1p) X(asinh) X(acosh) X(atanh) X(asin) X(acos) \
      X(atan) X(erf) X(erfc)
#define DAGGER_BINARY_FUNCTIONS(X) X(atan2)

namespace dagger::elementary {

// How many arguments the function of this name takes; 0: there is none.
inline unsigned arity(std::string_view name) {
#define X(function)                                                                                                    \
  if (name == #function) return 1;
  DAGGER_UNARY_FUNCTIONS(X)
#undef X
#define X(function)                                                                                                    \
  if (name == #function) return 2;
  DAGGER_BINARY_FUNCTIONS(X)
#undef X
  return 0;
}

} // namespace dagger::elementary
