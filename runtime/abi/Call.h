// A task call: on the host a node of the graph, inside a task an ordinary call.
#pragma once
#include "runtime/abi/Launch.h"

namespace dagger::rt {

// In dg_task::flags, beside those of the ABI: a function of the library, which is no task of the program; its failures name
// the place only.
enum { LibraryTask = 0x80 };

struct CallArgument {
  Array *handle = nullptr; // held until the call has ended
  const dg_location *location = nullptr; // of its place in the program, if known
  bool hasBox = false, empty = false;
  uint8_t access = DG_READ;
  Box box;                 // in the handle's coordinates
  ViewMap map;             // at submission, for dependences
  Array view;              // what the body gets

  bool updates() const { return access != DG_READ; }
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
  Array **promises; // the handles of the results, held
  dg_buffer **results;
  size_t blockBytes;
  RunningCall running;
  const Failure *failed = nullptr;
  uint8_t resultTypes[8]; // of library calls, whose description does not outlive the call

  static CallWork *create(const dg_task &task, const void *frame);
  ~CallWork() override;
  void destroy() override;
  const Failure *inputFailure(Task &task) override;
  void run(dg_context *context, Task &task) override;
  void finish(Task &task, const Failure *failure) override;
  void describe(Task &task, Failure &failure) override;
  int64_t bytes(Task &task) override;
  int retries() const override { return task.retries; }
  void *save(Task &) override;
  void restore(Task &, void *saved) override;
  void discard(void *saved) override;
};

// The views that a body gets, of arguments whose handles have their shape. Fails on a box that is out of range.
void makeViews(dg_context *context, CallArgument *arguments, int count, dg_array **arrays, const dg_location *location);

// @retry: the updated boxes, copied; null if there is no memory for them: then a failure stands.
void *saveUpdates(CallArgument *arguments, int count);
void restoreUpdates(CallArgument *arguments, int count, void *saved);
void discardUpdates(void *saved);

} // namespace dagger::rt
