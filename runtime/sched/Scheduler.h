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
#include "runtime/sched/Observer.h"
#include "runtime/sched/Order.h"
#include "runtime/sched/Stack.h"
#include "runtime/sched/Task.h"
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace dagger::rt {

enum { PriorityLevels = 4, NormalLevel = 2 };

struct Worker;

// What a task held before it held more: see Scheduler::hold.
struct Hold {
  size_t heldBefore;
  void (*setThreads)(int); // OpenMP's setting of the thread, to be put back; null: none
  int threadsBefore;
};

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
  std::atomic<int> processor{-1};                 // on which it woke up; -1: it sleeps
  std::atomic<const dg_location *> runs{nullptr}; // where the task stands that runs here; null: none
  StackThread thread;
  NestedWorker nested;
  // Who has nothing to do is Idle, and may be Held by a task that runs on another worker.
  enum State : uint32_t { Awake, Idle, Held };
  alignas(64) std::atomic<State> state{Idle};
  std::vector<Worker *> held; // by the tasks that run here
  std::vector<Hold> holds;
  bool isInLoop = false; // a turn of a `parallel for` runs here
};

// A failure in what the context runs from here on comes back to this edge, which the caller sets with setjmp next.
inline void beginAt(dg_context &context, jmp_buf &edge) {
  context.edge = &edge;
  context.failure = nullptr;
  context.sites = nullptr;
  context.edgeBase = context.worker->nested.head;
  context.holdBase = context.worker->holds.size();
}

class Plan;

class Scheduler {
  class Watch;
  Runtime &runtime;
  std::vector<std::unique_ptr<Worker>> workers;
  // Sleeping workers wait on `epoch`, the host on `hostEpoch`.
  alignas(64) std::atomic<uint32_t> epoch{0};
  std::atomic<int32_t> sleepers{0}, searching{0};
  std::atomic<int> waker{-1}; // the processor of who woke a thread last
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
  int started = 1; // threads, with the host
  Count made; // tasks without gates
  std::vector<Observer *> observers;
  Plan *record = nullptr;

  static void *workerMain(void *worker);
  void workerLoop(Worker &worker);
  Task *find(Worker &worker);
  bool findFrame(Worker &worker);
  bool anyTask();
  bool anyReady();
  bool anyFrame();
  void push(Worker &worker, Task *task);
  void wakeOne() { wake(1); }
  void wake(int count);
  void wakeHost();
  // Of a thread that has woken up: not where another one runs, if there is room elsewhere.
  void spread(Worker &worker);
  void execute(Worker &worker, Task *task);
  void executeWatched(Worker &worker, Task *task);
  void finish(Task *task, TextBuffer &output, const Failure *failure);
  void end(Worker &worker, Task *task, Span span);
  // Runs points of the work, but for those of which something that they need has failed. The failure of the first that failed.
  // `watch`: who is told of each point; null: nobody.
  const Failure *perform(Worker &worker, Work &work, int64_t point, int64_t count, TextBuffer &output, Watch *watch);
  bool performTogether(dg_context &context, int64_t point, int64_t count);
  const Failure *attempt(dg_context &context);
  const Failure *tryOnce(dg_context &context);

public:
  // The calling thread is the host, worker 0. `threads` counts it.
  Scheduler(Runtime &runtime, int threads, size_t stackBytes);
  ~Scheduler();

  Worker &host() { return *workers[0]; }
  int threads() const { return int(workers.size()); }
  // The system gave that many.
  bool areAllThere() const { return started == int(workers.size()); }

