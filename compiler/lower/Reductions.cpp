// Reductions and scans over whole arrays.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using dagger::hir::ReduceKind;

namespace dagger::lower {

Lowering::Reduction Lowering::reduction(const Expr *e) {
  Reduction r;
  r.expr = e;
  r.element = e->args[0]->type->element;
  auto own = [&](TypeKind kind, int width) {
    ownTypes.push_back(hir::Type());
    ownTypes.back().kind = kind;
    ownTypes.back().width = width;
    return &ownTypes.back();
  };
  const hir::Type *result = e->type->isArray() ? e->type->element : e->type;
  auto summed = [&]() -> const hir::Type * { return result->kind == TypeKind::Float && result->width == 16 ? own(TypeKind::Float, 32) : result; };
  auto number = [&](Type type, double value) -> Attribute {
    if (auto complex = dyn_cast<ComplexType>(type))
      return builder.getArrayAttr({builder.getFloatAttr(complex.getElementType(), value), builder.getFloatAttr(complex.getElementType(), 0.0)});
    return isa<FloatType>(type) ? Attribute(builder.getFloatAttr(type, value)) : Attribute(builder.getIntegerAttr(type, int64_t(value)));
  };
  switch (e->reduceKind) {
  case ReduceKind::Sum:
  case ReduceKind::Prod:
  case ReduceKind::Mean:
    r.accumulator = summed();
    r.accumulators = {scalarType(r.accumulator)};
    r.identity = builder.getArrayAttr({number(r.accumulators[0], e->reduceKind == ReduceKind::Prod ? 1 : 0)});
    break;
  case ReduceKind::Variance:
  case ReduceKind::Std: { // the sum, how many, the distances from the mean, their squares
    r.accumulator = summed();
    Type accumulator = scalarType(r.accumulator), i64 = builder.getI64Type();
    r.accumulators = {accumulator, i64, accumulator, accumulator};
    r.identity = builder.getArrayAttr({number(accumulator, 0), number(i64, 0), number(accumulator, 0), number(accumulator, 0)});
    break;
  }
  case ReduceKind::Min:
  case ReduceKind::Max:
    r.accumulator = r.element;
    r.accumulators = {scalarType(r.element)};
    r.fails = e->reduceKind == ReduceKind::Min ? "min" : "max";
    break;
  case ReduceKind::ArgMin:
  case ReduceKind::ArgMax:
    r.accumulator = r.element;
    r.accumulators = {scalarType(r.element), builder.getI64Type()};
    r.fails = e->reduceKind == ReduceKind::ArgMin ? "argmin" : "argmax";
    break;
  case ReduceKind::Any:
  case ReduceKind::All:
    r.accumulator = boolType;
    r.accumulators = {builder.getI1Type()};
    r.identity = builder.getArrayAttr({builder.getBoolAttr(e->reduceKind == ReduceKind::All)});
    break;
  case ReduceKind::Count:
    r.accumulator = own(TypeKind::Int, 64);
    r.accumulators = {builder.getI64Type()};
    r.identity = builder.getArrayAttr({builder.getI64IntegerAttr(0)});
    break;
  case ReduceKind::Custom: {
    SmallVector<Attribute> identity;
    for (const Leaf &leaf : leaves(r.element)) {
      r.accumulators.push_back(scalarType(leaf.element));
      identity.push_back(leaf.element->kind == TypeKind::Str ? Attribute(builder.getStringAttr("")) : number(r.accumulators.back(), 0));
    }
    // Whether there was anything at all comes last: `init` is combined with nothing else.
    r.accumulators.push_back(builder.getI1Type());
    identity.push_back(builder.getBoolAttr(false));
    r.identity = builder.getArrayAttr(identity);
    break;
  }
  }
  return r;
}

Values Lowering::combine(const Reduction &r, ValueRange a, ValueRange b, Location at) {
  bool isMax = r.expr->reduceKind == ReduceKind::Max || r.expr->reduceKind == ReduceKind::ArgMax;
  switch (r.expr->reduceKind) {
  case ReduceKind::Prod: return {binary(Op::Mul, a[0], b[0], r.accumulator, at)};
  case ReduceKind::Min:
  case ReduceKind::Max: return {minMax(isMax, a[0], b[0], r.accumulator, at)};
  case ReduceKind::Any: return {arith::OrIOp::create(builder, at, a[0], b[0])};
  case ReduceKind::All: return {arith::AndIOp::create(builder, at, a[0], b[0])};
  case ReduceKind::ArgMin:
  case ReduceKind::ArgMax: {
    // The right one only if it is better; the first NaN is best of all. Equal values go to the lower index: lanes hold
    // elements that are not neighbours.
    Value better = compare(isMax ? Op::Gt : Op::Lt, b[0], a[0], r.accumulator, at);
    Value equal = compare(Op::Eq, b[0], a[0], r.accumulator, at);
    Value lower = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, b[1], a[1]);
    Value take = arith::OrIOp::create(builder, at, better, arith::AndIOp::create(builder, at, equal, lower));
    if (r.accumulator->kind == TypeKind::Float) {
      Value nanA = arith::CmpFOp::create(builder, at, arith::CmpFPredicate::UNO, a[0], a[0]);
      Value nanB = arith::CmpFOp::create(builder, at, arith::CmpFPredicate::UNO, b[0], b[0]);
      Value notA = arith::XOrIOp::create(builder, at, nanA, boolean(true, at));
      Value takeNan = arith::AndIOp::create(builder, at, nanB, arith::OrIOp::create(builder, at, notA, lower));
      take = arith::OrIOp::create(builder, at, takeNan, arith::AndIOp::create(builder, at, notA, take));
    }
    return {select(take, b[0], a[0], at), select(take, b[1], a[1], at)};
  }
  case ReduceKind::Custom: {
    size_t n = a.size() - 1;
    Values out = plain(call(r.expr->lambda, {Val(Values(a.take_front(n))), Val(Values(b.take_front(n)))}).parts, at);
    out.push_back(arith::OrIOp::create(builder, at, a[n], b[n]));
    return out;
  }
  case ReduceKind::Variance:
  case ReduceKind::Std: // of lanes, whose distances are all from the block's mean
    return {arith::AddFOp::create(builder, at, a[0], b[0]), arith::AddIOp::create(builder, at, a[1], b[1]),
            arith::AddFOp::create(builder, at, a[2], b[2]), arith::AddFOp::create(builder, at, a[3], b[3])};
  default: return {binary(Op::Add, a[0], b[0], r.accumulator, at)};
  }
}

