// The lanes of an array along one axis: the runs of elements that differ in that index only. Internal.
#pragma once
#include "dagger/elements.h"
#include <array>

namespace dagger::algorithms {

// Calls `lane(const In *, Out *)` with the first element of each lane of both arrays, in row-major order of the others.
// The arrays have the same extents outside of `axis`.
template <typename In, typename Out, typename Function>
void forEachLane(const ArrayView &in, const ArrayView &out, int axis, Function &&lane) {
  for (int k = 0; k < in.rank; ++k)
    if (k != axis && in.extents[k] == 0)
      return;
  const In *from = static_cast<const In *>(in.data);
  Out *to = static_cast<Out *>(out.data);
  std::array<int64_t, DG_MAX_RANK> index{};
  for (;;) {
    lane(from, to);
    int k = in.rank - 1;
    for (; k >= 0; --k) {
      if (k == axis)
        continue;
      from += in.strides[k];
      to += out.strides[k];
      if (++index[size_t(k)] < in.extents[k])
        break;
      from -= in.strides[k] * in.extents[k];
      to -= out.strides[k] * in.extents[k];
      index[size_t(k)] = 0;
    }
    if (k < 0)
      return;
  }
}

} // namespace dagger::algorithms
