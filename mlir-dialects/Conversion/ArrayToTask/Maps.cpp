// Elementwise operations, point kernels and stencils.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"
#include "mlir-dialects/Task/IR/Callee.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::task {

// The extent of an axis of a result: what its tensor.empty was given, or the axis of the tensor that it starts from.
static SmallVector<Value> shapeOf(OpBuilder &builder, Location loc, Value tensor) {
  SmallVector<Value> shape;
  auto type = cast<RankedTensorType>(tensor.getType());
  auto empty = tensor.getDefiningOp<tensor::EmptyOp>();
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    if (!type.isDynamicDim(axis))
      shape.push_back(arith::ConstantIndexOp::create(builder, loc, type.getDimSize(axis)));
    else
      shape.push_back(empty ? empty.getDynamicSize(axis) : tensor::DimOp::create(builder, loc, tensor, axis).getResult());
  }
  return shape;
}

static void eraseIfUnused(ValueRange values) {
  // Results of one type may start from the same tensor.empty.
  llvm::SmallSetVector<Operation *, 4> definitions;
  for (Value value : values)
    if (Operation *definition = value.getDefiningOp(); definition && isa<tensor::EmptyOp>(definition)) definitions.insert(definition);
  for (Operation *definition : definitions)
    if (definition->use_empty()) definition->erase();
}

// Nothing that the region does, or what it calls, can be seen from outside: it prints nothing and calls no foreign code.
static bool isRepeatable(Region &region, DenseSet<Operation *> &seen) {
  return !region.walk([&](Operation *op) {
                if (auto call = dyn_cast<func::CallOp>(op)) {
                  func::FuncOp callee = calleeOf(call);
                  bool isKnown = callee && !callee.isExternal() && (!seen.insert(callee).second || isRepeatable(callee.getBody(), seen));
                  return isKnown ? WalkResult::advance() : WalkResult::interrupt();
                }
                auto library = dyn_cast<array::LibraryOp>(op);
                return isa<PrintOp, OrderOp>(op) || (library && library.getEffect()) ? WalkResult::interrupt() : WalkResult::advance();
              })
              .wasInterrupted();
}

