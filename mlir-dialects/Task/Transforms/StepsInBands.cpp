// Several steps of a stencil in bands: a step takes a few rows at a time, in vectors, so that each row is read once for
// all of the band, and what lies to its left and right comes from registers. Of each step the last rows of a band are
// kept for the next band; the others are there for the next step alone, which finds them in the first-level cache,
// where the step behind that writes over them.
//
// The rows of a step, as the next step's band sees them:   0 … 2 reach - 1   kept of the band before
//                                                          2 reach …         of this band; the last 2 reach are kept
// What is kept has two places, for bands in turn. What is read outside of the array is written around it, step by step,
// so that no point is another kind of point; where the array goes on at its other end, it is computed as what it repeats.
#include "mlir-dialects/Task/Transforms/CarriedRow.h"
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir-dialects/Task/Transforms/StepsKernel.h"
#include <map>

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t mostTogether = 24; // operations of a point of which four rows fit the registers

bool isInMemory(Type type) { return isLaneType(type) && !type.isIndex() && bitsOf(type) >= 8; }

// The one value outside, if all reads have one that is known before the points; null: all are clamped, or all wrap.
struct Outside {
  bool isKnown = true;
  Value fill;
};

Outside outsideOf(LaunchOp launch) {
  Outside outside;
  SmallVector<Value> fills;
  bool isClamped = false, isWrapped = false;
  launch.getBody().walk([&](array::ShiftedOp shifted) {
    if (shifted.getRule() == array::EdgeRule::Value)
      fills.push_back(shifted.getFill());
    else if (shifted.getRule() == array::EdgeRule::Wrap)
      isWrapped = true;
    else
      isClamped = true, outside.isKnown &= shifted.getRule() == array::EdgeRule::Clamp;
  });
  outside.isKnown &= int(isClamped) + int(isWrapped) + int(!fills.empty()) <= 1;
  if (fills.empty()) return outside;
  outside.fill = fills.front();
  auto isSame = [&](Value fill) {
    Attribute one, other;
    return fill == outside.fill ||
           (matchPattern(fill, m_Constant(&one)) && matchPattern(outside.fill, m_Constant(&other)) && one == other);
  };
  bool isEarly = isa<BlockArgument>(outside.fill) || matchPattern(outside.fill, m_Constant());
  outside.isKnown &= isEarly && llvm::all_of(fills, isSame);
  return outside;
}

struct StepsInBands : Steps {
  explicit StepsInBands(const Steps &steps) : Steps(steps) {
    int64_t operations = 0;
    kernel.launch.getBody().walk([&](Operation *op) {
      operations += !isa<arith::ConstantOp>(op) && !op->hasTrait<OpTrait::IsTerminator>();
    });
    rows = std::max(2 * reach, operations > mostTogether ? 2 : int64_t(4));
    passing = rows - 2 * reach;
  }

  int64_t rows = 0, passing = 0; // of a band; of these, for the next step alone
  Value rowBytes, levelBytes, passed, streams;
  Value fresh, stale; // of the two places of what is kept: this band's, the one's before

  VectorType numbers() { return VectorType::get(line, in.element); }
  // Vectors are carried as bits: LLVM moves those of floats by a permutation whose result takes an operand's register.
  VectorType bits() { return VectorType::get(line, b.getIntegerType(bitsOf(in.element))); }
  Value asNumbers(Value vector) {
    return in.element.isIntOrIndex() ? vector : LLVM::BitcastOp::create(b, loc, numbers(), vector).getResult();
  }

