// Calls of short tasks on the host, many to a node of the graph: they run one behind the other, in the program's order.
#pragma once
#include "runtime/abi/Call.h"
#include "runtime/sched/Runtime.h"

namespace dagger::rt {

struct BatchWork;

// What the host knows of the short calls that it makes, and the batch that still takes more. Host only, but for `ticks`.
//
// A batch is as large as leaves every thread one: who depends on whom is seen as a distance in calls, and so many calls, one
// behind the other, are independent of each other; a thread's share of them is a batch. Calls that take long are not put
// together, nor are those that come slowly.
struct CallBatches {
  enum { kinds = 16, most = 64, window = 64 };
  std::atomic<uint32_t> ticks[kinds] = {}; // of the processor's clock that a call takes, by a hash of its task; 0: not known
  BatchWork *open = nullptr;
  Task *node = nullptr;  // of `open`; not handed on yet
  int32_t priority = 0;
  int64_t room = 0;      // calls that `open` still takes
  uint64_t calls = 0;    // so far
  uint64_t nearest = 0;  // the least distance to a call that one depended on, lately; 0: not known
  uint64_t nearestNow = UINT64_MAX, counted = 0; // of the window that is being looked at
  uint64_t lastTick = 0; // when the last call came
  int slow = 0;          // so many of the last ones came slowly
};

// Makes the call part of a batch if its arguments are there, those that it updates are known to be apart from the others, and
// nothing hinders. Says whether it did; if not, nothing has happened.
bool callInBatch(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays,
                 const int64_t *const *boxes, bool isApart, int32_t priority);
} // namespace dagger::rt
