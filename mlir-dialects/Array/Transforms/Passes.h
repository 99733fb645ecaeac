// Fusions over whole arrays. See Passes.td.
#pragma once
#include "mlir-dialects/Array/IR/Array.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace dagger::array {
#define GEN_PASS_DECL
#include "mlir-dialects/Array/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Array/Transforms/Passes.h.inc"
} // namespace dagger::array
