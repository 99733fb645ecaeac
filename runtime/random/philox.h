/* Random numbers that are functions of a seed and an index, and of nothing else: Philox4x32-10 (Salmon, Moraes, Dror,
 * Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011), a block function with a counter and a key.
 *
 * A C header that stands alone, so that compiled programs may inline it. Nothing here has state or fails. Each kind of
 * number counts in a space of its own, so that uniform and normal numbers of one seed are independent. All arithmetic is
 * that of IEEE without fused multiply-adds and without libm: the same bits come out on every machine.
 */
#ifndef DAGGER_PHILOX_H
#define DAGGER_PHILOX_H

#include <stdint.h>
#include <string.h>

/* A loop over random numbers becomes vector code only when all of this is inlined into it. */
#define DG_RANDOM_INLINE static inline __attribute__((always_inline))

#ifdef __cplusplus
extern "C" {
#endif

/* What the third word of the counter says. The numbers are part of the language's meaning: programs' results depend on
 * them. */
enum { DG_RANDOM_UNIFORM_F64 = 0, DG_RANDOM_UNIFORM_F32 = 1, DG_RANDOM_NORMAL = 2, DG_RANDOM_INTEGER = 3,
       DG_RANDOM_PERMUTATION = 4 };

/* Four words of 32 bits, each in the lower half of 64: so one multiplication gives both halves of a product, and
 * compilers find the vector instruction for it. */
typedef struct dg_philox_block {
  uint64_t word[4];
} dg_philox_block;

DG_RANDOM_INLINE dg_philox_block dg_philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0,
                                            uint32_t k1) {
  uint64_t a = c0, b = c1, c = c2, d = c3;
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = UINT64_C(0xD2511F53) * a, p1 = UINT64_C(0xCD9E8D57) * c;
    a = (p1 >> 32) ^ b ^ k0;
    b = p1 & 0xffffffffu;
    c = (p0 >> 32) ^ d ^ k1;
    d = p0 & 0xffffffffu;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  dg_philox_block block = {{a, b, c, d}};
  return block;
}

/* Block number `block` of the numbers of one kind that belong to `seed`. */
DG_RANDOM_INLINE dg_philox_block dg_random_block(uint64_t seed, uint64_t block, uint32_t kind) {
  return dg_philox4x32((uint32_t)block, (uint32_t)(block >> 32), kind, 0, (uint32_t)seed, (uint32_t)(seed >> 32));
}

/* 53 random bits as a multiple of 2^-53, below 1. Two conversions of 32 bits are vectorized everywhere. */
DG_RANDOM_INLINE double dg_random_unit(uint64_t high, uint64_t low) {
#pragma clang fp contract(off)
  return ((double)(int32_t)(high >> 5) * 67108864.0 + (double)(int32_t)(low >> 6)) * (1.0 / 9007199254740992.0);
}

/* Uniform in [0, 1): multiples of 2^-53, and for f32 of 2^-24. */
DG_RANDOM_INLINE double dg_random_f64(uint64_t seed, uint64_t index) {
  dg_philox_block block = dg_random_block(seed, index >> 1, DG_RANDOM_UNIFORM_F64);
  return index & 1 ? dg_random_unit(block.word[2], block.word[3]) : dg_random_unit(block.word[0], block.word[1]);
}

DG_RANDOM_INLINE float dg_random_f32(uint64_t seed, uint64_t index) {
  dg_philox_block block = dg_random_block(seed, index >> 2, DG_RANDOM_UNIFORM_F32);
  return (float)(int32_t)(block.word[index & 3] >> 8) * (1.0f / 16777216.0f);
}

