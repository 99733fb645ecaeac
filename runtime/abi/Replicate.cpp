#include "runtime/abi/Replicate.h"
#include "runtime/abi/Call.h"
#include "runtime/data/Dependences.h"
#include "runtime/trace/Progress.h"
#include <algorithm>
#include <cstring>
#include <sched.h>
#include <utility>
#include <vector>
#include <x86intrin.h>

namespace dagger::rt {

namespace {
// Ticks of the processor's clock: two to four thousand are a microsecond.
constexpr uint64_t shortTicks = 60'000;    // what takes longer is better given to whom is free
constexpr uint64_t measuredTicks = 200'000; // long enough to be compared
constexpr uint64_t chunkTicks = 4'000'000;  // then the host looks again how it goes
constexpr int mostStops = 3;                // one behind the other: then the loop is not for replicas
constexpr int mostPatience = 64;            // chunks between two comparisons
constexpr int64_t firstTurns = 2;           // by the host: arrays that are shared at first are copied then
constexpr size_t mostRecordBytes = size_t(1) << 20;
constexpr int mostTouched = 64; // chunks of a call

// A chunk, as one replica knows it. Calls have numbers from 1.
struct Record {
  uint32_t home;    // the thread of those that update it
  uint32_t written; // the last call that did
  uint32_t by;      // and its thread
  uint32_t read[];  // for each thread its last call that reads it
};

struct Records {
  const dg_buffer *buffer;
  std::vector<uint32_t> words;
};

// An array as the loop shows it.
struct Shown {
  const dg_array *array;
  char *records; // of its buffer
  bool isRow;    // its chunks lie one behind the other, each `chunk` elements
  int64_t chunk, extent;
  ViewMap map;
};
} // namespace

class alignas(64) Replica {
  alignas(64) std::atomic<uint32_t> done{0}; // its last call that has been made: all of its before have been, too
  alignas(64) Replication *const state;
  const uint32_t self, threads;
  const size_t recordBytes;
  uint32_t calls = 0;                // so far, of all threads
  bool goesOn = false;               // it is the host, behind the place where replicas stopped
  std::vector<uint32_t> seen;        // what `done` of the others was when it was looked at last
  std::vector<Shown> arrays;
  std::vector<std::unique_ptr<Records>> buffers;
  Record *touched[mostTouched];
  bool isUpdate[mostTouched];
  int touches = 0;
  dg_context context;

  Record &record(char *records, int64_t number) const { return *reinterpret_cast<Record *>(records + size_t(number) * recordBytes); }
  const Shown *show(const dg_array *a) {
    for (const Shown &shown : arrays)
      if (shown.array == a)
        return &shown;
    return meet(a);
  }
  // For the first time; null if replicas cannot use it.
  const Shown *meet(const dg_array *a);
  bool touch(const Shown &shown, const int64_t *box, bool updates) {
    if (!shown.isRow || shown.chunk != 1 || !box || box[1] != 1 || uint64_t(box[0]) >= uint64_t(shown.extent) || touches == mostTouched)
      return touchAny(shown, box, updates);
    touched[touches] = &record(shown.records, box[0]);
    isUpdate[touches++] = updates;
    return true;
  }
  bool touchAny(const Shown &shown, const int64_t *box, bool updates);
  void waitFor(uint32_t thread, uint32_t call);
  void enter(const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried);

