// Kernels of maps that read columns where they write rows, as `y = x.T` does: blocks of rows and columns, so that each
// cache line of what lies crosswise is used as a whole while it is there.
//
// A block is turned by squares of one vector a side, in registers: into the result where the launch only copies, else
// into room on the stack, where its rows lie densely for the loop over elements. A copy larger than caches is written
// past them, whole lines at a time: nothing is fetched only to be overwritten. No hardware foresees the turn from column to
// column, so the next block is asked for while one is turned: without that, a copy takes half as long again.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t side = 64, roomColumns = 32; // of a block; of one in a room: 16 KiB of 64 bits
constexpr int64_t stripRows = 2048;            // of a block that is one line wide
constexpr int64_t lineBytes = 64, cachedBytes = 16 << 20;
constexpr size_t mostRooms = 4; // which stay in the first-level cache together

bool isCrosswise(KernelBuilder &kernel, const KernelOperand &operand) {
  return operand.access.getAccess() == "read" && operand.access.getMapped() && operand.denseAxis >= 0 &&
         operand.access.getAxes()[operand.denseAxis] == int64_t(kernel.rank) - 2;
}

// Whether it lies crosswise, its columns without gaps, and its elements fill vectors.
bool canTurn(KernelBuilder &kernel, const KernelOperand &operand) {
  if (!isCrosswise(kernel, operand) || !operand.element.isIntOrFloat() ||
      getConstantIntValue(operand.strides[operand.denseAxis]) != 1)
    return false;
  unsigned bits = operand.element.getIntOrFloatBitWidth();
  return bits == 32 || bits == 64;
}

int64_t squareSide(const KernelOperand &operand) { return lineBytes * 8 / operand.element.getIntOrFloatBitWidth(); }

// Whether the launch only copies what lies crosswise.
bool isCopy(KernelBuilder &kernel) {
  Block &body = kernel.launch.getBody().front();
  Operation *end = body.getTerminator();
  if (kernel.operands.size() != 2 || body.getOperations().size() != 1 || end->getNumOperands() != 1 || kernel.rank != 2)
    return false;
  auto argument = dyn_cast<BlockArgument>(end->getOperand(0));
  const KernelOperand &from = kernel.operands[0], &to = kernel.operands[1];
  return argument && argument.getArgNumber() == kernel.rank && canTurn(kernel, from) &&
         to.access.getAccess() == "write" && to.access.getAxes() == ArrayRef<int64_t>({0, 1}) &&
         getConstantIntValue(to.strides[1]) == 1 && from.element == to.element;
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
  auto number = [&](int64_t n) -> Value { return arith::ConstantIntOp::create(b, kernel.loc, i64, n); };
  Value first = kernel.addressOf(to, {kernel.low[0], kernel.low[1]});
  Value start = LLVM::PtrToIntOp::create(b, kernel.loc, i64, first);
  Value apart = arith::MulIOp::create(b, kernel.loc, to.strides[0], kernel.constant(bytes));
  Value both = arith::OrIOp::create(b, kernel.loc, start, arith::IndexCastOp::create(b, kernel.loc, i64, apart));
  Value rest = arith::AndIOp::create(b, kernel.loc, both, number(lineBytes - 1));
  Value isAligned = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::eq, rest, number(0));
  Value count = arith::MulIOp::create(b, kernel.loc, to.extents[0], to.extents[1]),
        most = kernel.constant(cachedBytes / bytes);
  Value isLarge = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sgt, count, most);
  return arith::AndIOp::create(b, kernel.loc, isAligned, isLarge);
}

// Rows top to bottom, columns left to right, of the last two axes; `outer`: the point before them.
struct BlockOfPoints {
  SmallVector<Value> outer;
  Value top, bottom, left, right;
};

class Crosswise {
  KernelBuilder &kernel;
  OpBuilder &b;
  Location loc;
  SmallVector<std::pair<unsigned, Value>> rooms; // of operands, by number