/* ln x of a positive normal x, within 1 ulp (fdlibm's way). */
DG_RANDOM_INLINE double dg_random_log(double x) {
#pragma clang fp contract(off)
  uint64_t bits;
  memcpy(&bits, &x, 8);
  /* x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2). */
  bits += UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd);
  double k = (double)((int32_t)(bits >> 52) - 1023);
  bits = (bits & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd);
  double f;
  memcpy(&f, &bits, 8);
  f -= 1.0;
  double s = f / (2.0 + f), z = s * s, w = z * z;
  double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  double odd = z * (6.666666666666735130e-01 +
                    w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  double half = 0.5 * f * f;
  double tail = s * (half + (even + odd)) + k * 1.90821492927058770002e-10;
  return k * 6.93147180369123816490e-01 - ((half - tail) - f);
}

/* sin and cos of r quarter turns, |r| <= 1/2. */
DG_RANDOM_INLINE double dg_random_sin(double r) {
#pragma clang fp contract(off)
  double x = r * 1.57079632679489661923, z = x * x;
  return x + x * z * (-1.66666666666666324348e-01 +
                      z * (8.33333333332248946124e-03 +
                           z * (-1.98412698298579493134e-04 +
                                z * (2.75573137070700676789e-06 +
                                     z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
}

DG_RANDOM_INLINE double dg_random_cos(double r) {
#pragma clang fp contract(off)
  double x = r * 1.57079632679489661923, z = x * x;
  return (1.0 - 0.5 * z) +
         z * z * (4.16666666666666019037e-02 +
                  z * (-1.38888888888741095749e-03 +
                       z * (2.48015872894767294178e-05 +
                            z * (-2.75573143513906633035e-07 +
                                 z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
}

/* Two independent standard normal numbers from one block (Box and Muller): the even and the odd index of a pair. */
DG_RANDOM_INLINE void dg_random_normal_pair(dg_philox_block block, double *even, double *odd) {
#pragma clang fp contract(off)
  /* In (0, 1], so that the logarithm is finite; the largest radius is 8.57. */
  double u = dg_random_unit(block.word[0], block.word[1]) + 1.0 / 9007199254740992.0;
  double radius = __builtin_sqrt(-2.0 * dg_random_log(u));
  double turn = 4.0 * dg_random_unit(block.word[2], block.word[3]);
  int32_t quarter = (int32_t)(turn + 0.5);
  double r = turn - (double)quarter;
  double sine = dg_random_sin(r), cosine = dg_random_cos(r);
  double c = quarter & 1 ? sine : cosine, s = quarter & 1 ? cosine : sine;
  *even = radius * ((quarter + 1) & 2 ? -c : c);
  *odd = radius * (quarter & 2 ? -s : s);
}

/* Mean 0, variance 1. The f32 number is the f64 one, rounded. */
DG_RANDOM_INLINE double dg_random_normal_f64(uint64_t seed, uint64_t index) {
  double even, odd;
  dg_random_normal_pair(dg_random_block(seed, index >> 1, DG_RANDOM_NORMAL), &even, &odd);
  return index & 1 ? odd : even;
}

DG_RANDOM_INLINE float dg_random_normal_f32(uint64_t seed, uint64_t index) {
  return (float)dg_random_normal_f64(seed, index);
}

DG_RANDOM_INLINE uint64_t dg_random_bits(uint64_t seed, uint64_t index, uint32_t kind) {
  dg_philox_block block = dg_random_block(seed, index >> 1, kind);
  return index & 1 ? block.word[2] << 32 | block.word[3] : block.word[0] << 32 | block.word[1];
}

/* The range is scaled down from 64 bits: no number is favoured by more than range / 2^64. low < high. */
DG_RANDOM_INLINE int64_t dg_random_scale(uint64_t bits, int64_t low, int64_t high) {
  uint64_t range = (uint64_t)high - (uint64_t)low;
  return (int64_t)((uint64_t)low + (uint64_t)((unsigned __int128)bits * range >> 64));
}

/* An integer in [low, high); low < high. */
DG_RANDOM_INLINE int64_t dg_random_i64(uint64_t seed, uint64_t index, int64_t low, int64_t high) {
  return dg_random_scale(dg_random_bits(seed, index, DG_RANDOM_INTEGER), low, high);
}

#ifdef __cplusplus
}
#endif

#endif
