// Blocks of both factors are copied to where caches keep them; a tile of the result stays in registers meanwhile.
#include "runtime/linalg/WideProduct.h"

#if defined(__x86_64__)
#include "runtime/linalg/WideVectors.h"
#include <algorithm>

namespace dagger::linalg {

namespace {

// A tile of the result is 12 rows of two vectors: with a vector of a and two of b that leaves few of 32 registers. So
// many products are added up in them before they leave, in f32 twice as many as in f64: what of both factors waits in
// caches has as many bytes. A block of rows of a stays in the second cache, a strip of b, two vectors wide, in the
// first two. The block of b fills a page of 2 MB.
constexpr int64_t tileRows = 12, tileVectors = 2, blockRows = 5 * tileRows, blockColumns = 512;
template <typename T> constexpr int64_t depth = 64 * lanes<T>;
template <typename T> constexpr int64_t strip = tileVectors * lanes<T>;
// Rows of the result that are gone through with one block of b. What they come to is kept in the order in which it is
// computed until the last products are added: one stream to read and write, where the result's rows lie far apart.
constexpr int64_t keptRows = 1024;
// Rows, and columns, below which OpenBLAS is as quick or quicker.
constexpr int64_t fewest = 128;
// How many rows ahead of the copy memory is asked for, and lines where eight or more rows are copied together.
constexpr int64_t rowsAhead = 2, linesAhead = 8;

template <typename T> constexpr size_t usedBytes = (blockRows + blockColumns) * depth<T> * sizeof(T);

struct Rooms {
  Room blocks, sums;
};
Rooms &rooms() {
  static thread_local Rooms mine;
  return mine;
}

// A tile of so many rows, `down` apart: what `inner` columns of a and rows of b add to it is kept, or added to what is.
// Both lie in the order in which they are read: of a, a vector of each row, then the next of each. Meanwhile memory is
// asked for as many elements from `ahead` on, a row that is copied soon: asked for then, it would be waited for.
template <typename T, int64_t rows>
WIDE void tile(const T *a, const T *b, const T *ahead, int64_t inner, T *kept, int64_t down, bool isFirst) {
  using W = Wide<T>;
  typename W::Vector sums[rows][tileVectors];
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < tileVectors; ++v) {
      sums[i][v] = W::zero();
      __builtin_prefetch(kept + i * down + v * lanes<T>, 1, 2);
    }
  for (int64_t begin = 0; begin < inner; begin += lanes<T>) {
    __builtin_prefetch(ahead + begin, 0, 3);
    const int64_t count = std::min(lanes<T>, inner - begin);
    for (int64_t k = 0; k < count; ++k, b += strip<T>) {
      typename W::Vector right[tileVectors];
      for (int64_t v = 0; v < tileVectors; ++v) right[v] = W::load(b + v * lanes<T>);
#pragma clang loop unroll(full)
      for (int64_t i = 0; i < rows; ++i) {
        typename W::Vector left = W::all(a[i * lanes<T> + k]);
        for (int64_t v = 0; v < tileVectors; ++v) sums[i][v] = W::fma(left, right[v], sums[i][v]);
      }
    }
    a += rows * lanes<T>;
  }
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < tileVectors; ++v) {
      T *to = kept + i * down + v * lanes<T>;
      W::store(to, isFirst ? sums[i][v] : W::add(W::load(to), sums[i][v]));
    }
}

template <typename T, int64_t most = tileRows>
void tileOf(int64_t rows, const T *a, const T *b, const T *ahead, int64_t inner, T *kept, int64_t down, bool isFirst) {
  if constexpr (most > 1)
    if (rows < most) return tileOf<T, most - 1>(rows, a, b, ahead, inner, kept, down, isFirst);
  tile<T, most>(a, b, ahead, inner, kept, down, isFirst);
}

