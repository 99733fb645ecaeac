// Temporal blocking: a loop of a stencil becomes a loop of launches that take several steps each.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir-dialects/Task/Transforms/Traps.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_TILETIME
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// Of all steps of a launch together: what neighbouring chunks both compute. Where caches hold the array, half of that:
// memory does not keep the steps waiting.
constexpr int64_t widestReach = 32, cachedBytes = 32 << 20;
constexpr unsigned mostOperations = 64;

// The launch that is all of the loop, if it makes the next value of the one array that the loop carries.
LaunchOp onlyStep(scf::ForOp loop) {
  if (loop.getNumResults() != 1 || getConstantIntValue(loop.getStep()) != 1 ||
      !isa<IntegerType>(loop.getInductionVar().getType()) ||
      loop.getInductionVar().getType().getIntOrFloatBitWidth() > 64)
    return {};
  Block &body = *loop.getBody();
  if (body.getOperations().size() != 2) return {};
  auto launch = dyn_cast<LaunchOp>(body.front());
  if (!launch || launch.getKind() != "stencil" || launch.getNumResults() != 1 ||
      body.getTerminator()->getOperand(0) != launch.getResult(0))
    return {};
  if (launch.getTasks() || launch.getPrints() || launch.getStatement() || launch.getFails()) return {};
  return launch;
}

// The only array that is reached around the point is the carried one, and each element of the result is one of its:
// rank 2, axis for axis. Everything else comes from outside of the loop.
bool carriesItself(LaunchOp launch, scf::ForOp loop) {
  Value carried = loop.getRegionIterArg(0);
  if (!carried.hasOneUse() || launch.getExtents().size() != 2 || launch.getResult(0).getType() != carried.getType())
    return false;
  if (!cast<RankedTensorType>(carried.getType()).getElementType().isIntOrFloat() ||
      !llvm::equal(launch.getShapes(), launch.getExtents()))
    return false;
  for (auto [array, access] : llvm::zip(launch.getArrays(), launch.getAccess())) {
    auto operand = cast<OperandAttr>(access);
    if (operand.getAccess() != "read" || operand.getMapped() == (array == carried)) return false;
  }
  auto result = cast<OperandAttr>(launch.getAccess()[launch.getArrays().size()]);
  if (result.getAccess() != "write" || result.getAxes() != ArrayRef<int64_t>{0, 1}) return false;
  return llvm::all_of(launch->getOperands(),
                      [&](Value value) { return value == carried || loop.isDefinedOutsideOfLoop(value); });
}

// Whether rows and columns beyond an edge can be computed as those that they repeat: no read has another rule, and a
// point is nothing but what is around it.
bool wrapsThroughout(LaunchOp launch) {
  bool wraps = true;
  launch.getBody().walk([&](array::ShiftedOp shifted) { wraps &= shifted.getRule() == array::EdgeRule::Wrap; });
  auto point = launch.getBody().getArguments().take_front(launch.getExtents().size());
  return wraps && launch.getArrays().size() == 1 && llvm::all_of(point, [](Value at) { return at.use_empty(); });
}

// How far a step reads, or nothing: all reads of the carried array must be near the point, or all from around the edge.
// Nothing may trap: what lies beyond a chunk's edge is computed from anything.
std::optional<int64_t> reachOf(LaunchOp launch) {
  int64_t reach = 0;
  unsigned operations = 0;
  bool isPlain = true, wraps = false;
  launch.getBody().walk([&](Operation *op) {
    ++operations;
    auto shifted = dyn_cast<array::ShiftedOp>(op);
    if (!shifted) {
      isPlain &= isa<array::YieldOp>(op) ||
                 (isPure(op) && !mayTrap(op) && llvm::none_of(op->getOperandTypes(), llvm::IsaPred<RankedTensorType>));
      return;
    }
    wraps |= shifted.getRule() == array::EdgeRule::Wrap;
    isPlain &= shifted.getAxes() == ArrayRef<int64_t>{0, 1};
    for (int64_t offset : shifted.getOffsets()) reach = std::max(reach, std::abs(offset));
  });
  if (wraps && !wrapsThroughout(launch)) return std::nullopt;
  if (!isPlain || operations > mostOperations || reach == 0 || reach > 2) return std::nullopt;
  return reach;
}