  void begin(Worker &worker);

public:
  Replica(Replication &state, uint32_t self, uint32_t threads)
      : state(&state), self(self), threads(threads), recordBytes(sizeof(Record) + sizeof(uint32_t) * threads), seen(threads) {}
  bool isHost() const { return goesOn; }
  uint32_t lastDone() const { return done.load(std::memory_order_acquire); }
  uint32_t callsSoFar() const { return calls; }
  // Forgets the arrays, which may be others now.
  void forget();
  // Finds what the call touches and whose it is; false if that is not for replicas.
  bool find(const dg_task &task, dg_array *const *given, const int64_t *const *boxes, uint32_t &owner);
  void call(const dg_task &task, const void *frame, dg_array *const *given, const int64_t *const *boxes);
  // Where the host goes on: whether a replica has made the call.
  bool wasMade(const dg_task &task, dg_array *const *given, const int64_t *const *boxes);
  [[noreturn]] void leave();
  void run(Worker &worker, const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried);
  // The host, where replicas have left.
  void goOn(const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried);
};

// What replicas have in common.
struct Replication {
  Runtime &runtime;
  std::vector<std::unique_ptr<Replica>> replicas;
  std::atomic<bool> stopped{false}; // one has left
  uint32_t begun = 0;               // calls before the turns that are under way
  bool isStale = true;              // not only replicas have touched the arrays since they were looked at
  std::vector<std::vector<char>> carried; // of each: what it gives back
  std::vector<Task *> tasks;              // of those of other threads, while they are made

