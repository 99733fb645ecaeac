// The kernel of several steps of a stencil (temporal blocking). Rows are taken in the order of the array; when a row
// comes in, the first step can be taken on the row above, the second one on the row above that, and so on: a skewed
// sweep, in which only a few rows of each step are kept. What is next to the box is computed again by each of its
// neighbours, a band that is narrower by the stencil's reach with each step.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dagger::task {
namespace {
struct Steps {
  KernelBuilder &kernel;
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  unsigned carried = 0;                  // the operand
  int64_t reach = 0, rows = 0, line = 0; // line: elements in one of the cache
  Value levels, width, first, room, levelBytes;
  KernelOperand in, out;
  Value rowLow, rowHigh, columnLow, columnHigh; // of the box

  Value add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, loc, x, y); }
  Value smaller(Value x, Value y) { return arith::MinSIOp::create(b, loc, x, y); }
  Value larger(Value x, Value y) { return arith::MaxSIOp::create(b, loc, x, y); }
  Value constant(int64_t value) { return kernel.constant(value); }
  // What of an axis the box needs with a band of this width around it.
  std::pair<Value, Value> within(Value low, Value high, Value band, Value extent) {
    return {larger(sub(low, band), constant(0)), smaller(add(high, band), extent)};
  }
  // The same in whole cache lines of a row. What lies beyond is computed from whatever is there, and nothing that
  // counts reads it.
  std::pair<Value, Value> lines(Value band) {
    Value low = sub(columnLow, band), high = add(add(columnHigh, band), constant(line - 1)), mask = constant(-line);
    return {larger(arith::AndIOp::create(b, loc, low, mask), constant(0)),
            smaller(arith::AndIOp::create(b, loc, high, mask), out.extents[1])};
  }
  void when(Value low, Value at, Value high, llvm::function_ref<void()> body) {
    Value above = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at, low);
    Value below = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, at, high);
    auto choice = scf::IfOp::create(b, loc, arith::AndIOp::create(b, loc, above, below), false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    body();
  }

  // The rows that are kept of one step, as an operand in the array's own coordinates.
  KernelOperand ring(Value level) {
    KernelOperand operand = in;
    Value offset =
        arith::IndexCastOp::create(b, loc, b.getI64Type(), sub(mul(level, levelBytes), mul(first, constant(bytes()))));
    operand.data = LLVM::GEPOp::create(b, loc, room.getType(), b.getI8Type(), room, ArrayRef<LLVM::GEPArg>{offset});
    operand.extents = out.extents;
    operand.strides = {width, constant(1)};
    operand.ring = constant(rows - 1);
    return operand;
  }
  int64_t bytes() const { return llvm::divideCeil(in.element.getIntOrFloatBitWidth(), 8); }

  void copyRow(const KernelOperand &from, const KernelOperand &to, Value row, Value low, Value high) {
    Value unit = constant(1);
    Value isDense =
        arith::AndIOp::create(b, loc, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, from.strides[1], unit),
                              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, to.strides[1], unit));
    auto choice = scf::IfOp::create(b, loc, isDense, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    Value size = arith::IndexCastOp::create(b, loc, b.getI64Type(), mul(sub(high, low), constant(bytes())));
    LLVM::MemcpyOp::create(b, loc, kernel.addressOf(to, {row, low}), kernel.addressOf(from, {row, low}), size,
                           /*isVolatile=*/false);
    b.setInsertionPointToStart(choice.elseBlock());
    kernel.markScalar(kernel.loop(low, high, {}, [&](Value column, ValueRange) -> SmallVector<Value> {
      kernel.store(to, {row, column}, kernel.load(from, {row, column}));
      return {};
    }));
  }

  void takeStep(Value level, Value row, Value band) {
    kernel.operands[carried] = ring(sub(level, constant(1)));
    OperandAttr written = out.access;
    kernel.result(0) = ring(level);
    kernel.result(0).access = written;
    auto [low, high] = lines(band);
    Value edge = constant(reach), top = sub(out.extents[0], edge), right = sub(out.extents[1], edge);
    Value isInner = arith::AndIOp::create(b, loc, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, row, edge),
                                          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, row, top));
    // All of the row without a look at the edge, which is then taken again; a row at the edge is all edge.
    auto choose = [&](Value inner, Value other) -> Value {
      return arith::SelectOp::create(b, loc, isInner, inner, other);
    };
    Value left = choose(larger(smaller(edge, high), low), high);
    SmallVector<Value> outer{row};
    buildElements(kernel, outer, choose(low, high), high, Edges::None);
    auto atEdge = [&](Value from, Value to) { buildElements(kernel, outer, from, to, Edges::All); };
    inBothRanges(kernel, {low, left}, {larger(choose(right, high), left), high}, atEdge);
  }

  void build() {
    Value step = constant(reach), one = constant(1), widest = mul(levels, step);
    auto [low, high] = lines(widest);
    // Rows begin on a cache line, with one to spare on either side.
    first = sub(low, constant(line));
    width = arith::AndIOp::create(b, loc, add(sub(high, first), constant(2 * line - 1)), constant(-line));
    levelBytes = mul(width, constant(rows * bytes()));
    Value size = arith::IndexCastOp::create(b, loc, b.getI64Type(), mul(add(levels, one), levelBytes));
    room = RuntimeOp::create(b, loc, TypeRange(LLVM::LLVMPointerType::get(b.getContext())), "dg_scratch",
                             ValueRange{size}, /*spec=*/StringAttr(),
                             /*with_context=*/true, /*with_location=*/true, /*pure=*/false)
               .getResult(0);
    Value before = mul(add(levels, one), step), after = mul(sub(levels, one), step);
    kernel.loop(sub(rowLow, before), add(rowHigh, after), {}, [&](Value front, ValueRange) -> SmallVector<Value> {
      auto [a, z] = within(rowLow, rowHigh, widest, out.extents[0]);
      Value coming = add(front, step);
      when(a, coming, z, [&] { copyRow(in, ring(constant(0)), coming, low, high); });
      kernel.loop(one, add(levels, one), {}, [&](Value level, ValueRange) -> SmallVector<Value> {
        Value row = sub(front, mul(sub(level, one), step)), band = mul(sub(levels, level), step);
        auto [from, to] = within(rowLow, rowHigh, band, out.extents[0]);
        when(from, row, to, [&] { takeStep(level, row, band); });
        return {};
      });
      Value done = sub(front, after);
      when(rowLow, done, rowHigh, [&] { copyRow(ring(levels), out, done, columnLow, columnHigh); });
      return {};
    });
  }
};
} // namespace

void buildSteps(KernelBuilder &kernel) {
  Steps steps{kernel};
  while (kernel.operands[steps.carried].access.getMapped()) ++steps.carried;
  kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
    for (int64_t offset : shifted.getOffsets()) steps.reach = std::max(steps.reach, std::abs(offset));
  });
  steps.in = kernel.operands[steps.carried];
  steps.rows = llvm::PowerOf2Ceil(2 * steps.reach + 1);
  steps.line = 64 / steps.bytes();
  steps.levels = kernel.scalars.back();
  steps.out = kernel.result(0);
  steps.rowLow = kernel.low[0], steps.rowHigh = kernel.high[0], steps.columnLow = kernel.low[1],
  steps.columnHigh = kernel.high[1];
  bool hasOthers = kernel.launch.getArrays().size() > 1;
  if (!hasOthers) return steps.build();
  kernel.ifDense([&](bool) {
    steps.in = kernel.operands[steps.carried];
    steps.out = kernel.result(0);
    steps.build();
  });
}

} // namespace dagger::task
