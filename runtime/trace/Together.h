// Measuring what all threads can do together.
#pragma once
#include "runtime/sched/Observer.h"
#include <algorithm>
#include <barrier>
#include <thread>
#include <vector>

namespace dagger::rt {

// The least time, in nanoseconds, of some turns that so many threads begin together, until the last one has ended its own. Each
// calls `prepare` with its number once, and what that gives in each turn.
template <typename Prepare> int64_t leastTimeTogether(int threads, int turns, const Prepare &prepare) {
  int64_t least = INT64_MAX, start = 0;
  std::barrier together(threads);
  auto work = [&](int thread) {
    auto turn = prepare(thread);
    for (int t = 0; t < turns; ++t) {
      together.arrive_and_wait();
      if (thread == 0)
        start = monotonicTime();
      together.arrive_and_wait();
      turn();
      together.arrive_and_wait();
      if (thread == 0)
        least = std::min(least, monotonicTime() - start);
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread)
    others.emplace_back(work, thread);
  work(0);
  for (std::thread &other : others)
    other.join();
  return least;
}

} // namespace dagger::rt
