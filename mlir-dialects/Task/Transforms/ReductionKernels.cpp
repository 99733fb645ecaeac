// Kernels of the fixed reduction tree: blocks of 1024 with 32 lanes, then blocks pairwise; and of scans.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;

namespace dagger::task {
namespace {

Value add(KernelBuilder &k, Value a, int64_t b) { return arith::AddIOp::create(k.builder, k.loc, a, k.constant(b)); }

// Combines two parts of which each may be empty: `present` says whether one has anything.
struct Part { SmallVector<Value> values; Value present; };
Part combineParts(KernelBuilder &k, const Part &left, const Part &right) {
  OpBuilder &b = k.builder;
  Value both = arith::AndIOp::create(b, k.loc, left.present, right.present);
  SmallVector<Type> types;
  for (Value value : left.values) types.push_back(value.getType());
  auto choice = scf::IfOp::create(b, k.loc, types, both, true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, k.loc, k.combine(left.values, right.values));
  b.setInsertionPointToStart(choice.elseBlock());
  SmallVector<Value> one;
  for (auto [l, r] : llvm::zip(left.values, right.values)) one.push_back(arith::SelectOp::create(b, k.loc, left.present, l, r));
  scf::YieldOp::create(b, k.loc, one);
  b.setInsertionPointAfter(choice);
  return {SmallVector<Value>(choice.getResults()), arith::OrIOp::create(b, k.loc, left.present, right.present)};
}

// Whether what a point computes takes so long that to keep lanes in registers saves nothing: its code stands once then. It has loops,
// calls, elementary functions, which are long, or is long itself.
bool isHeavy(KernelBuilder &k) {
  int64_t size = 0;
  auto result = k.launch.getBody().walk([&](Operation *op) {
    bool isLong = isa<array::MathOp, func::CallOp, scf::ForOp, scf::WhileOp>(op) || ++size > 60;
    return isLong ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

SmallVector<Type> accumulatorTypes(KernelBuilder &k, unsigned from, unsigned count) {
  SmallVector<Type> types;
  for (unsigned i = 0; i < count; ++i) types.push_back(k.operands[from + i].element);
  return types;
}
} // namespace

void buildBlocks(KernelBuilder &k) {
  OpBuilder &b = k.builder;
  unsigned arrays = k.launch.getArrays().size(), accumulators = k.launch.getNumResults() - 1;
  int64_t blocked = *llvm::max_element(*k.launch.getReduced());
  SmallVector<Type> types = accumulatorTypes(k, arrays, accumulators);
  bool masked = bool(cast<array::YieldOp>(k.launch.getBody().front().getTerminator()).getPresent());
  Type i1 = b.getI1Type();
  // Whole blocks that lie densely have lanes of their own, which are only ever reached at constant indices: LLVM keeps them in registers.
  SmallVector<Value> lanes, wholeLanes;
  auto makeRooms = [&] {
    SmallVector<Value> rooms;
    for (Type type : types) rooms.push_back(k.room(type, array::reductionLanes));
    rooms.push_back(k.room(i1, array::reductionLanes));
    return rooms;
  };
  SmallVector<Value> someLanes = makeRooms();
  wholeLanes = makeRooms();
  lanes = someLanes;
  Value length = k.scalars.back(), zero = k.constant(0), lanesCount = k.constant(array::reductionLanes);

  auto loadLane = [&](Value index) {
    Part part;
    for (auto [type, room] : llvm::zip(types, lanes)) part.values.push_back(k.loadRoom(type, room, index));
    if (masked) part.present = k.loadRoom(i1, lanes.back(), index);
    return part;
  };
  auto storeLane = [&](const Part &part, Value index) {
    for (auto [value, room] : llvm::zip(part.values, lanes)) k.storeRoom(value, room, index);
    if (masked) k.storeRoom(part.present, lanes.back(), index);
  };
  auto join = [&](const Part &left, const Part &right) -> Part {
    if (masked) return combineParts(k, left, right);
    return {k.combine(left.values, right.values), Value()};
  };

  // `next` with what the lane has before it; `next` alone if that is nothing yet.
  auto joinUnless = [&](Value isFirst, const Part &next, Value lane) -> Part {
    SmallVector<Type> partTypes(types);
    if (masked) partTypes.push_back(i1);
    auto flat = [&](const Part &part) {
      SmallVector<Value> values(part.values);
      if (masked) values.push_back(part.present);
      return values;
    };
    // Texts are counted when they are loaded; numbers are loaded outside of the branch, which LLVM makes a selection of.
    bool hasTexts = llvm::any_of(types, [](Type type) { return isa<array::StrType>(type); });
    Part before;
    if (!hasTexts) before = loadLane(lane);
    auto choice = scf::IfOp::create(b, k.loc, partTypes, isFirst, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    scf::YieldOp::create(b, k.loc, flat(next));
    b.setInsertionPointToStart(choice.elseBlock());
    if (hasTexts) before = loadLane(lane);
    scf::YieldOp::create(b, k.loc, flat(join(before, next)));
    return {SmallVector<Value>(choice.getResults().take_front(types.size())), masked ? choice.getResults().back() : Value()};
  };

  bool heavy = isHeavy(k);
  k.nest(k.rank, [&](SmallVector<Value> &blockPoint) {
    Value base = arith::MulIOp::create(b, k.loc, blockPoint[blocked], k.constant(array::reductionBlock));
    Value rest = arith::SubIOp::create(b, k.loc, length, base);
    Value count = arith::MinSIOp::create(b, k.loc, rest, k.constant(array::reductionBlock)); // at least 1
    auto elementAt = [&](Value offset) -> Part {
      SmallVector<Value> point(blockPoint);
      point[blocked] = arith::AddIOp::create(b, k.loc, base, offset);
      auto yielded = k.copyBody(point, Edges::None);
      return {yielded.values, yielded.present};
    };
    Value width = arith::MinSIOp::create(b, k.loc, count, lanesCount);
    Value isWhole = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, count, k.constant(array::reductionBlock)), isDense;
    SmallVector<std::pair<Value *, Value>> strides; // of what lies along the block, and what they are elsewhere
    for (KernelOperand &operand : MutableArrayRef(k.operands).take_front(arrays))
      for (auto [axis, follows] : llvm::enumerate(operand.access.getAxes()))
        if (follows == blocked) {
          Value &stride = operand.strides[axis];
          strides.push_back({&stride, stride});
          Value unit = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, stride, k.constant(1));
          isDense = isDense ? arith::AndIOp::create(b, k.loc, isDense, unit).getResult() : unit;
        }
    // All elements of a block that lies densely, in registers.
    auto wholeTurns = [&] {
      lanes = wholeLanes;
      k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
        storeLane(elementAt(lane), lane);
        return {};
      });
      k.loop(lanesCount, count, {}, [&](Value start, ValueRange) -> SmallVector<Value> {
        k.markParallel(k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
          storeLane(join(loadLane(lane), elementAt(arith::AddIOp::create(b, k.loc, start, lane))), lane);
          return {};
        }));
        return {};
      }, array::reductionLanes);
      k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
        lanes = wholeLanes;
        Part part = loadLane(lane);
        lanes = someLanes;
        storeLane(part, lane);
        return {};
      });
    };
    // Any number of elements anywhere. The code of an element stands once: in the first turn nothing is there to combine with.
    auto turns = [&] {
      Value number = arith::CeilDivUIOp::create(b, k.loc, count, lanesCount);
      k.loop(zero, number, {}, [&](Value turn, ValueRange) -> SmallVector<Value> {
        Value start = arith::MulIOp::create(b, k.loc, turn, lanesCount);
        Value left = arith::SubIOp::create(b, k.loc, count, start);
        Value here = arith::MinSIOp::create(b, k.loc, left, lanesCount);
        Value isFirst = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, turn, zero);
        auto loop = k.loop(zero, here, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
          Part next = elementAt(arith::AddIOp::create(b, k.loc, start, lane));
          storeLane(joinUnless(isFirst, next, lane), lane);
          return {};
        });
        k.markParallel(loop);
        return {};
      });
    };
    auto choose = [&](Value condition, function_ref<void()> then, function_ref<void()> otherwise) {
      auto choice = scf::IfOp::create(b, k.loc, condition, true);
      b.setInsertionPointToStart(choice.thenBlock());
      for (auto &[stride, general] : strides) *stride = k.constant(1);
      then();
      b.setInsertionPointToStart(choice.elseBlock());
      for (auto &[stride, general] : strides) *stride = general;
      otherwise();
      b.setInsertionPointAfter(choice);
    };
    if (!heavy) choose(isDense ? arith::AndIOp::create(b, k.loc, isWhole, isDense).getResult() : isWhole, wholeTurns, turns);
    else if (isDense) choose(isDense, turns, turns);
    else turns();
    // Lanes pairwise; an odd last one passes through. In place: lane i takes lanes 2i and 2i + 1, which are not behind it.
    auto halving = scf::WhileOp::create(
        b, k.loc, TypeRange{b.getIndexType()}, ValueRange{width},
        [&](OpBuilder &, Location, ValueRange state) {
          Value more = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::sgt, state[0], k.constant(1));
          scf::ConditionOp::create(b, k.loc, more, state);
        },
        [&](OpBuilder &, Location, ValueRange state) {
          Value pairs = arith::DivUIOp::create(b, k.loc, state[0], k.constant(2));
          k.markScalar(k.loop(zero, pairs, {}, [&](Value pair, ValueRange) -> SmallVector<Value> {
            Value first = arith::MulIOp::create(b, k.loc, pair, k.constant(2));
            storeLane(join(loadLane(first), loadLane(add(k, first, 1))), pair);
            return {};
          }));
          Value odd = arith::RemUIOp::create(b, k.loc, state[0], k.constant(2));
          Value isOdd = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, odd, k.constant(1));
          auto pass = scf::IfOp::create(b, k.loc, isOdd, false);
          {
            OpBuilder::InsertionGuard guard(b);
            b.setInsertionPointToStart(pass.thenBlock());
            storeLane(loadLane(add(k, state[0], -1)), pairs);
          }
          scf::YieldOp::create(b, k.loc, ValueRange{arith::AddIOp::create(b, k.loc, pairs, odd)});
        });
    b.setInsertionPointAfter(halving);
    Part total = loadLane(zero);
    for (unsigned i = 0; i < accumulators; ++i) k.store(k.result(i), blockPoint, total.values[i]);
    Value any = masked ? total.present : arith::ConstantIntOp::create(b, k.loc, 1, 1).getResult();
    k.store(k.result(accumulators), blockPoint, any);
  });
}

