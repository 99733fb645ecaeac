#include "mlir-dialects/Task/Transforms/Traps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace dagger::task {

bool mayTrap(Operation *op) {
  if (!isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp, arith::CeilDivUIOp,
           arith::FloorDivSIOp>(op))
    return false;
  auto divisor = getConstantIntValue(op->getOperand(1));
  return !divisor || *divisor == 0 || *divisor == -1;
}

} // namespace dagger::task
