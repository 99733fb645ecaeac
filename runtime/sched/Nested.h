// The stack of nested tasks' frames that each worker has, behind dagger/spawn.h. After Lace (van Dijk and van de Pol 2014):
// the owner's frames are split into those that thieves may take, from the oldest on, and those that are its own.
#pragma once
#include "dagger/spawn.h"
#include "runtime/sched/Failure.h"
#include <atomic>

namespace dagger::rt {

struct Worker;

struct alignas(64) NestedWorker : dg_worker {
  dg_frame *base = nullptr, *end = nullptr;
  Worker *worker = nullptr;
  bool allTaken = true; // the owner's view: no frame is left that it could run itself
  uint64_t steals = 0;
  alignas(64) std::atomic<uint64_t> shared{0}; // low half: the next frame to take; high half: the first out of reach
  std::atomic<bool> nothingShared{true};
  alignas(64) std::atomic<bool> wanted{false}; // a thief found nothing

  NestedWorker();
  ~NestedWorker();
  NestedWorker(const NestedWorker &) = delete;
  // Any thread: whether a thief would find a frame.
  bool hasShared() const;
};

// On the worker's own thread: takes the oldest frame of `victim` and runs it. False if there was none.
bool stealFrame(Worker &worker, NestedWorker &victim);
// A failure leaves for the edge of `context`, whose failure it is: frees the frames above it while the stack that they point
// into is still there. Each stands for a task that comes before the failure in program order. With `run` those that nobody
// took are run, and the first task in program order that fails takes the failure's place; without, they are dropped.
void abandonFrames(dg_context &context, bool run);

} // namespace dagger::rt
