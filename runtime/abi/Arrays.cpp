// The array functions of the ABI.
#include "runtime/abi/Plan.h"
#include "runtime/abi/Launch.h"
#include <cstdio>
#include <cstring>

using namespace dagger::rt;
namespace failures = dagger::failures;

// ---- looking -------------------------------------------------------------------------------------------------------------

static void waitForView(Runtime &runtime, dg_array *a, const Failure *&failure) {
  waitForShape(runtime, a);
  dg_buffer *buffer = a->buffer;
  failure = nullptr;
  for (int axis = 0; axis < a->rank; ++axis)
    if (a->extents[axis] == 0 && buffer->failed.load(std::memory_order_acquire) == 0)
      return;
  if (Plan *plan = runtime.plan())
    plan->stop(); // the chunks must know their writers
  ViewMap map(a);
  Box all;
  for (int axis = 0; axis < a->rank; ++axis) {
    all.low[axis] = 0;
    all.high[axis] = std::max<int64_t>(a->extents[axis], 1);
  }
  Box seen = map.chunks(all);
  if (buffer->chunks)
    forRecords(buffer, seen, [&](int64_t number) {
      for (uint32_t i = 0; i < buffer->chunks[number].writers.size(); ++i)
        runtime.scheduler.waitFor(buffer->chunks[number].writers[i]);
    });
  if (buffer->failed.load(std::memory_order_acquire))
    forChunks(buffer, seen, [&](int64_t number) { failure = earlier(failure, failureOf(buffer, number)); });
}

void dg_array_look(dg_context *context, dg_array *a, const dg_location *) {
  // In tasks everything is there: a task does not run before its arguments are, nor if one of them failed.
  if (!context->isHost)
    return;
  Runtime &runtime = *context->runtime;
  runtime.enter();
  dg_buffer *buffer = a->buffer;
  if (buffer->writes.load(std::memory_order_acquire) == 0 && buffer->failed.load(std::memory_order_acquire) == 0)
    return;
  const Failure *failure;
  waitForView(runtime, a, failure);
  if (failure)
    runtime.settle(failure);
}

int64_t dg_array_extent(dg_context *context, dg_array *a, int64_t axis) {
  if (context->replica && !shapeKnown(a))
    context = behindReplicas(context);
  if (context->isHost)
    waitForShape(*context->runtime, a);
  return a->extents[axis];
}

void dg_array_look_shape(dg_context *context, dg_array *a) {
  if (!context->isHost)
    return;
  waitForShape(*context->runtime, a);
  if (a->buffer->base)
    return;
  if (const Failure *failure = anyFailure(a->buffer))
    context->runtime->settle(failure);
}

// ---- making ----------------------------------------------------------------------------------------------------------------

// A failure on the host makes a failed value; in a task it ends the task.
static dg_array *fail(dg_context *context, uint8_t type, int rank, const int64_t *extents, int32_t code, const char *text,
                      const dg_location *location) {
  if (!context->isHost)
    raise(context, code, text, location);
  return newFailed(context, type, rank, extents, makeFailure(context, code, text, location));
}

dg_array *dg_array_new(dg_context *context, dg_type type, int64_t rank, const int64_t *extents, int32_t zero,
                       const dg_location *location) {
  if (rank == 0)
    return newScalar(context, type);
  char text[96];
  for (int64_t axis = 0; axis < rank; ++axis)
    if (extents[axis] < 0) {
      std::snprintf(text, sizeof text, "negative extent %lld", (long long)extents[axis]);
      return fail(context, type, int(rank), nullptr, failures::BadExtentOrStep, text, location);
    }
  dg_buffer *buffer = newBuffer(type, int(rank), extents, zero);
  if (!buffer && context->isHost) {
    // Arrays that pending tasks still hold may be all that is missing.
    context->runtime->scheduler.drain();
    buffer = newBuffer(type, int(rank), extents, zero);
  }
  if (!buffer) {
    int64_t bytes = byteCount(type, int(rank), extents);
    std::snprintf(text, sizeof text, "out of memory: %llu bytes", bytes < 0 ? ~0ull : (unsigned long long)bytes);
    return fail(context, type, int(rank), extents, failures::OutOfMemory, text, location);
  }
  return newWhole(context, buffer);
}

