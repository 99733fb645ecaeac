// Kernels of maps that read columns where they write rows, as `y = x.T` does: blocks of rows and columns, so that each
// cache line of what lies crosswise is used as a whole while it is there.
//
// What only copies goes by squares of one vector a side, turned in registers. A result larger than caches is written
// past them, whole lines at a time: nothing is fetched only to be overwritten.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t side = 64; // of a block: 32 KiB of 64 bits
constexpr int64_t lineBytes = 64, cachedBytes = 16 << 20;

bool isCrosswise(KernelBuilder &kernel, const KernelOperand &operand) {
  return operand.access.getAccess() == "read" && operand.access.getMapped() && operand.denseAxis >= 0 &&
         operand.access.getAxes()[operand.denseAxis] == int64_t(kernel.rank) - 2;
}

// Where the launch only copies what lies crosswise, in elements that fill vectors: that operand.
const KernelOperand *copied(KernelBuilder &kernel) {
  Block &body = kernel.launch.getBody().front();
  Operation *end = body.getTerminator();
  if (kernel.operands.size() != 2 || body.getOperations().size() != 1 || end->getNumOperands() != 1 || kernel.rank != 2)
    return nullptr;
  auto argument = dyn_cast<BlockArgument>(end->getOperand(0));
  const KernelOperand &from = kernel.operands[0], &to = kernel.operands[1];
  if (!argument || argument.getArgNumber() != kernel.rank || !isCrosswise(kernel, from) ||
      to.access.getAccess() != "write" || to.access.getAxes() != ArrayRef<int64_t>({0, 1}) ||
      from.element != to.element || !from.element.isIntOrFloat())
    return nullptr;
  unsigned bits = from.element.getIntOrFloatBitWidth();
  return bits == 32 || bits == 64 ? &from : nullptr;
}

// Columns become rows: in step s, rows s apart exchange what lies s apart in them.
void turn(KernelBuilder &kernel, SmallVector<Value> &rows) {
  int32_t count = rows.size();
  for (int32_t step = 1; step < count; step *= 2) {
    SmallVector<int32_t> lower, upper;
    for (int32_t lane = 0; lane < count; ++lane) {
      lower.push_back(lane & step ? count + lane - step : lane);
      upper.push_back(lane & step ? count + lane : lane + step);
    }
    for (int32_t row = 0; row < count; ++row) {
      if (row & step) continue;
      Value a = rows[row], b = rows[row + step];
      rows[row] = LLVM::ShuffleVectorOp::create(kernel.builder, kernel.loc, a, b, lower);
      rows[row + step] = LLVM::ShuffleVectorOp::create(kernel.builder, kernel.loc, a, b, upper);
    }
  }
}

// Whether whole lines of the result can be written past the caches, and should be.
Value passesCaches(KernelBuilder &kernel, const KernelOperand &to) {
  OpBuilder &b = kernel.builder;
  int64_t bytes = to.element.getIntOrFloatBitWidth() / 8;
  Type i64 = b.getI64Type();
  Value start = LLVM::PtrToIntOp::create(b, kernel.loc, i64, kernel.addressOf(to, {kernel.low[0], kernel.low[1]}));
  Value step = arith::IndexCastOp::create(b, kernel.loc, i64,
                                          arith::MulIOp::create(b, kernel.loc, to.strides[0], kernel.constant(bytes)));
  Value both = arith::OrIOp::create(b, kernel.loc, start, step);
  Value rest =
      arith::AndIOp::create(b, kernel.loc, both, arith::ConstantIntOp::create(b, kernel.loc, i64, lineBytes - 1));
  Value isAligned = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::eq, rest,
                                          arith::ConstantIntOp::create(b, kernel.loc, i64, 0));
  Value count = arith::MulIOp::create(b, kernel.loc, to.extents[0], to.extents[1]);
  Value isLarge =
      arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sgt, count, kernel.constant(cachedBytes / bytes));
  return arith::AndIOp::create(b, kernel.loc, isAligned, isLarge);
}

