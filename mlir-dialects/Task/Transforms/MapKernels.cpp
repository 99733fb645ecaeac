// Kernels of maps and stencils: loops over the box, dense operands first, the interior of a stencil without
// tests.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "llvm/ADT/MapVector.h"

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

// Code of which a second version takes longer to compile than it saves.
static bool isLarge(KernelBuilder &kernel) {
  int64_t size = 0;
  kernel.launch.getBody().walk([&](Operation *) { ++size; });
  return size > 300;
}

// How many points of the innermost axis are computed side by side: all, where they are few and each has loops of its
// own, which mostly read the same. Else 1.
static int64_t pointsTogether(KernelBuilder &kernel) {
  LaunchOp launch = kernel.launch;
  if (kernel.rank == 0 || launch.getKind() != "map" || launch.getTasks() || isLarge(kernel)) return 1;
  auto extent = getConstantIntValue(launch.getExtents().back());
  if (!extent || *extent < 2 || *extent > 4) return 1;
  return launch.getBody().walk([](scf::ForOp) { return WalkResult::interrupt(); }).wasInterrupted() ? *extent : 1;
}

// Whether all reads around points have this rule.
static bool isRule(KernelBuilder &kernel, array::EdgeRule rule) {
  auto other = [&](array::ShiftedOp shifted) {
    return shifted.getRule() == rule ? WalkResult::advance() : WalkResult::interrupt();
  };
  return !kernel.launch.getBody().walk(other).wasInterrupted();
}

void buildElements(KernelBuilder &kernel, SmallVector<Value> outer, Value from, Value to, Edges edges) {
  auto elements = [&](Value from, Value to) {
    auto loop = kernel.loop(from, to, {}, [&](Value iv, ValueRange) -> SmallVector<Value> {
      SmallVector<Value> point(outer);
      point.push_back(iv);
      write(kernel, point, kernel.copyBody(point, edges).values);
      return {};
    });
    if (edges == Edges::AllMasked)
      kernel.markMasked(loop);
    else if (edges == Edges::All)
      kernel.markScalar(loop);
    else if (!kernel.launch.getTasks())
      kernel.markParallel(loop);
  };
  auto tested = [&](Value from, Value to) { withTestedReads(kernel, outer, from, to, elements); };
  if (edges != Edges::All && edges != Edges::AllMasked && kernel.streams)
    inStreamedParts(kernel, outer, from, to, tested);
  else
    elements(from, to);
}

std::pair<Value, Value> interior(KernelBuilder &kernel, unsigned axis, Value end) {
  OpBuilder &b = kernel.builder;
  int64_t below = 0;
  llvm::MapVector<Value, int64_t> furthest; // behind the point, by extent
  kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
    auto argument = cast<BlockArgument>(shifted.getArray());
    KernelOperand &operand = kernel.operands[argument.getArgNumber() - kernel.rank];
    for (auto [k, pair] : llvm::enumerate(llvm::zip(shifted.getOffsets(), shifted.getAxes()))) {
      auto [offset, follows] = pair;
      if (follows != int64_t(axis)) continue;
      below = std::max(below, -offset);
      int64_t &most = furthest.insert({operand.extents[k], offset}).first->second;
      most = std::max(most, offset);
    }
  });
  Value above;
  for (auto [extent, offset] : furthest) {
    Value limit = arith::SubIOp::create(b, kernel.loc, extent, kernel.constant(offset));
    above = above ? arith::MinSIOp::create(b, kernel.loc, above, limit).getResult() : limit;
  }
  return {kernel.constant(below), above ? above : end};
}

SmallVector<std::pair<unsigned, SmallVector<Value>>> furthestRows(KernelBuilder &kernel, ArrayRef<Value> outer) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  llvm::MapVector<unsigned, int64_t> furthest; // by operand
  kernel.launch.getBody().walk([&](array::ShiftedOp shifted) {
    auto argument = cast<BlockArgument>(shifted.getArray());
    bool isAlong = true; // axis for axis
    for (auto [axis, follows] : llvm::enumerate(shifted.getAxes())) isAlong &= follows == int64_t(axis);
    if (!isAlong || shifted.getAxes().size() != kernel.rank || !shifted.getType().isIntOrFloat()) return;
    int64_t &most = furthest.insert({argument.getArgNumber() - kernel.rank, 0}).first->second;
    most = std::max(most, shifted.getOffsets()[0]);
  });
  auto add = [&](Value a, Value c) -> Value { return arith::AddIOp::create(b, loc, a, c); };
  unsigned last = kernel.rank - 2;
  SmallVector<Value> next(outer); // the next row of the box
  Value following = add(outer[last], kernel.constant(1));
  Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, following, kernel.high[last]);
  next[last] = arith::SelectOp::create(b, loc, isLast, kernel.low[last], following);
  next[last - 1] = add(next[last - 1], arith::SelectOp::create(b, loc, isLast, kernel.constant(1), kernel.constant(0)));
  SmallVector<std::pair<unsigned, SmallVector<Value>>> rows;
  for (auto [number, most] : furthest) {
    SmallVector<Value> row(next);
    row[0] = add(row[0], kernel.constant(most));
    rows.push_back({number, row});
  }
  return rows;
}

