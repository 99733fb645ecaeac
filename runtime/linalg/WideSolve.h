// Triangular systems of f32 and f64 by loops of our own, for processors with 512-bit vectors.
#pragma once
#include <cstdint>

namespace dagger::linalg {

// x lᵀ = b of `rows` rows and n columns: b becomes x. Of l, n by n, the lower triangle is read. Both lie row by row, so
// many elements apart. False, and nothing is done: the processor has no such vectors, or the triangle is so large
// (n > 256) that most of the work should be a product. Throws std::bad_alloc.
template <typename T> bool wideSolve(const T *l, int64_t lDown, T *b, int64_t bDown, int64_t rows, int64_t n);

} // namespace dagger::linalg