void buildCombine(KernelBuilder &k) {
  OpBuilder &b = k.builder;
  unsigned accumulators = k.launch.getNumResults();
  SmallVector<Type> types = accumulatorTypes(k, 0, accumulators);
  ArrayRef<int64_t> reduced = *k.launch.getReduced();
  Type i1 = b.getI1Type();
  // Partial results of the tree so far, one for each bit of the number of items: 64 are enough.
  SmallVector<Value> stacks;
  for (Type type : types) stacks.push_back(k.room(type, 64));
  Value presentStack = k.room(i1, 64);
  Value zero = k.constant(0), one = k.constant(1);
  auto loadPart = [&](Value depth) {
    Part part;
    for (auto [type, stack] : llvm::zip(types, stacks)) part.values.push_back(k.loadRoom(type, stack, depth));
    part.present = k.loadRoom(i1, presentStack, depth);
    return part;
  };
  auto storePart = [&](const Part &part, Value depth) {
    for (auto [value, stack] : llvm::zip(part.values, stacks)) k.storeRoom(value, stack, depth);
    k.storeRoom(part.present, presentStack, depth);
  };
  auto bits = [&](Value number) -> Value {
    Value wide = arith::IndexCastOp::create(b, k.loc, b.getI64Type(), number);
    return arith::IndexCastOp::create(b, k.loc, b.getIndexType(), LLVM::CtPopOp::create(b, k.loc, wide.getType(), wide));
  };

  k.nest(k.rank, [&](SmallVector<Value> &kept) {
    KernelOperand &first = k.operands[0];
    SmallVector<int64_t> order(reduced);
    llvm::sort(order);
    // Items in row-major order of the reduced axes; `number` counts them.
    SmallVector<Value> indices;
    for (int64_t axis : first.access.getAxes()) indices.push_back(axis < 0 ? Value() : kept[axis]);
    std::function<Value(unsigned, Value)> level = [&](unsigned depth, Value number) -> Value {
      if (depth == order.size()) {
        Part item;
        for (unsigned i = 0; i < accumulators; ++i) item.values.push_back(k.load(k.operands[i], indices));
        item.present = k.load(k.operands[accumulators], indices);
        // Each set low bit of the number of items before is a finished subtree of the same size as what is in hand.
        SmallVector<Value> state(item.values);
        state.push_back(item.present);
        state.push_back(bits(number));
        state.push_back(number);
        SmallVector<Type> stateTypes;
        for (Value value : state) stateTypes.push_back(value.getType());
        auto merge = scf::WhileOp::create(
            b, k.loc, stateTypes, state,
            [&](OpBuilder &, Location, ValueRange s) {
              Value low = arith::AndIOp::create(b, k.loc, s.back(), one);
              scf::ConditionOp::create(b, k.loc, arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, low, one), s);
            },
            [&](OpBuilder &, Location, ValueRange s) {
              Value depthBelow = add(k, s[accumulators + 1], -1);
              Part hand{SmallVector<Value>(s.take_front(accumulators)), s[accumulators]};
              Part merged = combineParts(k, loadPart(depthBelow), hand);
              SmallVector<Value> next(merged.values);
              next.push_back(merged.present);
              next.push_back(depthBelow);
              next.push_back(arith::ShRUIOp::create(b, k.loc, s.back(), one));
              scf::YieldOp::create(b, k.loc, next);
            });
        b.setInsertionPointAfter(merge);
        storePart({SmallVector<Value>(merge.getResults().take_front(accumulators)), merge.getResult(accumulators)}, merge.getResult(accumulators + 1));
        return add(k, number, 1);
      }
      int64_t axis = order[depth];
      auto loop = k.loop(zero, first.extents[axis], ValueRange{number}, [&](Value iv, ValueRange carried) -> SmallVector<Value> {
        indices[axis] = iv;
        return {level(depth + 1, carried[0])};
      });
      return loop.getResult(0);
    };
    Value total = level(0, zero);
    Value isEmpty = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, total, zero);
    Value depth = bits(total);
    // What is left on the stack, from the top down.
    Value top = arith::MaxSIOp::create(b, k.loc, add(k, depth, -1), zero);
    Part hand = loadPart(top);
    SmallVector<Value> inits(hand.values);
    inits.push_back(arith::AndIOp::create(b, k.loc, hand.present, arith::XOrIOp::create(b, k.loc, isEmpty, arith::ConstantIntOp::create(b, k.loc, 1, 1))));
    auto fold = k.loop(zero, top, inits, [&](Value turn, ValueRange carried) -> SmallVector<Value> {
      Value at = arith::SubIOp::create(b, k.loc, add(k, top, -1), turn);
      Part merged = combineParts(k, loadPart(at), {SmallVector<Value>(carried.take_front(accumulators)), carried[accumulators]});
      SmallVector<Value> next(merged.values);
      next.push_back(merged.present);
      return next;
    });
    Value present = fold.getResult(accumulators);
    auto choice = scf::IfOp::create(b, k.loc, types, present, true);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(choice.thenBlock());
      scf::YieldOp::create(b, k.loc, fold.getResults().take_front(accumulators));
      b.setInsertionPointToStart(choice.elseBlock());
      SmallVector<Value> otherwise;
      if (auto name = k.launch.getFails()) {
        FailOp::create(b, k.loc, 9006, (*name + " of an empty array").str());
        otherwise.assign(fold.getResults().begin(), fold.getResults().begin() + accumulators);
      } else {
        for (auto [value, type] : llvm::zip(k.launch.getIdentityAttr(), choice.getResultTypes())) {
          if (isa<ComplexType>(type)) otherwise.push_back(complex::ConstantOp::create(b, k.loc, type, cast<ArrayAttr>(value)));
          else if (isa<array::StrType>(type)) otherwise.push_back(array::TextOp::create(b, k.loc, cast<StringAttr>(value).getValue()));
          else otherwise.push_back(arith::ConstantOp::create(b, k.loc, cast<TypedAttr>(value)));
        }
      }
      scf::YieldOp::create(b, k.loc, otherwise);
    }
    for (unsigned i = 0; i < accumulators; ++i) k.store(k.result(i), kept, choice.getResult(i));
  });
}

