// Calls of tasks in tasks become spawns and joins.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Callee.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_SPAWNCALLS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
struct SpawnCalls : impl::SpawnCallsBase<SpawnCalls> {
  void runOnOperation() override {
    auto context = getOperation()->getAttrOfType<StringAttr>(contextAttr);
    if (!context || context.getValue() != taskContext || getOperation().isExternal()) return;
    for (Block &block : getOperation().getBody()) run(block);
  }

  static bool isSpawnable(func::CallOp call) {
    func::FuncOp callee = calleeOf(call);
    return callee && callee->hasAttr(spawnableAttr);
  }

  static bool uses(Operation *op, ArrayRef<func::CallOp> calls) {
    auto isResult = [&](Value value) { return llvm::is_contained(calls, value.getDefiningOp()); };
    return op->walk([&](Operation *inner) { return llvm::any_of(inner->getOperands(), isResult) ? WalkResult::interrupt() : WalkResult::advance(); })
        .wasInterrupted();
  }

  // Whether something happens in `op` that a spawned task must not run beside: what can be seen comes in order.
  static bool isSeen(Operation *op) {
    return op->walk([&](Operation *inner) {
               bool seen = isa<PrintOp, OrderOp, BeginSequentialOp, EndSequentialOp>(inner);
               if (auto library = dyn_cast<array::LibraryOp>(inner)) seen = library.getEffect();
               if (auto call = dyn_cast<func::CallOp>(inner)) {
                 func::FuncOp callee = calleeOf(call);
                 auto where = callee ? callee->getAttrOfType<StringAttr>(contextAttr) : StringAttr();
                 seen = !isSpawnable(call) && where && where.getValue() == taskContext;
               }
               return seen ? WalkResult::interrupt() : WalkResult::advance();
             })
        .wasInterrupted();
  }

  // Work that is worth a spawn before it.
  static bool isWork(Operation *op) { return op->getNumRegions() > 0 || isa<func::CallOp, LaunchOp, array::LibraryOp>(op); }

  void run(Block &block) {
    SmallVector<func::CallOp> open;
    bool workSince = false; // behind the last of them
    int sequential = 0;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (!open.empty() && (uses(&op, open) || isSeen(&op) || op.hasTrait<OpTrait::IsTerminator>())) {
        if (!workSince) open.pop_back();
        join(open, &op);
        open.clear();
      }
      if (isa<BeginSequentialOp>(op)) ++sequential;
      if (isa<EndSequentialOp>(op)) --sequential;
      if (sequential) continue;
      if (auto call = dyn_cast<func::CallOp>(op); call && isSpawnable(call)) {
        open.push_back(call);
        workSince = false;
        continue;
      }
      workSince |= isWork(&op);
      for (Region &region : op.getRegions())
        for (Block &inner : region) run(inner);
    }
  }

  void join(ArrayRef<func::CallOp> calls, Operation *before) {
    SmallVector<std::pair<func::CallOp, SpawnOp>> spawned;
    for (func::CallOp call : calls) {
      OpBuilder builder(call);
      auto type = FutureType::get(&getContext(), SmallVector<Type>(call.getResultTypes()));
      spawned.push_back({call, SpawnOp::create(builder, call.getLoc(), type, call.getCalleeAttr(), call.getOperands())});
    }
    OpBuilder builder(before);
    for (auto [call, spawn] : llvm::reverse(spawned)) {
      auto joined = JoinOp::create(builder, call.getLoc(), call.getResultTypes(), spawn.getFuture(), call.getCalleeAttr(), call.getOperands());
      call.replaceAllUsesWith(joined.getResults());
      call.erase();
    }
  }
};
} // namespace
} // namespace dagger::task
