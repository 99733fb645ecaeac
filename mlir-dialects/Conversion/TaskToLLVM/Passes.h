// KERNELS to HOST: everything to the LLVM dialect. See Passes.td.
#pragma once
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dagger::task {
#define GEN_PASS_DECL
#include "mlir-dialects/Conversion/TaskToLLVM/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Conversion/TaskToLLVM/Passes.h.inc"
} // namespace dagger::task