  // ---- host only ----
  // A task that has been made but takes more before it is submitted, if there is one: `close` submits it. That happens before
  // the host waits or makes another.
  void (*close)(Runtime &) = nullptr;
  void closeOpen() {
    if (close)
      std::exchange(close, nullptr)(runtime);
  }
  // A new task with one pending count, which `submit` takes away. `work` is counted (null: a gate).
  Task *make(Work *work, uint64_t sequence, int64_t point, int32_t priority, bool counted, int64_t count = 1);
  // `task` waits for `before`, unless that has ended.
  void depend(Task *task, TaskRef before);
  void submit(Task *task);
  // The same for tasks that wait for each other: each gets a worker at once, if so many have nothing to do.
  void submitTogether(Task *const *tasks, int count);
  // Runs tasks, or sleeps, until `done` holds. `done` is asked again after each task that ended anywhere.
  template <typename Condition> void workUntil(const Condition &done) {
    closeOpen();
    while (!done())
      if (Task *task = find(host()))
        execute(host(), task);
      else if (!findFrame(host()))
        sleepHost(done);
  }
  // Runs points that wait for nothing on the host, here and now. `isStatement`: if one fails, the program stops there.
  void runNow(Work &work, int64_t point, int64_t count, bool isStatement);
  // The host ran so many without a work.
  void ranHere(uint64_t many = 1) {
    made += many;
    host().ran += many;
  }
  void waitFor(TaskRef task) {
    workUntil([&] { return task.ended(); });
  }
  int64_t liveTasks() const { return live.load(std::memory_order_relaxed); }
  void drain() {
    workUntil([&] { return live.load(std::memory_order_acquire) == 0; });
  }
  // Before the first task and after the last one.
  void observe(Observer *observer) { observers.push_back(observer); }
  void unobserve(Observer *observer) { std::erase(observers, observer); }
  bool isObserved() const { return !observers.empty(); }
  bool needsSingleNodes() const {
    return std::any_of(observers.begin(), observers.end(), [](Observer *o) { return o->needsSingleNodes(); });
  }
  void ranTaken(Worker &worker, Work &work, Span span) {
    for (Observer *observer : observers)
      observer->ranTaken(worker, work, span);
  }
  int64_t readyTasks() const; // about
  // Tells a plan of tasks and of what they wait for; null: no longer.
  void setRecord(Plan *to) { record = to; }
  uint64_t nextSerial() const { return serials + 1; }
  // Any thread: tasks that were made and that ended so far, and where those stand that run now.
  void progress(uint64_t &made, uint64_t &ended, std::vector<const dg_location *> &running) const;
  void statistics(uint64_t &ran, uint64_t &stolen, uint64_t &slept);

  // For the task that runs on `holder`: makes others stand still that have nothing to do, so that `wanted` threads are free for
  // it, with its own; takes what is there, if it `waits` after a moment for those that are about to have nothing to do. Gives
  // what `release` takes to undo it, and all that came after.
  size_t hold(Worker &holder, int wanted, bool waits);
  void release(Worker &holder, size_t depth);

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
  template <typename Word> static void futexWait(std::atomic<Word> &word, uint32_t value) { waitOn(reinterpret_cast<uint32_t *>(&word), value); }
  template <typename Word> static void futexWake(std::atomic<Word> &word, int count) { wakeOn(reinterpret_cast<uint32_t *>(&word), count); }
  static void waitOn(uint32_t *word, uint32_t value);
  static void wakeOn(uint32_t *word, int count);
  // An idle worker takes itself back; false while it is held.
  bool awaken(Worker &worker);
  void standBy(Worker &worker); // until it has
  void holdIdle(Worker &holder, size_t wanted);
  template <typename Condition> void sleepHost(const Condition &done) {
    host().state.store(Worker::Idle, std::memory_order_seq_cst);
    waitHost(done);
    standBy(host());
  }
  template <typename Condition> void waitHost(const Condition &done) {
    // As long as a sleep and the wake-up after it would take, as workers do.
    for (int round = 0; round < 128; ++round) {
      if (done() || anyReady())
        return;
      for (int pause = 0; pause < 8; ++pause)
        __builtin_ia32_pause();
    }
    uint32_t seen = hostEpoch.load(std::memory_order_seq_cst);
    hostAsleep.store(true, std::memory_order_seq_cst);
    if (!done() && !anyReady()) {
      ++host().slept;
      host().processor.store(-1, std::memory_order_relaxed);
      futexWait(hostEpoch, seen);
      spread(host());
    }
    hostAsleep.store(false, std::memory_order_seq_cst);
  }
};

} // namespace dagger::rt
