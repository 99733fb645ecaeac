// Maps that read elements by an index which may be outside of the array. A test before each read keeps LLVM from making
// vectors: so some hundred points' indices are tested first, and only where one is outside are reads tested one by one,
// which tells which. Where no cache holds what is read, the tested elements are asked for before the first of them is used:
// into the second-level cache, which waits for twice as many lines at once as the first-level one.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir-dialects/Task/Transforms/Traps.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t piece = 1024; // points whose indices are tested together: they are still in the first-level cache
constexpr int64_t nearBytes = 128 << 10; // a piece whose ends are so near goes through memory as the processor expects

// The reads that need a test, and what computes their indices.
struct Reads {
  SmallVector<array::ElementOp> reads;
  llvm::SetVector<Operation *> indices;
};

// Whether an index can be had without any of the reads.
bool addIndex(Value value, Block &body, llvm::SetVector<Operation *> &indices) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &body || indices.contains(op)) return true;
  if (isa<array::ElementOp>(op)) return false;
  if (!llvm::all_of(op->getOperands(), [&](Value operand) { return addIndex(operand, body, indices); })) return false;
  indices.insert(op);
  return true;
}

// Nothing if there are none, or other operations that fail, or that are not computed at all points.
std::optional<Reads> readsOf(KernelBuilder &kernel) {
  Block &body = kernel.launch.getBody().front();
  Reads found;
  for (Operation &op : body.without_terminator()) {
    if (auto read = dyn_cast<array::ElementOp>(op)) {
      auto array = dyn_cast<BlockArgument>(read.getArray());
      if (!array || array.getOwner() != &body || !read.getType().isIntOrFloat()) return std::nullopt;
      if (!read.getInBounds()) found.reads.push_back(read);
    } else if (op.getNumRegions() || !isPure(&op) || mayTrap(&op) ||
               llvm::any_of(op.getOperandTypes(), llvm::IsaPred<RankedTensorType>)) {
      return std::nullopt;
    }
  }
  for (array::ElementOp read : found.reads)
    for (Value index : read.getIndices())
      if (!addIndex(index, body, found.indices)) return std::nullopt;
  return found.reads.empty() ? std::nullopt : std::optional(found);
}

// The indices of each of the reads at the point.
SmallVector<SmallVector<Value>> indicesAt(KernelBuilder &kernel, Reads &found, ArrayRef<Value> point) {
  Block &body = kernel.launch.getBody().front();
  IRMapping map;
  auto isUsed = [&](BlockArgument argument) {
    return llvm::any_of(argument.getUsers(), [&](Operation *user) {
      auto read = dyn_cast<array::ElementOp>(user);
      return found.indices.contains(user) || (read && llvm::is_contained(read.getIndices(), argument));
    });
  };
  size_t arrays = kernel.launch.getArrays().size();
  for (auto [number, argument] : llvm::enumerate(body.getArguments())) {
    if (number < kernel.rank)
      map.map(argument, point[number]);
    else if (number >= kernel.rank + arrays)
      map.map(argument, kernel.scalars[number - kernel.rank - arrays]);
    else if (const KernelOperand &operand = kernel.operands[number - kernel.rank];
             operand.access.getMapped() && isUsed(argument))
      map.map(argument, kernel.load(operand, kernel.indicesAt(operand, point)));
  }
  for (Operation *op : found.indices) kernel.builder.clone(*op, map);
  SmallVector<SmallVector<Value>> all;
  for (array::ElementOp read : found.reads)
    all.push_back(llvm::map_to_vector(read.getIndices(), [&](Value index) { return map.lookupOrDefault(index); }));
  return all;
}

KernelOperand &operandOf(KernelBuilder &kernel, array::ElementOp read) {
  return kernel.operands[cast<BlockArgument>(read.getArray()).getArgNumber() - kernel.rank];
}

Value either(KernelBuilder &kernel, Value a, Value b) {
  return a ? arith::OrIOp::create(kernel.builder, kernel.loc, a, b).getResult() : b;
}

