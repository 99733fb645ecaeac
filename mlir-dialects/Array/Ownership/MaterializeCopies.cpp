// Puts an array.own before every update.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/Builders.h"

namespace dagger::array {
#define GEN_PASS_DEF_MATERIALIZECOPIES
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
// Parts of the array that a call reads beside its update, and nobody else: values that stand in front of it in its block.
llvm::SmallVector<SliceOp> partsFor(mlir::Operation *call, mlir::Value array) {
  llvm::SmallVector<SliceOp> parts;
  if (!llvm::isa<task::CallOp>(call)) return parts;
  for (mlir::Value operand : call->getOperands()) {
    auto part = operand.getDefiningOp<SliceOp>();
    if (part && part.getArray() == array && part->hasOneUse() && part->getBlock() == call->getBlock()) parts.push_back(part);
  }
  return parts;
}

struct MaterializeCopies : impl::MaterializeCopiesBase<MaterializeCopies> {
  void runOnOperation() override {
    getOperation().walk([](mlir::Operation *op) {
      for (mlir::OpOperand *operand : updatedOperands(op)) {
        mlir::Value before = operand->get();
        llvm::SmallVector<SliceOp> parts = partsFor(op, before);
        auto isThis = [&](mlir::Operation *user) { return user == op || llvm::is_contained(parts, user); };
        if (before.getDefiningOp<OwnOp>() && llvm::all_of(before.getUsers(), isThis))
          continue;
        mlir::Operation *first = op;
        for (SliceOp part : parts)
          if (part->isBeforeInBlock(first)) first = part;
        mlir::OpBuilder builder(first);
        operand->set(OwnOp::create(builder, op->getLoc(), before.getType(), before, nullptr));
        // A call's plain arguments may be parts of what it updates: the runtime copies those that the update would change. To
        // hold the value from before for them would copy all of it.
        if (llvm::isa<task::CallOp>(op))
          for (mlir::OpOperand &other : op->getOpOperands())
            if (other.get() == before && !llvm::is_contained(updatedOperands(op), &other)) other.set(operand->get());
        for (SliceOp part : parts) part.getArrayMutable().assign(operand->get());
      }
    });
  }
};
} // namespace
} // namespace dagger::array
