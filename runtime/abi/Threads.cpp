// Tasks that use several threads inside: their workers, OpenMP's settings, and the turns of a `parallel for`.
#include "runtime/sched/Runtime.h"
#include <algorithm>
#include <dlfcn.h>

using namespace dagger::rt;

static_assert(offsetof(dg_loop, threads) == 0 && offsetof(dg_loop, chunks) == 8 && sizeof(dg_loop) % 8 == 0);

namespace {

// The functions of the OpenMP runtime that the program came with. The runtime itself brings none.
struct OpenMP {
  void (*setThreads)(int) = nullptr; // for the calling thread, as are those below
  int (*maxThreads)() = nullptr;
  void (*setBlocktime)(int) = nullptr;     // LLVM's alone
  void (*setStackBytes)(size_t) = nullptr; // before its first thread is made
};

void *find(const char *name, void *program) {
  void *symbol = dlsym(RTLD_DEFAULT, name);
  return symbol || !program ? symbol : dlsym(program, name);
}

const OpenMP &openmpOf(const dg_location *location) {
  static thread_local OpenMP found;
  if (found.setThreads) return found;
  // A program that was opened keeps its libraries to itself.
  void *program = nullptr;
  if (Dl_info info; location && dladdr(location, &info) && info.dli_fname)
    program = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  found.setThreads = reinterpret_cast<void (*)(int)>(find("omp_set_num_threads", program));
  found.maxThreads = reinterpret_cast<int (*)()>(find("omp_get_max_threads", program));
  found.setBlocktime = reinterpret_cast<void (*)(int)>(find("kmp_set_blocktime", program));
  found.setStackBytes = reinterpret_cast<void (*)(size_t)>(find("kmp_set_stacksize_s", program));
  if (program) dlclose(program);
  return found;
}

size_t hold(dg_context *context, int32_t threads, bool waits, const dg_location *location) {
  Worker &worker = *context->worker;
  size_t depth = context->runtime->scheduler.hold(worker, threads, waits);
  const OpenMP &openmp = openmpOf(location);
  if (!openmp.setThreads || !openmp.maxThreads) return depth;
  Hold &own = worker.holds.back();
  own.threadsBefore = openmp.maxThreads();
  own.setThreads = openmp.setThreads;
  openmp.setThreads(std::min(int(worker.held.size()) + 1, std::max(threads, 1)));
  // Its threads must not turn round and round where the workers go on.
  if (openmp.setBlocktime) openmp.setBlocktime(0);
  if (openmp.setStackBytes) openmp.setStackBytes(foreignStackBytes(context->runtime->limits.stackBytes));
  return depth;
}

// Separate, so that nothing of the caller lives in registers across the return from setjmp.
__attribute__((noinline)) const Failure *runTurns(Worker &worker, const dg_loop &loop, int64_t low, int64_t high,
                                                  dg_turns body, const void *frame) {
  dg_context context;
  context.spawn = &worker.nested;
  context.runtime = worker.runtime;
  context.worker = &worker;
  context.point = loop.context->point;
  context.work = loop.context->work;
  context.root = loop.context->root;
  context.output = loop.context->output;
  context.parent = loop.context;
  context.edgeBase = worker.nested.head;
  context.holdBase = worker.holds.size();
  dg_context *outer = currentContext;
  currentContext = &context;
  bool wasInLoop = worker.isInLoop;
  worker.isInLoop = true;
  jmp_buf edge;
  context.edge = &edge;
  if (_setjmp(edge) == 0) body(&context, low, high, frame);
  worker.isInLoop = wasInLoop;
  currentContext = outer;
  return context.failure;
}

constexpr int64_t chunksPerThread = 8; // turns may take differently long

} // namespace

int32_t dg_threads_hold(dg_context *context, int32_t threads, const dg_location *location) {
  return int32_t(hold(context, threads, true, location));
}

void dg_threads_release(dg_context *context, int32_t held) {
  context->runtime->scheduler.release(*context->worker, size_t(held));
}

void dg_loop_begin(dg_context *context, dg_loop *loop, int64_t turns, int32_t threads, const dg_location *location) {
  Worker &worker = *context->worker;
  int wanted = int(std::min<int64_t>(threads, std::max<int64_t>(turns, 1)));
  loop->held = int32_t(hold(context, wanted, false, location)); // its task has waited
  loop->threads = worker.isInLoop ? 1 : std::min(wanted, int(worker.held.size()) + 1);
  loop->turns = turns;
  loop->chunks = loop->threads == 1 ? std::min<int64_t>(turns, 1) : std::min(turns, loop->threads * chunksPerThread);
  loop->context = context;
  loop->failed = loop->chunks;
  loop->failure = nullptr;
  loop->lock = 0;
}

void dg_loop_chunk(dg_loop *loop, int32_t thread, int64_t chunk, dg_turns body, const void *frame) {
  if (chunk > __atomic_load_n(&loop->failed, __ATOMIC_RELAXED))
    return; // The task fails, and not because of this chunk.
  watchForeignStack();
  Worker &own = *loop->context->worker, &worker = thread == 0 ? own : *own.held[size_t(thread) - 1];
  int64_t each = loop->turns / loop->chunks, more = loop->turns % loop->chunks;
  int64_t low = chunk * each + std::min(chunk, more), high = low + each + (chunk < more);
  const Failure *failure = runTurns(worker, *loop, low, high, body, frame);
  if (!failure) return;
  while (__atomic_exchange_n(&loop->lock, 1, __ATOMIC_ACQUIRE)) __builtin_ia32_pause();
  if (chunk < loop->failed) {
    __atomic_store_n(&loop->failed, chunk, __ATOMIC_RELAXED);
    loop->failure = failure;
  }
  __atomic_store_n(&loop->lock, 0, __ATOMIC_RELEASE);
}

void dg_loop_end(dg_context *context, dg_loop *loop) {
  context->runtime->scheduler.release(*context->worker, size_t(loop->held));
  if (loop->failure) unwind(context, static_cast<const Failure *>(loop->failure));
}
