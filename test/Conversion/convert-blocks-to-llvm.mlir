// A launch over blocks says so (flag 64): how long they are together is the last scalar. One over elements does not. One of kind
// `prefix` says that its chunks come in turn (flag 128).
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s
// CHECK: llvm.mlir.global internal constant @[[PREFIX:launch.*]]() {{.*}} {
// CHECK: llvm.mlir.constant(128 : i16)
// CHECK: llvm.return
// CHECK: llvm.mlir.global internal constant @[[MAP:launch.*]]() {{.*}} {
// CHECK-NOT: llvm.mlir.constant(64 : i16)
// CHECK: llvm.return
// CHECK: llvm.mlir.global internal constant @[[BLOCKS:launch.*]]() {{.*}} {
// CHECK: llvm.mlir.constant(64 : i16)
// CHECK: llvm.return
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

func.func private @kernel(%c: !llvm.ptr, %l: !llvm.ptr, %h: !llvm.ptr, %v: !llvm.ptr, %s: !llvm.ptr) attributes {task.context = "kernel"} {
  return
}

// CHECK-LABEL: llvm.func internal @sums(
// CHECK: llvm.mlir.addressof @[[BLOCKS]]
func.func @sums(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %p = task.launch "blocks" over (%n) scalars(%n : index) shapes(%n) {
  } combine {
  } {access = [#write], kernel = @kernel} : tensor<?xf64>
  return %p : tensor<?xf64>
}

// CHECK-LABEL: llvm.func internal @elements(
// CHECK: llvm.mlir.addressof @[[MAP]]
func.func @elements(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %p = task.launch "map" over (%n) scalars(%n : index) shapes(%n) {
  } combine {
  } {access = [#write], kernel = @kernel} : tensor<?xf64>
  return %p : tensor<?xf64>
}

// CHECK-LABEL: llvm.func internal @turns(
// CHECK: llvm.mlir.addressof @[[PREFIX]]
func.func @turns(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %p = task.launch "prefix" over (%n) shapes(%n) {
  } combine {
  } {access = [#write], kernel = @kernel} : tensor<?xf64>
  return %p : tensor<?xf64>
}
