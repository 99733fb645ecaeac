// Arrays as structured operations: maps, point kernels, elements.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::lower {

Value Lowering::emptyTensor(ValueRange extents, mlir::Type element, Location at) {
  return tensor::EmptyOp::create(builder, at, SmallVector<int64_t>(extents.size(), ShapedType::kDynamic), element, extents);
}

Values Lowering::pointIndices(int rank, Location at) {
  Values out;
  for (int axis = 0; axis < rank; ++axis)
    out.push_back(linalg::IndexOp::create(builder, at, axis));
  return out;
}

Val Lowering::generic(Location at, ValueRange extents, ValueRange inputs, ArrayRef<AffineMap> maps, ArrayRef<mlir::Type> elements,
                      const std::function<Values(ValueRange)> &body) {
  unsigned rank = extents.size();
  // The types of the results may only be known behind the body, so the region is made first.
  Region region;
  SmallVector<mlir::Type> arguments;
  for (Value input : inputs)
    arguments.push_back(cast<RankedTensorType>(input.getType()).getElementType());
  Values yielded;
  Context outer = state.context;
  {
    OpBuilder::InsertionGuard guard(builder);
    // A place to emit into: it becomes the operation's region.
    auto holder = scf::ExecuteRegionOp::create(builder, at, TypeRange());
    Block *block = builder.createBlock(&holder.getRegion(), {}, arguments, SmallVector<Location>(arguments.size(), at));
    state.context = Context::Kernel;
    yielded = plain(body(block->getArguments()), at);
    linalg::YieldOp::create(builder, at, yielded);
    state.context = outer;
    region.takeBody(holder.getRegion());
    builder.setInsertionPoint(holder);
    holder.erase();
  }
  Values outs;
  SmallVector<mlir::Type> results;
  for (Value y : yielded) {
    outs.push_back(rank ? emptyTensor(extents, y.getType(), at) : Value(tensor::EmptyOp::create(builder, at, ArrayRef<int64_t>(), y.getType())));
    results.push_back(outs.back().getType());
  }
  SmallVector<AffineMap> all(maps);
  all.append(outs.size(), AffineMap::getMultiDimIdentityMap(rank, &context));
  auto op = linalg::GenericOp::create(builder, at, results, inputs, outs, all, SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel));
  op.getRegion().takeBody(region);
  for (Value out : outs)
    op.getRegion().front().addArgument(cast<RankedTensorType>(out.getType()).getElementType(), at);
  return Val(Values(op.getResults()));
}

// ---- elements -------------------------------------------------------------------------------------------------------

// Whether an index is the variable of a loop over exactly this axis of exactly this array.
bool Lowering::isInBounds(Value tensor, ValueRange indices) {
  for (auto [axis, index] : llvm::enumerate(indices)) {
    // The operation is not there yet while its body is emitted: its extents stand in the state.
    size_t axisOfPoint;
    if (auto point = index.getDefiningOp<linalg::IndexOp>())
      axisOfPoint = point.getDim();
    else if (auto argument = dyn_cast<BlockArgument>(index); argument && isa_and_nonnull<array::StencilOp>(argument.getOwner()->getParentOp()))
      axisOfPoint = argument.getArgNumber();
    else
      return false;
    if (state.point.size() <= axisOfPoint)
      return false;
    auto dim = state.point[axisOfPoint].getDefiningOp<tensor::DimOp>();
    if (!dim || dim.getSource() != tensor || dim.getConstantIndex() != int64_t(axis))
      return false;
  }
  return true;
}

void Lowering::checkIndices(ValueRange indices, ValueRange extents, Location at) {
  Type wide = builder.getI64Type();
  for (auto [axis, pair] : llvm::enumerate(llvm::zip_equal(indices, extents))) {
    auto [index, extent] = pair;
    // One unsigned test also finds negative indices.
    Value outside = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, index, extent);
    auto op = scf::IfOp::create(builder, at, outside, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(op.thenBlock());
    Values numbers{fromIndex(index, wide, at), constInt(wide, int64_t(axis), at), fromIndex(extent, wide, at)};
    task::RuntimeOp::create(builder, at, TypeRange(), "dg_fail_index", numbers, /*spec=*/StringAttr(), /*with_context=*/true,
                            /*with_location=*/true, /*pure=*/false);
  }
}