// What was kept of a row becomes the result, or is subtracted from what is there. Its strips lie `down` apart.
template <typename T>
WIDE void finish(const T *kept, int64_t down, int64_t columns, T *out, int64_t outDown, bool isSubtracted) {
  using W = Wide<T>;
  int64_t j = 0;
  for (; j + strip<T> <= columns; j += strip<T>, kept += down)
    for (int64_t v = 0; v < strip<T>; v += lanes<T>) {
      __builtin_prefetch(out + rowsAhead * outDown + j + v, 1, 2);
      typename W::Vector x = W::load(kept + v);
      W::store(out + j + v, isSubtracted ? W::subtract(W::load(out + j + v), x) : x);
    }
  for (; j < columns; ++j, ++kept) out[j] = isSubtracted ? out[j] - *kept : *kept;
}

// A row of a tile of so many rows.
template <typename T> WIDE void copyRow(const T *from, int64_t count, const T *ahead, T *to, int64_t rows) {
  int64_t k = 0;
  for (; k + lanes<T> <= count; k += lanes<T>) {
    __builtin_prefetch(ahead + k, 0, 2);
    Wide<T>::store(to + k * rows, Wide<T>::load(from + k));
  }
  for (int64_t first = k; k < count; ++k) to[first * rows + k - first] = from[k];
}

// Strip by strip, and row by row in each.
template <typename T> WIDE void copyStrips(const T *from, int64_t down, int64_t rows, int64_t columns, T *to) {
  for (int64_t k = 0; k < rows; ++k) {
    const T *row = from + k * down;
    int64_t j = 0;
    for (; j + strip<T> <= columns; j += strip<T>)
      for (int64_t v = 0; v < strip<T>; v += lanes<T>) {
        __builtin_prefetch(row + rowsAhead * down + j + v, 0, 2);
        Wide<T>::store(to + j * rows + k * strip<T> + v, Wide<T>::load(row + j + v));
      }
    if (j == columns) continue;
    T *last = to + j * rows + k * strip<T>;
    for (int64_t v = 0; v < strip<T>; ++v) last[v] = j + v < columns ? row[j + v] : T(0);
  }
}

// The same of a matrix that lies column by column, `right` apart.
template <typename T> WIDE void copyColumns(const T *from, int64_t right, int64_t rows, int64_t columns, T *to) {
  using W = Wide<T>;
  for (int64_t j = 0; j < columns; j += lanes<T>) {
    T *place = to + j / strip<T> * strip<T> * rows + j % strip<T>;
    const int64_t wide = std::min(lanes<T>, columns - j);
    int64_t k = 0;
    for (; wide == lanes<T> && k + lanes<T> <= rows; k += lanes<T>) {
      typename W::Vector x[lanes<T>];
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < lanes<T>; ++v) {
        const T *column = from + (j + v) * right + k;
        __builtin_prefetch(column + linesAhead * lanes<T>, 0, 2);
        x[v] = W::load(column);
      }
      transpose<T>(x);
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < lanes<T>; ++v) W::store(place + (k + v) * strip<T>, x[v]);
    }
    for (; k < rows; ++k)
      for (int64_t v = 0; v < lanes<T>; ++v) place[k * strip<T> + v] = v < wide ? from[(j + v) * right + k] : T(0);
  }
  // The strip has two vectors.
  if ((columns + lanes<T> - 1) / lanes<T> % tileVectors)
    for (int64_t k = 0; k < rows; ++k)
      W::store(to + columns / strip<T> * strip<T> * rows + k * strip<T> + lanes<T>, W::zero());
}

