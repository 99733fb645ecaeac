// Launches whose kernels are provisional: made in a hurry, so that the program could begin, while better ones are still being made.
#pragma once
#include "runtime/abi/Launch.h"
#include <atomic>
#include <mutex>

namespace dagger::rt {

// What a program knows of its better kernels. Until they are there, provisional ones run for a bounded time in all; what would take
// longer waits. Threads: any.
class Provisional {
public:
  explicit Provisional(const dg_better &source) : source(source) {}

  // Whether better kernels may still come. Asks for them now and then.
  bool isPending();
  // Blocks until that is settled.
  void wait();
  // The best kernel of a launch, once that is settled.
  dg_kernel kernelOf(const dg_launch &launch) const;
  // Whether provisional code may run for so long, by an estimate; that it did. Nanoseconds.
  bool admits(double time) const { return double(spent.load(std::memory_order_relaxed)) + time <= allowance; }
  void note(int64_t time) { spent.fetch_add(time, std::memory_order_relaxed); }

private:
  // Of all threads together: less than it takes to make better kernels for all but the smallest programs.
  static constexpr double allowance = 40e6;
  static constexpr int64_t pause = 200'000; // between two questions, in nanoseconds

  void ask(bool waits);
  const dg_better source;
  std::atomic<bool> isSettled{false};
  const dg_kernel *kernels = nullptr; // written once, before `isSettled`
  int32_t count = 0;
  std::atomic<int64_t> spent{0}, askedAt{0};
  std::mutex asking;
};

// A provisional kernel takes a launch in parts, at first small ones, and gives way to its better one between them.
void runProvisional(dg_context *context, const dg_launch &launch, const int64_t *low, const int64_t *high, const dg_view *views,
                    const void *scalars);

// The kernel of a launch on some of its points. May not return.
inline void runKernel(dg_context *context, const dg_launch &launch, const int64_t *low, const int64_t *high, const dg_view *views,
                      const void *scalars) {
  if (launch.provisional)
    runProvisional(context, launch, low, high, views, scalars);
  else
    launch.kernel(context, low, high, views, scalars);
}

} // namespace dagger::rt
