// dg_task_submit and what a body calls.
#include "runtime/abi/CallBatch.h"
#include "runtime/abi/DirectCall.h"
#include "runtime/abi/Plan.h"
#include "runtime/abi/Replicate.h"
#include "runtime/abi/Single.h"
#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace dagger::rt;
namespace failures = dagger::failures;

// ---- places that overlap ---------------------------------------------------------------------------------------------

// Whether two arithmetic sequences (first, step, count) share a number.
static bool meet(int64_t a, int64_t aStep, int64_t aCount, int64_t b, int64_t bStep, int64_t bCount) {
  if (aCount > bCount)
    return meet(b, bStep, bCount, a, aStep, aCount);
  for (int64_t i = 0; i < aCount; ++i) {
    int64_t distance = a + i * aStep - b;
    if (bStep == 0 || bCount == 1 ? distance == 0
                                  : distance % bStep == 0 && distance / bStep >= 0 && distance / bStep < bCount)
      return true;
  }
  return false;
}

static bool overlap(const CallArgument &x, const CallArgument &y) {
  const ViewMap &a = x.map, &b = y.map;
  if (a.buffer != b.buffer)
    return false;
  if (x.handle == y.handle && !x.hasBox && !y.hasBox)
    return true; // Whole arrays overlap, also if their shape is still to come (an empty one is never written).
  for (int axis = 0; axis < a.rank; ++axis)
    if (x.box.high[axis] <= x.box.low[axis])
      return false;
  for (int axis = 0; axis < b.rank; ++axis)
    if (y.box.high[axis] <= y.box.low[axis])
      return false;
  if (x.handle == y.handle || (a.whole && b.whole)) {
    for (int axis = 0; axis < a.rank; ++axis)
      if (x.box.high[axis] <= y.box.low[axis] || y.box.high[axis] <= x.box.low[axis])
        return false;
    return true;
  }
  if (!a.exact || !b.exact)
    return true;
  for (int d = 0; d < a.buffer->rank; ++d) {
    int64_t first[2], step[2], count[2];
    int side = 0;
    for (const CallArgument *argument : {&x, &y}) {
      const ViewMap &m = argument->map;
      first[side] = m.whole ? 0 : m.origin[d];
      step[side] = 1;
      count[side] = 1;
      for (int axis = 0; axis < m.rank; ++axis)
        if (m.whole ? axis == d : m.axis[axis] == d) {
          step[side] = m.whole ? 1 : m.step[axis];
          first[side] += argument->box.low[axis] * step[side];
          count[side] = argument->box.high[axis] - argument->box.low[axis];
        }
      ++side;
    }
    if (!meet(first[0], step[0], count[0], first[1], step[1], count[1]))
      return false;
  }
  return true;
}

// The failure text of the first pair of updated places that overlap, or nothing.
static std::string overlapText(const CallArgument *arguments, int count, const dg_place *const *places) {
  for (int i = 0; i < count; ++i)
    for (int j = i + 1; j < count; ++j)
      if (arguments[i].updates() && arguments[j].updates() && overlap(arguments[i], arguments[j]))
        return failures::placesOverlap(places && places[i] ? places[i]->text : "?", places && places[j] ? places[j]->text : "?");
  return {};
}

static void setArgument(CallArgument &argument, dg_array *a, uint8_t access, const int64_t *box, const dg_place *place) {
  argument.set(a, access, box, place);
  argument.setMap();
}

// Whether the box lies in the array; if not, dependences are taken on all of it, and the body's start is the failure.
static bool inRange(const CallArgument &argument) {
  for (int axis = 0; axis < argument.handle->rank; ++axis)
    if (argument.box.low[axis] < 0 || argument.box.high[axis] < argument.box.low[axis] ||
        argument.box.high[axis] > argument.handle->extents[axis])
      return false;
  return true;
}

