/* What the peers compute, the same for all: empty tasks of four kinds, and Task Bench's patterns with its chain of FMAs. */
#ifndef WORKLOAD_H
#define WORKLOAD_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLACES = 1024, MASK = 0xffffff };

static inline double now_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void report(double seconds, double check) { printf("seconds %.12g\ncheck %.15g\n", seconds, check); }

/* The next of the places that the random dependences go through. */
static inline long draw(int64_t *state) {
  *state = (*state * 1103515245 + 12345) % 2147483648;
  return (long)((*state >> 12) % PLACES);
}

/* ---- Task Bench ---- */
enum pattern { TREE, STENCIL_1D, FFT, NEAREST, SPREAD, RANDOM_NEAREST };

static inline enum pattern pattern_named(const char *name) {
  static const char *const names[] = {"tree", "stencil_1d", "fft", "nearest", "spread", "random_nearest"};
  for (int p = 0; p < 6; ++p)
    if (!strcmp(name, names[p])) return (enum pattern)p;
  fprintf(stderr, "error: there is no pattern %s\n", name);
  exit(2);
}

static inline int slots(enum pattern p) { return p == TREE ? 1 : p == STENCIL_1D || p == FFT ? 3 : 5; }
static inline long within(long i, long width) { return i < 0 ? 0 : i >= width ? width - 1 : i; }

/* The place of the row before that slot `k` of place `i` reads in step `t`. */
static inline long source(enum pattern p, long width, long t, long i, int k) {
  switch (p) {
  case TREE: return i / 2;
  case STENCIL_1D: return within(i + k - 1, width);
  case FFT: {
    int levels = 0;
    while ((1L << levels) < width) ++levels;
    long hop = 1L << (t % levels), j = i + (k - 1) * hop;
    return j < 0 || j >= width ? i : j;
  }
  case NEAREST: return within(i + k - 2, width);
  case SPREAD: return k == 0 ? i : (i + k * width / 5 + t) % width;
  case RANDOM_NEAREST: {
    int64_t h = ((t * 7919 + i * 104729 + k * 1299709) * 2654435761) >> 16;
    return h & 1 ? within(i + k - 2, width) : i;
  }
  }
  return i;
}

/* The same without repetitions: what a task depends on. */
static inline int sources(enum pattern p, long width, long t, long i, long *out) {
  int n = 0;
  for (int k = 0; k < slots(p); ++k) {
    long j = source(p, width, t, i, k);
    int seen = 0;
    for (int m = 0; m < n; ++m) seen |= out[m] == j;
    if (!seen) out[n++] = j;
  }
  return n;
}

static inline double work(const double *row, enum pattern p, long width, long t, long i, long iterations) {
  double x = 0.0;
  for (int k = 0; k < slots(p); ++k) x += row[source(p, width, t, i, k)];
  x = 0.9 * (x / slots(p)) + 0.01 * (double)i;
  for (long k = 0; k < iterations; ++k) x = x * 0.5 + 0.5;
  return x;
}
#endif
