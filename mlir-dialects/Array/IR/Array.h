// The array dialect: whole arrays with value semantics. See ArrayOps.td.
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SmallBitVector.h"

namespace dagger::array {
// On a slice through which its array is written.
inline constexpr llvm::StringLiteral placeAttr = "array.place";
// What an operation that may stop the program "writes": the program's going on.
struct Failure : mlir::SideEffects::Resource::Base<Failure> {
  llvm::StringRef getName() final { return "failure"; }
};
// The fixed tree of reductions: elements in a block, lanes in a block.
inline constexpr int64_t reductionBlock = 1024, reductionLanes = 32;
} // namespace dagger::array

#include "mlir-dialects/Array/IR/ArrayDialect.h.inc"
#include "mlir-dialects/Array/IR/ArrayEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "mlir-dialects/Array/IR/ArrayTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "mlir-dialects/Array/IR/ArrayAttrs.h.inc"
#define GET_OP_CLASSES
#include "mlir-dialects/Array/IR/ArrayOps.h.inc"

namespace dagger::array {
// Which of the values that a reduction's map region yields need a second pass over the block: those that depend on a total of it.
llvm::SmallBitVector secondPass(YieldOp yield);
} // namespace dagger::array
