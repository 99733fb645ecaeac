// Chunks of a launch that begin in order and hand something on, each to the next: the running combinations of a scan.
//
// A task takes the lowest chunk that none has begun when it begins to run, whichever it was made for. So a chunk waits only for
// chunks that other threads are in the middle of, and these end, since kernels wait for nothing else: it cannot wait for itself,
// with one thread or many. This is the order of blocks in Merrill and Garland, "Single-pass Parallel Prefix Scan with Decoupled
// Look-back" (NVIDIA, 2016); what a chunk comes to is handed on by itself alone, so that the association is one at any number
// of threads, and nobody looks back further than to the chunk before.
#pragma once
#include "dagger/runtime.h"
#include <atomic>
#include <cstdint>
#include <memory>
#include <numeric>

namespace dagger::rt {

class Turns {
public:
  explicit Turns(int64_t count) : chunks(new int64_t[size_t(count)]) {
    std::iota(chunks.get(), chunks.get() + count, 0);
  }

  // The chunk that the task which was made for `point` runs. Any thread, once for each point.
  int64_t begin(int64_t point) { return chunks[size_t(point)] = begun.fetch_add(1, std::memory_order_relaxed); }
  // The chunk that it has run, or its own if it has not begun. The same thread, or when all have ended.
  int64_t chunkOf(int64_t point) const { return chunks[size_t(point)]; }

  // Until the chunk before has passed the turn on: what it left.
  void *wait(int64_t chunk);
  // For the chunk whose turn it is: room for what it leaves; it has left it.
  void *room() { return handed; }
  void pass(int64_t chunk);

private:
  std::atomic<int64_t> begun{0};
  alignas(64) std::atomic<uint32_t> turn{0}; // the chunk that may take what is handed on: its lowest bits, of few that wait
  alignas(64) char handed[DG_TURN_BYTES];
  std::unique_ptr<int64_t[]> chunks;
};

} // namespace dagger::rt
