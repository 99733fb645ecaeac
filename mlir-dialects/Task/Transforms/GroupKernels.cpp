// Kernels of group launches: groups one after the other, each with its lanes inside.
//
// What all groups combine into by atomics is mostly small, as the bins of a histogram are. Then the groups that one
// task runs combine into a copy of its own, with ordinary instructions, and the copy into the array in the end:
// integers do not show the order. How large it is, only the run knows, so there is code for both: all groups twice, since a
// loop with a test at each atomic does not become vectors; or a test at each where that would be much code or stack.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::task {
namespace {

// A copy stays in the first-level cache beside what the groups read, and on a task's stack.
constexpr int64_t mostBytes = 16 << 10;

// What is worth having twice: operations, and bytes that a group's lanes share.
constexpr int64_t mostOperations = 300, mostShared = 64 << 10;

// The operator of all atomics on this array; none if something else reaches it.
StringRef commonKind(BlockArgument array) {
  StringRef kind;
  for (Operation *user : array.getUsers()) {
    auto atomic = dyn_cast<AtomicOp>(user);
    if (!atomic && isa<tensor::DimOp>(user)) continue;
    if (!atomic || (!kind.empty() && kind != atomic.getKind())) return {};
    kind = atomic.getKind();
  }
  return kind;
}

// Calls `each` with every element's indices.
void forElements(KernelBuilder &kernel, const KernelOperand &operand, SmallVector<Value> indices,
                 function_ref<void(ArrayRef<Value>)> each) {
  if (indices.size() == operand.extents.size()) return each(indices);
  kernel.loop(kernel.constant(0), operand.extents[indices.size()], {},
              [&](Value index, ValueRange) -> SmallVector<Value> {
                SmallVector<Value> next(indices);
                next.push_back(index);
                forElements(kernel, operand, next, each);
                return {};
              });
}

// What combining with it changes nothing.
Value neutral(KernelBuilder &kernel, const KernelOperand &operand, StringRef kind) {
  return arith::ConstantIntOp::create(kernel.builder, kernel.loc, operand.element, kind == "and" ? -1 : 0);
}

void beginCopy(KernelBuilder &kernel, KernelOperand &operand, StringRef kind) {
  OpBuilder &b = kernel.builder;
  int64_t most = mostBytes / std::max<int64_t>(operand.element.getIntOrFloatBitWidth() / 8, 1);
  // No extent is larger either: then their product cannot overflow.
  Value isSmall = arith::ConstantIntOp::create(b, kernel.loc, 1, 1), count = kernel.constant(1);
  for (Value extent : operand.extents) {
    count = arith::MulIOp::create(b, kernel.loc, count, extent);
    for (Value bounded : {extent, count}) {
      Value fits = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::ule, bounded, kernel.constant(most));
      isSmall = arith::AndIOp::create(b, kernel.loc, isSmall, fits);
    }
  }
  operand.copy = kernel.room(operand.element, most);
  operand.isCopied = isSmall;
  auto whether = scf::IfOp::create(b, kernel.loc, isSmall, false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(whether.thenBlock());
  kernel.loop(kernel.constant(0), count, {}, [&](Value at, ValueRange) -> SmallVector<Value> {
    kernel.storeRoom(neutral(kernel, operand, kind), operand.copy, at);
    return {};
  });
}

void endCopy(KernelBuilder &kernel, const KernelOperand &operand, StringRef kind) {
  OpBuilder &b = kernel.builder;
  auto whether = scf::IfOp::create(b, kernel.loc, operand.isCopied, false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(whether.thenBlock());
  forElements(kernel, operand, {}, [&](ArrayRef<Value> indices) {
    Value value = kernel.loadRoom(operand.element, operand.copy, kernel.positionInCopy(operand, indices));
    Value isTouched =
        arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::ne, value, neutral(kernel, operand, kind));
    auto touched = scf::IfOp::create(b, kernel.loc, isTouched, false);
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(touched.thenBlock());
    kernel.atomic(operand, indices, value, kind);
  });
}

bool isWorthTwo(KernelBuilder &kernel) {
  int64_t operations = 0, shared = 0;
  kernel.launch.getBody().walk([&](Operation *op) {
    ++operations;
    if (auto room = dyn_cast<memref::AllocaOp>(op))
      shared += room.getType().getNumElements() * llvm::divideCeil(room.getType().getElementTypeBitWidth(), 8);
  });
  return !kernel.isBrief && operations <= mostOperations && shared <= mostShared;
}

} // namespace

void buildGroups(KernelBuilder &kernel) {
  Block &region = kernel.launch.getBody().front();
  SmallVector<std::pair<KernelOperand *, StringRef>> copied;
  for (auto [operand, array] : llvm::zip(kernel.operands, region.getArguments().drop_front(kernel.rank)))
    if (operand.access.getAccess() == "commute")
      if (StringRef kind = commonKind(array); !kind.empty()) {
        beginCopy(kernel, operand, kind);
        copied.push_back({&operand, kind});
      }
  auto groups = [&] {
    kernel.nest(kernel.rank, [&](SmallVector<Value> &group) { kernel.copyBody(group, Edges::None); });
  };
  if (copied.empty() || !isWorthTwo(kernel)) {
    groups();
  } else {
    OpBuilder &b = kernel.builder;
    Value areCopied;
    for (auto [operand, kind] : copied)
      areCopied = areCopied ? arith::AndIOp::create(b, kernel.loc, areCopied, operand->isCopied) : operand->isCopied;
    SmallVector<KernelOperand> tested = kernel.operands;
    auto choice = scf::IfOp::create(b, kernel.loc, areCopied, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    for (auto [operand, kind] : copied) operand->isCopied = {};
    groups();
    kernel.operands = tested;
    b.setInsertionPointToStart(choice.elseBlock());
    if (copied.size() == 1) copied.front().first->copy = {};
    groups();
    kernel.operands = tested;
  }
  for (auto [operand, kind] : copied) endCopy(kernel, *operand, kind);
}

} // namespace dagger::task
