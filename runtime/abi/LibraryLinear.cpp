// Linear algebra, and the matrix product in tiles.
#include "runtime/abi/LibraryCall.h"
#include "runtime/abi/Raise.h"
#include "runtime/data/Grid.h"
#include "runtime/linalg/Linalg.h"
#include <algorithm>

namespace dagger::rt {

static LibraryError linearError(const dagger::Failure &failure) { return {failures::LinearAlgebra, ownedText(failure.text)}; }

static LibraryError give(dg_context *context, int result, Result<OwnedArray> made) {
  if (!made.ok())
    return linearError(made.failure());
  dg_task_return(context, result, takeOwned(context, *made));
  return {};
}

static LibraryError multiply(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  dg_array *a = arrays[0], *b = arrays[1];
  int64_t inner = a->extents[a->rank - 1], extents[DG_MAX_RANK];
  if (inner != b->extents[0])
    return {failures::ExtentsDiffer, ownedText(failures::extentsDiffer(inner, b->extents[0], a->rank - 1))};
  int rank = 0;
  if (a->rank == 2)
    extents[rank++] = a->extents[0];
  if (b->rank == 2)
    extents[rank++] = b->extents[1];
  dg_buffer *buffer = newBuffer(a->type, rank, extents, true);
  if (!buffer)
    return {failures::OutOfMemory, ownedText(failures::outOfMemory(uint64_t(byteCount(a->type, rank, extents))))};
  dg_array *out = newWhole(context, buffer);
  if (auto failure = linalg::matmul(viewOf(a), viewOf(b), viewOf(out))) {
    dg_array_release(out);
    return linearError(*failure);
  }
  dg_task_return(context, 0, out);
  return {};
}

LibraryError runLinear(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  ArrayView first = viewOf(arrays[0]);
  std::optional<dagger::Failure> failure;
  switch (frame.function) {
  case DG_LIB_MATMUL:
    return multiply(context, frame, arrays);
  case DG_LIB_LINALG_SOLVE:
    return give(context, 0, linalg::solve(first, viewOf(arrays[1])));
  case DG_LIB_LINALG_INVERSE:
    return give(context, 0, linalg::inverse(first));
  case DG_LIB_LINALG_DET:
    return give(context, 0, linalg::det(first));
  case DG_LIB_LINALG_CHOLESKY:
    return give(context, 0, linalg::cholesky(first));
  case DG_LIB_LINALG_LU: {
    auto made = linalg::lu(first);
    if (!made.ok())
      return linearError(made.failure());
    dg_task_return(context, 0, takeOwned(context, made->lower));
    dg_task_return(context, 1, takeOwned(context, made->upper));
    dg_task_return(context, 2, takeOwned(context, made->order));
    return {};
  }
  case DG_LIB_LINALG_QR: {
    auto made = linalg::qr(first);
    if (!made.ok())
      return linearError(made.failure());
    dg_task_return(context, 0, takeOwned(context, made->q));
    dg_task_return(context, 1, takeOwned(context, made->r));
    return {};
  }
  case DG_LIB_LINALG_EIGH: {
    auto made = linalg::eigh(first);
    if (!made.ok())
      return linearError(made.failure());
    dg_task_return(context, 0, takeOwned(context, made->values));
    dg_task_return(context, 1, takeOwned(context, made->vectors));
    return {};
  }
  case DG_LIB_LINALG_SVD: {
    auto made = linalg::svd(first);
    if (!made.ok())
      return linearError(made.failure());
    dg_task_return(context, 0, takeOwned(context, made->u));
    dg_task_return(context, 1, takeOwned(context, made->s));
    dg_task_return(context, 2, takeOwned(context, made->vt));
    return {};
  }
  case DG_LIB_LINALG_POTRF:
    failure = linalg::potrf(first);
    break;
  case DG_LIB_LINALG_TRSM:
    failure = linalg::trsm(viewOf(arrays[1]), first);
    break;
  case DG_LIB_LINALG_SYRK:
    failure = linalg::syrk(viewOf(arrays[1]), first);
    break;
  default:
    failure = linalg::gemm(viewOf(arrays[1]), viewOf(arrays[2]), first);
  }
  return failure ? linearError(*failure) : LibraryError{};
}

// ---- the product of two matrices: a task a tile of the result ----------------------------------------------------------

// Large enough that packing its operands does not count for much, small enough that a product of 2,000 rows has 16 tasks. Where
// there are enough of them for all threads, a task has two, one below the other: what they have in common is packed once.
static constexpr int64_t tile = 512, together = 2, enough = 16;

namespace {
struct Product {
  uint8_t type, tiles; // of a task
};
} // namespace

// So many rows and columns of the result, from (i, j) on.
struct Part {
  ArrayView left, right, out;
  int64_t a[2], b[2], c[2];

