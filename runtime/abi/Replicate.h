// Loops of the host that call short tasks, run by every thread: each thread goes through the whole loop and makes the calls that are
// its own, so nothing is made, handed on or looked for. (Legion calls it control replication, and does it across nodes.)
//
// Which thread a call belongs to, and which earlier calls it needs, follows from the chunks of what it updates and reads; each thread
// works that out for itself and gets the same. A call waits until the threads of those that it needs have come far enough. What a
// replica cannot do (a body that gives up, an array that has to be copied, a failure) ends it there: once all have come to an end, the
// host goes through the same turns again, leaves out the calls that were made, and makes the others as it always does. No call that was
// made comes behind one that it needs and that was not, so that is the program's order.
#pragma once
#include "runtime/sched/Runtime.h"
#include <memory>

namespace dagger::rt {

class Replica;
struct Replication;

// The runtime's own. Host only, but for what Replica says.
struct Replicator {
  explicit Replicator(Runtime &runtime);
  ~Replicator();
  uint64_t shared = 0; // calls that replicas have made
  // What dg_replicate says.
  void run(const dg_replicated &loop, char *frame, int64_t turns);

private:
  Runtime &runtime;
  std::unique_ptr<Replication> state;
  // Turns from `from` on, by the host alone, as if there were no replicas.
  void go(const dg_replicated &loop, char *frame, int64_t from, int64_t to);
  // Whether nothing of what came before the loop is under way any more. The host does not do it itself: that may take long.
  bool waitForOthers();
  void settle();
  // By replicas. The calls that were made, or -1 if they could not make all and the host had to.
  int64_t share(const dg_replicated &loop, char *frame, int64_t from, int64_t to);
};

// In a replica: a call of a task, made or left to whom it belongs.
void callInReplica(dg_context *context, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                   const dg_place *const *places, dg_array **results, int32_t priority);

} // namespace dagger::rt
