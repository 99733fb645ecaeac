#include "runtime/trace/Statistics.h"
#include "runtime/trace/Together.h"
#include <atomic>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dagger::rt {

#if defined(__x86_64__)
// So many chains that none waits for itself: the latency of a fused multiply-add times the units that do them, at least.
static constexpr int chains = 10;

__attribute__((target("avx512f"))) static double burn512(int rounds) {
  __m512 x[chains], factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
  for (__m512 &value : x)
    value = _mm512_set1_ps(1);
  for (int round = 0; round < rounds; ++round)
    for (__m512 &value : x) {
      value = _mm512_fmadd_ps(value, factor, term);
      asm("" : "+v"(value));
    }
  return double(_mm512_cvtss_f32(x[rounds % chains]));
}

__attribute__((target("avx2,fma"))) static double burn256(int rounds) {
  __m256 x[chains], factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
  for (__m256 &value : x)
    value = _mm256_set1_ps(1);
  for (int round = 0; round < rounds; ++round)
    for (__m256 &value : x) {
      value = _mm256_fmadd_ps(value, factor, term);
      asm("" : "+x"(value));
    }
  return double(_mm256_cvtss_f32(x[rounds % chains]));
}

static double burn128(int rounds) {
  __m128 x[chains], factor = _mm_set1_ps(0.999f), term = _mm_set1_ps(0.001f);
  for (__m128 &value : x)
    value = _mm_set1_ps(1);
  for (int round = 0; round < rounds; ++round)
    for (__m128 &value : x) {
      value = _mm_add_ps(_mm_mul_ps(value, factor), term);
      asm("" : "+x"(value));
    }
  return double(_mm_cvtss_f32(x[rounds % chains]));
}

double measureArithmetic(int threads) {
  constexpr int turns = 3, rounds = 200'000; // about a millisecond each
  bool has512 = __builtin_cpu_supports("avx512f"), has256 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  std::atomic<double> kept{0}; // or nothing would have to be computed
  int64_t least = leastTimeTogether(threads, turns, [&](int) {
    return [&] { kept.store(has512 ? burn512(rounds) : has256 ? burn256(rounds) : burn128(rounds), std::memory_order_relaxed); };
  });
  double lanes = has512 ? 16 : has256 ? 8 : 4;
  return 2 * lanes * chains * rounds * threads / (double(least) * 1e-9);
}
#else
double measureArithmetic(int) { return 0; }
#endif

} // namespace dagger::rt
