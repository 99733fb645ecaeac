#include "runtime/sched/Scheduler.h"
#include "runtime/abi/Plan.h"
#include "runtime/data/Array.h"
#include "runtime/sched/Heap.h"
#include "runtime/sched/Runtime.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dagger::rt {

constinit DAGGER_THREAD_WORD dg_context *currentContext = nullptr;

void Scheduler::wakeOn(uint32_t *word, int count) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0); }

void Scheduler::waitOn(uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}

Scheduler::Scheduler(Runtime &runtime, int threads, size_t stackBytes) : runtime(runtime) {
  for (int id = 0; id < threads; ++id) {
    workers.push_back(std::make_unique<Worker>());
    workers.back()->runtime = &runtime;
    workers.back()->id = id;
    workers.back()->nested.worker = workers.back().get();
    workers.back()->random = uint64_t(id) * 0x9E3779B97F4A7C15u + 1;
  }
  // The host runs alone if the system gives no thread.
  host().state.store(Worker::Awake);
  waker.store(sched_getcpu(), std::memory_order_relaxed);
  while (started < threads && !workers[size_t(started)]->thread.start(stackBytes, workerMain, workers[size_t(started)].get()))
    ++started;
  for (int id = started; id < threads; ++id)
    workers[size_t(id)]->state.store(Worker::Awake); // nobody can hold what is not there
}

Scheduler::~Scheduler() {
  stopping.store(true, std::memory_order_seq_cst);
  epoch.fetch_add(1, std::memory_order_seq_cst);
  futexWake(epoch, INT32_MAX);
  for (auto &worker : workers)
    worker->thread.join();
}

void *Scheduler::workerMain(void *argument) {
  Worker &worker = *static_cast<Worker *>(argument);
  ThreadHeap heap;
  watchStack();
  worker.runtime->scheduler.workerLoop(worker);
  unwatchStack();
  return nullptr;
}

void Scheduler::workerLoop(Worker &worker) {
  spread(worker);
  standBy(worker);
  while (!stopping.load(std::memory_order_relaxed)) {
    if (Task *task = find(worker)) {
      execute(worker, task);
      continue;
    }
    if (findFrame(worker))
      continue;
    worker.state.store(Worker::Idle, std::memory_order_seq_cst);
    searching.fetch_add(1, std::memory_order_seq_cst);
    Task *task = nullptr;
    bool frame = false;
    for (int round = 0; round < 128 && !task && !(frame = anyFrame()); ++round) {
      for (int pause = 0; pause < 8; ++pause)
        __builtin_ia32_pause();
      if (anyTask() && awaken(worker) && !(task = find(worker)))
        worker.state.store(Worker::Idle, std::memory_order_seq_cst);
    }
    if (task || frame) {
      // The last one to stop searching passes the search on, so that a burst of tasks wakes as many as it needs.
      if (searching.fetch_sub(1, std::memory_order_seq_cst) == 1 && anyReady())
        wakeOne();
      if (task)
        execute(worker, task);
      else
        standBy(worker);
      continue;
    }
    uint32_t seen = epoch.load(std::memory_order_seq_cst);
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    searching.fetch_sub(1, std::memory_order_seq_cst);
    if (!anyReady() && !stopping.load(std::memory_order_seq_cst)) {
      ++worker.slept;
      worker.processor.store(-1, std::memory_order_relaxed);
      futexWait(epoch, seen);
      spread(worker);
    }
    sleepers.fetch_sub(1, std::memory_order_seq_cst);
    standBy(worker);
  }
}

bool Scheduler::anyTask() {
  for (auto &worker : workers)
    for (auto &queue : worker->ready)
      if (!queue.empty())
        return true;
  return false;
}

bool Scheduler::anyReady() { return anyTask() || anyFrame(); }

bool Scheduler::anyFrame() {
  for (auto &worker : workers)
    if (worker->nested.hasShared())
      return true;
  return false;
}

// A nested task of another worker, if there is nothing on the queues.
bool Scheduler::findFrame(Worker &worker) {
  size_t count = workers.size(), start = size_t(worker.random % count);
  for (size_t i = 0; i < count; ++i) {
    Worker &victim = *workers[(start + i) % count];
    if (&victim != &worker && stealFrame(worker, victim.nested))
      return true;
  }
  return false;
}

