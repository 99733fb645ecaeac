#include "mlir-dialects/Array/IR/Array.h"
#include "compiler/elementary/Functions.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dagger::array;

#include "mlir-dialects/Array/IR/ArrayDialect.cpp.inc"
#include "mlir-dialects/Array/IR/ArrayEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "mlir-dialects/Array/IR/ArrayTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "mlir-dialects/Array/IR/ArrayAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "mlir-dialects/Array/IR/ArrayOps.cpp.inc"

void ArrayDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "mlir-dialects/Array/IR/ArrayTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "mlir-dialects/Array/IR/ArrayAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "mlir-dialects/Array/IR/ArrayOps.cpp.inc"
      >();
}

static int64_t rankOf(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getRank(); }

static LogicalResult verifyIndices(Operation *op, Value array, size_t count) {
  if (int64_t(count) == rankOf(array)) return success();
  return op->emitOpError() << "has " << count << " indices for an array of rank " << rankOf(array);
}

// ---- elements -------------------------------------------------------------------------------------------------------

void ElementOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (!getInBounds()) effects.emplace_back(MemoryEffects::Write::get(), Failure::get());
}
// A failure is one of the program, also where nobody asks for the result.
void ReduceOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (getFails()) effects.emplace_back(MemoryEffects::Write::get(), Failure::get());
}
LogicalResult MathOp::verify() {
  if (dagger::elementary::arity(getFunction()) == getInputs().size()) return success();
  return emitOpError() << "knows no function `" << getFunction() << "` of " << getInputs().size() << " arguments";
}
LogicalResult LookupOp::verify() {
  if (getRow().size() != dagger::elementary::rowLength)
    return emitOpError() << "has " << getRow().size() << " numbers, not " << dagger::elementary::rowLength;
  if (getElementTypeOrSelf(getWord()).getIntOrFloatBitWidth() == getElementTypeOrSelf(getResult()).getIntOrFloatBitWidth())
    return success();
  return emitOpError("has a word that is not as wide as its numbers");
}
LogicalResult CheckIndexOp::verify() { return verifyIndices(*this, getArray(), getIndices().size()); }
LogicalResult ElementOp::verify() { return verifyIndices(*this, getArray(), getIndices().size()); }
LogicalResult InsertOp::verify() { return verifyIndices(*this, getArray(), getIndices().size()); }

static LogicalResult verifyAxis(Operation *op, Value array, int64_t axis) {
  if (axis >= 0 && axis < rankOf(array)) return success();
  return op->emitOpError() << "names axis " << axis << " of an array of rank " << rankOf(array);
}

static Type elementOf(Value array) { return cast<RankedTensorType>(array.getType()).getElementType(); }

LogicalResult ScatterOp::verify() {
  if (failed(verifyAxis(*this, getArray(), getAxis()))) return failure();
  if (rankOf(getIndices()) != 1 || !elementOf(getIndices()).isInteger(64))
    return emitOpError() << "needs a rank 1 array of i64 as indices";
  auto values = dyn_cast<RankedTensorType>(getValues().getType());
  if (values && values.getRank() != 0 && values.getRank() != rankOf(getArray()))
    return emitOpError() << "has values of rank " << values.getRank() << " for an array of rank " << rankOf(getArray());
  if ((values ? values.getElementType() : getValues().getType()) != elementOf(getArray()))
    return emitOpError() << "has values of another type than the array's elements";
  return success();
}

// ---- shapes ---------------------------------------------------------------------------------------------------------

LogicalResult ReshapeOp::verify() {
  if (int64_t(getExtents().size()) != rankOf(getResult()))
    return emitOpError() << "has " << getExtents().size() << " extents for a result of rank " << rankOf(getResult());
  if (elementOf(getArray()) != elementOf(getResult())) return emitOpError() << "changes the element type";
  return success();
}
LogicalResult TransposeOp::verify() {
  if (rankOf(getArray()) != rankOf(getResult()) || elementOf(getArray()) != elementOf(getResult()))
    return emitOpError() << "changes the rank or the element type";
  return success();
}
LogicalResult RechunkOp::verify() {
  if (int64_t(getChunk().size()) != rankOf(getArray()))
    return emitOpError() << "has a chunk of " << getChunk().size() << " extents for an array of rank "
                         << rankOf(getArray());
  return success();
}
LogicalResult TilesOp::verify() { return verifyAxis(*this, getArray(), getAxis()); }
LogicalResult TileBoxOp::verify() {
  if (failed(verifyIndices(*this, getArray(), getTile().size()))) return failure();
  if (getBox().size() != 2 * getTile().size())
    return emitOpError() << "gives a start and a count for each axis, " << 2 * getTile().size() << " in all";
  return success();
}

// ---- boxes ----------------------------------------------------------------------------------------------------------

