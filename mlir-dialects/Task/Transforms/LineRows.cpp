// Rows of a stencil of three axes or more whose result no cache holds, where they are whole lines of the cache: written in
// vectors of a line, the first and the last like the others, so that memory need not be read for a line of which only a
// part is written. In these two alone may a read leave its array, and only along the row: it is a load under a mask. What
// lies to the left and right of a vector comes from registers, not from loads across lines.
#include "mlir-dialects/Task/Transforms/CarriedRow.h"
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include <map>

using namespace mlir;

namespace dagger::task {
namespace {

// Rows of which vectors are carried from turn to turn, two or three each: of more, registers would be stored and loaded
// again, which takes longer than a load across two lines.
constexpr int64_t mostCarried = 12;

bool isInMemory(Type type) { return isLaneType(type) && !type.isIndex() && bitsOf(type) >= 8; }

bool areOwnAxes(ArrayRef<int64_t> axes, unsigned rank) {
  return axes.size() == rank && llvm::all_of(llvm::enumerate(axes), [](auto pair) { return pair.value() == int64_t(pair.index()); });
}

class LineRow {
public:
  // What is read first in the next row is asked for while this one is computed.
  LineRow(KernelBuilder &kernel, ArrayRef<Value> outer)
      : kernel(kernel), launch(kernel.launch), out(kernel.result(0)), outer(outer),
        line(512 / bitsOf(out.element)) {
    launch.getBody().walk([&](array::ShiftedOp shifted) {
      CarriedRow &row = rowOf(shifted);
      int64_t offset = shifted.getOffsets().back();
      if (!offset || std::abs(offset) > line) return;
      (offset < 0 ? row.hasLeft : row.hasRight) = true;
    });
    bool isFew = llvm::count_if(rows, [](auto &pair) { return pair.second.hasLeft || pair.second.hasRight; }) <= mostCarried;
    for (auto &[key, row] : rows) row.hasLeft &= isFew, row.hasRight &= isFew;
    for (auto &[number, place] : furthestRows(kernel, outer)) coming.push_back(beginOf(kernel.operands[number], place));
  }

  void build() {
    OpBuilder &b = kernel.builder;
    unsigned inner = kernel.rank - 1;
    Value low = kernel.low[inner], high = kernel.high[inner];
    auto [from, to] = interior(kernel, inner, high);
    auto whole = [&](Value count) -> Value {
      return add(low, arith::AndIOp::create(b, kernel.loc, count, kernel.constant(-line)));
    };
    Value first = whole(add(sub(from, low), kernel.constant(line - 1))), last = whole(sub(to, low));
    first = arith::MinSIOp::create(b, kernel.loc, arith::MaxSIOp::create(b, kernel.loc, first, low), high);
    last = arith::MaxSIOp::create(b, kernel.loc, arith::MinSIOp::create(b, kernel.loc, last, high), first);
    result = beginOf(out, outer);
    auto atEdge = [&](Value from, Value to) {
      kernel.markScalar(kernel.loop(from, to, {}, [&](Value column, ValueRange) { return write(column, true); }, line));
    };
    inBothRanges(kernel, {low, first}, {last, high}, atEdge, [&] { inside(first, last); });
  }

private:
  KernelBuilder &kernel;
  LaunchOp launch;
  const KernelOperand &out;
  ArrayRef<Value> outer;
  int64_t line; // elements
  std::map<std::pair<unsigned, SmallVector<int64_t, 4>>, CarriedRow> rows; // by operand, and how far from the point's own
  SmallVector<Value> coming;
  Value result;

  Value add(Value a, Value c) { return arith::AddIOp::create(kernel.builder, kernel.loc, a, c); }
  Value sub(Value a, Value c) { return arith::SubIOp::create(kernel.builder, kernel.loc, a, c); }
  VectorType numbers() { return VectorType::get(line, out.element); }
  // Vectors are carried as bits: LLVM moves those of floats by a permutation whose result takes an operand's register.
  VectorType bits() { return VectorType::get(line, kernel.builder.getIntegerType(bitsOf(out.element))); }
  Value asNumbers(Value vector) {
    return out.element.isIntOrIndex() ? vector
                                      : LLVM::BitcastOp::create(kernel.builder, kernel.loc, numbers(), vector).getResult();
  }

  KernelOperand &operandOf(array::ShiftedOp shifted) {
    return kernel.operands[cast<BlockArgument>(shifted.getArray()).getArgNumber() - kernel.rank];
  }

  CarriedRow &rowOf(array::ShiftedOp shifted) {
    unsigned number = cast<BlockArgument>(shifted.getArray()).getArgNumber();
    CarriedRow &row = rows[{number, SmallVector<int64_t, 4>(shifted.getOffsets().drop_back())}];
    if (row.address) return row;
    SmallVector<Value> place;
    for (auto [at, offset] : llvm::zip(outer, shifted.getOffsets().drop_back()))
      place.push_back(offset ? add(at, kernel.constant(offset)) : at);
    row.address = beginOf(operandOf(shifted), place);
    return row;
  }