Task *Scheduler::find(Worker &worker) {
  for (int level = 0; level < PriorityLevels; ++level) {
    if (level != NormalLevel && queued[level].load(std::memory_order_relaxed) <= 0)
      continue;
    Task *task = worker.id == 0 ? worker.ready[level].steal() : worker.ready[level].pop();
    if (!task) {
      worker.random ^= worker.random << 13, worker.random ^= worker.random >> 7, worker.random ^= worker.random << 17;
      size_t count = workers.size(), start = size_t(worker.random % count);
      for (size_t i = 0; i < count && !task; ++i)
        task = workers[(start + i) % count]->ready[level].steal();
      worker.stolen += task != nullptr;
    }
    if (task) {
      if (level != NormalLevel)
        queued[level].fetch_sub(1, std::memory_order_relaxed);
      return task;
    }
  }
  return nullptr;
}

void Scheduler::push(Worker &worker, Task *task) {
  if (task->level != NormalLevel)
    queued[task->level].fetch_add(1, std::memory_order_relaxed);
  worker.ready[task->level].push(task);
  notifyWork();
}

void Scheduler::wake(int count) {
  waker.store(sched_getcpu(), std::memory_order_relaxed);
  epoch.fetch_add(1, std::memory_order_seq_cst);
  futexWake(epoch, count);
}

void Scheduler::wakeHost() {
  if (hostAsleep.exchange(false, std::memory_order_seq_cst)) {
    hostEpoch.fetch_add(1, std::memory_order_seq_cst);
    waker.store(sched_getcpu(), std::memory_order_relaxed);
    futexWake(hostEpoch, 1);
  }
}

// ---- making tasks ------------------------------------------------------------------------------------------------------

Task *Scheduler::make(Work *work, uint64_t sequence, int64_t point, int32_t priority, bool counted, int64_t count) {
  closeOpen();
  if (!pool)
    pool = returned.exchange(nullptr, std::memory_order_acquire);
  if (!pool) {
    constexpr size_t blockTasks = 512;
    blocks.push_back(std::make_unique<Task[]>(blockTasks));
    for (size_t i = 0; i < blockTasks; ++i) {
      blocks.back()[i].next = pool;
      pool = &blocks.back()[i];
    }
  }
  Task *task = pool;
  pool = task->next;
  while (Task::MoreEdges *more = task->more) {
    task->more = more->next;
    more->next = edgePool;
    edgePool = more;
  }
  task->successors.store(nullptr, std::memory_order_relaxed);
  task->pending.store(1, std::memory_order_relaxed);
  task->level = uint8_t(priority >= 2 ? 0 : priority == 1 ? 1 : priority == 0 ? NormalLevel : NormalLevel + 1);
  task->counted = counted;
  task->edgeCount = 0;
  task->work = work;
  task->point = point;
  task->count = count;
  task->slot = nullptr;
  task->serial = ++serials;
  task->mark = 0;
  task->arrows.store(0, std::memory_order_relaxed);
  task->sequence = sequence;
  if (work) {
    work->refs.fetch_add(1, std::memory_order_relaxed);
    ++made;
  }
  if (counted)
    live.fetch_add(1, std::memory_order_relaxed);
  for (Observer *observer : observers)
    observer->made(*task);
  if (record)
    record->made(task);
  return task;
}