// A plain argument is its value at the call. If it shares elements with a place that the call updates it is replaced by a copy,
// of its box where it has one; null if it does not. The caller releases the copy.
static dg_array *copyIfShared(dg_context *context, const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes, int k) {
  if (task.access[k] != DG_READ)
    return nullptr;
  for (int u = 0; u < task.arrays; ++u) {
    if (task.access[u] == DG_READ || arrays[u]->buffer != arrays[k]->buffer)
      continue;
    if (arrays[u] == arrays[k] && boxes && boxes[u] && boxes[k] && areApart(boxes[u], boxes[k], arrays[k]->rank))
      continue;
    if (context->isHost)
      waitForShape(*context->runtime, arrays[k]);
    CallArgument plain, updated;
    setArgument(plain, arrays[k], DG_READ, boxes ? boxes[k] : nullptr, nullptr);
    setArgument(updated, arrays[u], task.access[u], boxes ? boxes[u] : nullptr, nullptr);
    if (!arrays[k]->data || !inRange(plain) || !inRange(updated) || !overlap(plain, updated))
      continue;
    if (!plain.hasBox)
      return copyArray(context, arrays[k], nullptr, task.location);
    int64_t ones[DG_MAX_RANK], counts[DG_MAX_RANK];
    for (int axis = 0; axis < plain.map.rank; ++axis) {
      ones[axis] = 1;
      counts[axis] = plain.box.high[axis] - plain.box.low[axis];
    }
    dg_array *view = dg_array_slice(context, arrays[k], plain.box.low, counts, ones, 0, task.location);
    dg_array *copy = copyArray(context, view, nullptr, task.location);
    dg_array_release(view);
    return copy;
  }
  return nullptr;
}

// ---- on the host -----------------------------------------------------------------------------------------------------------

// Whether the call runs here and now: there is nobody else to run it, or it costs less than a task, and it waits for nothing.
static bool runsNow(Runtime &runtime, const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes) {
  if (runtime.scheduler.isObserved() || runtime.sequentialDepth)
    return false;
  if (runtime.runsAtOnce())
    runtime.scheduler.drain();
  else if (!(task.flags & DG_TASK_LIGHT))
    return false;
  bool isFree = true;
  for (int k = 0; k < task.arrays; ++k) {
    const dg_array *a = arrays[k];
    dg_buffer *buffer = a->buffer;
    const int64_t *box = boxes ? boxes[k] : nullptr;
    if (!shapeKnown(a) || !buffer->base || buffer->failed.load(std::memory_order_relaxed))
      return false;
    for (int axis = 0; box && axis < a->rank; ++axis)
      if (box[axis] < 0 || box[a->rank + axis] < 0 || box[axis] > a->extents[axis] - box[a->rank + axis])
        return false;
    isFree = isFree && (runtime.scheduler.liveTasks() == 0 || dagger::rt::isFree(a, box, task.access[k] != DG_READ));
  }
  bool isReady = isFree || isIdle(runtime);
  if (isReady)
    runtime.singles.sequence = runtime.sequence + 1; // the run goes on
  std::atomic_thread_fence(std::memory_order_acquire); // what the tasks that have ended wrote
  return isReady;
}

// The call's node in the graph waits for who uses the chunks of its argument now.
static void dependOnArgument(Scheduler &scheduler, Task *node, const CallArgument &argument, const Box &box) {
  Box chunks = argument.map.chunks(box);
  // Two arguments may share a chunk: the second one must not wait for this very task, and it does not.
  if (argument.updates())
    dependWrite(scheduler, node, argument.map.buffer, chunks, true);
  else
    dependRead(scheduler, node, argument.map.buffer, chunks, true);
}

// The handle of a result that is to come.
static dg_array *promiseResult(Runtime &runtime, CallWork &work, int r) {
  uint8_t type = work.task.result_type[r], rank = work.task.result_rank[r];
  dg_buffer *buffer = rank ? newEmptyBuffer(type, rank) : newBuffer(type, 0, nullptr, true);
  buffer->writes.store(work.isNode, std::memory_order_relaxed);
  Array *promise = newWhole(&runtime.host, buffer);
  promise->shape_known = rank == 0;
  work.results[r] = buffer;
  work.promises[r] = promise;
  return promise;
}

// What runsNow() says of: no node, no dependences.
static void callNow(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                    const dg_place *const *places, dg_array **results) {
  auto *block = static_cast<char *>(__builtin_alloca_with_align(CallWork::bytesOf(task), 64 * 8));
  CallWork *work = CallWork::create(task, frame, block);
  work->runtime = &runtime;
  work->sequence = ++runtime.sequence;
  work->name = task.name ? task.name : "";
  work->location = task.location;
  int updates = 0;
  for (int k = 0; k < task.arrays; ++k) {
    CallArgument &argument = work->arguments[k];
    argument.set(arrays[k], task.access[k], boxes ? boxes[k] : nullptr, places ? places[k] : nullptr);
    for (int axis = 0; axis < arrays[k]->rank; ++axis)
      argument.empty |= argument.box.high[axis] <= argument.box.low[axis];
    updates += argument.updates();
  }
  if (updates > 1) {
    for (int k = 0; k < task.arrays; ++k)
      work->arguments[k].setMap();
    if (std::string text = overlapText(work->arguments, task.arrays, places); !text.empty())
      work->failed = makeFailure(&runtime.host, failures::PlacesOverlap, std::move(text), task.location, -1, work);
  }
  for (int r = 0; r < task.results; ++r)
    results[r] = promiseResult(runtime, *work, r);
  runtime.scheduler.runNow(*work, 0, 1, task.flags & DG_TASK_STATEMENT);
  work->~CallWork();
}

