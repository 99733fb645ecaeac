#include "runtime/linalg/SmallTiles.h"
#include <cmath>

namespace dagger::linalg {

namespace {

template <typename T> T &at(const ArrayView &a, int64_t i, int64_t j) {
  return static_cast<T *>(a.data)[i * a.strides[0] + j * a.strides[1]];
}

// A tile by columns, so that what is subtracted from many rows at once lies side by side.
template <typename T> struct Columns {
  T columns[smallTile][smallTile] = {};
  explicit Columns(const ArrayView &a) {
    for (int64_t i = 0; i < a.extents[0]; ++i)
      for (int64_t j = 0; j < a.extents[1]; ++j)
        columns[j][i] = at<T>(a, i, j);
  }
};

// Each column, once it is there, is taken off those to its right. 0, or the order of the minor that is not positive.
template <typename T> int64_t factorize(const ArrayView &a) {
  Columns<T> l(a);
  const int64_t n = a.extents[0];
  for (int64_t k = 0; k < n; ++k) {
    T *column = l.columns[k];
    if (!(column[k] > 0))
      return k + 1;
    column[k] = std::sqrt(column[k]);
    for (int64_t i = k + 1; i < n; ++i)
      column[i] /= column[k];
    for (int64_t j = k + 1; j < n; ++j)
      for (int64_t i = j; i < n; ++i)
        l.columns[j][i] -= column[i] * column[j];
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j)
      at<T>(a, i, j) = l.columns[j][i];
  return 0;
}

template <typename T> void solve(const ArrayView &l, const ArrayView &b) {
  Columns<T> x(b);
  const int64_t n = b.extents[1], rows = b.extents[0];
  for (int64_t k = 0; k < n; ++k) {
    T *column = x.columns[k], pivot = at<T>(l, k, k);
    for (int64_t i = 0; i < rows; ++i)
      column[i] /= pivot;
    for (int64_t j = k + 1; j < n; ++j) {
      const T factor = at<T>(l, j, k);
      for (int64_t i = 0; i < rows; ++i)
        x.columns[j][i] -= column[i] * factor;
    }
  }
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < n; ++j)
      at<T>(b, i, j) = x.columns[j][i];
}

template <typename T> void update(const ArrayView &a, const ArrayView &b, const ArrayView &c, bool isLower) {
  Factors f{a.extents[0], a.extents[1], b.extents[0], a.strides[0], a.strides[1], b.strides[1], b.strides[0], smallTile, 1};
  T product[smallTile * smallTile];
  smallProduct(static_cast<const T *>(a.data), static_cast<const T *>(b.data), product, f);
  for (int64_t i = 0; i < f.rows; ++i)
    for (int64_t j = 0; j < (isLower ? i + 1 : f.columns); ++j)
      at<T>(c, i, j) -= product[i * smallTile + j];
}

template <typename Function> void ofType(dg_type type, Function &&function) {
  if (type == DG_F32)
    function(TypeTag<float>{});
  else
    function(TypeTag<double>{});
}

} // namespace

std::optional<Failure> smallPotrf(const ArrayView &a) {
  int64_t minor = 0;
  ofType(a.type, [&](auto tag) { minor = factorize<typename decltype(tag)::type>(a); });
  if (minor)
    return notPositive(minor);
  return std::nullopt;
}

void smallTrsm(const ArrayView &l, const ArrayView &b) {
  ofType(l.type, [&](auto tag) { solve<typename decltype(tag)::type>(l, b); });
}

void smallUpdate(const ArrayView &a, const ArrayView &b, const ArrayView &c, bool isLower) {
  ofType(a.type, [&](auto tag) { update<typename decltype(tag)::type>(a, b, c, isLower); });
}

} // namespace dagger::linalg