  explicit Replication(Runtime &runtime) : runtime(runtime) {
    const uint32_t threads = uint32_t(runtime.scheduler.threads());
    for (uint32_t thread = 0; thread < threads; ++thread)
      replicas.push_back(std::make_unique<Replica>(*this, thread, threads));
    carried.resize(replicas.size());
    tasks.resize(replicas.size() - 1);
  }
  uint32_t doneBy(uint32_t thread) const { return replicas[thread]->lastDone(); }
  uint32_t lastDone() const {
    uint32_t last = 0;
    for (auto &replica : replicas)
      last = std::max(last, replica->lastDone());
    return last;
  }
  void forget() {
    for (auto &replica : replicas)
      replica->forget();
    begun = 0;
    isStale = false;
  }
};

void Replica::forget() {
  done.store(0, std::memory_order_relaxed);
  calls = 0;
  arrays.clear();
  buffers.clear();
  std::fill(seen.begin(), seen.end(), 0);
}

void Replica::begin(Worker &worker) {
  calls = state->begun;
  goesOn = false;
  context = dg_context();
  context.runtime = &state->runtime;
  context.worker = &worker;
  context.spawn = &worker.nested;
  context.replica = this;
}

__attribute__((noinline)) const Shown *Replica::meet(const dg_array *a) {
  dg_buffer *buffer = a->buffer;
  // What has failed since replicas have left was sound where they were.
  if (!shapeKnown(a) || !buffer->base || !buffer->gridChosen || (!goesOn && buffer->failed.load(std::memory_order_relaxed)))
    return nullptr;
  size_t index = 0;
  while (index < buffers.size() && buffers[index]->buffer != buffer)
    ++index;
  if (index == buffers.size()) {
    const int64_t count = buffer->chunkCount;
    if (size_t(count) > mostRecordBytes / recordBytes)
      return nullptr;
    auto made = std::make_unique<Records>();
    made->buffer = buffer;
    made->words.resize(size_t(count) * recordBytes / sizeof(uint32_t));
    for (int64_t i = 0; i < count; ++i) // neighbours belong to one thread
      record(reinterpret_cast<char *>(made->words.data()), i).home =
          count < int64_t(threads) ? uint32_t(index + size_t(i)) % threads : uint32_t(i * int64_t(threads) / count);
    buffers.push_back(std::move(made));
  }
  Shown shown;
  shown.array = a;
  shown.records = reinterpret_cast<char *>(buffers[index]->words.data());
  shown.isRow = (a->rank == 1 && isWhole(a)) || (a->rank == 0 && buffer->rank == 0);
  shown.chunk = a->rank ? buffer->chunk[0] : 1;
  shown.extent = a->rank ? a->extents[0] : 1;
  shown.map = ViewMap(a);
  arrays.push_back(shown);
  return &arrays.back();
}

__attribute__((noinline)) bool Replica::touchAny(const Shown &shown, const int64_t *box, bool updates) {
  const dg_array *a = shown.array;
  auto add = [&](int64_t number) {
    if (touches == mostTouched)
      return false;
    touched[touches] = &record(shown.records, number);
    isUpdate[touches++] = updates;
    return true;
  };
  for (int axis = 0; box && axis < a->rank; ++axis)
    if (box[axis] < 0 || box[a->rank + axis] < 0 || box[axis] > a->extents[axis] - box[a->rank + axis])
      return false;
  if (shown.isRow && (!a->rank || box)) {
    int64_t low = 0, high = 1;
    if (a->rank) {
      low = box[0], high = low + box[1];
      if (shown.chunk != 1 && high > low)
        low /= shown.chunk, high = (high - 1) / shown.chunk + 1;
    }
    bool fits = true;
    for (int64_t number = low; number < high && fits; ++number)
      fits = add(number);
    return fits;
  }
  Box elements;
  if (!setBox(elements, a, box))
    return true;
  bool fits = true;
  forChunks(a->buffer, shown.map.chunks(elements), [&](int64_t number) { fits = fits && add(number); });
  return fits;
}

bool Replica::find(const dg_task &task, dg_array *const *given, const int64_t *const *boxes, uint32_t &owner) {
  touches = 0;
  owner = 0;
  if (!task.direct || task.results)
    return false;
  bool isOwned = false;
  const Shown *last = nullptr;
  for (int k = 0; k < task.arrays; ++k) {
    const Shown *shown = last && last->array == given[k] ? last : show(given[k]);
    if (!shown)
      return false;
    last = shown;
    int first = touches;
    bool updates = task.access[k] != DG_READ;
    if (!touch(*shown, boxes ? boxes[k] : nullptr, updates))
      return false;
    if (updates && !isOwned && touches > first) {
      owner = touched[first]->home;
      isOwned = true;
    }
  }
  return true;
}

static void pauseOrYield(int turn) {
  if (turn < 4096)
    __builtin_ia32_pause();
  else
    sched_yield(); // there are more threads than processors
}

void Replica::waitFor(uint32_t thread, uint32_t call) {
  if (thread == self || seen[thread] >= call)
    return;
  for (int turn = 0;; ++turn) {
    seen[thread] = state->doneBy(thread);
    if (seen[thread] >= call)
      return;
    if (state->stopped.load(std::memory_order_relaxed))
      leave();
    pauseOrYield(turn);
  }
}

void Replica::call(const dg_task &task, const void *frame, dg_array *const *given, const int64_t *const *boxes) {
  uint32_t owner;
  if (!find(task, given, boxes, owner))
    leave();
  const uint32_t number = ++calls;
  if (owner == self) {
    for (int i = 0; i < touches; ++i) {
      const Record &record = *touched[i];
      waitFor(record.by, record.written);
      for (uint32_t thread = 0; isUpdate[i] && thread < threads; ++thread)
        waitFor(thread, record.read[thread]);
    }
    bool shares = false;
    alignas(16) char none[DG_DIRECT_BYTES];
    if (!updatesAreApart(task, given, boxes, shares) || !task.direct(&context, frame, given, boxes, none, shares))
      leave();
    done.store(number, std::memory_order_release);
  }
  for (int i = 0; i < touches; ++i) {
    Record &record = *touched[i];
    if (isUpdate[i])
      record.written = number, record.by = owner;
    else
      record.read[owner] = number;
  }
}

bool Replica::wasMade(const dg_task &task, dg_array *const *given, const int64_t *const *boxes) {
  uint32_t owner;
  if (++calls > state->lastDone() || !find(task, given, boxes, owner) || calls > state->doneBy(owner))
    return false;
  ++state->runtime.sequence;
  return true;
}

void Replica::leave() {
  state->stopped.store(true, std::memory_order_relaxed);
  _longjmp(*context.edge, 1);
}

// Apart, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) void Replica::enter(const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried) {
  jmp_buf edge;
  beginAt(context, edge);
  if (_setjmp(edge) == 0)
    loop.body(&context, frame, from, to, carried);
}