static void submitCall(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays,
                       const int64_t *const *boxes, bool isApart, const dg_place *const *places, dg_array **results,
                       int32_t priority) {
  runtime.enter();
  if (Plan *plan = runtime.plan())
    plan->stop();
  if (runsNow(runtime, task, arrays, boxes))
    return callNow(runtime, task, frame, arrays, boxes, places, results);
  if (callInBatch(runtime, task, frame, arrays, boxes, isApart, priority, results))
    return;
  runtime.makeRoom();
  Scheduler &scheduler = runtime.scheduler;
  CallWork *work = CallWork::create(task, frame);
  work->runtime = &runtime;
  if (task.flags & LibraryTask) {
    std::copy(task.result_type, task.result_type + task.results, work->resultTypes);
    work->task.result_type = work->resultTypes;
  }
  work->sequence = ++runtime.sequence;
  work->name = task.name ? task.name : "";
  work->location = task.location;

  work->isNode = true;
  Task *node = scheduler.make(work, work->sequence, 0, priority, true);
  int updates = 0;
  for (int k = 0; k < task.arrays; ++k) {
    CallArgument &argument = work->arguments[k];
    prepareGrid(runtime, arrays[k]->buffer);
    setArgument(argument, arrays[k], task.access[k], boxes ? boxes[k] : nullptr, places ? places[k] : nullptr);
    updates += argument.updates();
    hold(argument.handle);
    dg_buffer *buffer = arrays[k]->buffer;
    Box box = argument.box;
    // Where the shape is still to come there is one chunk, and the body's start sees whether the box fits.
    bool empty = false, known = shapeKnown(arrays[k]) && buffer->base;
    if (known && !inRange(argument))
      for (int axis = 0; axis < arrays[k]->rank; ++axis)
        box.low[axis] = 0, box.high[axis] = arrays[k]->extents[axis];
    for (int axis = 0; axis < arrays[k]->rank; ++axis)
      empty |= known && box.high[axis] <= box.low[axis];
    if (argument.updates())
      buffer->writes.fetch_add(1, std::memory_order_relaxed);
    argument.empty = empty;
    if (!empty)
      dependOnArgument(scheduler, node, argument, box);
  }
  for (int k = 0; k < task.arrays; ++k)
    if (shapeKnown(arrays[k]) && arrays[k]->buffer->base && !inRange(work->arguments[k])) {
      CallArgument &argument = work->arguments[k];
      for (int axis = 0; axis < arrays[k]->rank && !work->failed; ++axis)
        if (argument.box.low[axis] < 0 || argument.box.high[axis] < argument.box.low[axis] ||
            argument.box.high[axis] > arrays[k]->extents[axis])
          work->failed = makeFailure(&runtime.host, failures::SliceOutOfRange,
                                     failures::sliceOutOfRange(argument.box.low[axis], argument.box.high[axis], axis,
                                                               arrays[k]->extents[axis]),
                                     argument.location ? argument.location : task.location, -1, work);
      for (int axis = 0; axis < arrays[k]->rank; ++axis)
        argument.box.low[axis] = 0, argument.box.high[axis] = std::max<int64_t>(arrays[k]->extents[axis], 1);
    }
  if (!work->failed && updates > 1)
    if (std::string text = overlapText(work->arguments, task.arrays, places); !text.empty())
      work->failed =
          makeFailure(&runtime.host, failures::PlacesOverlap, std::move(text), task.location, -1, work);
  for (int r = 0; r < task.results; ++r) {
    results[r] = promiseResult(runtime, *work, r);
    hold(work->promises[r]);
    Box one = {};
    for (int axis = 0; axis < task.result_rank[r]; ++axis)
      one.high[axis] = 1;
    dependWrite(scheduler, node, work->results[r], one, false);
  }
  if (runtime.sequentialDepth) {
    scheduler.depend(node, runtime.sequentialLast);
    runtime.sequentialLast = TaskRef(node);
  }
  if (task.flags & (DG_TASK_PRINTS | DG_TASK_STATEMENT))
    node->slot = runtime.effects.add(work->sequence, task.flags & DG_TASK_STATEMENT);
  scheduler.submit(node);
  work->release();
}

