// Elementwise code that only a reduction uses moves into it, and not where it has another user or might differ in extent.
// RUN: %dagger-opt --fuse-producers-into-reductions %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @squares
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>
func.func @squares(%a: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK-NOT: linalg.generic
  // CHECK: array.reduce ins(%[[A]] : tensor<?xf64>)
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %[[X:.*]]: f64):
  // CHECK-NEXT: arith.mulf %[[X]], %[[X]]
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r : tensor<f64>
}

// The array is asked for as well: it is made anyway.
// CHECK-LABEL: func @other_user
func.func @other_user(%a: tensor<?xf64>) -> (tensor<f64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r, %s : tensor<f64>, tensor<?xf64>
}

// Nothing says that both arrays are equally long; the launch of the product checks it.
// CHECK-LABEL: func @unknown_extents
func.func @unknown_extents(%a: tensor<?xf64>, %b: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %z: f64, %o: f64):
    %y = arith.mulf %x, %z : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r : tensor<f64>
}

// Every point of it is a task: it stays a launch of tasks.
func.func private @f(f64) -> f64 attributes {task.context = "task"}
// CHECK-LABEL: func @tasks
func.func @tasks(%a: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  // CHECK-NOT: call
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %o: f64):
    %y = func.call @f(%x) : (f64) -> f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r : tensor<f64>
}

// It is made once before a loop that reduces it in each turn: inside, it would be made again and again.
// CHECK-LABEL: func @in_a_loop
func.func @in_a_loop(%a: tensor<?xf64>, %first: tensor<f64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: scf.for
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %last = scf.for %k = %c0 to %n step %c1 iter_args(%t = %first) -> (tensor<f64>) {
    %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {
    ^bb0(%l: f64, %q: f64):
      %c = arith.addf %l, %q : f64
      array.yield %c : f64
    } {identity = [0.0]} : tensor<f64>
    scf.yield %r : tensor<f64>
  }
  return %last : tensor<f64>
}

// One element for all points: moved in, it would be made at each of them, and fail where the reduction is of nothing.
// CHECK-LABEL: func @one_element
func.func @one_element(%a: tensor<1xf64>, %b: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %b, %c0 : tensor<?xf64>
  %e = tensor.empty() : tensor<1xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<1xf64>) outs(%e : tensor<1xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<1xf64>
  %r = array.reduce ins(%s, %b : tensor<1xf64>, tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (0)>, #id] {
  ^bb0(%i: index, %x: f64, %y: f64):
    %p = arith.mulf %x, %y : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r : tensor<f64>
}

// The reduction reads it at a computed place besides: it has two uses, and the second needs all of the array.
// CHECK-LABEL: func @gathers
func.func @gathers(%a: tensor<?xf64>, %at: index) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %first = array.element %s[%at] : tensor<?xf64>
    %d = arith.subf %x, %first : f64
    array.yield %d : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %r : tensor<f64>
}

// What takes no longer than to read it is computed again in the second pass over a block.
// CHECK-LABEL: func @two_passes
func.func @two_passes(%a: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK-NOT: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r:2 = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %t = array.block_total 0 : f64
    %d = arith.subf %x, %t : f64
    array.yield %x, %d : f64, f64
  } combine {
  ^bb0(%l: f64, %m: f64, %q: f64, %p: f64):
    %c = arith.addf %l, %q : f64
    %d = arith.addf %m, %p : f64
    array.yield %c, %d : f64, f64
  } {identity = [0.0, 0.0]} : tensor<f64>, tensor<f64>
  return %r#1 : tensor<f64>
}

// What takes long is made once: the reduction would compute it twice.
// CHECK-LABEL: func @twice_too_much
func.func @twice_too_much(%a: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.divf %x, %x : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %r:2 = array.reduce ins(%s : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %t = array.block_total 0 : f64
    %d = arith.subf %x, %t : f64
    array.yield %x, %d : f64, f64
  } combine {
  ^bb0(%l: f64, %m: f64, %q: f64, %p: f64):
    %c = arith.addf %l, %q : f64
    %d = arith.addf %m, %p : f64
    array.yield %c, %d : f64, f64
  } {identity = [0.0, 0.0]} : tensor<f64>, tensor<f64>
  return %r#1 : tensor<f64>
}
