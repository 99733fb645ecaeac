// The kernel of several steps of a stencil: row by row, for what does not fit bands.
#include "mlir-dialects/Task/Transforms/StepsKernel.h"

using namespace mlir;

namespace dagger::task {

Steps::Steps(KernelBuilder &kernel) : kernel(kernel) {
  while (kernel.operands[carried].access.getMapped()) ++carried;
  kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
    for (int64_t offset : shifted.getOffsets()) reach = std::max(reach, std::abs(offset));
    wraps &= shifted.getRule() == array::EdgeRule::Wrap;
  });
  in = kernel.operands[carried];
  out = kernel.result(0);
  line = 64 / bytes();
  levels = kernel.scalars.back();
  rowLow = kernel.low[0], rowHigh = kernel.high[0], columnLow = kernel.low[1], columnHigh = kernel.high[1];
}

Value Steps::isIn(Value at, Value from, Value to) {
  return both(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at, from),
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, at, to));
}

void Steps::when(Value condition, function_ref<void()> body) {
  auto choice = scf::IfOp::create(b, loc, condition, false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  body();
}

std::pair<Value, Value> Steps::rowsAround(Value band) {
  Value from = sub(rowLow, band), to = add(rowHigh, band);
  if (wraps) return {from, to};
  return {larger(from, constant(0)), smaller(to, out.extents[0])};
}

std::pair<Value, Value> Steps::columnsAround(Value band) {
  Value from = sub(columnLow, band), to = add(add(columnHigh, band), constant(line - 1)), mask = constant(-line);
  if (wraps) return {both(from, mask), both(to, mask)};
  return {larger(both(from, mask), constant(0)), smaller(both(to, mask), out.extents[1])};
}

void Steps::layOutRows() {
  std::tie(low, high) = columnsAround(mul(levels, constant(reach)));
  first = sub(low, constant(line));
  width = both(add(sub(high, first), constant(2 * line - 1)), constant(-line));
}

void Steps::takeRoom(Value bytes) {
  room = RuntimeOp::create(b, loc, TypeRange(LLVM::LLVMPointerType::get(b.getContext())), "dg_scratch",
                           ValueRange{arith::IndexCastOp::create(b, loc, b.getI64Type(), bytes)},
                           /*spec=*/StringAttr(), /*with_context=*/true, /*with_location=*/true, /*pure=*/false)
             .getResult(0);
}

Value Steps::roomAt(Value offset) {
  Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), offset);
  return LLVM::GEPOp::create(b, loc, room.getType(), b.getI8Type(), room, ArrayRef<LLVM::GEPArg>{wide});
}

void Steps::copyPiece(const KernelOperand &from, Place source, const KernelOperand &to, Place target, Value count) {
  Value unit = constant(1);
  Value isDense = both(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, from.strides[1], unit),
                       arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, to.strides[1], unit));
  auto choice = scf::IfOp::create(b, loc, isDense, true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  Value size = arith::IndexCastOp::create(b, loc, b.getI64Type(), mul(count, constant(bytes())));
  LLVM::MemcpyOp::create(b, loc, kernel.addressOf(to, {target.first, target.second}),
                         kernel.addressOf(from, {source.first, source.second}), size, /*isVolatile=*/false);
  b.setInsertionPointToStart(choice.elseBlock());
  kernel.markScalar(kernel.loop(constant(0), count, {}, [&](Value at, ValueRange) -> SmallVector<Value> {
    kernel.store(to, {target.first, add(target.second, at)}, kernel.load(from, {source.first, add(source.second, at)}));
    return {};
  }));
}

void Steps::copyRow(const KernelOperand &from, const KernelOperand &to, Value row, Value low, Value high) {
  copyPiece(from, {row, low}, to, {row, low}, sub(high, low));
}

