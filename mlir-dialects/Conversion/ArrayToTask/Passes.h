// VALUES to GRAPH: whole-array operations become launches over chunks. See Passes.td.
#pragma once
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace dagger::task {
#define GEN_PASS_DECL
#include "mlir-dialects/Conversion/ArrayToTask/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Conversion/ArrayToTask/Passes.h.inc"
} // namespace dagger::task
