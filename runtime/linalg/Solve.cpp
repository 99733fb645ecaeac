// What is computed from the LU factors.
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"
#include <numeric>

namespace dagger::linalg {

namespace {

template <typename T> struct Factored {
  std::vector<T> matrix; // L below the diagonal, U on and above it, column by column
  std::vector<Int> pivots;
  Int zeroPivot = 0; // from 1; 0 when there is none
};

template <typename T> Factored<T> factor(const Blas<T> &blas, const ArrayView &a) {
  const Int m = Int(a.extents[0]), n = Int(a.extents[1]), ld = std::max(1, m);
  Factored<T> f{columnMajor<T>(a), std::vector<Int>(size_t(std::min(m, n))), 0};
  blas.getrf(&m, &n, f.matrix.data(), &ld, f.pivots.data(), &f.zeroPivot);
  return f;
}

Failure singular(Int pivot) {
  return Failure{"the matrix is singular: pivot " + std::to_string(pivot) + " of its elimination is zero"};
}

// Solves for the columns of `b`, in place.
template <typename T> std::optional<Failure> solveColumns(const Blas<T> &blas, const ArrayView &a, T *b, Int count) {
  Factored<T> f = factor<T>(blas, a);
  if (f.zeroPivot > 0)
    return singular(f.zeroPivot);
  const Int n = Int(a.extents[0]), ld = std::max(1, n);
  Int info = 0;
  blas.getrs("N", &n, &count, f.matrix.data(), &ld, f.pivots.data(), b, &ld, &info);
  return std::nullopt;
}

} // namespace

Result<OwnedArray> solve(const ArrayView &a, const ArrayView &b) {
  for (auto &failure : {checkSquare(a, "a"), checkSameType(a, b)})
    if (failure)
      return *failure;
  if (b.rank != 1 && b.rank != 2)
    return Failure{"b has rank " + std::to_string(b.rank) + ", not 1 or 2"};
  if (b.extents[0] != a.extents[0] || (b.rank == 2 && b.extents[1] > INT32_MAX))
    return Failure{"solve: b is " + shapeOf(b) + ", which does not fit a, which is " + shapeOf(a)};
  return withBlas<Result<OwnedArray>>(a.type, "solve", [&](auto tag, const auto &blas) -> Result<OwnedArray> {
    using T = decltype(tag)::type;
    const int64_t n = a.extents[0], count = b.rank == 2 ? b.extents[1] : 1;
    std::vector<T> columns = columnMajor<T>(b);
    if (auto failure = solveColumns<T>(blas, a, columns.data(), Int(count)))
      return *failure;
    if (b.rank == 2)
      return rowMajor<T>(a.type, columns.data(), n, n, count, everything);
    auto x = OwnedArray::create(a.type, {n});
    if (x)
      std::copy(columns.begin(), columns.end(), static_cast<T *>(x->data()));
    return x;
  });
}

Result<OwnedArray> inverse(const ArrayView &a) {
  if (auto failure = checkSquare(a, "a"))
    return *failure;
  return withBlas<Result<OwnedArray>>(a.type, "inverse", [&](auto tag, const auto &blas) -> Result<OwnedArray> {
    using T = decltype(tag)::type;
    const int64_t n = a.extents[0];
    std::vector<T> columns(size_t(n * n), T(0));
    for (int64_t k = 0; k < n; ++k)
      columns[size_t(k * n + k)] = T(1);
    if (auto failure = solveColumns<T>(blas, a, columns.data(), Int(n)))
      return *failure;
    return rowMajor<T>(a.type, columns.data(), n, n, n, everything);
  });
}

Result<OwnedArray> det(const ArrayView &a) {
  if (auto failure = checkSquare(a, "a"))
    return *failure;
  return withBlas<Result<OwnedArray>>(a.type, "det", [&](auto tag, const auto &blas) -> Result<OwnedArray> {
    using T = decltype(tag)::type;
    auto result = OwnedArray::create(a.type, {});
    if (!result)
      return result;
    const int64_t n = a.extents[0];
    Factored<T> f = factor<T>(blas, a);
    T product(1);
    for (int64_t k = 0; k < n; ++k) {
      product *= f.matrix[size_t(k * n + k)];
      if (f.pivots[size_t(k)] != Int(k + 1)) // a row was exchanged
        product = -product;
    }
    *static_cast<T *>(result->data()) = product;
    return result;
  });
}

Result<Lu> lu(const ArrayView &a) {
  if (auto failure = checkMatrix(a, "a"))
    return *failure;
  return withBlas<Result<Lu>>(a.type, "lu", [&](auto tag, const auto &blas) -> Result<Lu> {
    using T = decltype(tag)::type;
    const int64_t m = a.extents[0], n = a.extents[1], k = std::min(m, n);
    Factored<T> f = factor<T>(blas, a);
    auto order = OwnedArray::create(DG_I64, {m});
    auto lower = rowMajor<T>(a.type, f.matrix.data(), m, m, k, [](int64_t i, int64_t j) { return i > j; });
    auto upper = rowMajor<T>(a.type, f.matrix.data(), m, k, n, [](int64_t i, int64_t j) { return i <= j; });
    for (auto *part : {&order, &lower, &upper})
      if (!*part)
        return part->failure();
    for (int64_t i = 0; i < k; ++i)
      static_cast<T *>(lower->data())[i * k + i] = T(1);
    int64_t *rows = static_cast<int64_t *>(order->data());
    std::iota(rows, rows + m, int64_t(0));
    for (int64_t i = 0; i < k; ++i)
      std::swap(rows[i], rows[f.pivots[size_t(i)] - 1]);
    return Lu{std::move(*order), std::move(*lower), std::move(*upper)};
  });
}

Result<OwnedArray> cholesky(const ArrayView &a) {
  if (auto failure = checkSquare(a, "a"))
    return *failure;
  return withBlas<Result<OwnedArray>>(a.type, "cholesky", [&](auto tag, const auto &) -> Result<OwnedArray> {
    using T = decltype(tag)::type;
    const std::vector<T> columns = columnMajor<T>(a);
    auto l = rowMajor<T>(a.type, columns.data(), a.extents[0], a.extents[0], a.extents[0],
                         [](int64_t i, int64_t j) { return i >= j; });
    if (l)
      if (auto failure = potrf(l->view()))
        return *failure;
    return l;
  });
}

} // namespace dagger::linalg
