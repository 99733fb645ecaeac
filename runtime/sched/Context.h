// dg_context: what code runs in. And the unwinding of failures, which is a longjmp: the frames between the failing call and
// the edge belong to compiled code and to runtime functions that hold no C++ object with a destructor at that moment.
#pragma once
#include "runtime/sched/Failure.h"
#include "runtime/sched/Pool.h"
#include <csetjmp>
#include <cstdint>

namespace dagger::rt {
struct Array;
struct Work;
struct Worker;
class Replica;
class Runtime;

// Text that a task printed, until its place in the order is reached. Plain memory: unwinding may skip over it.
struct TextBuffer {
  char *data = nullptr;
  size_t size = 0, capacity = 0;
  void append(const char *text, size_t bytes);
  void clear();
};

// Everything that one task of the graph holds while it runs, together with the nested tasks below it. The arrays made by
// any of them are listed here, so that a failure can give them back.
struct RootRun {
  std::atomic_flag lock = ATOMIC_FLAG_INIT;
  Array *arrays = nullptr;
  bool isOfOneThread = false; // the host's: nobody takes frames of nested tasks from it
  int spareCount = 0;         // only of one thread's
  Array *spares = nullptr;    // scalars with their buffers that were dropped: the next one is one of them (see newScalar)
  static constexpr int mostSpares = PoolsBlocks ? 64 : 0;
  void acquire() {
    while (!isOfOneThread && lock.test_and_set(std::memory_order_acquire))
      __builtin_ia32_pause();
  }
  void release() { lock.clear(std::memory_order_release); }
  bool keepsSpares() const { return isOfOneThread && spareCount < mostSpares; }
};
} // namespace dagger::rt

struct dg_worker;

struct dg_context {
  dg_worker *spawn = nullptr; // offset 0: where compiled code finds the stack of nested tasks (dagger/spawn.h)
  const dg_site *sites = nullptr; // offset 8: the calls that compiled code is in
  bool isHost = false;
  bool isFrame = false; // of a task that was spawned: its sites go back to those of the spawner, which is its parent
  dagger::rt::Runtime *runtime = nullptr;
  dagger::rt::Worker *worker = nullptr;
  dagger::rt::Work *work = nullptr;
  int64_t point = -1, count = 1;  // of the work, and how many of them; -1: no task
  dagger::rt::RootRun *root = nullptr;
  jmp_buf *edge = nullptr;
  struct dg_frame *edgeBase = nullptr; // the first frame of nested tasks above that edge
  size_t holdBase = 0;        // what the worker held at that edge
  const dagger::rt::Failure *failure = nullptr; // what was raised, for the edge
  dagger::rt::TextBuffer *output = nullptr;
  // A task called inside a task: its name, the call, and the context of the caller.
  const char *name = nullptr;
  const dg_location *call = nullptr;
  dg_context *parent = nullptr;
  dagger::rt::Replica *replica = nullptr; // of a loop of the host, on any thread: see abi/Replicate.h
  void *results = nullptr;    // where dg_task_return puts what it is given: see abi/Tasks.cpp
};

namespace dagger::rt {

// Leaves the running code with this failure, which is completed with where it happened. Does not return. On the host, all
// that comes before in program order is completed first.
[[noreturn]] void raise(dg_context *context, int32_t code, const char *text, const dg_location *location);
[[noreturn]] void unwind(dg_context *context, const Failure *failure);
// The same without leaving: for values that fail on the host, where nothing stops before it is looked at.
const Failure *makeFailure(dg_context *context, int32_t code, std::string text, const dg_location *location,
                           int64_t point = -1, Work *work = nullptr, uint64_t sequence = 0);
// In a replica: where replicas cannot go on. It ends there and this does not return; where the host goes on in their place, it is
// the host's context.
dg_context *behindReplicas(dg_context *context);
// Adds `location` and its callers.
void addPlaces(Failure &failure, const dg_location *location);

// The context that runs on this thread, for dg_fail; null outside.
extern constinit DAGGER_THREAD_WORD dg_context *currentContext;

} // namespace dagger::rt