void buildScan(KernelBuilder &k) {
  OpBuilder &b = k.builder;
  unsigned inputs = k.launch.getNumResults();
  int64_t along = (*k.launch.getReduced())[0];
  SmallVector<Type> types = accumulatorTypes(k, 0, inputs);
  Value zero = k.constant(0), one = k.constant(1), block = k.constant(array::reductionBlock);
  SmallVector<Value> carries;
  for (Type type : types) carries.push_back(k.room(type, 1));
  k.nest(k.rank, [&](SmallVector<Value> &rowPoint) {
    auto at = [&](Value position) {
      SmallVector<Value> indices;
      for (int64_t axis : k.operands[0].access.getAxes()) indices.push_back(axis < 0 ? position : rowPoint[axis]);
      return indices;
    };
    Value length = k.operands[0].extents[along];
    Value blocks = arith::CeilDivUIOp::create(b, k.loc, length, block);
    k.loop(zero, blocks, {}, [&](Value number, ValueRange) -> SmallVector<Value> {
      Value start = arith::MulIOp::create(b, k.loc, number, block);
      Value end = arith::MinSIOp::create(b, k.loc, arith::AddIOp::create(b, k.loc, start, block), length);
      Value hasCarry = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::ne, number, zero);
      auto carry = [&] {
        SmallVector<Value> values;
        for (auto [type, room] : llvm::zip(types, carries)) values.push_back(k.loadRoom(type, room, zero));
        return values;
      };
      // The running combination of the block so far, with what came before on its left.
      auto withCarry = [&](ValueRange local) {
        auto choice = scf::IfOp::create(b, k.loc, types, hasCarry, true);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(choice.thenBlock());
        scf::YieldOp::create(b, k.loc, k.combine(carry(), local));
        b.setInsertionPointToStart(choice.elseBlock());
        scf::YieldOp::create(b, k.loc, local);
        return choice;
      };
      auto put = [&](Value position, ValueRange local) {
        auto out = withCarry(local);
        b.setInsertionPointAfter(out);
        for (unsigned i = 0; i < inputs; ++i) k.store(k.result(i), at(position), out.getResult(i));
      };
      SmallVector<Value> firsts;
      for (unsigned i = 0; i < inputs; ++i) firsts.push_back(k.load(k.operands[i], at(start)));
      put(start, firsts);
      auto rest = k.loop(arith::AddIOp::create(b, k.loc, start, one), end, firsts, [&](Value position, ValueRange local) -> SmallVector<Value> {
        SmallVector<Value> next;
        for (unsigned i = 0; i < inputs; ++i) next.push_back(k.load(k.operands[i], at(position)));
        SmallVector<Value> running = k.combine(local, next);
        put(position, running);
        return running;
      });
      auto total = withCarry(rest.getResults());
      b.setInsertionPointAfter(total);
      for (auto [value, room] : llvm::zip(total.getResults(), carries)) k.storeRoom(value, room, zero);
      return {};
    });
  });
}

} // namespace dagger::task
