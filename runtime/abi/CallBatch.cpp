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
    if (!begun)
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
  // By the bodies that take the arrays themselves: they call nothing and give up where they would fail.
  int64_t runAhead(dg_context *context, int64_t point, int64_t many) override {
    if (point == 0)
      begun = __rdtsc();
    int64_t at = point;
    for (; at < point + many; ++at) {
      Record &call = *records[at];
      const dg_task &task = call.task;
      if (!task.direct || hasFailed(call))
        break;
      alignas(16) char values[mostResults][DG_DIRECT_BYTES];
      if (!task.direct(context, call.frame, call.arrays, call.boxes, values, false))
        break;
      for (int r = 0; r < task.results; ++r)
        std::memcpy(call.results[r]->small, values[r], sizeof call.results[r]->small);
    }
    return at - point;
  }
  static bool hasFailed(const Record &call) { // perhaps elsewhere in one of its arrays
    int32_t failed = 0;
    for (int k = 0; k < call.task.arrays; ++k)
      failed |= call.arrays[k]->buffer->failed.load(std::memory_order_acquire);
    return failed;
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

// What an argument of a call touches.
struct Use {
  dg_array *array;
  const int64_t *box; // null: all of it
  bool isUpdate;
  bool areRow;   // its chunks lie one behind the other: `count` from `row` on; else they have to be looked for
  Chunk *chunks; // of the array
  Chunk *row;
  int64_t count;
  int place; // of the array in the batch's list
};

// Whether the open batch takes the call: then each array has its place.
static bool takes(CallBatches &batches, const dg_task &task, Use *uses, size_t bytes, uint64_t sequence, int32_t priority) {
  BatchWork *work = batches.open;
  if (!work || batches.priority != priority || work->lastSequence != sequence ||
      work->isStatement != bool(task.flags & DG_TASK_STATEMENT) || work->used + bytes > work->bytesOfBlock)
    return false;
  const int arrays = task.arrays;
  int handles = work->handles;
  for (int k = 0; k < arrays; ++k) {
    Array *handle = internal(uses[k].array);
    int place = handles - 1;
    while (place >= 0 && work->held[place] != handle)
      --place;
    if (place < 0) {
      if (handles == int(std::size(work->held)))
        return false;
      work->held[place = handles++] = handle; // for good only if all have one
    }
    uses[k].place = place;
  }
  return true;
}

// Keeps what sizeOfNext() goes by, whenever a batch is opened.
static void watch(CallBatches &batches) {
  uint64_t now = __rdtsc(), calls = std::max<uint64_t>(batches.calls - batches.opened, 1);
  batches.slow = now - batches.lastTick > shortTicks * calls ? std::min(batches.slow + 1, 2) : 0;
  batches.lastTick = now;
}

static void openBatch(Runtime &runtime, CallBatches &batches, const dg_task &task, size_t bytes, int32_t priority) {
  watch(batches);
  batches.room = sizeOfNext(runtime, batches, task);
  runtime.makeRoom(batches.room);
  size_t block = std::min(blockBytes, sizeof(BatchWork) + size_t(batches.room) * bytes);
  auto *work = new (poolAllocate(std::max(block, sizeof(BatchWork) + bytes))) BatchWork;
  work->bytesOfBlock = std::max(block, sizeof(BatchWork) + bytes);
  work->used = sizeof(BatchWork);
  work->ticks = &ticksOf(batches, task);
  work->sequence = runtime.sequence + 1;
  work->lastSequence = runtime.sequence;
  work->name = task.name ? task.name : "";
  work->location = task.location;
  work->isStatement = task.flags & DG_TASK_STATEMENT;
  batches.priority = priority;
  batches.node = runtime.scheduler.make(work, work->sequence, 0, priority, true);
  if (work->isStatement)
    batches.node->slot = runtime.effects.add(work->sequence, true);
  batches.open = work;
  batches.opened = batches.calls;
  runtime.scheduler.close = closeBatch;
}

// Sets the row of the use's chunks, if they are one. `last`: that of the argument before it, or null.
static void findRow(Use &use, const Use *last) {
  const dg_array *a = use.array;
  dg_buffer *buffer = a->buffer;
  if (last && last->array == a) {
    use.chunks = last->chunks;
    use.areRow = last->areRow;
  } else {
    use.chunks = buffer->chunks ? buffer->chunks : buffer->needChunks();
    use.areRow = (a->rank == 1 && buffer->together == 1 && isWhole(a)) || (a->rank == 0 && buffer->rank == 0);
  }
  if (!use.areRow)
    return;
  int64_t first = 0, count = 1;
  if (a->rank) {
    int64_t low = use.box ? use.box[0] : 0, size = use.box ? use.box[1] : a->extents[0], chunk = buffer->chunk[0];
    if (chunk == 1)
      first = low, count = size;
    else if (size == 0)
      count = 0;
    else
      first = low / chunk, count = low + size <= (first + 1) * chunk ? 1 : (low + size - 1) / chunk - first + 1;
  }
  use.row = use.chunks + first;
  use.count = count;
}

template <typename Function> static void forTouched(const Use &use, const Function &each) {
  if (use.areRow) {
    for (int64_t i = 0; i < use.count; ++i)
      each(use.row[i]);
    return;
  }
  Box box;
  if (setBox(box, use.array, use.box))
    forRecords(use.array->buffer, ViewMap(use.array).chunks(box), [&](int64_t number) { each(use.chunks[number]); });
}

// Whether the call needs something of an earlier one of its generation, or overwrites what that reads.
static bool endsGeneration(const CallBatches &batches, const Use *uses, int count) {
  bool found = false;
  for (int k = 0; k < count; ++k)
    forTouched(uses[k], [&](Chunk &chunk) {
      found |= chunk.written >= batches.first || (uses[k].isUpdate && chunk.read >= batches.first);
    });
  return found;
}

// The call's node waits for who uses the chunks now, and comes to stand among them.
static void depend(Runtime &runtime, CallBatches &batches, const Use &use) {
  forTouched(use, [&](Chunk &chunk) {
    if (use.isUpdate) {
      dependWrite(runtime.scheduler, batches.node, chunk);
      chunk.written = batches.calls;
    } else {
      if (chunk.read < batches.opened) // else another call of this batch has read it
        dependRead(runtime.scheduler, batches.node, chunk);
      chunk.read = batches.calls;
    }
  });
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
  const int count = task.arrays;
  const uint8_t *access = task.access;
  Use uses[mostArrays];
  for (int k = 0; k < count; ++k) {
    dg_array *a = arrays[k];
    const int64_t *box = boxes ? boxes[k] : nullptr;
    uses[k].array = a;
    uses[k].box = box;
    uses[k].isUpdate = access[k] != DG_READ;
    if (!shapeKnown(a) || !a->buffer->base)
      return false;
    for (int axis = 0; box && axis < a->rank; ++axis)
      if (box[axis] < 0 || box[a->rank + axis] < 0 || box[axis] > a->extents[axis] - box[a->rank + axis])
        return false;
  }
  const size_t bytes = BatchWork::bytesOf(task, arrays, boxes);
  if (bytes > blockBytes - sizeof(BatchWork))
    return false;
  if (!runtime.callBatches)
    runtime.callBatches = std::make_unique<CallBatches>();
  CallBatches &batches = *runtime.callBatches;
  ++batches.calls;
  for (int k = 0; k < count; ++k) {
    if (!arrays[k]->buffer->gridChosen)
      prepareGrid(runtime, arrays[k]->buffer);
    findRow(uses[k], k ? &uses[k - 1] : nullptr);
  }
  if (endsGeneration(batches, uses, count))
    beginGeneration(runtime, batches);
  if (!takes(batches, task, uses, bytes, runtime.sequence, priority)) {
    runtime.scheduler.closeOpen();
    openBatch(runtime, batches, task, bytes, priority);
    takes(batches, task, uses, bytes, runtime.sequence, priority);
  }
  BatchWork *work = batches.open;
  work->lastSequence = ++runtime.sequence;
  Record &call = *(work->records[work->count++] = new (work->take(sizeof(Record), 8)) Record);
  call.task = task;
  call.frame = work->take(task.frame_bytes, 64);
  if (task.frame_bytes)
    std::memcpy(call.frame, frame, task.frame_bytes);
  call.arrays = reinterpret_cast<dg_array **>(work->take(sizeof(dg_array *) * size_t(count), 8));
  call.boxes = boxes ? reinterpret_cast<const int64_t **>(work->take(sizeof(int64_t *) * size_t(count), 8)) : nullptr;
  auto *number = reinterpret_cast<int64_t *>(work->take(0, 8));
  for (int k = 0; k < count; ++k) {
    const Use &use = uses[k];
    dg_array *a = call.arrays[k] = use.array;
    if (boxes)
      call.boxes[k] = use.box ? number : nullptr;
    for (int i = 0; use.box && i < 2 * a->rank; ++i)
      *number++ = use.box[i];
    if (use.place == work->handles) { // its first use in this batch
      work->isWritten[work->handles++] = false;
      hold(internal(a));
    }
    if (use.isUpdate && !std::exchange(work->isWritten[use.place], true))
      a->buffer->writes.fetch_add(1, std::memory_order_relaxed);
    depend(runtime, batches, use);
  }
  work->used = size_t(reinterpret_cast<char *>(number) - reinterpret_cast<char *>(work));
  call.results = reinterpret_cast<dg_buffer **>(work->take(sizeof(dg_buffer *) * task.results, 8));
  call.promises = reinterpret_cast<Array **>(work->take(sizeof(Array *) * task.results, 8));
  for (int r = 0; r < task.results; ++r) {
    dg_buffer *buffer = call.results[r] = newBuffer(task.result_type[r], 0, nullptr, true);
    buffer->writes.store(1, std::memory_order_relaxed);
    Array *promise = call.promises[r] = newWhole(&runtime.host, buffer);
    hold(promise);
    Use made;
    made.array = promise, made.box = nullptr, made.isUpdate = true;
    findRow(made, nullptr);
    depend(runtime, batches, made);
    results[r] = promise;
  }
  if (--batches.room == 0)
    runtime.scheduler.closeOpen();
  return true;
}

} // namespace dagger::rt