// Blocks have means of their own: what was measured from them is moved to the common one, which is near. compiler/interp has the
// same sequence of operations.
Values Lowering::joinBlocks(const Reduction &r, ValueRange a, ValueRange b, Location at) {
  if (!isMoments(r)) return combine(r, a, b, at);
  auto add = [&](Value x, Value y) -> Value { return arith::AddFOp::create(builder, at, x, y); };
  auto mul = [&](Value x, Value y) -> Value { return arith::MulFOp::create(builder, at, x, y); };
  Value sum = add(a[0], b[0]), count = arith::AddIOp::create(builder, at, a[1], b[1]), common = meanOf(r, sum, count, at);
  auto moved = [&](ValueRange part) {
    Value step = arith::SubFOp::create(builder, at, meanOf(r, part[0], part[1], at), common);
    Value all = mul(countToNumber(r, part[1], at), step);
    return std::pair(add(part[2], all), add(part[3], mul(step, add(add(part[2], part[2]), all))));
  };
  auto [distancesA, squaresA] = moved(a);
  auto [distancesB, squaresB] = moved(b);
  return {sum, count, add(distancesA, distancesB), add(squaresA, squaresB)};
}

bool Lowering::isMoments(const Reduction &r) {
  return r.expr->reduceKind == ReduceKind::Variance || r.expr->reduceKind == ReduceKind::Std;
}

Value Lowering::countToNumber(const Reduction &r, Value count, Location at) {
  return arith::SIToFPOp::create(builder, at, scalarType(r.accumulator), count);
}

Value Lowering::meanOf(const Reduction &r, Value sum, Value count, Location at) {
  return arith::DivFOp::create(builder, at, sum, countToNumber(r, count, at));
}

