// Puts an array.own before every update.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/Builders.h"

namespace dagger::array {
#define GEN_PASS_DEF_MATERIALIZECOPIES
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
struct MaterializeCopies : impl::MaterializeCopiesBase<MaterializeCopies> {
  void runOnOperation() override {
    getOperation().walk([](mlir::Operation *op) {
      for (mlir::OpOperand *operand : updatedOperands(op)) {
        auto isThis = [&](mlir::Operation *user) { return user == op; };
        if (operand->get().getDefiningOp<OwnOp>() && llvm::all_of(operand->get().getUsers(), isThis))
          continue;
        mlir::OpBuilder builder(op);
        mlir::Value before = operand->get();
        operand->set(OwnOp::create(builder, op->getLoc(), before.getType(), before, nullptr));
        // A call's plain arguments may be parts of what it updates: the runtime copies those that the update would change. To
        // hold the value from before for them would copy all of it.
        if (llvm::isa<task::CallOp>(op))
          for (mlir::OpOperand &other : op->getOpOperands())
            if (other.get() == before && !llvm::is_contained(updatedOperands(op), &other)) other.set(operand->get());
      }
    });
  }
};
} // namespace
} // namespace dagger::array
