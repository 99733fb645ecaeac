// Puts an array.own before every update.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir/IR/Builders.h"

namespace dagger::array {
#define GEN_PASS_DEF_MATERIALIZECOPIES
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
struct MaterializeCopies : impl::MaterializeCopiesBase<MaterializeCopies> {
  void runOnOperation() override {
    getOperation().walk([](mlir::Operation *op) {
      for (mlir::OpOperand *operand : updatedOperands(op)) {
        if (operand->get().getDefiningOp<OwnOp>() && operand->get().hasOneUse())
          continue;
        mlir::OpBuilder builder(op);
        operand->set(OwnOp::create(builder, op->getLoc(), operand->get().getType(), operand->get(), nullptr));
      }
    });
  }
};
} // namespace
} // namespace dagger::array
