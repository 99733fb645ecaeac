// What the C library's heaps are told before threads of ours use them.
#pragma once

namespace dagger::rt {

// Of the process, once: what is freed stays for the next use, up to some megabytes a thread.
void keepFreedMemory();
// On a new thread from before its first allocation to its end: its heap grows once for all that a short program needs, and asks for huge
// pages where it needs more. The memory is not touched.
class ThreadHeap {
public:
  ThreadHeap();
  ~ThreadHeap();
  ThreadHeap(const ThreadHeap &) = delete;

private:
  void *skipped; // what lies before the first place for a huge page: addresses alone
};

} // namespace dagger::rt
