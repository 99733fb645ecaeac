// What running a region costs, in operations.
#pragma once
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace dagger::task {

// How often a loop turns at most, whatever it begins with; nothing if it is not known to end. It takes remainders of two numbers until one
// is 0, as for their greatest common divisor: after each two turns the larger one is less than half, and Fibonacci's numbers take longest,
// 1.44 turns a bit.
inline std::optional<int64_t> mostTurns(mlir::scf::WhileOp loop) {
  using namespace mlir;
  if (loop.getInits().size() != 2 || loop.getNumResults() != 2) return std::nullopt;
  auto before = loop.getBeforeArguments(), after = loop.getAfterArguments();
  auto test = loop.getConditionOp().getCondition().getDefiningOp<arith::CmpIOp>();
  if (!test || test.getPredicate() != arith::CmpIPredicate::ne || test.getLhs() != before[1] || getConstantIntValue(test.getRhs()) != 0 ||
      !llvm::equal(loop.getConditionOp().getArgs(), before))
    return std::nullopt;
  auto next = loop.getYieldOp().getOperands();
  auto rest = next[1].getDefiningOp<arith::RemUIOp>();
  if (next[0] != after[1] || !rest || rest.getLhs() != after[0] || rest.getRhs() != after[1]) return std::nullopt;
  return int64_t(after[0].getType().getIntOrFloatBitWidth()) * 3 / 2 + 1;
}

// Walks through branches, of which it adds up both, and through calls of functions that are there; how often a loop turns is for who
// derives from it to say. Costs of one region are one walk of it: functions are walked again at each call.
class OperationCost {
public:
  // Of an elementary function; beyond `most`, which must be at most 2^31, nothing is said.
  OperationCost(int64_t elementary, int64_t most) : elementary(elementary), most(most) {}
  virtual ~OperationCost() = default;

  // Nothing where that depends on what is not known. `depth`: how many calls it stands in.
  std::optional<int64_t> of(mlir::Region &region, int depth = 0) {
    int64_t sum = 0;
    if (!region.empty() && !region.hasOneBlock()) return std::nullopt;
    for (mlir::Block &block : region)
      for (mlir::Operation &op : block) {
        auto cost = of(op, depth);
        if (!cost || (sum += *cost) > most) return std::nullopt;
      }
    return sum;
  }

protected:
  // Of all turns together.
  virtual std::optional<int64_t> ofLoop(mlir::LoopLikeOpInterface loop, int depth) = 0;
  const int64_t elementary, most;

private:
  static constexpr int64_t ofRuntime = 100;
  static constexpr int deepest = 4;

  std::optional<int64_t> of(mlir::Operation &op, int depth) {
    if (auto loop = llvm::dyn_cast<mlir::LoopLikeOpInterface>(op)) {
      auto bounded = llvm::dyn_cast<mlir::scf::WhileOp>(op);
      auto turns = bounded ? mostTurns(bounded) : std::nullopt;
      if (!turns) return ofLoop(loop, depth);
      auto turn = of(bounded.getAfter(), depth);
      return turn ? std::optional((*turn + 2) * *turns) : std::nullopt;
    }
    if (auto call = llvm::dyn_cast<mlir::func::CallOp>(op)) {
      mlir::func::FuncOp callee = calleeOf(call);
      return callee && !callee.isExternal() && depth < deepest ? of(callee.getBody(), depth + 1) : std::nullopt;
    }
    if (llvm::isa<mlir::scf::IfOp>(op)) {
      int64_t both = 1;
      for (mlir::Region &branch : op.getRegions()) {
        auto cost = of(branch, depth);
        if (!cost) return std::nullopt;
        both += *cost;
      }
      return both;
    }
    if (op.getNumRegions()) return std::nullopt;
    if (llvm::isa<RuntimeOp>(op)) return ofRuntime;
    return llvm::isa<mlir::math::MathDialect>(op.getDialect()) || llvm::isa<array::MathOp>(op) ? elementary : 1;
  }
};

} // namespace dagger::task
