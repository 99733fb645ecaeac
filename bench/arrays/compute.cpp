// C++ with OpenMP: `mandelbrot N LIMIT`, `nbody N`, `kmeans N`.
#include "peer.h"
#include <cmath>
#include <string>
#include <vector>

typedef double v8 __attribute__((vector_size(64)));
typedef long m8 __attribute__((vector_size(64)));

// Eight points at a time, until all have left.
static long mandelbrot(long n, long limit) {
  std::vector<long> picture(n * n);
#pragma omp parallel for schedule(dynamic, 4)
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; j += 8) {
      v8 x, y, a{}, b{};
      for (int l = 0; l < 8; ++l) x[l] = 3.0 * double(j + l) / double(n) - 2.0, y[l] = 2.0 * double(i) / double(n) - 1.0;
      m8 steps{}, in = steps - 1;
      for (long k = 0; k < limit; ++k) {
        v8 aa = a * a, bb = b * b;
        in &= aa + bb <= 4.0;
        if (k % 4 == 0) {
          long any = 0;
          for (int l = 0; l < 8; ++l) any |= in[l];
          if (!any) break;
        }
        steps -= in;
        b = 2.0 * a * b + y;
        a = aa - bb + x;
      }
      for (int l = 0; l < 8 && j + l < n; ++l) picture[i * n + j + l] = steps[l];
    }
  long total = 0;
  for (long k : picture) total += k;
  return total;
}

static double nbody(long n) {
  std::vector<double> x[3], v[3];
  for (int d = 0; d < 3; ++d) {
    x[d].resize(n), v[d].resize(n);
    for (long i = 0; i < n; ++i) x[d][i] = double((i * 7919 + d * 104729) % 10007) / 10007.0;
  }
  const double *px = x[0].data(), *py = x[1].data(), *pz = x[2].data(), mass = 1.0 / double(n), dt = 0.001;
  double sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
  for (long i = 0; i < n; ++i) {
    double ax = 0, ay = 0, az = 0, xi = px[i], yi = py[i], zi = pz[i];
#pragma omp simd reduction(+ : ax, ay, az)
    for (long j = 0; j < n; ++j) {
      double a = px[j] - xi, b = py[j] - yi, c = pz[j] - zi, square = a * a + b * b + c * c + 0.01;
      double pull = mass / (square * std::sqrt(square));
      ax += a * pull, ay += b * pull, az += c * pull;
    }
    v[0][i] = dt * ax, v[1][i] = dt * ay, v[2][i] = dt * az;
    sum += v[0][i] * v[0][i] + v[1][i] * v[1][i] + v[2][i] * v[2][i];
  }
  return sum;
}

struct Clouds {
  long n;
  std::vector<float> points;
  std::vector<float> centres = std::vector<float>(32 * 16);
  explicit Clouds(long n) : n(n), points(n * 16) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i)
      for (long e = 0; e < 16; ++e) points[i * 16 + e] = float((i * 7919 + e * 104729 + i % 32 * e * 977) % 10007) / 10007.0f;
    std::copy(points.begin(), points.begin() + 32 * 16, centres.begin());
  }
  double turn() {
    double sums[32 * 17] = {};
    float across[16][32]; // one lane a centre
    for (int c = 0; c < 32; ++c)
      for (int e = 0; e < 16; ++e) across[e][c] = centres[c * 16 + e];
#pragma omp parallel for schedule(static) reduction(+ : sums)
    for (long i = 0; i < n; ++i) {
      const float *p = &points[i * 16];
      float distance[32] = {};
      for (int e = 0; e < 16; ++e)
        for (int c = 0; c < 32; ++c) distance[c] += (p[e] - across[e][c]) * (p[e] - across[e][c]);
      int best = 0;
      for (int c = 1; c < 32; ++c)
        if (distance[c] < distance[best]) best = c;
      for (int e = 0; e < 16; ++e) sums[best * 17 + e] += double(p[e]);
      sums[best * 17 + 16] += 1;
    }
    double check = 0;
    for (int c = 0; c < 32; ++c)
      for (int e = 0; e < 16; ++e) {
        float m = float(sums[c * 17 + e] / sums[c * 17 + 16]);
        centres[c * 16 + e] = m;
        check += double(m) * double(m);
      }
    return check;
  }
};

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  std::string what = argv[1];
  long n = atol(argv[2]);
  double check = 0, start = now_seconds();
  int turns = 1;
  if (what == "mandelbrot") {
    check = double(mandelbrot(n, atol(argv[3])));
  } else if (what == "nbody") {
    check = nbody(n);
  } else {
    Clouds clouds(n);
    start = now_seconds();
    for (turns = 0; turns < 3; ++turns) check = clouds.turn();
  }
  report((now_seconds() - start) / turns, check);
}
