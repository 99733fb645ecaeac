// From the LLVM dialect to machine code for this machine's CPU.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace dagger::codegen {

struct CpuOptions {
  int vectorBits = 0; // 128, 256 or 512 at most; 0: what the CPU does best
};

enum class CpuText { Llvm, Assembly };

// Both optimize a module that holds the LLVM dialect alone. Floating point is exact as written: no reassociation and no
// contraction. False with `error` set if LLVM refuses. One call at a time.

// The whole module as one text.
bool emitText(mlir::ModuleOp module, const CpuOptions &options, CpuText kind, std::string &text, std::string &error);

// Relocatable objects that are to be linked with each other; they are made on all threads of the machine.
bool emitObjects(mlir::ModuleOp module, const CpuOptions &options, std::vector<std::string> &objects, std::string &error);

// The CPU and its features, for the key of a cache.
std::string cpuIdentity();

} // namespace dagger::codegen
