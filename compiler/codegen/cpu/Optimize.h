// LLVM's optimizer, as far as it makes kernels faster.
#pragma once
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace dagger::codegen {

// Several modules may be optimized at a time, if each has a context of its own.
void optimize(llvm::Module &module, llvm::TargetMachine &target);

} // namespace dagger::codegen