// ---- in a task -------------------------------------------------------------------------------------------------------------

// One try, behind an edge of its own. Separate, so that nothing of the caller lives in registers across the return.
__attribute__((noinline)) static bool tryBody(dg_context &context, const dg_task &task, void *frame, dg_array *const *arrays) {
  jmp_buf edge;
  beginAt(context, edge);
  if (_setjmp(edge))
    return false;
  task.body(&context, frame, arrays);
  return true;
}

static void callInPlace(dg_context *context, const dg_task &task, const void *frame, dg_array *const *arrays,
                        const int64_t *const *boxes, const dg_place *const *places, dg_array **results) {
  // Plain memory on the stack: a failure in the body unwinds past it.
  auto *arguments = static_cast<CallArgument *>(__builtin_alloca(sizeof(CallArgument) * (task.arrays + 1u)));
  auto **views = static_cast<dg_array **>(__builtin_alloca(sizeof(dg_array *) * (task.arrays + 1u)));
  auto *frameCopy = static_cast<char *>(__builtin_alloca(task.frame_bytes + 64));
  frameCopy = reinterpret_cast<char *>((uintptr_t(frameCopy) + 63) & ~uintptr_t(63));
  if (task.frame_bytes)
    std::memcpy(frameCopy, frame, task.frame_bytes);
  for (int k = 0; k < task.arrays; ++k) {
    new (&arguments[k]) CallArgument;
    setArgument(arguments[k], arrays[k], task.access[k], boxes ? boxes[k] : nullptr, places ? places[k] : nullptr);
  }
  dg_context inner = *context;
  if (!(task.flags & LibraryTask)) {
    inner.name = task.name;
    inner.call = task.location;
  } else {
    inner.name = nullptr;
    inner.call = nullptr;
  }
  inner.sites = nullptr;
  inner.parent = context;
  makeViews(&inner, arguments, task.arrays, views, task.location);
  const Failure *failure = nullptr;
  if (std::string text = overlapText(arguments, task.arrays, places); !text.empty())
    failure = makeFailure(context, failures::PlacesOverlap, std::move(text), task.location, context->point, context->work);
  if (failure)
    unwind(context, failure);
  for (int r = 0; r < task.results; ++r)
    results[r] = nullptr;
  RunningCall running = {&task, arguments, views, results, nullptr};
  inner.results = &running;
  if (!task.retries) {
    task.body(&inner, frameCopy, views);
    return;
  }
  RootRun root;
  inner.root = &root;
  inner.failure = nullptr;
  void *saved = saveUpdates(arguments, task.arrays);
  size_t printed = context->output->size;
  int left = saved ? task.retries : 0;
  while (!tryBody(inner, task, frameCopy, views)) {
    releaseAll(root);
    if (left-- == 0) {
      if (saved)
        discardUpdates(saved);
      unwind(context, inner.failure);
    }
    context->output->size = printed;
    restoreUpdates(arguments, task.arrays, saved);
    makeViews(&inner, arguments, task.arrays, views, task.location);
    for (int r = 0; r < task.results; ++r)
      results[r] = nullptr;
  }
  if (saved)
    discardUpdates(saved);
  moveArrays(root, *context->root);
}

