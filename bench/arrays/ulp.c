/* The worst error of prices: `FILE.npy N`, against 128-bit arithmetic on the same inputs. In units of the last place of the
   spot: a price is a difference of two numbers of its size, and may itself be as near to nothing as one likes. */
#include "peer.h"
#include <math.h>
#include <quadmath.h>

static __float128 cdf(__float128 x) { return 0.5Q * (1.0Q + erfq(x / sqrtq(2.0Q))); }

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *file = fopen(argv[1], "rb");
  long n = atol(argv[2]);
  unsigned char head[10];
  if (!file || fread(head, 1, 10, file) != 10) return 2;
  fseek(file, 10 + head[8] + 256 * head[9], SEEK_SET);
  double worst = 0;
  for (long i = 0; i < n; ++i) {
    REAL price;
    if (fread(&price, sizeof price, 1, file) != 1) return 2;
    volatile REAL a = (REAL)(i * 7919 % 100003), b = (REAL)(i * 104729 % 100003), c = (REAL)(i * 1299709 % 100003);
    __float128 s = (REAL)fma((double)a, (REAL)0.0005, 75.0), k = (REAL)fma((double)b, (REAL)0.0005, 75.0);
    __float128 y = (REAL)fma((double)c, (REAL)0.00002, (REAL)0.1), r = (REAL)0.02, v = (REAL)0.3, root = v * sqrtq(y);
    __float128 d1 = (logq(s / k) + (r + 0.5Q * v * v) * y) / root;
    __float128 right = s * cdf(d1) - k * expq(-r * y) * cdf(d1 - root);
    double unit = ldexp(1.0, ilogb((double)s) - (sizeof(REAL) == 4 ? 23 : 52));
    double error = (double)(fabsq((__float128)price - right) / unit);
    if (!(error <= worst)) worst = error;
  }
  report(0, worst);
}
