// What the forming of launches shares between kinds of operations.
#pragma once
#include "mlir-dialects/Conversion/ArrayToTask/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace dagger::task {

// A launch while it is put together: its index space, operands and region, whose arguments are added as they are needed.
class LaunchBuilder {
public:
  LaunchBuilder(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef kind, mlir::ValueRange extents);

  // An array whose element at the point the region sees; the result is the region's argument.
  mlir::Value addMapped(mlir::Value array, OperandAttr access);
  // An array that the region sees whole, reached as `access` says.
  mlir::Value addWhole(mlir::Value array, OperandAttr access);
  // A result: its extents, in order, and how the point reaches it.
  void addResult(mlir::Type type, mlir::ValueRange shape, OperandAttr access);
  // Moves `source`'s operations into the launch's body, whose block arguments stand for `arguments` there. Whatever they use
  // from around becomes an operand: an array is seen whole (with `whole` deciding how it is reached), a scalar goes by value,
  // a constant is copied.
  void takeBody(mlir::Block &source, mlir::ValueRange arguments);
  mlir::Value point(unsigned axis) { return body->getArgument(axis); }
  mlir::Block *getBody() { return body; }
  mlir::Region &combineRegion() { return *combine; }

  LaunchOp finish(); // ends with the operation in place, before the builder's insertion point

  mlir::OpBuilder &builder;
  mlir::Location loc;

private:
  mlir::Value capture(mlir::Value outside);
  std::string kind;
  llvm::SmallVector<mlir::Value> extents, arrays, scalars, shapes;
  llvm::SmallVector<mlir::Attribute> arrayAccess, resultAccess;
  llvm::SmallVector<mlir::Type> results;
  llvm::MapVector<mlir::Value, mlir::Value> captured;
  std::unique_ptr<mlir::Region> region, combine;
  mlir::Block *body;
  unsigned rank;
};

// How an operand is reached, from a map of the index space: results that are dimensions are followed, constants are not.
OperandAttr follow(mlir::MLIRContext *, llvm::StringRef access, mlir::AffineMap map, bool exact);
// All of an array, whatever the point.
OperandAttr wholeOf(mlir::MLIRContext *, unsigned rank);

// How a region reaches an array that it sees whole: by halos if every read of it is shifted along the same axes, else all of it.
OperandAttr reachOf(mlir::Value array);

// What the combine region uses from around the launch becomes operands, the last arrays and the last scalars, and arguments of
// the region behind the two sides.
void captureCombine(LaunchOp launch);

// Copies the constants that `region` uses from around it into it.
void sinkConstants(mlir::Region &region);

mlir::LogicalResult formGeneric(mlir::linalg::GenericOp op);
mlir::LogicalResult formFill(mlir::linalg::FillOp op);
mlir::LogicalResult formStencil(array::StencilOp op);
mlir::LogicalResult formReduce(array::ReduceOp op);
mlir::LogicalResult formScan(array::ScanOp op);
mlir::LogicalResult formGroups(GroupsOp op);
void formInsertSlice(array::InsertSliceOp op);
void formFillSlice(array::FillSliceOp op);
void formInsert(array::InsertOp op);
void formScatter(array::ScatterOp op);

} // namespace dagger::task
