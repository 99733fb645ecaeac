#include "runtime/abi/Plan.h"
#include "runtime/abi/Provisional.h"
#include "runtime/abi/Single.h"
#include "runtime/data/Grid.h"
#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace dagger::rt {

void waitForShape(Runtime &runtime, dg_array *a) {
  if (!shapeKnown(a))
    runtime.scheduler.workUntil([&] { return a->buffer->writes.load(std::memory_order_acquire) == 0; });
}

// ---- submission ----------------------------------------------------------------------------------------------------------

static std::string extentFailure(const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, int32_t &code) {
  for (int axis = 0; axis < launch.rank; ++axis)
    if (extents[axis] < 0) {
      code = failures::BadExtentOrStep;
      return failures::negativeExtent(extents[axis]);
    }
  for (int k = 0; k < launch.operands - launch.results; ++k) {
    const dg_operand &o = launch.operand[k];
    if (!o.exact)
      continue;
    for (int axis = o.rank - 1; axis >= 0; --axis)
      if (o.axes[axis] >= 0 && o.scale[axis] <= 1 && arrays[k]->extents[axis] != extents[o.axes[axis]] &&
          shapeKnown(arrays[k]) && arrays[k]->data) {
        code = failures::ExtentsDiffer;
        return failures::extentsDiffer(extents[o.axes[axis]], arrays[k]->extents[axis], axis);
      }
  }
  return {};
}

// Whether the result may take over the buffer of input k: elements of the same size under the same map, one for one, and nobody
// else who could see the old values.
static bool canReuse(const dg_launch &launch, dg_array *const *arrays, int k, int result, const int64_t *resultExtents) {
  dg_array *a = arrays[k];
  const dg_operand &in = launch.operand[k], &out = launch.operand[result];
  if (in.access != DG_READ || in.rank != out.rank || in.type == DG_STR || out.type == DG_STR ||
      dg_type_size(dg_type(in.type)) != dg_type_size(dg_type(out.type)))
    return false;
  for (int axis = 0; axis < in.rank; ++axis)
    if (in.axes[axis] < 0 || in.axes[axis] != out.axes[axis] || in.halo_low[axis] || in.halo_high[axis] ||
        std::max<int64_t>(in.scale[axis], 1) != std::max<int64_t>(out.scale[axis], 1) ||
        a->extents[axis] != resultExtents[axis])
      return false;
  // The same value may be read elsewhere by another operand of this launch.
  for (int j = 0; j < launch.operands - launch.results; ++j)
    if (j != k && arrays[j]->buffer == a->buffer)
      return false;
  return refsOf(a).load(std::memory_order_acquire) == 1 && internal(a)->values->load(std::memory_order_acquire) == 1 &&
         isWhole(a) && a->buffer->base && !a->buffer->gridGiven;
}

// The chunk shape that a buffer with a given grid asks of the launch that writes it.
static bool followGrid(const LaunchOperand &o, int rank, const int64_t *extents, int64_t *chunk) {
  const dg_buffer *buffer = o.map.buffer;
  if (!buffer->gridGiven || !(o.map.whole || o.map.exact))
    return false;
  for (int axis = 0; axis < o.operand->rank; ++axis) {
    int index = o.operand->axes[axis], b = o.map.whole ? axis : o.map.axis[axis];
    if (index < 0 || b < 0)
      continue;
    bool aligned = o.map.whole || (o.map.step[axis] == 1 && o.map.origin[b] % buffer->chunk[b] == 0);
    int64_t scale = std::max<int64_t>(o.operand->scale[axis], 1);
    if (aligned && buffer->chunk[b] % scale == 0)
      chunk[index] = std::clamp<int64_t>(buffer->chunk[b] / scale, 1, std::max<int64_t>(extents[index], 1));
  }
  return true;
}

// Whether all chunks of the launch touch the same part of the operand.
static bool isShared(const LaunchWork &work, const LaunchOperand &o) {
  for (int axis = 0; axis < o.operand->rank; ++axis)
    if (o.operand->axes[axis] >= 0 && work.counts[o.operand->axes[axis]] > 1)
      return false;
  return true;
}

