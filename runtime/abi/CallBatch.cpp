#include "runtime/abi/CallBatch.h"
#include <algorithm>
#include <cstring>
#include <utility>
#include <x86intrin.h>

namespace dagger::rt {

namespace {
// A microsecond is two to four thousand ticks. A node costs less than one, so what takes several need not share it.
constexpr uint64_t shortTicks = 15'000, batchTicks = 60'000;
constexpr size_t blockBytes = 8 << 10;
constexpr int mostArrays = 8, mostResults = 4;

struct Record {
  dg_task task; // the caller's may be gone
  void *frame;
  dg_array **arrays;
  const int64_t **boxes; // null: all of every array
  // Of the results, which are scalars: their storage, and the handles.
  dg_buffer **results;
  Array **promises;
};
} // namespace

// One block: the object, and behind it what the calls were given.
struct BatchWork final : Work {
  std::atomic<uint32_t> *ticks; // where its own go
  size_t bytesOfBlock = 0, used = 0;
  uint64_t begun = 0;
  int64_t count = 0;
  uint64_t lastSequence = 0;
  bool isStatement = false;
  // Each array once.
  int handles = 0;
  Array *held[mostArrays];
  bool isWritten[mostArrays];
  Record *records[CallBatches::most];

  static size_t bytesOf(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes) {
    size_t bytes = sizeof(Record) + (task.frame_bytes + 63) / 64 * 64 + 64 + sizeof(void *) * (2 * task.arrays + 2 * size_t(task.results));
    for (int k = 0; boxes && k < task.arrays; ++k)
      if (boxes[k])
        bytes += sizeof(int64_t) * 2 * arrays[k]->rank;
    return bytes;
  }
  char *take(size_t bytes, size_t alignment) {
    used = (used + alignment - 1) / alignment * alignment;
    char *place = reinterpret_cast<char *>(this) + used;
    used += bytes;
    return place;
  }

