// What a loop over vectors along a row reads of a row around it: the vector at its column, and those before and behind it. Those
// that the next turn needs again are carried to it, in registers.
#pragma once
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dagger::task {

struct CarriedRow {
  bool hasLeft = false, hasRight = false; // what is needed beside the vector at the column
  mlir::Value address;                    // of the row's element 0
  mlir::Value left, at, right;            // in the turn that is being built

  // The vector of a row at a column, and so many elements further.
  using Load = llvm::function_ref<mlir::Value(mlir::Value row, mlir::Value column, int64_t further)>;

  // In front of the loop: adds what is carried into its first turn, which is at `first`. `line` is how many elements a vector has.
  void begin(Load load, mlir::Value first, int64_t line, llvm::SmallVectorImpl<mlir::Value> &carried) const {
    if (hasLeft) carried.push_back(load(address, first, -line));
    if (hasRight) carried.push_back(load(address, first, 0));
  }
  // In a turn: takes what is carried to it off the front, reads the rest, and adds what the next turn gets.
  void turn(Load load, mlir::Value column, int64_t line, mlir::ValueRange &carried, llvm::SmallVectorImpl<mlir::Value> &next) {
    auto take = [&] {
      mlir::Value first = carried.front();
      carried = carried.drop_front();
      return first;
    };
    if (hasLeft) left = take();
    at = hasRight ? take() : load(address, column, 0);
    if (hasRight) right = load(address, column, line);
    if (hasLeft) next.push_back(at);
    if (hasRight) next.push_back(right);
  }
  // The vector `offset` elements from the column, less than `line` away, or as many, on a side that is there.
  mlir::Value shifted(mlir::OpBuilder &b, mlir::Location loc, int64_t offset, int64_t line) const {
    if (!offset) return at;
    llvm::SmallVector<int32_t> lanes;
    for (int64_t lane = 0; lane < line; ++lane) lanes.push_back(int32_t(lane + (offset < 0 ? line + offset : offset)));
    return mlir::LLVM::ShuffleVectorOp::create(b, loc, offset < 0 ? left : at, offset < 0 ? at : right, lanes);
  }
};

} // namespace dagger::task
