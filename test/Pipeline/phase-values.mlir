// At VALUES everything is still algebra: the scaled array is neither made nor read twice.
// RUN: %dagger-opt --phase-values %S/Inputs/program.mlir | FileCheck %s
// What comes out is VALUES again, and nothing is left to do.
// RUN: %dagger-opt --phase-values --phase-values %S/Inputs/program.mlir | FileCheck %s

// CHECK-LABEL: func @main
// CHECK-NOT: linalg.generic
// CHECK: %[[BOTH:.*]]:2 = array.reduce ins(%arg0
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK: return %[[BOTH]]#0, %[[BOTH]]#1

// Two calls of a task with equal arguments are two tasks.
// CHECK-LABEL: func @task
// CHECK: call @f
// CHECK: call @f
// CHECK-NOT: array.own
// CHECK: array.insert
