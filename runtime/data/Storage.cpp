#include "runtime/data/Storage.h"
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
#define DAGGER_KEEP_BLOCKS 0 // A kept block would hide a use after free.
#else
#define DAGGER_KEEP_BLOCKS 1
#endif

namespace dagger::rt::storage {

static constexpr size_t smallest = 64 << 10, hugePage = 2 << 20; // from `smallest` on, blocks are mapped and kept
static std::atomic<int64_t> failPeriod{0}, failCount{0};
alignas(64) static std::atomic<int64_t> inUse{0}, mostInUse{0};

// Block sizes are 4, 5, 6 and 7 times a power of two: at most a quarter is lost.
static size_t classBytes(size_t bytes) {
  size_t step = std::bit_floor(bytes) / 4;
  return (bytes + step - 1) / step * step;
}
static size_t classIndex(size_t rounded) {
  size_t power = size_t(std::bit_width(rounded)) - 1;
  return power * 4 + ((rounded >> (power - 2)) & 3);
}

namespace {
struct Kept {
  std::mutex mutex;
  std::vector<char *> blocks[64 * 4];
  size_t bytes = 0;
  const size_t limit = size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE)) / 8;
};
Kept &kept() {
  static Kept *instance = new Kept; // Arrays may be freed while static objects are being destroyed.
  return *instance;
}
} // namespace

static void unmap(char *block, size_t rounded) { munmap(block, rounded); }

static char *map(size_t rounded) {
  bool huge = rounded >= hugePage;
  size_t extra = huge ? hugePage : 0;
  void *memory = mmap(nullptr, rounded + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  char *block = static_cast<char *>(memory);
  if (huge) {
    char *aligned = reinterpret_cast<char *>((uintptr_t(block) + hugePage - 1) & ~uintptr_t(hugePage - 1));
    if (aligned != block)
      munmap(block, size_t(aligned - block));
    if (size_t tail = size_t(block + extra - aligned))
      munmap(aligned + rounded, tail);
    block = aligned;
    madvise(block, rounded, MADV_HUGEPAGE);
  }
  return block;
}

static char *allocateBlock(size_t bytes, bool zero) {
  if (int64_t period = failPeriod.load(std::memory_order_relaxed))
    if (failCount.fetch_add(1, std::memory_order_relaxed) % period == period - 1)
      return nullptr;
  if (bytes < smallest) {
    void *block = nullptr;
    if (posix_memalign(&block, 64, bytes ? bytes : 1))
      return nullptr;
    if (zero)
      std::memset(block, 0, bytes);
    return static_cast<char *>(block);
  }
  if (bytes > (size_t(1) << 56))
    return nullptr;
  size_t rounded = (classBytes(bytes) + 4095) & ~size_t(4095);
  if (DAGGER_KEEP_BLOCKS) {
    Kept &k = kept();
    char *block = nullptr;
    {
      std::lock_guard lock(k.mutex);
      auto &blocks = k.blocks[classIndex(rounded)];
      if (!blocks.empty()) {
        block = blocks.back();
        blocks.pop_back();
        k.bytes -= rounded;
      }
    }
    if (block) {
      if (zero)
        std::memset(block, 0, bytes);
      return block;
    }
  }
  char *block = map(rounded);
  if (!block && DAGGER_KEEP_BLOCKS) {
    trim();
    block = map(rounded);
  }
  return block;
}

char *allocate(size_t bytes, bool zero) {
  char *block = allocateBlock(bytes, zero);
  if (!block)
    return nullptr;
  int64_t now = inUse.fetch_add(int64_t(bytes), std::memory_order_relaxed) + int64_t(bytes);
  int64_t most = mostInUse.load(std::memory_order_relaxed);
  while (now > most && !mostInUse.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
  }
  return block;
}

int64_t bytesInUse() { return inUse.load(std::memory_order_relaxed); }
int64_t mostBytesInUse() { return mostInUse.load(std::memory_order_relaxed); }

void free(char *block, size_t bytes) {
  if (block)
    inUse.fetch_sub(int64_t(bytes), std::memory_order_relaxed);
  if (bytes < smallest)
    return std::free(block);
  size_t rounded = (classBytes(bytes) + 4095) & ~size_t(4095);
  if (DAGGER_KEEP_BLOCKS) {
    Kept &k = kept();
    std::lock_guard lock(k.mutex);
    if (k.bytes + rounded <= k.limit) {
      k.blocks[classIndex(rounded)].push_back(block);
      k.bytes += rounded;
      return;
    }
  }
  unmap(block, rounded);
}

void trim() {
  Kept &k = kept();
  std::lock_guard lock(k.mutex);
  for (size_t index = 0; index < std::size(k.blocks); ++index) {
    if (k.blocks[index].empty())
      continue;
    size_t power = index / 4, rounded = (size_t(4 + index % 4) << power) / 4;
    for (char *block : k.blocks[index])
      unmap(block, rounded);
    k.blocks[index].clear();
  }
  k.bytes = 0;
}

void failEvery(int64_t n) {
  failCount.store(0);
  failPeriod.store(n);
}

} // namespace dagger::rt::storage
