// A lookup is a call of a function that the code generator defines, with the row as a constant: one for all that have its numbers.
// RUN: %dagger-opt --convert-task-to-llvm %s | FileCheck %s

// CHECK-DAG: llvm.func @dg_lookup.f64(!llvm.ptr, i64) -> f64
// CHECK-DAG: llvm.func @dg_lookup.f32(!llvm.ptr, i32) -> f32
// CHECK-DAG: llvm.func @dg_lookup.v16f32(!llvm.ptr, vector<16xi32>) -> vector<16xf32>
// Each number as wide as it is looked up.
// CHECK-DAG: llvm.mlir.global internal constant @[[NARROW:dg.bytes.[0-9]+]]("\00\00\00\00\00\00\80?\00\00\00@
// CHECK-DAG: llvm.mlir.global internal constant @[[WIDE:dg.bytes.[0-9]+]]("\00\00\00\00\00\00\00\00\00\00\00\00\00\00\F0?

// CHECK-LABEL: @scalars
// CHECK: %[[A:.*]] = llvm.mlir.addressof @[[WIDE]]
// CHECK: llvm.call @dg_lookup.f64(%[[A]], %{{.*}})
// CHECK: %[[B:.*]] = llvm.mlir.addressof @[[NARROW]]
// CHECK: llvm.call @dg_lookup.f32(%[[B]], %{{.*}})
func.func @scalars(%a: i64, %b: i32) -> (f64, f32) attributes {task.context = "math"} {
  %x = array.lookup %a in [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0] : i64 -> f64
  %y = array.lookup %b in [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0] : i32 -> f32
  return %x, %y : f64, f32
}

// CHECK-LABEL: @vectors
// CHECK: %[[C:.*]] = llvm.mlir.addressof @[[NARROW]]
// CHECK: llvm.call @dg_lookup.v16f32(%[[C]], %{{.*}})
func.func @vectors(%a: vector<16xi32>) -> vector<16xf32> attributes {task.context = "math"} {
  %x = array.lookup %a in [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0] : vector<16xi32> -> vector<16xf32>
  return %x : vector<16xf32>
}
