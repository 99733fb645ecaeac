// Cheap elementwise code moves into the stencil that alone uses it.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_FUSEPRODUCERSINTOSTENCILS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// A pass over memory costs about as much as this many operations at each element.
constexpr unsigned cheapOperations = 16;

// The stencil that alone reads the producer's result, by shifted reads that stay in the array; null otherwise.
StencilOp onlyReader(linalg::GenericOp producer, SmallVectorImpl<ShiftedOp> &reads) {
  StencilOp stencil;
  for (Operation *user : producer->getResult(0).getUsers()) {
    auto read = dyn_cast<ShiftedOp>(user);
    // Outside the array a fill value is not computed by the producer.
    if (!read || read.getRule() == EdgeRule::Value)
      return {};
    auto parent = read->getParentOfType<StencilOp>();
    if (!parent || (stencil && parent != stencil))
      return {};
    stencil = parent;
    reads.push_back(read);
  }
  return stencil && stencil->getBlock() == producer->getBlock() ? stencil : StencilOp();
}

bool isCheap(linalg::GenericOp producer, size_t reads) {
  unsigned operations = 0;
  for (Operation &op : producer.getRegion().front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (!isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::SelectOp, arith::CmpFOp, arith::CmpIOp, arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp,
             arith::UIToFPOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp>(op))
      return false;
    ++operations;
  }
  return operations * reads <= cheapOperations;
}

bool canFuse(linalg::GenericOp producer) {
  if (producer->hasAttr(task::tasksAttr) || producer.getNumResults() != 1 || producer.getNumDpsInputs() != 1 ||
      producer.getNumParallelLoops() != producer.getNumLoops() ||
      producer.payloadUsesValueFromOperand(producer.getDpsInitOperand(0)))
    return false;
  Value input = producer.getDpsInputs()[0];
  auto type = dyn_cast<RankedTensorType>(input.getType());
  if (!type || !llvm::all_of(producer.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); }))
    return false;
  // The edge rule will speak of the input's extents in place of the result's.
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!sameExtent(input, axis, producer.getDpsInits()[0], axis))
      return false;
  return true;
}

struct FuseProducersIntoStencils : impl::FuseProducersIntoStencilsBase<FuseProducersIntoStencils> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> producers;
    getOperation().walk([&](linalg::GenericOp generic) { producers.push_back(generic); });
    // Last first, so that a chain of producers moves in link by link.
    for (linalg::GenericOp producer : llvm::reverse(producers)) {
      SmallVector<ShiftedOp> reads;
      if (!canFuse(producer) || !onlyReader(producer, reads) || !isCheap(producer, reads.size()))
        continue;
      Block &body = producer.getRegion().front();
      for (ShiftedOp read : reads) {
        OpBuilder builder(read);
        IRMapping mapping;
        mapping.map(body.getArgument(0),
                    ShiftedOp::create(builder, read.getLoc(), body.getArgument(0).getType(), producer.getDpsInputs()[0],
                                      Value(), read.getOffsets(), read.getAxes(), read.getRule())
                        .getResult());
        for (Operation &op : body.without_terminator())
          builder.clone(op, mapping);
        read.replaceAllUsesWith(mapping.lookupOrDefault(body.getTerminator()->getOperand(0)));
        read.erase();
      }
      producer.erase();
    }
  }
};
} // namespace
} // namespace dagger::array
