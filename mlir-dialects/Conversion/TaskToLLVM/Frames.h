// Values one behind the other in memory, as a struct: how they travel to code that runs elsewhere.
#pragma once
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"

namespace dagger::task {
mlir::LLVM::LLVMStructType packedType(Abi &abi, mlir::TypeRange values);
// On the stack; null if there are none.
mlir::Value pack(Abi &abi, mlir::OpBuilder &builder, mlir::Operation *op, mlir::ValueRange values, mlir::LLVM::LLVMStructType type);
// Stores each in its field of the struct at `room`, behind `path`.
void storeFields(Abi &abi, mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange values, mlir::Value room, mlir::LLVM::LLVMStructType type,
                 llvm::ArrayRef<int32_t> path = {});
mlir::Value fieldAt(Abi &abi, mlir::OpBuilder &builder, mlir::Location loc, mlir::Value room, mlir::LLVM::LLVMStructType type, llvm::ArrayRef<int32_t> path);
// Where the fields are in bytes, and behind them its size: as LLVM places them for the machine, where every number stands
// at a multiple of its size. (A module that names no data layout has MLIR's own, with i64 at multiples of 4.)
llvm::SmallVector<int64_t> placesIn(mlir::LLVM::LLVMStructType type);
inline int64_t sizeOf(mlir::LLVM::LLVMStructType type) { return placesIn(type).back(); }
} // namespace dagger::task
