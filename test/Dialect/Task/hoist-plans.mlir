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

// A condition that changes from turn to turn decides which launches there are: the turns do not submit the same.
// CHECK-LABEL: func.func @branches
func.func @branches(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %c = arith.cmpi eq, %k, %one : index
    %w = scf.if %c -> (tensor<?xf64>) {
      %x = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
      ^bb0(%i: index, %e: f64):
        array.yield %e : f64
      } combine {} {access = [#follow, #result]} : tensor<?xf64>
      scf.yield %x : tensor<?xf64>
    } else {
      scf.yield %v : tensor<?xf64>
    }
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// What can be seen of a turn comes in the program's order: tasks that print are not made from a record.
// CHECK-LABEL: func.func @prints
func.func @prints(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result], tasks, prints} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// An effect beside the launches: in a replayed turn it would come at another time than the turn's tasks.
// CHECK-LABEL: func.func @shows
func.func @shows(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %t = array.text "turn"
    task.print %t
    %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// The call of a task is no launch: it is submitted turn by turn, between launches whose record would not know of it.
func.func private @task(%x: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "task", task.is_task}
// CHECK-LABEL: func.func @calls
func.func @calls(%u: tensor<?xf64>, %n: index, %turns: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  %r = scf.for %k = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) {
    %c = task.call @task(%v) boxes [] [] [] updates [] : (tensor<?xf64>) -> tensor<?xf64>
    %w = task.launch "map" over (%n) arrays(%c : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {} {access = [#follow, #result]} : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// A reduction that fails on nothing may do so in one turn and not in the next.
// CHECK-LABEL: func.func @fails
func.func @fails(%u: tensor<?xf64>, %p: tensor<?xi1>, %turns: index) attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  // CHECK-NOT: task.begin_plan
  scf.for %k = %zero to %turns step %one {
    %v = task.launch "combine" over () arrays(%u, %p : tensor<?xf64>, tensor<?xi1>) {} combine {
    ^bb0(%l: f64, %r: f64):
      %c = arith.maximumf %l, %r : f64
      array.yield %c : f64
    } {access = [#task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>], reduced = array<i64: 0>, fails = "max"} : tensor<f64>
  }
  return
}
