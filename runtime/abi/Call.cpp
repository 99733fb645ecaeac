#include "runtime/abi/Call.h"
#include "runtime/data/Storage.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace dagger::rt {

static size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

static size_t pointerBytes(const dg_task &task) { return aligned(sizeof(void *) * (task.arrays + 3 * size_t(task.results))); }

size_t CallWork::bytesOf(const dg_task &task) {
  return aligned(sizeof(CallWork)) + aligned(sizeof(CallArgument) * task.arrays) + pointerBytes(task) + task.frame_bytes;
}

CallWork *CallWork::create(const dg_task &task, const void *frame) {
  size_t bytes = bytesOf(task);
  CallWork *work = create(task, frame, static_cast<char *>(poolAllocate(bytes)));
  work->blockBytes = bytes;
  return work;
}

CallWork *CallWork::create(const dg_task &task, const void *frame, char *block) {
  size_t head = aligned(sizeof(CallWork)), arguments = aligned(sizeof(CallArgument) * task.arrays), pointers = pointerBytes(task);
  auto *work = new (block) CallWork;
  work->task = task;
  work->arguments = reinterpret_cast<CallArgument *>(block + head);
  for (int k = 0; k < task.arrays; ++k)
    new (&work->arguments[k]) CallArgument;
  auto **next = reinterpret_cast<void **>(block + head + arguments);
  work->arrays = reinterpret_cast<dg_array **>(next);
  work->returned = reinterpret_cast<dg_array **>(next + task.arrays);
  work->promises = reinterpret_cast<Array **>(next + task.arrays + task.results);
  work->results = reinterpret_cast<dg_buffer **>(next + task.arrays + 2 * task.results);
  work->frame = block + head + arguments + pointers;
  if (task.frame_bytes)
    std::memcpy(work->frame, frame, task.frame_bytes);
  return work;
}

void CallWork::destroy() {
  size_t bytes = blockBytes;
  this->~CallWork();
  poolFree(this, bytes);
}

CallWork::~CallWork() {
  if (!isNode)
    return;
  for (int k = 0; k < task.arrays; ++k)
    unhold(arguments[k].handle);
  for (int r = 0; r < task.results; ++r)
    unhold(promises[r]);
}

void CallArgument::set(dg_array *a, uint8_t kind, const int64_t *given, const dg_place *place) {
  handle = internal(a);
  location = place ? place->location : nullptr;
  access = kind;
  hasBox = given != nullptr;
  map.buffer = a->buffer;
  bool known = shapeKnown(a);
  for (int axis = 0; axis < a->rank; ++axis) {
    box.low[axis] = given ? given[axis] : 0;
    box.high[axis] = given ? given[axis] + given[a->rank + axis] : known ? a->extents[axis] : 0;
  }
}

void CallArgument::setMap() {
  new (&map) ViewMap(handle);
  isMapped = true;
}

template <typename Function> static void forArgumentChunks(CallArgument &argument, const Function &each) {
  if (!argument.isMapped)
    argument.setMap();
  if (!argument.empty)
    forChunks(argument.map.buffer, argument.map.chunks(argument.box), each);
}

const Failure *CallWork::inputFailure(int64_t) {
  const Failure *found = failed;
  for (int k = 0; k < task.arrays && !failed; ++k)
    if (arguments[k].map.buffer->failed.load(std::memory_order_acquire))
      forArgumentChunks(arguments[k],
                        [&](int64_t number) { found = earlier(found, failureOf(arguments[k].map.buffer, number)); });
  return found;
}

int64_t CallWork::bytes(int64_t) {
  int64_t total = 0;
  for (int k = 0; k < task.arrays; ++k) {
    const CallArgument &a = arguments[k];
    if (!a.empty)
      total += int64_t(dg_type_size(dg_type(a.handle->type))) * elementsOf(a.box, a.handle->rank) * (a.updates() ? 2 : 1);
  }
  return total;
}