static LogicalResult verifyBox(Operation *op, Value array, ValueRange starts, ValueRange counts, ValueRange steps,
                               uint32_t dropped, Type part) {
  int64_t rank = rankOf(array);
  if (int64_t(starts.size()) != rank || int64_t(counts.size()) != rank || int64_t(steps.size()) != rank)
    return op->emitOpError() << "needs " << rank << " starts, counts and steps";
  if (rank < 32 && (dropped >> rank) != 0) return op->emitOpError() << "drops an axis that the array does not have";
  if (!part) return success();
  auto partType = cast<RankedTensorType>(part);
  if (partType.getRank() != rank - llvm::popcount(dropped))
    return op->emitOpError() << "has a part of rank " << partType.getRank() << ", expected "
                             << rank - llvm::popcount(dropped);
  if (partType.getElementType() != cast<RankedTensorType>(array.getType()).getElementType())
    return op->emitOpError() << "has a part of another element type";
  return success();
}

void SliceOp::build(OpBuilder &builder, OperationState &state, Value array, ValueRange starts, ValueRange counts,
                    ValueRange steps, uint32_t dropped) {
  auto type = cast<RankedTensorType>(array.getType());
  SmallVector<int64_t> shape(type.getRank() - llvm::popcount(dropped), ShapedType::kDynamic);
  build(builder, state, RankedTensorType::get(shape, type.getElementType()), array, starts, counts, steps, dropped);
}
LogicalResult SliceOp::verify() {
  return verifyBox(*this, getArray(), getStarts(), getCounts(), getSteps(), getDropped(), getResult().getType());
}
LogicalResult InsertSliceOp::verify() {
  return verifyBox(*this, getArray(), getStarts(), getCounts(), getSteps(), getDropped(), getSource().getType());
}
LogicalResult FillSliceOp::verify() {
  return verifyBox(*this, getArray(), getStarts(), getCounts(), getSteps(), 0, Type());
}

void TileBoxOp::build(OpBuilder &builder, OperationState &state, Value array, ValueRange tile) {
  build(builder, state, SmallVector<Type>(tile.size() * 2, builder.getIndexType()), array, tile);
}

// ---- structured operations ------------------------------------------------------------------------------------------

static LogicalResult verifyYield(Operation *op, Region &region, TypeRange expected, bool mayBeAbsent) {
  auto yield = dyn_cast_or_null<YieldOp>(region.front().getTerminator());
  if (!yield) return op->emitOpError() << "needs array.yield at the end of each region";
  if (TypeRange(yield.getValues()) != expected)
    return op->emitOpError() << "yields " << yield.getValues().getTypes() << ", expected " << expected;
  if (yield.getPresent() && !mayBeAbsent) return op->emitOpError() << "cannot say `present` here";
  return success();
}

static SmallVector<Type> elementTypes(TypeRange types) {
  SmallVector<Type> elements;
  for (Type type : types) elements.push_back(cast<RankedTensorType>(type).getElementType());
  return elements;
}

LogicalResult StencilOp::verify() {
  SmallVector<Type> indices(getExtents().size(), IndexType::get(getContext()));
  if (TypeRange(getBody().front().getArgumentTypes()) != TypeRange(indices))
    return emitOpError() << "needs one index argument for each extent";
  for (Type type : getResultTypes())
    if (cast<RankedTensorType>(type).getRank() != int64_t(indices.size()))
      return emitOpError() << "has a result of another rank than its index space";
  return verifyYield(*this, getBody(), elementTypes(getResultTypes()), false);
}

LogicalResult ShiftedOp::verify() {
  auto stencil = (*this)->getParentOfType<StencilOp>();
  auto reduce = (*this)->getParentOfType<ReduceOp>(); // one that makes a stencil's result on its way
  // A stencil that became a launch keeps its reads: the launch's body starts with the point as well.
  Operation *launch = (*this)->getParentOp();
  while (launch && launch->getName().getStringRef() != "task.launch") launch = launch->getParentOp();
  if (!stencil && !reduce && !launch) return emitOpError() << "stands outside a stencil";
  int64_t space =
      stencil ? stencil.getExtents().size()
      : reduce ? reduce.getExtents().size()
               : llvm::count_if(launch->getRegion(0).getArgumentTypes(), [](Type type) { return type.isIndex(); });
  int64_t rank = rankOf(getArray());
  if (int64_t(getOffsets().size()) != rank || int64_t(getAxes().size()) != rank)
    return emitOpError() << "needs " << rank << " offsets and axes";
  for (int64_t axis : getAxes())
    if (axis < 0 || axis >= space) return emitOpError() << "names axis " << axis << ", which the stencil does not have";
  if ((getRule() == EdgeRule::Value) != bool(getFill()))
    return emitOpError() << "needs a value with rule `value`, and with no other";
  if (getFill() && getFill().getType() != getResult().getType())
    return emitOpError() << "has a value of another type than the array's elements";
  return success();
}

