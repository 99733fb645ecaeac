// Some rows of two vectors of the result stay in registers while all products of theirs go by. Both factors are small enough to stay in
// caches as they are; only a second factor whose rows do not fill vectors is copied.
#include "runtime/linalg/SmallProduct.h"
#include <algorithm>
#include <vector>

namespace dagger::linalg {

namespace {

// As many rows or columns OpenBLAS is about as quick for; and as many products where one factor is a vector, which it reads only once.
constexpr int64_t most = 96, mostOfVector = 1024;
constexpr int64_t tileRows = 6, tileVectors = 2;

template <typename T, int bytes> struct Tile {
  typedef T Vector __attribute__((vector_size(bytes), aligned(alignof(T)), may_alias));
  static constexpr int64_t lanes = bytes / sizeof(T), width = tileVectors * lanes;

  // Rows from `row` on of columns from `column` on; rows beyond the last are the last again.
  __attribute__((always_inline)) static void compute(const T *a, const T *b, int64_t bDown, T *out, const Factors &f, int64_t row, int64_t column) {
    const int64_t rows = std::min(tileRows, f.rows - row), columns = std::min(width, f.columns - column);
    Vector sums[tileRows][tileVectors] = {};
    const T *left[tileRows];
#pragma clang loop unroll(full)
    for (int64_t i = 0; i < tileRows; ++i)
      left[i] = a + (row + std::min(i, rows - 1)) * f.aDown;
    for (int64_t k = 0; k < f.inner; ++k) {
      Vector right[tileVectors];
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < tileVectors; ++v)
        right[v] = *reinterpret_cast<const Vector *>(b + k * bDown + column + v * lanes);
#pragma clang loop unroll(full)
      for (int64_t i = 0; i < tileRows; ++i) {
        const Vector factor = left[i][k * f.aRight] - Vector{}; // in all lanes
#pragma clang loop unroll(full)
        for (int64_t v = 0; v < tileVectors; ++v)
          sums[i][v] = __builtin_elementwise_fma(factor, right[v], sums[i][v]);
      }
    }
    if (columns == width && rows == tileRows && f.outRight == 1) {
#pragma clang loop unroll(full)
      for (int64_t i = 0; i < tileRows; ++i)
#pragma clang loop unroll(full)
        for (int64_t v = 0; v < tileVectors; ++v)
          *reinterpret_cast<Vector *>(out + (row + i) * f.outDown + column + v * lanes) = sums[i][v];
      return;
    }
    T whole[tileRows * width];
#pragma clang loop unroll(full)
    for (int64_t i = 0; i < tileRows; ++i)
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < tileVectors; ++v)
        *reinterpret_cast<Vector *>(whole + i * width + v * lanes) = sums[i][v];
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        out[(row + i) * f.outDown + (column + j) * f.outRight] = whole[i * width + j];
  }

  __attribute__((always_inline)) static void product(const T *a, const T *b, T *out, const Factors &f) {
    std::vector<T> copy;
    int64_t bDown = f.bDown;
    if (f.bRight != 1 || f.columns % width != 0) {
      bDown = (f.columns + width - 1) / width * width;
      copy.resize(size_t(f.inner * bDown));
      for (int64_t k = 0; k < f.inner; ++k)
        for (int64_t j = 0; j < f.columns; ++j)
          copy[size_t(k * bDown + j)] = b[k * f.bDown + j * f.bRight];
      b = copy.data();
    }
    for (int64_t column = 0; column < f.columns; column += width)
      for (int64_t row = 0; row < f.rows; row += tileRows)
        compute(a, b, bDown, out, f, row, column);
  }
};

template <typename T> using Product = void (*)(const T *, const T *, T *, const Factors &);

template <typename T> void plain(const T *a, const T *b, T *out, const Factors &f) { Tile<T, 16>::product(a, b, out, f); }
#if defined(__x86_64__)
template <typename T> __attribute__((target("avx2,fma"))) void middle(const T *a, const T *b, T *out, const Factors &f) {
  Tile<T, 32>::product(a, b, out, f);
}
template <typename T> __attribute__((target("avx512f"))) void wide(const T *a, const T *b, T *out, const Factors &f) {
  Tile<T, 64>::product(a, b, out, f);
}
template <typename T> Product<T> ofProcessor() {
  return __builtin_cpu_supports("avx512f") ? wide<T> : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? middle<T> : plain<T>;
}
#else
template <typename T> Product<T> ofProcessor() { return plain<T>; }
#endif

} // namespace

bool takesSmall(const Factors &f) {
  if (f.rows > most || f.columns > most || f.inner > most)
    return false;
  bool isVector = f.rows == 1 || f.columns == 1;
  return !isVector || f.rows * f.columns * f.inner <= mostOfVector;
}

template <typename T> bool smallProduct(const T *a, const T *b, T *out, const Factors &f) {
  if (!takesSmall(f))
    return false;
  static const Product<T> product = ofProcessor<T>();
  product(a, b, out, f);
  return true;
}

template bool smallProduct(const float *, const float *, float *, const Factors &);
template bool smallProduct(const double *, const double *, double *, const Factors &);

} // namespace dagger::linalg
