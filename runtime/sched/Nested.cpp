#include "runtime/sched/Nested.h"
#include "runtime/sched/Runtime.h"
#include <cstdlib>
#include <sys/mman.h>

namespace dagger::rt {

static constexpr size_t frameCount = size_t(1) << 18; // 16 MiB of addresses; memory is taken as it is touched
static void *const ended = reinterpret_cast<void *>(1), *const failed = reinterpret_cast<void *>(2);

static dg_frame *outOfReach() { return reinterpret_cast<dg_frame *>(UINTPTR_MAX); }
static uint64_t pack(uint32_t tail, uint32_t split) { return uint64_t(split) << 32 | tail; }
static void setLimit(NestedWorker &w, dg_frame *limit) { __atomic_store_n(&w.limit, limit, __ATOMIC_RELAXED); }

NestedWorker::NestedWorker() {
  void *memory = mmap(nullptr, frameCount * sizeof(dg_frame), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  // Without a stack of frames every spawn fails as one that is too deep.
  base = memory == MAP_FAILED ? nullptr : static_cast<dg_frame *>(memory);
  end = base ? base + frameCount : nullptr;
  head = base;
  limit = nullptr;
  split = outOfReach();
}

NestedWorker::~NestedWorker() {
  if (base)
    munmap(base, frameCount * sizeof(dg_frame));
}

bool NestedWorker::hasShared() const {
  if (nothingShared.load(std::memory_order_seq_cst))
    return false;
  uint64_t s = shared.load(std::memory_order_seq_cst);
  return uint32_t(s) < uint32_t(s >> 32);
}

// ---- thieves -------------------------------------------------------------------------------------------------------------

// Separate, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) static const Failure *runFrame(Worker &worker, dg_frame *f, dg_context *spawner) {
  dg_context context;
  context.isFrame = true;
  context.spawn = &worker.nested;
  context.runtime = worker.runtime;
  context.worker = &worker;
  context.point = spawner->point;
  context.work = spawner->work;
  context.root = spawner->root;
  context.parent = spawner;
  context.edgeBase = worker.nested.head;
  context.holdBase = worker.holds.size();
  dg_context *outer = currentContext;
  currentContext = &context;
  jmp_buf edge;
  context.edge = &edge;
  if (_setjmp(edge) == 0)
    f->run(&context, f);
  currentContext = outer;
  return context.failure;
}

bool stealFrame(Worker &worker, NestedWorker &victim) {
  if (victim.nothingShared.load(std::memory_order_acquire))
    return false;
  uint64_t s = victim.shared.load(std::memory_order_acquire);
  uint32_t tail = uint32_t(s), split = uint32_t(s >> 32);
  if (tail < split) {
    if (!victim.shared.compare_exchange_strong(s, pack(tail + 1, split), std::memory_order_seq_cst, std::memory_order_relaxed))
      return false;
    dg_frame *f = victim.base + tail;
    __atomic_store_n(&f->thief, static_cast<void *>(&worker.nested), __ATOMIC_RELEASE);
    ++worker.nested.steals;
    Scheduler &scheduler = worker.runtime->scheduler;
    Work *work = f->context->work;
    int64_t start = scheduler.isObserved() ? monotonicTime() : 0;
    const Failure *failure = runFrame(worker, f, f->context);
    if (scheduler.isObserved() && work)
      scheduler.ranTaken(worker, *work, {start, monotonicTime()});
    if (failure)
      f->data[0] = int64_t(reinterpret_cast<intptr_t>(failure));
    __atomic_store_n(&f->thief, failure ? failed : ended, __ATOMIC_RELEASE);
    return true;
  }
  if (!victim.wanted.load(std::memory_order_relaxed)) {
    victim.wanted.store(true, std::memory_order_relaxed);
    setLimit(victim, nullptr);
  }
  return false;
}

// ---- the owner -------------------------------------------------------------------------------------------------------------

static void declareAllTaken(NestedWorker &w) {
  w.allTaken = true;
  w.split = outOfReach();
  w.nothingShared.store(true, std::memory_order_seq_cst);
  setLimit(w, nullptr);
}

// Takes frames back from thieves' reach. False if none was left.
static bool shrink(NestedWorker &w) {
  uint64_t s = w.shared.load(std::memory_order_seq_cst);
  for (;;) {
    uint32_t tail = uint32_t(s), split = uint32_t(s >> 32);
    if (tail >= split) {
      declareAllTaken(w);
      return false;
    }
    uint32_t lower = tail + (split - tail) / 2;
    if (w.shared.compare_exchange_weak(s, pack(tail, lower), std::memory_order_seq_cst)) {
      w.split = w.base + lower;
      return true;
    }
  }
}

// Pops the last frame: null if nobody took it, else waits for its thief, and helps it if it may.
static dg_frame *pop(NestedWorker &w, bool help = true) {
  dg_frame *f = --w.head;
  bool taken = w.allTaken;
  while (!taken && w.split > f)
    taken = !shrink(w);
  if (!taken)
    return nullptr;
  // While it waits it takes from its own thief, whose frames are what it waits for. The frame itself stays in place.
  w.head = f + 1;
  for (;;) {
    void *thief = __atomic_load_n(&f->thief, __ATOMIC_ACQUIRE);
    if (thief == ended || thief == failed)
      break;
    if (!thief || !help || !stealFrame(*w.worker, *static_cast<NestedWorker *>(thief)))
      __builtin_ia32_pause();
  }
  w.head = f;
  if (!w.allTaken)
    declareAllTaken(w);
  return f;
}

void abandonFrames(dg_context &context, bool run) {
  NestedWorker &w = context.worker->nested;
  while (w.head > context.edgeBase) {
    const Failure *failure = nullptr;
    if (dg_frame *f = pop(w, run))
      failure = __atomic_load_n(&f->thief, __ATOMIC_RELAXED) == failed
                    ? reinterpret_cast<const Failure *>(intptr_t(f->data[0]))
                    : nullptr;
    else if (run)
      failure = runFrame(*context.worker, w.head, w.head->context);
    if (failure)
      context.failure = failure;
  }
}

} // namespace dagger::rt