  void destroy() override {
    for (int i = 0; i < handles; ++i)
      unhold(held[i]);
    for (int64_t i = 0; i < count; ++i)
      for (int r = 0; r < records[i]->task.results; ++r)
        unhold(records[i]->promises[r]);
    size_t bytes = bytesOfBlock;
    this->~BatchWork();
    poolFree(this, bytes);
  }
  const Failure *inputFailure(int64_t point) override {
    Record &call = *records[point];
    return failureOf(call.task, call.arrays, call.boxes);
  }
  void run(dg_context *context, int64_t point, int64_t) override {
    Record &call = *records[point];
    const dg_task &task = call.task;
    if (point == 0)
      begun = __rdtsc();
    auto *arguments = static_cast<CallArgument *>(__builtin_alloca_with_align(sizeof(CallArgument) * (task.arrays + 1u), 64 * 8));
    auto **views = static_cast<dg_array **>(__builtin_alloca(sizeof(dg_array *) * (task.arrays + 1u)));
    for (int k = 0; k < task.arrays; ++k) {
      auto *argument = new (&arguments[k]) CallArgument;
      argument->access = task.access[k];
      beginView(argument->view);
      setView(argument->view, call.arrays[k], call.boxes ? call.boxes[k] : nullptr, argument->updates());
      views[k] = &argument->view;
    }
    dg_array *returned[mostResults] = {};
    RunningCall running = {&task, arguments, views, returned, call.results};
    context->results = &running;
    task.body(context, call.frame, views);
  }
  void fail(int64_t point, const Failure *failure) override {
    Record &call = *records[point];
    failUpdates(call.task, call.arrays, call.boxes, failure);
    for (int r = 0; r < call.task.results; ++r)
      markAllFailed(call.results[r], failure);
  }
  void finish(const Failure *) override {
    if (begun)
      ticks->store(uint32_t(std::clamp<uint64_t>((__rdtsc() - begun) / uint64_t(count), 1, 1u << 30)), std::memory_order_relaxed);
    for (int i = 0; i < handles; ++i)
      if (isWritten[i])
        held[i]->buffer->writes.fetch_sub(1, std::memory_order_release);
    for (int64_t i = 0; i < count; ++i)
      for (int r = 0; r < records[i]->task.results; ++r)
        records[i]->results[r]->writes.fetch_sub(1, std::memory_order_release);
  }
  void describe(int64_t point, Failure &failure) override {
    const dg_task &task = records[point]->task;
    if (failure.task.empty())
      failure.task = task.name ? task.name : "";
    addPlaces(failure, task.location);
  }
};

static std::atomic<uint32_t> &ticksOf(CallBatches &batches, const dg_task &task) {
  return batches.ticks[(reinterpret_cast<uintptr_t>(&task) >> 5) % CallBatches::kinds];
}

// Hands on what is open.
static void closeBatch(Runtime &runtime) {
  CallBatches &batches = *runtime.callBatches;
  BatchWork *work = batches.open;
  Task *node = batches.node;
  batches.open = nullptr;
  batches.node = nullptr;
  node->count = work->count;
  runtime.scheduler.submit(node);
  work->release();
}

// How many calls the next batch takes.
static int64_t sizeOfNext(Runtime &runtime, CallBatches &batches, const dg_task &task) {
  uint64_t ticks = task.flags & DG_TASK_LIGHT ? 100 : ticksOf(batches, task).load(std::memory_order_relaxed);
  if (!ticks || ticks > shortTicks || batches.slow >= 2)
    return 1;
  uint64_t threads = uint64_t(runtime.scheduler.threads()), length = std::max(batches.length, batches.calls - batches.first);
  uint64_t share = (length + threads - 1) / threads;
  return int64_t(std::clamp<uint64_t>(std::min(share, batchTicks / ticks), 1, CallBatches::most));
}

// The array's place in the batch's list, for which there is room: see takes().
static int placeOf(BatchWork &work, dg_array *a) {
  for (int i = work.handles; i-- > 0;)
    if (work.held[i] == a)
      return i;
  work.held[work.handles] = internal(a);
  work.isWritten[work.handles] = false;
  hold(internal(a));
  return work.handles++;
}

static bool takes(CallBatches &batches, const dg_task &task, dg_array *const *arrays, size_t bytes, uint64_t sequence, int32_t priority) {
  BatchWork *work = batches.open;
  if (!work || batches.priority != priority || work->lastSequence != sequence ||
      work->isStatement != bool(task.flags & DG_TASK_STATEMENT) || work->used + bytes > work->bytesOfBlock)
    return false;
  int more = 0;
  for (int k = 0; k < task.arrays; ++k) {
    bool isKnown = false;
    for (int i = work->handles; i-- > 0 && !isKnown;)
      isKnown = work->held[i] == arrays[k];
    more += !isKnown;
  }
  return work->handles + more <= int(std::size(work->held));
}

static void openBatch(Runtime &runtime, CallBatches &batches, const dg_task &task, size_t bytes, int32_t priority) {
  batches.room = sizeOfNext(runtime, batches, task);
  runtime.makeRoom(batches.room);
  size_t block = std::min(blockBytes, sizeof(BatchWork) + size_t(batches.room) * bytes);
  auto *work = new (poolAllocate(std::max(block, sizeof(BatchWork) + bytes))) BatchWork;
  work->bytesOfBlock = std::max(block, sizeof(BatchWork) + bytes);
  work->used = sizeof(BatchWork);
  work->ticks = &ticksOf(batches, task);
  work->sequence = runtime.sequence + 1;
  work->name = task.name ? task.name : "";
  work->location = task.location;
  work->isStatement = task.flags & DG_TASK_STATEMENT;
  batches.priority = priority;
  batches.node = runtime.scheduler.make(work, work->sequence, 0, priority, true);
  if (work->isStatement)
    batches.node->slot = runtime.effects.add(work->sequence, true);
  batches.open = work;
  runtime.scheduler.close = closeBatch;
}

// The records of chunks that the box touches: numbers from `first` on, so many; none if that is not one row of them.
static bool isRow(const dg_array *a, const int64_t *given, int64_t &first, int64_t &count) {
  const dg_buffer *buffer = a->buffer;
  first = 0, count = 1;
  if (a->rank == 0)
    return buffer->rank == 0;
  if (a->rank != 1 || buffer->together != 1 || !isWhole(a))
    return false;
  int64_t low = given ? given[0] : 0, size = given ? given[1] : a->extents[0], chunk = buffer->chunk[0];
  first = chunk == 1 ? low : low / chunk;
  count = size == 0 ? 0 : low + size <= (first + 1) * chunk ? 1 : (low + size - 1) / chunk - first + 1;
  return true;
}

// Calls `each` with the records of chunks that the box touches.
template <typename Function> static void forTouched(dg_array *a, const int64_t *given, const Function &each) {
  Chunk *chunks = a->buffer->needChunks();
  int64_t first, count;
  if (isRow(a, given, first, count)) {
    for (int64_t number = first; number < first + count; ++number)
      each(chunks[number]);
    return;
  }
  Box box;
  if (setBox(box, a, given))
    forRecords(a->buffer, ViewMap(a).chunks(box), [&](int64_t number) { each(chunks[number]); });
}

// Whether the call needs something of an earlier one of its generation, or overwrites what that reads.
static bool endsGeneration(const CallBatches &batches, const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes) {
  bool found = false;
  for (int k = 0; k < task.arrays && !found; ++k)
    forTouched(arrays[k], boxes ? boxes[k] : nullptr, [&](Chunk &chunk) {
      found |= chunk.written >= batches.first || (task.access[k] != DG_READ && chunk.read >= batches.first);
    });
  return found;
}

// The call's node waits for who uses the chunks now, and comes to stand among them.
static void depend(Runtime &runtime, CallBatches &batches, dg_array *a, const int64_t *box, bool isUpdate) {
  forTouched(a, box, [&](Chunk &chunk) {
    if (isUpdate) {
      dependWrite(runtime.scheduler, batches.node, chunk);
      chunk.written = batches.calls;
    } else {
      dependRead(runtime.scheduler, batches.node, chunk);
      chunk.read = batches.calls;
    }
  });
}

// Keeps what sizeOfNext() goes by.
static void watch(CallBatches &batches) {
  ++batches.calls;
  uint64_t now = __rdtsc();
  batches.slow = now - batches.lastTick > shortTicks ? std::min(batches.slow + 1, 2) : 0;
  batches.lastTick = now;
}

static void beginGeneration(Runtime &runtime, CallBatches &batches) {
  runtime.scheduler.closeOpen();
  uint64_t length = batches.calls - batches.first;
  batches.length = batches.length ? (batches.length + length + 1) / 2 : length;
  batches.first = batches.calls;
}

// Whether a batch can hold it at all.
static bool fits(const dg_task &task) {
  if (task.results > mostResults || task.arrays > mostArrays || task.retries ||
      (task.flags & (int(DG_TASK_PRINTS) | int(LibraryTask))))
    return false;
  for (int r = 0; r < task.results; ++r)
    if (task.result_rank[r] || task.result_type[r] == DG_STR)
      return false;
  return true;
}

bool callInBatch(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays,
                 const int64_t *const *boxes, bool isApart, int32_t priority, dg_array **results) {
  if (!isApart || !fits(task) || runtime.scheduler.isObserved() || runtime.sequentialDepth || runtime.runsAtOnce())
    return false;
  for (int k = 0; k < task.arrays; ++k) {
    const dg_array *a = arrays[k];
    const int64_t *box = boxes ? boxes[k] : nullptr;
    if (!shapeKnown(a) || !a->buffer->base)
      return false;
    for (int axis = 0; box && axis < a->rank; ++axis)
      if (box[axis] < 0 || box[a->rank + axis] < 0 || box[axis] > a->extents[axis] - box[a->rank + axis])
        return false;
  }
  size_t bytes = BatchWork::bytesOf(task, arrays, boxes);
  if (bytes > blockBytes - sizeof(BatchWork))
    return false;
  if (!runtime.callBatches)
    runtime.callBatches = std::make_unique<CallBatches>();
  CallBatches &batches = *runtime.callBatches;
  watch(batches);
  for (int k = 0; k < task.arrays; ++k)
    if (!arrays[k]->buffer->gridChosen)
      prepareGrid(runtime, arrays[k]->buffer);
  if (endsGeneration(batches, task, arrays, boxes))
    beginGeneration(runtime, batches);
  if (!takes(batches, task, arrays, bytes, runtime.sequence, priority)) {
    runtime.scheduler.closeOpen();
    openBatch(runtime, batches, task, bytes, priority);
  }
  BatchWork *work = batches.open;
  work->lastSequence = ++runtime.sequence;
  Record &call = *(work->records[work->count++] = new (work->take(sizeof(Record), 8)) Record);
  call.task = task;
  call.frame = work->take(task.frame_bytes, 64);
  if (task.frame_bytes)
    std::memcpy(call.frame, frame, task.frame_bytes);
  call.arrays = reinterpret_cast<dg_array **>(work->take(sizeof(dg_array *) * task.arrays, 8));
  call.boxes = boxes ? reinterpret_cast<const int64_t **>(work->take(sizeof(int64_t *) * task.arrays, 8)) : nullptr;
  for (int k = 0; k < task.arrays; ++k) {
    dg_array *a = call.arrays[k] = arrays[k];
    bool isUpdate = task.access[k] != DG_READ;
    if (boxes && boxes[k]) {
      size_t size = sizeof(int64_t) * 2 * a->rank;
      call.boxes[k] = static_cast<int64_t *>(std::memcpy(work->take(size, 8), boxes[k], size));
    } else if (boxes) {
      call.boxes[k] = nullptr;
    }
    int place = placeOf(*work, a);
    if (isUpdate && !std::exchange(work->isWritten[place], true))
      a->buffer->writes.fetch_add(1, std::memory_order_relaxed);
    depend(runtime, batches, a, boxes ? boxes[k] : nullptr, isUpdate);
  }
  call.results = reinterpret_cast<dg_buffer **>(work->take(sizeof(dg_buffer *) * task.results, 8));
  call.promises = reinterpret_cast<Array **>(work->take(sizeof(Array *) * task.results, 8));
  for (int r = 0; r < task.results; ++r) {
    dg_buffer *buffer = call.results[r] = newBuffer(task.result_type[r], 0, nullptr, true);
    buffer->writes.store(1, std::memory_order_relaxed);
    Array *promise = call.promises[r] = newWhole(&runtime.host, buffer);
    hold(promise);
    depend(runtime, batches, promise, nullptr, true);
    results[r] = promise;
  }
  if (--batches.room == 0)
    runtime.scheduler.closeOpen();
  return true;
}

} // namespace dagger::rt
