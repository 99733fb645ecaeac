// Elements read at the point become inputs: what a launch reads of an array is then known chunk by chunk.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_MAPREADS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// The axes of the point that the indices are, one for each; none if they are anything else, or the array reaches further.
std::optional<AffineMap> mapOf(ElementOp element, linalg::GenericOp op) {
  Value made = op.getDpsInits().back();
  if (!element.getInBounds() || element.getIndices().empty() || op->isProperAncestor(element.getArray().getParentBlock()->getParentOp()) ||
      element.getArray().getParentBlock() == op.getBody())
    return {};
  SmallVector<unsigned> axes;
  for (auto [axis, index] : llvm::enumerate(element.getIndices())) {
    auto point = index.getDefiningOp<linalg::IndexOp>();
    if (!point || point->getBlock() != op.getBody() || llvm::is_contained(axes, point.getDim()) ||
        !sameExtent(element.getArray(), int64_t(axis), made, int64_t(point.getDim())))
      return {};
    axes.push_back(unsigned(point.getDim()));
  }
  return AffineMap::getMultiDimMapWithTargets(op.getNumLoops(), axes, op.getContext());
}

void mapReads(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (op.getNumDpsInits() == 0 || op->hasAttr(task::tasksAttr) || op.getNumParallelLoops() != op.getNumLoops() || !maps.back().isIdentity())
    return;
  SmallVector<Value> inputs(op.getDpsInputs());
  for (ElementOp element : llvm::make_early_inc_range(op.getBody()->getOps<ElementOp>())) {
    std::optional<AffineMap> map = mapOf(element, op);
    if (!map)
      continue;
    unsigned number = 0;
    while (number < inputs.size() && (inputs[number] != element.getArray() || maps[number] != *map))
      ++number;
    if (number == inputs.size()) {
      if (op->getNumOperands() + 1 > mostFusedOperands)
        return;
      inputs.push_back(element.getArray());
      maps.insert(maps.begin() + number, *map);
      op.getBody()->insertArgument(number, element.getType(), element.getLoc());
      op.getInputsMutable().append(element.getArray());
      op.setIndexingMapsAttr(Builder(op.getContext()).getAffineMapArrayAttr(maps));
    }
    element.replaceAllUsesWith(op.getBody()->getArgument(number));
    element.erase();
  }
}

struct MapReads : impl::MapReadsBase<MapReads> {
  void runOnOperation() override { getOperation().walk([](linalg::GenericOp op) { mapReads(op); }); }
};
} // namespace
} // namespace dagger::array