// The distance from the block's mean, and its square.
Values Lowering::distanceFrom(Value x, Value mean, Location at) {
  Value distance = arith::SubFOp::create(builder, at, x, mean);
  return {distance, arith::MulFOp::create(builder, at, distance, distance)};
}

// What the rounded mean was off is taken out; then divided by n - 1; of less than two NaN.
Value Lowering::varianceOf(const Reduction &r, Value count, Value distances, Value squares, Location at) {
  Value n = countToNumber(r, count, at), one = constFloat(n.getType(), 1, at), zero = constFloat(n.getType(), 0, at);
  Value off = arith::DivFOp::create(builder, at, arith::MulFOp::create(builder, at, distances, distances), n);
  Value out = arith::SubFOp::create(builder, at, squares, off);
  out = select(arith::CmpFOp::create(builder, at, arith::CmpFPredicate::OLT, out, zero), zero, out, at);
  out = arith::DivFOp::create(builder, at, out, arith::SubFOp::create(builder, at, n, one));
  Value few = arith::CmpFOp::create(builder, at, arith::CmpFPredicate::OLE, n, one);
  out = select(few, constFloat(n.getType(), std::numeric_limits<double>::quiet_NaN(), at), out, at);
  return r.expr->reduceKind == ReduceKind::Std ? Value(math::SqrtOp::create(builder, at, out)) : out;
}

// array.reduce over the array's own index space.
Val Lowering::structuredReduce(const Expr *e, const Reduction &r, const Val &array, const Val *mask) {
  Location at = loc(e->span);
  int rank = e->args[0]->type->rank;
  SmallVector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis)
    if (e->intValue < 0 || e->intValue == axis)
      axes.push_back(axis);
  Values inputs = array.parts, space = extents(array.parts[0], at);
  SmallVector<Attribute> maps(inputs.size(), AffineMapAttr::get(AffineMap::getMultiDimIdentityMap(rank, &context)));
  if (mask) {
    for (int axis = 0; axis < rank; ++axis)
      task::CheckExtentOp::create(builder, at, space[axis], extent(mask->parts[0], axis, at), int64_t(axis));
    inputs.push_back(mask->parts[0]);
    maps.push_back(maps[0]);
  }
  SmallVector<Type> results;
  for (Type type : r.accumulators)
    results.push_back(tensorType(type, rank - int(axes.size())));
  auto op = array::ReduceOp::create(builder, at, results, inputs, space, builder.getDenseI64ArrayAttr(axes), builder.getArrayAttr(maps),
                                    r.identity, r.identity ? StringAttr() : builder.getStringAttr(r.fails));
  Context outer = state.context;
  state.context = Context::Kernel;
  {
    OpBuilder::InsertionGuard guard(builder);
    SmallVector<Type> types(rank, builder.getIndexType());
    for (Value input : inputs)
      types.push_back(cast<RankedTensorType>(input.getType()).getElementType());
    Block *map = builder.createBlock(&op.getMap(), {}, types, SmallVector<Location>(types.size(), at));
    ValueRange arguments = map->getArguments();
    ValueRange point = arguments.take_front(rank), elements = arguments.drop_front(rank);
    Value x = elements[0], present = mask ? elements[array.parts.size()] : Value();
    Values out;
    if (e->reduceKind == ReduceKind::Custom) {
      out = Values(elements.take_front(array.parts.size()));
      out.push_back(boolean(true, at));
    } else if (e->reduceKind == ReduceKind::ArgMin || e->reduceKind == ReduceKind::ArgMax) {
      Value index = point[axes[0]];
      for (size_t k = 1; k < axes.size(); ++k)
        index = arith::AddIOp::create(builder, at, arith::MulIOp::create(builder, at, index, space[axes[k]]), point[axes[k]]);
      out = {x, fromIndex(index, builder.getI64Type(), at)};
    } else {
      out = {convert(x, r.element, r.accumulator, at)};
      if (isMoments(r)) {
        out.push_back(constInt(builder.getI64Type(), 1, at));
        Value sum = array::BlockTotalOp::create(builder, at, r.accumulators[0], 0);
        Value count = array::BlockTotalOp::create(builder, at, r.accumulators[1], 1);
        llvm::append_range(out, distanceFrom(out[0], meanOf(r, sum, count, at), at));
      }
    }
    array::YieldOp::create(builder, at, out, present);
    SmallVector<Type> pair{ArrayRef<Type>(r.accumulators)};
    llvm::append_range(pair, r.accumulators);
    size_t n = r.accumulators.size();
    auto ofTwo = [&](Region &region, auto &&together) {
      Block *block = builder.createBlock(&region, {}, pair, SmallVector<Location>(pair.size(), at));
      ValueRange both = block->getArguments();
      array::YieldOp::create(builder, at, together(both.take_front(n), both.drop_front(n)));
    };
    ofTwo(op.getCombine(), [&](ValueRange a, ValueRange b) { return combine(r, a, b, at); });
    if (isMoments(r)) ofTwo(op.getJoin(), [&](ValueRange a, ValueRange b) { return joinBlocks(r, a, b, at); });
  }
  state.context = outer;
  return Val(Values(op.getResults()));
}

