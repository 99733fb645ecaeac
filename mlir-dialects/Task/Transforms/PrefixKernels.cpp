// Kernels of scans that several tasks do. A task goes over its blocks twice while they are in a cache: first for what each comes
// to, then, when the task before has said what all before come to, for the elements. Both take eight blocks side by side, one in
// each lane of a vector, so that nothing is combined in another order than one after the other in a block, and eight sums wait for
// the one before where one would.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t side = 8, lineBytes = 64, cachedBytes = 512 << 10;

class Prefix {
public:
  explicit Prefix(KernelBuilder &k) : k(k), b(k.builder), loc(k.loc), inputs(k.launch.getNumResults()) {
    for (unsigned i = 0; i < inputs; ++i) types.push_back(k.operands[i].element);
  }
  void build();

private:
  using Values = SmallVector<Value>;
  KernelBuilder &k;
  OpBuilder &b;
  Location loc;
  unsigned inputs;
  SmallVector<Type> types;
  Values before; // rooms: for each block of a part what it comes to, then what all before it come to
  Values carry;  // rooms: what all blocks so far come to
  int64_t part;  // so many blocks stay in a cache between the two times
  Value zero, one, length;

  Value add(Value a, Value c) { return arith::AddIOp::create(b, loc, a, c); }
  Value minus(Value a, Value c) { return arith::SubIOp::create(b, loc, a, c); }
  Value compare(arith::CmpIPredicate how, Value a, Value c) { return arith::CmpIOp::create(b, loc, how, a, c); }
  Value firstOf(Value block) { return arith::MulIOp::create(b, loc, block, k.constant(array::reductionBlock)); }
  Values loadRooms(ValueRange rooms, Value at) {
    Values values;
    for (auto [type, room] : llvm::zip(types, rooms)) values.push_back(k.loadRoom(type, room, at));
    return values;
  }
  void storeRooms(ValueRange values, ValueRange rooms, Value at) {
    for (auto [value, room] : llvm::zip(values, rooms)) k.storeRoom(value, room, at);
  }
  void when(Value condition, function_ref<void()> then) {
    auto choice = scf::IfOp::create(b, loc, condition, false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    then();
  }
  Values either(Value condition, TypeRange results, function_ref<Values()> then, function_ref<Values()> otherwise) {
    auto choice = scf::IfOp::create(b, loc, results, condition, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    scf::YieldOp::create(b, loc, then());
    b.setInsertionPointToStart(choice.elseBlock());
    scf::YieldOp::create(b, loc, otherwise());
    return Values(choice.getResults());
  }

  VectorType vectorOf(Type type) { return VectorType::get(side, type); }
  Value vectorAddress(Type type, Value room, Value at) {
    Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), at);
    return LLVM::GEPOp::create(b, loc, room.getType(), type, room, ArrayRef<LLVM::GEPArg>{wide});
  }
  void transpose(SmallVector<Value> &rows);
  Values groupTurns(Value first, Value ahead, function_ref<void(Value element, ArrayRef<Values> running)> put);
  void groupTotals(Value block, Value number);
  void groupElements(Value block, Value number);
  void blockTotal(Value block, Value number);
  void blockElements(Value block, Value number);
  void handOn(Value from, Value to);
  void takePart(Value from, Value to, Value isDense);
};

// Row i of the result has element i of each row. Only rows are named by constants, so that they stay in registers.
void Prefix::transpose(SmallVector<Value> &rows) {
  for (int64_t apart : {1, 2, 4}) {
    SmallVector<int32_t> low, high;
    for (int32_t i = 0; i < side; ++i) {
      bool isOther = i & apart;
      low.push_back(isOther ? i - apart + side : i);
      high.push_back(isOther ? i + side : i + apart);
    }
    for (int64_t i = 0; i < side; ++i) {
      if (i & apart) continue;
      Value a = rows[i], c = rows[i + apart];
      rows[i] = LLVM::ShuffleVectorOp::create(b, loc, a, c, low);
      rows[i + apart] = LLVM::ShuffleVectorOp::create(b, loc, a, c, high);
    }
  }
}

