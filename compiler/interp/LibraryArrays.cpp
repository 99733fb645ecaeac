// Making, reshaping, joining and sorting arrays.
#include "compiler/interp/Library.h"
#include "compiler/interp/Scalars.h"
#include "runtime/algorithms/Algorithms.h"

namespace dagger::interp {
namespace {

std::vector<int64_t> extentsFrom(const LibraryCall &call, size_t first) {
  std::vector<int64_t> extents;
  for (size_t i = first; i < call.count(); ++i)
    extents.push_back(call.integer(i));
  return extents;
}

void zeros(const LibraryCall &call) {
  std::vector<int64_t> extents = extentsFrom(call, 0);
  call.make(int(extents.size()), extents.data());
}

void fillArray(const LibraryCall &call) {
  std::vector<int64_t> extents = extentsFrom(call, 1);
  ArrayObject &array = call.make(int(extents.size()), extents.data());
  for (int64_t i = 0; i < array.count; ++i)
    array.element->copy(array.data + i * int64_t(array.element->size), call.args[0]);
}

void iota(const LibraryCall &call) {
  int64_t n = call.integer(0);
  ArrayObject &array = call.make(1, &n);
  withScalar(call.e.type->element, [&]<class T>() {
    if constexpr (isInteger<T> || isFloat<T>)
      for (int64_t i = 0; i < n; ++i)
        at<T>(array.data + i * int64_t(sizeof(T))) = interp::convert<T>(i);
  });
}

void reshape(const LibraryCall &call) {
  std::vector<int64_t> extents = extentsFrom(call, 1);
  const ArrayObject &from = *call.array(0);
  int64_t count = 1;
  bool overflows = false;
  for (int64_t extent : extents) {
    if (extent < 0)
      throw PlainFailure{failures::BadExtentOrStep, failures::negativeExtent(extent)};
    overflows |= __builtin_mul_overflow(count, extent, &count);
  }
  if (overflows || count != from.count)
    throw PlainFailure{failures::ExtentsDiffer, failures::reshapeDiffers(from.count, count)};
  ArrayObject &to = call.make(int(extents.size()), extents.data());
  for (int64_t i = 0; i < count; ++i)
    to.element->copy(to.data + i * int64_t(to.element->size), from.data + i * int64_t(from.element->size));
}

void transpose(const LibraryCall &call) {
  const ArrayRef &from = call.array(0);
  int rank = from->rank;
  int64_t extents[DG_MAX_RANK], position[DG_MAX_RANK] = {}, steps[DG_MAX_RANK];
  for (int axis = 0; axis < rank; ++axis)
    extents[axis] = from->extents[rank - 1 - axis];
  for (int64_t axis = rank - 1, step = 1; axis >= 0; step *= from->extents[axis--])
    steps[rank - 1 - axis] = step;
  ArrayObject &to = call.make(rank, extents);
  size_t size = to.element->size;
  for (int64_t i = 0; i < to.count; ++i) {
    int64_t source = 0;
    for (int axis = 0; axis < rank; ++axis)
      source += position[axis] * steps[axis];
    to.element->copy(to.data + size_t(i) * size, from->data + size_t(source) * size);
    for (int axis = rank - 1; axis >= 0 && ++position[axis] == extents[axis]; --axis)
      position[axis] = 0;
  }
}

void concat(const LibraryCall &call) {
  int axis = int(call.attr("axis"));
  const ArrayObject &first = *call.array(0);
  int64_t extents[DG_MAX_RANK];
  std::copy(first.extents, first.extents + first.rank, extents);
  for (size_t i = 1; i < call.count(); ++i) {
    const ArrayObject &part = *call.array(i);
    for (int a = 0; a < first.rank; ++a)
      if (a != axis && part.extents[a] != first.extents[a])
        throw PlainFailure{failures::ExtentsDiffer, failures::extentsDiffer(first.extents[a], part.extents[a], a)};
    extents[axis] += part.extents[axis];
  }
  ArrayObject &to = call.make(first.rank, extents);
  int64_t outer = 1, written = 0;
  for (int a = 0; a < axis; ++a)
    outer *= extents[a];
  size_t size = to.element->size;
  for (int64_t row = 0; row < outer; ++row)
    for (size_t i = 0; i < call.count(); ++i) {
      const ArrayObject &part = *call.array(i);
      int64_t run = outer ? part.count / outer : 0;
      for (int64_t k = 0; k < run; ++k)
        to.element->copy(to.data + size_t(written++) * size, part.data + size_t(row * run + k) * size);
    }
}

algorithms::Order orderOf(const LibraryCall &call) {
  return call.attr("descending") ? algorithms::Order::Descending : algorithms::Order::Ascending;
}

void orStop(const std::optional<Failure> &failure) {
  if (failure)
    throw PlainFailure{failures::OutOfMemory, failure->text};
}

void sortArray(const LibraryCall &call) {
  ArrayRef array = call.array(0);
  int axis = int(call.attr("axis"));
  if (call.count() == 1) {
    array.own(); // its elements are moved about
    View view(*array);
    orStop(algorithms::sort(view, axis, orderOf(call), view));
    array->chunk[0] = 0;
    call.give(std::move(array));
    return;
  }
  const ArrayObject &keys = *call.array(1);
  if (keys.count != array->extents[axis])
    throw PlainFailure{failures::ExtentsDiffer, failures::extentsDiffer(array->extents[axis], keys.count, axis)};
  std::vector<int64_t> order(size_t(keys.count));
  int64_t extent = keys.count, step = 1;
  orStop(algorithms::argsort(View(keys), 0, orderOf(call), ArrayView{DG_I64, 1, order.data(), &extent, &step}));
  ArrayObject &to = call.make(array->rank, array->extents);
  int64_t inner = 1;
  for (int a = axis + 1; a < to.rank; ++a)
    inner *= to.extents[a];
  size_t size = to.element->size;
  for (int64_t i = 0; i < to.count; ++i) {
    int64_t line = i / inner / extent, k = i / inner % extent;
    int64_t source = (line * extent + order[size_t(k)]) * inner + i % inner;
    to.element->copy(to.data + size_t(i) * size, array->data + size_t(source) * size);
  }
}

void argsort(const LibraryCall &call) {
  const ArrayObject &from = *call.array(0);
  ArrayObject &to = call.make(from.rank, from.extents);
  orStop(algorithms::argsort(View(from), int(call.attr("axis")), orderOf(call), View(to)));
}

void unique(const LibraryCall &call) { call.give(algorithms::unique(View(*call.array(0))), failures::OutOfMemory); }

void rechunk(const LibraryCall &call) {
  ArrayRef array = call.array(0);
  array.own();
  for (int axis = 0; axis < array->rank; ++axis) {
    int64_t chunk = size_t(axis) + 1 < call.count() ? call.integer(size_t(axis) + 1) : array->extents[axis];
    if (chunk < 1)
      throw PlainFailure{failures::BadExtentOrStep, chunk == 0 ? "chunks of no extent" : failures::negativeExtent(chunk)};
    array->chunk[axis] = chunk;
  }
  call.give(std::move(array));
}

} // namespace

LibraryFunction arrayFunction(const std::string &name) {
  static const std::unordered_map<std::string, LibraryFunction> functions = {
      {"zeros", zeros},   {"fill", fillArray}, {"iota", iota},       {"reshape", reshape}, {"transpose", transpose},
      {"concat", concat}, {"sort", sortArray}, {"argsort", argsort}, {"unique", unique},   {"rechunk", rechunk}};
  auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

} // namespace dagger::interp
