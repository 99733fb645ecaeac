// Walking over a strided array in row-major order. Internal to the writers.
#pragma once
#include "dagger/elements.h"
#include <array>

namespace dagger::io {

// Calls `row(const T *first, int64_t count, int64_t stride)` for each run along the last axis; rank 0 is one element.
template <typename T, typename Function> void forEachRow(const ArrayView &array, Function &&row) {
  const T *at = static_cast<const T *>(array.data);
  if (array.rank == 0)
    return row(at, 1, 1);
  if (array.count() == 0)
    return;
  const int last = array.rank - 1;
  std::array<int64_t, DG_MAX_RANK> index{};
  for (;;) {
    row(at, array.extents[last], array.strides[last]);
    int axis = last - 1;
    for (; axis >= 0; --axis) {
      at += array.strides[axis];
      if (++index[size_t(axis)] < array.extents[axis])
        break;
      at -= array.strides[axis] * array.extents[axis];
      index[size_t(axis)] = 0;
    }
    if (axis < 0)
      return;
  }
}

} // namespace dagger::io
