#include "runtime/sched/Stack.h"
#include "runtime/sched/Context.h"
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace dagger::rt {

// Wide enough that no frame without a probe steps over it.
static constexpr size_t guardBytes = 1 << 20;

static thread_local char *stackLow = nullptr; // the lowest usable byte of this thread's stack
static thread_local char *signalStack = nullptr;
static struct sigaction previousSegv, previousBus;

static void onFault(int signal, siginfo_t *info, void *state) {
  char *address = static_cast<char *>(info->si_addr);
  if (stackLow && address >= stackLow - guardBytes && address < stackLow && currentContext && currentContext->edge)
    raise(currentContext, failures::RecursionTooDeep, "recursion is too deep", nullptr);
  const struct sigaction &previous = signal == SIGSEGV ? previousSegv : previousBus;
  if (previous.sa_flags & SA_SIGINFO)
    return previous.sa_sigaction(signal, info, state);
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
    return previous.sa_handler(signal);
  // The instruction faults again and the process ends as it would have.
  sigaction(signal, &previous, nullptr);
}

void watchStack() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = onFault;
    // The handler leaves by longjmp, so the signal must not stay blocked.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, &previousSegv);
    sigaction(SIGBUS, &action, &previousBus);
  });
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void *low;
  size_t bytes;
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  stackLow = static_cast<char *>(low);
  const size_t size = 64 << 10;
  signalStack = static_cast<char *>(std::malloc(size));
  stack_t alternative = {};
  alternative.ss_sp = signalStack;
  alternative.ss_size = size;
  sigaltstack(&alternative, nullptr);
}

void unwatchStack() {
  stack_t none = {};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
  std::free(signalStack);
  signalStack = nullptr;
  stackLow = nullptr;
}

namespace {
struct ForeignStack {
  char *guard = nullptr;
  bool isWatched = false;
  ~ForeignStack() {
    if (guard)
      mprotect(guard, guardBytes, PROT_READ | PROT_WRITE); // The system may give the memory to another thread.
    if (isWatched)
      unwatchStack();
  }
};
} // namespace

void watchForeignStack() {
  if (stackLow)
    return;
  static thread_local ForeignStack foreign;
  watchStack();
  foreign.isWatched = true;
  auto page = uintptr_t(sysconf(_SC_PAGESIZE));
  char *guard = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(stackLow) + page - 1) / page * page);
  char *here = static_cast<char *>(__builtin_frame_address(0));
  if (here - guard < ptrdiff_t(2 * guardBytes) || mprotect(guard, guardBytes, PROT_NONE) != 0)
    return; // As small as it is, it keeps the guard that it has.
  foreign.guard = guard;
  stackLow = guard + guardBytes;
}

size_t foreignStackBytes(size_t usable) { return usable + guardBytes; }

int StackThread::start(size_t stackBytes, void *(*start)(void *), void *argument) {
  bytes = stackBytes + guardBytes;
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED)
    return errno;
  stack = static_cast<char *>(memory);
  mprotect(stack, guardBytes, PROT_NONE);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack + guardBytes, stackBytes);
  int error = pthread_create(&thread, &attributes, start, argument);
  pthread_attr_destroy(&attributes);
  if (error) {
    munmap(stack, bytes);
    stack = nullptr;
  }
  return error;
}

void StackThread::join() {
  if (!stack)
    return;
  pthread_join(thread, nullptr);
  munmap(stack, bytes);
  stack = nullptr;
}

} // namespace dagger::rt
