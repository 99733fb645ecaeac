// Boxes: which part of an array a task touches, and which chunks of the buffer that is.
#pragma once
#include "runtime/data/Array.h"

namespace dagger::rt {

struct Box {
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK]; // low <= x < high
};

inline int64_t elementsOf(const Box &box, int rank) {
  int64_t count = 1;
  for (int axis = 0; axis < rank; ++axis)
    count *= box.high[axis] - box.low[axis];
  return count;
}

// How a view lies in its buffer, worked out once a launch. Exact where each axis of the view walks along one axis of the
// buffer; otherwise a box is widened to the rows (axis 0) between its first and its last element.
struct ViewMap {
  dg_buffer *buffer = nullptr;
  int rank = 0;
  bool exact = true, whole = false;
  int8_t axis[DG_MAX_RANK];
  int64_t step[DG_MAX_RANK], origin[DG_MAX_RANK]; // origin: of each buffer axis
  int64_t offset = 0, strides[DG_MAX_RANK];       // of the view, in elements
  int64_t extents[DG_MAX_RANK];                   // of the view

  explicit ViewMap(const dg_array *a);
  ViewMap() = default;
  // The chunks that `box` (in the view's coordinates, not empty) touches, as a box of chunk coordinates.
  Box chunks(const Box &box) const;
};

// Calls `each` with the number of every chunk in the box of chunk coordinates.
template <typename Function> void forChunks(const dg_buffer *buffer, const Box &box, const Function &each) {
  int64_t at[DG_MAX_RANK];
  int rank = buffer->rank;
  for (int axis = 0; axis < rank; ++axis)
    at[axis] = box.low[axis];
  for (;;) {
    int64_t number = 0;
    for (int axis = 0; axis < rank; ++axis)
      number = number * buffer->counts[axis] + at[axis];
    each(number);
    int axis = rank - 1;
    while (axis >= 0 && ++at[axis] == box.high[axis]) {
      at[axis] = box.low[axis];
      --axis;
    }
    if (axis < 0)
      return;
  }
}

// Calls `each` with the number of every record of chunks in the box, once.
template <typename Function> void forRecords(const dg_buffer *buffer, const Box &box, const Function &each) {
  if (buffer->together == 1)
    return forChunks(buffer, box, each);
  int64_t last = -1;
  forChunks(buffer, box, [&](int64_t number) {
    if (number / buffer->together != last)
      each(last = number / buffer->together);
  });
}

// The boxes of a view that an operand's map gives for the points low <= p < high. One, or two along an axis where a halo
// reaches past an edge: a stencil that wraps reads at the other one. `each` may be called for up to 2^rank boxes, never with
// an empty one.
template <typename Function>
void forOperandBoxes(const dg_operand &operand, const int64_t *extents, const int64_t *low, const int64_t *high,
                     const Function &each) {
  struct Range {
    int64_t low, high;
  } ranges[DG_MAX_RANK][2];
  int count[DG_MAX_RANK];
  for (int axis = 0; axis < operand.rank; ++axis) {
    int64_t extent = extents[axis];
    count[axis] = 1;
    if (extent == 0)
      return;
    int index = operand.axes[axis];
    if (index < 0) {
      ranges[axis][0] = {0, extent};
      continue;
    }
    int64_t scale = operand.scale[axis] > 0 ? operand.scale[axis] : 1;
    int64_t first = low[index] * scale - operand.halo_low[axis], last = high[index] * scale;
    if (last > extent)
      last = extent; // The last points cover fewer elements.
    last += operand.halo_high[axis];
    Range inner = {first < 0 ? 0 : first, last > extent ? extent : last};
    int64_t below = first < 0 ? -first : 0, above = last > extent ? last - extent : 0;
    if (inner.low >= inner.high || below + above >= extent)
      inner = {0, extent};
    else if (below && above)
      inner = {0, extent};
    ranges[axis][0] = inner;
    if (inner.high - inner.low < extent) {
      if (below && extent - below > inner.high)
        ranges[axis][count[axis]++] = {extent - below, extent};
      else if (above && above < inner.low)
        ranges[axis][count[axis]++] = {0, above};
      else if (below || above)
        ranges[axis][0] = {0, extent};
    }
  }
  Box box;
  int which[DG_MAX_RANK] = {};
  for (;;) {
    for (int axis = 0; axis < operand.rank; ++axis) {
      box.low[axis] = ranges[axis][which[axis]].low;
      box.high[axis] = ranges[axis][which[axis]].high;
    }
    each(box);
    int axis = operand.rank - 1;
    while (axis >= 0 && ++which[axis] == count[axis])
      which[axis--] = 0;
    if (axis < 0)
      return;
  }
}

} // namespace dagger::rt