OperandAttr widened(OperandAttr operand, int64_t by) {
  SmallVector<int64_t> halo;
  for (int64_t axis : operand.getAxes()) halo.push_back(axis < 0 ? 0 : by);
  return OperandAttr::get(operand.getContext(), operand.getAccess(), operand.getMapped(), operand.getExact(),
                          operand.getAxes(), operand.getScale(), halo, halo);
}

void tile(scf::ForOp loop, LaunchOp launch, int64_t reach) {
  int64_t most = widestReach / reach;
  Location loc = loop.getLoc();
  OpBuilder b(loop);
  Type type = b.getI64Type(); // the loop's own may not hold the number of its turns
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, type, b.getIntegerAttr(type, value));
  };
  auto wide = [&](Value number) -> Value {
    if (number.getType() == type) return number;
    return loop.getUnsignedCmp() ? Value(arith::ExtUIOp::create(b, loc, type, number))
                                 : Value(arith::ExtSIOp::create(b, loc, type, number));
  };
  Value low = wide(loop.getLowerBound()), high = wide(loop.getUpperBound()), zero = constant(0);
  auto below = loop.getUnsignedCmp() ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
  Value steps = arith::SelectOp::create(b, loc, arith::CmpIOp::create(b, loc, below, low, high),
                                        arith::SubIOp::create(b, loc, high, low), zero);
  Value points = arith::MulIOp::create(b, loc, launch.getExtents()[0], launch.getExtents()[1]);
  int64_t bytes = llvm::divideCeil(cast<ShapedType>(launch.getResult(0).getType()).getElementTypeBitWidth(), 8);
  Value cached = arith::ConstantIndexOp::create(b, loc, cachedBytes / bytes);
  Value isLarge = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, points, cached);
  Value each = arith::SelectOp::create(b, loc, isLarge, constant(most), constant(most / 2));
  Value turns = arith::CeilDivSIOp::create(b, loc, steps, each);
  auto tiled = scf::ForOp::create(b, loc, zero, turns, constant(1), loop.getInitArgs());
  b.setInsertionPointToStart(tiled.getBody());
  Value left = arith::SubIOp::create(b, loc, steps, arith::MulIOp::create(b, loc, tiled.getInductionVar(), each));
  Value levels = arith::IndexCastOp::create(b, loc, b.getIndexType(), arith::MinSIOp::create(b, loc, left, each));
  IRMapping map;
  map.map(loop.getRegionIterArg(0), tiled.getRegionIterArg(0));
  auto several = cast<LaunchOp>(b.clone(*launch, map));
  several.setKind("steps");
  several.getScalarsMutable().append(levels);
  several.getBody().front().addArgument(b.getIndexType(), loc);
  SmallVector<Attribute> access;
  for (Attribute operand : launch.getAccess().getValue().drop_back())
    access.push_back(widened(cast<OperandAttr>(operand), widestReach));
  access.push_back(launch.getAccess().getValue().back());
  several.setAccessAttr(b.getArrayAttr(access));
  scf::YieldOp::create(b, loc, several.getResults());
  loop.replaceAllUsesWith(tiled.getResults());
  loop.erase();
}

struct TileTime : impl::TileTimeBase<TileTime> {
  void runOnOperation() override {
    auto context = getOperation()->getAttrOfType<StringAttr>(contextAttr);
    if (!context || context.getValue() != hostContext) return;
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      if (LaunchOp launch = onlyStep(loop); launch && carriesItself(launch, loop))
        if (std::optional<int64_t> reach = reachOf(launch)) tile(loop, launch, *reach);
  }
};
} // namespace
} // namespace dagger::task