// Separate, so that a call that is done at once needs no room for what others copy.
__attribute__((noinline)) static void submitOther(dg_context *context, const dg_task *task, const void *frame,
                                                  dg_array *const *arrays, const int64_t *const *boxes,
                                                  const dg_place *const *places, dg_array **results, int32_t priority) {
  if ((task->flags & DG_TASK_LIGHT) && context->isHost && callDirect(*context->runtime, *task, frame, arrays, boxes, results))
    return;
  if (context->isHost && !mayShare(*task, arrays, boxes))
    return submitCall(*context->runtime, *task, frame, arrays, boxes, true, places, results, priority);
  if (context->replica)
    return callInReplica(context, *task, frame, arrays, boxes, places, results, priority);
  // Plain memory on the stack: a failure in the body unwinds past it.
  auto **given = static_cast<dg_array **>(__builtin_alloca(sizeof(dg_array *) * (task->arrays + 1u)));
  auto **givenBoxes = static_cast<const int64_t **>(__builtin_alloca(sizeof(int64_t *) * (task->arrays + 1u)));
  uint64_t copied = 0;
  for (int k = 0; k < task->arrays; ++k) {
    dg_array *copy = k < 64 ? copyIfShared(context, *task, arrays, boxes, k) : nullptr;
    given[k] = copy ? copy : arrays[k];
    givenBoxes[k] = copy || !boxes ? nullptr : boxes[k];
    copied |= uint64_t(copy != nullptr) << k;
  }
  if (context->isHost)
    submitCall(*context->runtime, *task, frame, given, givenBoxes, false, places, results, priority);
  else
    callInPlace(context, *task, frame, given, givenBoxes, places, results);
  for (int k = 0; copied; ++k, copied >>= 1)
    if (copied & 1)
      dg_array_release(given[k]);
}

void dg_task_submit(dg_context *context, const dg_task *task, const void *frame, dg_array *const *arrays,
                    const int64_t *const *boxes, const dg_place *const *places, dg_array **results, int32_t priority) {
  if (!((task->flags & DG_TASK_LIGHT) && context->isHost && task->direct &&
        callOnArrays(*context->runtime, *task, frame, arrays, boxes, results)))
    submitOther(context, task, frame, arrays, boxes, places, results, priority);
}

void dg_replicate(dg_context *context, const dg_replicated *loop, void *frame, int64_t turns) {
  Runtime &runtime = *context->runtime;
  if (!runtime.replicator)
    runtime.replicator = std::make_unique<Replicator>(runtime);
  runtime.replicator->run(*loop, static_cast<char *>(frame), turns);
}

// ---- what a body calls -------------------------------------------------------------------------------------------------

void dg_task_return(dg_context *context, int32_t result, dg_array *value) {
  auto *running = static_cast<RunningCall *>(context->results);
  if (running->results && value->rank == 0) {
    dg_task_return_scalar(context, result, value->data);
    // The place has a reference of its own to a text.
    if (value->type == DG_STR)
      dg_str_retain(*reinterpret_cast<dg_str **>(value->data));
    dg_array_release(value);
    return;
  }
  // A view of an argument is its value now: what the caller writes there later must not show.
  if (!running->results && internal(value)->foreign) {
    dg_array *copy = copyArray(context, value, nullptr, running->task->location);
    dg_array_release(value);
    value = copy;
  }
  dg_array_release(running->returned[result]);
  running->returned[result] = value;
}

void dg_task_return_scalar(dg_context *context, int32_t result, const void *value) {
  auto *running = static_cast<RunningCall *>(context->results);
  uint8_t type = running->task->result_type[result];
  char *place;
  if (running->results) {
    place = running->results[result]->base;
  } else {
    dg_array_release(running->returned[result]);
    running->returned[result] = dg_array_new(context, dg_type(type), 0, nullptr, 1, running->task->location);
    place = running->returned[result]->data;
  }
  if (type == DG_STR)
    dg_str_release(*reinterpret_cast<dg_str **>(place));
  std::memcpy(place, value, dg_type_size(dg_type(type)));
}

dg_array *dg_task_settle(dg_context *context, int32_t argument, dg_array *value) {
  auto *running = static_cast<RunningCall *>(context->results);
  for (int k = 0; k < running->task->arrays; ++k)
    if (k != argument && running->arguments[k].updates() && running->arguments[k].view.buffer == value->buffer && internal(value)->foreign) {
      dg_array *copy = copyArray(context, value, nullptr, running->task->location);
      dg_array_release(value);
      return copy;
    }
  return value;
}

void dg_task_update(dg_context *context, int32_t argument, dg_array *value) {
  auto *running = static_cast<RunningCall *>(context->results);
  Array &place = running->arguments[argument].view;
  if (value != &place && !(value->buffer == place.buffer && value->data == place.data)) {
    for (int axis = 0; axis < place.rank; ++axis)
      if (value->extents[axis] != place.extents[axis]) {
        char text[128];
        std::snprintf(text, sizeof text, "extents differ: %lld and %lld along axis %d", (long long)value->extents[axis],
                      (long long)place.extents[axis], axis);
        raise(context, failures::ExtentsDiffer, text, running->task->location);
      }
    copyElements(place.type, place.rank, place.extents, place.data, place.strides, value->data, value->strides);
  }
  dg_array_release(value);
}