void Steps::bringIn(const KernelOperand &to, Value row) {
  if (!wraps) return copyRow(in, to, row, low, high);
  auto within = [&](Value at, Value extent) -> Value {
    Value rest = arith::RemSIOp::create(b, loc, at, extent);
    Value isBefore = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, rest, constant(0));
    return choose(isBefore, add(rest, extent), rest);
  };
  // As often as the array goes by, what of it is in use.
  Value columns = out.extents[1], repeated = within(row, out.extents[0]), begin = sub(low, within(low, columns));
  Value turns = divided(add(sub(high, begin), sub(columns, constant(1))), columns);
  kernel.markScalar(kernel.loop(constant(0), turns, {}, [&](Value turn, ValueRange) -> SmallVector<Value> {
    Value origin = add(begin, mul(turn, columns)), from = larger(low, origin);
    copyPiece(in, {repeated, sub(from, origin)}, to, {row, from}, sub(smaller(high, add(origin, columns)), from));
    return {};
  }));
}

namespace {
struct StepsOfRows : Steps {
  using Steps::Steps;
  int64_t rows = llvm::PowerOf2Ceil(2 * reach + 1);
  Value levelBytes;

  // The rows that are kept of one step, as an operand in the array's own coordinates.
  KernelOperand ring(Value level) {
    KernelOperand operand = in;
    operand.data = roomAt(sub(mul(level, levelBytes), mul(first, constant(bytes()))));
    operand.extents = out.extents;
    operand.strides = {width, constant(1)};
    operand.ring = constant(rows - 1);
    return operand;
  }

  void takeStep(Value level, Value row, Value band) {
    kernel.operands[carried] = ring(sub(level, constant(1)));
    OperandAttr written = out.access;
    kernel.result(0) = ring(level);
    kernel.result(0).access = written;
    auto [low, high] = columnsAround(band);
    if (wraps) return buildElements(kernel, {row}, low, high, Edges::None);
    Value edge = constant(reach), top = sub(out.extents[0], edge), right = sub(out.extents[1], edge);
    Value isInner = isIn(row, edge, top);
    // All of the row without a look at the edge, which is then taken again; a row at the edge is all edge.
    Value left = choose(isInner, larger(smaller(edge, high), low), high);
    SmallVector<Value> outer{row};
    buildElements(kernel, outer, choose(isInner, low, high), high, Edges::None);
    auto atEdge = [&](Value from, Value to) { buildElements(kernel, outer, from, to, Edges::All); };
    inBothRanges(kernel, {low, left}, {larger(choose(isInner, right, high), left), high}, atEdge);
  }

  void build() {
    Value step = constant(reach), one = constant(1), widest = mul(levels, step);
    layOutRows();
    levelBytes = mul(width, constant(rows * bytes()));
    takeRoom(mul(add(levels, one), levelBytes));
    Value before = mul(add(levels, one), step), after = mul(sub(levels, one), step);
    kernel.loop(sub(rowLow, before), add(rowHigh, after), {}, [&](Value front, ValueRange) -> SmallVector<Value> {
      auto [a, z] = rowsAround(widest);
      Value coming = add(front, step);
      when(isIn(coming, a, z), [&] { bringIn(ring(constant(0)), coming); });
      kernel.loop(one, add(levels, one), {}, [&](Value level, ValueRange) -> SmallVector<Value> {
        Value row = sub(front, mul(sub(level, one), step)), band = mul(sub(levels, level), step);
        auto [from, to] = rowsAround(band);
        when(isIn(row, from, to), [&] { takeStep(level, row, band); });
        return {};
      });
      Value done = sub(front, after);
      when(isIn(done, rowLow, rowHigh), [&] { copyRow(ring(levels), out, done, columnLow, columnHigh); });
      return {};
    });
  }
};
} // namespace

void buildSteps(KernelBuilder &kernel) {
  Steps steps(kernel);
  if (fitsBands(steps)) return buildBands(steps);
  bool hasOthers = kernel.launch.getArrays().size() > 1;
  if (!hasOthers) return StepsOfRows(kernel).build();
  kernel.ifDense([&](bool) { StepsOfRows(kernel).build(); });
}

} // namespace dagger::task
