// Launches that may begin with code that was made in a hurry.
#include "mlir-dialects/Task/Transforms/OperationCost.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_PROVISIONALLAUNCHES
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
constexpr int64_t atMost = int64_t(1) << 30;
constexpr int64_t ofBits = 8; // as many as an index mostly has, and a loop over them turns

// About how large an index is, seen from inside a launch's region: `number`, or that part of an argument. An estimate: nothing depends
// on it but when provisional code gives way.
struct Extent {
  BlockArgument of; // null: of nothing
  int64_t number = 1;
};

using Extents = llvm::DenseMap<Value, Extent>;

std::optional<Extent> extentOf(Value value, Block *region, const Extents &carried) {
  if (auto found = carried.find(value); found != carried.end()) return found->second;
  if (auto known = getConstantIntValue(value)) return Extent{{}, std::max<int64_t>(*known, 1)};
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == region ? std::optional(Extent{argument, 1}) : std::nullopt;
  Operation *op = value.getDefiningOp();
  if (isa<math::CtPopOp, math::CountTrailingZerosOp>(op)) return Extent{{}, ofBits};
  if (isa<arith::IndexCastOp, arith::SubIOp>(op)) return extentOf(op->getOperand(0), region, carried);
  if (isa<arith::MinSIOp, arith::MinUIOp>(op)) {
    auto left = extentOf(op->getOperand(0), region, carried), right = extentOf(op->getOperand(1), region, carried);
    if (left && right && !left->of && !right->of) return left->number < right->number ? left : right;
    return left && !left->of ? left : right && !right->of ? right : left ? left : right;
  }
  if (!isa<arith::CeilDivSIOp, arith::CeilDivUIOp, arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp, arith::RemUIOp, arith::RemSIOp>(op))
    return std::nullopt;
  auto by = getConstantIntValue(op->getOperand(1));
  if (!by || *by <= 0) return std::nullopt;
  if (isa<arith::RemUIOp, arith::RemSIOp>(op)) return Extent{{}, *by};
  auto whole = extentOf(op->getOperand(0), region, carried);
  if (!whole) return std::nullopt;
  return whole->of ? Extent{whole->of, whole->number * *by} : Extent{{}, std::max<int64_t>(whole->number / *by, 1)};
}

// Whether a loop halves an index, rounding up, while it is above 1: as combining pairs does.
bool halves(scf::WhileOp loop) {
  if (loop.getInits().size() != 1 || loop.getNumResults() != 1 || !loop.getInits()[0].getType().isIndex()) return false;
  Value before = loop.getBeforeArguments()[0], after = loop.getAfterArguments()[0];
  auto test = loop.getConditionOp().getCondition().getDefiningOp<arith::CmpIOp>();
  if (!test || test.getPredicate() != arith::CmpIPredicate::sgt || test.getLhs() != before || getConstantIntValue(test.getRhs()) != 1 ||
      loop.getConditionOp().getArgs()[0] != before)
    return false;
  auto half = loop.getYieldOp().getOperand(0).getDefiningOp<arith::DivUIOp>();
  auto more = half ? half.getLhs().getDefiningOp<arith::AddIOp>() : arith::AddIOp();
  return more && getConstantIntValue(half.getRhs()) == 2 && more.getLhs() == after && getConstantIntValue(more.getRhs()) == 1;
}

// What one run of a launch's region costs, in operations, of an element: a number, times one of its scalars if a loop goes so far.
class Coster : public OperationCost {
public:
  explicit Coster(Block *region) : OperationCost(/*elementary=*/100, atMost), region(region) {}
  BlockArgument turns; // null: no loop of unknown length

private:
  std::optional<int64_t> ofLoop(LoopLikeOpInterface op, int depth) override {
    if (auto loop = dyn_cast<scf::ForOp>(op.getOperation())) return ofFor(loop, depth);
    auto loop = dyn_cast<scf::WhileOp>(op.getOperation());
    auto from = loop && halves(loop) ? extentOf(loop.getInits()[0], region, carried) : std::nullopt;
    if (!from || from->of) return std::nullopt;
    carried[loop.getAfterArguments()[0]] = *from;
    auto turn = of(loop.getAfter(), depth);
    return turn ? std::optional((*turn + 2) * int64_t(llvm::Log2_64_Ceil(uint64_t(from->number)) + 1)) : std::nullopt;
  }

