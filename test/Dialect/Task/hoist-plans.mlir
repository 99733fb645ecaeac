// A loop whose turns submit the same launches is planned once; one that looks, prints or changes its index space is not.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(hoist-plans))' %s | FileCheck %s
#read = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func @same_each_turn
func.func @same_each_turn(%a: tensor<?xf64>, %n: index, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: task.begin_plan
  // CHECK-NEXT: scf.for
  // CHECK-NEXT: task.next_turn
  // CHECK-NEXT: task.launch
  // CHECK: scf.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: task.end_plan
  %r = scf.for %s = %c0 to %steps step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#read, #write]} : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// The host looks at a value in each turn.
// CHECK-LABEL: func @looks
func.func @looks(%a: tensor<?xf64>, %n: index, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %s = %c0 to %steps step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %k = array.element %u[%s] : tensor<?xf64>
    %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%k : f64) shapes(%n) {
    ^bb0(%i: index, %x: f64, %y: f64):
      array.yield %y : f64
    } combine {} {access = [#read, #write]} : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// The index space grows with the turns.
// CHECK-LABEL: func @grows
func.func @grows(%a: tensor<?xf64>, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %s = %c0 to %steps step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %n = arith.addi %s, %c1 : index
    %v = task.launch "map" over (%n) shapes(%n) {
    ^bb0(%i: index):
      %x = arith.constant 1.0 : f64
      array.yield %x : f64
    } combine {} {access = [#write]} : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// Something is printed in each turn.
// CHECK-LABEL: func @prints
func.func @prints(%a: tensor<?xf64>, %n: index, %steps: index, %t: !array.str) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %s = %c0 to %steps step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    task.print %t
    %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#read, #write]} : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// A task runs its loops itself.
// CHECK-LABEL: func @in_a_task
func.func @in_a_task(%a: tensor<?xf64>, %n: index, %steps: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %s = %c0 to %steps step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#read, #write]} : tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
