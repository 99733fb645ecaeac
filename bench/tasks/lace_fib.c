/* Lace: `WORKERS N`. */
#include "lace.h"
#include "workload.h"

TASK_1(long, fib, long, n) {
  if (n < 2) return n;
  SPAWN(fib, n - 1);
  long b = CALL(fib, n - 2);
  return SYNC(fib) + b;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  lace_start((unsigned)atoi(argv[1]), 100000);
  double start = now_seconds();
  long result = RUN(fib, atol(argv[2]));
  report(now_seconds() - start, (double)result);
  lace_stop();
}
