#include "runtime/data/Array.h"
#include "runtime/data/Storage.h"
#include "runtime/sched/Context.h"
#include "runtime/sched/Runtime.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace dagger::rt {

void TaskList::add(TaskRef task) {
  if (count && (*this)[count - 1].serial == task.serial)
    return;
  if (count >= Inline && (count & (count - 1)) == 0)
    prune();
  if (count < Inline) {
    few[count++] = task;
    return;
  }
  if (!many)
    many = new std::vector<TaskRef>;
  many->push_back(task);
  ++count;
}

int TaskList::keepEnded = 0;

void TaskList::prune() {
  if (keepEnded)
    return;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; ++i) {
    TaskRef task = (*this)[i];
    if (task.ended())
      continue;
    (kept < Inline ? few[kept] : (*many)[kept - Inline]) = task;
    ++kept;
  }
  count = kept;
  if (many)
    many->resize(count > Inline ? count - Inline : 0);
}

void TaskList::moveTo(TaskList &other) {
  for (uint32_t i = 0; i < count; ++i)
    other.add((*this)[i]);
  clear();
}

int64_t elementCount(int rank, const int64_t *extents) {
  int64_t count = 1;
  for (int axis = 0; axis < rank; ++axis)
    count *= extents[axis];
  return count;
}

int64_t byteCount(uint8_t type, int rank, const int64_t *extents) {
  int64_t bytes = int64_t(dg_type_size(dg_type(type)));
  for (int axis = 0; axis < rank; ++axis)
    if (extents[axis] == 0)
      return 0;
  for (int axis = 0; axis < rank; ++axis)
    if (__builtin_mul_overflow(bytes, extents[axis], &bytes))
      return -1;
  return bytes;
}

void rowMajorStrides(int rank, const int64_t *extents, int64_t *strides) {
  int64_t stride = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= extents[axis];
  }
}

bool isContiguous(const dg_array *a) {
  int64_t stride = 1;
  for (int axis = a->rank - 1; axis >= 0; --axis) {
    if (a->extents[axis] == 0)
      return true;
    if (a->extents[axis] != 1 && a->strides[axis] != stride)
      return false;
    stride *= a->extents[axis];
  }
  return true;
}

// ---- buffers -------------------------------------------------------------------------------------------------------------

static void freeStorage(dg_buffer *b) {
  if (!b->base)
    return;
  if (b->type == DG_STR)
    for (size_t i = 0; i < b->bytes / sizeof(dg_str *); ++i)
      dg_str_release(reinterpret_cast<dg_str **>(b->base)[i]);
  if (b->isMalloced)
    std::free(b->base);
  else if (b->base != b->small)
    storage::free(b->base, b->bytes);
  b->base = nullptr;
}

dg_buffer *newEmptyBuffer(uint8_t type, int rank) {
  dg_buffer *buffer = new dg_buffer;
  buffer->type = type;
  buffer->rank = uint8_t(rank);
  for (int axis = 0; axis < rank; ++axis) {
    buffer->extents[axis] = 0;
    buffer->chunk[axis] = 1;
    buffer->counts[axis] = 1;
  }
  return buffer;
}

dg_buffer *newBuffer(uint8_t type, int rank, const int64_t *extents, bool zero) {
  int64_t bytes = byteCount(type, rank, extents);
  if (bytes < 0)
    return nullptr;
  dg_buffer *buffer = newEmptyBuffer(type, rank);
  zero = zero || type == DG_STR; // A kernel that stores a text gives back the one that was there.
  if (bytes <= int64_t(sizeof buffer->small)) {
    buffer->base = buffer->small;
    std::memset(buffer->small, 0, sizeof buffer->small);
  } else if (!(buffer->base = storage::allocate(size_t(bytes), zero))) {
    delete buffer;
    return nullptr;
  }
  buffer->bytes = size_t(bytes);
  for (int axis = 0; axis < rank; ++axis) {
    buffer->extents[axis] = extents[axis];
    buffer->chunk[axis] = std::max<int64_t>(extents[axis], 1);
  }
  return buffer;
}

