// Reductions inside kernels: the same fixed tree as loops, with the lanes and the blocks' results on the stack.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <limits>

using namespace mlir;
using dagger::hir::ReduceKind;

namespace dagger::lower {

struct Lowering::KernelReduction {
  const Expr *expr;
  Reduction reduction;
  std::shared_ptr<View> source, mask;
  Val init;
  std::map<const Var *, Val> kept; // what the lambda uses from around it
};

// One reduction by the fixed tree: `point` fixes the axes that are kept. Gives the accumulators, and whether there was
// anything.
std::pair<Values, Value> Lowering::kernelTree(const KernelReduction &work, ValueRange point) {
  const Expr *e = work.expr;
  const Reduction &r = work.reduction;
  const std::shared_ptr<View> &source = work.source, &mask = work.mask;
  Location at = loc(e->span);
  bool isCustom = e->reduceKind == ReduceKind::Custom;
  int rank = int(source->extents.size());
  int64_t only = e->intValue; // the one axis, or -1

  auto at0 = [&](Value memory, Value index) -> Value { return memref::LoadOp::create(builder, at, memory, index); };
  auto put = [&](Value value, Value memory, Value index) { memref::StoreOp::create(builder, at, value, memory, index); };
  auto loop = [&](Value low, Value high, Value step, const std::function<void(Value)> &body) {
    auto op = scf::ForOp::create(builder, at, low, high, step);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(op.getBody());
    body(op.getInductionVar());
  };
  auto add = [&](Value a, Value b) -> Value { return arith::AddIOp::create(builder, at, a, b); };
  auto sub = [&](Value a, Value b) -> Value { return arith::SubIOp::create(builder, at, a, b); };
  auto mul = [&](Value a, Value b) -> Value { return arith::MulIOp::create(builder, at, a, b); };
  auto least = [&](Value a, Value b) -> Value { return arith::MinSIOp::create(builder, at, a, b); };

  Value zeroI = constIndex(0, at), one = constIndex(1, at), two = constIndex(2, at);
  Value lanesCount = constIndex(array::reductionLanes, at), blockSize = constIndex(array::reductionBlock, at);
  // Whole turns have lanes of their own, which are only ever reached at constant indices: LLVM keeps them in registers.
  struct Rooms { SmallVector<Value> lanes, whole; };
  auto memory = [&](mlir::Type type, int64_t size) -> Value { return memref::AllocaOp::create(builder, at, MemRefType::get({size}, type)); };
  auto makeRooms = [&](ArrayRef<mlir::Type> types) {
    Rooms rooms;
    for (mlir::Type type : types) {
      rooms.lanes.push_back(memory(type, array::reductionLanes));
      rooms.whole.push_back(memory(type, array::reductionLanes));
    }
    return rooms;
  };
  auto withFlag = [&](SmallVector<mlir::Type> types) {
    if (mask) types.push_back(builder.getI1Type());
    return types;
  };
  // A variance takes two passes over a block: the sum and, under a mask, how many there are; then the distances from
  // the block's mean.
  bool moments = isMoments(r);
  SmallVector<mlir::Type> first{ArrayRef<mlir::Type>(r.accumulators)};
  if (moments) first.resize(mask ? 2 : 1);
  Rooms rooms = makeRooms(withFlag(first)), distances;
  if (moments) distances = makeRooms(withFlag({r.accumulators[2], r.accumulators[3]}));
  SmallVector<Value> stack;
  for (mlir::Type type : withFlag(SmallVector<mlir::Type>(ArrayRef<mlir::Type>(r.accumulators)))) {
    stack.push_back(memory(type, 64));
    put(zeroScalar(type, at), stack.back(), zeroI); // for when there is nothing
  }
  int lastAxis = only < 0 ? rank - 1 : int(only);
  Value length = source->extents[lastAxis], rows = one;
  if (only < 0)
    for (int axis = 0; axis + 1 < rank; ++axis)
      rows = mul(rows, source->extents[axis]);
  auto element = [&](Value row, Value k) -> Values {
    Values indices(point);
    if (only < 0) {
      indices.assign(size_t(rank), Value());
      indices[rank - 1] = k;
      Value rest = row;
      for (int axis = rank - 2; axis >= 0; --axis) {
        indices[axis] = axis == 0 ? rest : Value(arith::RemUIOp::create(builder, at, rest, source->extents[axis]));
        if (axis > 0)
          rest = arith::DivUIOp::create(builder, at, rest, source->extents[axis]);
      }
    } else {
      indices.insert(indices.begin() + only, k);
    }
    Values x = plain(source->read(indices).parts, at), out;
    if (isCustom) {
      out = x;
      out.push_back(boolean(true, at));
    } else if (e->reduceKind == ReduceKind::ArgMin || e->reduceKind == ReduceKind::ArgMax) {
      Value index = only < 0 ? add(mul(row, length), k) : k;
      out = {x[0], fromIndex(index, builder.getI64Type(), at)};
    } else {
      out = {convert(x[0], r.element, r.accumulator, at)};
      if (moments && mask) out.push_back(constInt(builder.getI64Type(), 1, at));
    }
    if (mask)
      out.push_back(plain(mask->read(indices).parts[0], at));
    return out;
  };
  // Of two of which either may be absent.
  using Together = std::function<Values(ValueRange, ValueRange)>;
  auto maybe = [&](const Values &a, const Values &b, const Together &together) -> Values {
    size_t n = a.size() - (mask ? 1 : 0);
    Values out = together(ValueRange(a).take_front(n), ValueRange(b).take_front(n));
    if (!mask)
      return out;
    for (size_t k = 0; k < n; ++k)
      out[k] = select(a[n], select(b[n], out[k], a[k], at), b[k], at);
    out.push_back(arith::OrIOp::create(builder, at, a[n], b[n]));
    return out;
  };
  auto sum = [&](ValueRange a, ValueRange b) {
    Values out;
    for (auto [x, y] : llvm::zip_equal(a, b))
      out.push_back(isa<FloatType>(x.getType()) ? Value(arith::AddFOp::create(builder, at, x, y)) : add(x, y));
    return out;
  };
  auto inOrder = [&](ValueRange a, ValueRange b) { return combine(r, a, b, at); };
  auto join = [&](const Values &a, const Values &b) {
    return maybe(a, b, [&](ValueRange x, ValueRange y) { return joinBlocks(r, x, y, at); });
  };
  auto load = [&](ArrayRef<Value> memory, Value index) {
    Values out;
    for (Value m : memory)
      out.push_back(at0(m, index));
    return out;
  };
  auto store = [&](const Values &values, ArrayRef<Value> memory, Value index) {
    for (auto [v, m] : llvm::zip_equal(values, memory))
      put(v, m, index);
  };
  Value blocks = arith::CeilDivSIOp::create(builder, at, length, blockSize);
  loop(zeroI, rows, one, [&](Value row) {
    loop(zeroI, blocks, one, [&](Value block) {
      Value base = mul(block, blockSize);
      Value count = least(blockSize, sub(length, base));
      Value width = least(lanesCount, count);
      Value rest = arith::RemUIOp::create(builder, at, count, lanesCount), whole = sub(count, rest);
      auto when = [&](Value holds, const std::function<void()> &then, const std::function<void()> &otherwise) {
        auto choice = scf::IfOp::create(builder, at, holds, bool(otherwise));
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToStart(choice.thenBlock());
        then();
        if (!otherwise) return;
        builder.setInsertionPointToStart(choice.elseBlock());
        otherwise();
      };
      auto overLanes = [&](const Rooms &rooms, const std::function<Values(Value)> &element, const Together &together) -> Values {
        Value hasWhole = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ne, whole, zeroI);
        when(hasWhole, [&] {
          loop(zeroI, lanesCount, one, [&](Value lane) { store(element(add(base, lane)), rooms.whole, lane); });
          loop(lanesCount, whole, lanesCount, [&](Value first) {
            Value start = add(base, first);
            loop(zeroI, lanesCount, one, [&](Value lane) {
              Values x = element(add(start, lane));
              store(maybe(load(rooms.whole, lane), x, together), rooms.whole, lane);
            });
          });
          loop(zeroI, lanesCount, one, [&](Value lane) { store(load(rooms.whole, lane), rooms.lanes, lane); });
        }, {});
        Value start = add(base, whole);
        loop(zeroI, rest, one, [&](Value lane) {
          Values x = element(add(start, lane));
          when(hasWhole, [&] { store(maybe(load(rooms.lanes, lane), x, together), rooms.lanes, lane); }, [&] { store(x, rooms.lanes, lane); });
        });
        // The lanes pairwise; all of them by numbers that are known, which LLVM writes out.
        auto halve = [&](Value half) {
          loop(zeroI, half, one, [&](Value p) {
            Value left = mul(p, two);
            store(maybe(load(rooms.lanes, left), load(rooms.lanes, add(left, one)), together), rooms.lanes, p);
          });
        };
        Value isFull = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, width, lanesCount);
        when(isFull, [&] {
          for (int64_t half = array::reductionLanes / 2; half > 0; half /= 2) halve(constIndex(half, at));
        }, [&] {
          auto pairs = scf::WhileOp::create(builder, at, TypeRange(builder.getIndexType()), ValueRange(width));
          {
            OpBuilder::InsertionGuard inner(builder);
            Block *before = builder.createBlock(&pairs.getBefore(), {}, builder.getIndexType(), at);
            Value more = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::sgt, before->getArgument(0), one);
            scf::ConditionOp::create(builder, at, more, before->getArguments());
            Block *after = builder.createBlock(&pairs.getAfter(), {}, builder.getIndexType(), at);
            Value n = after->getArgument(0);
            Value half = arith::DivUIOp::create(builder, at, n, two);
            halve(half);
            Value rounded = arith::DivUIOp::create(builder, at, add(n, one), two);
            Value isOdd = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ne, rounded, half);
            auto odd = scf::IfOp::create(builder, at, isOdd, false);
            {
              OpBuilder::InsertionGuard then(builder);
              builder.setInsertionPointToStart(odd.thenBlock());
              store(load(rooms.lanes, sub(n, one)), rooms.lanes, half);
            }
            scf::YieldOp::create(builder, at, ValueRange(rounded));
          }
        });
        return load(rooms.lanes, zeroI);
      };
      Values total = overLanes(rooms, [&](Value k) { return element(row, k); }, moments ? Together(sum) : Together(inOrder));
      if (moments) {
        Value number = mask ? total[1] : fromIndex(count, builder.getI64Type(), at);
        Value mean = meanOf(r, total[0], number, at);
        Values squares = overLanes(distances, [&](Value k) {
          Values x = element(row, k), out = distanceFrom(x[0], mean, at);
          if (mask) out.push_back(x.back());
          return out;
        }, sum);
        Values all{total[0], number, squares[0], squares[1]};
        if (mask) all.push_back(total.back());
        total = all;
      }
      // The blocks pairwise, as a binary counter: the stack holds one result for each bit of their number so far.
      Value number = arith::IndexCastOp::create(builder, at, builder.getI64Type(), add(mul(row, blocks), block));
      Value height = toIndex(mlir::math::CtPopOp::create(builder, at, number), true, at);
      Value flipped = arith::XOrIOp::create(builder, at, number, constInt(number.getType(), -1, at));
      Value merges = toIndex(mlir::math::CountTrailingZerosOp::create(builder, at, flipped), true, at);
      store(total, stack, height);
      loop(zeroI, merges, one, [&](Value k) {
        Value top = sub(height, k), below = sub(top, one);
        store(join(load(stack, below), load(stack, top)), stack, below);
      });
    });
  });
  Value total = arith::IndexCastOp::create(builder, at, builder.getI64Type(), mul(rows, blocks));
  Value height = toIndex(mlir::math::CtPopOp::create(builder, at, total), true, at);
  loop(one, height, one, [&](Value k) {
    Value top = sub(height, k), below = sub(top, one);
    store(join(load(stack, below), load(stack, top)), stack, below);
  });
  Values out = load(stack, zeroI);
  Value some = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ne, total, constInt(total.getType(), 0, at));
  Value present = mask ? Value(arith::AndIOp::create(builder, at, some, out.back())) : some;
  if (mask)
    out.pop_back();
  out.push_back(present);
  Value flag = out.pop_back_val();
  return {out, flag};
}