// Updates that do not follow every axis that is cut meet in the same elements: they run in the order of their points.
static bool isOrdered(const LaunchWork &work, const LaunchOperand &o) {
  if (o.operand->access != DG_UPDATE && o.operand->access != DG_WRITE)
    return false;
  uint32_t followed = 0;
  for (int axis = 0; axis < o.operand->rank; ++axis)
    if (o.operand->axes[axis] >= 0)
      followed |= 1u << o.operand->axes[axis];
  for (int axis = 0; axis < work.launch.rank; ++axis)
    if (work.counts[axis] > 1 && !(followed >> axis & 1))
      return true;
  return false;
}

// Nobody else could: one chunk after the other, and the graph does not grow.
static void runAll(Runtime &runtime, LaunchWork &work) {
  runtime.scheduler.drain();
  for (int64_t number = 0; number < work.chunkCount; number += work.together) {
    for (const LaunchOperand &o : work.operands)
      if (o.operand->access != DG_READ)
        o.map.buffer->writes.fetch_add(1, std::memory_order_relaxed);
    runtime.scheduler.runNow(work, number, std::min(work.together, work.chunkCount - number), work.launch.flags & DG_LAUNCH_STATEMENT);
  }
}

static void enumerate(Runtime &runtime, LaunchWork &work, int32_t priority) {
  Scheduler &scheduler = runtime.scheduler;
  size_t operands = work.operands.size();
  bool inTurn = work.turns != nullptr;
  constexpr int64_t few = 4; // from here on, gates are cheaper than edges
  constexpr size_t mostShared = 64;
  SharedUse shared[mostShared];
  Box sharedBox[mostShared];
  bool ordered[256] = {}, isSharedUse[256] = {};
  for (size_t k = 0; k < operands; ++k) {
    LaunchOperand &o = work.operands[k];
    ordered[k] = isOrdered(work, o);
    if (!inTurn && (work.chunkCount <= few || ordered[k] || k >= mostShared || !isShared(work, o)))
      continue;
    int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
    work.reachOf(0, low, high);
    isSharedUse[k] = true;
    bool any = false;
    forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) {
      Box chunks = o.map.chunks(box);
      if (any)
        for (int axis = 0; axis < o.map.buffer->rank; ++axis) {
          chunks.low[axis] = std::min(chunks.low[axis], sharedBox[k].low[axis]);
          chunks.high[axis] = std::max(chunks.high[axis], sharedBox[k].high[axis]);
        }
      sharedBox[k] = chunks;
      any = true;
    });
    if (any)
      shared[k].begin(scheduler, o.map.buffer, sharedBox[k], o.operand->access != DG_READ, work.sequence);
    else
      isSharedUse[k] = false;
  }
  bool sequential = runtime.sequentialDepth && (work.launch.flags & DG_LAUNCH_TASKS);
  for (int64_t number = 0; number < work.chunkCount; number += work.together) {
    // The window may be full in the middle of a launch: the host then works on what is there.
    runtime.makeRoom();
    int64_t count = std::min(work.together, work.chunkCount - number);
    Task *task = scheduler.make(&work, work.sequence, number, priority, true, count);
    if (work.launch.flags & (DG_LAUNCH_PRINTS | DG_LAUNCH_STATEMENT))
      task->slot = runtime.effects.add(work.sequence, work.launch.flags & DG_LAUNCH_STATEMENT);
    int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
    work.pointsOf(number, low, high);
    if (count > 1)
      high[0] = number + count; // of one axis, a point a chunk
    for (size_t k = 0; k < operands; ++k) {
      LaunchOperand &o = work.operands[k];
      dg_buffer *buffer = o.map.buffer;
      if (o.operand->access != DG_READ)
        buffer->writes.fetch_add(1, std::memory_order_relaxed);
      if (isSharedUse[k]) {
        shared[k].add(scheduler, task);
        continue;
      }
      forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) {
        Box chunks = o.map.chunks(box);
        if (o.operand->access == DG_READ)
          dependRead(scheduler, task, buffer, chunks, false);
        else
          dependWrite(scheduler, task, buffer, chunks, ordered[k]);
      });
    }
    if (sequential) {
      scheduler.depend(task, runtime.sequentialLast);
      runtime.sequentialLast = TaskRef(task);
    }
    scheduler.submit(task);
  }
  for (size_t k = 0; k < operands; ++k)
    if (isSharedUse[k])
      shared[k].end(scheduler, work.operands[k].map.buffer, sharedBox[k], work.operands[k].operand->access != DG_READ,
                    work.sequence);
}