using namespace dagger::rt;

void dg_spawn_slow(dg_context *context, dg_frame *f) {
  NestedWorker &w = context->worker->nested;
  if (f >= w.end) {
    w.head = f;
    raise(context, dagger::failures::RecursionTooDeep, "recursion is too deep", nullptr);
  }
  uint32_t index = uint32_t(f - w.base);
  bool published = true;
  if (w.allTaken) {
    w.allTaken = false;
    w.split = f + 1;
    w.shared.store(pack(index, index + 1), std::memory_order_seq_cst);
    w.nothingShared.store(false, std::memory_order_seq_cst);
    w.wanted.store(false, std::memory_order_relaxed);
  } else if (w.wanted.load(std::memory_order_relaxed)) {
    uint64_t s = w.shared.load(std::memory_order_seq_cst);
    uint32_t split = uint32_t(s >> 32), higher = (split + index + 2) / 2;
    if (higher <= split)
      higher = split + 1;
    if (higher > index + 1)
      higher = index + 1;
    while (!w.shared.compare_exchange_weak(s, pack(uint32_t(s), higher), std::memory_order_seq_cst)) {
    }
    w.split = w.base + higher;
    w.wanted.store(false, std::memory_order_relaxed);
  } else {
    published = false;
  }
  setLimit(w, w.end);
  if (published)
    context->runtime->scheduler.notifyWork();
}

dg_frame *dg_join_slow(dg_context *context) {
  dg_frame *f = pop(context->worker->nested);
  if (f && __atomic_load_n(&f->thief, __ATOMIC_RELAXED) == failed)
    unwind(context, reinterpret_cast<const Failure *>(intptr_t(f->data[0])));
  return f;
}
