// Rows of b are solved side by side, one in each place of a vector: as many as two vectors have places, turned into columns
// first. Columns of x are computed several at a time, so that what has been solved is read once for all of them.
#include "runtime/linalg/WideSolve.h"

#if defined(__x86_64__)
#include "runtime/linalg/WideVectors.h"
#include <algorithm>

namespace dagger::linalg {

namespace {

// Columns together, and vectors of rows: 16 registers of sums, and those that are multiplied. What is solved of 256
// columns fits the first cache together with the rows of l that are needed for the next ones.
constexpr int64_t together = 8, vectors = 2, mostColumns = 256;
template <typename T> constexpr int64_t side = vectors * lanes<T>;

// The columns of x from j on, up to `together`: those before them times l are subtracted, then the triangle is solved.
// `l` has the rows of l one beside the other, `together` of them.
template <typename T, int64_t count> WIDE void columns(const T *l, int64_t j, T *x) {
  using W = Wide<T>;
  typename W::Vector sums[count][vectors];
#pragma clang loop unroll(full)
  for (int64_t c = 0; c < count; ++c)
    for (int64_t v = 0; v < vectors; ++v) sums[c][v] = W::load(x + (j + c) * side<T> + v * lanes<T>);
  for (int64_t k = 0; k < j; ++k) {
    typename W::Vector known[vectors];
    for (int64_t v = 0; v < vectors; ++v) known[v] = W::load(x + k * side<T> + v * lanes<T>);
#pragma clang loop unroll(full)
    for (int64_t c = 0; c < count; ++c) {
      typename W::Vector factor = W::all(l[k * together + c]);
      for (int64_t v = 0; v < vectors; ++v) sums[c][v] = W::lessProduct(sums[c][v], factor, known[v]);
    }
  }
#pragma clang loop unroll(full)
  for (int64_t c = 0; c < count; ++c) {
#pragma clang loop unroll(full)
    for (int64_t k = 0; k < c; ++k) {
      typename W::Vector factor = W::all(l[(j + k) * together + c]);
      for (int64_t v = 0; v < vectors; ++v) sums[c][v] = W::lessProduct(sums[c][v], factor, sums[k][v]);
    }
    typename W::Vector diagonal = W::all(l[(j + c) * together + c]);
    for (int64_t v = 0; v < vectors; ++v) {
      sums[c][v] = W::divide(sums[c][v], diagonal);
      W::store(x + (j + c) * side<T> + v * lanes<T>, sums[c][v]);
    }
  }
}

template <typename T, int64_t most = together> void columnsOf(int64_t count, const T *l, int64_t j, T *x) {
  if constexpr (most > 1)
    if (count < most) return columnsOf<T, most - 1>(count, l, j, x);
  columns<T, most>(l, j, x);
}

// A square of as many rows and columns as a vector has elements changes its sides.
template <typename T> WIDE void turn(const T *from, int64_t fromDown, T *to, int64_t toDown) {
  typename Wide<T>::Vector x[lanes<T>];
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < lanes<T>; ++i) x[i] = Wide<T>::load(from + i * fromDown);
  transpose<T>(x);
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < lanes<T>; ++i) Wide<T>::store(to + i * toDown, x[i]);
}

// Rows of b become columns of x, or columns of x rows of b.
template <typename T> void turnIn(const T *b, int64_t down, int64_t rows, int64_t n, T *x) {
  for (int64_t i = 0; i < side<T>; i += lanes<T>) {
    int64_t j = 0;
    for (; i + lanes<T> <= rows && j + lanes<T> <= n; j += lanes<T>)
      turn(b + i * down + j, down, x + j * side<T> + i, side<T>);
    for (; j < n; ++j)
      for (int64_t r = i; r < i + lanes<T>; ++r) x[j * side<T> + r] = r < rows ? b[r * down + j] : T(0);
  }
}
template <typename T> void turnOut(const T *x, int64_t rows, int64_t n, T *b, int64_t down) {
  for (int64_t i = 0; i < rows; i += lanes<T>) {
    int64_t j = 0;
    for (; i + lanes<T> <= rows && j + lanes<T> <= n; j += lanes<T>)
      turn(x + j * side<T> + i, side<T>, b + i * down + j, down);
    for (; j < n; ++j)
      for (int64_t r = i; r < std::min(i + lanes<T>, rows); ++r) b[r * down + j] = x[j * side<T> + r];
  }
}

} // namespace

template <typename T> bool wideSolve(const T *l, int64_t lDown, T *b, int64_t bDown, int64_t rows, int64_t n) {
  static const bool isWide = __builtin_cpu_supports("avx512f");
  if (!isWide || n > mostColumns) return false;
  static thread_local Room room;
  T *x = reinterpret_cast<T *>(room.of(sizeof(T) * size_t(mostColumns * (side<T> + mostColumns))));
  T *triangle = x + mostColumns * side<T>;
  // Of each group of rows of l, column by column, what is left of the diagonal and on it.
  T *to = triangle;
  for (int64_t j = 0; j < n; j += together) {
    const int64_t count = std::min(together, n - j);
    for (int64_t c = 0; c < count; ++c)
      for (int64_t k = 0; k <= j + c; ++k) to[k * together + c] = l[(j + c) * lDown + k];
    to += (j + count) * together;
  }
  for (int64_t i = 0; i < rows; i += side<T>) {
    const int64_t some = std::min(side<T>, rows - i);
    turnIn(b + i * bDown, bDown, some, n, x);
    const T *from = triangle;
    for (int64_t j = 0; j < n; j += together) {
      const int64_t count = std::min(together, n - j);
      columnsOf<T>(count, from, j, x);
      from += (j + count) * together;
    }
    turnOut(x, some, n, b + i * bDown, bDown);
  }
  return true;
}

} // namespace dagger::linalg

#else

namespace dagger::linalg {
template <typename T> bool wideSolve(const T *, int64_t, T *, int64_t, int64_t, int64_t) { return false; }
} // namespace dagger::linalg

#endif

template bool dagger::linalg::wideSolve(const float *, int64_t, float *, int64_t, int64_t, int64_t);
template bool dagger::linalg::wideSolve(const double *, int64_t, double *, int64_t, int64_t, int64_t);
