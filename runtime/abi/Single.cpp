#include "runtime/abi/Single.h"
#include "runtime/abi/Plan.h"
#include "runtime/abi/Provisional.h"
#include "runtime/data/Array.h"
#include "runtime/sched/Order.h"
#include <chrono>

namespace dagger::rt {

// One point, arrays of one element of which one is updated; all there and sound.
static bool isSingle(const Runtime &runtime, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays) {
  if (launch.results || (launch.flags & ~DG_LAUNCH_REUSE) || launch.operands > 64) return false;
  for (int axis = 0; axis < launch.rank; ++axis)
    if (extents[axis] != 1) return false;
  int updates = 0;
  for (int k = 0; k < launch.operands; ++k) {
    const dg_array *a = arrays[k];
    const dg_operand &o = launch.operand[k];
    updates += o.access != DG_READ;
    if (!shapeKnown(a) || !a->buffer->base || a->buffer->failed.load(std::memory_order_relaxed)) return false;
    for (int axis = 0; axis < o.rank; ++axis)
      if (a->extents[axis] != 1) return false;
  }
  return updates == 1 && !runtime.scheduler.isObserved() && !runtime.cancelled.load(std::memory_order_acquire);
}

// Separate, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) static bool succeeds(dg_context &context, const dg_launch &launch, const int64_t *extents,
                                               const dg_view *views, const void *scalars) {
  static const int64_t low[DG_MAX_RANK] = {};
  jmp_buf edge;
  beginAt(context, edge);
  if (_setjmp(edge) == 0) runKernel(&context, launch, low, extents, views, scalars);
  return !context.failure;
}

bool isIdle(Runtime &runtime) {
  Runtime::Singles &run = runtime.singles;
  if (run.sequence != runtime.sequence) run = {};
  run.sequence = runtime.sequence + 1; // what it has if this one becomes a task
  if (runtime.scheduler.liveTasks() == 0) return true;
  if (++run.count < 16 || (run.count & (run.count - 1))) return false;
  auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
  runtime.scheduler.workUntil(
      [&] { return runtime.scheduler.liveTasks() == 0 || std::chrono::steady_clock::now() > end; });
  return runtime.scheduler.liveTasks() == 0;
}

bool runSingle(Runtime &runtime, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays,
               uint64_t dying, const void *scalars) {
  if (!isSingle(runtime, launch, extents, arrays)) return false;
  if (Plan *plan = runtime.plan(); plan && !plan->isStopped()) return false;
  if (!isIdle(runtime)) return false;
  runtime.singles.sequence = runtime.sequence;
  std::atomic_thread_fence(std::memory_order_acquire); // what the tasks that have ended wrote
  dg_view views[64];
  for (int k = 0; k < launch.operands; ++k)
    views[k] = {arrays[k]->data, arrays[k]->extents, arrays[k]->strides, nullptr};
  RootRun root;
  TextBuffer output;
  dg_context context, *outer = currentContext;
  context.runtime = &runtime;
  context.worker = &runtime.scheduler.host();
  context.spawn = &context.worker->nested;
  context.root = &root;
  context.output = &output;
  currentContext = &context;
  bool done = succeeds(context, launch, extents, views, scalars);
  currentContext = outer;
  output.clear();
  if (!done) { // It fails again as a task, which says where; a kernel of one point writes nothing before it fails.
    releaseAll(root);
    return false;
  }
  for (int k = 0; k < launch.operands; ++k)
    if (dying >> k & 1) dg_array_release(arrays[k]);
  return true;
}

} // namespace dagger::rt
