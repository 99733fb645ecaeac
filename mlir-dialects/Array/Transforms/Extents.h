// What the program says about extents, without running it.
#pragma once
#include "mlir-dialects/Array/IR/Array.h"

namespace dagger::array {

// The number before conversions between index and i64, which keep it. One to a narrower type may give another number.
mlir::Value beforeCasts(mlir::Value number);

// The value that an operation was given as this extent of its result; null when only the array itself knows.
mlir::Value extentGiven(mlir::Value array, int64_t axis);

// Whether both extents are the same number in every run, as far as can be seen.
bool sameExtent(mlir::Value left, int64_t leftAxis, mlir::Value right, int64_t rightAxis);

// Whether a number is the array's extent in every run, as far as can be seen.
bool isExtent(mlir::Value number, mlir::Value array, int64_t axis);

// The array's extent, where the program's text says it.
std::optional<int64_t> knownExtent(mlir::Value array, int64_t axis);

} // namespace dagger::array
