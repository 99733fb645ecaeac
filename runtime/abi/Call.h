// A task call: on the host a node of the graph, inside a task an ordinary call.
#pragma once
#include "runtime/abi/Launch.h"

namespace dagger::rt {

// In dg_task::flags, beside those of the ABI: a function of the library, which is no task of the program; its failures name
// the place only.
enum { LibraryTask = 0x80 };

struct CallArgument {
  Array *handle = nullptr;
  const dg_location *location = nullptr; // of its place in the program, if known
  bool hasBox = false, empty = false;
  uint8_t access = DG_READ;
  bool isMapped = false;   // `map` is known
  Box box;                 // in the handle's coordinates
  ViewMap map;             // at submission, for dependences
  Array view;              // what the body gets

  bool updates() const { return access != DG_READ; }
  // Takes everything but the map.
  void set(dg_array *a, uint8_t access, const int64_t *box, const dg_place *place);
  void setMap();
};

// What dg_task_return and dg_task_update work on while a body runs.
struct RunningCall {
  const dg_task *task;
  CallArgument *arguments;
  dg_array **arrays;         // as the body gets them
  dg_array **returned;       // what it has returned so far
  dg_buffer *const *results; // on a worker: where scalars go at once; null in a call in place
};

struct CallWork final : Work {
  Runtime *runtime;
  dg_task task;
  // All of these lie behind the object, in the same block.
  CallArgument *arguments;
  char *frame;
  dg_array **arrays, **returned;
  Array **promises; // the handles of the results
  dg_buffer **results;
  size_t blockBytes;
  RunningCall running;
  const Failure *failed = nullptr;
  bool isNode = false; // of the graph: it holds the handles of its arguments and results, and its writes are counted
  uint8_t resultTypes[8]; // of library calls, whose description does not outlive the call

  // In a block of the pool, which the last release gives back, or in one of the caller's (bytesOf(task), aligned to 64), who
  // then destroys it.
  static CallWork *create(const dg_task &task, const void *frame);
  static CallWork *create(const dg_task &task, const void *frame, char *block);
  static size_t bytesOf(const dg_task &task);
  ~CallWork() override;
  void destroy() override;
  const Failure *inputFailure(int64_t point) override;
  void run(dg_context *context, int64_t point, int64_t count) override;
  void finish(const Failure *failure) override;
  void describe(int64_t point, Failure &failure) override;
  int64_t bytes(int64_t point) override;
  int retries() const override { return task.retries; }
  void *save() override;
  void restore(void *saved) override;
  void discard(void *saved) override;
};

// The views that a body gets, of arguments whose handles have their shape. Fails on a box that is out of range.
void makeViews(dg_context *context, CallArgument *arguments, int count, dg_array **arrays, const dg_location *location);

// ---- calls whose arguments are all there, so that nothing has to be kept of them but what the caller gave ----

// Of two boxes in one array, that they share nothing.
inline bool areApart(const int64_t *a, const int64_t *b, int rank) {
  for (int axis = 0; axis < rank; ++axis)
    if (a[axis] + a[rank + axis] <= b[axis] || b[axis] + b[rank + axis] <= a[axis])
      return true;
  return false;
}

// Whether argument u, which is updated, may share elements with argument k.
inline bool mayShare(dg_array *const *arrays, const int64_t *const *boxes, int u, int k) {
  const dg_array *updated = arrays[u], *other = arrays[k];
  return other->buffer == updated->buffer &&
         !(other == updated && boxes && boxes[k] && boxes[u] && areApart(boxes[k], boxes[u], updated->rank));
}
// Whether any that is updated may share elements with another one.
inline bool mayShare(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes) {
  const int count = task.arrays;
  const uint8_t *access = task.access;
  for (int u = 0; u < count; ++u) {
    if (access[u] == DG_READ)
      continue;
    for (int k = 0; k < count; ++k)
      if (k != u && mayShare(arrays, boxes, u, k))
        return true;
  }
  return false;
}

// Whether no two that are updated may share elements. `shares`: one that is read may share some with one that is updated.
inline bool updatesAreApart(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes, bool &shares) {
  for (int u = 0; u < task.arrays; ++u)
    for (int k = 0; task.access[u] != DG_READ && k < task.arrays; ++k)
      if (k != u && mayShare(arrays, boxes, u, k)) {
        if (task.access[k] != DG_READ)
          return false;
        shares = true;
      }
  return true;
}

// What is the same of all views that bodies get.
inline void beginView(Array &view) {
  view.shape_known = 1;
  view.values = &view.ownValues;
  view.foreign = view.pinned = true;
}

// Makes a view that was begun, and then used or not, the box of `a` (null: all of it) as the body gets it; false if the box is not
// in the array.
inline bool setView(Array &view, const dg_array *a, const int64_t *box, bool isUpdate) {
  dg_buffer *buffer = a->buffer;
  char *data = a->data;
  const uint8_t type = a->type;
  const int rank = a->rank;
  const int64_t size = int64_t(dg_type_size(dg_type(type)));
  for (int axis = 0; axis < rank; ++axis) {
    int64_t extent = a->extents[axis], stride = a->strides[axis];
    if (box) {
      int64_t low = box[axis], count = box[rank + axis];
      if ((low | count) < 0 || low > extent - count)
        return false;
      extent = count;
      data += low * stride * size;
    }
    view.extents[axis] = extent;
    view.strides[axis] = stride;
  }
  view.refs = 1;
  view.ownValues.store(1, std::memory_order_relaxed);
  view.buffer = buffer;
  view.data = data;
  view.type = type;
  view.rank = uint8_t(rank);
  view.exclusive = isUpdate;
  return true;
}

// The box of `a` that the caller gave (null: all of it); false if it is empty.
inline bool setBox(Box &box, const dg_array *a, const int64_t *given) {
  bool isEmpty = false;
  for (int axis = 0; axis < a->rank; ++axis) {
    box.low[axis] = given ? given[axis] : 0;
    box.high[axis] = given ? given[axis] + given[a->rank + axis] : a->extents[axis];
    isEmpty |= box.high[axis] <= box.low[axis];
  }
  return !isEmpty;
}

// The earliest failure of what the arguments show.
const Failure *failureOf(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes);
// What the call would have updated has failed.
void failUpdates(const dg_task &task, dg_array *const *arrays, const int64_t *const *boxes, const Failure *failure);

// @retry: the updated boxes, copied; null if there is no memory for them: then a failure stands.
void *saveUpdates(CallArgument *arguments, int count);
void restoreUpdates(CallArgument *arguments, int count, void *saved);
void discardUpdates(void *saved);

} // namespace dagger::rt
