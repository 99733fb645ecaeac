/* A BLAS through C: `gemm64 N`, `gemm32 N`, `potrf N`. Linked with OpenBLAS or MKL; both have these names. */
#include "peer.h"

enum { ROWS = 101, PLAIN = 111 };
void cblas_dgemm(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
int LAPACKE_dpotrf(int, char, int, double *, int);

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int n = atoi(argv[2]);
  size_t count = (size_t)n * (size_t)n;
  double check = 0, times[4];
  int turns = 3;
  if (!strcmp(argv[1], "potrf")) {
    double *a = lines(count * 8);
    turns = 2;
    for (int turn = 0; turn < turns; ++turn) {
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) a[(size_t)i * (size_t)n + (size_t)j] = i == j ? 2.0 * n : 1.0 / (1.0 + abs(i - j));
      double start = now_seconds();
      if (LAPACKE_dpotrf(ROWS, 'L', n, a, n)) return 1;
      times[turn] = now_seconds() - start;
    }
    for (int i = 0; i < n; ++i) check += a[(size_t)i * (size_t)n + (size_t)i];
  } else {
    int wide = argv[1][4] == '6';
    size_t size = wide ? 8 : 4;
    void *a = lines(count * size), *b = lines(count * size), *c = lines(count * size);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        size_t at = (size_t)i * (size_t)n + (size_t)j;
        double x = (i * 31 + j * 17) % 13 - 6, y = (i * 7 + j * 3) % 11 - 5;
        if (wide) {
          ((double *)a)[at] = x, ((double *)b)[at] = y;
        } else {
          ((float *)a)[at] = (float)x, ((float *)b)[at] = (float)y;
        }
      }
    for (int turn = -1; turn < turns; ++turn) {
      double start = now_seconds();
      if (wide) {
        cblas_dgemm(ROWS, PLAIN, PLAIN, n, n, n, 1.0, a, n, b, n, 0.0, c, n);
      } else {
        cblas_sgemm(ROWS, PLAIN, PLAIN, n, n, n, 1.0f, a, n, b, n, 0.0f, c, n);
      }
      if (turn >= 0) times[turn] = now_seconds() - start;
    }
    size_t p = (size_t)(n / 2) * (size_t)n + (size_t)(n / 3), q = count - (size_t)n + 1;
    check = wide ? ((double *)c)[p] + 1000 * ((double *)c)[q] : (double)((float *)c)[p] + 1000.0 * (double)((float *)c)[q];
  }
  report(median(times, turns), check);
}
