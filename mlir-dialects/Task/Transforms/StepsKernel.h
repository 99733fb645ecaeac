// What the kernels of several steps of a stencil share (temporal blocking). Rows are taken in the order of the array;
// when a row comes in, the first step can be taken on the row above, the second one on the row above that, and so on: a
// skewed sweep, in which only a few rows of each step are kept. What is next to the box is computed again by each of
// its neighbours, a band that is narrower by the stencil's reach with each step.
#pragma once
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "llvm/Support/MathExtras.h"

namespace dagger::task {

struct Steps {
  explicit Steps(KernelBuilder &kernel);

  KernelBuilder &kernel;
  mlir::OpBuilder &b = kernel.builder;
  mlir::Location loc = kernel.loc;
  unsigned carried = 0;        // the operand
  int64_t reach = 0, line = 0; // line: elements in one of the cache
  // The array goes on at its other end. Rows and columns outside are then rows and columns as any others, which bring in
  // what they repeat and are computed like it: none lies at an edge.
  bool wraps = true;
  KernelOperand in, out;
  mlir::Value levels, rowLow, rowHigh, columnLow, columnHigh; // of the box
  mlir::Value low, high, first, width;                        // of the rows that are kept: columns in use, all
  mlir::Value room;

  mlir::Value add(mlir::Value x, mlir::Value y) { return mlir::arith::AddIOp::create(b, loc, x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return mlir::arith::SubIOp::create(b, loc, x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return mlir::arith::MulIOp::create(b, loc, x, y); }
  mlir::Value divided(mlir::Value x, mlir::Value y) { return mlir::arith::DivUIOp::create(b, loc, x, y); }
  mlir::Value smaller(mlir::Value x, mlir::Value y) { return mlir::arith::MinSIOp::create(b, loc, x, y); }
  mlir::Value larger(mlir::Value x, mlir::Value y) { return mlir::arith::MaxSIOp::create(b, loc, x, y); }
  mlir::Value both(mlir::Value x, mlir::Value y) { return mlir::arith::AndIOp::create(b, loc, x, y); }
  mlir::Value choose(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return mlir::arith::SelectOp::create(b, loc, condition, x, y);
  }
  mlir::Value constant(int64_t value) { return kernel.constant(value); }
  mlir::Value isIn(mlir::Value at, mlir::Value from, mlir::Value to); // from <= at < to
  void when(mlir::Value condition, llvm::function_ref<void()> body);

  int64_t bytes() const { return llvm::divideCeil(in.element.getIntOrFloatBitWidth(), 8); }
  // What of the rows the box needs with a band of this width around it.
  std::pair<mlir::Value, mlir::Value> rowsAround(mlir::Value band);
  // The columns, in whole cache lines. What lies beyond is computed from whatever is there, and nothing that counts
  // reads it.
  std::pair<mlir::Value, mlir::Value> columnsAround(mlir::Value band);
  // Where rows are kept: each begins on a cache line, with one to spare on either side of what all steps need.
  void layOutRows();
  void takeRoom(mlir::Value bytes);
  // So many bytes into the room.
  mlir::Value roomAt(mlir::Value offset);
  void copyRow(const KernelOperand &from, const KernelOperand &to, mlir::Value row, mlir::Value low, mlir::Value high);
  // A row of the array, wherever it lies, to where rows are kept: the columns that are in use.
  void bringIn(const KernelOperand &to, mlir::Value row);

private:
  using Place = std::pair<mlir::Value, mlir::Value>; // row, column
  void copyPiece(const KernelOperand &from, Place source, const KernelOperand &to, Place target, mlir::Value count);
};

// Whether the steps can be taken in bands: several rows at a time, in vectors.
bool fitsBands(Steps &);
void buildBands(Steps &);

} // namespace dagger::task