// Inputs as arrays: read only and shared by the launch's tasks, which count their own views of them.
static void makeValues(LaunchWork &work, int inputs) {
  work.values = std::make_unique<Array[]>(size_t(inputs));
  for (int k = 0; k < inputs; ++k) {
    const LaunchOperand &o = work.operands[size_t(k)];
    Array &value = work.values[size_t(k)];
    value.refs = 1;
    value.shape_known = 1;
    value.buffer = o.map.buffer;
    value.data = work.views[size_t(k)].data;
    value.type = o.operand->type;
    value.rank = o.operand->rank;
    std::copy(o.extents, o.extents + o.operand->rank, value.extents);
    std::copy(o.strides, o.strides + o.operand->rank, value.strides);
    value.ownValues.store(1, std::memory_order_relaxed);
    value.values = &value.ownValues;
    value.foreign = value.pinned = true;
    work.views[size_t(k)].array = &value;
  }
}

// Whether neighbours along the launch's rows lie in different rows of what is read, and its own rows are columns there.
static bool isCrosswise(const dg_launch &launch, const LaunchOperand &o) {
  if (launch.rank < 2 || o.operand->access != DG_READ || !(o.map.whole || o.map.exact) || !o.map.buffer->base)
    return false;
  int along = -1, across = -1; // the buffer's axes that the launch's last two walk along
  for (int axis = 0; axis < o.operand->rank; ++axis) {
    int b = o.map.whole ? axis : o.map.axis[axis];
    if (o.operand->axes[axis] == launch.rank - 1)
      along = b;
    else if (o.operand->axes[axis] == launch.rank - 2)
      across = b;
  }
  return along >= 0 && across == o.map.buffer->rank - 1;
}

static int64_t pointElements(const LaunchWork &work) {
  int64_t extent = 1;
  if (work.launch.flags & DG_LAUNCH_BLOCKS)
    std::memcpy(&extent, &work.scalars[work.launch.scalar_bytes - sizeof extent], sizeof extent);
  return std::clamp<int64_t>(extent, 1, 1024);
}

// Chooses the chunks of the index space, and how many there are.
static void cutLaunch(Runtime &runtime, LaunchWork &work, const int64_t *const *operandExtents, const int64_t *givenGrid, dg_buffer *given) {
  const dg_launch &launch = work.launch;
  if (work.failed && launch.rank)
    for (int axis = 0; axis < launch.rank; ++axis)
      work.chunk[axis] = std::max<int64_t>(work.extents[axis], 1);
  else
    chooseLaunchChunk(runtime.limits.chunkBytes, launch, work.extents, operandExtents, pointElements(work),
                      std::any_of(work.operands.begin(), work.operands.end(), [&](const LaunchOperand &o) { return isCrosswise(launch, o); }),
                      work.chunk);
  if (givenGrid) {
    setGrid(given, givenGrid);
    given->gridGiven = true;
  }
  if (!(launch.flags & DG_LAUNCH_TASKS) && !work.failed)
    for (LaunchOperand &o : work.operands)
      if (o.operand->access != DG_READ && followGrid(o, launch.rank, work.extents, work.chunk))
        break;
  for (int axis = 0; axis < launch.rank; ++axis) {
    work.counts[axis] = (work.extents[axis] + work.chunk[axis] - 1) / work.chunk[axis];
    work.chunkCount *= work.counts[axis];
  }
}

// How many points that are tasks make one of the graph, where there are far more of them than threads could tell apart. Each
// still fails alone.
static int64_t pointsTogether(const Runtime &runtime, const LaunchWork &work) {
  constexpr int64_t enough = 256, most = 1024;
  const dg_launch &launch = work.launch;
  if (!(launch.flags & DG_LAUNCH_TASKS) || launch.rank != 1 || work.failed || runtime.sequentialDepth || runtime.scheduler.needsSingleNodes() ||
      (launch.flags & (int(DG_LAUNCH_PRINTS) | int(DG_LAUNCH_STATEMENT))))
    return 1;
  for (const LaunchOperand &o : work.operands)
    if (o.operand->access != DG_READ && (o.operand->access != DG_WRITE || o.operand->rank != 1 || o.operand->axes[0] != 0))
      return 1;
  return int64_t(std::bit_floor(uint64_t(std::clamp<int64_t>(work.chunkCount / enough, 1, most))));
}

