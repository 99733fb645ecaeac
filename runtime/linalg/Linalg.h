// Linear algebra through OpenBLAS and LAPACK.
//
// Matrices are arrays of rank 2 with any strides; element types are f32, f64, c64 and c128, for products all numbers.
// All arrays of one call have one type. Extents that do not fit each other, matrices that are singular or not positive
// definite, and a missing OpenBLAS come back as failures, as does running out of memory. Results that are OwnedArrays are row-major.
//
// OpenBLAS is opened at the first call that needs it, with one thread (parallel work is the scheduler's), and then stays.
// Opening it changes environment variables for a moment: a program with threads calls loadBlas() before it starts them.
// After that all functions may be called from any number of threads.
#pragma once
#include "runtime/io/OwnedArray.h"
#include <optional>

namespace dagger::linalg {

std::optional<Failure> loadBlas();
// The processor that OpenBLAS works for ("Cooperlake"), or why it is not there.
Result<std::string> blasCore();

// a @ b into `out`, which is not read, overlaps neither and has the shape of the product: of [n, k] and [k, m] an [n, m];
// a vector on either side is a row or a column that leaves the shape; of two vectors rank 0. Integers wrap; f16 and bf16
// accumulate in f32.
std::optional<Failure> matmul(const ArrayView &a, const ArrayView &b, const ArrayView &out);
// Whether [n, inner] @ [inner, m], or a part of it, may be OpenBLAS's to make.
bool needsBlas(dg_type type, int64_t n, int64_t inner, int64_t m);
// Whether an element of a @ b has the same bits with more rows around it. Not so where OpenBLAS makes it: what it takes
// in which way depends on the extents.
bool isAlikeInParts(const ArrayView &a, const ArrayView &b, const ArrayView &out);

// ---- in place, on tiles: LAPACK's lower, right-hand forms. For complex numbers ᵀ means the conjugate transpose ---------

// A = L Lᵀ: the lower triangle becomes L, the rest stays. Fails when A is not positive definite, naming the minor.
std::optional<Failure> potrf(const ArrayView &a);
// B ← B L⁻ᵀ, of L only the lower triangle is read.
std::optional<Failure> trsm(const ArrayView &l, const ArrayView &b);
// C ← C - A Aᵀ, only the lower triangle of C.
std::optional<Failure> syrk(const ArrayView &a, const ArrayView &c);
// C ← C - A Bᵀ
std::optional<Failure> gemm(const ArrayView &a, const ArrayView &b, const ArrayView &c);

// ---- whole matrices ----------------------------------------------------------------------------------------------------

// x with a @ x = b; b is a vector or a matrix of right-hand sides, and x has its shape.
Result<OwnedArray> solve(const ArrayView &a, const ArrayView &b);
Result<OwnedArray> inverse(const ArrayView &a);
// Of rank 0. A singular matrix has determinant 0.
Result<OwnedArray> det(const ArrayView &a);
// L with a = L Lᵀ and zeros above its diagonal.
Result<OwnedArray> cholesky(const ArrayView &a);

struct Lu {
  OwnedArray order; // [m] of i64: row order[i] of the matrix is row i of lower @ upper
  OwnedArray lower; // [m, k], k the smaller extent; ones on the diagonal
  OwnedArray upper; // [k, n]
};
Result<Lu> lu(const ArrayView &a);

struct Qr {
  OwnedArray q; // [m, k], orthonormal columns
  OwnedArray r; // [k, n], upper triangular
};
Result<Qr> qr(const ArrayView &a);

struct Eigh {
  OwnedArray values;  // [n], ascending; f32 or f64
  OwnedArray vectors; // [n, n], one a column
};
// Of a symmetric (Hermitian) matrix, of which the lower triangle is read.
Result<Eigh> eigh(const ArrayView &a);

struct Svd {
  OwnedArray u;  // [m, k]
  OwnedArray s;  // [k], descending; f32 or f64
  OwnedArray vt; // [k, n]
};
Result<Svd> svd(const ArrayView &a);

} // namespace dagger::linalg
