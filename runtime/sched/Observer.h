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
  // Whether each point that is a task has to be a node of its own, since what is told of nodes is asked for.
  virtual bool needsSingleNodes() const { return false; }
  // A worker ran a point of a task (or a gate, in no time): each of them is told, in order. Those that wait for the task have not
  // heard of it.
  virtual void ran(Worker &, Task &, int64_t /*point*/, Span, const Failure *) {}
  // The same worker, after the last point, whose span it is: one that waited for the task does so no longer. Not for what was found
  // when it had ended.
  virtual void released(Worker &, Task & /*before*/, Task & /*after*/, Span) {}
  // A worker ran a nested task that it took from another one.
  virtual void ranTaken(Worker &, Work & /*of the task that it is part of*/, Span) {}
};

int64_t monotonicTime();

} // namespace dagger::rt