dg_array *dg_array_scalar(dg_context *context, dg_type type, const void *value, const dg_location *location) {
  dg_array *a = dg_array_new(context, type, 0, nullptr, 1, location);
  if (type == DG_STR)
    dg_str_retain(*static_cast<dg_str *const *>(value));
  if (a->data)
    std::memcpy(a->data, value, dg_type_size(type));
  return a;
}

dg_array *dg_array_own(dg_context *context, dg_array *a, int32_t contiguous, const dg_location *location) {
  Array *handle = internal(a);
  bool sole = refsOf(a).load(std::memory_order_acquire) == 1 && handle->values->load(std::memory_order_acquire) == 1 &&
              (!handle->foreign || handle->exclusive);
  // A failed value without storage stays what it is. A shape that is not known yet is that of a whole buffer.
  if (sole && (context->isHost || !contiguous || isContiguous(a)))
    return a;
  if (context->replica)
    context = behindReplicas(context);
  if (context->isHost)
    waitForShape(*context->runtime, a);
  const int64_t *grid = context->isHost && a->buffer->gridGiven && isWhole(a) ? a->buffer->chunk : nullptr;
  dg_array *copy = copyArray(context, a, grid, location);
  dg_array_release(a);
  return copy;
}

dg_array *dg_array_own_beside(dg_context *context, dg_array *a, dg_array *const *views, int32_t count, const dg_location *location) {
  const Array *handle = internal(a);
  int64_t beside = 0;
  for (int32_t k = 0; k < count; ++k)
    beside += views[k] != a && internal(views[k])->values == handle->values && refsOf(views[k]).load(std::memory_order_relaxed) == 1;
  bool sole = refsOf(a).load(std::memory_order_acquire) == 1 && handle->values->load(std::memory_order_acquire) == 1 + beside &&
              (!handle->foreign || handle->exclusive);
  return sole && context->isHost ? a : dg_array_own(context, a, 0, location);
}

// ---- views -----------------------------------------------------------------------------------------------------------------

// The failure that a view of this value has before it is made: the value's own, if it will never have storage.
static const Failure *withoutStorage(dg_context *context, dg_array *a) {
  if (context->isHost)
    waitForShape(*context->runtime, a);
  return a->buffer->base ? nullptr : anyFailure(a->buffer);
}

// What a view that cannot be made has failed with: the value's own failure came first, and is waited for.
static const Failure *firstFailure(dg_context *context, dg_array *a, const Failure *failure) {
  if (context->isHost)
    context->runtime->scheduler.workUntil([&] { return a->buffer->writes.load(std::memory_order_acquire) == 0; });
  return earlier(failure, anyFailure(a->buffer));
}

static dg_array *viewBox(dg_context *context, dg_array *a, const int64_t *starts, const int64_t *counts, const int64_t *steps,
                         uint32_t dropped, bool isPlace, const dg_location *location) {
  int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
  int rank = 0;
  const Failure *failure = withoutStorage(context, a);
  char *data = a->data;
  for (int axis = 0; axis < a->rank; ++axis) {
    int64_t extent = a->extents[axis], start = starts[axis], count = counts[axis], step = steps[axis];
    int64_t last = start + (count - 1) * step;
    bool isDropped = dropped >> axis & 1;
    char text[160];
    if (!failure && isDropped && (start < 0 || start >= extent)) {
      std::snprintf(text, sizeof text, "index %lld is out of range: axis %d has extent %lld", (long long)start, axis,
                    (long long)extent);
      if (!context->isHost)
        raise(context, failures::IndexOutOfRange, text, location);
      failure = makeFailure(context, failures::IndexOutOfRange, text, location);
    } else if (!failure && step == 0) {
      if (!context->isHost)
        raise(context, failures::BadExtentOrStep, "step is zero", location);
      failure = makeFailure(context, failures::BadExtentOrStep, "step is zero", location);
    } else if (!failure && (count < 0 || start < 0 || start > extent ||
                            (count > 0 && (start >= extent || last < 0 || last >= extent)))) {
      // The range as it is written: a step of one is low..high, whatever else is shown by its first and last element.
      // Of one that is turned round, count is the distance of its ends.
      bool isPlain = step == 1 || count < 0;
      int64_t low = step > 0 ? start : isPlain ? start + 1 - count : last;
      int64_t high = step < 0 ? start + 1 : isPlain ? start + count : last + 1;
      std::snprintf(text, sizeof text, "slice %lld..%lld is out of range: axis %d has extent %lld", (long long)low,
                    (long long)high, axis, (long long)extent);
      if (!context->isHost)
        raise(context, failures::SliceOutOfRange, text, location);
      failure = makeFailure(context, failures::SliceOutOfRange, text, location);
    }
    if (data && !failure)
      data += start * a->strides[axis] * int64_t(dg_type_size(dg_type(a->type)));
    if (!isDropped) {
      extents[rank] = count < 0 ? 0 : count;
      strides[rank] = a->strides[axis] * step;
      ++rank;
    }
  }
  if (failure) {
    failure = firstFailure(context, a, failure);
    if (isPlace)
      markAllFailed(a->buffer, failure);
    return newFailed(context, a->type, rank, extents, failure);
  }
  return newView(context, a, rank, extents, strides, data);
}