static void submitLaunch(Runtime &runtime, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays,
                         uint64_t dying, const void *scalars, const int64_t *resultExtents, dg_array **results, int32_t priority,
                         const int64_t *givenGrid) {
  runtime.enter();
  if (runSingle(runtime, launch, extents, arrays, dying, scalars))
    return;
  int inputs = launch.operands - launch.results;
  for (int k = 0; k < inputs; ++k)
    waitForShape(runtime, arrays[k]);
  Plan *plan = runtime.plan();
  bool isReplayed = plan && !givenGrid && plan->expects(launch, extents, arrays, dying, resultExtents);
  if (plan && !isReplayed && !plan->isRecording())
    plan->stop(); // before anybody looks at the chunks

  auto *work = new LaunchWork;
  work->runtime = &runtime;
  work->launch = launch;
  work->sequence = ++runtime.sequence;
  work->name = launch.name ? launch.name : "";
  if (!runtime.annotated.empty()) {
    const Runtime::Annotated &annotated = runtime.annotated.back();
    work->name = annotated.name ? annotated.name : work->name;
    priority = priority ? priority : annotated.priority;
  }
  work->location = launch.location;
  for (int axis = 0; axis < launch.rank; ++axis)
    work->extents[axis] = std::max<int64_t>(extents[axis], 0);
  work->scalars.assign(static_cast<const char *>(scalars), static_cast<const char *>(scalars) + launch.scalar_bytes);
  for (const uint32_t *at = launch.texts; at && *at != DG_NO_TEXT; ++at)
    dg_str_retain(*reinterpret_cast<dg_str **>(&work->scalars[*at]));
  int32_t code = 0;
  if (std::string text = extentFailure(launch, extents, arrays, code); code)
    work->failed = makeFailure(&runtime.host, code, std::move(text), launch.location, -1, work);

  // An input that failed before it had a shape has no extents either, and an empty launch no task that would see it.
  for (int k = 0; k < inputs && !code; ++k)
    if (!arrays[k]->buffer->base)
      work->failed = earlier(work->failed, anyFailure(arrays[k]->buffer));

  // Results: the buffer of an operand that dies, or a new one.
  dg_buffer *buffers[256] = {};
  uint64_t reused = 0;
  for (int r = 0; r < launch.results; ++r) {
    int k = inputs + r;
    const int64_t *shape = resultExtents + r * DG_MAX_RANK;
    const dg_operand &o = launch.operand[k];
    int64_t bytes = 0;
    for (int axis = 0; axis < o.rank && !work->failed; ++axis)
      if (shape[axis] < 0)
        work->failed = makeFailure(&runtime.host, failures::BadExtentOrStep, failures::negativeExtent(shape[axis]),
                                   launch.location, -1, work);
    if (!work->failed && (launch.flags & DG_LAUNCH_REUSE) && !givenGrid)
      for (int i = 0; i < inputs && i < 64 && !buffers[k]; ++i)
        if ((dying >> i & 1) && !(reused >> i & 1) && canReuse(launch, arrays, i, k, shape)) {
          buffers[k] = arrays[i]->buffer;
          retainBuffer(buffers[k]);
          buffers[k]->type = o.type;
          reused |= uint64_t(1) << i;
        }
    if (!work->failed && !buffers[k]) {
      bytes = byteCount(o.type, o.rank, shape);
      // Results wait for room before they take memory; what is pending frees it.
      if (runtime.pendingBytes.load(std::memory_order_relaxed) + bytes > runtime.limits.windowBytes)
        runtime.scheduler.workUntil([&] {
          return runtime.pendingBytes.load(std::memory_order_relaxed) + bytes <= runtime.limits.windowBytes ||
                 runtime.scheduler.liveTasks() == 0;
        });
      buffers[k] = newBuffer(o.type, o.rank, shape, false);
      if (!buffers[k])
        work->failed = makeFailure(&runtime.host, failures::OutOfMemory, failures::outOfMemory(uint64_t(bytes)),
                                   launch.location, -1, work);
      else
        work->resultBytes += bytes;
    }
    if (!buffers[k])
      buffers[k] = newEmptyBuffer(o.type, o.rank);
  }
  runtime.pendingBytes.fetch_add(work->resultBytes, std::memory_order_relaxed);

  // Operands and views.
  work->operands.resize(launch.operands);
  work->views.resize(launch.operands);
  const int64_t *operandExtents[256];
  for (int k = 0; k < launch.operands; ++k) {
    LaunchOperand &o = work->operands[size_t(k)];
    o.operand = &launch.operand[k];
    if (k < inputs) {
      dg_array *a = arrays[k];
      for (int axis = 0; axis < a->rank && !o.operand->exact; ++axis)
        if (int follows = o.operand->axes[axis]; follows >= 0 && o.operand->scale[axis] <= 1 && a->extents[axis] != extents[follows]) {
          if (o.operand != &o.own)
            o.own = *o.operand;
          o.own.axes[axis] = -1;
          o.operand = &o.own;
        }
      prepareGrid(runtime, a->buffer);
      o.map = ViewMap(a);
      retainBuffer(a->buffer);
      std::copy(a->extents, a->extents + a->rank, o.extents);
      std::copy(a->strides, a->strides + a->rank, o.strides);
      work->views[size_t(k)] = {a->data, o.extents, o.strides, nullptr};
    } else {
      const int64_t *shape = resultExtents + (k - inputs) * DG_MAX_RANK;
      Array *result = newArray(&runtime.host, buffers[k], o.operand->rank, shape, shape, buffers[k]->base);
      rowMajorStrides(o.operand->rank, shape, result->strides);
      results[k - inputs] = result;
      o.map = ViewMap(result);
      retainBuffer(buffers[k]);
      std::copy(shape, shape + o.operand->rank, o.extents);
      std::copy(result->strides, result->strides + o.operand->rank, o.strides);
      work->views[size_t(k)] = {result->data, o.extents, o.strides, nullptr};
    }
    operandExtents[k] = o.extents;
  }
  if (launch.flags & DG_LAUNCH_VALUES)
    makeValues(*work, inputs);
  if (isReplayed && (work->failed || !plan->reuses(reused))) {
    plan->stop();
    isReplayed = false;
  }
  if (isReplayed)
    plan->cut(*work);
  else
    cutLaunch(runtime, *work, operandExtents, givenGrid, givenGrid ? buffers[inputs] : nullptr);
  if ((launch.flags & DG_LAUNCH_IN_TURN) && work->chunkCount > 1 && !work->failed)
    work->turns = std::make_unique<Turns>(work->chunkCount);
  if (!plan || plan->isStopped())
    work->together = pointsTogether(runtime, *work);
  // New results are cut as the launch is.
  for (int k = inputs; k < launch.operands; ++k) {
    dg_buffer *buffer = buffers[k];
    if (buffer->gridChosen || !buffer->base)
      continue;
    const dg_operand &o = launch.operand[k];
    int64_t grid[DG_MAX_RANK];
    for (int axis = 0; axis < o.rank; ++axis)
      grid[axis] = o.axes[axis] < 0 ? std::max<int64_t>(buffer->extents[axis], 1)
                                    : work->chunk[o.axes[axis]] * std::max<int64_t>(o.scale[axis], 1);
    setGrid(buffer, grid);
    buffer->together = work->together;
  }

  if (work->failed && work->chunkCount == 0) { // An empty launch that failed still spoils its results.
    for (int k = inputs; k < launch.operands; ++k)
      markAllFailed(buffers[k], work->failed);
    if (launch.flags & DG_LAUNCH_STATEMENT) {
      TextBuffer nothing;
      runtime.effects.finish(runtime.effects.add(work->sequence, true), nothing, work->failed);
    }
  }
  if (runtime.runsAtOnce()) {
    runAll(runtime, *work);
  } else if (isReplayed) {
    plan->replay(*work, priority);
  } else {
    bool isRecorded = plan && plan->isRecording();
    if (isRecorded)
      plan->record(launch, extents, arrays, dying, resultExtents, reused);
    enumerate(runtime, *work, priority);
    if (isRecorded)
      plan->submitted(*work);
  }
  for (int k = 0; k < inputs; ++k)
    if (k < 64 && (dying >> k & 1))
      dg_array_release(arrays[k]);
  work->release();
}

