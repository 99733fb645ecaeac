// Kernels of the fixed reduction tree: blocks of 1024 with 32 lanes, then blocks pairwise; and of scans.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;

namespace dagger::task {
namespace {

Value add(KernelBuilder &k, Value a, int64_t b) { return arith::AddIOp::create(k.builder, k.loc, a, k.constant(b)); }

using Together = llvm::function_ref<SmallVector<Value>(ValueRange, ValueRange)>;

// Combines two parts of which each may be empty: `present` says whether one has anything.
struct Part { SmallVector<Value> values; Value present; };
Part combineParts(KernelBuilder &k, const Part &left, const Part &right, Together together) {
  OpBuilder &b = k.builder;
  Value both = arith::AndIOp::create(b, k.loc, left.present, right.present);
  SmallVector<Type> types;
  for (Value value : left.values) types.push_back(value.getType());
  auto choice = scf::IfOp::create(b, k.loc, types, both, true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, k.loc, together(left.values, right.values));
  b.setInsertionPointToStart(choice.elseBlock());
  SmallVector<Value> one;
  for (auto [l, r] : llvm::zip(left.values, right.values)) one.push_back(arith::SelectOp::create(b, k.loc, left.present, l, r));
  scf::YieldOp::create(b, k.loc, one);
  b.setInsertionPointAfter(choice);
  return {SmallVector<Value>(choice.getResults()), arith::OrIOp::create(b, k.loc, left.present, right.present)};
}
Part combineParts(KernelBuilder &k, const Part &left, const Part &right) {
  return combineParts(k, left, right, [&](ValueRange l, ValueRange r) { return k.combine(l, r); });
}

// Whether what a point computes takes so long that to keep lanes in registers saves nothing: its code stands once then. It has loops,
// calls, elementary functions, which are long, or is long itself. Nor does it where there are few points.
bool isHeavy(KernelBuilder &k) {
  if (k.isBrief) return true;
  int64_t size = 0;
  auto result = k.launch.getBody().walk([&](Operation *op) {
    bool isLong = isa<array::MathOp, func::CallOp, scf::ForOp, scf::WhileOp>(op) || ++size > 60;
    return isLong ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

// Its elements lie in memory as they are in vectors.
bool isPlain(Type type) { return type.isF32() || type.isF64() || type.isInteger(32) || type.isInteger(64); }

// Lanes that lie in a row, as one vector: read as the loop over them has written them.
Value loadLanes(KernelBuilder &k, Type type, Value room) {
  OpBuilder &b = k.builder;
  int64_t each = vectorBits / bitsOf(type);
  SmallVector<Value> parts;
  for (int64_t lane = 0; lane < array::reductionLanes; lane += each) {
    Value address = LLVM::GEPOp::create(b, k.loc, room.getType(), type, room, ArrayRef<LLVM::GEPArg>{int32_t(lane)});
    parts.push_back(LLVM::LoadOp::create(b, k.loc, VectorType::get(each, type), address, /*alignment=*/64));
  }
  for (; parts.size() > 1; each *= 2) {
    SmallVector<int32_t> both = llvm::to_vector(llvm::seq<int32_t>(0, 2 * each));
    SmallVector<Value> wider;
    for (size_t i = 0; i < parts.size(); i += 2)
      wider.push_back(LLVM::ShuffleVectorOp::create(b, k.loc, parts[i], parts[i + 1], both));
    parts = wider;
  }
  return parts.front();
}

SmallVector<Value> everySecond(KernelBuilder &k, ValueRange vectors, int32_t from) {
  return llvm::map_to_vector(vectors, [&](Value vector) -> Value {
    SmallVector<int32_t> places;
    for (int32_t place = from; place < cast<VectorType>(vector.getType()).getNumElements(); place += 2) places.push_back(place);
    return LLVM::ShuffleVectorOp::create(k.builder, k.loc, vector, vector, places);
  });
}

SmallVector<Type> accumulatorTypes(KernelBuilder &k, unsigned from, unsigned count) {
  SmallVector<Type> types;
  for (unsigned i = 0; i < count; ++i) types.push_back(k.operands[from + i].element);
  return types;
}
} // namespace

void buildBlocks(KernelBuilder &k) {
  OpBuilder &b = k.builder;
  unsigned arrays = k.launch.getArrays().size();
  int64_t blocked = *llvm::max_element(*k.launch.getReduced());
  // Along which axis, if any, an operand has a block's elements one behind the other.
  auto axisOfElements = [&](const KernelOperand &operand) -> std::optional<unsigned> {
    for (auto [axis, follows] : llvm::enumerate(operand.access.getAxes()))
      if (follows == blocked && operand.access.getScale()[axis] == array::reductionBlock) return axis;
    return std::nullopt;
  };
  unsigned elements = llvm::count_if(ArrayRef(k.operands).drop_front(arrays), axisOfElements);
  unsigned accumulators = k.launch.getNumResults() - 1 - elements;
  auto yield = cast<array::YieldOp>(k.launch.getBody().front().getTerminator());
  bool masked = bool(yield.getPresent());
  Type i1 = b.getI1Type();
  // What one pass over a block makes: some of the accumulators. Whole blocks that lie densely have lanes of their own, which are
  // only ever reached at constant indices: LLVM keeps them in registers.
  struct Pass { SmallVector<unsigned> numbers; SmallVector<Type> types; SmallVector<Value> someLanes, wholeLanes; };
  Pass first, second;
  llvm::SmallBitVector isSecond = array::secondPass(yield); // elements that are written come behind the accumulators
  for (unsigned i = 0; i < accumulators; ++i) {
    Pass &pass = isSecond[i] ? second : first;
    pass.numbers.push_back(i);
    pass.types.push_back(k.operands[arrays + i].element);
  }
  auto makeRooms = [&](ArrayRef<Type> types) {
    SmallVector<Value> rooms;
    for (Type type : types) rooms.push_back(k.room(type, array::reductionLanes));
    rooms.push_back(k.room(i1, array::reductionLanes));
    return rooms;
  };
  for (Pass *pass : {&first, &second})
    if (!pass->numbers.empty()) pass->someLanes = makeRooms(pass->types), pass->wholeLanes = makeRooms(pass->types);
  Pass *now = &first;
  SmallVector<Value> lanes = first.someLanes;
  Value length = k.scalars.back(), zero = k.constant(0), lanesCount = k.constant(array::reductionLanes);

  auto loadLane = [&](Value index) {
    Part part;
    for (auto [type, room] : llvm::zip(now->types, lanes)) part.values.push_back(k.loadRoom(type, room, index));
    if (masked) part.present = k.loadRoom(i1, lanes.back(), index);
    return part;
  };
  auto storeLane = [&](const Part &part, Value index) {
    for (auto [value, room] : llvm::zip(part.values, lanes)) k.storeRoom(value, room, index);
    if (masked) k.storeRoom(part.present, lanes.back(), index);
  };
  // Accumulators of the other pass don't enter into those of this one.
  auto combineLanes = [&](ValueRange left, ValueRange right) {
    if (second.numbers.empty()) return k.combine(left, right);
    auto all = [&](ValueRange values) {
      SmallVector<Value> full;
      for (unsigned i = 0; i < accumulators; ++i) {
        auto at = llvm::find(now->numbers, i);
        Type type = k.operands[arrays + i].element;
        if (auto vector = dyn_cast<VectorType>(values.front().getType())) type = vector.clone(type);
        full.push_back(at == now->numbers.end() ? ub::PoisonOp::create(b, k.loc, type).getResult()
                                                : values[at - now->numbers.begin()]);
      }
      return full;
    };
    SmallVector<Value> combined = k.combine(all(left), all(right));
    return llvm::map_to_vector(now->numbers, [&](unsigned number) { return combined[number]; });
  };
  auto join = [&](const Part &left, const Part &right) -> Part {
    if (masked) return combineParts(k, left, right, combineLanes);
    return {combineLanes(left.values, right.values), Value()};
  };

  // `next` with what the lane has before it; `next` alone if that is nothing yet.
  auto joinUnless = [&](Value isFirst, const Part &next, Value lane) -> Part {
    SmallVector<Type> partTypes(now->types);
    if (masked) partTypes.push_back(i1);
    auto flat = [&](const Part &part) {
      SmallVector<Value> values(part.values);
      if (masked) values.push_back(part.present);
      return values;
    };
    // Texts are counted when they are loaded; numbers are loaded outside of the branch, which LLVM makes a selection of.
    bool hasTexts = llvm::any_of(now->types, [](Type type) { return isa<array::StrType>(type); });
    Part before;
    if (!hasTexts) before = loadLane(lane);
    auto choice = scf::IfOp::create(b, k.loc, partTypes, isFirst, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    scf::YieldOp::create(b, k.loc, flat(next));
    b.setInsertionPointToStart(choice.elseBlock());
    if (hasTexts) before = loadLane(lane);
    scf::YieldOp::create(b, k.loc, flat(join(before, next)));
    return {SmallVector<Value>(choice.getResults().take_front(now->types.size())), masked ? choice.getResults().back() : Value()};
  };

  // Lanes in memory of their own type that become vectors.
  bool pairsVectors = !masked && k.combinesVectors() && llvm::all_of(accumulatorTypes(k, arrays, accumulators), isPlain);
  // All lanes of a whole block pairwise: vectors of those at even and odd places, until one is left.
  auto pairVectors = [&] {
    Part all;
    for (auto [type, room] : llvm::zip(now->types, now->wholeLanes)) all.values.push_back(loadLanes(k, type, room));
    for (int64_t left = array::reductionLanes; left > 1; left /= 2)
      all = join({everySecond(k, all.values, 0), Value()}, {everySecond(k, all.values, 1), Value()});
    Value first = LLVM::ConstantOp::create(b, k.loc, b.getI64Type(), b.getI64IntegerAttr(0));
    for (Value &value : all.values) value = LLVM::ExtractElementOp::create(b, k.loc, value, first);
    lanes = now->someLanes;
    storeLane(all, zero);
  };

  bool heavy = isHeavy(k);
  // Shifted reads ask for no edge where all of a turn or a block is inside.
  bool isShifted = k.launch.getBody().walk([](array::ShiftedOp) { return WalkResult::interrupt(); }).wasInterrupted();
  SmallVector<std::pair<Value, Value>> inside;
  for (unsigned axis = 0; axis < k.rank && isShifted; ++axis)
    inside.push_back(interior(k, axis, int64_t(axis) == blocked ? length : k.high[axis]));
  auto both = [&](Value a, Value c) -> Value { return a ? arith::AndIOp::create(b, k.loc, a, c).getResult() : c; };
  auto atMost = [&](Value a, Value c) -> Value { return arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::sle, a, c); };
  // What is written along the way begins each block at a line, if it begins the first at one.
  if (elements)
    if (const KernelOperand &written = k.result(accumulators + 1); written.element.isIntOrFloat()) announceStream(k, written);
  k.nest(k.rank, [&](SmallVector<Value> &blockPoint) {
    Value base = arith::MulIOp::create(b, k.loc, blockPoint[blocked], k.constant(array::reductionBlock));
    Value rest = arith::SubIOp::create(b, k.loc, length, base);
    Value count = arith::MinSIOp::create(b, k.loc, rest, k.constant(array::reductionBlock)); // at least 1
    Value rowIsInside; // none: always
    for (unsigned axis = 0; axis < k.rank && isShifted; ++axis)
      if (int64_t(axis) != blocked) {
        auto [from, to] = inside[axis];
        rowIsInside = both(both(rowIsInside, atMost(from, blockPoint[axis])), atMost(add(k, blockPoint[axis], 1), to));
      }
    // Which of `number` elements from `start` on ask for no edge: from, to.
    auto insideOf = [&](Value start, Value number) {
      Value first = arith::AddIOp::create(b, k.loc, base, start);
      auto within = [&](Value limit) -> Value {
        Value offset = arith::SubIOp::create(b, k.loc, limit, first);
        return arith::MinSIOp::create(b, k.loc, arith::MaxSIOp::create(b, k.loc, offset, zero), number);
      };
      Value from = within(inside[blocked].first), to = arith::MaxSIOp::create(b, k.loc, within(inside[blocked].second), from);
      if (!rowIsInside) return std::pair(from, to);
      return std::pair(arith::SelectOp::create(b, k.loc, rowIsInside, from, number).getResult(),
                       arith::SelectOp::create(b, k.loc, rowIsInside, to, number).getResult());
    };
    auto elementAt = [&](Value offset, bool isInside = true) -> Part {
      SmallVector<Value> point(blockPoint);
      point[blocked] = arith::AddIOp::create(b, k.loc, base, offset);
      auto yielded = k.copyBody(point, isInside ? Edges::None : Edges::All);
      // In the last pass: a result may lie where an input lies.
      for (unsigned i = 0; i < elements && (now == &second || second.numbers.empty()); ++i) {
        KernelOperand &result = k.result(accumulators + 1 + i);
        k.store(result, k.indicesAt(result, point), yielded.values[accumulators + i]);
      }
      return {llvm::map_to_vector(now->numbers, [&](unsigned number) { return yielded.values[number]; }), yielded.present};
    };
    Value width = arith::MinSIOp::create(b, k.loc, count, lanesCount);
    Value isWhole = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, count, k.constant(array::reductionBlock)), isDense;
    SmallVector<std::pair<Value *, Value>> strides; // of what lies along the block, and what they are elsewhere
    for (KernelOperand &operand : k.operands)
      if (auto axis = axisOfElements(operand)) {
        Value &stride = operand.strides[*axis];
        strides.push_back({&stride, stride});
        Value unit = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, stride, k.constant(1));
        isDense = isDense ? arith::AndIOp::create(b, k.loc, isDense, unit).getResult() : unit;
      }
    // While a pass goes over a block, memory brings the next one: what follows a block keeps the loads behind it waiting. Of two passes
    // the second reads nothing from memory and takes less time than a line needs to come: both ask, and for the second-level cache,
    // which waits for more lines at once than the first-level one. Where one pass reads several arrays memory has enough to do, and
    // to ask for more made it a third slower.
    const bool isOnce = second.numbers.empty();
    const int32_t level = isOnce ? 3 : 2;
    const bool readsOne = llvm::count_if(ArrayRef(k.operands).take_front(arrays), axisOfElements) == 1;
    auto fetchNextBlock = [&](Value start) {
      if (isOnce && !readsOne) return;
      Value next = arith::AddIOp::create(b, k.loc, arith::AddIOp::create(b, k.loc, base, start), k.constant(array::reductionBlock));
      for (const KernelOperand &operand : ArrayRef(k.operands).take_front(arrays)) {
        if (!axisOfElements(operand) || !operand.element.isIntOrFloat()) continue;
        int64_t perLine = 64 / llvm::divideCeil(operand.element.getIntOrFloatBitWidth(), 8);
        for (int64_t line = 0; line < array::reductionLanes; line += perLine) {
          SmallVector<Value> point(blockPoint);
          point[blocked] = add(k, next, line);
          Value address = k.addressOf(operand, k.indicesAt(operand, point));
          LLVM::Prefetch::create(b, k.loc, address, /*rw=*/0, /*hint=*/level, /*cache=*/1);
        }
      }
    };
    // All elements of a block that lies densely, in registers. Gives how many lanes are left to be combined.
    auto wholeTurns = [&]() -> Value {
      lanes = now->wholeLanes;
      auto firsts = k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
        storeLane(elementAt(lane), lane);
        return {};
      });
      if (elements) k.markParallel(firsts);
      k.loop(lanesCount, count, {}, [&](Value start, ValueRange) -> SmallVector<Value> {
        fetchNextBlock(start);
        k.markParallel(k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
          storeLane(join(loadLane(lane), elementAt(arith::AddIOp::create(b, k.loc, start, lane))), lane);
          return {};
        }));
        return {};
      }, array::reductionLanes);
      if (pairsVectors) return pairVectors(), k.constant(1);
      k.loop(zero, lanesCount, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
        lanes = now->wholeLanes;
        Part part = loadLane(lane);
        lanes = now->someLanes;
        storeLane(part, lane);
        return {};
      });
      return width;
    };
    // Any number of elements anywhere. The code of an element stands once: in the first turn nothing is there to combine with.
    auto turns = [&]() -> Value {
      Value number = arith::CeilDivUIOp::create(b, k.loc, count, lanesCount);
      k.loop(zero, number, {}, [&](Value turn, ValueRange) -> SmallVector<Value> {
        Value start = arith::MulIOp::create(b, k.loc, turn, lanesCount);
        Value left = arith::SubIOp::create(b, k.loc, count, start);
        Value here = arith::MinSIOp::create(b, k.loc, left, lanesCount);
        Value isFirst = arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, turn, zero);
        auto take = [&](Value from, Value to, bool isInside) {
          auto loop = k.loop(from, to, {}, [&](Value lane, ValueRange) -> SmallVector<Value> {
            Part next = elementAt(arith::AddIOp::create(b, k.loc, start, lane), isInside);
            storeLane(joinUnless(isFirst, next, lane), lane);
            return {};
          });
          if (isInside) k.markParallel(loop);
          else k.markScalar(loop);
        };
        if (!isShifted) return take(zero, here, true), SmallVector<Value>();
        auto [from, to] = insideOf(start, here);
        Value isAll = both(arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, from, zero),
                           arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, to, lanesCount));
        auto choice = scf::IfOp::create(b, k.loc, isAll, true);
        b.setInsertionPointToStart(choice.thenBlock());
        take(zero, lanesCount, true);
        b.setInsertionPointToStart(choice.elseBlock());
        take(zero, from, false);
        take(from, to, true);
        take(to, here, false);
        b.setInsertionPointAfter(choice);
        return {};
      });
      return width;
    };
    auto choose = [&](Value condition, function_ref<Value()> then, function_ref<Value()> otherwise) -> Value {
      auto choice = scf::IfOp::create(b, k.loc, TypeRange{b.getIndexType()}, condition, true);
      b.setInsertionPointToStart(choice.thenBlock());
      for (auto &[stride, general] : strides) *stride = k.constant(1);
      scf::YieldOp::create(b, k.loc, then());
      b.setInsertionPointToStart(choice.elseBlock());
      for (auto &[stride, general] : strides) *stride = general;
      scf::YieldOp::create(b, k.loc, otherwise());
      b.setInsertionPointAfter(choice);
      return choice.getResult(0);
    };
    auto take = [&](Pass &pass) -> Part {
      now = &pass;
      lanes = pass.someLanes;
      Value isLong = isDense ? arith::AndIOp::create(b, k.loc, isWhole, isDense).getResult() : isWhole;
      if (!heavy && isShifted) {
        auto [from, to] = insideOf(zero, count);
        isLong = both(isLong, arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, from, zero));
        isLong = both(isLong, arith::CmpIOp::create(b, k.loc, arith::CmpIPredicate::eq, to, count));
      }
      Value left = !heavy ? choose(isLong, wholeTurns, turns) : isDense && !k.isBrief ? choose(isDense, turns, turns) : turns();
      // Lanes pairwise; an odd last one passes through. In place: lane i takes lanes 2i and 2i + 1, which are not behind it.
      auto halving = scf::WhileOp::create(
          b, k.loc, TypeRange{b.getIndexType()}, ValueRange{left},
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
      return loadLane(zero);
    };
    Part total = take(first);
    if (!second.numbers.empty()) {
      SmallVector<Value> values(accumulators);
      for (auto [number, value] : llvm::zip(first.numbers, total.values)) values[number] = value;
      k.totals = values;
      for (auto [number, value] : llvm::zip(second.numbers, take(second).values)) values[number] = value;
      k.totals.clear();
      total.values = values;
    }
    for (unsigned i = 0; i < accumulators; ++i) k.store(k.result(i), blockPoint, total.values[i]);
    Value any = masked ? total.present : arith::ConstantIntOp::create(b, k.loc, 1, 1).getResult();
    k.store(k.result(accumulators), blockPoint, any);
  });
  endStreams(k);
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
