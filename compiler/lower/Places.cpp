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

// The positions that an index array or a mask names on its axis, as i64.
Value Lowering::positions(const hir::Subscript &s, int64_t axis, Value extent, Location at) {
  Value chosen = emit(s.value).parts[0];
  if (s.kind == hir::Subscript::Mask) {
    task::CheckExtentOp::create(builder, at, this->extent(chosen, 0, at), extent, axis);
    return maskIndices(chosen, at);
  }
  if (cast<RankedTensorType>(chosen.getType()).getElementType().isInteger(64))
    return chosen;
  bool isWithoutSign = isUnsigned(s.value->type->element);
  return generic(at, {this->extent(chosen, 0, at)}, {chosen}, {AffineMap::getMultiDimIdentityMap(1, &context)}, {}, [&](ValueRange v) {
           return Values{isWithoutSign ? Value(arith::ExtUIOp::create(builder, at, builder.getI64Type(), v[0]))
                                       : Value(arith::ExtSIOp::create(builder, at, builder.getI64Type(), v[0]))};
         })
      .parts[0];
}

Lowering::Chosen Lowering::choose(const hir::Place &place) {
  Chosen out;
  if (place.path.empty() || place.path.back().kind == Step::Field)
    return out;
  Location at = loc(place.span);
  const Step &step = place.path.back();
  const Val &root = state.env[place.root];
  auto [first, count] = placeParts(place);
  if (root.view || root.parts.size() < first + count)
    return out;
  Val array(Values(ArrayRef<Value>(root.parts).slice(first, count)));
  if (step.kind == Step::Tile) {
    Values tile;
    for (const Expr *e : step.tile)
      tile.push_back(emitIndex(e));
    out.box = tileBox(array.parts[0], tile, at);
    return out;
  }
  const auto &subscripts = step.subscripts;
  Value part = array.parts[0];
  int64_t rank = cast<RankedTensorType>(part.getType()).getRank();
  if (subscripts.size() == 1 && subscripts[0].kind == hir::Subscript::Mask && rank > 1) {
    Value mask = emit(subscripts[0].value).parts[0], total = constIndex(1, at);
    for (auto [axis, n] : llvm::enumerate(extents(part, at))) {
      task::CheckExtentOp::create(builder, at, extent(mask, axis, at), n, int64_t(axis));
      total = arith::MulIOp::create(builder, at, total, n);
    }
    out.total = total;
    out.selectors = {{0, maskIndices(array::ReshapeOp::create(builder, at, tensorType(builder.getI1Type(), 1), mask, ValueRange{total}), at)}};
    return out;
  }
  out.box = box(array, subscripts, at);
  int64_t axis = 0;
  for (auto [number, s] : llvm::enumerate(subscripts)) {
    if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask)
      out.selectors.push_back({axis, positions(s, int64_t(number), extent(part, int64_t(number), at), at)});
    axis += !(out.box.dropped >> number & 1);
  }
  out.isElement = axis == 0;
  return out;
}

Val Lowering::readPlace(const hir::Place &place, const Chosen *known) {
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
  Chosen chosen = known ? *known : choose(place);
  if (chosen.total) {
    for (Value &part : value.parts) {
      part = array::ReshapeOp::create(builder, at, tensorType(cast<RankedTensorType>(part.getType()).getElementType(), 1), part, ValueRange{chosen.total});
      part = gather(part, chosen.selectors[0].second, 0, at);
    }
    return value;
  }
  if (chosen.isElement)
    return readElement(value, chosen.box.starts, at, false);
  value = sliceBox(value, chosen.box, at);
  for (auto [axis, indices] : chosen.selectors)
    for (Value &part : value.parts)
      part = gather(part, indices, axis, at);
  return value;
}

// `value` at the positions that selectors[next…] name: what one selector leaves is the array of the next. Of positions named
// more than once the last one wins on each axis.
Value Lowering::scatter(Value array, ArrayRef<std::pair<int64_t, Value>> selectors, Value value, Location at) {
  auto [axis, indices] = selectors.front();
  if (selectors.size() > 1)
    value = scatter(gather(array, indices, axis, at), selectors.drop_front(), value, at);
  return array::ScatterOp::create(builder, at, array.getType(), value, array, indices, axis);
}

Value Lowering::writeChosen(Value array, const Chosen &chosen, Value value, Location at) {
  auto type = cast<RankedTensorType>(array.getType());
  bool isArray = isa<RankedTensorType>(value.getType()) && !isFuture(value);
  if (chosen.total) {
    // The values stand in row-major order.
    Value flat = array::ReshapeOp::create(builder, at, tensorType(type.getElementType(), 1), array, ValueRange{chosen.total});
    flat = scatter(flat, chosen.selectors, isArray ? value : plain(value, at), at);
    return array::ReshapeOp::create(builder, at, type, flat, extents(array, at));
  }
  const Box &b = chosen.box;
  if (chosen.isElement && state.turnArrays.contains(array)) {
    task::StoreOp::create(builder, at, array, b.starts, plain(value, at), false);
    return array;
  }
  if (chosen.isElement) {
    // A value that is not there yet is written when it is: as a box of rank 0.
    if (isFuture(value) && state.context == Context::Host)
      return array::InsertSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps, b.dropped);
    return array::InsertOp::create(builder, at, type, plain(value, at), array, b.starts);
  }
  if (!isArray)
    value = plain(value, at);
  if (!chosen.selectors.empty()) {
    bool isWhole = chosen.selectors.size() == size_t(type.getRank());
    Value part = array;
    if (!isWhole)
      part = array::SliceOp::create(builder, at, array, b.starts, b.counts, b.steps, b.dropped);
    part = scatter(part, chosen.selectors, value, at);
    return isWhole ? part : Value(array::InsertSliceOp::create(builder, at, type, part, array, b.starts, b.counts, b.steps, b.dropped));
  }
  if (isArray)
    return array::InsertSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps, b.dropped);
  return array::FillSliceOp::create(builder, at, type, value, array, b.starts, b.counts, b.steps);
}

