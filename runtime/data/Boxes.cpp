#include "runtime/data/Boxes.h"
#include <cstdlib>

namespace dagger::rt {

ViewMap::ViewMap(const dg_array *a) : buffer(a->buffer), rank(a->rank) {
  // The task that makes it may be writing the handle's fields at this moment.
  if (!shapeKnown(a)) {
    whole = true;
    return;
  }
  for (int axis = 0; axis < rank; ++axis) {
    strides[axis] = a->strides[axis];
    extents[axis] = a->extents[axis];
  }
  if (!buffer->base || isWhole(a)) {
    whole = true;
    return;
  }
  int64_t bufferStrides[DG_MAX_RANK];
  rowMajorStrides(buffer->rank, buffer->extents, bufferStrides);
  offset = (a->data - buffer->base) / int64_t(dg_type_size(dg_type(buffer->type)));
  int64_t rest = offset;
  for (int axis = 0; axis < buffer->rank; ++axis) {
    origin[axis] = bufferStrides[axis] ? rest / bufferStrides[axis] : 0;
    rest -= origin[axis] * bufferStrides[axis];
  }
  uint32_t used = 0;
  for (int axis = 0; axis < rank; ++axis) {
    this->axis[axis] = -1;
    step[axis] = 0;
    if (extents[axis] <= 1 || strides[axis] == 0)
      continue;
    // The outermost buffer axis whose stride divides this one and along which all of it fits.
    for (int b = 0; b < buffer->rank && this->axis[axis] < 0; ++b) {
      if (used >> b & 1 || bufferStrides[b] == 0 || strides[axis] % bufferStrides[b])
        continue;
      int64_t by = strides[axis] / bufferStrides[b], end = origin[b] + by * (extents[axis] - 1);
      if (end < 0 || end >= buffer->extents[b])
        continue;
      this->axis[axis] = int8_t(b);
      step[axis] = by;
      used |= 1u << b;
    }
    if (this->axis[axis] < 0)
      exact = false;
  }
}

Box ViewMap::chunks(const Box &box) const {
  Box inBuffer;
  int bufferRank = buffer->rank;
  if (buffer->chunkCount == 1) {
    for (int b = 0; b < bufferRank; ++b) {
      inBuffer.low[b] = 0;
      inBuffer.high[b] = 1;
    }
    return inBuffer;
  }
  if (whole) {
    inBuffer = box;
  } else if (exact) {
    for (int b = 0; b < bufferRank; ++b) {
      inBuffer.low[b] = origin[b];
      inBuffer.high[b] = origin[b] + 1;
    }
    for (int a = 0; a < rank; ++a) {
      if (axis[a] < 0)
        continue;
      int64_t first = origin[axis[a]] + step[a] * box.low[a], last = origin[axis[a]] + step[a] * (box.high[a] - 1);
      inBuffer.low[axis[a]] = first < last ? first : last;
      inBuffer.high[axis[a]] = (first < last ? last : first) + 1;
    }
  } else {
    int64_t first = offset, last = offset, row = 1;
    for (int a = 0; a < rank; ++a) {
      int64_t one = strides[a] * box.low[a], other = strides[a] * (box.high[a] - 1);
      first += one < other ? one : other;
      last += one < other ? other : one;
    }
    for (int b = 1; b < bufferRank; ++b)
      row *= buffer->extents[b];
    for (int b = 0; b < bufferRank; ++b) {
      inBuffer.low[b] = b == 0 ? first / row : 0;
      inBuffer.high[b] = b == 0 ? last / row + 1 : buffer->extents[b];
    }
  }
  for (int b = 0; b < bufferRank; ++b) {
    inBuffer.low[b] /= buffer->chunk[b];
    inBuffer.high[b] = (inBuffer.high[b] - 1) / buffer->chunk[b] + 1;
    if (inBuffer.high[b] > buffer->counts[b])
      inBuffer.high[b] = buffer->counts[b];
  }
  return inBuffer;
}

} // namespace dagger::rt
