// Launches whose work at a point can be told get a number and what an element costs; others keep the one kernel that they have.
// RUN: %dagger-opt --split-input-file --brief-launches --provisional-launches %s | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: task.submits
func.func @main(%n: index, %m: index) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  // What is brief stays so.
  // CHECK: task.launch "map" over(%c8)
  // CHECK-NOT: task.provisional
  // CHECK: task.brief
  %few = task.launch "map" over (%c8) shapes(%c8) {
  ^bb0(%i: index):
    %x = arith.index_cast %i : index to i64
    array.yield %x : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  scf.for %turn = %c0 to %n step %c1 {
    // CHECK: task.launch "map" over(%arg0)
    // CHECK: task.provisional = array<i64: 1, 6, -1>
    %many = task.launch "map" over (%n) shapes(%n) {
    ^bb0(%i: index):
      %x = arith.index_cast %i : index to i64
      array.yield %x : i64
    } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  }
  // A loop as long as a scalar says: its cost is that of a turn, times the scalar.
  // CHECK: task.launch "map" over(%arg0)
  // CHECK: task.provisional = array<i64: 2, {{[0-9]+}}, 0>
  %loop = task.launch "map" over (%n) scalars(%m : index) shapes(%n) {
  ^bb0(%i: index, %turns: index):
    %c0_0 = arith.constant 0 : index
    %c1_0 = arith.constant 1 : index
    %x = scf.for %j = %c0_0 to %turns step %c1_0 iter_args(%s = %i) -> index {
      %t = arith.muli %s, %j : index
      scf.yield %t : index
    }
    %y = arith.index_cast %x : index to i64
    array.yield %y : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // Two such loops in each other have no bound that one scalar tells.
  // CHECK: task.launch "map" over(%arg0)
  // CHECK-NOT: task.provisional
  %square = task.launch "map" over (%n) scalars(%m : index) shapes(%n) {
  ^bb0(%i: index, %turns: index):
    %c0_0 = arith.constant 0 : index
    %c1_0 = arith.constant 1 : index
    %x = scf.for %j = %c0_0 to %turns step %c1_0 iter_args(%s = %i) -> index {
      %u = scf.for %k = %c0_0 to %turns step %c1_0 iter_args(%v = %s) -> index {
        %t = arith.muli %v, %k : index
        scf.yield %t : index
      }
      scf.yield %u : index
    }
    %y = arith.index_cast %x : index to i64
    array.yield %y : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // Nor has a loop that turns as long as something holds, unless it halves an index...
  // CHECK: task.launch "map" over(%arg0)
  // CHECK-NOT: task.provisional
  %while = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    %c1_0 = arith.constant 1 : index
    %x = scf.while (%s = %i) : (index) -> index {
      %more = arith.cmpi sgt, %s, %c1_0 : index
      scf.condition(%more) %s : index
    } do {
    ^bb0(%s: index):
      %t = arith.subi %s, %c1_0 : index
      scf.yield %t : index
    }
    %y = arith.index_cast %x : index to i64
    array.yield %y : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // CHECK: task.launch "map" over(%arg0)
  // CHECK: task.provisional = array<i64: 3, {{[0-9]+}}, -1>
  %halving = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    %c1_0 = arith.constant 1 : index
    %c2_0 = arith.constant 2 : index
    %c32_0 = arith.constant 32 : index
    %from = arith.minsi %i, %c32_0 : index
    %x = scf.while (%s = %from) : (index) -> index {
      %more = arith.cmpi sgt, %s, %c1_0 : index
      scf.condition(%more) %s : index
    } do {
    ^bb0(%s: index):
      %t = arith.addi %s, %c1_0 : index
      %h = arith.divui %t, %c2_0 : index
      scf.yield %h : index
    }
    %y = arith.index_cast %x : index to i64
    array.yield %y : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // ... or takes remainders, which ends after three turns for two bits of its numbers.
  // CHECK: task.launch "map" over(%arg0)
  // CHECK: task.provisional = array<i64: 4, {{[0-9]+}}, -1>
  %divisor = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    %c0_0 = arith.constant 0 : i64
    %c360 = arith.constant 360 : i64
    %from = arith.index_cast %i : index to i64
    %x:2 = scf.while (%a = %from, %b = %c360) : (i64, i64) -> (i64, i64) {
      %more = arith.cmpi ne, %b, %c0_0 : i64
      scf.condition(%more) %a, %b : i64, i64
    } do {
    ^bb0(%a: i64, %b: i64):
      %r = arith.remui %a, %b : i64
      scf.yield %b, %r : i64, i64
    }
    array.yield %x#0 : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // But with differences in their place it may turn as often as the numbers are large.
  // CHECK: task.launch "map" over(%arg0)
  // CHECK-NOT: task.provisional
  %differences = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    %c0_0 = arith.constant 0 : i64
    %c360 = arith.constant 360 : i64
    %from = arith.index_cast %i : index to i64
    %x:2 = scf.while (%a = %from, %b = %c360) : (i64, i64) -> (i64, i64) {
      %more = arith.cmpi ne, %b, %c0_0 : i64
      scf.condition(%more) %a, %b : i64, i64
    } do {
    ^bb0(%a: i64, %b: i64):
      %r = arith.subi %a, %b : i64
      scf.yield %b, %r : i64, i64
    }
    array.yield %x#0 : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // Points that are tasks have the code of the task.
  // CHECK: task.launch "map" over(%arg0)
  // CHECK-NOT: task.provisional
  // CHECK: return
  %tasks = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    %x = arith.index_cast %i : index to i64
    array.yield %x : i64
  } combine {} {tasks, access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return
}

// -----

// A main with a loop that only computes is optimized, since nothing takes its place.
// CHECK-LABEL: func.func @main
// CHECK-NOT: task.submits
// CHECK: task.provisional
func.func @main(%n: index) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = scf.for %turn = %c0 to %n step %c1 iter_args(%s = %n) -> index {
    %t = arith.muli %s, %turn : index
    scf.yield %t : index
  }
  %many = task.launch "map" over (%x) shapes(%x) {
  ^bb0(%i: index):
    %y = arith.index_cast %i : index to i64
    array.yield %y : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return %x : index
}
