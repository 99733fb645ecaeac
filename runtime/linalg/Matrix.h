// Matrices as LAPACK wants them, and the switch over the element types it has. Internal.
#pragma once
#include "dagger/ElementTypes.h"
#include "dagger/OutOfMemory.h"
#include "runtime/io/OwnedArray.h"
#include "runtime/linalg/Blas.h"
#include <algorithm>
#include <optional>
#include <vector>

namespace dagger::linalg {

std::string shapeOf(const ArrayView &array);
// "a is [3, 4], not square" and the like; extents must also fit LAPACK's 32-bit integers.
std::optional<Failure> checkMatrix(const ArrayView &array, const char *name);
std::optional<Failure> checkSquare(const ArrayView &array, const char *name);
std::optional<Failure> checkSameType(const ArrayView &a, const ArrayView &b);

// Calls `function(TypeTag<T>{}, const Blas<T> &)` for one of the four types; fails for others, without OpenBLAS and when
// memory runs out in it.
template <typename R, typename Function> R withBlas(dg_type type, const char *what, Function &&function) {
  if (type != DG_F32 && type != DG_F64 && type != DG_C64 && type != DG_C128)
    return Failure{std::string(what) + " takes f32, f64, c64 or c128, not " + dg_type_name(type)};
  if (!library())
    return library().failure();
  const Library &lib = **library();
  return orOutOfMemory(what, [&]() -> R {
    switch (type) {
    case DG_F32: return function(TypeTag<float>{}, lib.s);
    case DG_F64: return function(TypeTag<double>{}, lib.d);
    case DG_C64: return function(TypeTag<std::complex<float>>{}, lib.c);
    default: return function(TypeTag<std::complex<double>>{}, lib.z);
    }
  });
}

// A view's elements column by column, in memory of its own.
template <typename T> std::vector<T> columnMajor(const ArrayView &array) {
  const int64_t rows = array.extents[0], columns = array.rank == 2 ? array.extents[1] : 1;
  const int64_t down = array.strides[0], right = array.rank == 2 ? array.strides[1] : 0;
  std::vector<T> out(size_t(rows * columns));
  const T *from = static_cast<const T *>(array.data);
  // In blocks, so that neither side jumps about in memory.
  constexpr int64_t block = 32;
  for (int64_t jb = 0; jb < columns; jb += block)
    for (int64_t ib = 0; ib < rows; ib += block)
      for (int64_t j = jb; j < std::min(columns, jb + block); ++j)
        for (int64_t i = ib; i < std::min(rows, ib + block); ++i)
          out[size_t(j * rows + i)] = from[i * down + j * right];
  return out;
}

// The first `rows` x `columns` of a column-major matrix with `ld` entries a column, as a row-major array; elements for
// which `keep(i, j)` is false become zero.
template <typename T, typename Keep>
Result<OwnedArray> rowMajor(dg_type type, const T *from, int64_t ld, int64_t rows, int64_t columns, Keep keep) {
  auto array = OwnedArray::create(type, {rows, columns});
  if (!array)
    return array;
  T *to = static_cast<T *>(array->data());
  constexpr int64_t block = 32;
  for (int64_t ib = 0; ib < rows; ib += block)
    for (int64_t jb = 0; jb < columns; jb += block)
      for (int64_t i = ib; i < std::min(rows, ib + block); ++i)
        for (int64_t j = jb; j < std::min(columns, jb + block); ++j)
          to[i * columns + j] = keep(i, j) ? from[j * ld + i] : T(0);
  return array;
}

inline constexpr auto everything = [](int64_t, int64_t) { return true; };

// A matrix whose rows are contiguous, as LAPACK can take it (transposed): the view's own memory where it is so already,
// else a copy, which writeBack() copies back.
template <typename T> class RowMajor {
public:
  explicit RowMajor(const ArrayView &view)
      : view(view), rows(view.extents[0]), columns(view.extents[1]), data(static_cast<T *>(view.data)) {
    const int64_t down = view.strides[0], right = view.strides[1];
    if ((right == 1 || columns <= 1) && (rows <= 1 || (down >= columns && down <= INT32_MAX))) {
      ld = Int(std::max<int64_t>({1, columns, rows <= 1 ? 1 : down}));
      return;
    }
    copy.resize(size_t(rows * columns));
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        copy[size_t(i * columns + j)] = data[i * down + j * right];
    data = copy.data();
    ld = Int(std::max<int64_t>(1, columns));
  }

  void writeBack() {
    if (!copy.empty())
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
          static_cast<T *>(view.data)[i * view.strides[0] + j * view.strides[1]] = copy[size_t(i * columns + j)];
  }

private:
  ArrayView view;
  std::vector<T> copy;
  int64_t rows, columns;

public:
  T *data;
  Int ld = 1;
};

} // namespace dagger::linalg
