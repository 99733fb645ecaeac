/* What no task can be cheaper than: `call N`, a call of an empty function; `fma N`, one link of the chain of FMAs. */
#include "workload.h"

__attribute__((noinline, noipa)) static long empty(long x) { return x; }

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long n = atol(argv[2]);
  double start = now_seconds(), x = 0.1;
  if (!strcmp(argv[1], "call")) {
    for (long k = 0; k < n; ++k) x = (double)empty(k);
  } else {
    for (long k = 0; k < n; ++k) x = x * 0.5 + 0.5;
  }
  report((now_seconds() - start) / (double)n, x);
}