void makeViews(dg_context *context, CallArgument *arguments, int count, dg_array **arrays, const dg_location *location) {
  for (int k = 0; k < count; ++k) {
    CallArgument &argument = arguments[k];
    Array *of = argument.handle, &view = argument.view;
    view.refs = 1;
    view.shape_known = 1;
    view.buffer = of->buffer;
    view.data = of->data;
    view.type = of->type;
    view.rank = of->rank;
    for (int axis = 0; axis < of->rank; ++axis) {
      view.extents[axis] = of->extents[axis];
      view.strides[axis] = of->strides[axis];
    }
    view.ownValues.store(1, std::memory_order_relaxed);
    view.values = &view.ownValues;
    view.foreign = view.pinned = true;
    view.exclusive = argument.updates();
    arrays[k] = &view;
    if (!argument.hasBox)
      continue;
    int64_t size = int64_t(dg_type_size(dg_type(of->type)));
    for (int axis = 0; axis < of->rank; ++axis) {
      int64_t low = argument.box.low[axis], high = argument.box.high[axis];
      if (low < 0 || high < low || high > of->extents[axis]) {
        char text[160];
        std::snprintf(text, sizeof text, "slice %lld..%lld is out of range: axis %d has extent %lld", (long long)low,
                      (long long)high, axis, (long long)of->extents[axis]);
        raise(context, failures::SliceOutOfRange, text, argument.location ? argument.location : location);
      }
      view.extents[axis] = high - low;
      view.data += low * of->strides[axis] * size;
    }
  }
}

void CallWork::run(dg_context *context, int64_t, int64_t) {
  makeViews(context, arguments, task.arrays, arrays, location);
  for (int r = 0; r < task.results; ++r)
    returned[r] = nullptr;
  running = {&task, arguments, arrays, returned, results};
  context->results = &running;
  task.body(context, frame, arrays);
  // Results that take long to copy are copied here, while other tasks can still fail this one for want of memory.
  for (int r = 0; r < task.results; ++r) {
    dg_array *value = returned[r];
    if (!value || results[r]->rank == 0)
      continue;
    Array *a = internal(value);
    bool own = !a->foreign && refsOf(a).load(std::memory_order_relaxed) == 1 &&
               a->values->load(std::memory_order_relaxed) == 1 && isWhole(a) && a->root == context->root;
    if (!own) {
      returned[r] = copyArray(context, value, nullptr, location);
      dg_array_release(value);
    }
  }
}

void CallWork::finish(const Failure *failure) {
  for (int k = 0; k < task.arrays; ++k) {
    if (!arguments[k].updates())
      continue;
    dg_buffer *buffer = arguments[k].map.buffer;
    if (failure)
      forArgumentChunks(arguments[k], [&](int64_t number) { markFailed(buffer, number, failure); });
    if (isNode)
      buffer->writes.fetch_sub(1, std::memory_order_release);
  }
  for (int r = 0; r < task.results; ++r) {
    Array *promise = promises[r];
    dg_buffer *buffer = results[r];
    if (failure) {
      markAllFailed(buffer, failure);
    } else if (buffer->rank) {
      if (!returned[r]) {
        std::fprintf(stderr, "dagger: task `%s` ended without its result %d\n", name, r);
        std::abort();
      }
      dg_array *value = returned[r];
      adoptStorage(buffer, value->buffer);
      promise->data = buffer->base;
      for (int axis = 0; axis < buffer->rank; ++axis) {
        promise->extents[axis] = value->extents[axis];
        promise->strides[axis] = value->strides[axis];
      }
      rowMajorStrides(buffer->rank, promise->extents, promise->strides);
      dg_array_release(value);
    }
    __atomic_store_n(&promise->shape_known, uint8_t(1), __ATOMIC_RELEASE);
    if (isNode)
      buffer->writes.fetch_sub(1, std::memory_order_release);
  }
}

