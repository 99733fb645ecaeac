// Calls of tasks in tasks become spawns, joined in reverse order before the first use; the last call stays a call.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(spawn-calls))' %s | FileCheck %s

func.func private @f(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  return %n : i64
}
func.func private @shows(%n: i64) -> i64 attributes {task.context = "task"} {
  return %n : i64
}

// CHECK-LABEL: func.func private @three
func.func private @three(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK: %[[F:.*]] = task.spawn @f(%arg0)
  // CHECK: %[[G:.*]] = task.spawn @f(%arg0)
  // CHECK: %[[C:.*]] = call @f(%arg0)
  // CHECK: %[[B:.*]] = task.join %[[G]] @f(%arg0)
  // CHECK: %[[A:.*]] = task.join %[[F]] @f(%arg0)
  // CHECK: arith.addi %[[A]], %[[B]]
  %a = func.call @f(%n) : (i64) -> i64
  %b = func.call @f(%n) : (i64) -> i64
  %c = func.call @f(%n) : (i64) -> i64
  %d = arith.addi %a, %b : i64
  %e = arith.addi %d, %c : i64
  return %e : i64
}

// Nothing runs beside it: no spawn.
// CHECK-LABEL: func.func private @chain
func.func private @chain(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK-NOT: task.spawn
  %a = func.call @f(%n) : (i64) -> i64
  %b = func.call @f(%a) : (i64) -> i64
  return %b : i64
}

// What another task shows comes after the call in the program's order.
// CHECK-LABEL: func.func private @order
func.func private @order(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK-NOT: task.spawn
  %a = func.call @f(%n) : (i64) -> i64
  %b = func.call @shows(%n) : (i64) -> i64
  %c = arith.addi %a, %b : i64
  return %c : i64
}

// A loop behind a call is work to run beside; its result is used in a branch.
// CHECK-LABEL: func.func private @loop
func.func private @loop(%n: i64, %p: i1) -> i64 attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %ten = arith.constant 10 : index
  %one = arith.constant 1 : index
  // CHECK: %[[F:.*]] = task.spawn @f
  %a = func.call @f(%n) : (i64) -> i64
  // CHECK: scf.for
  %s = scf.for %i = %zero to %ten step %one iter_args(%x = %n) -> (i64) {
    %y = arith.addi %x, %n : i64
    scf.yield %y : i64
  }
  // CHECK: task.join %[[F]]
  // CHECK-NEXT: scf.if
  %r = scf.if %p -> (i64) {
    scf.yield %a : i64
  } else {
    scf.yield %s : i64
  }
  return %r : i64
}

// Under @sequential nothing is spawned.
// CHECK-LABEL: func.func private @sequential
func.func private @sequential(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK-NOT: task.spawn
  task.begin_sequential
  %a = func.call @f(%n) : (i64) -> i64
  %b = func.call @f(%n) : (i64) -> i64
  task.end_sequential
  %c = arith.addi %a, %b : i64
  return %c : i64
}

// What the caller prints comes behind what the call did: beside it, it could come before.
// CHECK-LABEL: func.func private @prints
func.func private @prints(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK-NOT: task.spawn
  %a = func.call @f(%n) : (i64) -> i64
  %t = array.text "between"
  task.print %t
  %b = func.call @f(%n) : (i64) -> i64
  %c = arith.addi %a, %b : i64
  return %c : i64
}

// A use deep in a branch is a use: the call is joined before the branch, and nothing else runs beside it.
// CHECK-LABEL: func.func private @used_inside
func.func private @used_inside(%n: i64, %p: i1) -> i64 attributes {task.context = "task"} {
  // CHECK-NOT: task.spawn
  %a = func.call @f(%n) : (i64) -> i64
  %r = scf.if %p -> (i64) {
    %b = func.call @f(%a) : (i64) -> i64
    scf.yield %b : i64
  } else {
    scf.yield %n : i64
  }
  return %r : i64
}

// Calls on the host are nodes of the graph, and in kernels nobody could wait.
// CHECK-LABEL: func.func private @kernel
func.func private @kernel(%n: i64) -> i64 attributes {task.context = "kernel"} {
  // CHECK-NOT: task.spawn
  %a = func.call @f(%n) : (i64) -> i64
  %b = func.call @f(%n) : (i64) -> i64
  %c = arith.addi %a, %b : i64
  return %c : i64
}
