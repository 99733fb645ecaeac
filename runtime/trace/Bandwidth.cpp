#include "runtime/trace/Statistics.h"
#include "runtime/trace/Together.h"
#include <algorithm>

namespace dagger::rt {

// The triad of STREAM (McCalpin): two arrays are read and one is written, which without streaming stores is read as well.
double measureBandwidth(int threads) {
  constexpr size_t count = size_t(1) << 21; // 16 MiB an array and thread: with three of them more than its share of a cache
  constexpr int turns = 4;
  std::vector<std::unique_ptr<double[]>> arrays;
  for (int i = 0; i < 3 * threads; ++i)
    arrays.emplace_back(new double[count]);
  int64_t least = leastTimeTogether(threads, turns, [&](int thread) {
    double *a = arrays[size_t(3 * thread)].get(), *b = arrays[size_t(3 * thread) + 1].get(), *c = arrays[size_t(3 * thread) + 2].get();
    std::fill_n(a, count, 0.0);
    std::fill_n(b, count, 1.0);
    std::fill_n(c, count, 2.0);
    return [=] {
      for (size_t i = 0; i < count; ++i)
        a[i] = b[i] + 3.0 * c[i];
      asm volatile("" : : "r"(a) : "memory");
    };
  });
  return 4.0 * double(count * sizeof(double)) * threads / (double(least) * 1e-9);
}

} // namespace dagger::rt
