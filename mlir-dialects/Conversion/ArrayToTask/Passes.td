// VALUES to GRAPH: whole-array operations become launches over chunks.
#ifndef DAGGER_ARRAY_TO_TASK_PASSES
#define DAGGER_ARRAY_TO_TASK_PASSES
include "mlir/Pass/PassBase.td"

def FormLaunches : Pass<"form-launches", "::mlir::func::FuncOp"> {
  let summary = "whole-array operations become launches over chunks";
  let description = [{
    In: structured operations on tensors (linalg.generic, linalg.fill, array.stencil, array.reduce, array.scan) and updates
    of boxes (array.insert_slice, fill_slice, scatter; in host functions array.insert).
    Out: a `task.launch` for each, whose operands say how a point reaches them; a reduction is two, blocks and their
    combination. An update is an `array.own`, the view of its box, and a launch that writes that view. No linalg and no
    tensor.empty is left.
    Why: fusion, placement, halos and what must move are questions about these maps.
  }];
  let dependentDialects = ["::dagger::task::TaskDialect", "::dagger::array::ArrayDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}
#endif
