// From the LLVM dialect to machine code for this machine's CPU.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace dagger::codegen {

struct CpuOptions {
  int vectorBits = 0; // 128, 256 or 512 at most; 0: what the CPU does best
};

enum class CpuOutput { LlvmText, AssemblyText, Object };

// Optimizes and emits `module`, which holds the LLVM dialect alone. Floating point is exact as written: no reassociation and
// no contraction. False with `error` set if LLVM refuses. One call at a time.
bool emit(mlir::ModuleOp module, const CpuOptions &options, CpuOutput output, std::string &text, std::vector<char> &object,
          std::string &error);

// The CPU and its features, for the key of a cache.
std::string cpuIdentity();

} // namespace dagger::codegen