// Eight blocks from element `first` on: what each comes to. `put` gets a turn's running combinations, as many elements of each block as
// fill a line of a cache. Meanwhile the lines `ahead` elements further on are asked for, if it is given.
Prefix::Values Prefix::groupTurns(Value first, Value ahead, function_ref<void(Value, ArrayRef<Values>)> put) {
  int64_t elements = side;
  for (Type type : types) elements = std::max<int64_t>(elements, lineBytes * 8 / type.getIntOrFloatBitWidth());
  Values nothing;
  for (Type type : types) nothing.push_back(arith::ConstantOp::create(b, loc, b.getZeroAttr(vectorOf(type))));
  auto turns = k.loop(zero, k.constant(array::reductionBlock), nothing, [&](Value element, ValueRange carried) -> Values {
    Value at = add(first, element), isFirst = compare(arith::CmpIPredicate::eq, element, zero);
    SmallVector<Values> running(elements, Values(inputs)); // a vector for each element: of the eight blocks
    for (unsigned i = 0; i < inputs; ++i)
      for (int64_t from = 0; from < elements; from += side) {
        SmallVector<Value> rows;
        for (int64_t block = 0; block < side; ++block) {
          Value place = add(at, k.constant(block * array::reductionBlock + from)), address = k.addressOf(k.operands[i], {place});
          if (ahead && from * types[i].getIntOrFloatBitWidth() % (lineBytes * 8) == 0)
            LLVM::Prefetch::create(b, loc, k.addressOf(k.operands[i], {add(place, ahead)}), /*rw=*/0, /*hint=*/2, /*cache=*/1);
          rows.push_back(LLVM::LoadOp::create(b, loc, vectorOf(types[i]), address, types[i].getIntOrFloatBitWidth() / 8));
        }
        transpose(rows);
        for (int64_t element = 0; element < side; ++element) running[from + element][i] = rows[element];
      }
    Values sum(carried);
    for (int64_t element = 0; element < elements; ++element) {
      Values next = k.combine(sum, running[element]);
      if (element == 0)
        for (auto [value, alone] : llvm::zip(next, running[0])) value = arith::SelectOp::create(b, loc, isFirst, alone, value);
      running[element] = sum = next;
    }
    if (put) put(at, running);
    return sum;
  }, elements);
  k.markScalar(turns); // vectors already, and too much code to have twice
  return Values(turns.getResults());
}

void Prefix::groupTotals(Value block, Value number) {
  // Eight places in memory, each a few pages long, are no stream that the processor sees early enough. Another task's are left to it.
  Value next = add(block, k.constant(side)), isOwn = compare(arith::CmpIPredicate::slt, next, k.high[0]);
  Value ahead = arith::SelectOp::create(b, loc, isOwn, k.constant(side * array::reductionBlock), zero);
  Values totals = groupTurns(firstOf(block), ahead, nullptr);
  for (auto [type, room, total] : llvm::zip(types, before, totals))
    LLVM::StoreOp::create(b, loc, total, vectorAddress(type, room, number), type.getIntOrFloatBitWidth() / 8);
}

