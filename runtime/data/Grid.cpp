#include "runtime/data/Grid.h"
#include <algorithm>
#include <unistd.h>

namespace dagger::rt {

// Half a megabyte of operands stays in a core's second-level cache and takes tens of microseconds, a hundred times what a
// task costs. A chunk has at most 64 Ki elements, so that costly kernels on small data find enough chunks as well; 8 Ki where
// nobody knows how much an element costs, as with loops of its own.
static constexpr int64_t defaultBytes = 512 << 10, mostPoints = 64 << 10, mostUnknown = 8 << 10, wideHalo = 8;
// What no cache holds is written past them. Such stores are waited for at a chunk's end, so chunks are larger if there are many.
static constexpr int64_t cachedBytes = 32 << 20, manyChunks = 1024, larger = 4;

static int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Blocks of leading axes with at most `points` points; the last axis only at multiples of `grain`. An axis that must stay
// whole has its bit in `uncut`.
static void cut(int64_t points, int64_t grain, uint32_t uncut, int rank, const int64_t *extents, int64_t *chunk) {
  int64_t inner = 1; // points in one step along the axis
  for (int axis = 0; axis < rank; ++axis)
    inner *= std::max<int64_t>(extents[axis], 1);
  for (int axis = 0; axis < rank; ++axis) {
    int64_t extent = std::max<int64_t>(extents[axis], 1);
    inner /= extent;
    int64_t most = std::clamp<int64_t>(points / std::max<int64_t>(inner, 1), 1, extent);
    if (uncut >> axis & 1)
      most = extent;
    if (axis == rank - 1)
      most = std::min(extent, divideUp(most, grain) * grain);
    chunk[axis] = divideUp(extent, divideUp(extent, most)); // even parts
    if (axis == rank - 1 && chunk[axis] < extent)
      chunk[axis] = std::min(extent, divideUp(chunk[axis], grain) * grain);
    points = std::max<int64_t>(points / chunk[axis], 1);
  }
}

// Bytes in a core's first-level cache.
static int64_t firstLevel() {
  static const long known = sysconf(_SC_LEVEL1_DCACHE_SIZE);
  return known > 0 ? known : 32 << 10;
}

// What lies next to a chunk within `halo` elements is computed by its neighbours too, so chunks are much wider than that; but the
// rows that the kernel works on, a dozen, fit a first-level cache, and those that it keeps of each step a second-level one.
// Sixty-four chunks, if they can be so many.
static void cutWide(int64_t halo, int64_t elementBytes, const int64_t *extents, int64_t *chunk) {
  int64_t columns = std::max<int64_t>(extents[1], 1), rows = std::max<int64_t>(extents[0], 1);
  int64_t most = std::clamp<int64_t>(firstLevel() / (12 * elementBytes), 16 * halo, std::max(columns, 16 * halo));
  chunk[1] = std::min(columns, divideUp(divideUp(columns, divideUp(columns, most)), 64) * 64);
  most = std::clamp<int64_t>(rows * columns / 64 / chunk[1], 8 * halo, std::max(rows, 8 * halo));
  chunk[0] = divideUp(rows, divideUp(rows, most));
}

// What a stencil reads around a point of three axes.
struct Around {
  int64_t planes = 1, rows = 1, elementBytes = 1;
};

// A plane is read again with each of those around it: chunks are so many rows of each plane that those fit `bytes` together, and
// go through many planes. Sixty-four chunks, if they can be so many.
static void cutPlanes(int64_t bytes, const Around &around, const int64_t *extents, int64_t *chunk) {
  int64_t planes = std::max<int64_t>(extents[0], 1), rows = std::max<int64_t>(extents[1], 1);
  int64_t fitting = bytes / (around.planes * std::max<int64_t>(extents[2], 1) * around.elementBytes) - (around.rows - 1);
  int64_t most = std::clamp<int64_t>(fitting, std::min(2 * around.rows, rows), rows);
  chunk[1] = divideUp(rows, divideUp(rows, most));
  most = std::clamp<int64_t>(planes * rows / 64 / chunk[1], std::min(2 * around.planes, planes), planes);
  chunk[0] = divideUp(planes, divideUp(planes, most));
  chunk[2] = std::max<int64_t>(extents[2], 1);
}

// Blocks of the last two axes, as high as wide where there are points enough: then memory reads on and on along the columns of
// what lies crosswise. Nothing is used again, so caches don't bound them. 256 chunks, if they can be so many.
static void cutCrosswise(int64_t points, int rank, const int64_t *extents, int64_t *chunk) {
  constexpr int64_t wide = 512, side = 64; // side: of the blocks that kernels take
  int64_t rows = std::max<int64_t>(extents[rank - 2], 1), columns = std::max<int64_t>(extents[rank - 1], 1);
  std::fill(chunk, chunk + rank - 2, 1);
  chunk[rank - 1] = std::min(columns, divideUp(divideUp(columns, divideUp(columns, wide)), side) * side);
  points = std::clamp(rows * columns / 256, points, std::max(points, wide * wide));
  int64_t most = std::min(rows, std::max(points / chunk[rank - 1], side));
  chunk[rank - 2] = std::min(rows, divideUp(divideUp(rows, divideUp(rows, most)), side) * side);
}

void chooseLaunchChunk(int64_t chunkBytes, const dg_launch &launch, const int64_t *extents,
                       const int64_t *const *operandExtents, int64_t pointElements, bool isCrosswise, int64_t *chunk) {
  int rank = launch.rank;
  if (launch.flags & (int(DG_LAUNCH_TASKS) | int(OneTileChunks))) {
    std::fill(chunk, chunk + rank, 1);
    return;
  }
  int64_t pointBytes = 0, writtenBytes = 0, lastScale = 1, halo = 0, haloBytes = 1;
  uint32_t uncut = 0;
  Around around;
  for (int k = 0; k < launch.operands; ++k) {
    const dg_operand &operand = launch.operand[k];
    int64_t bytes = int64_t(dg_type_size(dg_type(operand.type)));
    uint32_t followed = 0;
    for (int axis = 0; axis < operand.rank; ++axis) {
      int index = operand.axes[axis];
      int64_t scale = std::max<int64_t>(operand.scale[axis], 1);
      int64_t factor = index < 0 ? operandExtents[k][axis] : std::min(scale, operandExtents[k][axis]);
      if (__builtin_mul_overflow(bytes, std::max<int64_t>(factor, 1), &bytes))
        bytes = INT64_MAX / 64;
      if (index >= 0)
        followed |= 1u << index;
      int64_t near = 1 + operand.halo_low[axis] + operand.halo_high[axis];
      if (index == 0 && near > around.planes)
        around = {near, around.rows, int64_t(dg_type_size(dg_type(operand.type)))};
      if (index == 1)
        around.rows = std::max(around.rows, near);
      if (index >= 0 && operand.halo_low[axis] > halo) {
        halo = operand.halo_low[axis];
        haloBytes = int64_t(dg_type_size(dg_type(operand.type)));
      }
      if (index == rank - 1)
        lastScale = std::max(lastScale, scale);
    }
    if (followed) // What is read whole by every point is shared, not a chunk's own.
      pointBytes = std::min(pointBytes + bytes, INT64_MAX / 64);
    // Points that write the same element must not be in two chunks.
    if (operand.access == DG_WRITE || operand.access == DG_UPDATE) {
      uncut |= ~followed;
      if (followed)
        writtenBytes = std::min(writtenBytes + bytes, INT64_MAX / 64);
    }
  }
  if (rank == 2 && halo >= wideHalo && !chunkBytes)
    return cutWide(halo, haloBytes, extents, chunk);
  bool isStencil = rank == 3 && around.planes > 1 && pointElements == 1 && lastScale == 1 && !(uncut & 7);
  if (isStencil && !chunkBytes && around.planes * extents[1] * extents[2] * around.elementBytes > defaultBytes)
    return cutPlanes(defaultBytes, around, extents, chunk);
  int64_t points = (chunkBytes > 0 ? chunkBytes : defaultBytes) / std::max<int64_t>(pointBytes, 1);
  bool isUnknown = launch.arithmetic == -1 && !chunkBytes;
  if (lastScale > 1 && !isUnknown)
    pointElements = 1; // their bytes say how many
  int64_t most = isUnknown ? mostUnknown : mostPoints;
  points = std::clamp<int64_t>(points, 1, std::max<int64_t>(most / pointElements, 1));
  if (!chunkBytes && !isUnknown) {
    int64_t all = 1;
    for (int axis = 0; axis < rank; ++axis)
      all *= std::max<int64_t>(extents[axis], 1);
    if (all > cachedBytes / std::max<int64_t>(writtenBytes, 1))
      points = std::clamp(all / manyChunks, points, larger * points);
  }
  int64_t grain = std::max<int64_t>(1024 / lastScale, 1);
  if ((launch.flags & DG_LAUNCH_IN_TURN) && points >= 8) // its kernel takes eight blocks side by side
    grain = 8;
  if (isCrosswise && !(uncut & ((1u << rank) - 1)) && !chunkBytes)
    return cutCrosswise(points, rank, extents, chunk);
  cut(points, grain, uncut, rank, extents, chunk);
}

void chooseBufferChunk(int64_t chunkBytes, uint8_t type, int rank, const int64_t *extents, int64_t *chunk) {
  int64_t points = (chunkBytes > 0 ? chunkBytes : defaultBytes) / int64_t(dg_type_size(dg_type(type)));
  cut(std::clamp<int64_t>(points, 1, mostPoints), 1024, 0, rank, extents, chunk);
}

} // namespace dagger::rt