// Takes one away; true if it was the last. Nobody else can have the last one, which saves the locked operation.
template <typename Counter> static bool takeLast(Counter &&counter) {
  return counter.load(std::memory_order_acquire) == 1 || counter.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void retainBuffer(dg_buffer *buffer) { buffer->refs.fetch_add(1, std::memory_order_relaxed); }

void releaseBuffer(dg_buffer *buffer) {
  if (takeLast(buffer->refs)) {
    freeStorage(buffer);
    delete buffer;
  }
}

void setGrid(dg_buffer *buffer, const int64_t *chunk) {
  buffer->chunkCount = buffer->together = 1;
  for (int axis = 0; axis < buffer->rank; ++axis) {
    int64_t extent = std::max<int64_t>(buffer->extents[axis], 1);
    buffer->chunk[axis] = std::clamp<int64_t>(chunk[axis], 1, extent);
    buffer->counts[axis] = (extent + buffer->chunk[axis] - 1) / buffer->chunk[axis];
    buffer->chunkCount *= buffer->counts[axis];
  }
  buffer->gridChosen = true;
}

void adoptStorage(dg_buffer *promised, dg_buffer *from) {
  if (from->base == from->small) {
    std::memcpy(promised->small, from->small, sizeof promised->small);
    promised->base = promised->small;
  } else {
    promised->base = from->base;
  }
  promised->isMalloced = from->isMalloced;
  promised->bytes = from->bytes;
  from->base = nullptr;
  from->bytes = 0;
  for (int axis = 0; axis < promised->rank; ++axis) {
    promised->extents[axis] = from->extents[axis];
    promised->chunk[axis] = std::max<int64_t>(from->extents[axis], 1);
  }
}

// ---- handles -------------------------------------------------------------------------------------------------------------

static void enlist(dg_context *context, Array *a) {
  RootRun *root = context->root;
  a->root = root;
  root->acquire();
  a->next = root->arrays;
  if (a->next)
    a->next->previous = a;
  root->arrays = a;
  root->release();
}

void detach(Array *a) {
  RootRun *root = a->root;
  if (!root)
    return;
  root->acquire();
  (a->previous ? a->previous->next : root->arrays) = a->next;
  if (a->next)
    a->next->previous = a->previous;
  root->release();
  a->previous = a->next = nullptr;
  a->root = nullptr;
}

Array *newArray(dg_context *context, dg_buffer *buffer, int rank, const int64_t *extents, const int64_t *strides, char *data) {
  Array *a = new Array;
  a->refs = 1;
  a->buffer = buffer;
  a->data = data;
  a->type = buffer->type;
  a->rank = uint8_t(rank);
  a->shape_known = 1;
  a->tiles = a->tile = 0;
  for (int axis = 0; axis < rank; ++axis) {
    a->extents[axis] = extents[axis];
    a->strides[axis] = strides[axis];
  }
  a->values = &buffer->values;
  if (buffer->refs.load(std::memory_order_acquire) == 1) // nobody else counts them
    buffer->values.store(buffer->values.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  else
    buffer->values.fetch_add(1, std::memory_order_relaxed);
  enlist(context, a);
  return a;
}

Array *newWhole(dg_context *context, dg_buffer *buffer) {
  int64_t strides[DG_MAX_RANK];
  rowMajorStrides(buffer->rank, buffer->extents, strides);
  return newArray(context, buffer, buffer->rank, buffer->extents, strides, buffer->base);
}

// Nothing but the value differs from a scalar just made: no task has a record of it, no failure, nobody else a count.
static bool isLikeNew(const Array *a) {
  const dg_buffer *buffer = a->buffer;
  return a->rank == 0 && buffer->rank == 0 && a->values == &buffer->values && !a->pinned && !a->foreign && !a->exclusive &&
         buffer->type != DG_STR && buffer->base == buffer->small && !buffer->chunks && !buffer->gridGiven && !buffer->gridChosen &&
         !buffer->failures.load(std::memory_order_acquire) && buffer->refs.load(std::memory_order_acquire) == 1 &&
         buffer->writes.load(std::memory_order_acquire) == 0 && a->holds.load(std::memory_order_acquire) == 1;
}

Array *newScalar(dg_context *context, uint8_t type) {
  RootRun *root = context->root;
  Array *a = root->spares;
  if (!a || type == DG_STR)
    return newWhole(context, newBuffer(type, 0, nullptr, true));
  root->spares = a->next;
  --root->spareCount;
  dg_buffer *buffer = a->buffer;
  a->refs = 1;
  a->type = buffer->type = type;
  a->data = buffer->small;
  a->shape_known = 1;
  a->tiles = a->tile = 0;
  buffer->bytes = dg_type_size(dg_type(type));
  buffer->values.store(1, std::memory_order_relaxed);
  std::memset(buffer->small, 0, sizeof buffer->small);
  enlist(context, a);
  return a;
}

void freeSpares(RootRun &root) {
  while (Array *a = root.spares) {
    root.spares = a->next;
    --root.spareCount;
    unhold(a);
  }
}

Array *newView(dg_context *context, dg_array *of, int rank, const int64_t *extents, const int64_t *strides, char *data) {
  Array *source = internal(of);
  retainBuffer(of->buffer);
  Array *a = newArray(context, of->buffer, rank, extents, strides, data);
  if (source->foreign) {
    of->buffer->values.fetch_sub(1, std::memory_order_relaxed);
    a->foreign = true;
    a->values = source->values;
    a->values->fetch_add(1, std::memory_order_relaxed);
  }
  return a;
}

Array *newFailed(dg_context *context, uint8_t type, int rank, const int64_t *extents, const Failure *failure) {
  dg_buffer *buffer = newEmptyBuffer(type, rank);
  markAllFailed(buffer, failure);
  int64_t none[DG_MAX_RANK] = {}, strides[DG_MAX_RANK];
  if (!extents)
    extents = none;
  rowMajorStrides(rank, extents, strides);
  return newArray(context, buffer, rank, extents, strides, nullptr);
}

void hold(Array *a) { a->holds.fetch_add(1, std::memory_order_relaxed); }

void unhold(Array *a) {
  if (!takeLast(a->holds))
    return;
  releaseBuffer(a->buffer);
  delete a;
}

// The last reference to the value is gone; pending tasks may still need the handle.
static void dropValue(Array *a) {
  RootRun *root = a->root;
  detach(a);
  if (root && root->keepsSpares() && isLikeNew(a)) {
    a->next = root->spares;
    root->spares = a;
    ++root->spareCount;
    return;
  }
  if (a->buffer->refs.load(std::memory_order_acquire) == 1) // nobody else counts them
    a->values->store(a->values->load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  else
    a->values->fetch_sub(1, std::memory_order_acq_rel);
  if (!a->pinned)
    unhold(a);
}

void releaseAll(RootRun &root) {
  while (Array *a = root.arrays) {
    refsOf(a).store(0, std::memory_order_relaxed);
    dropValue(a);
  }
}

void moveArrays(RootRun &from, RootRun &to) {
  Array *last = from.arrays;
  if (!last)
    return;
  for (;; last = last->next) {
    last->root = &to;
    if (!last->next)
      break;
  }
  to.acquire();
  last->next = to.arrays;
  if (to.arrays)
    to.arrays->previous = last;
  to.arrays = from.arrays;
  to.release();
  from.arrays = nullptr;
}

// ---- failures of chunks --------------------------------------------------------------------------------------------------

void markFailed(dg_buffer *buffer, int64_t chunk, const Failure *failure) {
  auto *table = buffer->failures.load(std::memory_order_acquire);
  if (!table) {
    auto *fresh = new std::atomic<const Failure *>[size_t(buffer->chunkCount)] {};
    if (buffer->failures.compare_exchange_strong(table, fresh, std::memory_order_acq_rel, std::memory_order_acquire))
      table = fresh;
    else
      delete[] fresh;
  }
  // Several tasks of one launch may share a chunk: the earliest failure stays.
  const Failure *old = table[chunk].load(std::memory_order_acquire);
  while (earlier(old, failure) != old)
    if (table[chunk].compare_exchange_weak(old, failure, std::memory_order_acq_rel, std::memory_order_acquire)) {
      if (!old)
        buffer->failed.fetch_add(1, std::memory_order_release);
      return;
    }
}

const Failure *failureOf(dg_buffer *buffer, int64_t chunk) {
  if (buffer->failed.load(std::memory_order_acquire) == 0)
    return nullptr;
  auto *table = buffer->failures.load(std::memory_order_acquire);
  return table ? table[chunk].load(std::memory_order_acquire) : nullptr;
}

void markAllFailed(dg_buffer *buffer, const Failure *failure) {
  for (int64_t chunk = 0; chunk < buffer->chunkCount; ++chunk)
    markFailed(buffer, chunk, failure);
}

const Failure *anyFailure(dg_buffer *buffer) {
  const Failure *found = nullptr;
  if (buffer->failed.load(std::memory_order_acquire))
    for (int64_t chunk = 0; chunk < buffer->chunkCount; ++chunk)
      found = earlier(found, failureOf(buffer, chunk));
  return found;
}

} // namespace dagger::rt

using namespace dagger::rt;

Chunk *dg_buffer::needChunks() {
  if (!chunks)
    chunks = recordCount() == 1 ? &only : new Chunk[size_t(recordCount())];
  return chunks;
}

void dg_buffer::dropChunks() {
  if (chunks != &only)
    delete[] chunks;
  only.writers.clear();
  only.readers.clear();
  only.before.clear();
  only.writer = 0;
  chunks = nullptr;
}

dg_buffer::~dg_buffer() {
  if (chunks != &only)
    delete[] chunks;
  delete[] failures.load(std::memory_order_relaxed);
}

void dg_array_retain(dg_array *a) {
  if (a)
    refsOf(a).fetch_add(1, std::memory_order_relaxed);
}

void dg_array_release(dg_array *a) {
  if (a && takeLast(refsOf(a)))
    dropValue(internal(a));
}
