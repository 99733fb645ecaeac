// OpenMP tasks: `fib N`, `independent N`, `chain N`, `stencil STEPS WIDTH`, `random N`, `bench PATTERN WIDTH STEPS ITERATIONS`.
#include "workload.h"
#include <string>
#include <utility>
#include <vector>

static long fib(long n) {
  if (n < 2) return n;
  long a, b;
#pragma omp task shared(a) firstprivate(n)
  a = fib(n - 1);
  b = fib(n - 2);
#pragma omp taskwait
  return a + b;
}

int main(int argc, char **argv) {
  std::string what = argv[1];
  double seconds = 0, check = 0;
#pragma omp parallel
#pragma omp single
  {
    if (what == "fib") {
      double start = now_seconds();
      check = double(fib(atol(argv[2])));
      seconds = now_seconds() - start;
    } else if (what == "independent") {
      long n = atol(argv[2]);
      std::vector<int64_t> out(n);
      int64_t *o = out.data();
      double start = now_seconds();
      for (long k = 0; k < n; ++k)
#pragma omp task firstprivate(k, o)
        o[k] = k;
#pragma omp taskwait
      seconds = (now_seconds() - start) / double(n);
      for (int64_t x : out) check += double(x);
    } else if (what == "chain") {
      long n = atol(argv[2]);
      uint64_t x = 0, *p = &x;
      double start = now_seconds();
      for (long k = 0; k < n; ++k)
#pragma omp task firstprivate(p) depend(inout : p[0])
        *p = 3 * *p + 1;
#pragma omp taskwait
      seconds = (now_seconds() - start) / double(n);
      check = double(x & MASK);
    } else if (what == "stencil") {
      long steps = atol(argv[2]), width = atol(argv[3]);
      std::vector<uint64_t> a(width), b(width);
      for (long i = 0; i < width; ++i) a[i] = i;
      uint64_t *now = a.data(), *next = b.data();
      double start = now_seconds();
      for (long t = 0; t < steps; ++t) {
        for (long i = 0; i < width; ++i) {
          long l = (i + width - 1) % width, r = (i + 1) % width;
#pragma omp task firstprivate(now, next, l, i, r) depend(in : now[l], now[i], now[r]) depend(out : next[i])
          next[i] = now[l] + now[i] + now[r];
        }
        std::swap(now, next);
      }
#pragma omp taskwait
      seconds = (now_seconds() - start) / double(steps * width);
      uint64_t sum = 0;
      for (long i = 0; i < width; ++i) sum += now[i];
      check = double(sum & MASK);
    } else if (what == "random") {
      long n = atol(argv[2]);
      std::vector<uint64_t> a(PLACES);
      for (long i = 0; i < PLACES; ++i) a[i] = i;
      uint64_t *p = a.data();
      int64_t state = 1;
      double start = now_seconds();
      for (long k = 0; k < n; ++k) {
        long from = draw(&state), to = draw(&state);
#pragma omp task firstprivate(p, from, to) depend(in : p[from]) depend(inout : p[to])
        p[to] = 3 * p[to] + p[from];
      }
#pragma omp taskwait
      seconds = (now_seconds() - start) / double(n);
      uint64_t sum = 0;
      for (uint64_t x : a) sum += x;
      check = double(sum & MASK);
    } else if (what == "bench") {
      enum pattern p = pattern_named(argv[2]);
      long width = atol(argv[3]), steps = atol(argv[4]), iterations = atol(argv[5]);
      std::vector<double> a(width), b(width);
      double *now = a.data(), *next = b.data();
      double start = now_seconds();
      for (long t = 0; t < steps; ++t) {
        for (long i = 0; i < width; ++i) {
          long in[5];
          int n = sources(p, width, t, i, in);
#pragma omp task firstprivate(now, next, p, width, t, i, iterations) depend(iterator(k = 0 : n), in : now[in[k]])              \
    depend(out : next[i])
          next[i] = work(now, p, width, t, i, iterations);
        }
        std::swap(now, next);
      }
#pragma omp taskwait
      seconds = (now_seconds() - start) / double(steps * width);
      for (long i = 0; i < width; ++i) check += now[i];
    }
  }
  report(seconds, check);
}
