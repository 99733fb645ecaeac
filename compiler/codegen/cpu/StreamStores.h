// Stores of vectors that go past the caches, where a kernel says that no cache holds what it writes.
#pragma once
#include "llvm/IR/PassManager.h"

namespace dagger::codegen {

// A kernel says so by llvm.annotation of an i1, in front of its loops. Loops that LLVM made of vectors then store
// either way: past the caches if the i1 is true and a turn fills whole lines.
struct StreamStores : llvm::PassInfoMixin<StreamStores> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace dagger::codegen