  void loop(Value from, Value to, int64_t step, function_ref<void(Value)> body) {
    auto turn = [&](Value at, ValueRange) -> SmallVector<Value> {
      body(at);
      return {};
    };
    kernel.loop(from, to, {}, turn, step);
  }
  Value after(Value at, int64_t k) { return arith::AddIOp::create(b, loc, at, kernel.constant(k)); }

  // The squares that lie whole in the block: `store` is given their rows. Then the rest, point by point. The block after this
  // one, so many rows below or columns beside it, is asked for meanwhile.
  void turnBlock(const KernelOperand &from, const BlockOfPoints &block, int64_t below, int64_t beside,
                 function_ref<void(ArrayRef<Value> rows, Value row, Value column)> store,
                 function_ref<void(Value row, Value first, Value right)> rest) {
    int64_t count = squareSide(from);
    auto whole = [&](Value start, Value end) -> Value {
      Value extent = arith::SubIOp::create(b, loc, end, start);
      return arith::SubIOp::create(b, loc, end, arith::AndIOp::create(b, loc, extent, kernel.constant(count - 1)));
    };
    Value lastRow = whole(block.top, block.bottom), lastColumn = whole(block.left, block.right);
    unsigned bytes = from.element.getIntOrFloatBitWidth() / 8;
    loop(block.top, lastRow, count, [&](Value row) {
      loop(block.left, lastColumn, count, [&](Value column) {
        SmallVector<Value> rows;
        for (int64_t k = 0; k < count; ++k) {
          SmallVector<Value> point(block.outer);
          point.append({row, after(column, k)});
          Value place = kernel.addressOf(from, kernel.indicesAt(from, point));
          rows.push_back(LLVM::LoadOp::create(b, loc, VectorType::get(count, from.element), place, bytes));
          SmallVector<Value> next(block.outer);
          next.append({after(row, below), after(column, k + beside)});
          place = kernel.addressOf(from, kernel.indicesAt(from, next));
          LLVM::Prefetch::create(b, loc, place, /*rw=*/0, /*hint=*/2, /*cache=*/1);
        }
        turn(kernel, rows);
        store(rows, row, column);
      });
    });
    // Most blocks have nothing but squares.
    Value hasNone = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, lastColumn, block.right);
    loop(arith::SelectOp::create(b, loc, hasNone, lastRow, block.top), block.bottom, 1, [&](Value row) {
      Value inSquares = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, row, lastRow);
      rest(row, arith::SelectOp::create(b, loc, inSquares, lastColumn, block.left), block.right);
    });
  }

  void copy(const BlockOfPoints &block, bool pastCaches) {
    const KernelOperand &from = kernel.operands[0], &to = kernel.operands[1];
    unsigned alignment = pastCaches ? lineBytes : to.element.getIntOrFloatBitWidth() / 8;
    auto store = [&](ArrayRef<Value> rows, Value row, Value column) {
      for (auto [k, value] : llvm::enumerate(rows)) {
        Value place = kernel.addressOf(to, {after(row, k), column});
        LLVM::StoreOp::create(b, loc, value, place, alignment, /*isVolatile=*/false, /*isNonTemporal=*/pastCaches);
      }
    };
    turnBlock(from, block, pastCaches ? 0 : side, pastCaches ? squareSide(from) : 0, store,
              [&](Value row, Value first, Value right) { buildElements(kernel, {row}, first, right, Edges::All); });
  }

  // Fills the room; the operand as it lies there.
  KernelOperand turned(const KernelOperand &from, Value room, const BlockOfPoints &block) {
    auto position = [&](Value row, Value column) -> Value {
      Value line =
          arith::MulIOp::create(b, loc, arith::SubIOp::create(b, loc, row, block.top), kernel.constant(roomColumns));
      return arith::AddIOp::create(b, loc, line, arith::SubIOp::create(b, loc, column, block.left));
    };
    auto place = [&](Value position) -> Value {
      Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), position);
      return LLVM::GEPOp::create(b, loc, room.getType(), from.element, room, ArrayRef<LLVM::GEPArg>{wide});
    };
    auto store = [&](ArrayRef<Value> rows, Value row, Value column) {
      Value first = position(row, column);
      for (auto [k, value] : llvm::enumerate(rows))
        LLVM::StoreOp::create(b, loc, value, place(after(first, int64_t(k) * roomColumns)),
                              from.element.getIntOrFloatBitWidth() / 8);
    };
    turnBlock(from, block, side, 0, store, [&](Value row, Value first, Value right) {
      loop(first, right, 1, [&](Value column) {
        SmallVector<Value> point(block.outer);
        point.append({row, column});
        kernel.storeRoom(kernel.load(from, kernel.indicesAt(from, point)), room, position(row, column));
      });
    });
    // Indices stay those of the whole operand: the room begins so far before its first element.
    KernelOperand there = from;
    Value zero = kernel.constant(0);
    there.data = place(position(zero, zero));
    for (auto [stride, follows] : llvm::zip_equal(there.strides, there.access.getAxes())) {
      int64_t axis = follows;
      stride = axis == int64_t(kernel.rank) - 1   ? kernel.constant(1)
               : axis == int64_t(kernel.rank) - 2 ? kernel.constant(roomColumns)
                                                  : zero;
    }
    return there;
  }

  void compute(const BlockOfPoints &block) {
    SmallVector<KernelOperand> whole = kernel.operands;
    for (auto [number, room] : rooms) kernel.operands[number] = turned(whole[number], room, block);
    loop(block.top, block.bottom, 1, [&](Value row) {
      SmallVector<Value> point(block.outer);
      point.push_back(row);
      buildElements(kernel, point, block.left, block.right, Edges::None);
    });
    kernel.operands = whole;
  }