Val Lowering::readElement(const Val &array, ValueRange indices, Location at, bool inBounds) {
  if (array.view) {
    if (!inBounds)
      checkIndices(indices, array.view->extents, at);
    return array.view->read(indices);
  }
  Val out;
  for (Value part : array.parts) {
    if (state.turnArrays.contains(part))
      out.parts.push_back(task::LoadOp::create(builder, at, cast<RankedTensorType>(part.getType()).getElementType(), part, indices, inBounds));
    else
      out.parts.push_back(array::ElementOp::create(builder, at, part, indices, inBounds || isInBounds(part, indices)));
  }
  return out;
}

Val Lowering::emitElement(const Expr *e) {
  Val array = emit(e->args[0]);
  Values indices;
  for (size_t i = 1; i < e->args.size(); ++i)
    indices.push_back(emitIndex(e->args[i]));
  bool isSafe = isOwnElement(e) || array.view || isInBounds(array.parts[0], indices);
  bool isText = llvm::any_of(array.parts, [](Value part) { return isa<array::StrType>(getElementTypeOrSelf(part.getType())); });
  if (isSafe || isText || !state.defersFailures || state.context != Context::Host)
    return readElement(array, indices, loc(e->span), isSafe);
  return elementOrFailure(e, array, indices);
}

// The read looks at the array, but not at itself: an index out of range makes a failed value.
Val Lowering::elementOrFailure(const Expr *e, const Val &array, ValueRange indices) {
  Location at = loc(e->span);
  Values space = extents(array.parts[0], at);
  Value inRange = boolean(true, at);
  for (auto [index, extent] : llvm::zip_equal(indices, space))
    inRange = arith::AndIOp::create(builder, at, inRange, arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ult, index, extent));
  return branch(
      at, inRange, {},
      [&] {
        Val read = readElement(array, indices, at, true);
        for (Value &part : read.parts) part = future(part, at);
        return read;
      },
      [&] {
        return generic(at, {}, {}, noMaps(), {}, [&](ValueRange) {
          checkIndices(indices, space, at);
          return zero(e->type, at).parts;
        });
      });
}

// ---- maps -----------------------------------------------------------------------------------------------------------

Val Lowering::emitMap(const Expr *e) {
  Location at = loc(e->span);
  auto types = leaves(e->type);
  int rank = types.empty() ? 0 : types[0].rank;
  Values inputs;
  SmallVector<AffineMap> maps;
  Values extentOf(rank);
  struct Argument { size_t first, count; Val scalar; };
  SmallVector<Argument> arguments;
  for (auto [k, a] : llvm::enumerate(e->args)) {
    Val value = emit(a);
    bool isArray = a->type->isArray();
    bool hasFuture = llvm::any_of(value.parts, [](Value v) { return isFuture(v); });
    if (!isArray && !hasFuture) {
      arguments.push_back({0, 0, value});
      continue;
    }
    arguments.push_back({inputs.size(), value.parts.size(), {}});
    int own = isArray ? a->type->rank : 0;
    uint32_t stretch = k < e->stretch.size() ? e->stretch[k] : 0;
    SmallVector<AffineExpr> axes;
    for (int axis = 0; axis < own; ++axis) {
      int target = rank - own + axis;
      bool stretches = stretch >> axis & 1;
      axes.push_back(stretches ? builder.getAffineConstantExpr(0) : builder.getAffineDimExpr(target));
      if (!stretches && !extentOf[target])
        extentOf[target] = extent(value.parts[0], axis, at);
    }
    for (Value part : value.parts) {
      inputs.push_back(isArray ? part : future(part, at));
      maps.push_back(AffineMap::get(rank, 0, axes, &context));
    }
  }
  for (Value &extent : extentOf)
    if (!extent)
      extent = constIndex(1, at);
  return generic(at, extentOf, inputs, maps, {}, [&](ValueRange elements) {
    SmallVector<Val> values;
    for (const Argument &a : arguments)
      values.push_back(a.count ? Val(Values(elements.slice(a.first, a.count))) : a.scalar);
    return call(e->lambda, values).parts;
  });
}

// ---- point kernels --------------------------------------------------------------------------------------------------

