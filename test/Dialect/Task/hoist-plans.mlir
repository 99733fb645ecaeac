// A loop whose launches are the same each turn gets a plan; one that looks at a value, or whose index space changes, does not.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(hoist-plans))' %s | FileCheck %s

#follow = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#result = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func.func @smooths
func.func @smooths(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK: task.begin_plan
  // CHECK-NEXT: scf.for
  // CHECK-NEXT: task.next_turn
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      %y = arith.addf %x, %x : f64
      array.yield %y : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  // CHECK: }
  // CHECK: task.end_plan
  // CHECK-NEXT: return
  return %r : tensor<?xf64>
}

// CHECK-LABEL: func.func @looks
func.func @looks(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %s = array.element %v[%zero] : tensor<?xf64>
    %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) scalars(%s : f64) shapes(%n) {
    ^bb0(%i: index, %x: f64, %t: f64):
      %y = arith.addf %x, %t : f64
      array.yield %y : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// CHECK-LABEL: func.func @shrinks
func.func @shrinks(%u: tensor<?xf64>, %n: index, %turns: index) attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  scf.for %k = %zero to %turns step %one {
    %m = arith.subi %n, %k : index
    %w = task.launch "map" over (%m) arrays(%u : tensor<?xf64>) shapes(%m) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
  }
  return
}

// A task is sequential inside: nothing is submitted.
// CHECK-LABEL: func.func private @inside
func.func private @inside(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