public:
  explicit Crosswise(KernelBuilder &kernel) : kernel(kernel), b(kernel.builder), loc(kernel.loc) {}

  // Blocks of at most so many rows and columns.
  void blocks(int64_t height, int64_t width, function_ref<void(const BlockOfPoints &)> body) {
    unsigned row = kernel.rank - 2, column = kernel.rank - 1;
    auto until = [&](Value past, unsigned axis) -> Value {
      return arith::MinSIOp::create(b, loc, past, kernel.high[axis]);
    };
    kernel.nest(row, [&](SmallVector<Value> &outer) {
      loop(kernel.low[row], kernel.high[row], height, [&](Value top) {
        loop(kernel.low[column], kernel.high[column], width, [&](Value left) {
          body({outer, top, until(after(top, height), row), left, until(after(left, width), column)});
        });
      });
    });
  }

  // Past the caches in strips of one line's width: each column is read on and on, and nothing but the line is written of a row.
  void buildCopy() {
    auto past = scf::IfOp::create(b, loc, passesCaches(kernel, kernel.operands[1]), true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(past.thenBlock());
    blocks(stripRows, squareSide(kernel.operands[0]), [&](const BlockOfPoints &block) { copy(block, true); });
    // What goes past the caches is ordered by a fence alone.
    LLVM::FenceOp::create(b, loc, LLVM::AtomicOrdering::seq_cst, "");
    b.setInsertionPointToStart(past.elseBlock());
    blocks(side, side, [&](const BlockOfPoints &block) { copy(block, false); });
  }

  void build() {
    if (isCopy(kernel)) return buildCopy();
    for (auto [number, operand] : llvm::enumerate(kernel.operands))
      if (canTurn(kernel, operand) && rooms.size() < mostRooms)
        rooms.push_back({unsigned(number), kernel.room(operand.element, side * roomColumns)});
    blocks(side, rooms.empty() ? side : roomColumns, [&](const BlockOfPoints &block) { compute(block); });
  }
};

} // namespace

bool isCrosswise(KernelBuilder &kernel) {
  return kernel.rank >= 2 && kernel.launch.getKind() == "map" && !kernel.launch.getTasks() &&
         llvm::any_of(kernel.operands, [&](const KernelOperand &operand) { return isCrosswise(kernel, operand); });
}

void buildCrosswise(KernelBuilder &kernel) { Crosswise(kernel).build(); }

} // namespace dagger::task
