// Cuts a module into parts that can be optimized and emitted side by side.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <vector>

namespace dagger::codegen {

// Parts of `module` (the LLVM dialect alone) that together define what it defines; one part, a copy of it, if it is too small
// for more to pay. How many and what is in each depends on the module alone, never on the machine. Functions that call each
// other stay together, so that inlining finds what it found before; but for calls of host code, whose work is the runtime's. A
// function that another part names is no longer private to one object: it is external.
// Private constants are repeated where they are used: nothing may rely on their addresses. No part refers to `module`.
std::vector<mlir::OwningOpRef<mlir::ModuleOp>> split(mlir::ModuleOp module);

} // namespace dagger::codegen
