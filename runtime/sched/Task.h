// A task of the graph: one chunk of a launch, one task call, or an empty gate that stands for many tasks.
//
// Only the host thread makes tasks and dependences, and only it takes tasks out of the pool. Workers run them and give them
// back. So a reference to a task (TaskRef) that is no longer current can be recognized by its serial number alone: between
// the host's look at the serial and its use of the task nobody can have taken the task for something else.
#pragma once
#include "runtime/sched/Failure.h"
#include <atomic>
#include <cstdint>
#include <string>

namespace dagger::rt {

struct Task;
struct Slot;
struct Worker;

// One entry of a predecessor's list. It lies in the successor, which cannot end before the predecessor has used it.
struct Edge {
  Task *successor;
  Edge *next;
};

// What tasks do. One Work stands for all tasks of a launch, which are its points; it is counted by them and by the submission.
struct Work {
  std::atomic<int64_t> refs{1};
  uint64_t sequence = 0; // its place in the program's order
  const char *name = "";
  const dg_location *location = nullptr;

  virtual ~Work() = default;
  // The earliest failure among the values that the task reads: then it is not run.
  virtual const Failure *inputFailure(int64_t point) = 0;
  // Whether none of its points can have an inputFailure.
  virtual bool isSound() { return false; }
  // Does `count` points from this one on: more than one only if `isRepeatable`. May unwind past this call to the edge of the task:
  // no object with a destructor lives across a kernel.
  virtual void run(dg_context *context, int64_t point, int64_t count) = 0;
  // Does points from this one on, one after the other, as long as nothing can unwind from them, and says how many. Nothing has happened
  // of the one where it stopped.
  virtual int64_t runAhead(dg_context *, int64_t /*point*/, int64_t /*count*/) { return 0; }
  // Whether to run a point again, or some in one go, changes nothing that can be seen.
  virtual bool isRepeatable() const { return false; }
  // After `run` of a point failed, or in place of it: what it would have written has failed.
  virtual void fail(int64_t /*point*/, const Failure *) {}
  // At the task's end: what was written becomes visible. `failure`: the first one's of its points.
  virtual void finish(const Failure *failure) = 0;
  // What the failure message says of the task, beyond its location.
  virtual void describe(int64_t point, Failure &failure) = 0;
  // A point's part of the work's index space: "0..256, ..", empty if that is all of it.
  virtual std::string partOf(int64_t /*point*/) const { return {}; }
  // Of the arrays that it reads and writes; what is updated counts twice.
  virtual int64_t bytes(int64_t /*point*/) { return 0; }
  // Operations on floating-point numbers of 32 bits; -1: not known.
  virtual int64_t arithmetic(int64_t /*point*/) { return -1; }
  // How often a failed task is tried again, and the saving and restoring of what it updates.
  // `save` gives null where there is no memory for it: then the task is not tried again.
  virtual int retries() const { return 0; }
  virtual void *save() { return nullptr; }
  virtual void restore(void *) {}
  virtual void discard(void *) {}

  void release() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

protected:
  virtual void destroy() { delete this; }
};

struct alignas(64) Task {
  static constexpr int InlineEdges = 5;
  struct MoreEdges {
    MoreEdges *next;
    int used;
    Edge edges[30];
  };

  std::atomic<Edge *> successors{nullptr}; // closed() once it has ended
  std::atomic<int32_t> pending{0};         // predecessors that have not ended, and one while it is being submitted
  uint8_t level = 0;                       // of priority; 0 is the most urgent
  bool counted = false;                    // takes part in the run-ahead window (gates don't)
  std::atomic<uint8_t> arrows{0};          // for a trace: the predecessors that it had to wait for, up to some number
  Work *work = nullptr;                    // null: a gate
  int64_t point = 0, count = 1;            // the first chunk's number in its launch, and how many
  Slot *slot = nullptr;                    // its place in the order of effects
  Task *next = nullptr;                    // in the pool
  // Host only. On a line of its own: the host looks here for each use of what the task writes, while others run it.
  alignas(64) uint64_t serial = 0;
  uint64_t mark = 0;                       // the last successor that already waits for this task
  uint64_t sequence = 0;
  MoreEdges *more = nullptr;
  uint8_t edgeCount = 0;
  alignas(64) Edge edges[InlineEdges];

  static Edge *closed() { return reinterpret_cast<Edge *>(uintptr_t(1)); }
  bool ended() const { return successors.load(std::memory_order_acquire) == closed(); }
};

struct TaskRef {
  Task *task = nullptr;
  uint64_t serial = 0;

  TaskRef() = default;
  explicit TaskRef(Task *task) : task(task), serial(task->serial) {}
  bool ended() const { return !task || task->serial != serial || task->ended(); }
};

} // namespace dagger::rt
