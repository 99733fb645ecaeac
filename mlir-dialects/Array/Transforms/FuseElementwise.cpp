// Elementwise operations move into the one that alone uses them.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// The launch of the consumer will compare the extents of what it reads with its own. The fused array is no longer among
// that: its extents must be known to be the consumer's, or those of an input that the consumer reads in its place.
bool extentsAreChecked(linalg::GenericOp producer, unsigned result, OpOperand &use) {
  auto consumer = cast<linalg::GenericOp>(use.getOwner());
  AffineMap written = producer.getIndexingMapsArray()[producer.getNumDpsInputs() + result];
  AffineMap read = consumer.getMatchingIndexingMap(&use);
  Value made = producer.getDpsInits()[result];
  auto isExtentOf = [&](int64_t axis, Value other, AffineMap map, AffineExpr loop) {
    for (auto [otherAxis, index] : llvm::enumerate(map.getResults()))
      if (index == loop && sameExtent(made, axis, other, otherAxis))
        return true;
    return false;
  };
  for (auto [axis, index] : llvm::enumerate(read.getResults())) {
    if (!isa<AffineDimExpr>(index))
      continue; // one element stretches
    bool known = llvm::any_of(consumer.getDpsInitsMutable(), [&](OpOperand &init) {
      return isExtentOf(axis, init.get(), consumer.getMatchingIndexingMap(&init), index);
    });
    for (OpOperand *input : producer.getDpsInputOperands())
      known = known || isExtentOf(axis, input->get(), producer.getMatchingIndexingMap(input), written.getResult(axis));
    if (!known)
      return false;
  }
  return true;
}

bool canFuse(OpOperand &use) {
  auto consumer = cast<linalg::GenericOp>(use.getOwner());
  auto producer = use.get().getDefiningOp<linalg::GenericOp>();
  if (!producer || !producer->hasOneUse() || producer->getBlock() != consumer->getBlock())
    return false; // it would be made more than once
  if (producer->hasAttr(task::tasksAttr) || consumer->hasAttr(task::tasksAttr))
    return false; // each point is a task
  if (producer->getNumOperands() + consumer->getNumOperands() > mostFusedOperands)
    return false;
  if (!isShortEnough(producer, consumer))
    return false;
  return linalg::areElementwiseOpsFusable(&use) &&
         extentsAreChecked(producer, cast<OpResult>(use.get()).getResultNumber(), use);
}

// An array that is read twice at the same place is one input.
void shareInputs(RewriterBase &rewriter, linalg::GenericOp op) {
  for (unsigned second = op.getNumDpsInputs(); second-- > 1;) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    for (unsigned first = 0; first < second; ++first) {
      if (op.getDpsInputs()[first] != op.getDpsInputs()[second] || maps[first] != maps[second])
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        Block &body = op.getRegion().front();
        body.getArgument(second).replaceAllUsesWith(body.getArgument(first));
        body.eraseArgument(second);
        op.getInputsMutable().erase(second);
        maps.erase(maps.begin() + second);
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      break;
    }
  }
}

// Moves one producer into `consumer`, which is replaced; returns the producer, which is gone, or null if none can move.
Operation *fuseInto(IRRewriter &rewriter, linalg::GenericOp &consumer) {
  for (OpOperand *use : consumer.getDpsInputOperands()) {
    if (!canFuse(*use))
      continue;
    Operation *producer = use->get().getDefiningOp();
    rewriter.setInsertionPoint(consumer);
    FailureOr<linalg::ElementwiseOpFusionResult> fused = linalg::fuseElementwiseOps(rewriter, use);
    if (failed(fused))
      continue;
    for (Value result : consumer->getResults())
      rewriter.replaceAllUsesWith(result, fused->replacements.lookup(result));
    rewriter.eraseOp(consumer);
    rewriter.eraseOp(producer); // also if it may fail at a point, which it does in the consumer now
    consumer = cast<linalg::GenericOp>(fused->fusedOp);
    shareInputs(rewriter, consumer);
    return producer;
  }
  return nullptr;
}

// Whether it only copies an array that was made for it, and of its own extents. What is made elsewhere than by operations that
// write all of their result may lie otherwise in memory.
bool copiesItsOwn(linalg::GenericOp op) {
  if (op->hasAttr(task::tasksAttr) || op.getNumDpsInputs() != 1 || op.getNumResults() != 1 ||
      !llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); }))
    return false;
  Value input = op.getDpsInputs()[0], yielded = op.getBody()->getTerminator()->getOperand(0);
  auto scan = input.getDefiningOp<ScanOp>();
  if (yielded != op.getBody()->getArgument(0) || !scan || !input.hasOneUse() ||
      input.getType() != op.getResult(0).getType())
    return false;
  return llvm::all_of(llvm::seq<int64_t>(0, op.getRank(op.getDpsInputOperand(0))),
                      [&](int64_t axis) { return sameExtent(scan.getInputs()[0], axis, op.getDpsInits()[0], axis); });
}

// The last first: whatever can move into it stands before it, and is gone when its own turn comes.
void fuseIn(Block &block) {
  IRRewriter rewriter(block.getParentOp()->getContext());
  SmallVector<linalg::GenericOp> operations(block.getOps<linalg::GenericOp>());
  llvm::DenseSet<Operation *> gone;
  for (linalg::GenericOp consumer : llvm::reverse(operations)) {
    if (gone.contains(consumer))
      continue;
    while (Operation *producer = fuseInto(rewriter, consumer))
      gone.insert(producer);
    if (copiesItsOwn(consumer))
      rewriter.replaceOp(consumer, consumer.getDpsInputs()[0]);
  }
}

struct FuseElementwise : impl::FuseElementwiseBase<FuseElementwise> {
  // Inner blocks first: the code of an operation that moves is copied.
  void runOnOperation() override {
    getOperation().walk<WalkOrder::PostOrder>([](Block *block) { fuseIn(*block); });
  }
};
} // namespace
} // namespace dagger::array
