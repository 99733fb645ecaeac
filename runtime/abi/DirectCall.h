// Calls of light tasks on the host, without a work or a node: views of the arguments, and the body.
#pragma once
#include "runtime/abi/Call.h"
#include "runtime/sched/Runtime.h"

namespace dagger::rt {

// What such calls work with, made once: there is one of them at a time, and it is over before the next.
struct DirectCalls {
  enum { most = 8 }; // arguments, and results
  std::unique_ptr<CallArgument[]> arguments; // views and accesses only
  dg_array *views[most], *returned[most];
  dg_buffer *results[most];
  RunningCall running;
  RootRun root;
  TextBuffer output;
  dg_context context;

  explicit DirectCalls(Runtime &runtime);
  ~DirectCalls();
};

// Nobody that is under way writes the array, or, if it is to be updated, reads the chunks of the box.
bool isFree(const dg_array *a, const int64_t *box, bool isUpdate);

// Runs the call if it waits for nothing, updates nothing that another argument shows, and gives scalars only. Says whether it
// did; if not, nothing has happened. A failure of the body is that of what it updates and of its results.
bool callDirect(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                dg_array **results);

// The same by task.direct, if nothing at all is under way, and without a view or an edge. False, and nothing has happened, too
// where the body would fail.
bool callOnArrays(Runtime &runtime, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                  dg_array **results);

} // namespace dagger::rt
