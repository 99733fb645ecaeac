// Cuts a module into parts that can be optimized and emitted side by side.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <vector>

namespace dagger::codegen {

struct ModulePart {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  bool isOptimized; // else all of its functions are left as they are
};

// Parts of `module` (the LLVM dialect alone) that together define what it defines; few if it is too small for more to pay. How
// many and what is in each depends on the module alone, never on the machine. Functions that are not optimized, and what
// nobody else calls, have parts of their own. Others that call each
// other stay together, so that inlining finds what it found before; but for calls of host code, whose work is the runtime's. A
// function that another part names is no longer private to one object: it is external.
// Private constants are repeated where they are used: nothing may rely on their addresses. No part refers to `module`.
std::vector<ModulePart> split(mlir::ModuleOp module);

} // namespace dagger::codegen
