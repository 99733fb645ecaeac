// The tile tasks of a factorization, in place. Row by row a lower triangle is, for LAPACK, an upper one column by column,
// and every product is read from right to left.
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"
#include "runtime/linalg/SmallTiles.h"

namespace dagger::linalg {

template <typename T> static constexpr const char *adjoint = isComplex<T> ? "C" : "T";

using Status = std::optional<Failure>;

Failure notPositive(int64_t minor) {
  return Failure{"the matrix is not positive definite: its leading minor of order " + std::to_string(minor) + " is not"};
}

std::optional<Failure> potrf(const ArrayView &a) {
  if (auto failure = checkSquare(a, "a"))
    return failure;
  if (isSmallTile(a))
    return smallPotrf(a);
  return withBlas<Status>(a.type, "potrf", [&](auto tag, const auto &blas) -> Status {
    using T = decltype(tag)::type;
    RowMajor<T> matrix(a);
    const Int n = Int(a.extents[0]);
    Int info = 0;
    blas.potrf("U", &n, matrix.data, &matrix.ld, &info);
    matrix.writeBack();
    if (info > 0)
      return notPositive(info);
    return std::nullopt;
  });
}

std::optional<Failure> trsm(const ArrayView &l, const ArrayView &b) {
  for (auto &failure : {checkSquare(l, "l"), checkMatrix(b, "b"), checkSameType(l, b)})
    if (failure)
      return failure;
  if (b.extents[1] != l.extents[0])
    return Failure{"trsm: b is " + shapeOf(b) + ", which does not fit l, which is " + shapeOf(l)};
  if (isSmallTile(l) && isSmallTile(b)) {
    smallTrsm(l, b);
    return std::nullopt;
  }
  return withBlas<Status>(l.type, "trsm", [&](auto tag, const auto &blas) -> Status {
    using T = decltype(tag)::type;
    RowMajor<T> factor(l), matrix(b);
    const Int n = Int(b.extents[1]), count = Int(b.extents[0]);
    const T one(1);
    blas.trsm("L", "U", adjoint<T>, "N", &n, &count, &one, factor.data, &factor.ld, matrix.data, &matrix.ld);
    matrix.writeBack();
    return std::nullopt;
  });
}

std::optional<Failure> syrk(const ArrayView &a, const ArrayView &c) {
  for (auto &failure : {checkMatrix(a, "a"), checkSquare(c, "c"), checkSameType(a, c)})
    if (failure)
      return failure;
  if (a.extents[0] != c.extents[0])
    return Failure{"syrk: a is " + shapeOf(a) + ", which does not fit c, which is " + shapeOf(c)};
  if (isSmallTile(a) && isSmallTile(c))
    return orOutOfMemory("syrk", [&]() -> Status {
      smallUpdate(a, a, c, /*isLower=*/true);
      return std::nullopt;
    });
  return withBlas<Status>(a.type, "syrk", [&](auto tag, const auto &blas) -> Status {
    using T = decltype(tag)::type;
    RowMajor<T> factor(a), matrix(c);
    const Int n = Int(c.extents[0]), k = Int(a.extents[1]);
    const RealOf<T> minus(-1), one(1);
    blas.rankUpdate("U", adjoint<T>, &n, &k, &minus, factor.data, &factor.ld, &one, matrix.data, &matrix.ld);
    matrix.writeBack();
    return std::nullopt;
  });
}

std::optional<Failure> gemm(const ArrayView &a, const ArrayView &b, const ArrayView &c) {
  for (auto &failure :
       {checkMatrix(a, "a"), checkMatrix(b, "b"), checkMatrix(c, "c"), checkSameType(a, b), checkSameType(a, c)})
    if (failure)
      return failure;
  if (a.extents[1] != b.extents[1] || c.extents[0] != a.extents[0] || c.extents[1] != b.extents[0])
    return Failure{"gemm: a is " + shapeOf(a) + " and b is " + shapeOf(b) + ", which do not fit c, which is " +
                   shapeOf(c)};
  if (isSmallTile(a) && isSmallTile(b) && isSmallTile(c))
    return orOutOfMemory("gemm", [&]() -> Status {
      smallUpdate(a, b, c, /*isLower=*/false);
      return std::nullopt;
    });
  return withBlas<Status>(a.type, "gemm", [&](auto tag, const auto &blas) -> Status {
    using T = decltype(tag)::type;
    RowMajor<T> left(a), right(b), matrix(c);
    const Int m = Int(c.extents[0]), n = Int(c.extents[1]), k = Int(a.extents[1]);
    const T minus(-1), one(1);
    blas.gemm(adjoint<T>, "N", &n, &m, &k, &minus, right.data, &right.ld, left.data, &left.ld, &one, matrix.data,
              &matrix.ld);
    matrix.writeBack();
    return std::nullopt;
  });
}

} // namespace dagger::linalg