LogicalResult ReduceOp::verify() {
  size_t rank = getExtents().size();
  if (getIndexingMaps().size() != getInputs().size()) return emitOpError() << "needs one indexing map for each input";
  for (auto [map, input] : llvm::zip(getIndexingMaps().getAsValueRange<AffineMapAttr>(), getInputs()))
    if (map.getNumDims() != rank || int64_t(map.getNumResults()) != rankOf(input))
      return emitOpError() << "has an indexing map from " << map.getNumDims() << " to " << map.getNumResults()
                           << " axes, expected " << rank << " to " << rankOf(input);
  if (getAxes().empty()) return emitOpError() << "reduces along no axis";
  SmallVector<bool> reduced(rank, false);
  for (int64_t axis : getAxes()) {
    if (axis < 0 || size_t(axis) >= rank || reduced[axis]) return emitOpError() << "has a bad list of axes";
    reduced[axis] = true;
  }
  if (getNumAccumulators() == 0 || getNumAccumulators() > getNumResults())
    return emitOpError() << "needs two sets of accumulators as arguments of the combine region";
  for (auto [number, type] : llvm::enumerate(getResultTypes())) {
    bool isAccumulator = number < getNumAccumulators();
    if (cast<RankedTensorType>(type).getRank() != int64_t(isAccumulator ? rank - getAxes().size() : rank))
      return emitOpError() << "has a result of another rank than the axes that " << (isAccumulator ? "are kept" : "there are");
  }
  SmallVector<Type> yielded = elementTypes(getResultTypes());
  SmallVector<Type> accumulators(ArrayRef(yielded).take_front(getNumAccumulators()));
  SmallVector<Type> point(rank, IndexType::get(getContext())), pair(accumulators);
  llvm::append_range(point, elementTypes(getInputs().getTypes()));
  llvm::append_range(pair, accumulators);
  if (TypeRange(getMap().front().getArgumentTypes()) != TypeRange(point))
    return emitOpError() << "needs the point and its elements as arguments of the map region";
  if (TypeRange(getCombine().front().getArgumentTypes()) != TypeRange(pair))
    return emitOpError() << "needs two sets of accumulators as arguments of the combine region";
  if (bool(getIdentity()) == bool(getFails())) return emitOpError() << "needs either `identity` or `fails`";
  if (getIdentity() && getIdentity()->size() != accumulators.size())
    return emitOpError() << "needs one identity for each accumulator";
  if (failed(verifyYield(*this, getMap(), yielded, true))) return failure();
  if (failed(verifyYield(*this, getCombine(), accumulators, false))) return failure();
  if (!getJoin().empty()) {
    if (TypeRange(getJoin().front().getArgumentTypes()) != TypeRange(pair))
      return emitOpError() << "needs two sets of accumulators as arguments of the join region";
    if (failed(verifyYield(*this, getJoin(), accumulators, false))) return failure();
  }
  llvm::SmallBitVector second = secondPass(cast<YieldOp>(getMap().front().getTerminator()));
  WalkResult totals = getMap().walk([&](BlockTotalOp total) {
    uint64_t number = total.getAccumulator();
    if (number >= accumulators.size() || second[number] || total.getType() != accumulators[number]) {
      total.emitOpError() << "names accumulator " << number << ", which has no such total in the first pass";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(totals.wasInterrupted());
}

llvm::SmallBitVector dagger::array::secondPass(YieldOp yield) {
  Block *body = yield->getBlock();
  llvm::SmallBitVector second(yield.getValues().size());
  llvm::DenseMap<Operation *, bool> known;
  std::function<bool(Value)> dependsOnTotal = [&](Value value) {
    Operation *definition = value.getDefiningOp();
    if (!definition || !body->getParent()->isAncestor(definition->getParentRegion())) return false;
    auto [at, isNew] = known.try_emplace(definition, false);
    if (!isNew) return at->second;
    bool depends = definition
                       ->walk([&](Operation *op) {
                         bool does = isa<BlockTotalOp>(op) || llvm::any_of(op->getOperands(), dependsOnTotal);
                         return does ? WalkResult::interrupt() : WalkResult::advance();
                       })
                       .wasInterrupted();
    return known[definition] = depends;
  };
  for (auto [number, value] : llvm::enumerate(yield.getValues())) second[number] = dependsOnTotal(value);
  return second;
}

LogicalResult ScanOp::verify() {
  if (getInputs().empty() || getInputs().getTypes() != getResultTypes())
    return emitOpError() << "needs inputs, and results of the same types";
  for (Value input : getInputs())
    if (failed(verifyAxis(*this, input, getAxis()))) return failure();
  SmallVector<Type> elements = elementTypes(getResultTypes()), pair(elements);
  llvm::append_range(pair, elements);
  if (TypeRange(getCombine().front().getArgumentTypes()) != TypeRange(pair))
    return emitOpError() << "needs two sets of elements as arguments of its region";
  return verifyYield(*this, getCombine(), elements, false);
}