// In a task: at once, over the whole index space.
static void runInPlace(dg_context *context, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays,
                       uint64_t dying, const void *scalars, const int64_t *resultExtents, dg_array **results) {
  int inputs = launch.operands - launch.results;
  int32_t code = 0;
  const Failure *failure = nullptr;
  if (std::string text = extentFailure(launch, extents, arrays, code); code)
    failure = makeFailure(context, code, std::move(text), launch.location, context->point, context->work);
  if (failure)
    unwind(context, failure);
  dg_view views[256];
  for (int k = 0; k < inputs; ++k)
    views[k] = {arrays[k]->data, arrays[k]->extents, arrays[k]->strides, arrays[k]};
  for (int r = 0; r < launch.results; ++r) {
    const dg_operand &o = launch.operand[inputs + r];
    const int64_t *shape = resultExtents + r * DG_MAX_RANK;
    results[r] = nullptr;
    for (int i = 0; (launch.flags & DG_LAUNCH_REUSE) && i < inputs && i < 64 && !results[r]; ++i)
      if ((dying >> i & 1) && !internal(arrays[i])->foreign && canReuse(launch, arrays, i, inputs + r, shape)) {
        arrays[i]->buffer->type = o.type;
        arrays[i]->type = o.type;
        results[r] = arrays[i];
        dying &= ~(uint64_t(1) << i);
      }
    if (!results[r])
      results[r] = dg_array_new(context, dg_type(o.type), o.rank, shape, 0, launch.location);
    views[inputs + r] = {results[r]->data, results[r]->extents, results[r]->strides, results[r]};
  }
  int64_t low[DG_MAX_RANK] = {};
  for (int axis = 0; axis < launch.rank; ++axis)
    if (extents[axis] == 0)
      low[axis] = -1;
  bool empty = std::any_of(low, low + launch.rank, [](int64_t l) { return l < 0; });
  if (!empty)
    runKernel(context, launch, low, extents, views, scalars);
  for (int k = 0; k < inputs; ++k)
    if (k < 64 && (dying >> k & 1))
      dg_array_release(arrays[k]);
}