Val Lowering::emitAt(const Expr *e) {
  Location at = loc(e->span);
  Values space;
  for (const Expr *a : e->args)
    space.push_back(emitIndex(a));
  Values savedPoint = state.point;
  state.points.push_back({e, e->outsideValue ? freshVar(e->outsideValue->type) : nullptr});
  if (const Var *fill = state.points.back().fill)
    state.env[fill] = Val(emitScalar(e->outsideValue));
  state.point = space;
  const hir::Type *element = e->type->isArray() ? e->type->element : nullptr;
  auto body = [&](ValueRange indices) {
    for (auto [v, index] : llvm::zip_equal(e->indexVars, indices))
      state.env[v] = fromIndex(index, scalarType(v->type), at);
    return kernelBody(e->blocks[0], e->indexVars, element, at).parts;
  };
  bool isStencil = kernelCode.holds(e->blocks[0]) &&
                   contains(e->blocks[0], [](const Expr *x) { return x->op == Op::OffsetRead; }, [](const Stmt *) { return false; });
  Val result;
  if (!isStencil) {
    result = generic(at, space, {}, {}, {}, [&](ValueRange) { return body(pointIndices(space.size(), at)); });
  } else {
    SmallVector<mlir::Type> results;
    for (const Leaf &leaf : leaves(e->type))
      results.push_back(leafType(leaf));
    auto op = array::StencilOp::create(builder, at, results, space);
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&op.getBody(), {}, SmallVector<mlir::Type>(space.size(), builder.getIndexType()),
                                       SmallVector<Location>(space.size(), at));
    Context outer = state.context;
    state.context = Context::Kernel;
    array::YieldOp::create(builder, at, plain(body(block->getArguments()), at));
    state.context = outer;
    result = Val(Values(op.getResults()));
  }
  state.points.pop_back();
  state.point = savedPoint;
  return result;
}

Val Lowering::emitOffsetRead(const Expr *e) {
  Location at = loc(e->span);
  Val array = emit(e->args[0]);
  auto inStencil = builder.getInsertionBlock()->getParentOp();
  auto stencil = dyn_cast<array::StencilOp>(inStencil);
  if (!stencil)
    stencil = inStencil->getParentOfType<array::StencilOp>();
  // The kernel whose point this is near: the innermost one that has these indices.
  auto around = llvm::find_if(llvm::reverse(state.points), [&](const State::Point &p) { return llvm::is_contained(p.at->indexVars, e->indexVars[0]); });
  const Expr *kernel = around->at;
  const Var *fill = around->fill;
  SmallVector<int64_t> axes;
  for (const Var *v : e->indexVars)
    axes.push_back(llvm::find(kernel->indexVars, v) - kernel->indexVars.begin());
  bool isPoint = stencil && !array.view && stencil.getExtents().size() == kernel->indexVars.size();
  for (auto [i, v] : llvm::enumerate(kernel->indexVars)) {
    Value index = state.env[v].parts[0];
    auto cast = index.getDefiningOp<arith::IndexCastOp>();
    isPoint &= stencil && cast && cast.getIn() == stencil.getBody().getArgument(unsigned(i));
  }
  array::EdgeRule rule = kernel->outside == hir::Outside::Wrap      ? array::EdgeRule::Wrap
                         : kernel->outside == hir::Outside::Reflect ? array::EdgeRule::Reflect
                         : kernel->outside == hir::Outside::Value   ? array::EdgeRule::Value
                                                                    : array::EdgeRule::Clamp;
  if (isPoint && kernel->outside != hir::Outside::None) {
    Val out;
    for (Value part : array.parts) {
      Type element = mlir::cast<RankedTensorType>(part.getType()).getElementType();
      Value outside = rule == array::EdgeRule::Value ? plain(state.env[fill].parts[0], at) : Value();
      out.parts.push_back(array::ShiftedOp::create(builder, at, element, part, outside, e->offsets, axes, rule));
    }
    return out;
  }
  // In a kernel inside a kernel: the rule as arithmetic on the index.
  Values indices;
  Value inside = boolean(true, at);
  Value zeroIndex = constIndex(0, at), one = constIndex(1, at);
  auto less = [&](Value a, Value b) -> Value { return arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, a, b); };
  for (auto [axis, v] : llvm::enumerate(e->indexVars)) {
    Value i = toIndex(state.env[v].parts[0], true, at);
    i = arith::AddIOp::create(builder, at, i, constIndex(e->offsets[axis], at));
    Value n = array.view ? array.view->extents[axis] : extent(array.parts[0], axis, at);
    Value last = arith::SubIOp::create(builder, at, n, one);
    switch (kernel->outside) {
    case hir::Outside::Clamp:
      i = arith::MinSIOp::create(builder, at, arith::MaxSIOp::create(builder, at, i, zeroIndex), last);
      break;
    case hir::Outside::Wrap: {
      Value r = arith::RemSIOp::create(builder, at, i, n);
      i = select(less(r, zeroIndex), arith::AddIOp::create(builder, at, r, n), r, at);
      break;
    }
    case hir::Outside::Reflect: {
      // A triangle wave of period 2 (n - 1), at least 1 for a single element.
      Value period = arith::MaxSIOp::create(builder, at, arith::AddIOp::create(builder, at, last, last), one);
      Value r = arith::RemSIOp::create(builder, at, i, period);
      r = select(less(r, zeroIndex), arith::AddIOp::create(builder, at, r, period), r, at);
      i = select(less(last, r), arith::SubIOp::create(builder, at, period, r), r, at);
      break;
    }
    case hir::Outside::Value: {
      Value ok = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ult, i, n);
      inside = arith::AndIOp::create(builder, at, inside, ok);
      break;
    }
    case hir::Outside::None: break;
    }
    indices.push_back(i);
  }
  if (kernel->outside != hir::Outside::Value)
    return readElement(array, indices, at, kernel->outside != hir::Outside::None);
  return branch(at, inside, {}, [&] { return readElement(array, indices, at, true); }, [&] { return Val(plain(state.env[fill].parts[0], at)); });
}