void Scheduler::depend(Task *task, TaskRef before) {
  Task *first = before.task;
  if (isObserved() && first && first != task)
    for (Observer *observer : observers)
      observer->waits(before, *task);
  if (record && first && first != task)
    record->waits(before, task->serial);
  if (!first || first == task || first->serial != before.serial || first->mark == task->serial)
    return;
  Edge *list = first->successors.load(std::memory_order_acquire);
  if (list == Task::closed())
    return;
  first->mark = task->serial;
  Edge *edge;
  if (task->edgeCount < Task::InlineEdges) {
    edge = &task->edges[task->edgeCount++];
  } else {
    constexpr int perBlock = int(sizeof(Task::MoreEdges::edges) / sizeof(Edge));
    if (!task->more || task->more->used == perBlock) {
      if (!edgePool) {
        constexpr size_t blockCount = 64;
        edgeBlocks.push_back(std::make_unique<Task::MoreEdges[]>(blockCount));
        for (size_t i = 0; i < blockCount; ++i) {
          edgeBlocks.back()[i].next = edgePool;
          edgePool = &edgeBlocks.back()[i];
        }
      }
      Task::MoreEdges *more = edgePool;
      edgePool = more->next;
      more->used = 0;
      more->next = task->more;
      task->more = more;
    }
    edge = &task->more->edges[task->more->used++];
  }
  edge->successor = task;
  task->pending.fetch_add(1, std::memory_order_relaxed);
  do {
    if (list == Task::closed()) {
      task->pending.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    edge->next = list;
  } while (!first->successors.compare_exchange_weak(list, edge, std::memory_order_acq_rel, std::memory_order_acquire));
}

void Scheduler::submit(Task *task) {
  if (task->pending.fetch_sub(1, std::memory_order_acq_rel) == 1)
    push(host(), task);
}

void Scheduler::submitTogether(Task *const *tasks, int count) {
  for (int i = 0; i < count; ++i)
    submit(tasks[i]);
  // A worker that finds a task when it wakes up looks for no other; nobody else may come to wake the next.
  if (sleepers.load(std::memory_order_seq_cst) > 0)
    wake(count);
}

// ---- running them --------------------------------------------------------------------------------------------------------

// When the points of a task ended, while somebody watches: one look at the clock between two of them. Told many at a time, so that
// the telling is in no point's span.
class Scheduler::Watch {
  static constexpr int64_t most = 64;
  Scheduler &scheduler;
  Worker &worker;
  Task &task;
  int64_t point, count = 0; // the first that is not told yet, and how many have ended since
  int64_t begun;
  struct End {
    int64_t time;
    const Failure *failure;
  } ends[most];

public:
  Span last; // of the point that was told last

  Watch(Scheduler &scheduler, Worker &worker, Task &task)
      : scheduler(scheduler), worker(worker), task(task), point(task.point), begun(monotonicTime()), last{begun, begun} {}
  void ended(const Failure *failure) {
    ends[count++] = {monotonicTime(), failure};
    if (count < most)
      return;
    tell();
    begun = monotonicTime();
  }
  void tell() {
    for (int64_t i = 0; i < count; ++i) {
      last = {i ? ends[i - 1].time : begun, ends[i].time};
      for (Observer *observer : scheduler.observers)
        observer->ran(worker, task, point + i, last, ends[i].failure);
    }
    point += count;
    count = 0;
  }
};

// Separate, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) const Failure *Scheduler::tryOnce(dg_context &context) {
  jmp_buf edge;
  beginAt(context, edge);
  if (_setjmp(edge) == 0)
    context.work->run(&context, context.point, context.count);
  context.edge = nullptr;
  return context.failure;
}

const Failure *Scheduler::attempt(dg_context &context) {
  Work &work = *context.work;
  int retries = work.retries();
  if (!retries)
    return tryOnce(context);
  void *saved = work.save();
  if (!saved)
    return tryOnce(context);
  const Failure *failure;
  size_t printed = context.output->size;
  while ((failure = tryOnce(context)) && retries-- > 0) {
    releaseAll(*context.root);
    context.output->size = printed;
    work.restore(saved);
  }
  work.discard(saved);
  return failure;
}

// All points in one go, if none fails; what had begun of them is gone then.
bool Scheduler::performTogether(dg_context &context, int64_t point, int64_t count) {
  if (count == 1 || runtime.cancelled.load(std::memory_order_acquire) || !context.work->isRepeatable() || !context.work->isSound())
    return false;
  context.point = point;
  context.count = count;
  bool done = !tryOnce(context);
  context.count = 1;
  if (!done)
    releaseAll(*context.root);
  return done;
}

