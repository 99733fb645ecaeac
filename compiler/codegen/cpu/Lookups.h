// Lookups in rows of 16 numbers: permutations of registers where the processor has them.
#pragma once
#include "llvm/IR/PassManager.h"

namespace dagger::codegen {

// Gives the functions that stand for lookups their bodies. With permutations, LLVM's vectorizer finds versions for several
// words at a time, for which the functions stay calls until `InlineLookups`.
void defineLookups(llvm::Module &module, bool hasPermutations);

struct InlineLookups : llvm::PassInfoMixin<InlineLookups> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &);
};

} // namespace dagger::codegen
