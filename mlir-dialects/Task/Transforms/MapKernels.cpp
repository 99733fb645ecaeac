// Kernels of maps, stencils and groups: loops over the box, dense operands first, the interior of a stencil without
// tests.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"

using namespace mlir;

namespace dagger::task {
namespace {

// Writes what the body yields: to updated operands first, then to results.
void write(KernelBuilder &kernel, ArrayRef<Value> point, ValueRange values) {
  unsigned next = 0;
  for (KernelOperand &operand : kernel.operands)
    if (operand.access.getAccess() == "update" || operand.access.getAccess() == "write")
      kernel.store(operand, kernel.indicesAt(operand, point), values[next++]);
}

} // namespace

void buildElements(KernelBuilder &kernel, SmallVector<Value> outer, Value from, Value to, bool isInterior) {
  auto loop = kernel.loop(from, to, {}, [&](Value iv, ValueRange) -> SmallVector<Value> {
    SmallVector<Value> point(outer);
    point.push_back(iv);
    write(kernel, point, kernel.copyBody(point, isInterior).values);
    return {};
  });
  if (!isInterior)
    kernel.markScalar(loop);
  else if (!kernel.launch.getTasks())
    kernel.markParallel(loop);
}

namespace {
// The part of axis `axis` in which no shifted read leaves its array: from, to.
std::pair<Value, Value> interior(KernelBuilder &kernel, unsigned axis) {
  OpBuilder &b = kernel.builder;
  int64_t below = 0;
  Value above;
  kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
    auto argument = cast<BlockArgument>(shifted.getArray());
    KernelOperand &operand = kernel.operands[argument.getArgNumber() - kernel.rank];
    for (auto [k, pair] : llvm::enumerate(llvm::zip(shifted.getOffsets(), shifted.getAxes()))) {
      auto [offset, follows] = pair;
      if (follows != int64_t(axis)) continue;
      below = std::max(below, -offset);
      Value limit = arith::SubIOp::create(b, kernel.loc, operand.extents[k], kernel.constant(offset));
      above = above ? arith::MinSIOp::create(b, kernel.loc, above, limit).getResult() : limit;
    }
  });
  return {kernel.constant(below), above ? above : kernel.high[axis]};
}

// Which axis of an operand lies along the innermost axis of the index space; -1: none.
int innermost(KernelBuilder &kernel, const KernelOperand &operand) {
  for (auto [axis, follows] : llvm::enumerate(operand.access.getAxes()))
    if (follows == int64_t(kernel.rank) - 1) return int(axis);
  return -1;
}

// One row of the innermost axis. The interior of a stencil has a loop of its own where memory is dense; elsewhere a
// test at each read costs little beside the read, and three loops cost time to compile.
void row(KernelBuilder &kernel, SmallVector<Value> &outer, bool isDense) {
  unsigned inner = kernel.rank - 1;
  OpBuilder &b = kernel.builder;
  Value low = kernel.low[inner], high = kernel.high[inner];
  bool isStencil = kernel.launch.getKind() == "stencil";
  if (!isStencil || !isDense) return buildElements(kernel, outer, low, high, !isStencil);
  Value isInner;
  for (unsigned axis = 0; axis < inner; ++axis) {
    auto [from, to] = interior(kernel, axis);
    Value above = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sge, outer[axis], from);
    Value below = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::slt, outer[axis], to);
    Value both = arith::AndIOp::create(b, kernel.loc, above, below);
    isInner = isInner ? arith::AndIOp::create(b, kernel.loc, isInner, both).getResult() : both;
  }
  auto [from, to] = interior(kernel, inner);
  Value first = arith::MinSIOp::create(b, kernel.loc, arith::MaxSIOp::create(b, kernel.loc, from, low), high);
  Value last = arith::MaxSIOp::create(b, kernel.loc, arith::MinSIOp::create(b, kernel.loc, to, high), first);
  if (isInner) { // a row at an edge is all edge
    first = arith::SelectOp::create(b, kernel.loc, isInner, first, high);
    last = arith::SelectOp::create(b, kernel.loc, isInner, last, high);
  }
  buildElements(kernel, outer, low, first, false);
  buildElements(kernel, outer, first, last, true);
  buildElements(kernel, outer, last, high, false);
}

} // namespace

void KernelBuilder::ifDense(function_ref<void(bool)> body) {
  Value isDense;
  for (KernelOperand &operand : operands)
    if (int axis = innermost(*this, operand); axis >= 0) {
      Value unit = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, operand.strides[axis], constant(1));
      isDense = isDense ? arith::AndIOp::create(builder, loc, isDense, unit).getResult() : unit;
    }
  if (!isDense) return body(true);
  auto choice = scf::IfOp::create(builder, loc, isDense, true);
  SmallVector<KernelOperand> general = operands;
  builder.setInsertionPointToStart(choice.thenBlock());
  for (KernelOperand &operand : operands)
    if (int axis = innermost(*this, operand); axis >= 0) operand.strides[axis] = constant(1);
  body(true);
  operands = general;
  builder.setInsertionPointToStart(choice.elseBlock());
  body(false);
  builder.setInsertionPointAfter(choice);
}

void buildMap(KernelBuilder &kernel) {
  if (kernel.rank == 0) return write(kernel, {}, kernel.copyBody({}, true).values);
  auto all = [&](bool isDense) {
    kernel.nest(kernel.rank - 1, [&](SmallVector<Value> &outer) { row(kernel, outer, isDense); });
  };
  int64_t size = 0;
  kernel.launch.getBody().walk([&](Operation *) { ++size; });
  if (kernel.launch.getTasks() || size > 300) return all(true);
  kernel.ifDense(all);
}

// Groups one after the other; each has its lanes inside.
void buildGroups(KernelBuilder &kernel) {
  kernel.nest(kernel.rank, [&](SmallVector<Value> &group) { kernel.copyBody(group, true); });
}

} // namespace dagger::task
