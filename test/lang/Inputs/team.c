#include <omp.h>
#include <stdint.h>
#include "dagger/runtime.h"

int64_t team(void) {
  int64_t threads = 0;
#pragma omp parallel
#pragma omp single
  threads = omp_get_num_threads();
  return threads;
}

void doubled(double *x, int64_t n) {
#pragma omp parallel for
  for (int64_t i = 0; i < n; ++i)
    x[i] = 2 * x[i];
}

int64_t fails(void) { dg_fail("no"); }