  Part(dg_type type, const dg_view *v, int64_t i, int64_t j, int64_t rows, int64_t columns)
      : a{rows, v[0].extents[1]}, b{v[1].extents[0], columns}, c{rows, columns} {
    int64_t size = int64_t(dg_type_size(type));
    left = {type, 2, v[0].data + i * v[0].strides[0] * size, a, v[0].strides};
    right = {type, 2, v[1].data + j * v[1].strides[1] * size, b, v[1].strides};
    out = {type, 2, v[2].data + (i * v[2].strides[0] + j * v[2].strides[1]) * size, c, v[2].strides};
  }
  Part(const Part &) = delete;
};

// The tiles of a task. How many those are must not show in the result: several are one product where no bit depends on it.
static void productKernel(dg_context *context, const int64_t *low, const int64_t *high, const dg_view *v, const void *scalars) {
  const Product &product = *static_cast<const Product *>(scalars);
  dg_type type = dg_type(product.type);
  int64_t rows = v[0].extents[0], columns = v[1].extents[1];
  int64_t begin = low[0] * product.tiles * tile, end = std::min(high[0] * product.tiles * tile, rows);
  char *text = nullptr;
  for (int64_t j = low[1] * tile; j < std::min(high[1] * tile, columns); j += tile) {
    int64_t wide = std::min(tile, columns - j), each = (end - begin) / tile * tile;
    Part all(type, v, begin, j, each, wide); // whole tiles
    if (each < tile || !linalg::isAlikeInParts(all.left, all.right, all.out))
      each = tile;
    for (int64_t i = begin; i < end && !text; i += each) {
      if (end - i < each)
        each = end - i;
      Part part(type, v, i, j, each, wide);
      if (auto failure = linalg::matmul(part.left, part.right, part.out))
        text = ownedText(failure->text);
    }
  }
  if (text)
    raiseOwned(context, failures::LinearAlgebra, text, nullptr);
}

bool launchMatmul(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays, dg_array **results) {
  if (frame.function != DG_LIB_MATMUL || arrays[0]->rank != 2 || arrays[1]->rank != 2)
    return false;
  struct Table {
    dg_operand operands[together][DG_TYPE_COUNT][3] = {};
    Table() {
      for (int tiles = 1; tiles <= together; ++tiles)
        for (int type = 0; type < DG_TYPE_COUNT; ++type)
          for (int k = 0; k < 3; ++k) {
            dg_operand &o = operands[tiles - 1][type][k];
            o.access = k == 2 ? DG_WRITE : DG_READ;
            o.type = uint8_t(type);
            o.rank = 2;
            o.axes[0] = k == 1 ? -1 : 0;
            o.axes[1] = k == 0 ? -1 : 1;
            o.scale[0] = tiles * tile;
            o.scale[1] = tile;
          }
    }
  };
  static const Table table;
  for (int k = 0; k < 2 && context->isHost; ++k)
    waitForShape(*context->runtime, arrays[k]);
  int64_t n = arrays[0]->extents[0], inner = arrays[0]->extents[1], m = arrays[1]->extents[1];
  int64_t shape[DG_MAX_RANK] = {n, m};
  if (inner != arrays[1]->extents[0] && arrays[0]->buffer->base && arrays[1]->buffer->base) {
    char text[128];
    std::snprintf(text, sizeof text, "extents differ: %lld and %lld along axis 1", (long long)inner, (long long)arrays[1]->extents[0]);
    if (!context->isHost)
      raise(context, failures::ExtentsDiffer, text, frame.location);
    results[0] = newFailed(context, arrays[0]->type, 2, shape, makeFailure(context, failures::ExtentsDiffer, text, frame.location));
    return true;
  }
  if (linalg::needsBlas(dg_type(arrays[0]->type), n, inner, m))
    linalg::loadBlas(); // Before tasks need it; they say what failed.
  dg_launch launch = libraryLaunch();
  launch.rank = 2;
  launch.operands = 3;
  launch.results = 1;
  // A chunk a point, but no task of the program's.
  launch.flags = OneTileChunks;
  launch.scalar_bytes = sizeof(Product);
  launch.kernel = productKernel;
  int64_t points[DG_MAX_RANK] = {(n + tile - 1) / tile, (m + tile - 1) / tile};
  bool isEnough = points[0] * points[1] >= enough * context->runtime->scheduler.threads();
  Product product = {arrays[0]->type, uint8_t(isEnough ? together : 1)};
  points[0] = (points[0] + product.tiles - 1) / product.tiles;
  launch.operand = table.operands[product.tiles - 1][product.type];
  launch.name = "matmul";
  launch.location = frame.location;
  dg_launch_submit(context, &launch, points, arrays, 0, &product, shape, results, 0);
  return true;
}

} // namespace dagger::rt
