// Scans that several tasks do: each takes a run of blocks, and waits for the one before only to hear what that comes to.
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir-dialects/Task/Transforms/Passes.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_CUTSCANS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// What a task hands to the next is as large at most (DG_TURN_BYTES in dagger/runtime.h).
constexpr int64_t turnBytes = 256;

// Numbers that lie in memory as they do in vectors.
bool isPlain(Type type) { return type.isF32() || type.isF64() || type.isInteger(32) || type.isInteger(64); }

// Whether two blocks' elements may be combined side by side: nothing of it fails, so that nobody sees which block came first.
bool fitsVectors(Region &combine) {
  Block &block = combine.front();
  return llvm::all_of(block.getArgumentTypes(), isLaneType) && llvm::all_of(block.without_terminator(), [](Operation &op) {
           return (isa<arith::ConstantOp>(op) || isArithmetic(&op)) && llvm::all_of(op.getResultTypes(), isLaneType);
         });
}

struct CutScans : impl::CutScansBase<CutScans> {
  void runOnOperation() override {
    getOperation().walk([](LaunchOp launch) {
      if (launch.getKind() != "scan" || !launch.getExtents().empty()) return;
      int64_t bytes = 0;
      for (Type result : launch.getResultTypes()) {
        Type element = cast<ShapedType>(result).getElementType();
        if (!isPlain(element)) return;
        bytes += 8;
      }
      if (bytes > turnBytes || !fitsVectors(launch.getCombine())) return;
      OpBuilder builder(launch);
      Value block = arith::ConstantIndexOp::create(builder, launch.getLoc(), array::reductionBlock);
      Value blocks = arith::CeilDivUIOp::create(builder, launch.getLoc(), launch.getShapes().front(), block);
      SmallVector<Attribute> access;
      for (StringRef how : {"read", "write"})
        access.append(launch.getNumResults(), OperandAttr::get(builder.getContext(), how, true, true, {0}, {array::reductionBlock}, {0}, {0}));
      launch.setKind("prefix");
      launch.getExtentsMutable().assign(blocks);
      launch.setAccessAttr(builder.getArrayAttr(access));
    });
  }
};
} // namespace
} // namespace dagger::task
