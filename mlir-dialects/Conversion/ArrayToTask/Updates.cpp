// Updates of boxes: own the array, view the box, write the view.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"

using namespace mlir;

namespace dagger::task {

// Writes `source` (an array of the view's shape, or one value for all) into the view.
static void write(OpBuilder &builder, Location loc, Value view, Value source) {
  auto type = cast<RankedTensorType>(view.getType());
  SmallVector<Value> extents;
  for (int64_t axis = 0; axis < type.getRank(); ++axis) extents.push_back(tensor::DimOp::create(builder, loc, view, axis));
  LaunchBuilder launch(builder, loc, "map", extents);
  MLIRContext *context = builder.getContext();
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  Value value = source;
  Block body;
  OpBuilder inner(context); // the block lies in no region yet
  inner.setInsertionPointToEnd(&body);
  if (isa<RankedTensorType>(source.getType())) value = launch.addMapped(source, follow(context, "read", identity, true));
  launch.addMapped(view, follow(context, "update", identity, true));
  array::YieldOp::create(inner, loc, value);
  launch.takeBody(body, {});
  launch.finish();
}

static Value own(OpBuilder &builder, Location loc, Value array) {
  return array::OwnOp::create(builder, loc, array.getType(), array, nullptr);
}

// A box that is written: out of range, it is the array that fails.
static Value place(OpBuilder &builder, Location loc, Type type, Value array, ValueRange starts, ValueRange counts, ValueRange steps, uint32_t dropped) {
  auto view = array::SliceOp::create(builder, loc, type, array, starts, counts, steps, dropped);
  view->setAttr(array::placeAttr, builder.getUnitAttr());
  return view;
}

void formInsertSlice(array::InsertSliceOp op) {
  OpBuilder builder(op);
  Value array = own(builder, op.getLoc(), op.getArray());
  Value view = place(builder, op.getLoc(), op.getSource().getType(), array, op.getStarts(), op.getCounts(), op.getSteps(), op.getDropped());
  write(builder, op.getLoc(), view, op.getSource());
  op.replaceAllUsesWith(array);
  op.erase();
}

void formFillSlice(array::FillSliceOp op) {
  OpBuilder builder(op);
  Value array = own(builder, op.getLoc(), op.getArray());
  auto type = cast<RankedTensorType>(array.getType());
  Value view = place(builder, op.getLoc(), RankedTensorType::get(SmallVector<int64_t>(type.getRank(), ShapedType::kDynamic), type.getElementType()),
                     array, op.getStarts(), op.getCounts(), op.getSteps(), 0u);
  write(builder, op.getLoc(), view, op.getValue());
  op.replaceAllUsesWith(array);
  op.erase();
}

void formInsert(array::InsertOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getArray().getType());
  Value array = own(builder, loc, op.getArray());
  SmallVector<Value> ones(type.getRank(), arith::ConstantIndexOp::create(builder, loc, 1));
  Value view = place(builder, loc, RankedTensorType::get({}, type.getElementType()), array, op.getIndices(), ones, ones,
                     uint32_t((1u << type.getRank()) - 1));
  write(builder, loc, view, op.getValue());
  op.replaceAllUsesWith(array);
  op.erase();
}

void formScatter(array::ScatterOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value array = own(builder, loc, op.getArray()), values = op.getValues();
  if (!isa<RankedTensorType>(values.getType()))
    values = tensor::FromElementsOp::create(builder, loc, RankedTensorType::get({}, values.getType()), values);
  auto indices = cast<RankedTensorType>(op.getIndices().getType());
  bool isMask = indices.getElementType().isInteger(1);
  bool wholeMask = isMask && indices.getRank() == cast<RankedTensorType>(array.getType()).getRank();
  Value axis = arith::ConstantIntOp::create(builder, loc, wholeMask ? -1 : int64_t(op.getAxis()), 64);
  auto typesOf = [&](Type type) { return builder.getStringAttr(isMask ? "bool" : "i64"); };
  StringAttr element = builder.getStringAttr("");
  array::LibraryOp::create(builder, loc, TypeRange(), builder.getStringAttr(isMask ? "put_mask" : "put"), ValueRange{array, op.getIndices(), values},
                           ValueRange{axis}, ValueRange(), ValueRange(),
                           builder.getArrayAttr({element, typesOf(indices), element}), builder.getArrayAttr({}), nullptr, nullptr);
  op.replaceAllUsesWith(array);
  op.erase();
}

} // namespace dagger::task
