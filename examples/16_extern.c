// The library of lesson 16: what `extern task horner` looks like from C.
#include "dagger/runtime.h"

void horner(const double *coefficients, const double *x, double *y, int64_t k, int64_t n) {
  if (k == 0) dg_fail("a polynomial has at least one coefficient");
  for (int64_t i = 0; i < n; ++i) {
    double value = 0;
    for (int64_t c = k; c-- > 0;) value = value * x[i] + coefficients[c];
    y[i] = value;
  }
}
