// Maps that read elements by an index which may be outside of the array. A test before each read keeps LLVM from making
// vectors: so some hundred points' indices are tested first, and only where one is outside are reads tested one by one,
// which tells which.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir-dialects/Task/Transforms/Traps.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t piece = 1024; // points whose indices are tested together: they are still in the first-level cache

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

// Whether an index at the point is outside: i1.
Value isOutside(KernelBuilder &kernel, Reads &found, ArrayRef<Value> point) {
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
  Value any;
  for (array::ElementOp read : found.reads) {
    KernelOperand &operand = kernel.operands[cast<BlockArgument>(read.getArray()).getArgNumber() - kernel.rank];
    for (auto [index, extent] : llvm::zip_equal(read.getIndices(), operand.extents)) {
      Value outside = arith::CmpIOp::create(kernel.builder, kernel.loc, arith::CmpIPredicate::uge,
                                            map.lookupOrDefault(index), extent);
      any = any ? arith::OrIOp::create(kernel.builder, kernel.loc, any, outside).getResult() : outside;
    }
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
  Value no = arith::ConstantIntOp::create(b, loc, 0, 1);
  auto onePiece = [&](Value first, ValueRange) -> SmallVector<Value> {
    Value last = arith::MinSIOp::create(b, loc, arith::AddIOp::create(b, loc, first, kernel.constant(piece)), to);
    auto test = kernel.loop(first, last, {no}, [&](Value at, ValueRange before) -> SmallVector<Value> {
      SmallVector<Value> point(outer);
      point.push_back(at);
      return {arith::OrIOp::create(b, loc, before[0], isOutside(kernel, *found, point))};
    });
    auto choice = scf::IfOp::create(b, loc, test.getResult(0), true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    elements(first, last);
    b.setInsertionPointToStart(choice.elseBlock());
    for (array::ElementOp read : found->reads) read.setInBounds(true);
    elements(first, last);
    for (array::ElementOp read : found->reads) read.setInBounds(false);
    return {};
  };
  kernel.markScalar(kernel.loop(from, to, {}, onePiece, piece));
}

} // namespace dagger::task