// ---- literals -------------------------------------------------------------------------------------------------------

Val Lowering::emitArrayLit(const Expr *e) {
  Location at = loc(e->span);
  auto types = leaves(e->type);
  SmallVector<Val> elements;
  for (const Expr *a : e->args)
    elements.push_back(emit(a));
  if (state.context == Context::Kernel || state.context == Context::Scalar)
    return literalView(e, elements);
  Val out;
  Value count = constIndex(int64_t(elements.size()), at), one = constIndex(1, at), zeroIndex = constIndex(0, at);
  for (auto [part, leaf] : llvm::enumerate(types)) {
    mlir::Type element = scalarType(leaf.element);
    bool hasFuture = llvm::any_of(elements, [&, part = part](const Val &v) { return isFuture(v.parts[part]); });
    if (leaf.rank == 1 && !hasFuture && !elements.empty()) {
      Values scalars;
      for (const Val &v : elements)
        scalars.push_back(v.parts[part]);
      Value exact = tensor::FromElementsOp::create(builder, at, scalars);
      out.parts.push_back(tensor::CastOp::create(builder, at, tensorType(element, 1), exact));
      continue;
    }
    Values shape{count};
    if (elements.empty())
      shape.append(leaf.rank - 1, zeroIndex);
    else if (leaf.rank > 1)
      shape.append(extents(elements[0].parts[part], at));
    Value array = emptyTensor(shape, element, at);
    for (auto [k, v] : llvm::enumerate(elements)) {
      Value source = v.parts[part];
      Values starts(leaf.rank, zeroIndex), counts = shape, steps(leaf.rank, one);
      starts[0] = constIndex(int64_t(k), at);
      counts[0] = one;
      if (leaf.rank == 1)
        source = future(source, at);
      array = array::InsertSliceOp::create(builder, at, array.getType(), source, array, starts, counts, steps, 1u);
    }
    out.parts.push_back(array);
  }
  return out;
}

// In a kernel: a few places on the stack.
Val Lowering::literalView(const Expr *e, ArrayRef<Val> elements) {
  Location at = loc(e->span);
  Values rooms;
  SmallVector<mlir::Type> types;
  for (auto [part, leaf] : llvm::enumerate(leaves(e->type))) {
    types.push_back(scalarType(leaf.element));
    rooms.push_back(allocate({int64_t(std::max<size_t>(elements.size(), 1))}, types.back(), at));
    for (auto [k, v] : llvm::enumerate(elements))
      storeRoom(plain(v.parts[part], at), rooms.back(), constIndex(int64_t(k), at), at);
  }
  Val out;
  out.view = std::make_shared<View>();
  out.view->extents = {constIndex(int64_t(elements.size()), at)};
  out.view->read = [this, rooms, types, at](ValueRange indices) {
    Val element;
    for (auto [room, type] : llvm::zip_equal(rooms, types))
      element.parts.push_back(loadRoom(room, indices, type, at));
    return element;
  };
  return out;
}

} // namespace dagger::lower
