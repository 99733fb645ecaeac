// glibc grows the heap of every thread but the first page by page, with a call of the system for each, and gives back what is free at its
// end as soon as that is 128 KB, to ask for it page by page again. A program that submits a few hundred tasks spent half of its time there.
#include "runtime/sched/Heap.h"
#include <cstdlib>
#include <malloc.h>

namespace dagger::rt {

constexpr int mapped = 8 << 20;           // from so many bytes on, an allocation is a mapping of its own
constexpr int kept = 2 * mapped;          // free bytes at a heap's end: what glibc comes to by itself when it sees such allocations
constexpr size_t atFirst = size_t(4) << 20;

void keepFreedMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, mapped);
  mallopt(M_TRIM_THRESHOLD, kept);
#endif
}

void growHeap() {
#if defined(__GLIBC__)
  void *volatile all = std::malloc(atFirst); // volatile: else there is nothing to compile
  std::free(all);
#endif
}

} // namespace dagger::rt
