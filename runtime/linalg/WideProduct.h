// Products of f32 and f64 matrices by loops of our own, for processors with 512-bit vectors.
#pragma once
#include <cstdint>

namespace dagger::linalg {

// Both factors and the result as matrices, and how far their elements are from one row or column to the next.
struct Factors {
  int64_t rows, inner, columns;
  int64_t aDown, aRight, bDown, bRight, outDown, outRight;
};

// Whether `wideProduct` takes them.
bool takesWide(const Factors &f);

// False, and nothing is done: the processor has no such vectors, the elements of some row do not lie side by side (of b
// its rows or its columns have to), or there are too few rows or columns to repay the copies. The product becomes the
// result, or is subtracted from what the result was. An element of the result is the same whatever part of the result is
// asked for, if it is asked for here. Throws std::bad_alloc.
template <typename T> bool wideProduct(const T *a, const T *b, T *out, const Factors &f, bool isSubtracted = false);

} // namespace dagger::linalg