void Prefix::groupElements(Value block, Value number) {
  Values left;
  for (auto [type, room] : llvm::zip(types, before))
    left.push_back(LLVM::LoadOp::create(b, loc, vectorOf(type), vectorAddress(type, room, number), type.getIntOrFloatBitWidth() / 8));
  // Nothing is before the first block of all.
  Value isFirst = compare(arith::CmpIPredicate::eq, block, zero);
  SmallVector<bool> lanes(side, false);
  lanes[0] = true;
  Value firstLane = arith::ConstantOp::create(b, loc, DenseElementsAttr::get(VectorType::get(side, b.getI1Type()), lanes));
  Value noLane = arith::ConstantOp::create(b, loc, b.getZeroAttr(firstLane.getType()));
  Value isAlone = arith::SelectOp::create(b, loc, isFirst, firstLane, noLane);
  groupTurns(firstOf(block), Value(), [&](Value at, ArrayRef<Values> running) {
    SmallVector<Values> columns(inputs);
    for (const Values &element : running) {
      Values combined = k.combine(left, element);
      for (unsigned i = 0; i < inputs; ++i)
        columns[i].push_back(arith::SelectOp::create(b, loc, isAlone, element[i], combined[i]));
    }
    for (unsigned i = 0; i < inputs; ++i) {
      SmallVector<Values> pieces; // of as many elements as there are blocks
      for (size_t from = 0; from < running.size(); from += side) {
        pieces.emplace_back(ArrayRef(columns[i]).slice(from, side));
        transpose(pieces.back());
      }
      for (int64_t block = 0; block < side; ++block)
        for (auto [number, rows] : llvm::enumerate(pieces)) {
          Value address = k.addressOf(k.result(i), {add(at, k.constant(block * array::reductionBlock + number * side))});
          LLVM::StoreOp::create(b, loc, rows[block], address, types[i].getIntOrFloatBitWidth() / 8);
        }
    }
  });
}

// One block, which may be the last and shorter.
void Prefix::blockTotal(Value block, Value number) {
  Value first = firstOf(block), end = arith::MinSIOp::create(b, loc, add(first, k.constant(array::reductionBlock)), length);
  auto elementAt = [&](Value at) {
    Values values;
    for (unsigned i = 0; i < inputs; ++i) values.push_back(k.load(k.operands[i], {at}));
    return values;
  };
  auto rest = k.loop(add(first, one), end, elementAt(first), [&](Value at, ValueRange sum) -> Values { return k.combine(sum, elementAt(at)); });
  k.markScalar(rest);
  storeRooms(rest.getResults(), before, number);
}

void Prefix::blockElements(Value block, Value number) {
  Value first = firstOf(block), end = arith::MinSIOp::create(b, loc, add(first, k.constant(array::reductionBlock)), length);
  Value hasBefore = compare(arith::CmpIPredicate::ne, block, zero);
  Values left = loadRooms(before, number);
  auto elementAt = [&](Value at) {
    Values values;
    for (unsigned i = 0; i < inputs; ++i) values.push_back(k.load(k.operands[i], {at}));
    return values;
  };
  auto put = [&](Value at, ValueRange sum) {
    Values out = either(hasBefore, types, [&] { return k.combine(left, sum); }, [&] { return Values(sum); });
    for (unsigned i = 0; i < inputs; ++i) k.store(k.result(i), {at}, out[i]);
  };
  Values start = elementAt(first);
  put(first, start);
  k.markScalar(k.loop(add(first, one), end, start, [&](Value at, ValueRange sum) -> Values {
    Values next = k.combine(sum, elementAt(at));
    put(at, next);
    return next;
  }));
}

