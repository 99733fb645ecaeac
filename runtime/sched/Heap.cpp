// glibc grows the heap of every thread but the first page by page, with a call of the system for each, and gives back what is free at its
// end as soon as that is 128 KB, to ask for it page by page again.
#include "runtime/sched/Heap.h"
#include "runtime/sched/Pool.h"
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>

namespace dagger::rt {

#if defined(__GLIBC__) && DAGGER_POOLS

constexpr size_t megabyte = 1 << 20, hugePage = 2 * megabyte;
constexpr size_t mapped = 8 * megabyte; // from so many bytes on, an allocation is a mapping of its own
constexpr size_t kept = 2 * mapped;     // free bytes at a heap's end: what glibc comes to by itself when it sees such allocations
// A heap begins at an address that huge pages do not reach, since its first page is used before anybody can ask for one. A program that
// needs little pays for the pages that it touches, half a megabyte at most, and one that needs more gets huge ones from there on: to touch
// the first byte of one takes as long as to touch a hundred pages.
constexpr size_t unused = hugePage - megabyte / 2, atFirst = 3 * hugePage;

void keepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, int(mapped));
  mallopt(M_TRIM_THRESHOLD, int(kept));
}

ThreadHeap::ThreadHeap() : skipped(std::malloc(unused)) {
  void *volatile all = std::malloc(atFirst); // volatile: else there is nothing to compile
  auto from = reinterpret_cast<uintptr_t>(all), begin = (from + hugePage - 1) & ~uintptr_t(hugePage - 1);
  if (all && begin - from < hugePage / 2)
    madvise(reinterpret_cast<void *>(begin), atFirst - hugePage, MADV_HUGEPAGE);
  std::free(all);
}

ThreadHeap::~ThreadHeap() { std::free(skipped); }

#else

void keepFreedMemory() {}
ThreadHeap::ThreadHeap() : skipped(nullptr) {}
ThreadHeap::~ThreadHeap() {}

#endif

} // namespace dagger::rt