// a[..] or a[.., ..] of a variable.
static bool isWholeArray(const hir::Place &place) {
  return place.path.size() == 1 && place.path[0].kind == Step::Subscripts &&
         llvm::all_of(place.path[0].subscripts,
                      [](const hir::Subscript &s) { return s.kind == hir::Subscript::Range && !s.low && !s.high && !s.step; });
}

// A new array in place of all elements of one: the operation that makes `value` can write it, and nothing is copied.
Value Lowering::replacement(Value array, Value value, Location at) {
  int64_t rank = cast<RankedTensorType>(array.getType()).getRank();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  auto map = type && type.getRank() ? AffineMap::getMultiDimIdentityMap(rank, &context) : AffineMap::get(rank, 0, &context);
  Values inputs;
  if (type)
    inputs.push_back(value);
  SmallVector<AffineMap> maps(inputs.size(), map);
  return generic(at, extents(array, at), inputs, maps, {}, [&](ValueRange elements) { return Values{type ? elements[0] : value}; }).parts[0];
}

void Lowering::writePlace(const hir::Place &place, const Val &value, const hir::Type *, const Chosen *known) {
  if (isGroupMemory(place.root)) {
    writeGroupMemory(place, value);
    return;
  }
  if (place.path.empty()) {
    state.env[place.root] = value;
    return;
  }
  auto [first, count] = placeParts(place);
  if (const Val &root = state.env[place.root]; root.view || value.view || root.parts.size() < first + count || value.parts.size() != count) {
    unsupported(place.span, "this assignment in a kernel");
    return;
  }
  if (state.context == Context::Host && !known && place.root->isReplaceable && isWholeArray(place)) {
    for (unsigned k = 0; k < count; ++k) {
      Value &part = state.env[place.root].parts[first + k];
      part = replacement(part, value.parts[k], loc(place.span));
    }
    return;
  }
  bool isField = place.path.back().kind == Step::Field;
  Chosen chosen = known || isField ? Chosen() : choose(place);
  for (unsigned k = 0; k < count; ++k) {
    Value part = state.env[place.root].parts[first + k];
    state.env[place.root].parts[first + k] =
        isField ? value.parts[k] : writeChosen(part, known ? *known : chosen, value.parts[k], loc(place.span));
  }
}

// Whether two places of one call, in the same array, have an element in common.
Value Lowering::overlap(const Chosen &a, const Chosen &b, Location at) {
  Value zeroIndex = constIndex(0, at);
  auto isEmpty = [&](const Chosen &chosen) {
    Value none = boolean(false, at);
    auto also = [&](Value n) { none = arith::OrIOp::create(builder, at, none, arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, n, zeroIndex)); };
    for (Value n : chosen.box.counts)
      also(n);
    for (auto [axis, indices] : chosen.selectors)
      also(extent(indices, 0, at));
    return none;
  };
  Value apart = arith::OrIOp::create(builder, at, isEmpty(a), isEmpty(b));
  // Masks of the whole array are taken to meet everything.
  size_t rank = a.total || b.total ? 0 : a.box.starts.size();
  for (size_t axis = 0; axis < rank; ++axis) {
    auto selector = [&](const Chosen &chosen) -> Value {
      int64_t kept = int64_t(axis) - llvm::popcount(chosen.box.dropped & ((1u << axis) - 1));
      if (!(chosen.box.dropped >> axis & 1))
        for (auto [selected, indices] : chosen.selectors)
          if (selected == kept)
            return indices;
      return Value();
    };
    Value left = selector(a), right = selector(b);
    auto isDense = [&](const Chosen &chosen) {
      auto step = chosen.box.steps[axis].getDefiningOp<arith::ConstantIndexOp>();
      return step && step.value() == 1;
    };
    if (!left && !right && isDense(a) && isDense(b)) {
      auto before = [&](const Chosen &one, const Chosen &other) {
        Value end = arith::AddIOp::create(builder, at, one.box.starts[axis], one.box.counts[axis]);
        return arith::CmpIOp::create(builder, at, arith::CmpIPredicate::sle, end, other.box.starts[axis]);
      };
      apart = arith::OrIOp::create(builder, at, apart, before(a, b));
      apart = arith::OrIOp::create(builder, at, apart, before(b, a));
      continue;
    }
    auto listed = [&](Value indices, const Chosen &chosen) {
      if (indices)
        return indices;
      return generic(at, {chosen.box.counts[axis]}, {}, {}, {}, [&](ValueRange) {
               Value offset = arith::MulIOp::create(builder, at, pointIndices(1, at)[0], chosen.box.steps[axis]);
               return Values{fromIndex(arith::AddIOp::create(builder, at, chosen.box.starts[axis], offset), builder.getI64Type(), at)};
             })
          .parts[0];
    };
    Value meets = runtime("dg_positions_meet", {listed(left, a), listed(right, b)}, builder.getI1Type(), at, true, true);
    apart = arith::OrIOp::create(builder, at, apart, arith::XOrIOp::create(builder, at, meets, boolean(true, at)));
  }
  return arith::XOrIOp::create(builder, at, apart, boolean(true, at));
}

} // namespace dagger::lower
