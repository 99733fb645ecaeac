/* What the machine can do, with as many threads as OpenMP has. `read`, `triad`, `stream` (a triad with streaming stores): seconds
   a byte of memory. `fma64`, `fma32`: seconds a floating-point operation. `gather N`: seconds an element of N gathered from all over an
   array, as streams/gather.dg does: each lies in a line of its own, and memory is asked for hundreds of them at once. */
#include "peer.h"
#include <immintrin.h>
#include <sys/mman.h>

/* Huge pages, as far as the system has some: else it would be the translation of addresses that is measured. */
static void *pages(size_t bytes) {
  size_t page = (size_t)2 << 20;
  bytes = (bytes + page - 1) / page * page;
  void *room = aligned_alloc(page, bytes);
  if (room) madvise(room, bytes, MADV_HUGEPAGE);
  return room;
}

static int gather(long n) {
  enum { turns = 8, piece = 1024 };
  double *x = pages((size_t)n * 8), *y = pages((size_t)n * 8), times[turns];
  long *place = pages((size_t)n * 8), whole = n / piece * piece;
  if (!x || !y || !place || !whole) return 1;
#pragma omp parallel for
  for (long i = 0; i < n; ++i) x[i] = (double)(i * 7919 % 1000003), place[i] = (i / 8 * 7919 + i * 13) % n, y[i] = 0;
  for (int turn = -1; turn < turns; ++turn) {
    double start = now_seconds();
#pragma omp parallel for
    for (long first = 0; first < whole; first += piece) {
      for (long i = first; i < first + piece; ++i) _mm_prefetch(x + place[i], _MM_HINT_T1);
      for (long i = first; i < first + piece; i += 8)
        _mm512_stream_pd(y + i, _mm512_i64gather_pd(_mm512_load_si512(place + i), x, 8));
    }
    if (turn >= 0) times[turn] = (now_seconds() - start) / (double)whole;
  }
  for (long i = 0; i < whole; ++i)
    if (y[i] != x[place[i]]) return 1;
  report(median(times, turns), y[whole - 1]);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "gather")) return gather(atol(argv[2]));
  if (argc != 2) return 2;
  const char *what = argv[1];
  double check = 0, times[32];
  const int turns = 32;
  if (!strncmp(what, "fma", 3)) {
    int wide = what[3] == '6';
    long n = 50000000, flops = 0;
    double start = now_seconds();
#pragma omp parallel reduction(+ : check, flops)
    {
      typedef double v8 __attribute__((vector_size(64)));
      typedef float v16 __attribute__((vector_size(64)));
      if (wide) {
        v8 a[16], m = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
        for (int k = 0; k < 16; ++k) a[k] = m * k;
        for (long i = 0; i < n; ++i)
#pragma GCC unroll 16
          for (int k = 0; k < 16; ++k) a[k] = a[k] * m + m;
        for (int k = 0; k < 16; ++k) check += a[k][0];
        flops += n * 16 * 16;
      } else {
        v16 a[16], m;
        for (int k = 0; k < 16; ++k) m[k] = 0.5f;
        for (int k = 0; k < 16; ++k) a[k] = m * (float)k;
        for (long i = 0; i < n; ++i)
#pragma GCC unroll 16
          for (int k = 0; k < 16; ++k) a[k] = a[k] * m + m;
        for (int k = 0; k < 16; ++k) check += (double)a[k][0];
        flops += n * 16 * 32;
      }
    }
    report((now_seconds() - start) / (double)flops, check);
    return 0;
  }
  long n = 1L << 25;
  double *a = lines((size_t)n * 8), *b = lines((size_t)n * 8), *c = lines((size_t)n * 8);
#pragma omp parallel for
  for (long i = 0; i < n; ++i) a[i] = 1, b[i] = 2, c[i] = 3;
  for (int turn = -1; turn < turns; ++turn) {
    double start = now_seconds(), bytes = 8.0 * (double)n;
    if (!strcmp(what, "read")) {
      double sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
      for (long i = 0; i < n; ++i) sum += a[i];
      check = sum;
    } else if (!strcmp(what, "triad")) {
      bytes *= 3;
#pragma omp parallel for simd
      for (long i = 0; i < n; ++i) a[i] = b[i] + 0.5 * c[i];
    } else {
      bytes *= 3;
#pragma omp parallel for
      for (long i = 0; i < n; i += 8)
        _mm512_stream_pd(a + i, _mm512_fmadd_pd(_mm512_set1_pd(0.5), _mm512_load_pd(c + i), _mm512_load_pd(b + i)));
    }
    if (turn >= 0) times[turn] = (now_seconds() - start) / bytes;
  }
  report(median(times, turns), check + a[n / 2]);
}
