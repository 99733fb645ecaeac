#include "runtime/abi/Launch.h"
#include "runtime/sched/Runtime.h"
#include <cstring>

namespace dagger::rt {

void copyElements(uint8_t type, int rank, const int64_t *extents, char *to, const int64_t *toStrides, const char *from,
                  const int64_t *fromStrides) {
  int64_t size = int64_t(dg_type_size(dg_type(type)));
  for (int axis = 0; axis < rank; ++axis)
    if (extents[axis] == 0)
      return;
  int64_t inner = rank ? extents[rank - 1] : 1, toStep = rank ? toStrides[rank - 1] : 1, fromStep = rank ? fromStrides[rank - 1] : 1;
  int64_t at[DG_MAX_RANK] = {};
  for (;;) {
    char *t = to;
    const char *f = from;
    for (int axis = 0; axis + 1 < rank; ++axis) {
      t += at[axis] * toStrides[axis] * size;
      f += at[axis] * fromStrides[axis] * size;
    }
    if (type == DG_STR)
      for (int64_t i = 0; i < inner; ++i) {
        auto *place = reinterpret_cast<dg_str **>(t + i * toStep * size);
        dg_str *text = dg_str_retain(*reinterpret_cast<dg_str *const *>(f + i * fromStep * size));
        dg_str_release(*place);
        *place = text;
      }
    else if (toStep == 1 && fromStep == 1)
      std::memcpy(t, f, size_t(inner * size));
    else
      for (int64_t i = 0; i < inner; ++i)
        std::memcpy(t + i * toStep * size, f + i * fromStep * size, size_t(size));
    int axis = rank - 2;
    while (axis >= 0 && ++at[axis] == extents[axis])
      at[axis--] = 0;
    if (axis < 0)
      return;
  }
}

static void copyKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *views, const void *scalars) {
  uint8_t type = static_cast<const uint8_t *>(scalars)[0], rank = static_cast<const uint8_t *>(scalars)[1];
  int64_t size = int64_t(dg_type_size(dg_type(type))), extents[DG_MAX_RANK], from = 0, to = 0;
  for (int axis = 0; axis < rank; ++axis) {
    extents[axis] = high[axis] - low[axis];
    from += low[axis] * views[0].strides[axis];
    to += low[axis] * views[1].strides[axis];
  }
  copyElements(type, rank, extents, views[1].data + to * size, views[1].strides, views[0].data + from * size,
               views[0].strides);
}

namespace {
// The same map for every rank and type: each axis follows its own.
struct CopyOperands {
  dg_operand operands[DG_TYPE_COUNT][DG_MAX_RANK + 1][2] = {};
  CopyOperands() {
    for (int type = 0; type < DG_TYPE_COUNT; ++type)
      for (int rank = 0; rank <= DG_MAX_RANK; ++rank)
        for (int k = 0; k < 2; ++k) {
          dg_operand &o = operands[type][rank][k];
          o.access = k ? DG_WRITE : DG_READ;
          o.type = uint8_t(type);
          o.rank = uint8_t(rank);
          for (int axis = 0; axis < rank; ++axis) {
            o.axes[axis] = int8_t(axis);
            o.scale[axis] = 1;
          }
        }
  }
};
} // namespace

dg_array *copyArray(dg_context *context, dg_array *a, const int64_t *givenGrid, const dg_location *location) {
  static const CopyOperands table;
  if (context->isHost)
    waitForShape(*context->runtime, a);
  dg_launch launch = libraryLaunch();
  launch.rank = a->rank;
  launch.operands = 2;
  launch.results = 1;
  launch.scalar_bytes = 2;
  launch.kernel = copyKernel;
  launch.operand = table.operands[a->type][a->rank];
  launch.name = "copy";
  launch.location = location;
  uint8_t scalars[2] = {a->type, a->rank};
  dg_array *result = nullptr;
  startLaunch(context, launch, a->extents, &a, 0, scalars, a->extents, &result, 0, givenGrid);
  return result;
}

} // namespace dagger::rt
