// At KERNELS each launch names a function, and references are counted: last, since from there on two equal values are two
// references, which nothing may merge.
// RUN: %dagger-opt --phase-values --phase-graph --phase-kernels %S/Inputs/program.mlir | FileCheck %s

// CHECK-LABEL: func @main
// CHECK: task.launch "blocks"
// CHECK-SAME: {
// CHECK-NEXT: } combine {
// CHECK-NEXT: kernel = @blocks_kernel
// What the blocks made dies where it is combined.
// CHECK: task.launch "combine"
// CHECK-NEXT: } combine {
// CHECK-NEXT: dying = 7 : i64
// CHECK-SAME: kernel = @combine_kernel

// The argument is borrowed: the update works on a copy, unless the caller gave its last reference away.
// CHECK-LABEL: func @task
// CHECK: array.retain %arg0
// CHECK-NEXT: array.own %arg0

// CHECK-LABEL: func private @blocks_kernel(
// CHECK-SAME: attributes {task.context = "kernel"}
// CHECK-LABEL: func private @combine_kernel(
// CHECK-SAME: attributes {task.context = "kernel"}
