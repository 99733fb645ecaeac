// QR, eigenvalues and singular values.
#include "runtime/linalg/Linalg.h"
#include "runtime/linalg/Matrix.h"

namespace dagger::linalg {

// LAPACK's iterations may not end on these.
template <typename T> static bool allFinite(const std::vector<T> &values) {
  return std::all_of(values.begin(), values.end(), [](const T &x) {
    if constexpr (isComplex<T>)
      return std::isfinite(x.real()) && std::isfinite(x.imag());
    else
      return std::isfinite(x);
  });
}

static Failure notFinite() { return Failure{"the matrix holds NaN or infinity"}; }

// How much room a function asks for: it writes the number into a first element.
template <typename T> static Int sizeOf(const T &answer) {
  if constexpr (isComplex<T>)
    return std::max(1, Int(answer.real()));
  else
    return std::max(1, Int(answer));
}

template <typename T> static dg_type realType() { return sizeof(RealOf<T>) == 4 ? DG_F32 : DG_F64; }

template <typename T> static Result<OwnedArray> vectorOf(dg_type type, const std::vector<T> &values) {
  auto array = OwnedArray::create(type, {int64_t(values.size())});
  if (array)
    std::copy(values.begin(), values.end(), static_cast<T *>(array->data()));
  return array;
}

Result<Qr> qr(const ArrayView &a) {
  if (auto failure = checkMatrix(a, "a"))
    return *failure;
  return withBlas<Result<Qr>>(a.type, "qr", [&](auto tag, const auto &blas) -> Result<Qr> {
    using T = decltype(tag)::type;
    const Int m = Int(a.extents[0]), n = Int(a.extents[1]), k = std::min(m, n), ld = std::max(1, m), ask = -1;
    std::vector<T> matrix = columnMajor<T>(a), tau(size_t(std::max(1, k)));
    Int info = 0;
    T answer{};
    blas.geqrf(&m, &n, matrix.data(), &ld, tau.data(), &answer, &ask, &info);
    std::vector<T> work(size_t(sizeOf(answer)));
    Int room = Int(work.size());
    blas.geqrf(&m, &n, matrix.data(), &ld, tau.data(), work.data(), &room, &info);
    auto r = rowMajor<T>(a.type, matrix.data(), m, k, n, [](int64_t i, int64_t j) { return i <= j; });
    blas.formQ(&m, &k, &k, matrix.data(), &ld, tau.data(), &answer, &ask, &info);
    work.resize(size_t(sizeOf(answer)));
    room = Int(work.size());
    blas.formQ(&m, &k, &k, matrix.data(), &ld, tau.data(), work.data(), &room, &info);
    auto q = rowMajor<T>(a.type, matrix.data(), m, m, k, everything);
    if (!q || !r)
      return q ? r.failure() : q.failure();
    return Qr{std::move(*q), std::move(*r)};
  });
}

namespace {

// syevd and heevd: the complex one has a work array more.
template <typename T>
Int eigen(const Blas<T> &blas, Int n, T *matrix, Int ld, RealOf<T> *values, T *work, Int room, RealOf<T> *realWork,
          Int realRoom, Int *intWork, Int intRoom) {
  Int info = 0;
  if constexpr (isComplex<T>)
    reinterpret_cast<void (*)(const char *, const char *, const Int *, T *, const Int *, RealOf<T> *, T *, const Int *,
                              RealOf<T> *, const Int *, Int *, const Int *, Int *)>(blas.eigen)(
        "V", "L", &n, matrix, &ld, values, work, &room, realWork, &realRoom, intWork, &intRoom, &info);
  else
    reinterpret_cast<void (*)(const char *, const char *, const Int *, T *, const Int *, T *, T *, const Int *, Int *,
                              const Int *, Int *)>(blas.eigen)("V", "L", &n, matrix, &ld, values, work, &room, intWork,
                                                               &intRoom, &info);
  return info;
}

template <typename T>
Int singularValues(const Blas<T> &blas, Int m, Int n, T *matrix, RealOf<T> *s, T *u, T *vt, T *work, Int room,
                   RealOf<T> *realWork, Int *intWork) {
  const Int k = std::min(m, n), ldm = std::max(1, m), ldk = std::max(1, k);
  Int info = 0;
  if constexpr (isComplex<T>)
    reinterpret_cast<void (*)(const char *, const Int *, const Int *, T *, const Int *, RealOf<T> *, T *, const Int *,
                              T *, const Int *, T *, const Int *, RealOf<T> *, Int *, Int *)>(blas.singular)(
        "S", &m, &n, matrix, &ldm, s, u, &ldm, vt, &ldk, work, &room, realWork, intWork, &info);
  else
    reinterpret_cast<void (*)(const char *, const Int *, const Int *, T *, const Int *, T *, T *, const Int *, T *,
                              const Int *, T *, const Int *, Int *, Int *)>(blas.singular)(
        "S", &m, &n, matrix, &ldm, s, u, &ldm, vt, &ldk, work, &room, intWork, &info);
  return info;
}

} // namespace

Result<Eigh> eigh(const ArrayView &a) {
  if (auto failure = checkSquare(a, "a"))
    return *failure;
  return withBlas<Result<Eigh>>(a.type, "eigh", [&](auto tag, const auto &blas) -> Result<Eigh> {
    using T = decltype(tag)::type;
    const Int n = Int(a.extents[0]), ld = std::max(1, n);
    std::vector<T> matrix = columnMajor<T>(a);
    if (!allFinite(matrix))
      return notFinite();
    std::vector<RealOf<T>> values(size_t(n), 0);
    T answer{};
    RealOf<T> realAnswer{};
    Int intAnswer = 0;
    eigen(blas, n, matrix.data(), ld, values.data(), &answer, -1, &realAnswer, -1, &intAnswer, -1);
    std::vector<T> work(size_t(sizeOf(answer)));
    std::vector<RealOf<T>> realWork(size_t(sizeOf(realAnswer)));
    std::vector<Int> intWork(size_t(std::max(1, intAnswer)));
    if (eigen(blas, n, matrix.data(), ld, values.data(), work.data(), Int(work.size()), realWork.data(),
              Int(realWork.size()), intWork.data(), Int(intWork.size())))
      return Failure{"the eigenvalues did not converge"};
    auto w = vectorOf(realType<T>(), values);
    auto v = rowMajor<T>(a.type, matrix.data(), n, n, n, everything);
    if (!w || !v)
      return w ? v.failure() : w.failure();
    return Eigh{std::move(*w), std::move(*v)};
  });
}

Result<Svd> svd(const ArrayView &a) {
  if (auto failure = checkMatrix(a, "a"))
    return *failure;
  return withBlas<Result<Svd>>(a.type, "svd", [&](auto tag, const auto &blas) -> Result<Svd> {
    using T = decltype(tag)::type;
    using Real = RealOf<T>;
    const int64_t m = a.extents[0], n = a.extents[1], k = std::min(m, n), larger = std::max(m, n);
    std::vector<T> matrix = columnMajor<T>(a), u(size_t(m * k)), vt(size_t(k * n));
    if (!allFinite(matrix))
      return notFinite();
    std::vector<Real> values(size_t(k), 0);
    if (k > 0) {
      // LAPACK's own bound for this kind of call.
      const int64_t realRoom = isComplex<T> ? std::max(5 * k * k + 7 * k, 2 * larger * k + 2 * k * k + k) : 1;
      std::vector<Real> realWork(static_cast<size_t>(realRoom));
      std::vector<Int> intWork(size_t(8 * k));
      T answer{};
      singularValues(blas, Int(m), Int(n), matrix.data(), values.data(), u.data(), vt.data(), &answer, -1,
                     realWork.data(), intWork.data());
      std::vector<T> work(size_t(sizeOf(answer)));
      if (singularValues(blas, Int(m), Int(n), matrix.data(), values.data(), u.data(), vt.data(), work.data(),
                         Int(work.size()), realWork.data(), intWork.data()))
        return Failure{"the singular values did not converge"};
    }
    auto left = rowMajor<T>(a.type, u.data(), m, m, k, everything);
    auto s = vectorOf(realType<T>(), values);
    auto right = rowMajor<T>(a.type, vt.data(), k, k, n, everything);
    for (auto *part : {&left, &s, &right})
      if (!*part)
        return part->failure();
    return Svd{std::move(*left), std::move(*s), std::move(*right)};
  });
}

} // namespace dagger::linalg