// Whether an index at the point is outside: i1.
Value isOutside(KernelBuilder &kernel, Reads &found, ArrayRef<Value> point) {
  Value any;
  for (auto [read, indices] : llvm::zip_equal(found.reads, indicesAt(kernel, found, point)))
    for (auto [index, extent] : llvm::zip_equal(indices, operandOf(kernel, read).extents))
      any = either(kernel, any, arith::CmpIOp::create(kernel.builder, kernel.loc, arith::CmpIPredicate::uge, index, extent));
  return any;
}

// The addresses of what is read at the point, whose indices are inside.
SmallVector<Value> addressesAt(KernelBuilder &kernel, Reads &found, ArrayRef<Value> point) {
  SmallVector<Value> addresses;
  for (auto [read, indices] : llvm::zip_equal(found.reads, indicesAt(kernel, found, point)))
    addresses.push_back(kernel.addressOf(operandOf(kernel, read), indices));
  return addresses;
}

// Whether no cache holds one of the arrays: i1.
Value isAnyLarge(KernelBuilder &kernel, Reads &found) {
  Value any;
  for (array::ElementOp read : found.reads) any = either(kernel, any, exceedsCaches(kernel, operandOf(kernel, read)));
  return any;
}

// Whether what is read at two points lies far apart: i1.
Value isAnyFar(KernelBuilder &kernel, Reads &found, ArrayRef<Value> point, ArrayRef<Value> other) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  Type i64 = b.getI64Type();
  Value any;
  for (auto [here, there] : llvm::zip_equal(addressesAt(kernel, found, point), addressesAt(kernel, found, other))) {
    Value apart = arith::SubIOp::create(b, loc, LLVM::PtrToIntOp::create(b, loc, i64, here), LLVM::PtrToIntOp::create(b, loc, i64, there));
    Value moved = arith::AddIOp::create(b, loc, apart, arith::ConstantIntOp::create(b, loc, i64, nearBytes));
    any = either(kernel, any, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ugt, moved, arith::ConstantIntOp::create(b, loc, i64, 2 * nearBytes)));
  }
  return any;
}

} // namespace

void withTestedReads(KernelBuilder &kernel, ArrayRef<Value> outer, Value from, Value to,
                     function_ref<void(Value from, Value to)> elements) {
  std::optional<Reads> found = readsOf(kernel);
  if (!found) return elements(from, to);
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  Value no = arith::ConstantIntOp::create(b, loc, 0, 1), isLarge = kernel.isBrief ? Value() : isAnyLarge(kernel, *found);
  auto pointAt = [&](Value at) {
    SmallVector<Value> point(outer);
    point.push_back(at);
    return point;
  };
  auto when = [&](Value condition, function_ref<void()> then) {
    auto choice = scf::IfOp::create(b, loc, condition, false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    then();
  };
  auto fetch = [&](Value first, Value last) {
    Value end = arith::SubIOp::create(b, loc, last, kernel.constant(1));
    when(isAnyFar(kernel, *found, pointAt(first), pointAt(end)), [&] {
      kernel.loop(first, last, {}, [&](Value at, ValueRange) -> SmallVector<Value> {
        for (Value address : addressesAt(kernel, *found, pointAt(at)))
          LLVM::Prefetch::create(b, loc, address, /*rw=*/0, /*hint=*/2, /*cache=*/1);
        return {};
      });
    });
  };
  auto onePiece = [&](Value first, ValueRange) -> SmallVector<Value> {
    Value last = arith::MinSIOp::create(b, loc, arith::AddIOp::create(b, loc, first, kernel.constant(piece)), to);
    auto test = kernel.loop(first, last, {no}, [&](Value at, ValueRange before) -> SmallVector<Value> {
      return {arith::OrIOp::create(b, loc, before[0], isOutside(kernel, *found, pointAt(at)))};
    });
    auto choice = scf::IfOp::create(b, loc, test.getResult(0), true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    elements(first, last);
    b.setInsertionPointToStart(choice.elseBlock());
    if (isLarge) when(isLarge, [&] { fetch(first, last); });
    for (array::ElementOp read : found->reads) read.setInBounds(true);
    elements(first, last);
    for (array::ElementOp read : found->reads) read.setInBounds(false);
    return {};
  };
  kernel.markScalar(kernel.loop(from, to, {}, onePiece, piece));
}

} // namespace dagger::task
