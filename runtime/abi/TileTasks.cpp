// The externs of stdlib/linalg.dg: LAPACK's tile tasks on contiguous row-major arrays, then each extent once.
#include "dagger/library.h"
#include "runtime/abi/Raise.h"
#include "runtime/linalg/Linalg.h"

using namespace dagger;
using namespace dagger::rt;

namespace {

ArrayView matrix(dg_type type, const void *data, const int64_t (&extents)[2], const int64_t (&strides)[2]) {
  return {type, 2, const_cast<void *>(data), extents, strides};
}

// The text of what went wrong, from malloc; null: nothing. Separate, so that nothing is alive when it unwinds.
char *potrf(dg_type type, void *a, int64_t n) {
  const int64_t extents[2] = {n, n}, strides[2] = {n, 1};
  auto failure = linalg::potrf(matrix(type, a, extents, strides));
  return failure ? ownedText(failure->text) : nullptr;
}
char *trsm(dg_type type, const void *l, void *b, int64_t n, int64_t m) {
  const int64_t small[2] = {n, n}, wide[2] = {m, n}, strides[2] = {n, 1};
  auto failure = linalg::trsm(matrix(type, l, small, strides), matrix(type, b, wide, strides));
  return failure ? ownedText(failure->text) : nullptr;
}
char *syrk(dg_type type, const void *a, void *c, int64_t n, int64_t k) {
  const int64_t from[2] = {n, k}, to[2] = {n, n}, fromStrides[2] = {k, 1}, toStrides[2] = {n, 1};
  auto failure = linalg::syrk(matrix(type, a, from, fromStrides), matrix(type, c, to, toStrides));
  return failure ? ownedText(failure->text) : nullptr;
}
char *gemm(dg_type type, const void *a, const void *b, void *c, int64_t n, int64_t k, int64_t m) {
  const int64_t left[2] = {n, k}, right[2] = {m, k}, to[2] = {n, m}, inner[2] = {k, 1}, outer[2] = {m, 1};
  auto failure = linalg::gemm(matrix(type, a, left, inner), matrix(type, b, right, inner), matrix(type, c, to, outer));
  return failure ? ownedText(failure->text) : nullptr;
}

void check(char *error) {
  if (error)
    raiseOwned(currentContext, failures::LinearAlgebra, error, nullptr);
}

} // namespace

void dg_linalg_potrf_f64(double *a, int64_t n) { check(potrf(DG_F64, a, n)); }
void dg_linalg_trsm_f64(const double *l, double *b, int64_t n, int64_t m) { check(trsm(DG_F64, l, b, n, m)); }
void dg_linalg_syrk_f64(const double *a, double *c, int64_t n, int64_t k) { check(syrk(DG_F64, a, c, n, k)); }
void dg_linalg_gemm_f64(const double *a, const double *b, double *c, int64_t n, int64_t k, int64_t m) {
  check(gemm(DG_F64, a, b, c, n, k, m));
}
void dg_linalg_potrf_f32(float *a, int64_t n) { check(potrf(DG_F32, a, n)); }
void dg_linalg_trsm_f32(const float *l, float *b, int64_t n, int64_t m) { check(trsm(DG_F32, l, b, n, m)); }
void dg_linalg_syrk_f32(const float *a, float *c, int64_t n, int64_t k) { check(syrk(DG_F32, a, c, n, k)); }
void dg_linalg_gemm_f32(const float *a, const float *b, float *c, int64_t n, int64_t k, int64_t m) {
  check(gemm(DG_F32, a, b, c, n, k, m));
}
