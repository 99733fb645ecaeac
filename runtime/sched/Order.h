// The order of effects. What the program prints appears in its own order, whatever runs when: each printing or statement
// task takes a slot when it is submitted, and slots are written out from the front as they are done. A statement that
// failed stops the chain: nothing behind it appears.
#pragma once
#include "runtime/sched/Context.h"
#include "runtime/sched/StatusLine.h"
#include <atomic>
#include <mutex>

namespace dagger::rt {

// Standard output with a buffer of its own. Not thread safe: the chain's lock guards it.
class Output {
  char *buffer = nullptr;
  size_t used = 0;
  int error = 0;      // errno of the first write that failed
  bool lines = false; // a terminal: written line by line
  StatusLine *status = nullptr;

public:
  Output();
  ~Output();
  void write(const char *text, size_t bytes);
  void flush();
  int firstError() const { return error; }
  // A line at the foot of the terminal that makes way for what is written there; null: no longer.
  void setStatus(StatusLine *line) { status = lines ? line : nullptr; }
};

// Held for some dozens of instructions: who finds it taken waits awake for a while, since sleeping would take far longer.
class ShortMutex {
  std::mutex mutex;

public:
  void lock() {
    for (int round = 0; round < 1000; ++round) {
      if (mutex.try_lock())
        return;
      __builtin_ia32_pause();
    }
    mutex.lock();
  }
  void unlock() { mutex.unlock(); }
};

struct Slot {
  static void *operator new(size_t bytes) { return poolAllocate(bytes); }
  static void operator delete(void *block, size_t bytes) { poolFree(block, bytes); }

  Slot *next = nullptr;
  uint64_t sequence = 0;
  bool statement = false, done = false;
  const Failure *failure = nullptr;
  TextBuffer text;
};

class EffectChain {
  ShortMutex mutex;
  Slot *first = nullptr, *last = nullptr;
  std::atomic<int64_t> waiting{0};   // slots not yet written
  std::atomic<int64_t> heldBytes{0}; // of text in them
  std::atomic<const Failure *> failure{nullptr};
  Output output;
  void drain();

public:
  ~EffectChain();
  // Host: a slot behind all others.
  Slot *add(uint64_t sequence, bool statement);
  // Any thread, once for each slot: takes the text over.
  void finish(Slot *slot, TextBuffer &text, const Failure *failure);
  // Host: text at this place in the order.
  void print(uint64_t sequence, const char *text, size_t bytes);
  bool empty() const { return waiting.load(std::memory_order_seq_cst) == 0; }
  int64_t held() const { return heldBytes.load(std::memory_order_relaxed); }
  // The failed statement that stopped the chain, or null.
  const Failure *stopped() const { return failure.load(std::memory_order_acquire); }
  void flush();
  int outputError();
  void setStatus(StatusLine *line);
};

} // namespace dagger::rt
