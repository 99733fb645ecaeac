// Puts a launch together: what its region uses from around it becomes an operand.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::task {

OperandAttr follow(MLIRContext *context, StringRef access, AffineMap map, bool exact) {
  SmallVector<int64_t> axes, ones(map.getNumResults(), 1), zeros(map.getNumResults(), 0);
  for (AffineExpr result : map.getResults()) {
    auto dimension = dyn_cast<AffineDimExpr>(result);
    axes.push_back(dimension ? int64_t(dimension.getPosition()) : -1);
  }
  return OperandAttr::get(context, access, true, exact, axes, ones, zeros, zeros);
}

OperandAttr wholeOf(MLIRContext *context, unsigned rank) {
  SmallVector<int64_t> none(rank, -1), ones(rank, 1), zeros(rank, 0);
  return OperandAttr::get(context, "read", false, false, none, ones, zeros, zeros);
}

LaunchBuilder::LaunchBuilder(OpBuilder &builder, Location loc, StringRef kind, ValueRange extents)
    : builder(builder), loc(loc), kind(kind), extents(extents), region(std::make_unique<Region>()),
      combine(std::make_unique<Region>()), rank(extents.size()) {
  body = &region->emplaceBlock();
  for (unsigned axis = 0; axis < rank; ++axis) body->addArgument(builder.getIndexType(), loc);
}

Value LaunchBuilder::addMapped(Value array, OperandAttr access) {
  // Arguments are the point, the arrays, the scalars: an array's goes before the scalars'.
  unsigned position = rank + arrays.size();
  arrays.push_back(array);
  arrayAccess.push_back(access);
  return body->insertArgument(position, cast<ShapedType>(array.getType()).getElementType(), loc);
}

Value LaunchBuilder::addWhole(Value array, OperandAttr access) {
  unsigned position = rank + arrays.size();
  arrays.push_back(array);
  arrayAccess.push_back(access);
  return body->insertArgument(position, array.getType(), loc);
}

void LaunchBuilder::addResult(Type type, ValueRange shape, OperandAttr access) {
  results.push_back(type);
  shapes.append(shape.begin(), shape.end());
  resultAccess.push_back(access);
}

Value LaunchBuilder::capture(Value outside) {
  if (Value known = captured.lookup(outside)) return known;
  Value inside;
  if (auto tensor = dyn_cast<RankedTensorType>(outside.getType())) {
    inside = addWhole(outside, wholeOf(builder.getContext(), tensor.getRank()));
  } else {
    scalars.push_back(outside);
    inside = body->addArgument(outside.getType(), loc);
  }
  captured[outside] = inside;
  return inside;
}

void LaunchBuilder::takeBody(Block &source, ValueRange arguments) {
  for (auto [from, to] : llvm::zip_equal(source.getArguments(), arguments)) from.replaceAllUsesWith(to);
  body->getOperations().splice(body->end(), source.getOperations());
  OpBuilder inner(builder.getContext());
  body->walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (region->isAncestor(value.getParentRegion())) continue;
      Operation *definition = value.getDefiningOp();
      if (definition && definition->hasTrait<OpTrait::ConstantLike>()) {
        inner.setInsertionPointToStart(body);
        operand.set(inner.clone(*definition)->getResult(cast<OpResult>(value).getResultNumber()));
        continue;
      }
      operand.set(capture(value));
    }
  });
}

void sinkConstants(Region &region) {
  region.walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *definition = operand.get().getDefiningOp();
      if (region.isAncestor(operand.get().getParentRegion()) || !definition || !definition->hasTrait<OpTrait::ConstantLike>()) continue;
      OpBuilder inner(definition->getContext());
      inner.setInsertionPointToStart(&region.front());
      operand.set(inner.clone(*definition)->getResult(cast<OpResult>(operand.get()).getResultNumber()));
    }
  });
}

void captureCombine(LaunchOp launch) {
  Region &region = launch.getCombine();
  Block &block = region.front();
  OpBuilder builder(launch);
  llvm::SetVector<Value> used;
  region.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!region.isAncestor(operand.getParentRegion())) used.insert(operand);
  });
  SmallVector<Attribute> access(launch.getAccess().begin(), launch.getAccess().end());
  Block *body = launch.getBody().empty() ? nullptr : &launch.getBody().front();
  for (Value outside : used) {
    auto tensor = dyn_cast<RankedTensorType>(outside.getType());
    if (tensor) {
      unsigned position = launch.getArrays().size();
      access.insert(access.begin() + position, wholeOf(builder.getContext(), tensor.getRank()));
      launch.getArraysMutable().append(outside);
      if (body) body->insertArgument(launch.getExtents().size() + position, tensor, launch.getLoc());
    } else {
      launch.getScalarsMutable().append(outside);
      if (body) body->addArgument(outside.getType(), launch.getLoc());
    }
    Value inside = block.addArgument(outside.getType(), launch.getLoc());
    outside.replaceUsesWithIf(inside, [&](OpOperand &use) { return region.isAncestor(use.getOwner()->getParentRegion()); });
  }
  launch.setAccessAttr(builder.getArrayAttr(access));
}

LaunchOp LaunchBuilder::finish() {
  if (!combine->empty()) sinkConstants(*combine);
  SmallVector<Attribute> access(arrayAccess);
  access.append(resultAccess);
  auto launch = LaunchOp::create(builder, loc, results, kind, extents, arrays, scalars, shapes, /*priority=*/Value(),
                                 builder.getArrayAttr(access), /*reduced=*/nullptr, /*identity=*/nullptr, /*fails=*/nullptr,
                                 /*tasks=*/false, /*repeatable=*/false, /*prints=*/false, /*statement=*/false, /*values=*/false,
                                 /*kernel=*/nullptr, /*arithmetic=*/nullptr, /*dying=*/0);
  launch.getBody().takeBody(*region);
  launch.getCombine().takeBody(*combine);
  return launch;
}

} // namespace dagger::task