namespace {
// The points of the innermost axis one behind the other, their results last.
void buildTogether(KernelBuilder &kernel, ArrayRef<Value> outer, int64_t count) {
  SmallVector<SmallVector<Value>> points, values;
  for (int64_t at = 0; at < count; ++at) {
    points.emplace_back(outer).push_back(kernel.constant(at));
    values.push_back(kernel.copyBody(points.back(), Edges::None).values);
  }
  for (auto [point, yielded] : llvm::zip(points, values)) write(kernel, point, yielded);
}

// Whether no read around the row leaves its array along another axis than the innermost; null: there is no other.
Value isInnerRow(KernelBuilder &kernel, ArrayRef<Value> outer) {
  OpBuilder &b = kernel.builder;
  Value isInner;
  for (auto [axis, at] : llvm::enumerate(outer)) {
    auto [from, to] = interior(kernel, axis, kernel.high[axis]);
    Value above = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sge, at, from);
    Value below = arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::slt, at, to);
    Value both = arith::AndIOp::create(b, kernel.loc, above, below);
    isInner = isInner ? arith::AndIOp::create(b, kernel.loc, isInner, both).getResult() : both;
  }
  return isInner;
}

// Of the rows around a row, the one furthest ahead along the first axis is read first there, and the processor, which
// sees a dozen others being read, does not expect it: it is asked for while the row before is computed.
void fetchNextRow(KernelBuilder &kernel, ArrayRef<Value> outer) {
  for (auto &[number, row] : furthestRows(kernel, outer)) {
    KernelOperand &operand = kernel.operands[number];
    int64_t line = std::max<int64_t>(512 / std::max(operand.element.getIntOrFloatBitWidth(), 8u), 1);
    kernel.markScalar(kernel.loop(
        kernel.low.back(), kernel.high.back(), {},
        [&](Value column, ValueRange) -> SmallVector<Value> {
          SmallVector<Value> indices(row);
          indices.push_back(column);
          LLVM::Prefetch::create(kernel.builder, kernel.loc, kernel.addressOf(operand, indices), /*rw=*/0, /*hint=*/2,
                                 /*cache=*/1);
          return {};
        },
        line));
  }
}

// One row of the innermost axis. The interior of a stencil has a loop of its own where memory is dense; elsewhere a
// test at each read costs little beside the read, and more loops cost time to compile. Rows at an edge are many only
// where there are three axes or more; then what is at an edge is vectors as well, where reads of a value for what is
// outside are loads under masks.
void row(KernelBuilder &kernel, SmallVector<Value> &outer, bool isDense) {
  unsigned inner = kernel.rank - 1;
  OpBuilder &b = kernel.builder;
  Value low = kernel.low[inner], high = kernel.high[inner];
  bool isStencil = kernel.launch.getKind() == "stencil";
  if (int64_t together = pointsTogether(kernel); isDense && together > 1) return buildTogether(kernel, outer, together);
  if (!isStencil || !isDense) return buildElements(kernel, outer, low, high, isStencil ? Edges::All : Edges::None);
  auto [from, to] = interior(kernel, inner, high);
  Value first = arith::MinSIOp::create(b, kernel.loc, arith::MaxSIOp::create(b, kernel.loc, from, low), high);
  Value last = arith::MaxSIOp::create(b, kernel.loc, arith::MinSIOp::create(b, kernel.loc, to, high), first);
  auto elements = [&](Edges edges) {
    return [&, edges](Value from, Value to) { buildElements(kernel, outer, from, to, edges); };
  };
  // To find rows around a row takes no longer at an edge, if it is clamped: then no row is another kind of row.
  Value isInner = isRule(kernel, array::EdgeRule::Clamp) ? Value() : isInnerRow(kernel, outer);
  OpBuilder::InsertionGuard guard(b);
  if (kernel.lines) {
    auto choice = scf::IfOp::create(b, kernel.loc, arith::AndIOp::create(b, kernel.loc, kernel.lines, isInner), true);
    b.setInsertionPointToStart(choice.thenBlock());
    buildLineRow(kernel, outer);
    b.setInsertionPointToStart(choice.elseBlock());
  }
  bool isMasked = kernel.rank >= 3 && kernel.streams && isRule(kernel, array::EdgeRule::Value);
  bool hasEdgeRows = isInner && kernel.rank >= 3 && !isMasked && !isLarge(kernel);
  if (kernel.streams && fetchesRows(kernel)) {
    OpBuilder::InsertionGuard guard(b);
    auto past = scf::IfOp::create(b, kernel.loc, kernel.streams, false);
    b.setInsertionPointToStart(past.thenBlock());
    fetchNextRow(kernel, outer);
  }
  if (isMasked) { // lines are whole inside
    first = arith::MinSIOp::create(b, kernel.loc, lineFrom(kernel, outer, first), high);
    last = arith::MaxSIOp::create(b, kernel.loc, lineUntil(kernel, outer, last), first);
  }
  if (isInner && !hasEdgeRows) { // a row at an edge is all edge
    first = arith::SelectOp::create(b, kernel.loc, isInner, first, high);
    last = arith::SelectOp::create(b, kernel.loc, isInner, last, high);
  }
  auto inside = [&] {
    if (!hasEdgeRows) return elements(isInner ? Edges::None : Edges::NotInnermost)(first, last);
    auto choice = scf::IfOp::create(b, kernel.loc, isInner, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(choice.thenBlock());
    elements(Edges::None)(first, last);
    b.setInsertionPointToStart(choice.elseBlock());
    elements(Edges::NotInnermost)(first, last);
  };
  inBothRanges(kernel, {low, first}, {last, high}, elements(isMasked ? Edges::AllMasked : Edges::All), inside);
}

} // namespace

