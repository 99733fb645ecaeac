// The tile tasks of a factorization, in place. Row by row a lower triangle is, for LAPACK, an upper one column by column,
// and every product is read from right to left.
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"
#include "runtime/linalg/SmallTiles.h"
#include "runtime/linalg/WideProduct.h"
#include "runtime/linalg/WideSolve.h"

namespace dagger::linalg {

template <typename T> static constexpr const char *adjoint = isComplex<T> ? "C" : "T";

using Status = std::optional<Failure>;

Failure notPositive(int64_t minor) {
  return Failure{"the matrix is not positive definite: its leading minor of order " + std::to_string(minor) + " is not"};
}

// Whether loops of our own take products of this type.
template <typename T> static constexpr bool isWideType = std::is_same_v<T, float> || std::is_same_v<T, double>;

// c -= a bᵀ of matrices whose rows lie so far apart, by loops of our own.
template <typename T> struct Rows {
  T *data;
  int64_t down;
  T *at(int64_t i, int64_t j) const { return data + i * down + j; }
};
template <typename T>
static bool subtractWide(Rows<T> a, Rows<T> b, Rows<T> c, int64_t rows, int64_t inner, int64_t columns) {
  if constexpr (isWideType<T>)
    return wideProduct<T>(a.data, b.data, c.data, {rows, inner, columns, a.down, 1, 1, b.down, c.down, 1}, true);
  else
    return false;
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

// x lᵀ = b for so many rows of b, which become those of x. What the first half of the columns of x contributes to the
// second is a product, which is quicker than a triangle, down to triangles of which no half is worth it.
template <typename T>
static void solveRows(const Blas<T> &blas, Rows<T> l, Rows<T> b, int64_t rows, int64_t n) {
  const int64_t half = n / 2;
  if constexpr (isWideType<T>) {
    if (takesWide({rows, half, half, b.down, 1, 1, l.down, b.down, 1})) {
      const Rows<T> rest{b.at(0, half), b.down};
      solveRows(blas, l, b, rows, half);
      subtractWide(b, Rows<T>{l.at(half, 0), l.down}, rest, rows, half, n - half);
      return solveRows(blas, Rows<T>{l.at(half, half), l.down}, rest, rows, n - half);
    }
    if (wideSolve(l.data, l.down, b.data, b.down, rows, n))
      return;
  }
  const Int order = Int(n), count = Int(rows), lDown = Int(l.down), bDown = Int(b.down);
  const T one(1);
  blas.trsm("L", "U", adjoint<T>, "N", &order, &count, &one, l.data, &lDown, b.data, &bDown);
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
    solveRows<T>(blas, {factor.data, factor.ld}, {matrix.data, matrix.ld}, b.extents[0], b.extents[1]);
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
    const Rows<T> first{left.data, left.ld}, second{right.data, right.ld}, to{matrix.data, matrix.ld};
    if (!subtractWide(first, second, to, m, k, n))
      blas.gemm(adjoint<T>, "N", &n, &m, &k, &minus, right.data, &right.ld, left.data, &left.ld, &one,
                matrix.data, &matrix.ld);
    matrix.writeBack();
    return std::nullopt;
  });
}

} // namespace dagger::linalg