// From what each block comes to, what all before it come to. Between tasks that goes through the launch.
void Prefix::handOn(Value from, Value to) {
  Type ptr = LLVM::LLVMPointerType::get(b.getContext());
  auto call = [&](StringRef function, TypeRange results) {
    return RuntimeOp::create(b, loc, results, function, ValueRange(), /*spec=*/StringAttr(), /*with_context=*/true,
                             /*with_location=*/false, /*pure=*/false);
  };
  auto addressIn = [&](Value room, unsigned i) -> Value { // eight bytes for each
    return LLVM::GEPOp::create(b, loc, ptr, b.getI64Type(), room, ArrayRef<LLVM::GEPArg>{int32_t(i)});
  };
  Value isFirst = compare(arith::CmpIPredicate::eq, from, k.low[0]), hasBefore = compare(arith::CmpIPredicate::ne, from, zero);
  when(arith::AndIOp::create(b, loc, isFirst, hasBefore), [&] {
    Value room = call("dg_turn_wait", ptr).getResult(0);
    for (unsigned i = 0; i < inputs; ++i) k.storeRoom(LLVM::LoadOp::create(b, loc, types[i], addressIn(room, i)), carry[i], zero);
  });
  k.markScalar(k.loop(from, to, {}, [&](Value block, ValueRange) -> Values {
    Value number = minus(block, from), isThere = compare(arith::CmpIPredicate::ne, block, zero);
    Values total = loadRooms(before, number), so = loadRooms(carry, zero);
    storeRooms(so, before, number);
    storeRooms(either(isThere, types, [&] { return k.combine(so, total); }, [&] { return total; }), carry, zero);
    return {};
  }));
  Value isLast = compare(arith::CmpIPredicate::eq, to, k.high[0]);
  Value hasBehind = compare(arith::CmpIPredicate::slt, firstOf(to), length);
  when(arith::AndIOp::create(b, loc, isLast, hasBehind), [&] {
    Value room = call("dg_turn_room", ptr).getResult(0);
    for (unsigned i = 0; i < inputs; ++i) LLVM::StoreOp::create(b, loc, k.loadRoom(types[i], carry[i], zero), addressIn(room, i));
    call("dg_turn_pass", TypeRange());
  });
}

void Prefix::takePart(Value from, Value to, Value isDense) {
  Value grouped = from; // until here eight blocks at a time
  if (isDense) {
    Value whole = arith::DivUIOp::create(b, loc, length, k.constant(array::reductionBlock));
    Value number = minus(arith::MinSIOp::create(b, loc, whole, to), from);
    number = arith::AndIOp::create(b, loc, arith::MaxSIOp::create(b, loc, number, zero), k.constant(-side));
    grouped = arith::SelectOp::create(b, loc, isDense, add(from, number), from);
  }
  auto overBlocks = [&](void (Prefix::*group)(Value, Value), void (Prefix::*single)(Value, Value)) {
    if (isDense) {
      SmallVector<KernelOperand> general = k.operands;
      for (KernelOperand &operand : k.operands) operand.strides[0] = one;
      k.markScalar(k.loop(from, grouped, {}, [&](Value block, ValueRange) -> Values { return (this->*group)(block, minus(block, from)), Values(); }, side));
      k.operands = general;
    }
    k.markScalar(k.loop(grouped, to, {}, [&](Value block, ValueRange) -> Values { return (this->*single)(block, minus(block, from)), Values(); }));
  };
  overBlocks(&Prefix::groupTotals, &Prefix::blockTotal);
  handOn(from, to);
  overBlocks(&Prefix::groupElements, &Prefix::blockElements);
}

void Prefix::build() {
  zero = k.constant(0), one = k.constant(1), length = k.operands[0].extents[0];
  int64_t bytes = 0;
  for (Type type : types) bytes += 2 * type.getIntOrFloatBitWidth() / 8;
  part = std::max(cachedBytes / (bytes * array::reductionBlock) / side, int64_t(1)) * side;
  for (Type type : types) before.push_back(k.room(type, part)), carry.push_back(k.room(type, 1));
  Value isDense;
  for (const KernelOperand &operand : k.operands) {
    Value unit = compare(arith::CmpIPredicate::eq, operand.strides[0], one);
    isDense = isDense ? arith::AndIOp::create(b, loc, isDense, unit).getResult() : unit;
  }
  if (!k.isBrief) announceStream(k, k.result(0));
  k.loop(k.low[0], k.high[0], {}, [&](Value from, ValueRange) -> Values {
    Value to = arith::MinSIOp::create(b, loc, add(from, k.constant(part)), k.high[0]);
    return takePart(from, to, k.isBrief ? Value() : isDense), Values();
  }, part);
  endStreams(k);
}
} // namespace

void buildPrefix(KernelBuilder &k) { Prefix(k).build(); }

} // namespace dagger::task
