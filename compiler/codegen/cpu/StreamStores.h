// Loops over more than caches hold, where a kernel says so: vectors are stored past the caches and fetched ahead.
#pragma once
#include "llvm/IR/PassManager.h"

namespace dagger::codegen {

// A kernel says so by llvm.annotation of an i1, in front of its loops. Loops that LLVM made of vectors then store
// either way: past the caches if the i1 is true and a turn fills whole lines. What such loops load at a few places is fetched a page
// ahead: where a page begins, the processor itself has not. Not where the annotation's line is 1: the kernel asks itself for what
// caches do not have.
struct StreamStores : llvm::PassInfoMixin<StreamStores> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace dagger::codegen
