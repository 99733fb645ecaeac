// A work-stealing queue (Chase and Lev 2005, memory orders after Le and others 2013, with sequentially consistent
// accesses in place of fences so that the thread sanitizer understands it).
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace dagger::rt {

// The owner pushes and pops at the bottom; any thread, the owner too, steals at the top. `T` is a pointer.
template <typename T> class Deque {
  struct Ring {
    int64_t capacity;
    std::unique_ptr<std::atomic<T>[]> slots;
    explicit Ring(int64_t capacity) : capacity(capacity), slots(new std::atomic<T>[size_t(capacity)]) {}
    T get(int64_t i) const { return slots[size_t(i & (capacity - 1))].load(std::memory_order_relaxed); }
    void put(int64_t i, T item) { slots[size_t(i & (capacity - 1))].store(item, std::memory_order_relaxed); }
  };

  alignas(64) std::atomic<int64_t> top{0};
  alignas(64) std::atomic<int64_t> bottom{0};
  std::atomic<Ring *> ring;
  std::vector<std::unique_ptr<Ring>> rings; // A thief may still read an old one, so they live as long as the queue.

public:
  explicit Deque(int64_t capacity = 1024) {
    rings.push_back(std::make_unique<Ring>(capacity));
    ring.store(rings.back().get(), std::memory_order_relaxed);
  }

  void push(T item) {
    int64_t b = bottom.load(std::memory_order_relaxed), t = top.load(std::memory_order_acquire);
    Ring *r = ring.load(std::memory_order_relaxed);
    if (b - t >= r->capacity) {
      auto larger = std::make_unique<Ring>(2 * r->capacity);
      for (int64_t i = t; i < b; ++i)
        larger->put(i, r->get(i));
      r = larger.get();
      rings.push_back(std::move(larger));
      ring.store(r, std::memory_order_release);
    }
    r->put(b, item);
    // Sequentially consistent: a worker that goes to sleep either sees this or is seen by the wake-up that follows it.
    bottom.store(b + 1, std::memory_order_seq_cst);
  }

  // The newest item, or null.
  T pop() {
    int64_t b = bottom.load(std::memory_order_relaxed) - 1;
    if (b + 1 <= top.load(std::memory_order_relaxed))
      return nullptr;
    Ring *r = ring.load(std::memory_order_relaxed);
    bottom.store(b, std::memory_order_seq_cst);
    int64_t t = top.load(std::memory_order_seq_cst);
    if (t > b) {
      bottom.store(b + 1, std::memory_order_relaxed);
      return nullptr;
    }
    T item = r->get(b);
    if (t == b) {
      if (!top.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst, std::memory_order_relaxed))
        item = nullptr;
      bottom.store(b + 1, std::memory_order_relaxed);
    }
    return item;
  }

  // The oldest item; null if there is none or another thread was quicker.
  T steal() {
    int64_t t = top.load(std::memory_order_seq_cst);
    int64_t b = bottom.load(std::memory_order_seq_cst);
    if (t >= b)
      return nullptr;
    T item = ring.load(std::memory_order_acquire)->get(t);
    return top.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst, std::memory_order_relaxed) ? item : nullptr;
  }

  int64_t size() const { return std::max<int64_t>(bottom.load(std::memory_order_relaxed) - top.load(std::memory_order_relaxed), 0); }
  bool empty() const { return top.load(std::memory_order_seq_cst) >= bottom.load(std::memory_order_seq_cst); }
};

} // namespace dagger::rt
