// Loops that say how far they are.
#include "mlir-dialects/Task/Transforms/Passes.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_COUNTTURNS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// Other loops of the host compute numbers, in no time and so often that a call a turn would be felt.
bool submits(scf::ForOp loop) {
  return loop.walk([](Operation *op) { return isa<LaunchOp, CallOp, array::LibraryOp, func::CallOp>(op) ? WalkResult::interrupt() : WalkResult::advance(); }).wasInterrupted();
}

Value toIndex(OpBuilder &builder, Value number, bool isUnsigned) {
  if (number.getType().isIndex()) return number;
  if (isUnsigned) return arith::IndexCastUIOp::create(builder, number.getLoc(), builder.getIndexType(), number);
  return arith::IndexCastOp::create(builder, number.getLoc(), builder.getIndexType(), number);
}

struct CountTurns : impl::CountTurnsBase<CountTurns> {
  void runOnOperation() override {
    auto context = getOperation()->getAttrOfType<StringAttr>(contextAttr);
    if (!context || context.getValue() != hostContext) return;
    getOperation().walk<WalkOrder::PreOrder>([](scf::ForOp loop) {
      if (!submits(loop)) return WalkResult::skip();
      OpBuilder builder(loop);
      auto asIndex = [&](Value number) { return toIndex(builder, number, loop.getUnsignedCmp()); };
      BeginCountedOp::create(builder, loop.getLoc(), asIndex(loop.getLowerBound()), asIndex(loop.getUpperBound()), asIndex(loop.getStep()));
      builder.setInsertionPointAfter(loop);
      EndCountedOp::create(builder, loop.getLoc());
      builder.setInsertionPointToStart(loop.getBody());
      if (isa<NextTurnOp>(loop.getBody()->front())) builder.setInsertionPointAfter(&loop.getBody()->front());
      NextCountedOp::create(builder, loop.getLoc());
      return WalkResult::skip();
    });
  }
};
} // namespace
} // namespace dagger::task
