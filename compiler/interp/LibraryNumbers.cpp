// Random numbers and linear algebra.
#include "compiler/interp/Library.h"
#include "compiler/interp/Scalars.h"
#include "runtime/linalg/Linalg.h"
#include "runtime/random/Random.h"

namespace dagger::interp {
namespace {

template <class Draw> void drawFloats(const LibraryCall &call, Draw &&draw) {
  std::vector<int64_t> extents;
  for (size_t i = 1; i < call.count(); ++i)
    extents.push_back(call.integer(i));
  ArrayObject &array = call.make(int(extents.size()), extents.data());
  uint64_t seed = uint64_t(call.integer(0));
  withScalar(call.e.type->element, [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>)
      draw(seed, array.count, reinterpret_cast<T *>(array.data));
    else
      throw PlainFailure{NotInterpreted, "`" + call.e.text + "` gives f32 or f64"};
  });
}

void uniform(const LibraryCall &call) {
  drawFloats(call, [](uint64_t seed, int64_t n, auto *out) { random::uniform(seed, 0, n, out); });
}
void normal(const LibraryCall &call) {
  drawFloats(call, [](uint64_t seed, int64_t n, auto *out) { random::normal(seed, 0, n, out); });
}
void integers(const LibraryCall &call) {
  std::vector<int64_t> extents;
  for (size_t i = 3; i < call.count(); ++i)
    extents.push_back(call.integer(i));
  int64_t low = call.integer(1), high = call.integer(2);
  if (low >= high)
    throw PlainFailure{failures::BadExtentOrStep, "no integer lies in " + std::to_string(low) + ".." + std::to_string(high)};
  ArrayObject &array = call.make(int(extents.size()), extents.data());
  random::integers(uint64_t(call.integer(0)), 0, array.count, low, high, reinterpret_cast<int64_t *>(array.data));
}
void permutation(const LibraryCall &call) {
  int64_t n = call.integer(0);
  ArrayObject &array = call.make(1, &n);
  random::permutation(uint64_t(call.integer(1)), n, reinterpret_cast<int64_t *>(array.data));
}

void matmul(const LibraryCall &call) {
  const ArrayObject &a = *call.array(0), &b = *call.array(1);
  int64_t inner = a.extents[a.rank - 1];
  if (inner != b.extents[0])
    throw PlainFailure{failures::ExtentsDiffer, failures::extentsDiffer(inner, b.extents[0], a.rank - 1)};
  int64_t extents[2];
  int rank = 0;
  if (a.rank == 2)
    extents[rank++] = a.extents[0];
  if (b.rank == 2)
    extents[rank++] = b.extents[1];
  if (rank == 0) {
    ArrayView out{libraryType(call.e.type), 0, call.to, nullptr, nullptr};
    return check(linalg::matmul(View(a), View(b), out), failures::LinearAlgebra);
  }
  ArrayObject &out = call.make(rank, extents);
  check(linalg::matmul(View(a), View(b), View(out)), failures::LinearAlgebra);
}

template <Result<OwnedArray> (*function)(const ArrayView &)> void ofOne(const LibraryCall &call) {
  call.give(function(View(*call.array(0))), failures::LinearAlgebra);
}
void solve(const LibraryCall &call) {
  call.give(linalg::solve(View(*call.array(0)), View(*call.array(1))), failures::LinearAlgebra);
}

void giveFields(const LibraryCall &call, std::initializer_list<OwnedArray *> arrays) {
  size_t i = 0;
  for (OwnedArray *array : arrays) {
    std::byte *field = call.to + call.layout(call.e.type)->fields[i].first;
    call.give(*array, call.e.type->elements[i], field);
    ++i;
  }
}
template <class T> T orFail(Result<T> result) {
  if (!result)
    throw PlainFailure{failures::LinearAlgebra, result.failure().text};
  return std::move(*result);
}
void lu(const LibraryCall &call) {
  linalg::Lu result = orFail(linalg::lu(View(*call.array(0))));
  giveFields(call, {&result.lower, &result.upper, &result.order});
}
void qr(const LibraryCall &call) {
  linalg::Qr result = orFail(linalg::qr(View(*call.array(0))));
  giveFields(call, {&result.q, &result.r});
}
void eigh(const LibraryCall &call) {
  linalg::Eigh result = orFail(linalg::eigh(View(*call.array(0))));
  giveFields(call, {&result.values, &result.vectors});
}
void svd(const LibraryCall &call) {
  linalg::Svd result = orFail(linalg::svd(View(*call.array(0))));
  giveFields(call, {&result.u, &result.s, &result.vt});
}

} // namespace

LibraryFunction numberFunction(const std::string &name) {
  static const std::unordered_map<std::string, LibraryFunction> functions = {
      {"random.uniform", uniform},
      {"random.normal", normal},
      {"random.integers", integers},
      {"random.permutation", permutation},
      {"matmul", matmul},
      {"linalg.solve", solve},
      {"linalg.inverse", ofOne<linalg::inverse>},
      {"linalg.det", ofOne<linalg::det>},
      {"linalg.cholesky", ofOne<linalg::cholesky>},
      {"linalg.lu", lu},
      {"linalg.qr", qr},
      {"linalg.eigh", eigh},
      {"linalg.svd", svd},
  };
  auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

bool callTileTask(const std::string &name, Frame &frame, const Code &code) {
  // Changed arrays are nobody else's by then.
  auto array = [&](size_t i) -> ArrayObject & {
    ArrayRef &ref = at<ArrayRef>(frame.slot(code.params[i].offset));
    return code.function->params[i].isInout ? ref.own() : *ref;
  };
  auto run = [&](std::optional<Failure> failure) {
    check(std::move(failure), failures::LinearAlgebra);
    return true;
  };
  if (name.find("_potrf_") != name.npos)
    return run(linalg::potrf(View(array(0))));
  if (name.find("_trsm_") != name.npos)
    return run(linalg::trsm(View(array(0)), View(array(1))));
  if (name.find("_syrk_") != name.npos)
    return run(linalg::syrk(View(array(0)), View(array(1))));
  if (name.find("_gemm_") != name.npos)
    return run(linalg::gemm(View(array(0)), View(array(1)), View(array(2))));
  return false;
}

} // namespace dagger::interp
