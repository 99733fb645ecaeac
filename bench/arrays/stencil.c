/* Stencils by hand, with streaming stores: `heat N STEPS`, `life N STEPS`, `seven N STEPS`, `twentyfive N STEPS`; N is a multiple
   of 64. Rows lie on cache lines; all of a row is computed alike, and then what its ends need is put right. */
#include "peer.h"
#include <immintrin.h>

#ifndef REAL
#define REAL float
#endif
enum { WIDE = 64 / sizeof(REAL) };
typedef REAL vec __attribute__((vector_size(64)));
typedef REAL loose __attribute__((vector_size(64), aligned(4), may_alias));

static inline vec load(const REAL *p) { return (vec) * (const loose *)p; }
static inline void stream(void *p, vec v) { _mm512_stream_si512((__m512i *)p, (__m512i)v); }

static void heat(const REAL *restrict u, REAL *restrict v, long n) {
  const REAL k = (REAL)0.2;
#pragma omp parallel for schedule(static)
  for (long i = 0; i < n; ++i) {
    const REAL *up = u + (i ? i - 1 : 0) * n, *mid = u + i * n, *down = u + (i < n - 1 ? i + 1 : i) * n;
    REAL *to = v + i * n;
    for (long j = 0; j < n; j += WIDE) {
      vec left = load(mid + j - 1), right = load(mid + j + 1), c = load(mid + j);
      if (j == 0) left[0] = mid[0];
      if (j == n - WIDE) right[WIDE - 1] = mid[n - 1];
      stream(to + j, c + k * (load(up + j) + load(down + j) + left + right - (REAL)4 * c));
    }
  }
}

typedef uint8_t cells __attribute__((vector_size(64)));
typedef uint8_t loosecells __attribute__((vector_size(64), aligned(1), may_alias));
static void life(const uint8_t *restrict u, uint8_t *restrict v, long n) {
#pragma omp parallel for schedule(static)
  for (long i = 0; i < n; ++i) {
    const uint8_t *rows[3] = {u + (i ? i - 1 : n - 1) * n, u + i * n, u + (i < n - 1 ? i + 1 : 0) * n};
    for (long j = 0; j < n; j += 64) {
      cells near = {0}, self = *(const loosecells *)(rows[1] + j);
      for (int r = 0; r < 3; ++r) {
        cells left = *(const loosecells *)(rows[r] + j - 1), right = *(const loosecells *)(rows[r] + j + 1);
        if (j == 0) left[0] = rows[r][n - 1];
        if (j == n - 64) right[63] = rows[r][0];
        near += left + right;
        if (r != 1) near += (cells) * (const loosecells *)(rows[r] + j);
      }
      cells live = (cells)((near == 3) | ((near == 2) & (self == 1))) & 1;
      _mm512_stream_si512((__m512i *)(v + i * n + j), (__m512i)live);
    }
  }
}

/* The 3-D ones have `edge` zeros around each plane and row, so that nothing needs putting right. */
static long edge, pitch, plane;
static void cube(const REAL *restrict u, REAL *restrict v, long n) {
  static const REAL weights[2][5] = {{(REAL)0.4, (REAL)0.1}, {(REAL)0.4, (REAL)0.05, (REAL)0.03, (REAL)0.015, (REAL)0.005}};
#pragma omp parallel for collapse(2) schedule(static)
  for (long x = 0; x < n; ++x)
    for (long y = 0; y < n; ++y) {
      long at = (x + edge) * plane + (y + edge) * pitch + WIDE;
      const REAL *p = u + at;
      if (edge == 1) {
        for (long z = 0; z < n; z += WIDE, p += WIDE)
          stream(v + at + z, weights[0][0] * load(p) + weights[0][1] * (load(p - plane) + load(p + plane) + load(p - pitch) +
                                                                        load(p + pitch) + load(p - 1) + load(p + 1)));
      } else {
        for (long z = 0; z < n; z += WIDE, p += WIDE) {
          vec sum = weights[1][0] * load(p);
#pragma GCC unroll 4
          for (int r = 1; r <= 4; ++r)
            sum += weights[1][r] * (load(p - r * plane) + load(p + r * plane) + load(p - r * pitch) + load(p + r * pitch) +
                                    load(p - r) + load(p + r));
          stream(v + at + z, sum);
        }
      }
    }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const char *what = argv[1];
  long n = atol(argv[2]), steps = atol(argv[3]);
  if (n % 64) return 2;
  double start, seconds, check = 0;
  if (!strcmp(what, "life")) {
    uint8_t *u = lines((size_t)(n * n + 128)), *v = lines((size_t)(n * n + 128));
    u += 64, v += 64;
#pragma omp parallel for
    for (long i = 0; i < n; ++i)
      for (long j = 0; j < n; ++j) u[i * n + j] = (uint8_t)((i * 31 + j * 17 + i * j) % 101 % 2), v[i * n + j] = 0;
    start = now_seconds();
    for (long s = 0; s < steps; ++s) {
      life(u, v, n);
      uint8_t *t = u;
      u = v, v = t;
    }
    seconds = now_seconds() - start;
    for (long i = 0; i < n * n; ++i) check += u[i];
  } else if (!strcmp(what, "heat")) {
    REAL *u = lines((size_t)(n * n + 2 * WIDE) * sizeof(REAL)), *v = lines((size_t)(n * n + 2 * WIDE) * sizeof(REAL));
    u += WIDE, v += WIDE;
#pragma omp parallel for
    for (long i = 0; i < n; ++i)
      for (long j = 0; j < n; ++j) u[i * n + j] = (REAL)((i * 31 + j * 17) % 101), v[i * n + j] = 0;
    start = now_seconds();
    for (long s = 0; s < steps; ++s) {
      heat(u, v, n);
      REAL *t = u;
      u = v, v = t;
    }
    seconds = now_seconds() - start;
    for (long i = 0; i < n * n; ++i) check += (double)u[i] * (double)u[i];
  } else {
    edge = !strcmp(what, "seven") ? 1 : 4;
    pitch = n + 2 * WIDE, plane = pitch * (n + 2 * edge);
    size_t bytes = (size_t)(plane * (n + 2 * edge)) * sizeof(REAL);
    REAL *u = lines(bytes), *v = lines(bytes);
    memset(u, 0, bytes), memset(v, 0, bytes);
    for (long x = 0; x < n; ++x)
      for (long y = 0; y < n; ++y)
        for (long z = 0; z < n; ++z) u[(x + edge) * plane + (y + edge) * pitch + WIDE + z] = (REAL)((x * 31 + y * 17 + z * 7) % 101);
    start = now_seconds();
    for (long s = 0; s < steps; ++s) {
      cube(u, v, n);
      REAL *t = u;
      u = v, v = t;
    }
    seconds = now_seconds() - start;
    for (size_t i = 0; i < bytes / sizeof(REAL); ++i) check += (double)u[i] * (double)u[i];
  }
  report(seconds / (double)steps, check);
}
