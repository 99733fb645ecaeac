// Launches that are over before better code for them would be ready.
#include "mlir-dialects/Task/Transforms/OperationCost.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_BRIEFLAUNCHES
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
constexpr int64_t mostOperations =
    50'000; // some ten thousandths of a second, where better code takes some thousandths to make

// At most, with loops whose turns are constants.
struct FixedCost : OperationCost {
  FixedCost() : OperationCost(/*elementary=*/30, mostOperations) {}

  std::optional<int64_t> ofLoop(LoopLikeOpInterface op, int depth) override {
    auto loop = dyn_cast<scf::ForOp>(op.getOperation());
    if (!loop) return std::nullopt;
    auto low = getConstantIntValue(loop.getLowerBound()), high = getConstantIntValue(loop.getUpperBound()),
         step = getConstantIntValue(loop.getStep());
    auto turn = of(loop.getRegion(), depth);
    if (!turn || !low || !high || !step || *step <= 0 || *high - *low > mostOperations) return std::nullopt;
    return 1 + *turn * std::max<int64_t>(0, llvm::divideCeilSigned(*high - *low, *step));
  }
};

std::optional<int64_t> product(ValueRange extents) {
  int64_t points = 1;
  for (Value extent : extents) {
    auto known = getConstantIntValue(extent);
    if (!known || *known > mostOperations || (points *= std::max<int64_t>(0, *known)) > mostOperations)
      return std::nullopt;
  }
  return points;
}

// As many elements as an array has that a launch made.
std::optional<int64_t> elementsOf(Value array) {
  auto result = dyn_cast<OpResult>(array);
  auto launch = result ? dyn_cast<LaunchOp>(result.getOwner()) : LaunchOp();
  if (!launch) return std::nullopt;
  auto rank = [](Value value) { return cast<RankedTensorType>(value.getType()).getRank(); };
  int64_t before = 0;
  for (Value other : launch.getResults().take_front(result.getResultNumber())) before += rank(other);
  return product(launch.getShapes().slice(before, rank(array)));
}

// How often its regions run: for each point, or for each element that a point takes along.
std::optional<int64_t> turnsOf(LaunchOp launch) {
  StringRef kind = launch.getKind();
  auto points = product(launch.getExtents());
  if (!points) return std::nullopt;
  if (kind == "map" || kind == "stencil") return launch.getTasks() ? std::nullopt : points;
  if (kind == "blocks") {
    auto length = getConstantIntValue(launch.getScalars().back());
    int64_t ofBlock = length ? std::clamp<int64_t>(*length, 0, array::reductionBlock) : array::reductionBlock;
    return *points * ofBlock;
  }
  if (kind == "combine") return elementsOf(launch.getArrays().front());
  if (kind == "scan" || kind == "prefix") return elementsOf(launch.getResult(0));
  return std::nullopt;
}

bool isBrief(LaunchOp launch) {
  FixedCost cost;
  auto turns = turnsOf(launch), body = cost.of(launch.getBody()), combine = cost.of(launch.getCombine());
  return turns && body && combine && *turns <= mostOperations && *turns * (1 + *body + *combine) <= mostOperations;
}

// Whether the function runs once: main, and each test.
bool runsOnce(func::FuncOp function, const llvm::SmallPtrSetImpl<Operation *> &called) {
  return (function.getSymName() == "main" || function->hasAttr("task.test")) && !called.contains(function);
}

bool isInLoop(LaunchOp launch) {
  Operation *around = launch->getParentOp();
  while (isa<scf::IfOp>(around)) around = around->getParentOp();
  return !isa<func::FuncOp>(around) || !cast<func::FuncOp>(around).getBody().hasOneBlock();
}

struct BriefLaunches : impl::BriefLaunchesBase<BriefLaunches> {
  void runOnOperation() override {
    llvm::SmallPtrSet<Operation *, 8> called;
    getOperation().walk([&](func::CallOp call) { called.insert(calleeOf(call)); });
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal() || !runsOnce(function, called)) continue;
      function.walk([](LaunchOp launch) {
        if (!isInLoop(launch) && isBrief(launch)) launch->setAttr(briefAttr, UnitAttr::get(launch.getContext()));
      });
    }
  }
};
} // namespace
} // namespace dagger::task
