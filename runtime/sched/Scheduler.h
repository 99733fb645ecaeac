// The scheduler: workers with queues of ready tasks, and the host thread, which makes the tasks and is the first worker.
//
// A task is ready when its count of pending predecessors reaches zero; who brings it there queues it. Workers take their own
// newest task first (its data is in their cache), then the oldest of another. The host takes its own oldest, so that work
// proceeds in program order. Workers without work search for a moment and then sleep; there is no lost wake-up because a
// sleeper announces itself before it looks at the queues for the last time, and who queues a task looks for sleepers after.
#pragma once
#include "runtime/sched/Context.h"
#include "runtime/sched/Deque.h"
#include "runtime/sched/Nested.h"
#include "runtime/sched/Order.h"
#include "runtime/sched/Stack.h"
#include "runtime/sched/Task.h"
#include <memory>
#include <vector>

namespace dagger::rt {

enum { PriorityLevels = 4, NormalLevel = 2 };

// Counted by one thread, read by any.
class Count {
  std::atomic<uint64_t> number{0};

public:
  void operator+=(uint64_t n) { number.store(number.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void operator++() { *this += 1; }
  operator uint64_t() const { return number.load(std::memory_order_relaxed); }
};

struct alignas(64) Worker {
  Runtime *runtime = nullptr;
  int id = 0;
  Deque<Task *> ready[PriorityLevels];
  uint64_t random = 0;
  Count ran, stolen, slept; // statistics
  StackThread thread;
  NestedWorker nested;
};

struct Trace;
class Plan;

class Scheduler {
  Runtime &runtime;
  std::vector<std::unique_ptr<Worker>> workers;
  // Sleeping workers wait on `epoch`, the host on `hostEpoch`.
  alignas(64) std::atomic<uint32_t> epoch{0};
  std::atomic<int32_t> sleepers{0}, searching{0};
  alignas(64) std::atomic<uint32_t> hostEpoch{0};
  std::atomic<bool> hostAsleep{false}, stopping{false};
  alignas(64) std::atomic<Task *> returned{nullptr}; // tasks that workers gave back
  std::atomic<int64_t> live{0};                      // counted tasks that have not ended
  std::atomic<int64_t> queued[PriorityLevels] = {};  // in all queues, but for the normal level
  Task *pool = nullptr;
  std::vector<std::unique_ptr<Task[]>> blocks;
  Task::MoreEdges *edgePool = nullptr;
  std::vector<std::unique_ptr<Task::MoreEdges[]>> edgeBlocks;
  uint64_t serials = 0;
  Trace *trace = nullptr;
  Plan *record = nullptr;

  static void *workerMain(void *worker);
  void workerLoop(Worker &worker);
  Task *find(Worker &worker);
  bool findFrame(Worker &worker);
  bool anyReady();
  bool anyFrame();
  void push(Worker &worker, Task *task);
  void wakeOne();
  void wakeHost();
  void execute(Worker &worker, Task *task);
  void end(Worker &worker, Task *task);
  const Failure *attempt(dg_context &context, Task &task);
  const Failure *tryOnce(dg_context &context, Task &task);

public:
  // The calling thread is the host, worker 0. `threads` counts it.
  Scheduler(Runtime &runtime, int threads, size_t stackBytes);
  ~Scheduler();

  Worker &host() { return *workers[0]; }
  int threads() const { return int(workers.size()); }

  // ---- host only ----
  // A new task with one pending count, which `submit` takes away. `work` is counted (null: a gate).
  Task *make(Work *work, uint64_t sequence, int64_t point, int32_t priority, bool counted);
  // `task` waits for `before`, unless that has ended.
  void depend(Task *task, TaskRef before);
  void submit(Task *task);
  // Runs tasks, or sleeps, until `done` holds. `done` is asked again after each task that ended anywhere.
  template <typename Condition> void workUntil(const Condition &done) {
    while (!done())
      if (Task *task = find(host()))
        execute(host(), task);
      else if (!findFrame(host()))
        sleepHost(done);
  }
  void waitFor(TaskRef task) {
    workUntil([&] { return task.ended(); });
  }
  int64_t liveTasks() const { return live.load(std::memory_order_relaxed); }
  void drain() {
    workUntil([&] { return live.load(std::memory_order_acquire) == 0; });
  }
  // Before the first task; null ends the record.
  void setTrace(Trace *to) { trace = to; }
  bool isTraced() const { return trace != nullptr; }
  // Tells a plan of tasks and of what they wait for; null: no longer.
  void setRecord(Plan *to) { record = to; }
  uint64_t nextSerial() const { return serials + 1; }
  void statistics(uint64_t &ran, uint64_t &stolen, uint64_t &slept);

  // Any thread: there is something to run that sleepers could not see.
  void notifyWork() {
    if (searching.load(std::memory_order_seq_cst) == 0) {
      if (sleepers.load(std::memory_order_seq_cst) > 0)
        wakeOne();
      else
        notifyHost();
    }
  }
  // Any thread: something that the host may be waiting for has happened.
  void notifyHost() {
    if (hostAsleep.load(std::memory_order_seq_cst))
      wakeHost();
  }

private:
  void futexWait(std::atomic<uint32_t> &word, uint32_t value);
  template <typename Condition> void sleepHost(const Condition &done) {
    for (int spin = 0; spin < 64; ++spin) {
      if (done() || anyReady())
        return;
      __builtin_ia32_pause();
    }
    uint32_t seen = hostEpoch.load(std::memory_order_seq_cst);
    hostAsleep.store(true, std::memory_order_seq_cst);
    if (!done() && !anyReady()) {
      ++host().slept;
      futexWait(hostEpoch, seen);
    }
    hostAsleep.store(false, std::memory_order_seq_cst);
  }
};

} // namespace dagger::rt
