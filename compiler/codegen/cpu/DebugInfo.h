// What debuggers and profilers know of a program: names of functions and lines of its source.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace dagger::codegen {

inline constexpr llvm::StringLiteral symbolPrefix = "dagger.";

using FunctionNames = llvm::StringMap<std::string>; // by symbol in the module

// What every private function of `module` (the LLVM dialect alone) is to be called in objects: after the function of the source that
// it is of, a kernel `step.stencil`, a task `fib`. All get symbolPrefix, so that no name of a program hides one of a library.
FunctionNames nameFunctions(mlir::ModuleOp module);

// Turns the locations of `module` into DWARF's terms: each function is a subprogram, what was inlined into it is inlined at the call.
// Nothing in it is for the optimizer, which makes the same instructions with and without.
void describeLines(mlir::ModuleOp module, const FunctionNames &names);

} // namespace dagger::codegen
