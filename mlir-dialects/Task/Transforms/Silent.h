// Code that the host may run in place of a task, and how it comes to stand there.
#pragma once
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir-dialects/Task/Transforms/Traps.h"
#include "mlir/IR/IRMapping.h"

namespace dagger::task {

// Nothing of it can fail, or be seen, whatever it calls.
inline bool isSilent(mlir::Region &region) {
  return !region.walk([](mlir::Operation *op) {
                if (auto call = llvm::dyn_cast<mlir::func::CallOp>(op))
                  return isSilent(calleeOf(call).getBody()) ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt();
                bool isKnown = op->getNumRegions() || op->hasTrait<mlir::OpTrait::IsTerminator>() || (mlir::isPure(op) && !mayTrap(op));
                return isKnown ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt();
              })
              .wasInterrupted();
}

// A copy of the function's only block before the builder's place, with these arguments: what it returns.
inline llvm::SmallVector<mlir::Value> copyBody(mlir::OpBuilder &builder, mlir::Block &body, mlir::ValueRange arguments, mlir::Location site) {
  mlir::IRMapping map;
  map.map(body.getArguments(), arguments);
  for (mlir::Operation &op : body.without_terminator()) builder.clone(op, map)->setLoc(mlir::CallSiteLoc::get(op.getLoc(), site));
  return llvm::map_to_vector(body.getTerminator()->getOperands(), [&](mlir::Value result) { return map.lookupOrDefault(result); });
}

// What the calls call stands in their place: functions of one block, and what those call.
inline void inlineCalls(llvm::SmallVector<mlir::func::CallOp> calls) {
  while (!calls.empty()) {
    mlir::func::CallOp call = calls.pop_back_val();
    mlir::OpBuilder builder(call);
    mlir::Operation *before = call->getPrevNode();
    call.replaceAllUsesWith(copyBody(builder, calleeOf(call).getBody().front(), call.getOperands(), call.getLoc()));
    for (mlir::Operation *op = before ? before->getNextNode() : &call->getBlock()->front(); op != call; op = op->getNextNode())
      op->walk([&](mlir::func::CallOp inner) { calls.push_back(inner); });
    call.erase();
  }
}

} // namespace dagger::task
