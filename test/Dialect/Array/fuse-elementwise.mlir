// Elementwise operations become one where the second alone uses the first, and where nothing that is checked gets lost.
// RUN: %dagger-opt --fuse-elementwise %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// A chain becomes one operation, and an array that is read twice at the same place one input.
// CHECK-LABEL: func @chain
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>, %[[B:.*]]: tensor<?xf64>
func.func @chain(%a: tensor<?xf64>, %b: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic {{.*}} ins(%[[A]], %[[B]] : tensor<?xf64>, tensor<?xf64>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f64, %[[Y:.*]]: f64, %{{.*}}: f64):
  // CHECK-NEXT: %[[P:.*]] = arith.mulf %[[X]], %[[Y]]
  // CHECK-NEXT: %[[Q:.*]] = arith.addf %[[P]], %[[X]]
  // CHECK-NEXT: linalg.yield %[[Q]]
  // CHECK-NOT: linalg.generic
  %p = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %z = arith.mulf %x, %y : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%p, %a : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %z = arith.addf %x, %y : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// The first may fail at a point: it does so in the second, and is not done twice.
// CHECK-LABEL: func @fails
func.func @fails(%a: tensor<?xi64>) -> tensor<?xi64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?xi64>
  // CHECK-COUNT-1: linalg.generic
  // CHECK-COUNT-1: task.fail
  // CHECK-NOT: task.fail
  // CHECK: return
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xi64>) outs(%e : tensor<?xi64>) {
  ^bb0(%x: i64, %o: i64):
    %zero = arith.constant 0 : i64
    %none = arith.cmpi eq, %x, %zero : i64
    scf.if %none {
      task.fail 9004 "division by zero"
    }
    %z = arith.divsi %x, %x : i64
    linalg.yield %z : i64
  } -> tensor<?xi64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%p : tensor<?xi64>) outs(%e : tensor<?xi64>) {
  ^bb0(%x: i64, %o: i64):
    %z = arith.addi %x, %x : i64
    linalg.yield %z : i64
  } -> tensor<?xi64>
  return %q : tensor<?xi64>
}

// An array that is made of nothing but its extent: nobody would compare that any more.
// CHECK-LABEL: func @unknown_extent
func.func @unknown_extent(%a: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?xf64>
  %one = arith.constant 1.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = tensor.empty(%m) : tensor<?xf64>
  // CHECK-COUNT-2: linalg.generic
  %p = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<?xf64>) {
  ^bb0(%o: f64):
    linalg.yield %one : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%p, %a : tensor<?xf64>, tensor<?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %z = arith.addf %x, %y : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// The same number is the same extent.
// CHECK-LABEL: func @known_extent
func.func @known_extent(%a: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %one = arith.constant 1.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK-COUNT-1: linalg.generic
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %p = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<?xf64>) {
  ^bb0(%o: f64):
    linalg.yield %one : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%p, %a : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %z = arith.addf %x, %y : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

func.func private @f(f64) -> f64 attributes {task.context = "task"}

// Points that are tasks stay tasks, and run once.
// CHECK-LABEL: func @tasks
func.func @tasks(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic {{.*}} attrs = {task.tasks}
  // CHECK: call @f
  // CHECK: linalg.generic
  // CHECK-NOT: call @f
  // CHECK: return
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %o: f64):
    %z = func.call @f(%x) : (f64) -> f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%p : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.addf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// Two users: its work would be done twice.
// CHECK-LABEL: func @two_users
func.func @two_users(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK-COUNT-2: linalg.generic
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.mulf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%p : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.addf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %p, %q : tensor<?xf64>, tensor<?xf64>
}

// In a loop it would be made in each turn.
// CHECK-LABEL: func @in_a_loop
func.func @in_a_loop(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: scf.for
  // CHECK: linalg.generic
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.mulf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %r = scf.for %k = %c0 to %n step %c1 iter_args(%t = %a) -> (tensor<?xf64>) {
    %q = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%p, %t : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
    ^bb0(%x: f64, %y: f64, %o: f64):
      %z = arith.addf %x, %y : f64
      linalg.yield %z : f64
    } -> tensor<?xf64>
    scf.yield %q : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// One element stretches: reading it at each point has nothing to compare.
// CHECK-LABEL: func @stretches
func.func @stretches(%a: tensor<1xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %e = tensor.empty() : tensor<1xf64>
  %f = tensor.empty(%n) : tensor<?xf64>
  // CHECK-COUNT-1: linalg.generic
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<1xf64>) outs(%e : tensor<1xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.mulf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<1xf64>
  %q = linalg.generic {indexing_maps = [affine_map<(d0) -> (0)>, #id], iterator_types = ["parallel"]} ins(%p : tensor<1xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.addf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// Somebody looks at the first array before the second is made: it must be there, as it was.
// CHECK-LABEL: func @looked_at
// CHECK: linalg.generic
// CHECK: array.element
// CHECK: linalg.generic
func.func @looked_at(%a: tensor<?xf64>) -> (tensor<?xf64>, f64) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.mulf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %first = array.element %p[%c0] : tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%p : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.addf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q, %first : tensor<?xf64>, f64
}

// The second reads the first at any place, one that is computed: each point would make all of it.
// CHECK-LABEL: func @gathers
// CHECK: linalg.generic
// CHECK: linalg.generic
func.func @gathers(%a: tensor<?xf64>, %k: tensor<?xi64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %m = tensor.dim %k, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = tensor.empty(%m) : tensor<?xf64>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.mulf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%k : tensor<?xi64>) outs(%f : tensor<?xf64>) {
  ^bb0(%i: i64, %o: f64):
    %at = arith.index_cast %i : i64 to index
    %z = array.element %p[%at] : tensor<?xf64>
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// Each of the second's points is a task: what the first does at a point would run in it, and fail or be tried again with it.
// CHECK-LABEL: func @into_tasks
// CHECK: linalg.generic
// CHECK-NOT: task.tasks
// CHECK: linalg.generic {{.*}} attrs = {task.tasks}
func.func @into_tasks(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %z = arith.addf %x, %x : f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%p : tensor<?xf64>) outs(%e : tensor<?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %o: f64):
    %z = func.call @f(%x) : (f64) -> f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %q : tensor<?xf64>
}

// A copy of what a scan made for it alone is that.
// CHECK-LABEL: func @copies_its_own
// CHECK: %[[S:.*]] = array.scan
// CHECK-NOT: linalg.generic
// CHECK: return %[[S]]
func.func @copies_its_own(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %s = array.scan %a axis 0 {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } : tensor<?xf64> -> tensor<?xf64>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%s : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  return %p : tensor<?xf64>
}

// Not where extents are to be compared, nor what another sees too, nor what was not made for it.
// CHECK-LABEL: func @copies_of_others
// CHECK-COUNT-3: linalg.generic
// CHECK: return
func.func @copies_of_others(%a: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = tensor.empty(%m) : tensor<?xf64>
  %s = array.scan %a axis 0 {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } : tensor<?xf64> -> tensor<?xf64>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%s : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  %t = array.scan %a axis 0 {
  ^bb0(%l: f64, %r: f64):
    array.yield %r : f64
  } : tensor<?xf64> -> tensor<?xf64>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%t : tensor<?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%f : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  return %p, %q, %r, %t : tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>
}
