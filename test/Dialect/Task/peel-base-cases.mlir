// A call of a task that is over at once where its test says so is that test and that side of it, and a call for the other side.
// RUN: %dagger-opt --split-input-file --peel-base-cases %s | FileCheck %s

// A spawn and its join stand under the same test, which is made once.
// CHECK-LABEL: func.func private @fib
// CHECK: scf.if
// CHECK: else
// CHECK: %[[N1:.*]] = arith.subi %arg0, %{{.*}}
// CHECK: %[[T1:.*]] = arith.cmpi slt, %[[N1]]
// CHECK: %[[F:.*]] = scf.if %[[T1]] -> (!task.future<i64>)
// CHECK-NEXT: %[[NONE:.*]] = ub.poison
// CHECK-NEXT: scf.yield %[[NONE]]
// CHECK-NEXT: else
// CHECK-NEXT: task.spawn @fib(%[[N1]])
// CHECK: %[[N2:.*]] = arith.subi
// CHECK: %[[T2:.*]] = arith.cmpi slt, %[[N2]]
// CHECK: %[[B:.*]] = scf.if %[[T2]] -> (i64)
// CHECK-NEXT: scf.yield %[[N2]]
// CHECK-NEXT: else
// CHECK-NEXT: func.call @fib(%[[N2]])
// CHECK: %[[A:.*]] = scf.if %[[T1]] -> (i64)
// CHECK-NEXT: scf.yield %[[N1]]
// CHECK-NEXT: else
// CHECK-NEXT: task.join %[[F]] @fib(%[[N1]])
// CHECK: arith.addi %[[A]], %[[B]]
func.func private @fib(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %small = arith.cmpi slt, %n, %two : i64
  %r = scf.if %small -> (i64) {
    scf.yield %n : i64
  } else {
    %n1 = arith.subi %n, %one : i64
    %f = task.spawn @fib(%n1) : (i64) -> !task.future<i64>
    %n2 = arith.subi %n, %two : i64
    %b = func.call @fib(%n2) : (i64) -> i64
    %a = task.join %f @fib(%n1) : !task.future<i64>, (i64) -> i64
    %c = arith.addi %a, %b : i64
    scf.yield %c : i64
  }
  return %r : i64
}

// -----

// The side that is over at once is the other one, and computes something.
// CHECK-LABEL: func.func private @halves
// CHECK: else
// CHECK: scf.yield
// CHECK-LABEL: func.func private @uses
// CHECK: %[[T:.*]] = arith.cmpf ogt, %arg0
// CHECK: scf.if %[[T]] -> (f64)
// CHECK-NEXT: func.call @halves(%arg0)
// CHECK: else
// CHECK-NEXT: arith.mulf %arg0, %arg0
func.func private @halves(%x: f64) -> f64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %large = arith.cmpf ogt, %x, %one : f64
  %r = scf.if %large -> (f64) {
    %y = arith.mulf %x, %half : f64
    %z = func.call @uses(%y) : (f64) -> f64
    scf.yield %z : f64
  } else {
    %y = arith.mulf %x, %x : f64
    scf.yield %y : f64
  }
  return %r : f64
}
func.func private @uses(%x: f64) -> f64 attributes {task.context = "task"} {
  %r = func.call @halves(%x) : (f64) -> f64
  return %r : f64
}

// -----

// Refused: sides that may fail or trap, tasks on arrays, a host.
// CHECK-LABEL: func.func private @asserts
// CHECK-LABEL: func.func private @divides
// CHECK-LABEL: func.func private @reads
// CHECK-LABEL: func.func private @caller
// CHECK-NEXT: call @asserts
// CHECK-NEXT: call @divides
// CHECK-NEXT: call @reads
// CHECK-LABEL: func.func @main
// CHECK-NOT: scf.if
func.func private @asserts(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1 : i64
  %small = arith.cmpi slt, %n, %one : i64
  %r = scf.if %small -> (i64) {
    task.fail 9004 "no"
    scf.yield %n : i64
  } else {
    %m = func.call @asserts(%one) : (i64) -> i64
    scf.yield %m : i64
  }
  return %r : i64
}
func.func private @divides(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1 : i64
  %small = arith.cmpi slt, %n, %one : i64
  %r = scf.if %small -> (i64) {
    %m = arith.divsi %one, %n : i64
    scf.yield %m : i64
  } else {
    %m = func.call @divides(%one) : (i64) -> i64
    scf.yield %m : i64
  }
  return %r : i64
}
func.func private @reads(%a: tensor<?xf64>, %n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1 : i64
  %small = arith.cmpi slt, %n, %one : i64
  %r = scf.if %small -> (i64) {
    scf.yield %n : i64
  } else {
    %m = func.call @reads(%a, %one) : (tensor<?xf64>, i64) -> i64
    scf.yield %m : i64
  }
  return %r : i64
}
func.func private @caller(%a: tensor<?xf64>, %n: i64) -> i64 attributes {task.context = "task"} {
  %x = func.call @asserts(%n) : (i64) -> i64
  %y = func.call @divides(%n) : (i64) -> i64
  %z = func.call @reads(%a, %n) : (tensor<?xf64>, i64) -> i64
  %s = arith.addi %x, %y : i64
  %t = arith.addi %s, %z : i64
  return %t : i64
}
func.func private @small(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  %one = arith.constant 1 : i64
  %test = arith.cmpi slt, %n, %one : i64
  %r = scf.if %test -> (i64) {
    scf.yield %n : i64
  } else {
    %m = func.call @small(%one) : (i64) -> i64
    scf.yield %m : i64
  }
  return %r : i64
}
func.func @main(%n: i64) -> i64 attributes {task.context = "host"} {
  %x = func.call @small(%n) : (i64) -> i64
  return %x : i64
}
