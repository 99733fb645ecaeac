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

// Outside the array the edge gives a value that was not scaled: it stays where it is.
// CHECK-LABEL: func @fill_value
func.func @fill_value(%a: tensor<?xf64>, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.stencil
  // CHECK-NOT: arith.addf
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.addf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule value (%zero : f64) : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// The scaled array is asked for as well: it is made anyway.
// CHECK-LABEL: func @other_user
func.func @other_user(%a: tensor<?xf64>, %k: f64) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: %[[S:.*]] = linalg.generic
  // CHECK: array.shifted %[[S]]
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v, %s : tensor<?xf64>, tensor<?xf64>
}

// Two stencils read it: the work would be done twice.
// CHECK-LABEL: func @two_stencils
func.func @two_stencils(%a: tensor<?xf64>, %k: f64) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: %[[S:.*]] = linalg.generic
  // CHECK: array.shifted %[[S]]
  // CHECK: array.shifted %[[S]]
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  %w = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v, %w : tensor<?xf64>, tensor<?xf64>
}

// A read at an index that is computed may stop the program: it asks the array that there is.
// CHECK-LABEL: func @gather
func.func @gather(%a: tensor<?xf64>, %at: index, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: %[[S:.*]] = linalg.generic
  // CHECK: array.element %[[S]]
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.element %s[%at] : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// The result's extent is not known to be the input's, of which the edge rule would speak.
// CHECK-LABEL: func @unknown_extents
func.func @unknown_extents(%a: tensor<?xf64>, %n: index, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.stencil
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// A division may fail, at its element and once: not for each of its neighbours.
// CHECK-LABEL: func @divides
func.func @divides(%a: tensor<?xi64>, %k: i64) -> tensor<?xi64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?xi64>
  // CHECK: linalg.generic
  // CHECK: array.stencil
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xi64>) outs(%e : tensor<?xi64>) {
  ^bb0(%x: i64, %o: i64):
    %y = arith.remsi %k, %x : i64
    linalg.yield %y : i64
  } -> tensor<?xi64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xi64>
    array.yield %l : i64
  } : tensor<?xi64>
  return %v : tensor<?xi64>
}

// Its points are tasks, which run once each.
func.func private @f(f64) -> f64 attributes {task.context = "task"}
// CHECK-LABEL: func @tasks
func.func @tasks(%a: tensor<?xf64>, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.stencil
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// It is made once before a loop of steps that read it: inside, it would be made again in each.
// CHECK-LABEL: func @in_a_loop
func.func @in_a_loop(%a: tensor<?xf64>, %k: f64, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: scf.for
  // CHECK: array.stencil
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = scf.for %t = %c0 to %turns step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %v = array.stencil in (%n) {
    ^bb0(%i: index):
      %l = array.shifted %s[-1] axes [0] rule clamp : tensor<?xf64>
      %m = array.shifted %u[1] axes [0] rule clamp : tensor<?xf64>
      %c = arith.addf %l, %m : f64
      array.yield %c : f64
    } : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
