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

// What a fused operation reads and makes together at most. Beyond it each further array costs a walk through memory and a fusion
// copies what is there already: a thousand fusions into one operation would take the square of it.
inline constexpr unsigned mostFusedOperands = 32;

// How many operations the code of a fused one has at most: more take longer than to write and read one more array.
inline constexpr int64_t mostFusedOperations = 256;

inline bool isShortEnough(mlir::Operation *producer, mlir::Operation *consumer) {
  int64_t size = 0;
  for (mlir::Operation *one : {producer, consumer}) one->walk([&](mlir::Operation *) { ++size; });
  return size <= mostFusedOperations;
}

#define GEN_PASS_DECL
#include "mlir-dialects/Array/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Array/Transforms/Passes.h.inc"
} // namespace dagger::array
