// Operations that may stop the processor: not to be computed where the program does not.
#pragma once
#include "mlir/IR/Operation.h"

namespace dagger::task {

// Whether it divides by what may be 0, or -1, by which the least number has no quotient. Upstream takes remainders for
// pure.
bool mayTrap(mlir::Operation *op);

} // namespace dagger::task
