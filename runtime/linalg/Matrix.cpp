#include "runtime/linalg/Matrix.h"

namespace dagger::linalg {

std::string shapeOf(const ArrayView &array) {
  std::string out = "[";
  for (int axis = 0; axis < array.rank; ++axis)
    out += (axis ? ", " : "") + std::to_string(array.extents[axis]);
  return out + "]";
}

std::optional<Failure> checkMatrix(const ArrayView &array, const char *name) {
  if (array.rank != 2)
    return Failure{std::string(name) + " has rank " + std::to_string(array.rank) + ", not 2"};
  if (array.extents[0] > INT32_MAX || array.extents[1] > INT32_MAX)
    return Failure{std::string(name) + " is " + shapeOf(array) + ", more than OpenBLAS can count"};
  return std::nullopt;
}

std::optional<Failure> checkSquare(const ArrayView &array, const char *name) {
  if (auto failure = checkMatrix(array, name))
    return failure;
  if (array.extents[0] != array.extents[1])
    return Failure{std::string(name) + " is " + shapeOf(array) + ", not square"};
  return std::nullopt;
}

std::optional<Failure> checkSameType(const ArrayView &a, const ArrayView &b) {
  if (a.type == b.type)
    return std::nullopt;
  return Failure{std::string("a ") + dg_type_name(a.type) + " matrix and a " + dg_type_name(b.type) + " one"};
}

} // namespace dagger::linalg