// How many elements a mean is of.
Value Lowering::kernelCount(const KernelReduction &work, ValueRange point) {
  Location at = loc(work.expr->span);
  const Values &space = work.source->extents;
  int64_t only = work.expr->intValue;
  Type i64 = builder.getI64Type();
  if (!work.mask) {
    Value count = constIndex(1, at);
    for (auto [axis, n] : llvm::enumerate(space))
      if (only < 0 || only == int64_t(axis))
        count = arith::MulIOp::create(builder, at, count, n);
    return fromIndex(count, i64, at);
  }
  std::function<Value(Values, Value)> nest = [&](Values indices, Value count) -> Value {
    size_t axis = indices.size();
    if (axis == space.size()) {
      Value holds = plain(work.mask->read(indices).parts[0], at);
      return arith::AddIOp::create(builder, at, count, arith::ExtUIOp::create(builder, at, i64, holds));
    }
    if (only >= 0 && only != int64_t(axis)) {
      indices.push_back(point[int64_t(axis) < only ? axis : axis - 1]);
      return nest(indices, count);
    }
    auto loop = scf::ForOp::create(builder, at, constIndex(0, at), space[axis], constIndex(1, at), count);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
    scf::YieldOp::create(builder, at, nest(indices, loop.getRegionIterArg(0)));
    return loop.getResult(0);
  };
  return nest({}, constInt(i64, 0, at));
}

