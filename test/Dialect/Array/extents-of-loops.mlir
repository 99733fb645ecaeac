// What a loop carries has the extents that it began with, if its turns end with these: then it fuses like any other array.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(resolve-extents,fuse-producers-into-reductions))' %s | FileCheck %s
#map = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func.func @carried
// CHECK: scf.for
// CHECK-NOT: linalg.generic
// CHECK: array.reduce
// CHECK: linalg.generic
// CHECK: }
// CHECK-NOT: linalg.generic
// CHECK: array.reduce
// CHECK: return
func.func @carried(%n: index, %turns: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %x = arith.constant 0.0 : f64
  %none = tensor.from_elements %x : tensor<f64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %a = linalg.fill ins(%x : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %r:2 = scf.for %t = %zero to %turns step %one iter_args(%v = %a, %last = %none) -> (tensor<?xf64>, tensor<f64>) {
    %d = tensor.dim %v, %zero : tensor<?xf64>
    %e1 = tensor.empty(%d) : tensor<?xf64>
    %p = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%v : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
    ^bb0(%in: f64, %out: f64):
      %m = arith.mulf %in, %in : f64
      linalg.yield %m : f64
    } -> tensor<?xf64>
    %s = array.reduce ins(%p : tensor<?xf64>) in (%d) axes [0] maps [#map] {
    ^bb0(%i: index, %in: f64):
      array.yield %in : f64
    } combine {
    ^bb0(%l: f64, %q: f64):
      %c = arith.addf %l, %q : f64
      array.yield %c : f64
    } {identity = [0.0]} : tensor<f64>
    %w = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%v : tensor<?xf64>) outs(%e1 : tensor<?xf64>) {
    ^bb0(%in: f64, %out: f64):
      %m = arith.addf %in, %in : f64
      linalg.yield %m : f64
    } -> tensor<?xf64>
    scf.yield %w, %s : tensor<?xf64>, tensor<f64>
  }
  %d2 = tensor.dim %r#0, %zero : tensor<?xf64>
  %e2 = tensor.empty(%d2) : tensor<?xf64>
  %p2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%r#0 : tensor<?xf64>) outs(%e2 : tensor<?xf64>) {
  ^bb0(%in: f64, %out: f64):
    %m = arith.mulf %in, %in : f64
    linalg.yield %m : f64
  } -> tensor<?xf64>
  %s2 = array.reduce ins(%p2 : tensor<?xf64>) in (%d2) axes [0] maps [#map] {
  ^bb0(%i: index, %in: f64):
    array.yield %in : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s2, %r#1 : tensor<f64>, tensor<f64>
}

// Each turn ends with something shorter: the launches have to compare.
// CHECK-LABEL: func.func @shrinks
// CHECK: scf.for
// CHECK: linalg.generic
// CHECK: linalg.generic
// CHECK: array.reduce
func.func @shrinks(%n: index, %turns: index) -> tensor<f64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %x = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %a = linalg.fill ins(%x : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %a) -> (tensor<?xf64>) {
    %d = arith.subi %n, %t : index
    %e1 = tensor.empty(%d) : tensor<?xf64>
    %w = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%e1 : tensor<?xf64>) {
    ^bb0(%out: f64):
      linalg.yield %x : f64
    } -> tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  %e2 = tensor.empty(%n) : tensor<?xf64>
  %p2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%r : tensor<?xf64>) outs(%e2 : tensor<?xf64>) {
  ^bb0(%in: f64, %out: f64):
    %m = arith.mulf %in, %in : f64
    linalg.yield %m : f64
  } -> tensor<?xf64>
  %s2 = array.reduce ins(%p2 : tensor<?xf64>) in (%n) axes [0] maps [#map] {
  ^bb0(%i: index, %in: f64):
    array.yield %in : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s2 : tensor<f64>
}
