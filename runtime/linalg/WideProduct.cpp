// Blocks of both factors are copied to where caches keep them; a tile of the result stays in registers meanwhile.
#include "runtime/linalg/WideProduct.h"

#if defined(__x86_64__)
#include <algorithm>
#include <cstdlib>
#include <immintrin.h>
#include <memory>
#include <new>
#include <sys/mman.h>

#define WIDE __attribute__((target("avx512f")))

namespace dagger::linalg {

namespace {

template <typename T> struct Wide;
template <> struct Wide<float> {
  using Vector = __m512;
  WIDE static Vector zero() { return _mm512_setzero_ps(); }
  WIDE static Vector all(float x) { return _mm512_set1_ps(x); }
  WIDE static Vector load(const float *from) { return _mm512_loadu_ps(from); }
  WIDE static void store(float *to, Vector x) { _mm512_storeu_ps(to, x); }
  WIDE static Vector add(Vector x, Vector y) { return _mm512_add_ps(x, y); }
  WIDE static Vector fma(Vector x, Vector y, Vector z) { return _mm512_fmadd_ps(x, y, z); }
};
template <> struct Wide<double> {
  using Vector = __m512d;
  WIDE static Vector zero() { return _mm512_setzero_pd(); }
  WIDE static Vector all(double x) { return _mm512_set1_pd(x); }
  WIDE static Vector load(const double *from) { return _mm512_loadu_pd(from); }
  WIDE static void store(double *to, Vector x) { _mm512_storeu_pd(to, x); }
  WIDE static Vector add(Vector x, Vector y) { return _mm512_add_pd(x, y); }
  WIDE static Vector fma(Vector x, Vector y, Vector z) { return _mm512_fmadd_pd(x, y, z); }
};

// A tile of the result is 12 rows of two vectors: with a vector of a and two of b that leaves few of 32 registers. So
// many products are added up in them before the result is read and written once, in f32 twice as many as in f64: what
// of both factors waits in caches has as many bytes. A block of rows of a stays in the second cache, a strip of b, two
// vectors wide, in the first two. All of it fits a page of 2 MB.
constexpr int64_t tileRows = 12, tileVectors = 2, blockRows = 5 * tileRows, blockColumns = 512;
template <typename T> constexpr int64_t lanes = 64 / sizeof(T);
template <typename T> constexpr int64_t depth = 48 * lanes<T>;
template <typename T> constexpr int64_t strip = tileVectors * lanes<T>;
// Rows of a block of a: not a power of two apart, so that they do not share the few places of one address in a cache.
template <typename T> constexpr int64_t rowLength = depth<T> + lanes<T>;
// Rows, and columns, below which OpenBLAS is as quick or quicker.
constexpr int64_t fewest = 128;
// How many rows ahead of the copy memory is asked for.
constexpr int64_t rowsAhead = 2;

// Room for the two blocks; each thread keeps its own.
constexpr size_t roomBytes = size_t(1) << 21;
template <typename T> constexpr size_t usedBytes = (blockRows * rowLength<T> + depth<T> * blockColumns) * sizeof(T);
static_assert(usedBytes<float> <= roomBytes && usedBytes<double> <= roomBytes);
std::byte *room() {
  struct Free {
    void operator()(std::byte *memory) const { std::free(memory); }
  };
  static thread_local std::unique_ptr<std::byte, Free> kept;
  if (!kept) {
    kept.reset(static_cast<std::byte *>(std::aligned_alloc(roomBytes, roomBytes)));
    if (!kept) throw std::bad_alloc();
    madvise(kept.get(), roomBytes, MADV_HUGEPAGE);
  }
  return kept.get();
}

// A tile of so many rows: what `inner` columns of a and rows of b add to it. Meanwhile memory is asked for as many
// elements from `ahead` on, a row that is copied soon: asked for when it is copied, it would be waited for.
template <typename T, int64_t rows>
WIDE void tile(const T *a, const T *b, const T *ahead, int64_t inner, T *out, int64_t outDown, bool isFirst) {
  using W = Wide<T>;
  typename W::Vector sums[rows][tileVectors];
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < tileVectors; ++v) {
      sums[i][v] = W::zero();
      __builtin_prefetch(out + i * outDown + v * lanes<T>, 1, 3);
    }
  for (int64_t begin = 0; begin < inner; begin += lanes<T>) {
    __builtin_prefetch(ahead + begin, 0, 3);
    const int64_t end = std::min(begin + lanes<T>, inner);
    for (int64_t k = begin; k < end; ++k) {
      typename W::Vector right[tileVectors];
      for (int64_t v = 0; v < tileVectors; ++v) right[v] = W::load(b + k * strip<T> + v * lanes<T>);
#pragma clang loop unroll(full)
      for (int64_t i = 0; i < rows; ++i) {
        typename W::Vector left = W::all(a[i * rowLength<T> + k]);
        for (int64_t v = 0; v < tileVectors; ++v) sums[i][v] = W::fma(left, right[v], sums[i][v]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < tileVectors; ++v) {
      T *to = out + i * outDown + v * lanes<T>;
      W::store(to, isFirst ? sums[i][v] : W::add(W::load(to), sums[i][v]));
    }
}

template <typename T, int64_t most = tileRows>
void tileOf(int64_t rows, const T *a, const T *b, const T *ahead, int64_t inner, T *out, int64_t outDown,
            bool isFirst) {
  if constexpr (most > 1)
    if (rows < most) return tileOf<T, most - 1>(rows, a, b, ahead, inner, out, outDown, isFirst);
  tile<T, most>(a, b, ahead, inner, out, outDown, isFirst);
}

// The last strip may be narrower than its tile: the rest is computed, of zeros, and dropped.
template <typename T>
void narrowTile(int64_t rows, int64_t columns, const T *a, const T *b, const T *ahead, int64_t inner, T *out,
                int64_t outDown, bool isFirst) {
  alignas(64) T whole[tileRows * strip<T>];
  tileOf<T>(rows, a, b, ahead, inner, whole, strip<T>, /*isFirst=*/true);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      T &place = out[i * outDown + j];
      place = isFirst ? whole[i * strip<T> + j] : place + whole[i * strip<T> + j];
    }
}

template <typename T> WIDE void copyRow(const T *from, int64_t count, const T *ahead, T *to) {
  int64_t k = 0;
  for (; k + lanes<T> <= count; k += lanes<T>) {
    __builtin_prefetch(ahead + k, 0, 2);
    Wide<T>::store(to + k, Wide<T>::load(from + k));
  }
  for (; k < count; ++k) to[k] = from[k];
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

} // namespace

bool takesWide(const Factors &f) {
  static const bool isWide = __builtin_cpu_supports("avx512f");
  bool isWorth = std::min(f.rows, f.columns) >= fewest && f.inner > 0;
  return isWide && isWorth && f.aRight == 1 && f.bRight == 1 && f.outRight == 1;
}

template <typename T> bool wideProduct(const T *a, const T *b, T *out, const Factors &f) {
  if (!takesWide(f)) return false;
  T *left = reinterpret_cast<T *>(room()), *right = left + blockRows * rowLength<T>;
  // Blocks of about the same size: a last one of a few rows would go through all of b for little.
  int64_t blocks = (f.rows + blockRows - 1) / blockRows, each = (f.rows + blocks - 1) / blocks;
  each = (each + tileRows - 1) / tileRows * tileRows;
  for (int64_t column = 0; column < f.columns; column += blockColumns)
    for (int64_t k = 0; k < f.inner; k += depth<T>) {
      int64_t columns = std::min(blockColumns, f.columns - column), inner = std::min(depth<T>, f.inner - k);
      copyStrips(b + k * f.bDown + column, f.bDown, inner, columns, right);
      for (int64_t row = 0; row < f.rows; row += each) {
        int64_t rows = std::min(each, f.rows - row);
        const T *from = a + row * f.aDown + k;
        for (int64_t i = 0; i < rows; ++i)
          copyRow(from + i * f.aDown, inner, from + (i + rowsAhead) * f.aDown, left + i * rowLength<T>);
        // Each tile asks for a row of the block that comes next.
        bool isLast = row + rows == f.rows;
        const T *next = isLast ? a + k + depth<T> : from + rows * f.aDown;
        int64_t coming = std::min(each, isLast ? f.rows : f.rows - row - rows), asked = 0;
        if (isLast && k + depth<T> >= f.inner) coming = 0;
        for (int64_t j = 0; j < columns; j += strip<T>)
          for (int64_t i = 0; i < rows; i += tileRows, ++asked) {
            int64_t high = std::min(tileRows, rows - i), wide = std::min(strip<T>, columns - j);
            const T *leftTile = left + i * rowLength<T>, *rightStrip = right + j * inner;
            const T *ahead = asked < coming ? next + asked * f.aDown : leftTile;
            T *to = out + (row + i) * f.outDown + column + j;
            if (wide == strip<T>)
              tileOf<T>(high, leftTile, rightStrip, ahead, inner, to, f.outDown, k == 0);
            else
              narrowTile<T>(high, wide, leftTile, rightStrip, ahead, inner, to, f.outDown, k == 0);
          }
      }
    }
  return true;
}

} // namespace dagger::linalg

#else

namespace dagger::linalg {
bool takesWide(const Factors &) { return false; }
template <typename T> bool wideProduct(const T *, const T *, T *, const Factors &) { return false; }
} // namespace dagger::linalg

#endif

template bool dagger::linalg::wideProduct(const float *, const float *, float *, const Factors &);
template bool dagger::linalg::wideProduct(const double *, const double *, double *, const Factors &);
