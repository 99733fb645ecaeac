// Elementwise code moves into the reduction that alone uses it.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_FUSEPRODUCERSINTOREDUCTIONS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// Along the blocked axis a launch of blocks cannot compare extents, so they must be known to be equal: each new input's
// with the fused array's.
bool extentsAreKnown(linalg::GenericOp producer, unsigned result) {
  AffineMap written = producer.getIndexingMapsArray()[producer.getNumDpsInputs() + result];
  for (OpOperand *input : producer.getDpsInputOperands())
    for (auto [axis, index] : llvm::enumerate(producer.getMatchingIndexingMap(input).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(index);
      if (!dim)
        continue;
      for (auto [resultAxis, resultIndex] : llvm::enumerate(written.getResults()))
        if (resultIndex == index &&
            !sameExtent(input->get(), axis, producer.getDpsInits()[result], resultAxis))
          return false;
    }
  return true;
}

// A second pass over a block computes it again.
bool isCheap(linalg::GenericOp producer) {
  return producer.getNumDpsInputs() <= 2 && llvm::all_of(producer.getRegion().front(), [](Operation &op) {
           return op.getNumRegions() == 0 && isMemoryEffectFree(&op) && !isa<MathOp, ElementOp, arith::DivFOp, arith::RemFOp>(op);
         });
}

bool canFuse(linalg::GenericOp producer, ReduceOp reduce, unsigned input) {
  if (!producer || producer->hasAttr(task::tasksAttr) || producer->getBlock() != reduce->getBlock() ||
      producer.getNumParallelLoops() != producer.getNumLoops() || producer.getNumResults() != 1)
    return false;
  if (producer->getNumOperands() + reduce.getInputs().size() + reduce->getNumResults() > mostFusedOperands) return false;
  if (!isShortEnough(producer, reduce)) return false;
  if (secondPass(cast<YieldOp>(reduce.getMap().front().getTerminator())).any() && !isCheap(producer)) return false;
  if (!producer->getResult(0).hasOneUse() || producer.payloadUsesValueFromOperand(producer.getDpsInitOperand(0)))
    return false;
  if (!producer.getIndexingMapsArray().back().isPermutation())
    return false;
  // A read that may stop the program stays where it is, in a launch of its own.
  auto map = cast<AffineMapAttr>(reduce.getIndexingMaps()[input]).getValue();
  for (AffineExpr result : map.getResults())
    if (!isa<AffineDimExpr>(result))
      return false;
  return extentsAreKnown(producer, 0);
}

void fuse(linalg::GenericOp producer, ReduceOp reduce, unsigned position) {
  MLIRContext *context = reduce.getContext();
  unsigned rank = reduce.getExtents().size();
  // From the reduction's point to the producer's: written and read positions are the same element.
  AffineMap read = cast<AffineMapAttr>(reduce.getIndexingMaps()[position]).getValue();
  AffineMap loops = inversePermutation(producer.getIndexingMapsArray().back()).compose(read);

  SmallVector<Value> inputs(reduce.getInputs());
  SmallVector<Attribute> maps(reduce.getIndexingMaps().getValue());
  Block &body = reduce.getMap().front();
  OpBuilder builder(context);
  builder.setInsertionPointToStart(&body);
  IRMapping mapping;
  for (OpOperand *input : producer.getDpsInputOperands()) {
    AffineMap composed = producer.getMatchingIndexingMap(input).compose(loops);
    BlockArgument argument = producer.getMatchingBlockArgument(input);
    Attribute attribute = AffineMapAttr::get(composed);
    // The same array read at the same place is one input.
    Value element;
    for (auto [number, known] : llvm::enumerate(inputs))
      if (number != position && known == input->get() && maps[number] == attribute)
        element = body.getArgument(rank + number);
    if (!element) {
      inputs.push_back(input->get());
      maps.push_back(attribute);
      element = body.addArgument(argument.getType(), producer.getLoc());
    }
    mapping.map(argument, element);
  }
  for (Operation &op : producer.getRegion().front().without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(op)) {
      auto dim = cast<AffineDimExpr>(loops.getResult(index.getDim()));
      mapping.map(index.getResult(), body.getArgument(dim.getPosition()));
      continue;
    }
    builder.clone(op, mapping);
  }
  Value made = mapping.lookupOrDefault(producer.getRegion().front().getTerminator()->getOperand(0));
  body.getArgument(rank + position).replaceAllUsesWith(made);
  body.eraseArgument(rank + position);
  inputs.erase(inputs.begin() + position);
  maps.erase(maps.begin() + position);
  reduce.getInputsMutable().assign(inputs);
  reduce.setIndexingMapsAttr(ArrayAttr::get(context, maps));
  producer.erase();
}

struct FuseProducersIntoReductions : impl::FuseProducersIntoReductionsBase<FuseProducersIntoReductions> {
  void runOnOperation() override {
    SmallVector<ReduceOp> reductions;
    getOperation().walk([&](ReduceOp reduce) { reductions.push_back(reduce); });
    for (ReduceOp reduce : reductions)
      for (unsigned input = 0; input < reduce.getInputs().size();) {
        auto producer = reduce.getInputs()[input].getDefiningOp<linalg::GenericOp>();
        if (canFuse(producer, reduce, input))
          fuse(producer, reduce, input), input = 0; // its inputs may have producers as well
        else
          ++input;
      }
  }
};
} // namespace
} // namespace dagger::array
