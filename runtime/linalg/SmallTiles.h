// The tile tasks of a factorization for small tiles, by loops of our own: OpenBLAS is not opened for them.
#pragma once
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"
#include "runtime/linalg/SmallProduct.h"
#include <type_traits>

namespace dagger::linalg {

// Rows and columns of a tile that is small: OpenBLAS takes about as long.
constexpr int64_t smallTile = 32;
inline bool isSmallTile(const ArrayView &a) { return (a.type == DG_F32 || a.type == DG_F64) && a.extents[0] <= smallTile && a.extents[1] <= smallTile; }

// The checked arguments of `potrf` and `trsm` (Linalg.h), where all are small tiles.
Failure notPositive(int64_t minor);
std::optional<Failure> smallPotrf(const ArrayView &a);
void smallTrsm(const ArrayView &l, const ArrayView &b);
// c - a @ bᵀ in place of c; of a square c whose b is a, only the lower triangle.
void smallUpdate(const ArrayView &a, const ArrayView &b, const ArrayView &c, bool isLower);

} // namespace dagger::linalg
