// Who owns what: the passes that make updates in place and frees explicit. See Passes.td.
#pragma once
#include "mlir-dialects/Array/IR/Array.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dagger::array {
#define GEN_PASS_DECL
#include "mlir-dialects/Array/Ownership/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

// Arrays and texts: what has a handle with a count at run time.
bool isCounted(mlir::Type type);

// Whether the operation takes the operand over: the updated operand of an update, what a region or a function hands on,
// and those operands that an operation lists in its attribute `consumes` (an array of operand numbers).
bool consumes(mlir::OpOperand &operand);

// The operand that an operation gives back with a part replaced, and is to be written in place; empty for most.
llvm::SmallVector<mlir::OpOperand *, 1> updatedOperands(mlir::Operation *op);
} // namespace dagger::array