  // Element 0 of a row, whether the task's box has it or not.
  Value beginOf(const KernelOperand &operand, ArrayRef<Value> place) {
    SmallVector<Value> indices(place);
    indices.push_back(kernel.constant(0));
    return kernel.addressOf(operand, indices);
  }

  Value elementAt(Value row, Value column, int64_t further = 0) {
    OpBuilder &b = kernel.builder;
    Value wide = arith::IndexCastOp::create(b, kernel.loc, b.getI64Type(), column);
    Value at = LLVM::GEPOp::create(b, kernel.loc, row.getType(), out.element, row, ArrayRef<LLVM::GEPArg>{wide});
    if (!further) return at;
    return LLVM::GEPOp::create(b, kernel.loc, row.getType(), out.element, at,
                               ArrayRef<LLVM::GEPArg>{LLVM::GEPArg(int32_t(further))});
  }

  Value load(Value row, Value column, int64_t further = 0) {
    return LLVM::LoadOp::create(kernel.builder, kernel.loc, bits(), elementAt(row, column, further),
                                bitsOf(out.element) / 8);
  }

  Value splat(Value number, VectorType type) {
    OpBuilder &b = kernel.builder;
    Value zero = LLVM::ConstantOp::create(b, kernel.loc, b.getI32Type(), b.getI32IntegerAttr(0));
    Value nothing = LLVM::UndefOp::create(b, kernel.loc, type);
    Value one = LLVM::InsertElementOp::create(b, kernel.loc, nothing, number, zero);
    return LLVM::ShuffleVectorOp::create(b, kernel.loc, one, nothing, SmallVector<int32_t>(line, 0));
  }

  // Which lanes of a vector that begins at an index are in the row.
  Value lanesInside(Value index, Value extent) {
    OpBuilder &b = kernel.builder;
    Type i32 = b.getI32Type();
    auto type = VectorType::get(line, i32);
    SmallVector<int32_t> counted;
    for (int64_t lane = 0; lane < line; ++lane) counted.push_back(lane);
    Value lanes = arith::ConstantOp::create(b, kernel.loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(counted)));
    auto bound = [&](Value at) -> Value {
      Value within = arith::MinSIOp::create(
          b, kernel.loc, arith::MaxSIOp::create(b, kernel.loc, at, kernel.constant(0)), kernel.constant(line));
      return splat(arith::IndexCastOp::create(b, kernel.loc, i32, within), type);
    };
    Value from = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sge, lanes, bound(sub(kernel.constant(0), index)));
    Value to = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::slt, lanes, bound(sub(extent, index)));
    return arith::AndIOp::create(b, kernel.loc, from, to);
  }

  Value readMasked(array::ShiftedOp shifted, Value column, Value fill) {
    OpBuilder &b = kernel.builder;
    int64_t offset = shifted.getOffsets().back();
    Value mask = lanesInside(add(column, kernel.constant(offset)), operandOf(shifted).extents.back());
    return LLVM::MaskedLoadOp::create(b, kernel.loc, numbers(), elementAt(rowOf(shifted).address, column, offset), mask,
                                      fill, b.getI32IntegerAttr(bitsOf(out.element) / 8));
  }

  Value read(array::ShiftedOp shifted, Value column) {
    CarriedRow &row = rowOf(shifted);
    int64_t offset = shifted.getOffsets().back();
    bool isCarried = std::abs(offset) <= line && (offset < 0 ? row.hasLeft : row.hasRight);
    return asNumbers(!offset || isCarried ? row.shifted(kernel.builder, kernel.loc, offset, line) : load(row.address, column, offset));
  }

  // Gives nothing, as loops want it.
  SmallVector<Value> write(Value column, bool isMasked) {
    OpBuilder &b = kernel.builder;
    Block &body = launch.getBody().front();
    Lanes lanes(b, line);
    for (auto [argument, at] : llvm::zip(body.getArguments(), outer)) lanes.scalars.map(argument, at);
    BlockArgument innermost = body.getArgument(kernel.rank - 1);
    lanes.scalars.map(innermost, column);
    lanes.strides[innermost] = 1;
    for (auto [argument, scalar] : llvm::zip(body.getArguments().take_back(kernel.scalars.size()), kernel.scalars))
      lanes.scalars.map(argument, scalar);
    for (unsigned number = 0; number < launch.getArrays().size(); ++number)
      if (kernel.operands[number].access.getMapped())
        lanes.vectors.map(body.getArgument(kernel.rank + number), asNumbers(load(beginOf(kernel.operands[number], outer), column)));
    for (Value row : coming)
      LLVM::Prefetch::create(b, kernel.loc, elementAt(row, column), /*rw=*/0, /*hint=*/2, /*cache=*/1);
    launch.getBody().walk([&](array::ShiftedOp shifted) {
      Value value;
      if (isMasked) {
        Value fill = shifted.getFill();
        if (Operation *constant = fill.getDefiningOp()) fill = b.clone(*constant)->getResult(0);
        else fill = lanes.scalars.lookup(fill);
        value = readMasked(shifted, column, splat(fill, numbers()));
      } else {
        value = read(shifted, column);
      }
      lanes.vectors.map(shifted.getResult(), value);
    });
    Value made = lanes.vectorOf(lanes.emit(body)->getOperand(0));
    LLVM::StoreOp::create(b, kernel.loc, made, elementAt(result, column), 64, /*isVolatile=*/false, /*isNonTemporal=*/true);
    return {};
  }

  // Where nothing lies in between, what would come before its first vector need not be there.
  void inside(Value first, Value last) {
    OpBuilder &b = kernel.builder;
    Value isThere = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::slt, first, last);
    auto choice = scf::IfOp::create(b, kernel.loc, isThere, false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    SmallVector<Value> inits;
    auto load = [&](Value row, Value column, int64_t further) { return this->load(row, column, further); };
    for (auto &[key, row] : rows) row.begin(load, first, line, inits);
    auto turn = [&](Value column, ValueRange carried) {
      SmallVector<Value> next;
      for (auto &[key, row] : rows) row.turn(load, column, line, carried, next);
      write(column, false);
      return next;
    };
    kernel.loop(first, last, inits, turn, line);
  }
};

} // namespace

