// Who waits for whom: a task waits for the last writers of the chunks that it reads, and for their readers too where it
// writes. Host only.
#pragma once
#include "runtime/data/Boxes.h"
#include "runtime/sched/Runtime.h"

namespace dagger::rt {

// Gives the buffer a grid if it has none yet and no task is under way on it. Before the first ViewMap of a submission.
void prepareGrid(Runtime &runtime, dg_buffer *buffer);
// No task that touches it is under way.
bool isQuiet(dg_buffer *buffer);

// `ordered`: tasks of one launch that write the same chunk run in the order of their points. Otherwise they don't wait for
// each other, whatever they share.
void dependRead(Scheduler &scheduler, Task *task, dg_buffer *buffer, const Box &chunks, bool ordered);
void dependWrite(Scheduler &scheduler, Task *task, dg_buffer *buffer, const Box &chunks, bool ordered);

// The same, of one record of chunks, and ordered.
void dependRead(Scheduler &scheduler, Task *task, Chunk &chunk);
void dependWrite(Scheduler &scheduler, Task *task, Chunk &chunk);

// Many tasks of one launch that touch the same chunks: all wait for `first`, and who comes later waits for `last`, so that
// the number of edges is the sum of tasks and chunks and not their product.
struct SharedUse {
  TaskRef first;         // none if there is nothing to wait for
  Task *last = nullptr;
  void begin(Scheduler &scheduler, dg_buffer *buffer, const Box &chunks, bool write, uint64_t sequence);
  void add(Scheduler &scheduler, Task *task);
  void end(Scheduler &scheduler, dg_buffer *buffer, const Box &chunks, bool write, uint64_t sequence);
};

} // namespace dagger::rt
