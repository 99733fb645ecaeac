#include "runtime/random/Random.h"
#include "runtime/random/philox.h"
#include <algorithm>
#include <numeric>

// One copy for each width of vectors; the processor's own is chosen when the program is loaded. Without fused
// multiply-adds all copies give the same bits. Sanitizers instrument what runs before they are ready to, so there the
// plain copy has to do.
#if defined(__x86_64__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define DG_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DG_VECTOR_CLONES
#endif

namespace dagger::random {

// The loops over whole blocks. `out` gets 2 (or 4) numbers a block.

DG_VECTOR_CLONES
static void uniformBlocks(uint64_t seed, uint64_t block, int64_t blocks, double *out) {
  for (int64_t k = 0; k < blocks; ++k) {
    dg_philox_block b = dg_random_block(seed, block + uint64_t(k), DG_RANDOM_UNIFORM_F64);
    out[2 * k] = dg_random_unit(b.word[0], b.word[1]);
    out[2 * k + 1] = dg_random_unit(b.word[2], b.word[3]);
  }
}

DG_VECTOR_CLONES
static void uniformBlocks(uint64_t seed, uint64_t block, int64_t blocks, float *out) {
  for (int64_t k = 0; k < blocks; ++k) {
    dg_philox_block b = dg_random_block(seed, block + uint64_t(k), DG_RANDOM_UNIFORM_F32);
    for (int lane = 0; lane < 4; ++lane)
      out[4 * k + lane] = float(int32_t(b.word[lane] >> 8)) * (1.0f / 16777216.0f);
  }
}

DG_VECTOR_CLONES
static void normalBlocks(uint64_t seed, uint64_t block, int64_t blocks, double *out) {
  for (int64_t k = 0; k < blocks; ++k) {
    double even, odd;
    dg_random_normal_pair(dg_random_block(seed, block + uint64_t(k), DG_RANDOM_NORMAL), &even, &odd);
    out[2 * k] = even;
    out[2 * k + 1] = odd;
  }
}

DG_VECTOR_CLONES
static void normalBlocks(uint64_t seed, uint64_t block, int64_t blocks, float *out) {
  for (int64_t k = 0; k < blocks; ++k) {
    double even, odd;
    dg_random_normal_pair(dg_random_block(seed, block + uint64_t(k), DG_RANDOM_NORMAL), &even, &odd);
    out[2 * k] = float(even);
    out[2 * k + 1] = float(odd);
  }
}

// Whole blocks in one loop; what is left at both ends one by one.
template <int perBlock, typename T, typename One, typename Blocks>
static void fill(uint64_t first, int64_t count, T *out, One one, Blocks whole) {
  while (count > 0 && first % perBlock) {
    *out++ = one(first++);
    --count;
  }
  whole(first / perBlock, count / perBlock, out);
  for (int64_t k = count / perBlock * perBlock; k < count; ++k)
    out[k] = one(first + uint64_t(k));
}

void uniform(uint64_t seed, uint64_t first, int64_t count, double *out) {
  fill<2>(first, count, out, [=](uint64_t index) { return dg_random_f64(seed, index); },
          [=](uint64_t block, int64_t blocks, double *to) { uniformBlocks(seed, block, blocks, to); });
}

void uniform(uint64_t seed, uint64_t first, int64_t count, float *out) {
  fill<4>(first, count, out, [=](uint64_t index) { return dg_random_f32(seed, index); },
          [=](uint64_t block, int64_t blocks, float *to) { uniformBlocks(seed, block, blocks, to); });
}

void normal(uint64_t seed, uint64_t first, int64_t count, double *out) {
  fill<2>(first, count, out, [=](uint64_t index) { return dg_random_normal_f64(seed, index); },
          [=](uint64_t block, int64_t blocks, double *to) { normalBlocks(seed, block, blocks, to); });
}

void normal(uint64_t seed, uint64_t first, int64_t count, float *out) {
  fill<2>(first, count, out, [=](uint64_t index) { return dg_random_normal_f32(seed, index); },
          [=](uint64_t block, int64_t blocks, float *to) { normalBlocks(seed, block, blocks, to); });
}

void integers(uint64_t seed, uint64_t first, int64_t count, int64_t low, int64_t high, int64_t *out) {
  for (int64_t k = 0; k < count; ++k)
    out[k] = dg_random_i64(seed, first + uint64_t(k), low, high);
}

// Fisher and Yates, with the number at index i for the exchange at place i.
void permutation(uint64_t seed, int64_t n, int64_t *out) {
  std::iota(out, out + n, int64_t(0));
  for (int64_t i = n - 1; i > 0; --i) {
    uint64_t bits = dg_random_bits(seed, uint64_t(i), DG_RANDOM_PERMUTATION);
    std::swap(out[i], out[dg_random_scale(bits, 0, i + 1)]);
  }
}

} // namespace dagger::random
