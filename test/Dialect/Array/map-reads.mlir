// An element at the point, its axes in any order, is an input; anything else is still read where it stands.
// RUN: %dagger-opt --map-reads --canonicalize %s | FileCheck %s
#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[TURNED:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>

// Twice at one place is one input.
// CHECK-LABEL: func.func @reads(
// CHECK-SAME: %[[X:.*]]: tensor<8x?xf64>, %[[V:.*]]: tensor<8xf64>
// CHECK: linalg.generic {indexing_maps = [#[[TURNED]], #[[COLUMN]], #[[ID]]]
// CHECK-SAME: ins(%[[X]], %[[V]] : tensor<8x?xf64>, tensor<8xf64>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f64, %[[B:.*]]: f64, %{{.*}}: f64):
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[A]], %[[B]]
// CHECK-NEXT: arith.addf %[[P]], %[[A]]
func.func @reads(%x: tensor<8x?xf64>, %v: tensor<8xf64>) -> tensor<?x8xf64> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c1 : tensor<8x?xf64>
  %made = tensor.empty(%n) : tensor<?x8xf64>
  %t = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%made : tensor<?x8xf64>) {
  ^bb0(%o: f64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %a = array.element %x[%j, %i] {in_bounds} : tensor<8x?xf64>
    %b = array.element %v[%j] {in_bounds} : tensor<8xf64>
    %c = array.element %x[%j, %i] {in_bounds} : tensor<8x?xf64>
    %p = arith.mulf %a, %b : f64
    %q = arith.addf %p, %c : f64
    linalg.yield %q : f64
  } -> tensor<?x8xf64>
  return %t : tensor<?x8xf64>
}

// Not: what may be out of range, what is longer than the index space, a diagonal, another point, a branch's read.
// CHECK-LABEL: func.func @stays(
// CHECK: linalg.generic {indexing_maps = [#[[ID]]]
// CHECK-COUNT-5: array.element
// CHECK: return
func.func @stays(%x: tensor<?x?xf64>, %long: tensor<9xf64>, %k: index) -> tensor<?x8xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf64>
  %made = tensor.empty(%n) : tensor<?x8xf64>
  %t = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%made : tensor<?x8xf64>) {
  ^bb0(%o: f64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %a = array.element %x[%i, %j] : tensor<?x?xf64>
    %b = array.element %long[%j] {in_bounds} : tensor<9xf64>
    %c = array.element %x[%i, %i] {in_bounds} : tensor<?x?xf64>
    %d = array.element %x[%i, %k] {in_bounds} : tensor<?x?xf64>
    %even = arith.cmpi eq, %i, %j : index
    %e = scf.if %even -> f64 {
      %f = array.element %x[%i, %j] {in_bounds} : tensor<?x?xf64>
      scf.yield %f : f64
    } else {
      scf.yield %a : f64
    }
    %p = arith.mulf %a, %b : f64
    %q = arith.addf %p, %c : f64
    %r = arith.addf %q, %d : f64
    %s = arith.addf %r, %e : f64
    linalg.yield %s : f64
  } -> tensor<?x8xf64>
  return %t : tensor<?x8xf64>
}

// Each point is a task, which is given what it reads.
// CHECK-LABEL: func.func @tasks(
// CHECK: array.element
func.func @tasks(%x: tensor<8xf64>) -> tensor<8xf64> {
  %made = tensor.empty() : tensor<8xf64>
  %t = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%made : tensor<8xf64>) attrs = {task.tasks} {
  ^bb0(%o: f64):
    %i = linalg.index 0 : index
    %a = array.element %x[%i] {in_bounds} : tensor<8xf64>
    linalg.yield %a : f64
  } -> tensor<8xf64>
  return %t : tensor<8xf64>
}