  std::optional<int64_t> ofFor(scf::ForOp loop, int depth) {
    auto step = getConstantIntValue(loop.getStep());
    auto extent = extentOf(loop.getUpperBound(), region, carried);
    if (!extent || !step || *step <= 0) return std::nullopt;
    bool isOutermost = !turns;
    if (extent->of) { // one such loop around the other has no bound that a launch could tell
      if (depth || inUnknown || (turns && turns != extent->of)) return std::nullopt;
      turns = extent->of;
      inUnknown = true;
    }
    auto turn = of(loop.getRegion(), depth);
    if (extent->of) inUnknown = false;
    if (!turn) return isOutermost ? (turns = {}, std::nullopt) : std::nullopt;
    if (extent->of) return 1 + llvm::divideCeilSigned(*turn + 1, extent->number * *step);
    int64_t count = llvm::divideCeilSigned(extent->number, *step);
    if (count > most || *turn + 1 > most / std::max<int64_t>(count, 1)) return std::nullopt;
    return 1 + (*turn + 1) * count;
  }

  Block *region;
  Extents carried; // by loops that halve
  bool inUnknown = false;
};

struct Estimate {
  int64_t cost, scalar; // the scalar's number, or -1
};

std::optional<Estimate> estimate(LaunchOp launch) {
  StringRef kind = launch.getKind();
  if (launch.getTasks() || launch.getPrints()) return std::nullopt;
  if (kind != "map" && kind != "stencil" && kind != "blocks" && kind != "combine" && kind != "steps") return std::nullopt;
  Block *body = launch.getBody().empty() ? nullptr : &launch.getBody().front();
  Coster ofBody(body), ofCombine(nullptr);
  auto cost = ofBody.of(launch.getBody()), combine = ofCombine.of(launch.getCombine());
  if (!cost || !combine) return std::nullopt;
  int64_t scalar = -1;
  if (ofBody.turns) {
    scalar = int64_t(ofBody.turns.getArgNumber()) - int64_t(body->getNumArguments() - launch.getScalars().size());
    if (scalar < 0 || !launch.getScalars()[scalar].getType().isIndex()) return std::nullopt;
  }
  return Estimate{std::min<int64_t>(*cost + *combine + 4, atMost), scalar};
}

// Whether each turn of each loop submits something, which takes longer than the rest of a turn.
bool submitsInLoops(func::FuncOp function) {
  auto submits = [](Operation *loop) {
    return loop->walk([](Operation *op) {
      auto call = dyn_cast<CallOp>(op);
      auto callee = call ? SymbolTable::lookupNearestSymbolFrom(call, call.getCalleeAttr()) : nullptr;
      return isa<LaunchOp>(op) || (callee && !callee->hasAttr(lightAttr)) ? WalkResult::interrupt() : WalkResult::advance();
    }).wasInterrupted();
  };
  auto result = function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<LaunchOp>(op)) return WalkResult::skip();
    return isa<LoopLikeOpInterface>(op) && !submits(op) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !result.wasInterrupted() && function.getBody().hasOneBlock();
}

struct ProvisionalLaunches : impl::ProvisionalLaunchesBase<ProvisionalLaunches> {
  void runOnOperation() override {
    int64_t number = 0;
    getOperation().walk([&](LaunchOp launch) {
      if (launch->hasAttr(briefAttr)) return;
      if (auto found = estimate(launch))
        launch->setAttr(provisionalAttr, DenseI64ArrayAttr::get(&getContext(), {++number, found->cost, found->scalar}));
    });
    if (auto main = getOperation().lookupSymbol<func::FuncOp>("main"); main && number && submitsInLoops(main))
      main->setAttr(submitsAttr, UnitAttr::get(&getContext()));
  }
};
} // namespace
} // namespace dagger::task
