// Loops that are planned once.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_HOISTPLANS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// What does nothing but name, view or measure arrays, or compute numbers: the host does it anew in each turn.
bool isPlain(Operation *op) {
  if (isa<array::OwnOp, array::SliceOp, array::TransposeOp, array::CheckIndexOp, array::LookShapeOp, tensor::DimOp, tensor::CastOp, tensor::EmptyOp>(op)) return true;
  return op->getNumRegions() == 0 && isMemoryEffectFree(op) && !isa<AwaitOp, array::ElementOp, tensor::ExtractOp>(op);
}

bool isPlan(scf::ForOp loop) {
  bool hasLaunch = false;
  for (Operation &op : loop.getBody()->without_terminator()) {
    auto launch = dyn_cast<LaunchOp>(op);
    if (!launch && !isPlain(&op)) return false;
    if (!launch) continue;
    hasLaunch = true;
    if (launch.getPrints() || launch.getStatement() || launch.getFails()) return false;
    if (llvm::any_of(launch.getExtents(), [&](Value extent) {
          auto dim = extent.getDefiningOp<tensor::DimOp>(); // of an array of the loop: the same unless the array is another one
          return !loop.isDefinedOutsideOfLoop(extent) && !dim;
        }))
      return false;
  }
  return hasLaunch;
}

struct HoistPlans : impl::HoistPlansBase<HoistPlans> {
  void runOnOperation() override {
    auto context = getOperation()->getAttrOfType<StringAttr>(contextAttr);
    if (!context || context.getValue() != hostContext) return;
    getOperation().walk([](scf::ForOp loop) {
      if (!isPlan(loop)) return;
      OpBuilder builder(loop);
      BeginPlanOp::create(builder, loop.getLoc());
      builder.setInsertionPointAfter(loop);
      EndPlanOp::create(builder, loop.getLoc());
      builder.setInsertionPointToStart(loop.getBody());
      NextTurnOp::create(builder, loop.getLoc());
    });
  }
};
} // namespace
} // namespace dagger::task
