// Who is told what the scheduler does, while somebody wants to know: records, traces and statistics. Nobody is the usual case,
// and costs a test.
#pragma once
#include "runtime/sched/Task.h"

namespace dagger::rt {

struct Span {
  int64_t start, end; // nanoseconds of CLOCK_MONOTONIC
};

struct Observer {
  virtual ~Observer() = default;
  // The host made a task; it has no dependences yet.
  virtual void made(Task &) {}
  // The host found that `after` comes behind `before`, which may have ended: then only its serial number is its own.
  virtual void waits(TaskRef /*before*/, Task & /*after*/) {}
  // A worker ran a task (or a gate, in no time). Those that wait for it have not heard of it.
  virtual void ran(Worker &, Task &, Span, const Failure *) {}
  // The same worker, right after: one that waited for it does so no longer. Not for what was found when it had ended.
  virtual void released(Worker &, Task & /*before*/, Task & /*after*/, Span) {}
  // A worker ran a nested task that it took from another one.
  virtual void ranTaken(Worker &, Work & /*of the task that it is part of*/, Span) {}
};

int64_t monotonicTime();
// The task's part of its launch's index space: "0..256, ..", empty if that is all of it.
std::string chunkOf(Task &task);

} // namespace dagger::rt