dg_array *dg_array_slice(dg_context *context, dg_array *a, const int64_t *starts, const int64_t *counts,
                         const int64_t *steps, uint32_t dropped, const dg_location *location) {
  return viewBox(context, a, starts, counts, steps, dropped, false, location);
}

dg_array *dg_array_place(dg_context *context, dg_array *a, const int64_t *starts, const int64_t *counts,
                         const int64_t *steps, uint32_t dropped, const dg_location *location) {
  return viewBox(context, a, starts, counts, steps, dropped, true, location);
}

dg_array *dg_array_transpose(dg_context *context, dg_array *a) {
  const Failure *failure = withoutStorage(context, a);
  int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
  for (int axis = 0; axis < a->rank; ++axis) {
    extents[axis] = a->extents[a->rank - 1 - axis];
    strides[axis] = a->strides[a->rank - 1 - axis];
  }
  if (failure)
    return newFailed(context, a->type, a->rank, extents, failure);
  return newView(context, a, a->rank, extents, strides, a->data);
}

dg_array *dg_array_reshape(dg_context *context, dg_array *a, int64_t rank, const int64_t *extents,
                           const dg_location *location) {
  const Failure *failure = withoutStorage(context, a);
  if (failure)
    return newFailed(context, a->type, int(rank), extents, failure);
  char text[128];
  int64_t count = 1;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (extents[axis] < 0) {
      std::snprintf(text, sizeof text, "negative extent %lld", (long long)extents[axis]);
      return fail(context, a->type, int(rank), nullptr, failures::BadExtentOrStep, text, location);
    }
    if (__builtin_mul_overflow(count, extents[axis], &count))
      count = INT64_MAX;
  }
  if (count != elementCount(a->rank, a->extents)) {
    std::snprintf(text, sizeof text, "extents differ: reshape of %lld elements to %lld",
                  (long long)elementCount(a->rank, a->extents), (long long)count);
    if (!context->isHost)
      raise(context, failures::ExtentsDiffer, text, location);
    failure = makeFailure(context, failures::ExtentsDiffer, text, location);
    return newFailed(context, a->type, int(rank), extents, firstFailure(context, a, failure));
  }
  int64_t strides[DG_MAX_RANK];
  rowMajorStrides(int(rank), extents, strides);
  if (isContiguous(a))
    return newView(context, a, int(rank), extents, strides, a->data);
  dg_array *copy = copyArray(context, a, nullptr, location);
  dg_array *view = newView(context, copy, int(rank), extents, strides, copy->data);
  dg_array_release(copy);
  return view;
}

// ---- chunks that the program sees ----------------------------------------------------------------------------------------