Val Lowering::kernelReduceAt(const KernelReduction &work, ValueRange point) {
  const Expr *e = work.expr;
  const Reduction &r = work.reduction;
  Location at = loc(e->span);
  const hir::Type *result = e->type->isArray() ? e->type->element : e->type;
  auto [values, present] = kernelTree(work, point);
  if (!r.identity) {
    Value absent = arith::XOrIOp::create(builder, at, present, boolean(true, at));
    failIf(absent, 9006, r.fails + " of an empty array", at);
    return Val(e->reduceKind == ReduceKind::ArgMin || e->reduceKind == ReduceKind::ArgMax ? values[1] : values[0]);
  }
  if (e->reduceKind == ReduceKind::Custom) {
    size_t n = values.size() - 1;
    return branch(
        at, present, {}, [&, v = values] { return call(e->lambda, {work.init, Val(Values(ArrayRef<Value>(v).take_front(n)))}); },
        [&] { return work.init; });
  }
  if (isMoments(r)) {
    Value count = select(present, values[1], constInt(values[1].getType(), 0, at), at);
    return convert(varianceOf(r, count, values[2], values[3], at), r.accumulator, result, at);
  }
  Value identity;
  if (auto parts = dyn_cast<ArrayAttr>(r.identity[0]))
    identity = complex::ConstantOp::create(builder, at, r.accumulators[0], parts);
  else
    identity = arith::ConstantOp::create(builder, at, cast<TypedAttr>(r.identity[0]));
  Value sum = select(present, values[0], identity, at);
  if (e->reduceKind == ReduceKind::Mean) {
    hir::Type i64;
    i64.kind = TypeKind::Int;
    i64.width = 64;
    Value n = convert(kernelCount(work, point), &i64, r.accumulator, at);
    return convert(binary(Op::Div, sum, n, r.accumulator, at), r.accumulator, result, at);
  }
  return r.accumulator->kind == TypeKind::Float ? Val(convert(sum, r.accumulator, result, at)) : Val(sum);
}