void startLaunch(dg_context *context, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
                 const void *scalars, const int64_t *resultExtents, dg_array **results, int32_t priority, const int64_t *givenGrid) {
  if (context->isHost)
    submitLaunch(*context->runtime, launch, extents, arrays, dying, scalars, resultExtents, results, priority, givenGrid);
  else
    runInPlace(context, launch, extents, arrays, dying, scalars, resultExtents, results);
}

} // namespace dagger::rt

using namespace dagger::rt;

void dg_launch_submit(dg_context *context, const dg_launch *launch, const int64_t *extents, dg_array *const *arrays,
                      uint64_t dying, const void *scalars, const int64_t *resultExtents, dg_array **results,
                      int32_t priority) {
  startLaunch(context, *launch, extents, arrays, dying, scalars, resultExtents, results, priority, nullptr);
}

namespace {
struct Scratch {
  char *memory = nullptr;
  int64_t bytes = 0;
  ~Scratch() { std::free(memory); }
};
} // namespace

void *dg_scratch(dg_context *context, int64_t bytes, const dg_location *location) {
  static thread_local Scratch scratch;
  if (bytes > scratch.bytes) {
    std::free(scratch.memory);
    scratch.bytes = (bytes + 4095) & ~int64_t(4095);
    scratch.memory = static_cast<char *>(std::aligned_alloc(4096, size_t(scratch.bytes)));
    if (!scratch.memory) {
      scratch.bytes = 0;
      char text[64];
      std::snprintf(text, sizeof text, "out of memory: %llu bytes", (unsigned long long)bytes);
      raise(context, dagger::failures::OutOfMemory, text, location);
    }
    std::memset(scratch.memory, 0, size_t(scratch.bytes)); // kernels may compute from what is there, and denormal numbers are slow
  }
  return scratch.memory;
}