dg_array *dg_array_rechunk(dg_context *context, dg_array *a, const int64_t *chunk, const dg_location *location) {
  const bool isSame = a->buffer->gridGiven && isWhole(a) && std::equal(chunk, chunk + a->rank, a->buffer->chunk);
  if (context->replica && !isSame)
    context = behindReplicas(context);
  for (int axis = 0; axis < a->rank; ++axis)
    if (chunk[axis] <= 0) {
      char text[96];
      std::snprintf(text, sizeof text, chunk[axis] ? "negative extent %lld" : "chunks of no extent", (long long)chunk[axis]);
      dg_array *failed = fail(context, a->type, a->rank, a->extents, failures::BadExtentOrStep, text, location);
      dg_array_release(a);
      return failed;
    }
  if (isSame)
    return a;
  if (const Failure *failure = withoutStorage(context, a)) {
    dg_array *failed = newFailed(context, a->type, a->rank, a->extents, failure);
    dg_array_release(a);
    return failed;
  }
  Array *handle = internal(a);
  bool sole = !handle->foreign && refsOf(a).load(std::memory_order_acquire) == 1 &&
              handle->values->load(std::memory_order_acquire) == 1 && isWhole(a);
  if (!sole) {
    dg_array *copy = copyArray(context, a, context->isHost ? chunk : nullptr, location);
    dg_array_release(a);
    if (!context->isHost) {
      setGrid(copy->buffer, chunk);
      copy->buffer->gridGiven = true;
    }
    return copy;
  }
  // Tasks number chunks when they end, so the grid changes only when none is under way.
  if (context->isHost) {
    if (Plan *plan = context->runtime->plan())
      plan->stop();
    context->runtime->scheduler.workUntil([&] { return isQuiet(a->buffer); });
  }
  if (const Failure *failure = anyFailure(a->buffer)) {
    dg_array *failed = newFailed(context, a->type, a->rank, a->extents, failure);
    dg_array_release(a);
    return failed;
  }
  a->buffer->dropChunks();
  setGrid(a->buffer, chunk);
  a->buffer->gridGiven = true;
  a->tiles = a->tile = 0;
  return a;
}

// Waits for its shape, and fails if it has no tiles.
static inline void needTiles(dg_context *context, dg_array *a, const dg_location *location) {
  if (context->replica && !shapeKnown(a))
    context = behindReplicas(context);
  if (context->isHost && !shapeKnown(a))
    waitForShape(*context->runtime, a);
  if (!a->buffer->gridGiven || !isWhole(a))
    dg_fail_text(context, failures::BadExtentOrStep, "tiles of an array that was given no chunks", location);
}

int64_t dg_array_tiles(dg_context *context, dg_array *a, int64_t axis, const dg_location *location) {
  needTiles(context, a, location);
  return a->extents[axis] == 0 ? 0 : a->buffer->counts[axis];
}

// Apart, so that the usual case saves no registers.
__attribute__((noinline)) static void tileBox(dg_context *context, dg_array *a, const int64_t *tile, int64_t *starts,
                                              int64_t *counts, const dg_location *location) {
  needTiles(context, a, location);
  for (int axis = 0; axis < a->rank; ++axis) {
    int64_t tiles = a->extents[axis] == 0 ? 0 : a->buffer->counts[axis];
    if (tile[axis] < 0 || tile[axis] >= tiles)
      dg_fail_index(context, tile[axis], axis, tiles, location);
    starts[axis] = tile[axis] * a->buffer->chunk[axis];
    counts[axis] = std::min(a->buffer->chunk[axis], a->extents[axis] - starts[axis]);
  }
}

void dg_array_tile_box(dg_context *context, dg_array *a, const int64_t *tile, int64_t *starts, int64_t *counts,
                       const dg_location *location) {
  const dg_buffer *buffer = a->buffer;
  const int64_t extent = a->extents[0], number = *tile;
  bool isRow = a->rank == 1 && buffer->rank == 1 && shapeKnown(a) && buffer->gridGiven && a->data == buffer->base &&
               extent == buffer->extents[0] && a->strides[0] == 1 && extent > 0;
  if (!isRow || uint64_t(number) >= uint64_t(buffer->counts[0]))
    return tileBox(context, a, tile, starts, counts, location);
  const int64_t chunk = buffer->chunk[0], low = number * chunk;
  // From now on compiled code knows it: a handle that is the whole stays so, and its chunks change only in dg_array_rechunk.
  __atomic_store_n(&a->tile, chunk, __ATOMIC_RELAXED);
  __atomic_store_n(&a->tiles, buffer->counts[0], __ATOMIC_RELEASE);
  *starts = low;
  *counts = std::min(chunk, extent - low);
}
