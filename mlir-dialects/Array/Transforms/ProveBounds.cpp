// Reads of elements that cannot be out of range are not checked.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_PROVEBOUNDS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// Whether a number is the array's extent: it is, or the function checked before that it is.
bool isItsExtent(Value number, Value array, int64_t axis, Operation *reader) {
  if (isExtent(number, array, axis)) return true;
  auto argument = dyn_cast<BlockArgument>(array);
  if (!argument || !isa<func::FuncOp>(argument.getOwner()->getParentOp())) return false;
  number = beforeCasts(number);
  return llvm::any_of(argument.getUsers(), [&](Operation *user) {
    auto dim = dyn_cast<tensor::DimOp>(user);
    if (!dim || dim.getConstantIndex() != axis) return false;
    return llvm::any_of(dim->getUsers(), [&](Operation *check) {
      return isa<task::CheckExtentOp>(check) && check->getBlock() == argument.getOwner() &&
             check->isBeforeInBlock(argument.getOwner()->findAncestorOpInBlock(*reader)) &&
             llvm::is_contained(check->getOperands(), number);
    });
  });
}

// Whether 0 <= index < extent of the array along the axis.
bool isWithin(Value index, Value array, int64_t axis, Operation *reader) {
  index = beforeCasts(index);
  if (auto number = getConstantIntValue(index)) {
    auto extent = knownExtent(array, axis);
    return *number >= 0 && extent && *number < *extent;
  }
  if (auto bounded = index.getDefiningOp<BoundedOp>())
    return isItsExtent(bounded.getExtent(), array, axis, reader) || isWithin(bounded.getIndex(), array, axis, reader);
  if (auto point = index.getDefiningOp<linalg::IndexOp>()) {
    auto structured = point->getParentOfType<linalg::GenericOp>();
    if (!structured || structured.getNumDpsInits() == 0 || !structured.getIndexingMapsArray().back().isIdentity())
      return false;
    Value made = structured.getDpsInits().back();
    if (auto number = knownExtent(made, point.getDim())) return number == knownExtent(array, axis);
    Value extent = extentGiven(made, point.getDim());
    return extent && isItsExtent(extent, array, axis, reader);
  }
  if (auto argument = dyn_cast<BlockArgument>(index))
    if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
        loop && argument == loop.getInductionVar()) {
      auto low = getConstantIntValue(loop.getLowerBound());
      auto high = getConstantIntValue(loop.getUpperBound()), extent = knownExtent(array, axis);
      // A bound below 0 is a large one where the loop compares without a sign.
      if (low && high && extent && *low >= 0 && *high >= 0 && *high <= *extent) return true;
      return low && *low >= 0 && isItsExtent(loop.getUpperBound(), array, axis, reader);
    }
  return false;
}

struct ProveBounds : impl::ProveBoundsBase<ProveBounds> {
  void runOnOperation() override {
    getOperation().walk([](ElementOp element) {
      bool isProven = true;
      for (auto [axis, index] : llvm::enumerate(element.getIndices()))
        isProven = isProven && isWithin(index, element.getArray(), int64_t(axis), element);
      if (isProven) element.setInBounds(true);
    });
    getOperation().walk([](BoundedOp bounded) {
      bounded.replaceAllUsesWith(bounded.getIndex());
      bounded.erase();
    });
  }
};
} // namespace
} // namespace dagger::array