Val Lowering::kernelReduce(const Expr *e, const Reduction &r) {
  Location at = loc(e->span);
  auto work = std::make_shared<KernelReduction>();
  work->expr = e;
  work->reduction = r;
  work->source = viewOf(e->args[0]);
  bool isCustom = e->reduceKind == ReduceKind::Custom;
  if (isCustom) {
    work->init = emit(e->args[1]);
    work->kept = keep(e->lambda->body);
  }
  if (size_t maskAt = isCustom ? 2 : 1; e->args.size() > maskAt) {
    work->mask = viewOf(e->args[maskAt]);
    for (auto [axis, n] : llvm::enumerate(work->source->extents)) {
      Value differ = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ne, n, work->mask->extents[axis]);
      failIf(differ, 9003, "the array's and the mask's extents along axis " + std::to_string(axis), at);
    }
  }
  if (!e->type->isArray())
    return kernelReduceAt(*work, {});
  Val out;
  out.view = std::make_shared<View>();
  for (auto [axis, n] : llvm::enumerate(work->source->extents))
    if (int64_t(axis) != e->intValue)
      out.view->extents.push_back(n);
  out.view->read = [this, work](ValueRange indices) { return with(work->kept, [&] { return kernelReduceAt(*work, indices); }); };
  return out;
}

} // namespace dagger::lower
