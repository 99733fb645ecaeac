// Whether a function of the LLVM dialect may run some of its instructions more than once each time that it is called.
#pragma once
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dagger::task {

// Blocks stand in the order in which they are reached first.
inline bool hasLoop(mlir::LLVM::LLVMFuncOp function) {
  llvm::DenseMap<mlir::Block *, size_t> order;
  for (mlir::Block &block : function.getBody()) order[&block] = order.size();
  return llvm::any_of(function.getBody(), [&](mlir::Block &block) {
    return llvm::any_of(block.getSuccessors(), [&](mlir::Block *next) { return order[next] <= order[&block]; });
  });
}

} // namespace dagger::task
