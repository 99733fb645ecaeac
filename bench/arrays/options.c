/* Black-Scholes prices, one loop: `N TURNS`. REAL is double or float. */
#include "peer.h"
#include <math.h>
#include <tgmath.h>

static REAL cdf(REAL x) { return (REAL)0.5 * ((REAL)1 + erf(x * (REAL)0.7071067811865476)); }

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long n = atol(argv[1]), turns = atol(argv[2]);
  REAL *spot = lines((size_t)n * sizeof(REAL)), *strike = lines((size_t)n * sizeof(REAL));
  REAL *years = lines((size_t)n * sizeof(REAL)), *price = lines((size_t)n * sizeof(REAL));
#pragma omp parallel for
  for (long i = 0; i < n; ++i) {
    spot[i] = (REAL)75 + (REAL)(i * 7919 % 100003) * (REAL)0.0005;
    strike[i] = (REAL)75 + (REAL)(i * 104729 % 100003) * (REAL)0.0005;
    years[i] = (REAL)0.1 + (REAL)(i * 1299709 % 100003) * (REAL)0.00002;
    price[i] = 0;
  }
  const REAL rate = (REAL)0.02, sigma = (REAL)0.3;
  double start = now_seconds(), sum = 0;
  for (long t = 0; t < turns; ++t) {
#pragma omp parallel for simd schedule(static)
    for (long i = 0; i < n; ++i) {
      REAL root = sigma * sqrt(years[i]);
      REAL d1 = (log(spot[i] / strike[i]) + (rate + (REAL)0.5 * sigma * sigma) * years[i]) / root;
      price[i] = spot[i] * cdf(d1) - strike[i] * exp(-rate * years[i]) * cdf(d1 - root);
    }
  }
  double seconds = (now_seconds() - start) / (double)turns;
  for (long i = 0; i < n; ++i) sum += price[i];
  report(seconds, sum);
}