Val Lowering::emitReduce(const Expr *e) {
  Reduction r = reduction(e);
  if (state.context == Context::Kernel || state.context == Context::Scalar)
    return kernelReduce(e, r);
  Location at = loc(e->span);
  Val array = emit(e->args[0]);
  bool isCustom = e->reduceKind == ReduceKind::Custom;
  Val init;
  const Expr *maskExpr = nullptr;
  if (isCustom) {
    init = emit(e->args[1]);
    if (e->args.size() > 2)
      maskExpr = e->args[2];
  } else if (e->args.size() > 1) {
    maskExpr = e->args[1];
  }
  Val mask = maskExpr ? emit(maskExpr) : Val();
  const Val *maskPointer = maskExpr ? &mask : nullptr;
  Val acc = structuredReduce(e, r, array, maskPointer);
  int rank = e->args[0]->type->rank, kept = e->type->isArray() ? e->type->rank : 0;
  const hir::Type *result = e->type->isArray() ? e->type->element : e->type;
  Values space;
  for (int axis = 0; axis < kept; ++axis)
    space.push_back(extent(acc.parts[0], axis, at));
  AffineMap same = AffineMap::getMultiDimIdentityMap(unsigned(kept), &context);
  auto done = [&](Val value) {
    if (kept == 0 && state.context != Context::Host)
      for (Value &part : value.parts)
        part = plain(part, at);
    return value;
  };
  switch (e->reduceKind) {
  case ReduceKind::ArgMin:
  case ReduceKind::ArgMax: return done(Val(acc.parts[1]));
  case ReduceKind::Custom: {
    Values inputs = acc.parts;
    SmallVector<AffineMap> maps(inputs.size(), same);
    size_t n = inputs.size() - 1;
    // An init that is a future is an input too.
    SmallVector<int> futureAt(n, -1);
    for (size_t k = 0; k < n; ++k)
      if (isFuture(init.parts[k])) {
        futureAt[k] = int(inputs.size());
        inputs.push_back(init.parts[k]);
        maps.push_back(AffineMap::get(unsigned(kept), 0, {}, &context));
      }
    return done(generic(at, space, inputs, maps, {}, [&](ValueRange v) {
      Values first;
      for (size_t k = 0; k < n; ++k)
        first.push_back(futureAt[k] >= 0 ? v[futureAt[k]] : init.parts[k]);
      return branch(
                 at, v[n], {}, [&] { return call(e->lambda, {Val(first), Val(Values(v.take_front(n)))}); }, [&] { return Val(first); })
          .parts;
    }));
  }
  case ReduceKind::Variance:
  case ReduceKind::Std:
    return done(generic(at, space, {acc.parts[1], acc.parts[2], acc.parts[3]}, {same, same, same}, {}, [&](ValueRange v) {
      return Values{convert(varianceOf(r, v[0], v[1], v[2], at), r.accumulator, result, at)};
    }));
  case ReduceKind::Mean: {
    // How many there are: known from the extents, or counted under the mask.
    Values inputs = acc.parts;
    Value count;
    if (maskPointer) {
      Expr counting = *e;
      hir::Type i64;
      i64.kind = TypeKind::Int;
      i64.width = 64;
      counting.reduceKind = ReduceKind::Count;
      Reduction counts = reduction(&counting);
      counts.element = boolType;
      inputs.push_back(structuredReduce(&counting, counts, mask, nullptr).parts[0]);
    } else {
      count = constIndex(1, at);
      for (int axis = 0; axis < rank; ++axis)
        if (e->intValue < 0 || e->intValue == axis)
          count = arith::MulIOp::create(builder, at, count, extent(array.parts[0], axis, at));
      count = fromIndex(count, builder.getI64Type(), at);
    }
    hir::Type i64;
    i64.kind = TypeKind::Int;
    i64.width = 64;
    auto number = [&](ValueRange v) { return convert(maskPointer ? v.back() : count, &i64, r.accumulator, at); };
    SmallVector<AffineMap> maps(inputs.size(), same);
    return done(generic(at, space, inputs, maps, {}, [&](ValueRange v) {
      return Values{convert(binary(Op::Div, v[0], number(v), r.accumulator, at), r.accumulator, result, at)};
    }));
  }
  default:
    if (r.accumulator->kind == TypeKind::Float && scalarType(result) != r.accumulators[0])
      acc = generic(at, space, acc.parts, {same}, {}, [&](ValueRange v) { return Values{convert(v[0], r.accumulator, result, at)}; });
    return done(acc);
  }
}

