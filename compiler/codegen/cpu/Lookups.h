// Lookups in rows of 16 numbers: permutations of registers where the processor has them, else loads.
#pragma once
#include "llvm/IR/PassManager.h"

namespace dagger::codegen {

// Gives the functions that stand for lookups their bodies, and versions for several words at a time that LLVM's vectorizer finds:
// for those they stay calls until `InlineLookups`.
void defineLookups(llvm::Module &module, unsigned vectorBits);

struct InlineLookups : llvm::PassInfoMixin<InlineLookups> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &);
};

} // namespace dagger::codegen
