#include "runtime/sched/Pool.h"
#include <cstdlib>
#include <memory>
#include <mutex>

namespace dagger::rt {

namespace {

constexpr size_t grain = 64, classes = 128, batch = 64;

struct Block {
  Block *next;
};

// Lists of `batch` blocks each, linked through the first block's second word.
struct Batch : Block {
  Batch *nextBatch;
};

struct Common {
  std::mutex mutex;
  Batch *batches[classes] = {};
};
Common &common() {
  static Common *instance = new Common; // Threads end after static objects are destroyed.
  return *instance;
}

struct Local {
  Block *first[classes] = {};
  size_t count[classes] = {};

  // The front `batch` blocks to the common list.
  void give(size_t index, size_t blocks) {
    Block *head = first[index], *last = head;
    for (size_t i = 1; i < blocks; ++i)
      last = last->next;
    first[index] = last->next;
    count[index] -= blocks;
    last->next = nullptr;
    Common &c = common();
    std::lock_guard lock(c.mutex);
    auto *given = static_cast<Batch *>(head);
    given->nextBatch = c.batches[index];
    c.batches[index] = given;
  }
  void take(size_t index) {
    Common &c = common();
    {
      std::lock_guard lock(c.mutex);
      if (Batch *taken = c.batches[index]) {
        c.batches[index] = taken->nextBatch;
        first[index] = taken;
        for (Block *block = taken; block; block = block->next)
          ++count[index];
        return;
      }
    }
    size_t bytes = (index + 1) * grain;
    auto *slab = static_cast<char *>(std::aligned_alloc(grain, bytes * batch));
    if (!slab)
      std::abort();
    for (size_t i = 0; i < batch; ++i) {
      auto *block = reinterpret_cast<Block *>(slab + i * bytes);
      block->next = first[index];
      first[index] = block;
    }
    count[index] = batch;
  }
  ~Local();
};

// Where the thread's lists are.
constinit DAGGER_THREAD_WORD Local *local = nullptr;
constinit thread_local bool hasEnded = false;

Local::~Local() {
  for (size_t index = 0; index < classes; ++index)
    while (count[index])
      give(index, count[index] < batch ? count[index] : batch);
  local = nullptr;
  hasEnded = true;
}

// Once a thread. What is freed after its lists have ended begins new ones, which nobody ends.
[[gnu::noinline]] Local &makeLocal() {
  // Behind a pointer: all of the library's words of a thread lie in that small place.
  static thread_local std::unique_ptr<Local> own;
  local = new Local;
  if (!hasEnded)
    own.reset(local);
  return *local;
}

Local &lists() { return local ? *local : makeLocal(); }

} // namespace

void *poolAllocate(size_t bytes) {
  size_t index = (bytes + grain - 1) / grain - 1;
  if (!PoolsBlocks || index >= classes) {
    void *block = std::aligned_alloc(grain, (bytes + grain - 1) / grain * grain);
    if (!block)
      std::abort();
    return block;
  }
  Local &l = lists();
  if (!l.first[index])
    l.take(index);
  Block *block = l.first[index];
  l.first[index] = block->next;
  --l.count[index];
  return block;
}

void poolFree(void *memory, size_t bytes) {
  size_t index = (bytes + grain - 1) / grain - 1;
  if (!PoolsBlocks || index >= classes)
    return std::free(memory);
  Local &l = lists();
  auto *block = static_cast<Block *>(memory);
  block->next = l.first[index];
  l.first[index] = block;
  if (++l.count[index] >= 2 * batch)
    l.give(index, batch);
}

} // namespace dagger::rt
