// A scaled array that only a stencil reads is scaled where it is read; an expensive one is not.
// RUN: %dagger-opt --fuse-producers-into-stencils %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @scaled
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>
func.func @scaled(%a: tensor<?xf64>, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK-NOT: linalg.generic
  // CHECK: array.stencil
  // CHECK: array.shifted %[[A]] [-1]
  // CHECK-NEXT: arith.mulf
  // CHECK: array.shifted %[[A]] [1]
  // CHECK-NEXT: arith.mulf
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    %r = array.shifted %s[1] axes [0] rule clamp : tensor<?xf64>
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// CHECK-LABEL: func @expensive
func.func @expensive(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.stencil
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = math.exp %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    %r = array.shifted %s[1] axes [0] rule clamp : tensor<?xf64>
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}
