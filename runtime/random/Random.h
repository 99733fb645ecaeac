// Ranges of random numbers: element k of each is the number that philox.h gives for index `first + k`. So a range may be
// made in pieces, in any order and on any number of threads, and comes out the same.
#pragma once
#include "dagger/elements.h"

namespace dagger::random {

void uniform(uint64_t seed, uint64_t first, int64_t count, double *out);
void uniform(uint64_t seed, uint64_t first, int64_t count, float *out);
void normal(uint64_t seed, uint64_t first, int64_t count, double *out);
void normal(uint64_t seed, uint64_t first, int64_t count, float *out);
// In [low, high); low < high.
void integers(uint64_t seed, uint64_t first, int64_t count, int64_t low, int64_t high, int64_t *out);
// 0 … n-1 in an order in which every permutation is equally likely (as far as 64 bits of seed go).
void permutation(uint64_t seed, int64_t n, int64_t *out);

} // namespace dagger::random