void square(KernelBuilder &kernel, const KernelOperand &from, const KernelOperand &to, Value row, Value column,
            Value pastCaches) {
  OpBuilder &b = kernel.builder;
  unsigned bytes = from.element.getIntOrFloatBitWidth() / 8;
  int64_t count = lineBytes / bytes;
  auto vector = VectorType::get(count, from.element);
  auto after = [&](Value at, int64_t k) -> Value {
    return arith::AddIOp::create(b, kernel.loc, at, kernel.constant(k));
  };
  SmallVector<Value> rows, places;
  for (int64_t k = 0; k < count; ++k)
    rows.push_back(LLVM::LoadOp::create(
        b, kernel.loc, vector, kernel.addressOf(from, kernel.indicesAt(from, {row, after(column, k)})), bytes));
  turn(kernel, rows);
  for (int64_t k = 0; k < count; ++k) places.push_back(kernel.addressOf(to, {after(row, k), column}));
  auto choice = scf::IfOp::create(b, kernel.loc, pastCaches, true);
  OpBuilder::InsertionGuard guard(b);
  for (bool past : {true, false}) {
    b.setInsertionPointToStart(past ? choice.thenBlock() : choice.elseBlock());
    for (auto [value, place] : llvm::zip_equal(rows, places))
      LLVM::StoreOp::create(b, kernel.loc, value, place, past ? lineBytes : bytes, /*isVolatile=*/false,
                            /*isNonTemporal=*/past);
  }
}

} // namespace

bool isCrosswise(KernelBuilder &kernel) {
  return kernel.rank >= 2 && kernel.launch.getKind() == "map" && !kernel.launch.getTasks() &&
         llvm::any_of(kernel.operands, [&](const KernelOperand &operand) { return isCrosswise(kernel, operand); });
}

void buildCrosswise(KernelBuilder &kernel) {
  OpBuilder &b = kernel.builder;
  unsigned row = kernel.rank - 2, column = kernel.rank - 1;
  const KernelOperand *from = copied(kernel);
  Value pastCaches = from ? passesCaches(kernel, kernel.operands[1]) : Value();
  int64_t squareSide = from ? lineBytes * 8 / from->element.getIntOrFloatBitWidth() : 1;
  auto loop = [&](Value from, Value to, int64_t step, function_ref<void(Value)> body) {
    kernel.loop(
        from, to, {},
        [&](Value at, ValueRange) -> SmallVector<Value> {
          body(at);
          return {};
        },
        step);
  };
  auto end = [&](Value start, Value limit) -> Value {
    return arith::MinSIOp::create(b, kernel.loc, arith::AddIOp::create(b, kernel.loc, start, kernel.constant(side)),
                                  limit);
  };
  auto wholeSquares = [&](Value start, Value end) -> Value {
    Value count = arith::SubIOp::create(b, kernel.loc, end, start);
    Value rest = arith::AndIOp::create(b, kernel.loc, count, kernel.constant(squareSide - 1));
    return arith::SubIOp::create(b, kernel.loc, end, rest);
  };
  kernel.nest(row, [&](SmallVector<Value> &outer) {
    loop(kernel.low[row], kernel.high[row], side, [&](Value top) {
      loop(kernel.low[column], kernel.high[column], side, [&](Value left) {
        Value bottom = end(top, kernel.high[row]), right = end(left, kernel.high[column]), lastRow, lastColumn;
        if (from) {
          lastRow = wholeSquares(top, bottom);
          lastColumn = wholeSquares(left, right);
          loop(top, lastRow, squareSide, [&](Value i) {
            loop(left, lastColumn, squareSide,
                 [&](Value j) { square(kernel, *from, kernel.operands[1], i, j, pastCaches); });
          });
        }
        loop(top, bottom, 1, [&](Value i) {
          SmallVector<Value> point(outer);
          point.push_back(i);
          if (!from) return buildElements(kernel, point, left, right, true);
          Value inSquares = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::slt, i, lastRow);
          Value first = arith::SelectOp::create(b, kernel.loc, inSquares, lastColumn, left);
          buildElements(kernel, point, first, right, false);
        });
      });
    });
  });
  // What goes past the caches is ordered by a fence alone.
  if (from) {
    auto past = scf::IfOp::create(b, kernel.loc, pastCaches, false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(past.thenBlock());
    LLVM::FenceOp::create(b, kernel.loc, LLVM::AtomicOrdering::seq_cst, "");
  }
}

} // namespace dagger::task
