// Tasks that take less time than their way through the graph.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir-dialects/Task/Transforms/Silent.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_LIGHTTASKS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
constexpr int mostLight = 100; // operations; a task in the graph costs some hundred nanoseconds

// Code that only says why the task fails: it runs once at most.
bool isReason(scf::IfOp branch) {
  if (branch->getNumResults() || branch.elseBlock()) return false;
  bool fails = false;
  for (Operation &op : *branch.thenBlock()) {
    fails |= isa<AssertOp, FailOp>(op);
    auto runtime = dyn_cast<RuntimeOp>(op);
    if (op.getNumRegions() || !(isa<AssertOp, FailOp, scf::YieldOp>(op) || (runtime ? runtime.getPure() : isPure(&op)))) return false;
  }
  return fails;
}

// What a run of the region costs at most, in operations; more than there is room for where that is not known.
int costOf(Region &region, int room, int depth = 0);

int costOf(Operation &op, int room, int depth) {
  if (auto branch = dyn_cast<scf::IfOp>(op); branch && isReason(branch)) return 1;
  if (auto look = dyn_cast<array::LookShapeOp>(op); look && isa<BlockArgument>(look.getArray())) return 0; // a task's arguments have theirs
  if (auto text = dyn_cast<array::TextOp>(op); text && llvm::all_of(text->getUsers(), llvm::IsaPred<AssertOp>)) return 0;
  if (auto assertion = dyn_cast<AssertOp>(op); assertion && assertion.getMessage() && assertion.getMessage().getDefiningOp<array::TextOp>()) return 1;
  if (isa<scf::IfOp>(op)) {
    int most = 1;
    for (Region &branch : op.getRegions()) most = std::max(most, costOf(branch, room, depth));
    return most;
  }
  if (auto call = dyn_cast<func::CallOp>(op)) {
    func::FuncOp callee = calleeOf(call);
    return callee && !callee.isExternal() && depth < 4 ? 1 + costOf(callee.getBody(), room - 1, depth + 1) : room + 1;
  }
  if (auto own = dyn_cast<array::OwnOp>(op)) { // elsewhere it may copy
    auto argument = dyn_cast<BlockArgument>(own->getOperand(0));
    auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
    return function && function.getArgAttr(argument.getArgNumber(), inoutAttr) ? 1 : room + 1;
  }
  bool isScalar = llvm::none_of(op.getOperandTypes(), llvm::IsaPred<RankedTensorType, array::StrType>) &&
                  llvm::none_of(op.getResultTypes(), llvm::IsaPred<RankedTensorType, array::StrType>);
  if (op.getNumRegions() || !(isa<array::ElementOp, array::InsertOp, func::ReturnOp, tensor::DimOp>(op) || (isScalar && !isa<AwaitOp>(op)))) return room + 1;
  return isa<math::MathDialect>(op.getDialect()) ? 20 : 1;
}

int costOf(Region &region, int room, int depth) {
  if (!region.empty() && !region.hasOneBlock()) return room + 1;
  int cost = 0;
  for (Block &block : region)
    for (Operation &op : block)
      if ((cost += costOf(op, room - cost, depth)) > room) return room + 1;
  return cost;
}

bool isLight(Region &region) { return costOf(region, mostLight) <= mostLight; }

struct LightTasks : impl::LightTasksBase<LightTasks> {
  void runOnOperation() override {
    getOperation().walk([](func::FuncOp function) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (context && context.getValue() == taskContext && !function.isExternal() && isLight(function.getBody()))
        function->setAttr(lightAttr, UnitAttr::get(function.getContext()));
    });
    getOperation().walk([](linalg::GenericOp op) {
      if (!op->hasAttr(tasksAttr) || op->hasAttr("task.prints") || !isLight(op.getRegion()) || !isSilent(op.getRegion())) return;
      SmallVector<func::CallOp> calls;
      op.getRegion().walk([&](func::CallOp call) { calls.push_back(call); });
      inlineCalls(calls);
      op->removeAttr(tasksAttr);
    });
  }
};
} // namespace
} // namespace dagger::task
