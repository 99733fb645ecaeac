#include "runtime/trace/Statistics.h"
#include <algorithm>
#include <barrier>
#include <thread>

namespace dagger::rt {

// The triad of STREAM (McCalpin): two arrays are read and one is written, which without streaming stores is read as well.
double measureBandwidth(int threads) {
  constexpr size_t count = size_t(1) << 21; // 16 MiB an array and thread: with three of them more than its share of a cache
  constexpr int rounds = 4;
  std::vector<std::unique_ptr<double[]>> arrays;
  for (int i = 0; i < 3 * threads; ++i)
    arrays.emplace_back(new double[count]);
  int64_t best = INT64_MAX, start = 0;
  std::barrier together(threads);
  auto work = [&](int thread) {
    double *a = arrays[size_t(3 * thread)].get(), *b = arrays[size_t(3 * thread) + 1].get(), *c = arrays[size_t(3 * thread) + 2].get();
    std::fill_n(a, count, 0.0);
    std::fill_n(b, count, 1.0);
    std::fill_n(c, count, 2.0);
    for (int round = 0; round < rounds; ++round) {
      together.arrive_and_wait();
      if (thread == 0)
        start = monotonicTime();
      together.arrive_and_wait();
      for (size_t i = 0; i < count; ++i)
        a[i] = b[i] + 3.0 * c[i];
      asm volatile("" : : "r"(a) : "memory");
      together.arrive_and_wait();
      if (thread == 0)
        best = std::min(best, monotonicTime() - start);
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread)
    others.emplace_back(work, thread);
  work(0);
  for (std::thread &other : others)
    other.join();
  return 4.0 * double(count * sizeof(double)) * threads / (double(best) * 1e-9);
}

} // namespace dagger::rt
