// Arrays as the runtime keeps them: counted views (Array, which begins with the dg_array that compiled code reads) of counted
// buffers (dg_buffer), whose chunks remember the tasks that are going to touch them.
//
// Chunks' task lists belong to the host thread, which alone makes tasks. Everything else is safe from any thread.
#pragma once
#include "dagger/runtime.h"
#include "runtime/sched/Pool.h"
#include "runtime/sched/Task.h"
#include <atomic>
#include <cstdint>
#include <vector>

namespace dagger::rt {

struct RootRun;

// Tasks that may not have ended yet. Most chunks have one writer and a reader or two.
class TaskList {
  static constexpr uint32_t Inline = 2;
  TaskRef few[Inline];
  std::vector<TaskRef> *many = nullptr;
  uint32_t count = 0;

public:
  // While it is not zero, tasks that have ended are kept as well: what is recorded would have waited for them. Host only.
  static int keepEnded;
  TaskList() = default;
  TaskList(const TaskList &) = delete;
  ~TaskList() { delete many; }
  uint32_t size() const { return count; }
  TaskRef operator[](uint32_t i) const { return i < Inline ? few[i] : (*many)[i - Inline]; }
  void clear() {
    count = 0;
    if (many)
      many->clear();
  }
  // Forgets tasks that have ended whenever the list has doubled, so that a chunk that is only read stays small.
  void add(TaskRef task);
  void prune();
  void moveTo(TaskList &other); // behind what `other` has
};

struct Chunk {
  TaskList writers; // the last launch or task that writes it: several tasks only if they are of one launch
  TaskList readers; // since then
  TaskList before;  // what came before `writers`: those of them that are still to be submitted wait for it
  uint64_t writer = 0; // the sequence number of `writers`
  uint64_t written = 0, read = 0; // the numbers of the last short calls that update it and read it (CallBatches); 0: none
};

} // namespace dagger::rt

struct dg_buffer {
  static void *operator new(size_t bytes) { return dagger::rt::poolAllocate(bytes); }
  static void operator delete(void *block, size_t bytes) { dagger::rt::poolFree(block, bytes); }

  std::atomic<int64_t> refs{1};   // its Arrays and pending launches
  std::atomic<int64_t> values{0}; // its Arrays that are values of the program, as against uses by pending tasks
  std::atomic<int64_t> writes{0}; // tasks that will write it and have not ended
  char *base = nullptr;           // null: not there yet, or failed without ever having been
  size_t bytes = 0;
  uint8_t type = 0, rank = 0;
  bool gridGiven = false;         // by @chunks: launches that write it follow it
  bool gridChosen = false;
  bool isMalloced = false;        // a library's memory, freed with free()
  int64_t extents[DG_MAX_RANK], chunk[DG_MAX_RANK], counts[DG_MAX_RANK];
  std::atomic<int32_t> failed{0}; // number of its chunks that have failed; far from the counters, since every task looks here
  int64_t chunkCount = 1;
  int64_t together = 1;           // so many chunks, one behind the other, are one in `chunks`: tasks write them together
  dagger::rt::Chunk *chunks = nullptr;                                  // made at the first use by a task
  std::atomic<std::atomic<const dagger::rt::Failure *> *> failures{nullptr}; // one a chunk, made at the first failure
  alignas(16) char small[16];     // storage of a scalar
  dagger::rt::Chunk only;         // where `chunks` points if there is one

  dg_buffer() = default;
  ~dg_buffer();
  int64_t recordCount() const { return (chunkCount + together - 1) / together; }
  // Makes the chunks' records where there are none yet, or drops them.
  dagger::rt::Chunk *needChunks();
  void dropChunks();
};

namespace dagger::rt {

struct Array : dg_array {
  static void *operator new(size_t bytes) { return poolAllocate(bytes); }
  static void operator delete(void *block, size_t bytes) { poolFree(block, bytes); }

