// Reductions: a launch over the blocks of the fixed tree, then one that combines the blocks. Scans.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"

using namespace mlir;

namespace dagger::task {

static Value ceilDiv(OpBuilder &builder, Location loc, Value a, int64_t b) {
  Value divisor = arith::ConstantIndexOp::create(builder, loc, b);
  return arith::CeilDivUIOp::create(builder, loc, a, divisor);
}

LogicalResult formReduce(array::ReduceOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  MLIRContext *context = op.getContext();
  SmallVector<Value> extents(op.getExtents());
  unsigned rank = extents.size();
  ArrayRef<int64_t> reduced = op.getAxes();
  int64_t blocked = *llvm::max_element(reduced);
  extents[blocked] = ceilDiv(builder, loc, extents[blocked], array::reductionBlock);

  // Blocks: an operand that follows the blocked axis is read 1024 elements a point. The true extent is its own, or the
  // first scalar where no operand has it.
  LaunchBuilder blocks(builder, loc, "blocks", extents);
  SmallVector<Value> arguments;
  for (unsigned axis = 0; axis < rank; ++axis) arguments.push_back(blocks.point(axis));
  for (auto [input, attribute] : llvm::zip(op.getInputs(), op.getIndexingMaps())) {
    OperandAttr plain = follow(context, "read", cast<AffineMapAttr>(attribute).getValue(), true);
    SmallVector<int64_t> scale(plain.getScale());
    for (auto [axis, followed] : llvm::enumerate(plain.getAxes()))
      if (followed == blocked) scale[axis] = array::reductionBlock;
    arguments.push_back(blocks.addMapped(
        input, OperandAttr::get(context, "read", true, true, plain.getAxes(), scale, plain.getLow(), plain.getHigh())));
  }
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  SmallVector<int64_t> dynamic(rank, ShapedType::kDynamic);
  for (Type result : op.getAccumulators().getTypes())
    blocks.addResult(RankedTensorType::get(dynamic, cast<ShapedType>(result).getElementType()), extents, follow(context, "write", identity, true));
  blocks.addResult(RankedTensorType::get(dynamic, builder.getI1Type()), extents, follow(context, "write", identity, true));
  SmallVector<Value> all(op.getExtents());
  OperandAttr plain = follow(context, "write", identity, true);
  SmallVector<int64_t> scale(plain.getScale());
  scale[blocked] = array::reductionBlock;
  for (Type result : op.getElements().getTypes())
    blocks.addResult(result, all, OperandAttr::get(context, "write", true, true, plain.getAxes(), scale, plain.getLow(), plain.getHigh()));
  // The kernel needs the length of the blocked axis: it is captured as the body's last scalar by this operation's use of it.
  Block &map = op.getMap().front();
  blocks.takeBody(map, arguments);
  IRMapping copy;
  op.getCombine().cloneInto(&blocks.combineRegion(), copy);
  Value length = op.getExtents()[blocked];
  LaunchOp formed = blocks.finish();
  // Halos lie around blocks.
  SmallVector<Attribute> reaches(formed.getAccess().begin(), formed.getAccess().end());
  for (unsigned i = op.getInputs().size(); i < formed.getArrays().size(); ++i) {
    OperandAttr reach = reachOf(formed.getBody().getArgument(rank + i));
    SmallVector<int64_t> scale(reach.getScale());
    for (auto [axis, followed] : llvm::enumerate(reach.getAxes()))
      if (followed == blocked) scale[axis] = array::reductionBlock;
    reaches[i] = OperandAttr::get(context, "read", false, false, reach.getAxes(), scale, reach.getLow(), reach.getHigh());
  }
  formed.setAccessAttr(builder.getArrayAttr(reaches));
  captureCombine(formed);
  formed.getScalarsMutable().append(length);
  formed.getBody().addArgument(length.getType(), loc);
  formed.setReducedAttr(builder.getDenseI64ArrayAttr(reduced));

  // Their combination: kept axes are followed, reduced ones are seen whole.
  SmallVector<Value> kept;
  SmallVector<int64_t> axes(rank, -1), ones(rank, 1), zeros(rank, 0);
  for (unsigned axis = 0; axis < rank; ++axis)
    if (!llvm::is_contained(reduced, int64_t(axis))) {
      axes[axis] = kept.size();
      kept.push_back(extents[axis]);
    }
  LaunchBuilder combine(builder, loc, "combine", kept);
  OperandAttr reach = OperandAttr::get(context, "read", false, true, axes, ones, zeros, zeros);
  unsigned accumulators = op.getNumAccumulators();
  SmallVector<Value> arrays(formed.getResults().take_front(accumulators + 1));
  AffineMap keptIdentity = builder.getMultiDimIdentityMap(kept.size());
  for (Type result : op.getAccumulators().getTypes()) combine.addResult(result, kept, follow(context, "write", keptIdentity, true));
  combine.combineRegion().takeBody(op.getJoin().empty() ? op.getCombine() : op.getJoin());
  LaunchOp last = combine.finish();
  last.getBody().getBlocks().clear();
  last.getArraysMutable().append(arrays);
  SmallVector<Attribute> access(arrays.size(), reach);
  access.append(last.getAccess().begin(), last.getAccess().end());
  last.setAccessAttr(builder.getArrayAttr(access));
  captureCombine(last);
  last.setReducedAttr(builder.getDenseI64ArrayAttr(reduced));
  last.setIdentityAttr(op.getIdentityAttr());
  last.setFailsAttr(op.getFailsAttr());
  SmallVector<Value> results(last.getResults());
  llvm::append_range(results, formed.getResults().drop_front(accumulators + 1));
  op->replaceAllUsesWith(results);
  op.erase();
  return success();
}

LogicalResult formScan(array::ScanOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  MLIRContext *context = op.getContext();
  auto type = cast<RankedTensorType>(op.getInputs()[0].getType());
  unsigned rank = type.getRank();
  int64_t along = op.getAxis();
  SmallVector<Value> shape, rows;
  SmallVector<int64_t> axes(rank, -1), ones(rank, 1), zeros(rank, 0);
  for (unsigned axis = 0; axis < rank; ++axis) {
    shape.push_back(tensor::DimOp::create(builder, loc, op.getInputs()[0], axis));
    if (int64_t(axis) == along) continue;
    axes[axis] = rows.size();
    rows.push_back(shape.back());
  }
  LaunchBuilder scan(builder, loc, "scan", rows);
  for (Type result : op.getResultTypes())
    scan.addResult(result, shape, OperandAttr::get(context, "write", false, true, axes, ones, zeros, zeros));
  scan.combineRegion().takeBody(op.getCombine());
  SmallVector<Value> inputs(op.getInputs());
  LaunchOp formed = scan.finish();
  formed.getBody().getBlocks().clear();
  formed.getArraysMutable().append(inputs);
  SmallVector<Attribute> access(inputs.size(), OperandAttr::get(context, "read", false, true, axes, ones, zeros, zeros));
  access.append(formed.getAccess().begin(), formed.getAccess().end());
  formed.setAccessAttr(builder.getArrayAttr(access));
  captureCombine(formed);
  formed.setReducedAttr(builder.getDenseI64ArrayAttr({along}));
  op->replaceAllUsesWith(formed.getResults());
  op.erase();
  return success();
}

} // namespace dagger::task
