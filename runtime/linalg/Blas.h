// The functions of OpenBLAS that are used, as pointers. Internal. Names and arguments are Fortran's: matrices column by
// column, everything by reference, 32-bit integers.
#pragma once
#include "dagger/Result.h"
#include <complex>
#include <cstdint>

namespace dagger::linalg {

template <typename T> struct RealOfType {
  using type = T;
};
template <typename T> struct RealOfType<std::complex<T>> {
  using type = T;
};
template <typename T> using RealOf = RealOfType<T>::type;

using Int = int32_t;

template <typename T> struct Blas {
  using Real = RealOf<T>;

  void (*gemm)(const char *transA, const char *transB, const Int *m, const Int *n, const Int *k, const T *alpha,
               const T *a, const Int *lda, const T *b, const Int *ldb, const T *beta, T *c, const Int *ldc);
  void (*gemv)(const char *trans, const Int *m, const Int *n, const T *alpha, const T *a, const Int *lda, const T *x,
               const Int *incx, const T *beta, T *y, const Int *incy);
  void (*trsm)(const char *side, const char *uplo, const char *trans, const char *diag, const Int *m, const Int *n,
               const T *alpha, const T *a, const Int *lda, T *b, const Int *ldb);
  // syrk or herk
  void (*rankUpdate)(const char *uplo, const char *trans, const Int *n, const Int *k, const Real *alpha, const T *a,
                     const Int *lda, const Real *beta, T *c, const Int *ldc);
  void (*potrf)(const char *uplo, const Int *n, T *a, const Int *lda, Int *info);
  void (*getrf)(const Int *m, const Int *n, T *a, const Int *lda, Int *pivots, Int *info);
  void (*getrs)(const char *trans, const Int *n, const Int *nrhs, const T *a, const Int *lda, const Int *pivots, T *b,
                const Int *ldb, Int *info);
  void (*geqrf)(const Int *m, const Int *n, T *a, const Int *lda, T *tau, T *work, const Int *lwork, Int *info);
  // orgqr or ungqr
  void (*formQ)(const Int *m, const Int *n, const Int *k, T *a, const Int *lda, const T *tau, T *work, const Int *lwork,
                Int *info);
  // syevd and gesdd, or heevd and gesdd with one more work array: called through the functions below.
  void *eigen, *singular;
};

struct Library {
  Blas<float> s;
  Blas<double> d;
  Blas<std::complex<float>> c;
  Blas<std::complex<double>> z;
  char *(*coreName)();

  template <typename T> const Blas<T> &of() const {
    if constexpr (std::is_same_v<T, float>)
      return s;
    else if constexpr (std::is_same_v<T, double>)
      return d;
    else if constexpr (std::is_same_v<T, std::complex<float>>)
      return c;
    else
      return z;
  }
};

// Opens OpenBLAS at the first call.
const Result<const Library *> &library();

} // namespace dagger::linalg