Val Lowering::emitScan(const Expr *e) {
  Location at = loc(e->span);
  if (state.context == Context::Kernel || state.context == Context::Scalar)
    return unsupported(e->span, "a scan inside a kernel", e->type);
  Val array = emit(e->args[0]);
  Reduction r = reduction(e);
  const hir::Type *result = e->type->element;
  int rank = e->type->rank;
  AffineMap same = AffineMap::getMultiDimIdentityMap(unsigned(rank), &context);
  bool isCustom = e->reduceKind == ReduceKind::Custom;
  if (!isCustom) {
    // Accumulates as the reduction would.
    const hir::Type *sum = r.accumulator;
    if (scalarType(r.element) != r.accumulators[0] || r.element->kind != sum->kind)
      array = generic(at, extents(array.parts[0], at), array.parts, {same}, {}, [&](ValueRange v) { return Values{convert(v[0], r.element, sum, at)}; });
  } else {
    r.accumulators.pop_back();
  }
  SmallVector<Type> results(ValueRange(array.parts).getTypes());
  auto op = array::ScanOp::create(builder, at, results, array.parts, e->intValue < 0 ? 0 : e->intValue);
  {
    OpBuilder::InsertionGuard guard(builder);
    SmallVector<Type> pair{ArrayRef<Type>(r.accumulators)};
    llvm::append_range(pair, r.accumulators);
    Block *block = builder.createBlock(&op.getCombine(), {}, pair, SmallVector<Location>(pair.size(), at));
    ValueRange both = block->getArguments();
    size_t n = r.accumulators.size();
    Context outer = state.context;
    state.context = Context::Kernel;
    Values out = isCustom ? plain(call(e->lambda, {Val(Values(both.take_front(n))), Val(Values(both.drop_front(n)))}).parts, at)
                          : combine(r, both.take_front(n), both.drop_front(n), at);
    array::YieldOp::create(builder, at, out);
    state.context = outer;
  }
  Val out(Values(op.getResults()));
  if (isCustom && e->args.size() > 1) {
    Val init = emit(e->args[1]);
    Values first = plain(init.parts, at);
    return generic(at, extents(out.parts[0], at), out.parts, SmallVector<AffineMap>(out.parts.size(), same), {},
                   [&](ValueRange v) { return call(e->lambda, {Val(first), Val(Values(v))}).parts; });
  }
  if (!isCustom && scalarType(result) != r.accumulators[0])
    out = generic(at, extents(out.parts[0], at), out.parts, {same}, {}, [&](ValueRange v) { return Values{convert(v[0], r.accumulator, result, at)}; });
  return out;
}

} // namespace dagger::lower
