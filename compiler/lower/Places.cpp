// What can be assigned or passed `inout`: a variable and a path into it.
#include "compiler/lower/Lowering.h"

using namespace mlir;

namespace dagger::lower {

using Step = hir::Place::Step;

// Which of the root's parts the fields of the path leave.
std::pair<unsigned, unsigned> Lowering::placeParts(const hir::Place &place) {
  unsigned first = 0, count = leaves(place.root->type).size();
  const hir::Type *type = place.root->type;
  for (const Step &step : place.path) {
    if (step.kind != Step::Field)
      break;
    auto [offset, parts] = fieldRange(type, step.field);
    first += offset;
    count = parts;
    // The field of an array of tuples is an array still; only its element's type matters for the next field.
    type = (type->isArray() ? type->element : type)->elements[step.field];
  }
  return {first, count};
}

Val Lowering::readPlace(const hir::Place &place) {
  Location at = loc(place.span);
  if (isGroupMemory(place.root))
    return readGroupMemory(place);
  auto [first, count] = placeParts(place);
  const Val &root = state.env[place.root];
  if (root.view || root.parts.size() < first + count)
    return unsupported(place.span, "this place in a kernel", place.type);
  Val value(Values(ArrayRef<Value>(root.parts).slice(first, count)));
  if (place.path.empty() || place.path.back().kind == Step::Field)
    return value;
  const Step &step = place.path.back();
  if (step.kind == Step::Tile) {
    Values tile;
    for (const Expr *e : step.tile)
      tile.push_back(emitIndex(e));
    return sliceBox(value, tileBox(value.parts[0], tile, at), at);
  }
  Box b = box(value, step.subscripts, at);
  if (llvm::all_of(step.subscripts, [](const hir::Subscript &s) { return s.kind == hir::Subscript::Index; }))
    return readElement(value, b.starts, at, false);
  for (const hir::Subscript &s : step.subscripts)
    if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask)
      return unsupported(place.span, "an inout place that an index array or a mask selects", place.type);
  return sliceBox(value, b, at);
}

Value Lowering::writeSubscripts(Value array, const Step &step, Value value, Span span) {
  Location at = loc(span);
  auto type = cast<RankedTensorType>(array.getType());
  bool isArray = isa<RankedTensorType>(value.getType()) && !isFuture(value);
  Val whole(array);
  if (step.kind == Step::Tile) {
    Values tile;
    for (const Expr *e : step.tile)
      tile.push_back(emitIndex(e));
    Box b = tileBox(array, tile, at);
    if (isArray)
      return array::InsertSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps, 0u);
    return array::FillSliceOp::create(builder, at, type, plain(value, at), array, b.starts, b.counts, b.steps);
  }
  const auto &subscripts = step.subscripts;
  int64_t selectAxis = -1;
  const hir::Subscript *selector = nullptr;
  for (auto [axis, s] : llvm::enumerate(subscripts))
    if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask) {
      if (selector)
        return unsupported(span, "an assignment through more than one index array or mask").parts.empty() ? array : array;
      selector = &s;
      selectAxis = int64_t(axis);
    }
  if (selector && selector->kind == hir::Subscript::Mask && type.getRank() > 1 && subscripts.size() == 1) {
    // A mask of the array's own rank, on the flat array: the values stand in row-major order.
    Value mask = emit(selector->value).parts[0], count = constIndex(1, at);
    Values shape = extents(array, at);
    for (auto [axis, n] : llvm::enumerate(shape)) {
      task::CheckExtentOp::create(builder, at, n, extent(mask, axis, at), "the mask's and the array's extents along axis " + std::to_string(axis));
      count = arith::MulIOp::create(builder, at, count, n);
    }
    Value flat = array::ReshapeOp::create(builder, at, tensorType(type.getElementType(), 1), array, ValueRange{count});
    Value flatMask = array::ReshapeOp::create(builder, at, tensorType(builder.getI1Type(), 1), mask, ValueRange{count});
    flat = array::ScatterOp::create(builder, at, flat.getType(), isArray ? value : plain(value, at), flat, maskIndices(flatMask, at), 0);
    return array::ReshapeOp::create(builder, at, type, flat, shape);
  }
  Box b = box(whole, subscripts, at);
  if (selector) {
    Value indices = emit(selector->value).parts[0];
    if (selector->kind == hir::Subscript::Mask) {
      task::CheckExtentOp::create(builder, at, extent(indices, 0, at), extent(array, selectAxis, at), "the mask's and the array's extents");
      indices = maskIndices(indices, at);
    } else if (!cast<RankedTensorType>(indices.getType()).getElementType().isInteger(64)) {
      bool isU = isUnsigned(selector->value->type->element);
      indices = generic(at, {extent(indices, 0, at)}, {indices}, {AffineMap::getMultiDimIdentityMap(1, &context)}, {}, [&](ValueRange v) {
                  return Values{isU ? Value(arith::ExtUIOp::create(builder, at, builder.getI64Type(), v[0]))
                                    : Value(arith::ExtSIOp::create(builder, at, builder.getI64Type(), v[0]))};
                }).parts[0];
    }
    Value part = array;
    bool isWhole = type.getRank() == 1;
    int64_t axis = selectAxis;
    if (!isWhole) {
      part = array::SliceOp::create(builder, at, array, b.starts, b.counts, b.steps, b.dropped);
      for (int64_t k = 0; k < selectAxis; ++k)
        axis -= b.dropped >> k & 1;
    }
    part = array::ScatterOp::create(builder, at, part.getType(), isArray ? value : plain(value, at), part, indices, axis);
    if (isWhole)
      return part;
    return array::InsertSliceOp::create(builder, at, type, part, array, b.starts, b.counts, b.steps, b.dropped);
  }
  uint32_t all = (1u << type.getRank()) - 1;
  if (b.dropped == all) {
    // A value that is not there yet is written when it is: as a box of rank 0.
    if (isFuture(value) && state.context == Context::Host)
      return array::InsertSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps, b.dropped);
    return array::InsertOp::create(builder, at, type, plain(value, at), array, b.starts);
  }
  if (!isArray)
    return array::FillSliceOp::create(builder, at, type, plain(value, at), array, b.starts, b.counts, b.steps);
  if (cast<RankedTensorType>(value.getType()).getRank() != type.getRank() - llvm::popcount(b.dropped)) {
    unsupported(span, "an assignment of an array of another rank than the place's");
    return array;
  }
  return array::InsertSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps, b.dropped);
}

void Lowering::writePlace(const hir::Place &place, const Val &value, const hir::Type *) {
  if (isGroupMemory(place.root)) {
    writeGroupMemory(place, value);
    return;
  }
  if (place.path.empty()) {
    state.env[place.root] = value;
    return;
  }
  auto [first, count] = placeParts(place);
  Val root = state.env[place.root];
  if (root.view || value.view || root.parts.size() < first + count || value.parts.size() != count) {
    unsupported(place.span, "this assignment in a kernel");
    return;
  }
  for (unsigned k = 0; k < count; ++k) {
    Value part = value.parts[k];
    if (place.path.back().kind != Step::Field)
      part = writeSubscripts(root.parts[first + k], place.path.back(), part, place.span);
    root.parts[first + k] = part;
  }
  state.env[place.root] = root;
}

} // namespace dagger::lower
