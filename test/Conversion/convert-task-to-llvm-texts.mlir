// The runtime is told where the texts among the scalars of a launch are; it holds them, so none is retained for the call.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s

// Behind a byte and its padding, and behind a number: at 8 and at 24. The end is all ones.
// CHECK: llvm.mlir.global internal constant @[[TEXTS:texts.*]]() {{.*}}!llvm.struct<(i32, i32, i32)> {
// CHECK-DAG: llvm.mlir.constant(8 : i32)
// CHECK-DAG: llvm.mlir.constant(24 : i32)
// CHECK-DAG: llvm.mlir.constant(-1 : i32)
// CHECK: llvm.mlir.global internal constant @launch
// CHECK: llvm.mlir.addressof @[[TEXTS]]

// CHECK-LABEL: llvm.func internal @launches(
// CHECK-NOT: dg_str_retain
// CHECK: llvm.call @dg_launch_submit(
func.func private @kernel(%c: !llvm.ptr, %l: !llvm.ptr, %h: !llvm.ptr, %v: !llvm.ptr, %s: !llvm.ptr) attributes {task.context = "kernel"} {
  return
}
func.func @launches(%n: index, %u: tensor<?xf64>, %b: i8, %s: !array.str, %k: f64, %t: !array.str) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%b, %s, %k, %t : i8, !array.str, f64, !array.str) shapes(%n) {} combine {}
    {kernel = @kernel,
     access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
               #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v : tensor<?xf64>
}
