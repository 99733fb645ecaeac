// Boxes of arrays, tiles, gathers and masks.
#include "compiler/lower/Lowering.h"

using namespace mlir;

namespace dagger::lower {

Lowering::Box Lowering::box(const Val &array, ArrayRef<hir::Subscript> subscripts, Location at) {
  Box out;
  Value zeroIndex = constIndex(0, at), one = constIndex(1, at);
  for (auto [axis, s] : llvm::enumerate(subscripts)) {
    Value n = array.view ? array.view->extents[axis] : extent(array.parts[0], axis, at);
    if (s.kind == hir::Subscript::Index) {
      out.starts.push_back(emitIndex(s.value));
      out.counts.push_back(one);
      out.steps.push_back(one);
      out.dropped |= 1u << axis;
      continue;
    }
    if (s.kind != hir::Subscript::Range) {
      out.starts.push_back(zeroIndex);
      out.counts.push_back(n);
      out.steps.push_back(one);
      continue;
    }
    Value low = s.low ? emitIndex(s.low) : zeroIndex, high = s.high ? emitIndex(s.high) : n;
    Value length = s.low ? Value(arith::SubIOp::create(builder, at, high, low)) : high;
    if (!s.step) {
      out.starts.push_back(low);
      out.counts.push_back(length);
      out.steps.push_back(one);
      continue;
    }
    Value step = emitIndex(s.step);
    failIf(arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, step, zeroIndex), 9014, "step is zero", at);
    // A negative step walks down from the last element of low..high.
    Value down = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, step, zeroIndex);
    Value size = select(down, arith::SubIOp::create(builder, at, zeroIndex, step), step, at);
    Value short_ = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, length, zeroIndex);
    Value count = arith::CeilDivSIOp::create(builder, at, length, size);
    out.counts.push_back(select(short_, length, count, at)); // a negative count is out of range
    Value last = arith::SubIOp::create(builder, at, high, one);
    Value isEmpty = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, length, zeroIndex);
    Value start = select(down, last, low, at);
    out.starts.push_back(select(isEmpty, low, start, at));
    out.steps.push_back(step);
  }
  return out;
}

Lowering::Box Lowering::tileBox(Value array, ValueRange tile, Location at) {
  auto op = array::TileBoxOp::create(builder, at, array, tile);
  Box out;
  size_t rank = tile.size();
  out.starts.append(op.getBox().begin(), op.getBox().begin() + rank);
  out.counts.append(op.getBox().begin() + rank, op.getBox().end());
  out.steps = Values(rank, constIndex(1, at));
  return out;
}

Val Lowering::sliceBox(const Val &array, const Box &box, Location at) {
  Val out;
  for (Value part : array.parts)
    out.parts.push_back(array::SliceOp::create(builder, at, part, box.starts, box.counts, box.steps, box.dropped));
  return out;
}

Val Lowering::sliceView(const Val &array, const Box &box, Location at) {
  auto source = viewOf(array, at);
  Value zeroIndex = constIndex(0, at);
  for (auto [axis, n] : llvm::enumerate(source->extents)) {
    // Empty is fine anywhere; else the first and the last element must be inside.
    Value isEmpty = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, box.counts[axis], zeroIndex);
    Value more = arith::SubIOp::create(builder, at, box.counts[axis], constIndex(1, at));
    Value last = arith::AddIOp::create(builder, at, box.starts[axis], arith::MulIOp::create(builder, at, more, box.steps[axis]));
    Value bad = arith::OrIOp::create(builder, at, arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, box.starts[axis], n),
                                     arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, last, n));
    bad = select(isEmpty, boolean(false, at), bad, at);
    Value negative = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, box.counts[axis], zeroIndex);
    failIf(arith::OrIOp::create(builder, at, bad, negative), 9013, "a slice is out of range along axis " + std::to_string(axis), at);
  }
  Val out;
  out.view = std::make_shared<View>();
  for (size_t axis = 0; axis < source->extents.size(); ++axis)
    if (!(box.dropped >> axis & 1))
      out.view->extents.push_back(box.counts[axis]);
  out.view->read = [this, source, box, at](ValueRange indices) {
    Values own;
    size_t next = 0;
    for (size_t axis = 0; axis < source->extents.size(); ++axis) {
      if (box.dropped >> axis & 1) {
        own.push_back(box.starts[axis]);
        continue;
      }
      Value step = arith::MulIOp::create(builder, at, indices[next++], box.steps[axis]);
      own.push_back(arith::AddIOp::create(builder, at, box.starts[axis], step));
    }
    return source->read(own);
  };
  return out;
}