LogicalResult formGeneric(linalg::GenericOp op) {
  OpBuilder builder(op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned inputs = op.getNumDpsInputs(), outputs = op.getNumDpsInits();
  if (op.getNumReductionLoops())
    return op.emitOpError("reduces: reductions are array.reduce here");
  for (unsigned i = 0; i < outputs; ++i)
    if (!maps[inputs + i].isPermutation() || !op.getRegionOutputArgs()[i].use_empty())
      return op.emitOpError("reads its result or does not write it in full");
  // The index space's extents, from the first result; from the inputs where nothing but the checks of the body is left.
  SmallVector<Value> extents(op.getNumLoops());
  auto take = [&](Value tensor, AffineMap map) {
    SmallVector<Value> shape = shapeOf(builder, op.getLoc(), tensor);
    for (auto [axis, result] : llvm::enumerate(map.getResults()))
      if (auto dimension = dyn_cast<AffineDimExpr>(result); dimension && !extents[dimension.getPosition()])
        extents[dimension.getPosition()] = shape[axis];
  };
  if (outputs) take(op.getDpsInits()[0], maps[inputs]);
  else
    for (unsigned i = 0; i < inputs; ++i) take(op.getDpsInputs()[i], maps[i]);
  if (llvm::is_contained(extents, Value())) return op.emitOpError("has an index space that no operand bounds");

  LaunchBuilder launch(builder, op.getLoc(), "map", extents);
  SmallVector<Value> arguments;
  for (unsigned i = 0; i < inputs; ++i)
    arguments.push_back(launch.addMapped(op.getDpsInputs()[i], follow(op.getContext(), "read", maps[i], true)));
  for (unsigned i = 0; i < outputs; ++i) {
    SmallVector<Value> resultShape;
    for (AffineExpr result : maps[inputs + i].getResults()) resultShape.push_back(extents[cast<AffineDimExpr>(result).getPosition()]);
    launch.addResult(op.getResult(i).getType(), resultShape, follow(op.getContext(), "write", maps[inputs + i], true));
  }
  op.walk([&](linalg::IndexOp index) {
    index.replaceAllUsesWith(launch.point(index.getDim()));
    index.erase();
  });
  // Results are not read: their arguments have no uses, any value stands for them.
  Block &body = op.getRegion().front();
  body.eraseArguments(inputs, outputs);
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  OpBuilder end(yield);
  array::YieldOp::create(end, yield.getLoc(), yield.getOperands());
  yield.erase();
  launch.takeBody(body, arguments);
  LaunchOp formed = launch.finish();
  formed.setTasks(op->hasAttr(tasksAttr));
  DenseSet<Operation *> seen;
  formed.setRepeatable(formed.getTasks() && isRepeatable(formed.getBody(), seen));
  formed.setPrints(op->hasAttr("task.prints"));
  op->replaceAllUsesWith(formed.getResults());
  SmallVector<Value> inits(op.getDpsInits());
  op.erase();
  eraseIfUnused(inits);
  return success();
}

LogicalResult formFill(linalg::FillOp op) {
  OpBuilder builder(op);
  SmallVector<Value> shape = shapeOf(builder, op.getLoc(), op.getOutputs()[0]);
  LaunchBuilder launch(builder, op.getLoc(), "map", shape);
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  launch.addResult(op.getResult(0).getType(), shape, follow(op.getContext(), "write", identity, true));
  Block yield;
  OpBuilder end(op.getContext()); // the block lies in no region yet
  end.setInsertionPointToEnd(&yield);
  array::YieldOp::create(end, op.getLoc(), op.getInputs());
  launch.takeBody(yield, {});
  LaunchOp formed = launch.finish();
  op->replaceAllUsesWith(formed.getResults());
  SmallVector<Value> inits(op.getOutputs());
  op.erase();
  eraseIfUnused(inits);
  return success();
}

OperandAttr reachOf(Value array) {
  int64_t arrayRank = cast<RankedTensorType>(array.getType()).getRank();
  SmallVector<int64_t> axes, low(arrayRank, 0), high(arrayRank, 0), ones(arrayRank, 1);
  for (OpOperand &use : array.getUses()) {
    auto shifted = dyn_cast<array::ShiftedOp>(use.getOwner());
    if (!shifted || use.getOperandNumber() != 0) return wholeOf(array.getContext(), arrayRank);
    if (axes.empty()) axes.assign(shifted.getAxes().begin(), shifted.getAxes().end());
    if (ArrayRef<int64_t>(axes) != shifted.getAxes()) return wholeOf(array.getContext(), arrayRank);
    for (auto [axis, offset] : llvm::enumerate(shifted.getOffsets())) {
      if (!llvm::isInt<32>(offset)) return wholeOf(array.getContext(), arrayRank); // more than the runtime's halos hold
      low[axis] = std::max(low[axis], -offset);
      high[axis] = std::max(high[axis], offset);
    }
  }
  // A halo past an edge takes in the other one, for what wraps around. Not exact: an array of another extent is read by
  // its own edge rule.
  return OperandAttr::get(array.getContext(), "read", false, false, axes, ones, low, high);
}

LogicalResult formStencil(array::StencilOp op) {
  OpBuilder builder(op);
  SmallVector<Value> extents(op.getExtents());
  LaunchBuilder launch(builder, op.getLoc(), "stencil", extents);
  AffineMap identity = builder.getMultiDimIdentityMap(extents.size());
  for (Type type : op.getResultTypes()) launch.addResult(type, extents, follow(op.getContext(), "write", identity, true));
  SmallVector<Value> point;
  for (unsigned axis = 0; axis < extents.size(); ++axis) point.push_back(launch.point(axis));
  launch.takeBody(op.getBody().front(), point);
  LaunchOp formed = launch.finish();
  SmallVector<Attribute> access(formed.getAccess().begin(), formed.getAccess().end());
  for (unsigned i = 0; i < formed.getArrays().size(); ++i)
    access[i] = reachOf(formed.getBody().getArgument(extents.size() + i));
  formed.setAccessAttr(builder.getArrayAttr(access));
  op->replaceAllUsesWith(formed.getResults());
  op.erase();
  return success();
}

} // namespace dagger::task
