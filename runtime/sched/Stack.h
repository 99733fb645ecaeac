// Threads with large stacks and a guard page, so that recursion that is too deep fails the task that recurses (DG9011)
// rather than the process.
#pragma once
#include <cstddef>
#include <pthread.h>

namespace dagger::rt {

class StackThread {
  pthread_t thread{};
  char *stack = nullptr;
  size_t bytes = 0;

public:
  // 0, or the errno of what failed. `start` runs on the new thread.
  int start(size_t stackBytes, void *(*start)(void *), void *argument);
  void join();
};

// On the thread itself: an alternative stack for the signal handler, and what the handler does with an overflow of this
// thread's stack. Everything else that faults goes to the handler that was there before.
void watchStack();
// The same for a thread that somebody else made: the lowest part of its stack becomes the guard. Until the thread ends.
void watchForeignStack();
// What the stack of such a thread should have for `usable` bytes to be left.
size_t foreignStackBytes(size_t usable);
void unwatchStack();

} // namespace dagger::rt