Value Lowering::compress(Value array, Value mask, int64_t axis, StringRef type, Location at) {
  int rank = axis < 0 ? 1 : int(cast<RankedTensorType>(array.getType()).getRank());
  mlir::Type result = tensorType(cast<RankedTensorType>(array.getType()).getElementType(), rank);
  auto op = array::LibraryOp::create(builder, at, TypeRange(result), builder.getStringAttr("compress"), ValueRange{array, mask},
                                     ValueRange{constInt(builder.getI64Type(), axis, at)}, ValueRange(), ValueRange(),
                                     builder.getStrArrayAttr({type, "bool"}), builder.getStrArrayAttr({type}), DictionaryAttr(), UnitAttr());
  return op.getResult(0);
}

// The positions where a mask of rank 1 holds.
Value Lowering::maskIndices(Value mask, Location at) {
  Value n = extent(mask, 0, at);
  Value all = generic(at, {n}, {}, {}, {}, [&](ValueRange) {
                return Values{fromIndex(pointIndices(1, at)[0], builder.getI64Type(), at)};
              }).parts[0];
  return compress(all, mask, 0, "i64", at);
}

// The array with positions `indices` along one axis.
Value Lowering::gather(Value array, Value indices, int64_t axis, Location at) {
  int rank = int(cast<RankedTensorType>(array.getType()).getRank());
  Values space = extents(array, at);
  space[axis] = extent(indices, 0, at);
  AffineMap map = AffineMap::get(rank, 0, {builder.getAffineDimExpr(unsigned(axis))}, &context);
  return generic(at, space, {indices}, {map}, {}, [&](ValueRange elements) {
           Values point = pointIndices(rank, at);
           point[axis] = arith::IndexCastOp::create(builder, at, builder.getIndexType(), elements[0]);
           return Values{array::ElementOp::create(builder, at, array, point, false)};
         })
      .parts[0];
}

Val Lowering::emitSlice(const Expr *e) {
  Location at = loc(e->span);
  Val array = emit(e->args[0]);
  auto types = leaves(e->args[0]->type);
  // A mask of the array's own rank: what it picks, in row-major order.
  if (e->subscripts.size() == 1 && e->subscripts[0].kind == hir::Subscript::Mask && e->args[0]->type->rank > 1) {
    Value mask = emit(e->subscripts[0].value).parts[0];
    Val out;
    for (auto [part, leaf] : llvm::zip_equal(array.parts, types))
      out.parts.push_back(compress(part, mask, -1, elementName(leaf.element), at));
    return out;
  }
  bool hasBox = false;
  for (const hir::Subscript &s : e->subscripts)
    hasBox |= s.kind == hir::Subscript::Index || (s.kind == hir::Subscript::Range && (s.low || s.high || s.step));
  Box b = box(array, e->subscripts, at);
  Val out = hasBox ? sliceBox(array, b, at) : array;
  int64_t axis = 0;
  for (const hir::Subscript &s : e->subscripts) {
    if (s.kind == hir::Subscript::Index)
      continue;
    if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask) {
      bool isMask = s.kind == hir::Subscript::Mask;
      Value selector = isMask ? emit(s.value).parts[0] : positions(s, axis, Value(), at);
      for (auto [k, part] : llvm::enumerate(out.parts))
        part = isMask ? compress(part, selector, axis, elementName(types[k].element), at) : gather(part, selector, axis, at);
    }
    ++axis;
  }
  return out;
}

} // namespace dagger::lower