// An array seen whole in loops: how far apart elements along its last axes lie where rows are dense. Along the last 1;
// along the one before as many as the last has elements, which shows where its indices are constants or few points.
static SmallVector<int64_t> denseStrides(KernelBuilder &kernel, unsigned number) {
  Block &region = kernel.launch.getBody().front();
  BlockArgument array = region.getArgument(kernel.rank + number);
  int64_t together = pointsTogether(kernel), width = 0;
  bool isRead = false, isKnown = true;
  for (Operation *user : array.getUsers()) {
    auto element = dyn_cast<array::ElementOp>(user);
    if (!element || element.getIndices().empty()) continue;
    auto loop = user->getParentOfType<scf::ForOp>();
    isRead |= loop && kernel.launch->isProperAncestor(loop);
    Value last = element.getIndices().back();
    auto index = getConstantIntValue(last);
    if (kernel.rank && last == region.getArgument(kernel.rank - 1) && together > 1) index = together - 1;
    isKnown &= index.has_value();
    width = std::max(width, index.value_or(0) + 1);
  }
  if (!isRead) return {};
  if (!isKnown || width > 8 || cast<RankedTensorType>(array.getType()).getRank() < 2) return {1};
  return {1, width};
}

void KernelBuilder::ifDense(function_ref<void(bool)> body) {
  Value isDense;
  SmallVector<std::pair<Value *, int64_t>> dense; // strides, and what they then are
  auto also = [&](Value a, Value b) {
    Value equal = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
    isDense = isDense ? arith::AndIOp::create(builder, loc, isDense, equal).getResult() : equal;
  };
  for (auto [number, operand] : llvm::enumerate(operands)) {
    if (operand.denseAxis >= 0)
      dense.push_back({&operand.strides[operand.denseAxis], 1});
    else if (number < launch.getArrays().size() && !operand.access.getMapped())
      for (auto [stride, known] : llvm::zip(llvm::reverse(operand.strides), denseStrides(*this, number)))
        dense.push_back({&stride, known});
  }
  for (auto [stride, known] : dense) also(*stride, constant(known));
  if (int64_t together = pointsTogether(*this); together > 1) { // all of them are in the box
    also(low[rank - 1], constant(0));
    also(high[rank - 1], constant(together));
  }
  if (!isDense) return body(true);
  if (isBrief) return body(false);
  auto choice = scf::IfOp::create(builder, loc, isDense, true);
  SmallVector<KernelOperand> general = operands;
  builder.setInsertionPointToStart(choice.thenBlock());
  for (auto [stride, known] : dense) *stride = constant(known);
  body(true);
  operands = general;
  builder.setInsertionPointToStart(choice.elseBlock());
  body(false);
  builder.setInsertionPointAfter(choice);
}

void buildMap(KernelBuilder &kernel) {
  if (kernel.rank == 0) return write(kernel, {}, kernel.copyBody({}, Edges::None).values);
  bool hasVersions = !kernel.launch.getTasks() && !kernel.isBrief && !isLarge(kernel);
  auto all = [&](bool isDense) {
    if (isDense && isCrosswise(kernel)) return buildCrosswise(kernel);
    if (isDense && hasVersions) announceStreams(kernel);
    if (hasLineRows(kernel)) kernel.lines = areLineRows(kernel);
    kernel.nest(kernel.rank - 1, [&](SmallVector<Value> &outer) { row(kernel, outer, isDense); });
    endStreams(kernel);
    kernel.streams = kernel.lines = {};
  };
  if (!hasVersions) return all(true);
  kernel.ifDense(all);
}

} // namespace dagger::task