void CallWork::describe(int64_t, Failure &failure) {
  if (task.flags & LibraryTask) {
    if (failure.places.empty())
      addPlaces(failure, location);
    return;
  }
  if (failure.task.empty())
    failure.task = name;
  addPlaces(failure, location);
}

// ---- calls whose arguments are there -----------------------------------------------------------------------------------

// Calls `each` with the number of every chunk that the argument touches.
template <typename Function>
static void forTouched(const dg_array *a, const int64_t *given, const Function &each) {
  Box box;
  if (setBox(box, a, given))
    forChunks(a->buffer, ViewMap(a).chunks(box), each);
}

const Failure *failureOf(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes) {
  const Failure *found = nullptr;
  for (int k = 0; k < task.arrays; ++k)
    if (arrays[k]->buffer->failed.load(std::memory_order_acquire))
      forTouched(arrays[k], boxes ? boxes[k] : nullptr,
                 [&](int64_t number) { found = earlier(found, failureOf(arrays[k]->buffer, number)); });
  return found;
}

void failUpdates(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes, const Failure *failure) {
  for (int k = 0; k < task.arrays; ++k)
    if (task.access[k] != DG_READ)
      forTouched(arrays[k], boxes ? boxes[k] : nullptr,
                 [&](int64_t number) { markFailed(arrays[k]->buffer, number, failure); });
}

// ---- @retry: what the task updates, in storage of its own ------------------------------------------------------------

namespace {
struct Saved {
  std::vector<dg_buffer *> boxes; // one for each updated argument
};
int64_t boxShape(const CallArgument &argument, int64_t *extents, char *&data) {
  const Array *of = argument.handle;
  data = of->data;
  for (int axis = 0; axis < of->rank; ++axis) {
    extents[axis] = argument.hasBox ? argument.box.high[axis] - argument.box.low[axis] : of->extents[axis];
    // A box that is out of range is the failure to come; nothing is saved of it.
    if (argument.hasBox && (argument.box.low[axis] < 0 || argument.box.high[axis] > of->extents[axis]))
      return -1;
    if (argument.hasBox)
      data += argument.box.low[axis] * of->strides[axis] * int64_t(dg_type_size(dg_type(of->type)));
  }
  return elementCount(of->rank, extents);
}
} // namespace

void *saveUpdates(CallArgument *arguments, int count) {
  auto *saved = new Saved;
  for (int k = 0; k < count; ++k) {
    dg_buffer *copy = nullptr;
    int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
    char *data;
    const Array *of = arguments[k].handle;
    if (arguments[k].updates() && boxShape(arguments[k], extents, data) > 0) {
      if (!(copy = newBuffer(of->type, of->rank, extents, false))) {
        discardUpdates(saved);
        return nullptr;
      }
      rowMajorStrides(of->rank, extents, strides);
      copyElements(of->type, of->rank, extents, copy->base, strides, data, of->strides);
    }
    saved->boxes.push_back(copy);
  }
  return saved;
}

void restoreUpdates(CallArgument *arguments, int count, void *state) {
  auto *saved = static_cast<Saved *>(state);
  for (int k = 0; k < count; ++k) {
    dg_buffer *copy = saved->boxes[size_t(k)];
    if (!copy)
      continue;
    int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
    char *data;
    const Array *of = arguments[k].handle;
    boxShape(arguments[k], extents, data);
    rowMajorStrides(of->rank, extents, strides);
    copyElements(of->type, of->rank, extents, data, of->strides, copy->base, strides);
  }
}

void discardUpdates(void *state) {
  auto *saved = static_cast<Saved *>(state);
  for (dg_buffer *copy : saved->boxes)
    if (copy)
      releaseBuffer(copy);
  delete saved;
}

void *CallWork::save() { return saveUpdates(arguments, task.arrays); }
void CallWork::restore(void *saved) { restoreUpdates(arguments, task.arrays, saved); }
void CallWork::discard(void *saved) { discardUpdates(saved); }

} // namespace dagger::rt
