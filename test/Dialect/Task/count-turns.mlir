// The outermost loop that submits work says where it is, behind its plan if it has one; loops in it, and loops of numbers, do not.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(count-turns))' %s | FileCheck %s

#follow = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#result = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func.func @smooths
func.func @smooths(%u: tensor<?xf64>, %n: index, %low: index, %turns: index) attributes {task.context = "host"} {
  %one = arith.constant 1 : index
  // CHECK: task.begin_counted %{{.*}} to %{{.*}} step %{{.*}}
  // CHECK-NEXT: scf.for
  // CHECK-NEXT: task.next_counted
  // CHECK: scf.for
  // CHECK-NEXT: task.next_turn
  // CHECK-NOT: counted
  // CHECK: task.launch
  scf.for %k = %low to %turns step %one {
    task.begin_plan
    scf.for %j = %low to %turns step %one {
      task.next_turn
      %w = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
      ^bb0(%i: index, %x: f64):
        array.yield %x : f64
      } combine {} {access = [#follow, #result]} : tensor<?xf64>
    }
    task.end_plan
  }
  // CHECK: task.end_counted
  // CHECK-NEXT: return
  return
}

// CHECK-LABEL: func.func @planned
func.func @planned(%u: tensor<?xf64>, %n: index, %low: index, %turns: index) attributes {task.context = "host"} {
  %one = arith.constant 1 : index
  // CHECK: task.begin_counted
  // CHECK-NEXT: scf.for
  // CHECK-NEXT: task.next_turn
  // CHECK-NEXT: task.next_counted
  task.begin_plan
  scf.for %j = %low to %turns step %one {
    task.next_turn
    %w = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
  }
  task.end_plan
  return
}

// CHECK-LABEL: func.func @integers(
// CHECK-SAME: %{{[a-z0-9]+}}: tensor<?xf64>, %{{[a-z0-9]+}}: index, %[[LOW:[a-z0-9]+]]: i32
func.func @integers(%u: tensor<?xf64>, %n: index, %low: i32, %turns: i32) attributes {task.context = "host"} {
  // CHECK: %[[FROM:.*]] = arith.index_cast %[[LOW]] : i32 to index
  // CHECK: task.begin_counted %[[FROM]] to
  %one = arith.constant 1 : i32
  scf.for %j = %low to %turns step %one : i32 {
    %w = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
  }
  return
}

// CHECK-LABEL: func.func @numbers
// CHECK-NOT: counted
func.func @numbers(%n: index, %m: index, %step: index) -> index attributes {task.context = "host"} {
  %r = scf.for %k = %n to %m step %step iter_args(%s = %n) -> (index) {
    %t = arith.addi %s, %k : index
    scf.yield %t : index
  }
  return %r : index
}

// CHECK-LABEL: func.func private @inside
// CHECK-NOT: counted
func.func private @inside(%u: tensor<?xf64>, %n: index, %low: index, %turns: index) attributes {task.context = "task"} {
  %one = arith.constant 1 : index
  scf.for %j = %low to %turns step %one {
    %w = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
  }
  return
}