const Failure *Scheduler::perform(Worker &worker, Work &work, int64_t point, int64_t count, TextBuffer &output, Watch *watch) {
  RootRun root;
  dg_context context;
  context.runtime = &runtime;
  context.worker = &worker;
  context.spawn = &worker.nested;
  context.work = &work;
  context.root = &root;
  context.output = &output;
  dg_context *outer = currentContext;
  currentContext = &context;
  // Who waits for a task may run others meanwhile.
  const dg_location *outerPlace = worker.runs.load(std::memory_order_relaxed);
  worker.runs.store(work.location, std::memory_order_relaxed);
  const Failure *first = nullptr;
  if (watch || !performTogether(context, point, count))
    for (int64_t at = point; at < point + count; ++at) {
      if (!watch && !runtime.cancelled.load(std::memory_order_acquire))
        at += work.runAhead(&context, at, point + count - at);
      if (at == point + count)
        break;
      const Failure *failure = runtime.cancelled.load(std::memory_order_acquire);
      if (!failure)
        failure = work.inputFailure(at);
      if (!failure) {
        context.point = at;
        failure = attempt(context);
        if (failure) {
          runtime.log.stand(failure);
          releaseAll(root);
        }
      }
      if (failure)
        work.fail(at, failure);
      if (watch)
        watch->ended(failure);
      first = earlier(first, failure);
    }
  worker.runs.store(outerPlace, std::memory_order_relaxed);
  currentContext = outer;
  work.finish(first);
  ++worker.ran;
  return first;
}

void Scheduler::runNow(Work &work, int64_t point, int64_t count, bool isStatement) {
  ++made;
  TextBuffer output;
  const Failure *failure = perform(host(), work, point, count, output, nullptr);
  if (output.size || (failure && isStatement))
    runtime.effects.finish(runtime.effects.add(work.sequence, isStatement), output, failure);
  output.clear();
}

void Scheduler::execute(Worker &worker, Task *task) {
  Work *work = task->work;
  if (!work) {
    Span span{};
    if (isObserved())
      span.start = span.end = monotonicTime();
    for (Observer *observer : observers)
      observer->ran(worker, *task, task->point, span, nullptr);
    return end(worker, task, span);
  }
  if (isObserved())
    return executeWatched(worker, task);
  TextBuffer output;
  const Failure *failure = perform(worker, *work, task->point, task->count, output, nullptr);
  finish(task, output, failure);
  end(worker, task, {});
}

// Separate, for what it has on the stack: tasks that wait run others above themselves.
__attribute__((noinline)) void Scheduler::executeWatched(Worker &worker, Task *task) {
  TextBuffer output;
  Watch watch(*this, worker, *task);
  const Failure *failure = perform(worker, *task->work, task->point, task->count, output, &watch);
  watch.tell();
  finish(task, output, failure);
  end(worker, task, watch.last);
}

void Scheduler::finish(Task *task, TextBuffer &output, const Failure *failure) {
  if (task->slot)
    runtime.effects.finish(task->slot, output, failure);
  output.clear();
}

void Scheduler::end(Worker &worker, Task *task, Span span) {
  Work *work = task->work;
  bool counted = task->counted;
  Edge *edge = task->successors.exchange(Task::closed(), std::memory_order_seq_cst);
  while (edge) {
    Edge *next = edge->next; // The edge lies in the successor, which may be gone after the next line.
    Task *successor = edge->successor;
    for (Observer *observer : observers)
      observer->released(worker, *task, *successor, span);
    if (successor->pending.fetch_sub(1, std::memory_order_acq_rel) == 1)
      push(worker, successor);
    edge = next;
  }
  if (work)
    work->release();
  Task *head = returned.load(std::memory_order_relaxed);
  do
    task->next = head;
  while (!returned.compare_exchange_weak(head, task, std::memory_order_release, std::memory_order_relaxed));
  if (counted)
    live.fetch_sub(1, std::memory_order_seq_cst);
  notifyHost();
}

int64_t Scheduler::readyTasks() const {
  int64_t count = 0;
  for (auto &worker : workers)
    for (auto &queue : worker->ready)
      count += queue.size();
  return count;
}

void Scheduler::progress(uint64_t &madeSoFar, uint64_t &ended, std::vector<const dg_location *> &running) const {
  ended = 0;
  for (auto &worker : workers) {
    ended += worker->ran;
    if (const dg_location *place = worker->runs.load(std::memory_order_relaxed))
      running.push_back(place);
  }
  madeSoFar = made;
}

void Scheduler::statistics(uint64_t &ran, uint64_t &stolen, uint64_t &slept) {
  ran = stolen = slept = 0;
  for (auto &worker : workers) {
    ran += worker->ran;
    stolen += worker->stolen;
    slept += worker->slept;
  }
}

} // namespace dagger::rt