void Replica::run(Worker &worker, const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried) {
  begin(worker);
  enter(loop, frame, from, to, carried);
}

void Replica::goOn(const dg_replicated &loop, const char *frame, int64_t from, int64_t to, void *carried) {
  dg_context &host = state->runtime.host;
  begin(*host.worker);
  goesOn = true;
  context.sites = host.sites;
  loop.body(&context, frame, from, to, carried); // what fails now fails on the host
  goesOn = false;
}

namespace {
// The replicas of other threads than the host.
struct ReplicaWork final : Work {
  Replication &state;
  const dg_replicated &loop;
  const char *frame;
  int64_t from, to;
  ReplicaWork(Replication &state, const dg_replicated &loop, const char *frame, int64_t from, int64_t to)
      : state(state), loop(loop), frame(frame), from(from), to(to) {}
  const Failure *inputFailure(int64_t) override { return nullptr; }
  bool isSound() override { return true; }
  void run(dg_context *context, int64_t point, int64_t) override {
    state.replicas[size_t(point)]->run(*context->worker, loop, frame, from, to, state.carried[size_t(point)].data());
  }
  void fail(int64_t, const Failure *) override { state.stopped.store(true, std::memory_order_relaxed); } // the program has stopped
  void finish(const Failure *) override {}
  void describe(int64_t, Failure &) override {}
};
} // namespace

Replicator::Replicator(Runtime &runtime) : runtime(runtime) {}
Replicator::~Replicator() = default;

void Replicator::go(const dg_replicated &loop, char *frame, int64_t from, int64_t to) {
  if (state)
    state->isStale = true;
  loop.body(&runtime.host, frame, from, to, frame + loop.carried);
}

template <typename Function> static void forArrays(const dg_replicated &loop, char *frame, const Function &each) {
  for (uint32_t k = 0; k < loop.arrays; ++k) {
    dg_array *a;
    std::memcpy(&a, frame + loop.array[k], sizeof a);
    each(a);
  }
}

bool Replicator::waitForOthers() {
  Scheduler &scheduler = runtime.scheduler;
  scheduler.closeOpen();
  const uint64_t start = __rdtsc();
  for (int turn = 0; scheduler.liveTasks() && __rdtsc() - start < chunkTicks; ++turn)
    pauseOrYield(turn);
  std::atomic_thread_fence(std::memory_order_acquire); // what they wrote
  return scheduler.liveTasks() == 0;
}

void Replicator::settle() {
  runtime.scheduler.drain();
  runtime.enter();
}

int64_t Replicator::share(const dg_replicated &loop, char *frame, int64_t from, int64_t to) {
  Scheduler &scheduler = runtime.scheduler;
  if (!state)
    state = std::make_unique<Replication>(runtime);
  Replication &all = *state;
  if (all.isStale || all.begun > UINT32_MAX / 2) {
    all.forget();
    forArrays(loop, frame, [&](dg_array *a) {
      if (shapeKnown(a) && a->buffer->base)
        prepareGrid(runtime, a->buffer);
    });
  }
  const uint32_t others = uint32_t(all.replicas.size()) - 1;
  all.stopped.store(false, std::memory_order_relaxed);
  auto *work = new ReplicaWork(all, loop, frame, from, to);
  work->sequence = runtime.sequence;
  work->location = loop.location;
  for (std::vector<char> &carried : all.carried)
    carried.resize(loop.carried_bytes);
  for (uint32_t thread = 1; thread <= others; ++thread)
    all.tasks[thread - 1] = scheduler.make(work, work->sequence, thread, 0, true);
  scheduler.submitTogether(all.tasks.data(), int(others));
  work->release();
  Replica &host = *all.replicas[0];
  host.run(scheduler.host(), loop, frame, from, to, all.carried[0].data());
  scheduler.drain();
  if (!all.stopped.load(std::memory_order_relaxed)) {
    std::memcpy(frame + loop.carried, all.carried[0].data(), loop.carried_bytes);
    int64_t made = host.callsSoFar() - all.begun;
    all.begun = host.callsSoFar();
    runtime.sequence += uint64_t(made);
    scheduler.ranHere(uint64_t(made));
    shared += uint64_t(made);
    return made;
  }
  all.isStale = true;
  const dg_site *sites = runtime.host.sites;
  host.goOn(loop, frame, from, to, frame + loop.carried);
  runtime.host.sites = sites;
  return -1;
}

