// One run of a program: its scheduler, its order of effects, its failures. At most one exists at a time.
#pragma once
#include "runtime/sched/Scheduler.h"
#include <cstdint>

namespace dagger::rt {

class Progress;
struct CallBatches;
struct DirectCalls;
struct Replicator;
class Provisional;

struct Limits {
  int threads = 1;
  int64_t chunkBytes = 0;              // 0: chosen
  int64_t windowTasks = 1 << 12;       // how far the host runs ahead of the workers: what it makes should still be in
                                       // the cache when it runs
  int64_t windowBytes = int64_t(1) << 26; // of results that are not there yet: enough that no thread waits for the host, and
                                          // no more, because each is memory that was not touched lately
  size_t stackBytes = size_t(64) << 20;
};

class Runtime {
public:
  Limits limits;
  FailureLog log;
  EffectChain effects;
  Scheduler scheduler;
  dg_context host;
  RootRun hostArrays;               // what the host's handles are, so that a program that stopped gives them back
  std::atomic<int64_t> pendingBytes{0};
  std::atomic<const Failure *> cancelled{nullptr}; // the program has stopped: tasks that have not begun are not run
  uint64_t sequence = 0; // of the last submission

  // `host` is the calling thread's context.
  explicit Runtime(const Limits &limits);
  ~Runtime();

  // There is one thread, and nobody watches: what is submitted runs at once.
  bool runsAtOnce() const { return scheduler.threads() == 1 && !scheduler.isObserved(); }
  // Host: stops the program if a statement before this point has failed; blocks while the window is full.
  void enter();
  // For a task that stands for so many of the program's.
  void makeRoom(int64_t many = 1);
  // Launches of a single point and calls of light tasks, one behind the other: how many became tasks, and the sequence number of the last submission.
  struct Singles {
    uint64_t sequence = 0;
    int64_t count = 0;
  } singles;
  std::unique_ptr<DirectCalls> directCalls; // null before the first
  std::unique_ptr<CallBatches> callBatches;
  std::unique_ptr<Replicator> replicator;
  std::unique_ptr<Provisional> provisional; // null: kernels are what they will be
  // Host: completes all effects before this point, and stops with the earliest failure of those and `failure` (null: only
  // if there is one).
  void settle(const Failure *failure);

  // Loops that are under way with a plan, the innermost last.
  std::vector<std::unique_ptr<Plan>> plans;
  uint64_t replayed = 0; // submissions
  // What runs at once needs none.
  Plan *plan() { return plans.empty() || runsAtOnce() ? nullptr : plans.back().get(); }

  // Who says how far the program is; null: nobody.
  Progress *progress = nullptr;

  // @name and @priority of the statements that are under way, the innermost last.
  struct Annotated {
    const char *name = nullptr;
    int32_t priority = 0;
  };
  std::vector<Annotated> annotated;

  // @sequential: the last task of the region that is open.
  int sequentialDepth = 0;
  TaskRef sequentialLast;
};

} // namespace dagger::rt
