// In tasks what a loop updates is owned once before it, and not where somebody else may see it.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(elide-owns))' %s | FileCheck %s

// CHECK-LABEL: func @nested
// CHECK-SAME: (%[[A:[^:]*]]: tensor<?xf64> {task.inout}
// CHECK: %[[OWN:.*]] = array.own %[[A]]
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[OWN]])
// CHECK-NOT: array.own
// CHECK: return
func.func @nested(%a: tensor<?xf64> {task.inout}, %x: f64, %n: index, %c: i1) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%b = %a) -> tensor<?xf64> {
    %s = scf.for %j = %zero to %n step %one iter_args(%d = %b) -> tensor<?xf64> {
      %own = array.own %d : tensor<?xf64>
      %new = array.insert %x into %own[%j] : tensor<?xf64>
      scf.yield %new : tensor<?xf64>
    }
    %t = scf.if %c -> tensor<?xf64> {
      %own = array.own %s : tensor<?xf64>
      %new = array.insert %x into %own[%i] : tensor<?xf64>
      scf.yield %new : tensor<?xf64>
    } else {
      scf.yield %s : tensor<?xf64>
    }
    scf.yield %t : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// The old value is seen again, so each turn has a copy.
// CHECK-LABEL: func @seen
// CHECK: scf.for
// CHECK: array.own
func.func @seen(%a: tensor<?xf64> {task.inout}, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%b = %a) -> tensor<?xf64> {
    array.retain %b : tensor<?xf64>
    %own = array.own %b : tensor<?xf64>
    %new = array.insert %x into %own[%i] : tensor<?xf64>
    array.release %b : tensor<?xf64>
    scf.yield %new : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// Only some turns update it: there may be none that does.
// CHECK-LABEL: func @some
// CHECK-NOT: array.own
// CHECK: scf.if
// CHECK-NEXT: array.own
func.func @some(%a: tensor<?xf64> {task.inout}, %x: f64, %n: index, %c: i1) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%b = %a) -> tensor<?xf64> {
    %t = scf.if %c -> tensor<?xf64> {
      %own = array.own %b : tensor<?xf64>
      %new = array.insert %x into %own[%i] : tensor<?xf64>
      scf.yield %new : tensor<?xf64>
    } else {
      scf.yield %b : tensor<?xf64>
    }
    scf.yield %t : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// A view of it, and an array that comes from elsewhere in each turn.
// CHECK-LABEL: func @others
// CHECK: scf.for
// CHECK: array.own
// CHECK: array.own
func.func @others(%a: tensor<?xf64> {task.inout}, %b: tensor<?xf64>, %x: f64, %n: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  array.retain %b : tensor<?xf64>
  %r:2 = scf.for %i = %zero to %n step %one iter_args(%c = %a, %d = %b) -> (tensor<?xf64>, tensor<?xf64>) {
    %v = array.slice %c[%zero] [%n] [%one] : tensor<?xf64> -> tensor<?xf64>
    %own = array.own %c : tensor<?xf64>
    %new = array.insert %x into %own[%i] : tensor<?xf64>
    array.release %v : tensor<?xf64>
    %other = array.own %d : tensor<?xf64>
    %made = array.insert %x into %other[%i] : tensor<?xf64>
    array.release %made : tensor<?xf64>
    array.retain %b : tensor<?xf64>
    scf.yield %new, %b : tensor<?xf64>, tensor<?xf64>
  }
  return %r#0, %r#1 : tensor<?xf64>, tensor<?xf64>
}

// On the host others wait for it.
// CHECK-LABEL: func @host
// CHECK: scf.for
// CHECK: array.own
func.func @host(%a: tensor<?xf64>, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  array.retain %a : tensor<?xf64>
  %r = scf.for %i = %zero to %n step %one iter_args(%b = %a) -> tensor<?xf64> {
    %own = array.own %b : tensor<?xf64>
    %new = array.insert %x into %own[%i] : tensor<?xf64>
    scf.yield %new : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

func.func private @keeps(tensor<?xf64>) attributes {task.context = "task"}

// It is given away in each turn, to somebody who may keep it.
// CHECK-LABEL: func @escapes
// CHECK: scf.for
// CHECK: array.own
func.func @escapes(%a: tensor<?xf64> {task.inout}, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%b = %a) -> tensor<?xf64> {
    %own = array.own %b : tensor<?xf64>
    %new = array.insert %x into %own[%i] : tensor<?xf64>
    func.call @keeps(%new) : (tensor<?xf64>) -> ()
    scf.yield %new : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// A spawned task still reads it while the next turn writes.
func.func private @sum(tensor<?xf64>) -> f64 attributes {task.context = "task", task.spawnable}
// CHECK-LABEL: func @spawned
// CHECK: task.spawn
// CHECK: array.own
func.func @spawned(%a: tensor<?xf64> {task.inout}, %x: f64, %n: index) -> (tensor<?xf64>, f64) attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %own = array.own %a : tensor<?xf64>
  %first = array.insert %x into %own[%zero] : tensor<?xf64>
  %f = task.spawn @sum(%first) : (tensor<?xf64>) -> !task.future<f64>
  array.retain %first : tensor<?xf64>
  %again = array.own %first : tensor<?xf64>
  %new = array.insert %x into %again[%n] : tensor<?xf64>
  %s = task.join %f @sum(%first) : <f64>, (tensor<?xf64>) -> f64
  array.release %first : tensor<?xf64>
  return %new, %s : tensor<?xf64>, f64
}

// One name of two: which of the arrays it is, nobody knows, and the other one is read later.
// CHECK-LABEL: func @either
// CHECK-COUNT-2: array.own
func.func @either(%a: tensor<?xf64> {task.inout}, %b: tensor<?xf64>, %x: f64, %c: i1) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %mine = array.own %a : tensor<?xf64>
  %t = scf.if %c -> tensor<?xf64> {
    scf.yield %mine : tensor<?xf64>
  } else {
    array.release %mine : tensor<?xf64>
    array.retain %b : tensor<?xf64>
    scf.yield %b : tensor<?xf64>
  }
  %own = array.own %t : tensor<?xf64>
  %new = array.insert %x into %own[%zero] : tensor<?xf64>
  return %new : tensor<?xf64>
}

// The other way round.
// CHECK-LABEL: func @or_else
// CHECK-COUNT-2: array.own
func.func @or_else(%a: tensor<?xf64> {task.inout}, %b: tensor<?xf64>, %x: f64, %c: i1) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %mine = array.own %a : tensor<?xf64>
  %t = scf.if %c -> tensor<?xf64> {
    array.release %mine : tensor<?xf64>
    array.retain %b : tensor<?xf64>
    scf.yield %b : tensor<?xf64>
  } else {
    scf.yield %mine : tensor<?xf64>
  }
  %own = array.own %t : tensor<?xf64>
  %new = array.insert %x into %own[%zero] : tensor<?xf64>
  return %new : tensor<?xf64>
}

// One that is asked to lie in one piece is asked that by somebody who needs it.
// CHECK-LABEL: func @contiguous
// CHECK-COUNT-2: array.own
func.func @contiguous(%a: tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"} {
  %mine = array.own %a : tensor<?xf64>
  %own = array.own %mine {contiguous} : tensor<?xf64>
  return %own : tensor<?xf64>
}