void Replicator::run(const dg_replicated &loop, char *frame, int64_t turns) {
  if (runtime.scheduler.threads() == 1 || !runtime.scheduler.areAllThere() || turns < 4 * firstTurns)
    return this->go(loop, frame, 0, turns);
  if (state)
    state->isStale = true;
  int64_t at = 0, many = firstTurns;
  auto next = [&] { return at + std::min(many, turns - at); };
  auto go = [&] {
    int64_t to = next();
    this->go(loop, frame, std::exchange(at, to), to);
  };
  // What is over soon, or looks at other arrays, is as good without.
  const uint64_t start = __rdtsc();
  for (; at < turns && __rdtsc() - start < measuredTicks; many *= 2)
    go();
  for (; at < turns && !waitForOthers(); many *= 2)
    go();
  // Both ways take turns by turns, and the one that is quicker goes on; now and then it is compared again.
  enum { Alone, Shared } way = Shared;
  double ticks[] = {0, 0}; // that a turn took the last time
  int stops = 0, since = 0, patience = 1;
  many = firstTurns;
  while (at < turns) {
    if (runtime.scheduler.isObserved() || runtime.sequentialDepth || stops == mostStops)
      return this->go(loop, frame, at, turns);
    settle();
    const int64_t from = at, to = next();
    const uint64_t begin = __rdtsc();
    if (way == Alone) {
      go();
      settle();
    } else {
      int64_t made = share(loop, frame, from, to);
      at = to;
      if (runtime.progress && loop.counted)
        runtime.progress->nextTurns(to - from);
      const bool areLong = double(__rdtsc() - begin) > double(shortTicks) * double(made); // or a thread came late
      if (made < 0 || areLong) {
        ++stops;
        continue;
      }
      stops = 0;
    }
    const double all = double(__rdtsc() - begin);
    ticks[way] = all / double(to - from);
    if (all < double(measuredTicks) && to - from == many && ticks[Alone] == 0) { // too little to go by
      many *= 2;
      continue;
    }
    auto other = way == Alone ? Shared : Alone;
    if (since == 0 && ticks[other] != 0) { // it was this one's try
      patience = ticks[way] <= ticks[other] ? 1 : std::min(2 * patience, mostPatience);
      if (ticks[way] > ticks[other])
        way = other;
    } else if (since >= patience) {
      way = other;
      since = -1; // the next is a try
    }
    const bool isTry = ++since == 0;
    const double turn = std::max(ticks[way] != 0 ? ticks[way] : all / double(to - from), 1.0);
    many = std::max<int64_t>(1, int64_t(double(isTry ? measuredTicks : chunkTicks) / turn));
  }
}

void callInReplica(dg_context *context, const dg_task &task, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                   const dg_place *const *places, dg_array **results, int32_t priority) {
  Replica &replica = *context->replica;
  if (!replica.isHost())
    replica.call(task, frame, arrays, boxes);
  else if (!replica.wasMade(task, arrays, boxes))
    dg_task_submit(behindReplicas(context), &task, frame, arrays, boxes, places, results, priority);
}

dg_context *behindReplicas(dg_context *context) {
  if (!context->replica->isHost())
    context->replica->leave();
  dg_context &host = context->runtime->host;
  host.sites = context->sites;
  return &host;
}

} // namespace dagger::rt