bool hasLineRows(KernelBuilder &kernel) {
  LaunchOp launch = kernel.launch;
  if (!kernel.streams || kernel.rank < 3 || launch.getKind() != "stencil" || launch.getNumResults() != 1) return false;
  Type element = kernel.result(0).element;
  bool isFit = isInMemory(element) && launch.getArrays().size() + 1 == kernel.operands.size();
  for (KernelOperand &operand : kernel.operands) {
    isFit &= operand.element == element;
    isFit &= !operand.access.getMapped() || areOwnAxes(operand.access.getAxes(), kernel.rank);
  }
  for (unsigned number = 0; number < launch.getArrays().size(); ++number)
    isFit &= kernel.operands[number].access.getAccess() == "read";
  launch.getBody().walk([&](Operation *op) {
    if (auto shifted = dyn_cast<array::ShiftedOp>(op)) {
      Value fill = shifted.getFill();
      isFit &= shifted.getRule() == array::EdgeRule::Value && areOwnAxes(shifted.getAxes(), kernel.rank);
      isFit &= fill && (isa<BlockArgument>(fill) || matchPattern(fill, m_Constant()));
      isFit &= fill && !llvm::is_contained(launch.getBody().getArguments().take_front(kernel.rank + launch.getArrays().size()), fill);
      return;
    }
    isFit &= isa<arith::ConstantOp, scf::IfOp, scf::YieldOp, array::YieldOp>(op) || isArithmetic(op);
    isFit &= llvm::all_of(op->getResultTypes(), isLaneType);
  });
  return isFit;
}

Value areLineRows(KernelBuilder &kernel) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  const KernelOperand &out = kernel.result(0);
  unsigned inner = kernel.rank - 1;
  Type i64 = b.getI64Type();
  Value bits = arith::OrIOp::create(b, loc, kernel.high[inner], kernel.low[inner]);
  bits = arith::OrIOp::create(b, loc, bits, out.extents[inner]);
  for (unsigned axis = 0; axis < inner; ++axis) bits = arith::OrIOp::create(b, loc, bits, out.strides[axis]);
  bits = arith::MulIOp::create(b, loc, bits, kernel.constant(bitsOf(out.element) / 8));
  Value address = LLVM::PtrToIntOp::create(b, loc, i64, kernel.addressOf(out, kernel.low));
  bits = arith::OrIOp::create(b, loc, arith::IndexCastOp::create(b, loc, i64, bits), address);
  Value line = arith::ConstantIntOp::create(b, loc, 63, 64), zero = arith::ConstantIntOp::create(b, loc, 0, 64);
  Value all = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, arith::AndIOp::create(b, loc, bits, line), zero);
  auto also = [&](Value a, Value c) {
    all = arith::AndIOp::create(b, loc, all, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, a, c));
  };
  for (KernelOperand &operand : kernel.operands) {
    also(operand.strides.back(), kernel.constant(1));
    also(operand.extents.back(), out.extents.back());
  }
  return arith::AndIOp::create(b, loc, all, kernel.streams);
}

void buildLineRow(KernelBuilder &kernel, ArrayRef<Value> outer) { LineRow(kernel, outer).build(); }

} // namespace dagger::task