  // Rows by their numbers, as above. The address is that of column 0, whether there is one or not.
  Value addressAt(Value offset) { return roomAt(sub(offset, mul(first, constant(bytes())))); }
  Value keptRow(Value level, Value place, Value number) {
    return add(add(mul(level, levelBytes), place), mul(number, rowBytes));
  }
  Value passingRow(Value level, Value number) {
    Value isOdd = both(level, constant(1));
    return add(passed, mul(add(mul(isOdd, constant(passing)), number), rowBytes));
  }
  Value rowAt(Value level, int64_t number) {
    int64_t in = number - 2 * reach;
    if (in < 0) return addressAt(keptRow(level, stale, constant(number)));
    if (in < passing) return addressAt(passingRow(level, constant(in)));
    return addressAt(keptRow(level, fresh, constant(in - passing)));
  }
  Value rowAt(Value level, Value number) {
    Value in = sub(number, constant(2 * reach)), kept = keptRow(level, fresh, sub(in, constant(passing)));
    auto isBelow = [&](Value a, int64_t limit) -> Value {
      return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, a, constant(limit));
    };
    if (passing) kept = choose(isBelow(in, passing), passingRow(level, in), kept);
    return addressAt(choose(isBelow(in, 0), keptRow(level, stale, number), kept));
  }
  KernelOperand asOperand(Value address) {
    KernelOperand operand = in;
    operand.data = address;
    operand.extents = out.extents;
    operand.strides = {constant(0), constant(1)};
    return operand;
  }

  Value elementAt(Value address, Value column) {
    Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), column);
    return LLVM::GEPOp::create(b, loc, room.getType(), in.element, address, ArrayRef<LLVM::GEPArg>{wide});
  }
  Value load(Value address, Value column, int64_t further) {
    return LLVM::LoadOp::create(b, loc, bits(), elementAt(address, add(column, constant(further))), 64);
  }
  // Few turns, each of much: the code of one.
  void each(int64_t count, function_ref<void(Value)> body) {
    kernel.markScalar(
        kernel.loop(constant(0), constant(count), {}, [&](Value number, ValueRange) -> SmallVector<Value> {
          body(number);
          return {};
        }));
  }

  // By what a point reads, seen from the first row of the band: -reach … rows - 1 + reach.
  std::map<int64_t, CarriedRow> rowsRead() {
    std::map<int64_t, CarriedRow> read;
    kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
      for (int64_t number = 0; number < rows; ++number) {
        CarriedRow &row = read[number + shifted.getOffsets()[0]];
        row.hasLeft |= shifted.getOffsets()[1] < 0, row.hasRight |= shifted.getOffsets()[1] > 0;
      }
    });
    return read;
  }
  // The body at a vector of points.
  Value pointsOf(std::map<int64_t, CarriedRow> &read, int64_t number, Value row, Value column) {
    Block &body = kernel.launch.getBody().front();
    Lanes lanes(b, line);
    lanes.scalars.map(body.getArgument(0), row);
    lanes.scalars.map(body.getArgument(1), column);
    lanes.strides[body.getArgument(1)] = 1;
    for (auto [argument, scalar] : llvm::zip(body.getArguments().take_back(kernel.scalars.size()), kernel.scalars))
      lanes.scalars.map(argument, scalar);
    kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
      const CarriedRow &from = read[number + shifted.getOffsets()[0]];
      lanes.vectors.map(shifted.getResult(), asNumbers(from.shifted(b, loc, shifted.getOffsets()[1], line)));
    });
    return lanes.vectorOf(lanes.emit(body)->getOperand(0));
  }

  void takeStep(Value level, Value row, Value band) {
    auto [from, to] = columnsAround(band);
    std::map<int64_t, CarriedRow> read = rowsRead();
    SmallVector<Value> inits, made;
    auto load = [&](Value row, Value column, int64_t further) { return this->load(row, column, further); };
    for (auto &[number, row] : read) {
      row.address = rowAt(sub(level, constant(1)), number + reach);
      row.begin(load, from, line, inits);
    }
    for (int64_t number = 0; number < rows; ++number) made.push_back(rowAt(level, number + 2 * reach));
    auto body = [&](Value column, ValueRange carried) {
      SmallVector<Value> results, next;
      for (auto &[number, row] : read) row.turn(load, column, line, carried, next);
      for (int64_t number = 0; number < rows; ++number)
        results.push_back(pointsOf(read, number, add(row, constant(number)), column));
      for (auto [address, value] : llvm::zip(made, results))
        LLVM::StoreOp::create(b, loc, value, elementAt(address, column), 64);
      return next;
    };
    kernel.loop(from, to, inits, body, line);
  }

  // The next band's rows come while steps are taken: each step asks for its part of them.
  void fetchAhead(Value level, Value front) {
    Value each = both(add(divided(width, levels), constant(2 * line - 1)), constant(-line));
    Value from = add(low, mul(sub(level, constant(1)), each));
    auto lines = [&](Value column, ValueRange) -> SmallVector<Value> {
      for (int64_t number = 0; number < rows; ++number)
        LLVM::Prefetch::create(b, loc, kernel.addressOf(in, {add(front, constant(rows + number)), column}), /*rw=*/0,
                               /*hint=*/2, /*cache=*/1);
      return {};
    };
    kernel.markScalar(kernel.loop(from, smaller(add(from, each), high), {}, lines, line));
  }

  // The last step's rows go past the caches, if none holds all of the array: what of them are whole lines.
  void copyOut(Value from, Value row) {
    KernelOperand made = asOperand(from);
    Value begin = smaller(choose(streams, lineFrom(kernel, row, columnLow), columnHigh), columnHigh);
    Value end = larger(choose(streams, lineUntil(kernel, row, columnHigh), columnHigh), begin);
    auto lines = [&](Value column, ValueRange) -> SmallVector<Value> {
      Value vector = LLVM::LoadOp::create(b, loc, bits(), elementAt(from, column), bytes());
      LLVM::StoreOp::create(b, loc, vector, kernel.addressOf(out, {row, column}), 64, /*isVolatile=*/false,
                            /*isNonTemporal=*/true);
      return {};
    };
    kernel.loop(begin, end, {}, lines, line);
    inBothRanges(kernel, {columnLow, begin}, {end, columnHigh},
                 [&](Value low, Value high) { copyRow(made, out, row, low, high); });
  }

  // What reads beyond the array's edge give, around what has been made of a step: first beside its rows, then above and
  // below all of them.
  void surround(Value level, Value row, Value fill) {
    Value height = out.extents[0], columns = out.extents[1], zero = constant(0), one = constant(1);
    auto is = [&](Value a, Value c) -> Value { return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, a, c); };
    Value isLeft = is(low, zero), isRight = is(high, columns);
    when(arith::OrIOp::create(b, loc, isLeft, isRight), [&] {
      each(2 * rows, [&](Value turn) {
        Value isFirst = isIn(turn, zero, constant(rows)), number = choose(isFirst, turn, sub(turn, constant(rows)));
        when(choose(isFirst, isLeft, isRight), [&] {
          KernelOperand made = asOperand(rowAt(level, add(number, constant(2 * reach))));
          Value at = choose(isFirst, zero, sub(columns, one)), towards = choose(isFirst, constant(-1), one);
          Value value = fill ? fill : kernel.load(made, {zero, at});
          for (int64_t away = 1; away <= reach; ++away)
            kernel.store(made, {zero, add(at, mul(towards, constant(away)))}, value);
        });
      });
    });
    // A row outside is written when the one that it repeats has come, or when its own turn comes.
    Value begin = sub(row, constant(2 * reach)), end = add(row, constant(rows));
    each(2 * reach, [&](Value turn) {
      Value isAbove = isIn(turn, zero, constant(reach));
      Value number = choose(isAbove, sub(constant(-1), turn), add(height, sub(turn, constant(reach))));
      Value repeated = choose(isAbove, zero, sub(height, one));
      when(isIn(fill ? number : choose(isAbove, zero, number), row, end), [&] {
        KernelOperand made = asOperand(rowAt(level, sub(number, begin)));
        Value to = add(first, width);
        if (!fill) return copyRow(asOperand(rowAt(level, sub(repeated, begin))), made, zero, first, to);
        kernel.loop(first, to, {}, [&](Value column, ValueRange) -> SmallVector<Value> {
          kernel.store(made, {zero, column}, fill);
          return {};
        });
      });
    });
  }

  void build() {
    Value step = constant(reach), zero = constant(0), widest = mul(levels, step);
    Value fill = outsideOf(kernel.launch).fill;
    if (fill) {
      IRMapping map;
      Block &body = kernel.launch.getBody().front();
      if (auto argument = dyn_cast<BlockArgument>(fill))
        fill = kernel.scalars[argument.getArgNumber() + kernel.scalars.size() - body.getNumArguments()];
      else
        fill = b.clone(*fill.getDefiningOp(), map)->getResult(0);
    }
    layOutRows();
    rowBytes = mul(width, constant(bytes()));
    Value place = mul(rowBytes, constant(2 * reach));
    levelBytes = add(place, place);
    passed = mul(add(levels, constant(1)), levelBytes);
    takeRoom(add(passed, mul(rowBytes, constant(2 * passing))));
    auto bands = [&](Value front, ValueRange places) -> SmallVector<Value> {
      fresh = places[0], stale = sub(place, fresh);
      kernel.loop(zero, add(levels, constant(1)), {}, [&](Value level, ValueRange) -> SmallVector<Value> {
        Value band = mul(sub(levels, level), step), row = sub(front, mul(level, step));
        auto [from, to] = rowsAround(band);
        auto isFirst =
            scf::IfOp::create(b, loc, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, level, zero), true);
        {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToStart(isFirst.thenBlock());
          each(rows, [&, from = from, to = to](Value number) {
            Value coming = add(row, number);
            when(isIn(coming, from, to),
                 [&] { bringIn(asOperand(rowAt(zero, add(number, constant(2 * reach)))), coming); });
          });
          b.setInsertionPointToStart(isFirst.elseBlock());
          fetchAhead(level, front);
          when(isIn(row, sub(from, constant(rows - 1)), to), [&] { takeStep(level, row, band); });
        }
        if (!wraps) surround(level, row, fill);
        return {};
      });
      each(rows, [&](Value number) {
        Value done = add(sub(front, widest), number);
        when(isIn(done, rowLow, rowHigh), [&] { copyOut(rowAt(levels, add(number, constant(2 * reach))), done); });
      });
      return {stale};
    };
    Value isDense = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, out.strides[1], constant(1));
    streams = both(exceedsCaches(kernel, out), isDense);
    kernel.loop(sub(rowLow, widest), add(rowHigh, widest), {zero}, bands, rows);
    when(streams, [&] { LLVM::FenceOp::create(b, loc, LLVM::AtomicOrdering::seq_cst, ""); });
  }
};
} // namespace

bool fitsBands(Steps &steps) {
  LaunchOp launch = steps.kernel.launch;
  if (launch.getArrays().size() != 1 || !isInMemory(steps.in.element) || !outsideOf(launch).isKnown) return false;
  return !launch.getBody()
              .walk([&](Operation *op) {
                bool isLanes = isa<array::ShiftedOp, arith::ConstantOp, scf::IfOp, scf::YieldOp, array::YieldOp>(op) ||
                               isArithmetic(op);
                isLanes &= llvm::all_of(op->getResultTypes(), isLaneType);
                return isLanes ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}

void buildBands(Steps &steps) { StepsInBands(steps).build(); }

} // namespace dagger::task
