#include "runtime/abi/DirectCall.h"
#include "runtime/abi/Plan.h"
#include <cstring>

namespace dagger::rt {

bool isFree(const dg_array *a, const int64_t *box, bool isUpdate) {
  if (a->buffer->writes.load(std::memory_order_acquire))
    return false;
  if (!isUpdate || !a->buffer->chunks)
    return true;
  Box elements;
  if (!setBox(elements, a, box))
    return true;
  bool found = true;
  forRecords(a->buffer, ViewMap(a).chunks(elements), [&](int64_t number) {
    const TaskList &readers = a->buffer->chunks[number].readers;
    for (uint32_t i = 0; i < readers.size(); ++i)
      found &= readers[i].ended();
  });
  return found;
}

DirectCalls::DirectCalls(Runtime &runtime) : arguments(new CallArgument[most]) {
  context.runtime = &runtime;
  context.worker = &runtime.scheduler.host();
  context.spawn = &context.worker->nested;
  context.root = &root;
  context.output = &output;
  context.results = &running;
  for (int k = 0; k < most; ++k) {
    beginView(arguments[k].view);
    views[k] = &arguments[k].view;
  }
}

DirectCalls::~DirectCalls() = default;

// Separate, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) static const Failure *failureOfBody(dg_context &context, const dg_task &task, const void *frame,
                                                              dg_array *const *views) {
  jmp_buf edge;
  beginAt(context, edge);
  if (_setjmp(edge) == 0)
    task.body(&context, const_cast<void *>(frame), views); // bodies only read it
  return context.failure;
}

static void spoil(Runtime &runtime, const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes,
                  DirectCalls &calls, const Failure *failure) {
  runtime.log.stand(failure);
  releaseAll(calls.root);
  failUpdates(task, arrays, boxes, failure);
  for (int r = 0; r < task.results; ++r)
    markAllFailed(calls.results[r], failure);
  if (task.flags & DG_TASK_STATEMENT)
    runtime.effects.finish(runtime.effects.add(failure->sequence, true), calls.output, failure);
}

static void ranHere(Runtime &runtime) {
  runtime.scheduler.ranHere();
  runtime.singles.sequence = runtime.sequence; // the run of small calls goes on
}

static bool isThere(const dg_array *a) {
  return shapeKnown(a) && a->buffer->base && !a->buffer->failed.load(std::memory_order_relaxed);
}

bool callOnArrays(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays,
                  const int64_t *const *boxes, dg_array **results) {
  if (runtime.scheduler.liveTasks() || runtime.scheduler.isObserved() || runtime.sequentialDepth ||
      runtime.cancelled.load(std::memory_order_relaxed))
    return false;
  const int count = task.arrays;
  bool shares = false;
  for (int k = 0; k < count; ++k) {
    const dg_array *a = arrays[k];
    if ((k == 0 || a != arrays[k - 1]) && !isThere(a))
      return false;
  }
  if (!updatesAreApart(task, arrays, boxes, shares))
    return false;
  std::atomic_thread_fence(std::memory_order_acquire); // what the tasks that have ended wrote
  runtime.enter();
  alignas(16) char values[DG_DIRECT_RESULTS][DG_DIRECT_BYTES];
  if (!task.direct(&runtime.host, frame, arrays, boxes, values, shares))
    return false;
  if (Plan *plan = runtime.plan())
    plan->stop();
  for (int r = 0; r < task.results; ++r) {
    const uint8_t type = task.result_type[r];
    results[r] = newScalar(&runtime.host, type);
    // As wide as the body stored it: a wider load would have to wait for the store.
    if (dg_type_size(dg_type(type)) <= sizeof(int64_t))
      std::memcpy(results[r]->data, values[r], sizeof(int64_t));
    else
      std::memcpy(results[r]->data, values[r], sizeof values[r]);
  }
  ++runtime.sequence;
  ranHere(runtime);
  return true;
}

bool callDirect(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                dg_array **results) {
  Scheduler &scheduler = runtime.scheduler;
  if (task.arrays > DirectCalls::most || task.results > DirectCalls::most || task.retries || (task.flags & DG_TASK_PRINTS) ||
      scheduler.isObserved() || runtime.sequentialDepth || runtime.cancelled.load(std::memory_order_relaxed))
    return false;
  bool isQuiet = scheduler.liveTasks() == 0;
  if (!isQuiet && runtime.runsAtOnce())
    return false;
  for (int r = 0; r < task.results; ++r)
    if (task.result_rank[r] || task.result_type[r] == DG_STR)
      return false;
  if (!runtime.directCalls)
    runtime.directCalls = std::make_unique<DirectCalls>(runtime);
  DirectCalls &calls = *runtime.directCalls;
  const int count = task.arrays;
  const uint8_t *access = task.access;
  CallArgument *argument = calls.arguments.get();
  const dg_array *last = nullptr; // is known to be there
  bool updates = false;
  for (int k = 0; k < count; ++k, ++argument) {
    const dg_array *a = arrays[k];
    const int64_t *box = boxes ? boxes[k] : nullptr;
    const uint8_t way = access[k];
    updates |= way != DG_READ;
    if (a != last && !isThere(a))
      return false;
    last = a;
    if (!setView(argument->view, a, box, way != DG_READ) || !(isQuiet || isFree(a, box, way != DG_READ)))
      return false;
    argument->access = way;
  }
  if (updates && mayShare(task, arrays, boxes))
    return false;
  std::atomic_thread_fence(std::memory_order_acquire); // what the tasks that have ended wrote
  runtime.enter();
  if (Plan *plan = runtime.plan())
    plan->stop();
  for (int r = 0; r < task.results; ++r) {
    results[r] = newScalar(&runtime.host, task.result_type[r]);
    calls.results[r] = results[r]->buffer;
    calls.returned[r] = nullptr;
  }
  calls.running = {&task, calls.arguments.get(), calls.views, calls.returned, calls.results};
  // A failure takes the next number and says who called whom.
  calls.context.name = task.flags & LibraryTask ? nullptr : task.name ? task.name : "";
  calls.context.call = task.location;
  dg_context *outer = currentContext;
  currentContext = &calls.context;
  const Failure *failure = failureOfBody(calls.context, task, frame, calls.views);
  currentContext = outer;
  if (failure)
    spoil(runtime, task, arrays, boxes, calls, failure);
  else
    ++runtime.sequence;
  ranHere(runtime);
  if (calls.output.data)
    calls.output.clear();
  return true;
}

} // namespace dagger::rt
