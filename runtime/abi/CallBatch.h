// Calls of short tasks on the host, many to a node of the graph: they run one behind the other, in the program's order.
#pragma once
#include "runtime/abi/Call.h"
#include "runtime/sched/Runtime.h"

namespace dagger::rt {

struct BatchWork;

// What the host knows of the short calls that it makes, and the batch that still takes more. Host only, but for `ticks`.
//
// Calls none of which needs another are a generation: it ends where one comes that needs something of it. A batch is a thread's
// share of a generation, as long as the last ones were, and ends with it. Calls that take long are not put together, nor are those
// that come slowly.
struct CallBatches {
  enum { kinds = 16, most = 64 };
  std::atomic<uint32_t> ticks[kinds] = {}; // of the processor's clock that a call takes, by a hash of its task; 0: not known
  BatchWork *open = nullptr;
  Task *node = nullptr;  // of `open`; not handed on yet
  int32_t priority = 0;
  int64_t room = 0;      // calls that `open` still takes
  uint64_t opened = 0;   // the number of its first one
  uint64_t calls = 0;    // so far
  uint64_t first = 1;    // the number of the first one of this generation
  uint64_t length = 0;   // of a generation, lately
  uint64_t lastTick = 0; // when the last call came
  int slow = 0;          // so many of the last ones came slowly
};

// Makes the call part of a batch if its arguments are there, those that it updates are known to be apart from the others, and
// nothing hinders. Says whether it did; if not, nothing has happened.
bool callInBatch(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays,
                 const int64_t *const *boxes, bool isApart, int32_t priority, dg_array **results);
} // namespace dagger::rt
