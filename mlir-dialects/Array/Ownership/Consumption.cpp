// Which operands an operation takes over, and which it updates.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace dagger::array {

bool isCounted(Type type) { return isa<RankedTensorType, StrType>(type); }

SmallVector<OpOperand *, 1> updatedOperands(Operation *op) {
  SmallVector<OpOperand *, 1> updated;
  if (auto insert = dyn_cast<InsertOp>(op))
    updated.push_back(&insert.getArrayMutable());
  else if (auto insert = dyn_cast<InsertSliceOp>(op))
    updated.push_back(&insert.getArrayMutable());
  else if (auto fill = dyn_cast<FillSliceOp>(op))
    updated.push_back(&fill.getArrayMutable());
  else if (auto scatter = dyn_cast<ScatterOp>(op))
    updated.push_back(&scatter.getArrayMutable());
  else if (auto call = dyn_cast<task::CallOp>(op))
    for (int32_t argument : call.getUpdates())
      updated.push_back(&op->getOpOperand(argument)); // the arguments are the first operands
  else if (auto loop = dyn_cast<task::ParallelForOp>(op))
    for (OpOperand &array : loop.getArraysMutable())
      updated.push_back(&array);
  if (auto list = op->getAttrOfType<DenseI32ArrayAttr>("updates"); list && !isa<task::CallOp>(op))
    for (int32_t operand : list.asArrayRef())
      updated.push_back(&op->getOpOperand(operand));
  return updated;
}

bool consumes(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (!isCounted(operand.get().getType()))
    return false;
  if (isa<OwnOp, RechunkOp, scf::YieldOp, scf::ConditionOp, func::ReturnOp>(op))
    return true;
  if (isa<scf::ForOp, scf::WhileOp>(op)) // what a loop starts with: bounds are not counted, so these are its inits
    return true;
  if (auto call = dyn_cast<func::CallOp>(op)) { // an argument that the callee updates is handed over to it
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, call.getCalleeAttr());
    return callee && callee.getArgAttr(operand.getOperandNumber(), task::inoutAttr);
  }
  if (auto list = op->getAttrOfType<DenseI32ArrayAttr>("consumes"))
    if (llvm::is_contained(list.asArrayRef(), int32_t(operand.getOperandNumber())))
      return true;
  return llvm::is_contained(updatedOperands(op), &operand);
}

} // namespace dagger::array
