// GRAPH to KERNELS. See Passes.td.
#pragma once
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dagger::task {
#define GEN_PASS_DECL
#include "mlir-dialects/Task/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Task/Transforms/Passes.h.inc"
} // namespace dagger::task