// So many rows of the result, and columns: no more than are kept.
template <typename T> void part(const T *a, const T *b, T *out, const Factors &f, bool isSubtracted) {
  // Blocks of about the same size: a last one of a few rows would go through all of b for little.
  int64_t blockCount = (f.rows + blockRows - 1) / blockRows, each = (f.rows + blockCount - 1) / blockCount;
  each = (each + tileRows - 1) / tileRows * tileRows;
  const int64_t padded = (f.columns + strip<T> - 1) / strip<T> * strip<T>;
  // Once through, one block after the other can be kept in the same place, or nothing but what a strip has too much.
  const bool isOnce = f.inner <= depth<T>;
  const int64_t direct = isOnce && !isSubtracted ? f.columns / strip<T> * strip<T> : 0;
  T *right = reinterpret_cast<T *>(rooms().blocks.of(usedBytes<T>)), *left = right + blockColumns * depth<T>;
  T *sums = reinterpret_cast<T *>(rooms().sums.of(size_t((isOnce ? each : f.rows) * padded) * sizeof(T)));
  for (int64_t k = 0; k < f.inner; k += depth<T>) {
    const int64_t inner = std::min(depth<T>, f.inner - k), length = (inner + lanes<T> - 1) / lanes<T> * lanes<T>;
    const bool isLast = k + inner == f.inner;
    if (f.bRight == 1)
      copyStrips(b + k * f.bDown, f.bDown, inner, f.columns, right);
    else
      copyColumns(b + k, f.bRight, inner, f.columns, right);
    T *kept = sums;
    for (int64_t row = 0; row < f.rows; row += each) {
      int64_t rows = std::min(each, f.rows - row);
      const T *from = a + row * f.aDown + k;
      for (int64_t i = 0; i < rows; ++i) {
        int64_t first = i / tileRows * tileRows, high = std::min(tileRows, rows - first);
        copyRow(from + i * f.aDown, inner, from + (i + rowsAhead) * f.aDown,
                left + first * length + (i - first) * lanes<T>, high);
      }
      // Each tile asks for a row of the block that comes next.
      bool isLowest = row + rows == f.rows;
      const T *next = isLowest ? a + k + inner : from + rows * f.aDown;
      int64_t coming = isLowest ? isLast ? 0 : each : std::min(each, f.rows - row - rows), asked = 0;
      T *block = kept;
      for (int64_t j = 0; j < f.columns; j += strip<T>)
        for (int64_t i = 0; i < rows; i += tileRows, ++asked) {
          int64_t high = std::min(tileRows, rows - i);
          const T *leftTile = left + i * length, *ahead = asked < coming ? next + asked * f.aDown : leftTile;
          T *to = j < direct ? out + (row + i) * f.outDown + j : kept;
          tileOf<T>(high, leftTile, right + j * inner, ahead, inner, to, j < direct ? f.outDown : strip<T>, k == 0);
          if (j >= direct) kept += high * strip<T>;
        }
      for (int64_t i = 0; isLast && direct < f.columns && i < rows; ++i)
        finish(block + i * strip<T>, rows * strip<T>, f.columns - direct, out + (row + i) * f.outDown + direct,
               f.outDown, isSubtracted);
      if (isOnce) kept = sums;
    }
  }
}

} // namespace

bool takesWide(const Factors &f) {
  static const bool isWide = __builtin_cpu_supports("avx512f");
  bool isWorth = std::min(f.rows, f.columns) >= fewest && f.inner > 0;
  return isWide && isWorth && f.aRight == 1 && (f.bRight == 1 || f.bDown == 1) && f.outRight == 1;
}

template <typename T> bool wideProduct(const T *a, const T *b, T *out, const Factors &f, bool isSubtracted) {
  if (!takesWide(f)) return false;
  for (int64_t row = 0; row < f.rows; row += keptRows)
    for (int64_t column = 0; column < f.columns; column += blockColumns) {
      Factors g = f;
      g.rows = std::min(keptRows, f.rows - row), g.columns = std::min(blockColumns, f.columns - column);
      part(a + row * f.aDown, b + column * f.bRight, out + row * f.outDown + column, g, isSubtracted);
    }
  return true;
}

} // namespace dagger::linalg

#else

namespace dagger::linalg {
bool takesWide(const Factors &) { return false; }
template <typename T> bool wideProduct(const T *, const T *, T *, const Factors &, bool) { return false; }
} // namespace dagger::linalg

#endif

template bool dagger::linalg::wideProduct(const float *, const float *, float *, const Factors &, bool);
template bool dagger::linalg::wideProduct(const double *, const double *, double *, const Factors &, bool);
