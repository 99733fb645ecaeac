// Products of small f32 and f64 matrices by loops of our own: to open OpenBLAS takes longer than thousands of them.
#pragma once
#include "runtime/linalg/WideProduct.h"

namespace dagger::linalg {

// Whether `smallProduct` takes them: it is as quick as OpenBLAS then.
bool takesSmall(const Factors &f);

// `out` becomes a @ b. Any strides; `out` overlaps neither factor. Each element adds up its products one by one from the first on, each
// with one rounding, so its bits depend on neither the processor nor the rest of the result. False, and nothing is done, if they are not small.
// Throws std::bad_alloc.
template <typename T> bool smallProduct(const T *a, const T *b, T *out, const Factors &f);

} // namespace dagger::linalg
