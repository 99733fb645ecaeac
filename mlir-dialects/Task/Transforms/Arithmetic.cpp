// How much arithmetic a point of a launch is.
#include "mlir-dialects/Task/Transforms/Arithmetic.h"
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace dagger::task {
namespace {
constexpr int64_t elementary = 25; // about what one of these expands to
constexpr int deepest = 4;

std::optional<int64_t> countIn(Region &region, int depth);

// Of a number: an operation on 64 bits takes the room of two on 32.
int64_t lanesOf(Type type) {
  auto number = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  return !number ? 0 : number.getWidth() > 32 ? 2 : 1;
}

std::optional<int64_t> countOf(Operation &op, int depth) {
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    auto low = getConstantIntValue(loop.getLowerBound()), high = getConstantIntValue(loop.getUpperBound()), step = getConstantIntValue(loop.getStep());
    auto turn = countIn(loop.getRegion(), depth);
    if (turn && !*turn) return 0;
    if (!turn || !low || !high || !step || *step <= 0) return std::nullopt;
    return *turn * std::max<int64_t>(0, (*high - *low + *step - 1) / *step);
  }
  if (isa<scf::IfOp>(op)) { // the branch that has more
    int64_t most = 0;
    for (Region &branch : op.getRegions()) {
      auto count = countIn(branch, depth);
      if (!count) return std::nullopt;
      most = std::max(most, *count);
    }
    return most;
  }
  if (auto call = dyn_cast<func::CallOp>(op)) {
    func::FuncOp callee = calleeOf(call);
    return callee && !callee.isExternal() && depth < deepest ? countIn(callee.getBody(), depth + 1) : std::nullopt;
  }
  if (op.getNumRegions()) return std::nullopt;
  if (op.getNumResults() != 1) return 0;
  int64_t lanes = lanesOf(op.getResult(0).getType());
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp, math::SqrtOp>(op)) return lanes;
  if (isa<math::FmaOp>(op)) return 2 * lanes;
  if (isa<array::MathOp>(op)) return elementary * lanes;
  return 0;
}

std::optional<int64_t> countIn(Region &region, int depth) {
  int64_t sum = 0;
  for (Block &block : region)
    for (Operation &op : block) {
      auto count = countOf(op, depth);
      if (!count) return std::nullopt;
      sum += *count;
    }
  return sum;
}
} // namespace

std::optional<int64_t> arithmeticOf(LaunchOp launch) {
  if (launch.getKind() == "groups" || launch.getTasks()) return std::nullopt;
  auto body = countIn(launch.getBody(), 0), combine = countIn(launch.getCombine(), 0);
  if (!body || !combine) return std::nullopt;
  return *body + *combine;
}

} // namespace dagger::task
