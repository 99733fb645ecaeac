// The matrix product, for every number type.
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"
#include "runtime/linalg/SmallProduct.h"
#include "runtime/linalg/WideProduct.h"

namespace dagger::linalg {

namespace {

// A vector becomes a row on the left, a column on the right.
Result<Factors> match(const ArrayView &a, const ArrayView &b, const ArrayView &out) {
  if (a.rank < 1 || a.rank > 2 || b.rank < 1 || b.rank > 2)
    return Failure{"@ takes vectors and matrices, not arrays of rank " + std::to_string(a.rank) + " and " +
                   std::to_string(b.rank)};
  const bool row = a.rank == 1, column = b.rank == 1;
  Factors f;
  f.rows = row ? 1 : a.extents[0];
  f.inner = a.extents[a.rank - 1];
  f.columns = column ? 1 : b.extents[1];
  f.aDown = row ? 0 : a.strides[0];
  f.aRight = a.strides[a.rank - 1];
  f.bDown = b.strides[0];
  f.bRight = column ? 0 : b.strides[1];
  f.outDown = row ? 0 : out.rank > 0 ? out.strides[0] : 0;
  f.outRight = column ? 0 : out.rank > 0 ? out.strides[out.rank - 1] : 0;
  std::vector<int64_t> shape;
  if (!row)
    shape.push_back(f.rows);
  if (!column)
    shape.push_back(f.columns);
  if (b.extents[0] != f.inner || a.type != b.type || out.type != a.type || out.rank != int(shape.size()) ||
      !std::equal(shape.begin(), shape.end(), out.extents))
    return Failure{std::string(dg_type_name(a.type)) + shapeOf(a) + " @ " + dg_type_name(b.type) + shapeOf(b) +
                   " is no " + dg_type_name(out.type) + shapeOf(out)};
  if (std::max({f.rows, f.inner, f.columns}) > INT32_MAX)
    return Failure{shapeOf(a) + " @ " + shapeOf(b) + " is more than OpenBLAS can count"};
  return f;
}

// A matrix as BLAS takes it: column by column ('N') or row by row ('T'), copied if it is neither.
template <typename T> class Operand {
public:
  Operand(const T *from, int64_t rows, int64_t columns, int64_t down, int64_t right) : data(from) {
    auto leading = [](int64_t length, int64_t count, int64_t stride) {
      return count <= 1 ? std::max<int64_t>(1, length) : stride >= std::max<int64_t>(1, length) ? stride : 0;
    };
    if (right == 1 || columns <= 1) {
      ld = leading(columns, rows, down);
      transposed = true;
      if (ld > 0 && ld <= INT32_MAX)
        return;
    }
    if (down == 1 || rows <= 1) {
      ld = leading(rows, columns, right);
      transposed = false;
      if (ld > 0 && ld <= INT32_MAX)
        return;
    }
    copy.resize(size_t(rows * columns));
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        copy[size_t(i * columns + j)] = from[i * down + j * right];
    data = copy.data();
    ld = std::max<int64_t>(1, columns);
    transposed = true;
  }

  const T *data;
  int64_t ld;
  bool transposed; // the rows are contiguous

private:
  std::vector<T> copy;
};

template <typename T>
void blasProduct(const Blas<T> &blas, const T *a, const T *b, T *out, const Factors &f) {
  if (f.rows == 0 || f.columns == 0)
    return;
  if (f.inner == 0) { // the vector functions leave the result alone then
    for (int64_t i = 0; i < f.rows; ++i)
      for (int64_t j = 0; j < f.columns; ++j)
        out[i * f.outDown + j * f.outRight] = T(0);
    return;
  }
  const Operand<T> left(a, f.rows, f.inner, f.aDown, f.aRight), right(b, f.inner, f.columns, f.bDown, f.bRight);
  const T one(1), zero(0);
  const Int m = Int(f.rows), n = Int(f.columns), k = Int(f.inner), lda = Int(left.ld), ldb = Int(right.ld), step = 1;
  auto code = [](bool transposed) { return transposed ? "T" : "N"; };
  auto scatter = [&](const std::vector<T> &from) {
    for (int64_t i = 0; i < f.rows; ++i)
      for (int64_t j = 0; j < f.columns; ++j)
        out[i * f.outDown + j * f.outRight] = from[size_t(i * f.columns + j)];
  };

  if (n == 1 || m == 1) {
    // A matrix times a vector. A matrix that is stored by rows is, for BLAS, the transposed one stored by columns.
    const bool matrixOnLeft = n == 1;
    std::vector<T> x(size_t(f.inner)), y(size_t(matrixOnLeft ? f.rows : f.columns));
    for (int64_t i = 0; i < f.inner; ++i)
      x[size_t(i)] = matrixOnLeft ? b[i * f.bDown] : a[i * f.aRight];
    const Operand<T> &matrix = matrixOnLeft ? left : right;
    const bool byRows = matrix.transposed;
    const Int length = Int(y.size()), ld = Int(matrix.ld);
    const Int contiguous = byRows == matrixOnLeft ? k : length, other = byRows == matrixOnLeft ? length : k;
    blas.gemv(code(byRows == matrixOnLeft), &contiguous, &other, &one, matrix.data, &ld, x.data(), &step, &zero,
              y.data(), &step);
    return scatter(y);
  }

  std::vector<T> scattered; // when neither the result's rows nor its columns can be written directly
  T *to = out;
  bool byRows = true;
  int64_t gap = f.outDown;
  if (f.outRight != 1 || gap < n || gap > INT32_MAX) {
    byRows = false;
    gap = f.outRight;
  }
  if (!byRows && (f.outDown != 1 || gap < m || gap > INT32_MAX)) {
    scattered.resize(size_t(f.rows * f.columns));
    to = scattered.data();
    byRows = true;
    gap = n;
  }
  const Int ldc = Int(gap);
  if (byRows) // for BLAS that is outᵀ = bᵀ aᵀ
    blas.gemm(code(!right.transposed), code(!left.transposed), &n, &m, &k, &one, right.data, &ldb, left.data, &lda,
              &zero, to, &ldc);
  else
    blas.gemm(code(left.transposed), code(right.transposed), &m, &n, &k, &one, left.data, &lda, right.data, &ldb, &zero,
              to, &ldc);
  if (!scattered.empty())
    scatter(scattered);
}

// f16 and bf16: in f32, and rounded once at the end.
template <typename T> void narrowProduct(const Blas<float> &blas, const T *a, const T *b, T *out, const Factors &f) {
  auto widen = [](const T *from, int64_t rows, int64_t columns, int64_t down, int64_t right) {
    std::vector<float> wide(size_t(rows * columns));
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        wide[size_t(i * columns + j)] = float(from[i * down + j * right]);
    return wide;
  };
  const std::vector<float> left = widen(a, f.rows, f.inner, f.aDown, f.aRight);
  const std::vector<float> right = widen(b, f.inner, f.columns, f.bDown, f.bRight);
  std::vector<float> result(size_t(f.rows * f.columns));
  Factors wide = f;
  wide.aDown = f.inner;
  wide.bDown = wide.outDown = f.columns;
  wide.aRight = wide.bRight = wide.outRight = 1;
  blasProduct(blas, left.data(), right.data(), result.data(), wide);
  for (int64_t i = 0; i < f.rows; ++i)
    for (int64_t j = 0; j < f.columns; ++j)
      out[i * f.outDown + j * f.outRight] = T(result[size_t(i * f.columns + j)]);
}

// Integers, which wrap: a panel of b stays in the cache while all rows of a go by.
template <typename T> void integerProduct(const T *a, const T *b, T *out, const Factors &f) {
  using U = std::make_unsigned_t<T>;
  constexpr int64_t depth = 64, width = 256;
  for (int64_t i = 0; i < f.rows; ++i)
    for (int64_t j = 0; j < f.columns; ++j)
      out[i * f.outDown + j * f.outRight] = 0;
  std::vector<U> panel(size_t(depth * width)), sums(size_t(width), 0);
  for (int64_t jb = 0; jb < f.columns; jb += width)
    for (int64_t kb = 0; kb < f.inner; kb += depth) {
      const int64_t columns = std::min(width, f.columns - jb), inner = std::min(depth, f.inner - kb);
      for (int64_t k = 0; k < inner; ++k)
        for (int64_t j = 0; j < columns; ++j)
          panel[size_t(k * width + j)] = U(b[(kb + k) * f.bDown + (jb + j) * f.bRight]);
      for (int64_t i = 0; i < f.rows; ++i) {
        std::fill(sums.begin(), sums.end(), U(0));
        for (int64_t k = 0; k < inner; ++k) {
          const U factor = U(a[i * f.aDown + (kb + k) * f.aRight]);
          const U *row = &panel[size_t(k * width)];
          for (int64_t j = 0; j < columns; ++j)
            sums[size_t(j)] = U(sums[size_t(j)] + uint64_t(factor) * row[j]);
        }
        for (int64_t j = 0; j < columns; ++j) {
          T &place = out[i * f.outDown + (jb + j) * f.outRight];
          place = T(U(U(place) + sums[size_t(j)]));
        }
      }
    }
}

} // namespace

static std::optional<Failure> product(const ArrayView &a, const ArrayView &b, const ArrayView &out) {
  auto factors = match(a, b, out);
  if (!factors)
    return factors.failure();
  return withType(a.type, [&](auto tag) -> std::optional<Failure> {
    using T = decltype(tag)::type;
    const T *left = static_cast<const T *>(a.data), *right = static_cast<const T *>(b.data);
    T *to = static_cast<T *>(out.data);
    if constexpr (isText<T> || std::is_same_v<T, bool>) {
      return Failure{std::string("@ takes numbers, not ") + dg_type_name(a.type)};
    } else if constexpr (isInteger<T>) {
      integerProduct(left, right, to, *factors);
    } else {
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
        if (wideProduct(left, right, to, *factors) || smallProduct(left, right, to, *factors))
          return std::nullopt;
      if (auto failure = loadBlas())
        return failure;
      const Library &lib = **library();
      if constexpr (isNarrowFloat<T>)
        narrowProduct(lib.s, left, right, to, *factors);
      else
        blasProduct(lib.of<T>(), left, right, to, *factors);
    }
    return std::nullopt;
  });
}

bool needsBlas(dg_type type, int64_t n, int64_t inner, int64_t m) {
  return withType(type, [&](auto tag) {
    using T = decltype(tag)::type;
    if constexpr (isText<T> || std::is_same_v<T, bool> || isInteger<T>)
      return false;
    else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
      return !takesSmall({n, inner, m, 0, 0, 0, 0, 0, 0});
    else
      return true;
  });
}

bool isAlikeInParts(const ArrayView &a, const ArrayView &b, const ArrayView &out) {
  auto factors = match(a, b, out);
  return factors.ok() && (a.type == DG_F32 || a.type == DG_F64) && takesWide(*factors);
}

std::optional<Failure> matmul(const ArrayView &a, const ArrayView &b, const ArrayView &out) {
  return orOutOfMemory("@", [&] { return product(a, b, out); });
}

} // namespace dagger::linalg