  // A task's argument counts its own views here and not in the buffer: what happens inside a task must not make the host
  // believe that there are two values.
  std::atomic<int64_t> ownValues{0};
  std::atomic<int64_t> *values = nullptr; // of the buffer, or of the argument that it is a view of
  std::atomic<int32_t> holds{1};          // one for all `refs` together, and one for each pending task that needs the handle
  bool foreign = false;                   // a task's argument or a view of one
  bool exclusive = false;                 // the box that the task updates
  bool pinned = false;                    // its memory belongs to the running task
  RootRun *root = nullptr;                // the list of the task that made it
  Array *previous = nullptr, *next = nullptr;
};
static_assert(offsetof(dg_array, data) == 16 && offsetof(dg_array, extents) == 24 && offsetof(dg_array, strides) == 88 &&
                  offsetof(dg_array, type) == 152 && offsetof(dg_array, tiles) == 160 && offsetof(dg_array, tile) == 168,
              "compiled code reads these fields");

inline Array *internal(dg_array *a) { return static_cast<Array *>(a); }
inline std::atomic_ref<int64_t> refsOf(dg_array *a) { return std::atomic_ref<int64_t>(a->refs); }
inline bool shapeKnown(const dg_array *a) { return __atomic_load_n(&a->shape_known, __ATOMIC_ACQUIRE) != 0; }
int64_t elementCount(int rank, const int64_t *extents);
// Product of extents times element size, or -1 if it does not fit.
int64_t byteCount(uint8_t type, int rank, const int64_t *extents);
void rowMajorStrides(int rank, const int64_t *extents, int64_t *strides);
bool isContiguous(const dg_array *a);

// The view is the whole of its buffer, in order.
inline bool isWhole(const dg_array *a) {
  const dg_buffer *b = a->buffer;
  if (a->rank != b->rank || a->data != b->base)
    return false;
  for (int axis = 0; axis < a->rank; ++axis)
    if (a->extents[axis] != b->extents[axis])
      return false;
  return (a->rank == 1 && a->strides[0] == 1) || isContiguous(a);
}

// A buffer with storage; null without memory. A grid of one chunk until another is set.
dg_buffer *newBuffer(uint8_t type, int rank, const int64_t *extents, bool zero);
// Without storage: of a result that is to come, or that failed.
dg_buffer *newEmptyBuffer(uint8_t type, int rank);
void retainBuffer(dg_buffer *buffer);
void releaseBuffer(dg_buffer *buffer);
void setGrid(dg_buffer *buffer, const int64_t *chunk);
// Gives a promised buffer the storage of `from`, which nobody else holds.
void adoptStorage(dg_buffer *promised, dg_buffer *from);

// A handle on the buffer (whose count is taken over), listed in the context's task if it runs in one.
Array *newArray(dg_context *context, dg_buffer *buffer, int rank, const int64_t *extents, const int64_t *strides, char *data);
// A handle with the shape of the whole buffer.
Array *newWhole(dg_context *context, dg_buffer *buffer);
// A handle on a scalar of its own, which is zero (an empty text). On the host from those it dropped last, if there is one.
Array *newScalar(dg_context *context, uint8_t type);
// Another view of what `a` views.
Array *newView(dg_context *context, dg_array *a, int rank, const int64_t *extents, const int64_t *strides, char *data);
// A value that failed, with a shape (null: none).
Array *newFailed(dg_context *context, uint8_t type, int rank, const int64_t *extents, const Failure *failure);
void hold(Array *a);
void unhold(Array *a);
// All arrays that a failed task still has.
void releaseAll(RootRun &root);
// Those scalars that were dropped and kept for newScalar.
void freeSpares(RootRun &root);
// The arrays of a nested task now belong to its caller.
void moveArrays(RootRun &from, RootRun &to);
// Takes `a` off its task's list: it will outlive the task.
void detach(Array *a);

// ---- failures of chunks ----
void markFailed(dg_buffer *buffer, int64_t chunk, const Failure *failure);
const Failure *failureOf(dg_buffer *buffer, int64_t chunk);
void markAllFailed(dg_buffer *buffer, const Failure *failure);
const Failure *anyFailure(dg_buffer *buffer);

} // namespace dagger::rt
