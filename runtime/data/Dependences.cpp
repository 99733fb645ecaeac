#include "runtime/data/Dependences.h"
#include "runtime/data/Grid.h"

namespace dagger::rt {

static Chunk *chunksOf(dg_buffer *buffer) {
  return buffer->needChunks();
}

bool isQuiet(dg_buffer *buffer) {
  if (buffer->writes.load(std::memory_order_acquire))
    return false;
  if (buffer->chunks)
    for (int64_t i = 0; i < buffer->recordCount(); ++i)
      for (TaskList *list : {&buffer->chunks[i].writers, &buffer->chunks[i].readers, &buffer->chunks[i].before}) {
        for (uint32_t k = 0; k < list->size(); ++k)
          if (!(*list)[k].ended())
            return false;
      }
  return true;
}

void prepareGrid(Runtime &runtime, dg_buffer *buffer) {
  // Quiet first: before that the task that makes it may be writing the buffer's fields.
  if (buffer->gridChosen || !isQuiet(buffer) || !buffer->base || buffer->failed.load(std::memory_order_acquire))
    return;
  int64_t chunk[DG_MAX_RANK];
  chooseBufferChunk(runtime.limits.chunkBytes, buffer->type, buffer->rank, buffer->extents, chunk);
  // The record of a run wants to know who wrote it, although they have ended. Without a grid there was one chunk.
  std::vector<TaskRef> writers;
  if (TaskList::keepEnded && buffer->chunks)
    for (uint32_t t = 0; t < buffer->chunks[0].writers.size(); ++t)
      writers.push_back(buffer->chunks[0].writers[t]);
  buffer->dropChunks();
  setGrid(buffer, chunk);
  for (TaskRef writer : writers)
    for (int64_t i = 0; i < buffer->chunkCount; ++i)
      chunksOf(buffer)[i].writers.add(writer);
}

static void dependOn(Scheduler &scheduler, Task *task, const TaskList &list, bool ordered) {
  for (uint32_t i = 0; i < list.size(); ++i) {
    TaskRef before = list[i];
    if (ordered || before.task->serial != before.serial || before.task->sequence != task->sequence)
      scheduler.depend(task, before);
  }
}

void dependRead(Scheduler &scheduler, Task *task, dg_buffer *buffer, const Box &box, bool ordered) {
  Chunk *chunks = chunksOf(buffer);
  TaskRef self(task);
  forRecords(buffer, box, [&](int64_t number) {
    Chunk &chunk = chunks[number];
    // A task of the same launch already writes here: what this one reads is from before the launch.
    dependOn(scheduler, task, chunk.writer == task->sequence && !ordered ? chunk.before : chunk.writers, ordered);
    chunk.readers.add(self);
  });
}

void dependWrite(Scheduler &scheduler, Task *task, dg_buffer *buffer, const Box &box, bool ordered) {
  Chunk *chunks = chunksOf(buffer);
  TaskRef self(task);
  forRecords(buffer, box, [&](int64_t number) {
    Chunk &chunk = chunks[number];
    if (chunk.writer != task->sequence || ordered) {
      chunk.before.clear();
      chunk.writers.moveTo(chunk.before);
      chunk.readers.moveTo(chunk.before);
      chunk.writer = task->sequence;
    }
    dependOn(scheduler, task, chunk.before, ordered);
    chunk.writers.add(self);
  });
}

void dependRead(Scheduler &scheduler, Task *task, Chunk &chunk) {
  dependOn(scheduler, task, chunk.writers, true);
  chunk.readers.add(TaskRef(task));
}

void dependWrite(Scheduler &scheduler, Task *task, Chunk &chunk) {
  chunk.before.clear();
  chunk.writers.moveTo(chunk.before);
  chunk.readers.moveTo(chunk.before);
  chunk.writer = task->sequence;
  dependOn(scheduler, task, chunk.before, true);
  chunk.writers.add(TaskRef(task));
}

void SharedUse::begin(Scheduler &scheduler, dg_buffer *buffer, const Box &box, bool write, uint64_t sequence) {
  Chunk *chunks = chunksOf(buffer);
  Task *gate = scheduler.make(nullptr, sequence, 0, 2, false);
  forRecords(buffer, box, [&](int64_t number) {
    dependOn(scheduler, gate, chunks[number].writers, true);
    if (write)
      dependOn(scheduler, gate, chunks[number].readers, true);
  });
  first = TaskRef(gate);
  scheduler.submit(gate);
  last = scheduler.make(nullptr, sequence, 0, 2, false);
}

void SharedUse::add(Scheduler &scheduler, Task *task) {
  scheduler.depend(task, first);
  scheduler.depend(last, TaskRef(task));
}

void SharedUse::end(Scheduler &scheduler, dg_buffer *buffer, const Box &box, bool write, uint64_t sequence) {
  Chunk *chunks = chunksOf(buffer);
  TaskRef done(last);
  forRecords(buffer, box, [&](int64_t number) {
    Chunk &chunk = chunks[number];
    if (write) {
      chunk.before.clear();
      chunk.writers.clear();
      chunk.readers.clear();
      chunk.writers.add(done);
      chunk.writer = sequence;
    } else {
      chunk.readers.add(done);
    }
  });
  scheduler.submit(last);
}

} // namespace dagger::rt
