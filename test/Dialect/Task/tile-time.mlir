// A loop that does nothing but take steps of a stencil takes several of them in a launch.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(tile-time))' %s | FileCheck %s

#around = #task.operand<"read", mapped = false, exact = false, axes = [0, 1], scale = [1, 1], low = [1, 0], high = [0, 1]>
#around1 = #task.operand<"read", mapped = false, exact = false, axes = [0], scale = [1], low = [1], high = [0]>
#at = #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#result = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#result1 = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// Thirty-two steps a launch, or sixteen where caches hold the array, the rest in the last one; what is read reaches as far as all of them together, at the point too.
// CHECK-LABEL: func.func @smooths
// CHECK: %[[SOME:.*]] = arith.cmpi slt, %[[LOW:.*]], %[[HIGH:.*]] : i64
// CHECK: %[[SPAN:.*]] = arith.subi %[[HIGH]], %[[LOW]] : i64
// CHECK: %[[STEPS:.*]] = arith.select %[[SOME]], %[[SPAN]], %{{.*}} : i64
// CHECK: %[[POINTS:.*]] = arith.muli %arg1, %arg1 : index
// CHECK: %[[CACHED:.*]] = arith.constant 4194304 : index
// CHECK: %[[LARGE:.*]] = arith.cmpi sgt, %[[POINTS]], %[[CACHED]] : index
// CHECK-DAG: %[[MANY:.*]] = arith.constant 32 : i64
// CHECK-DAG: %[[FEWER:.*]] = arith.constant 16 : i64
// CHECK: %[[EACH:.*]] = arith.select %[[LARGE]], %[[MANY]], %[[FEWER]] : i64
// CHECK: %[[TURNS:.*]] = arith.ceildivsi %[[STEPS]], %[[EACH]] : i64
// CHECK: scf.for %[[T:.*]] = %{{.*}} to %[[TURNS]] step %{{.*}} iter_args(%[[V:.*]] = %arg0)
// CHECK: %[[DONE:.*]] = arith.muli %[[T]], %[[EACH]] : i64
// CHECK: %[[LEFT:.*]] = arith.subi %[[STEPS]], %[[DONE]] : i64
// CHECK: %[[NOW:.*]] = arith.minsi %[[LEFT]], %[[EACH]] : i64
// CHECK: %[[LEVELS:.*]] = arith.index_cast %[[NOW]] : i64 to index
// CHECK: task.launch "steps" over(%arg1, %arg1) arrays(%[[V]], %arg2 : tensor<?x?xf64>, tensor<?x?xf64>) scalars(%arg4, %[[LEVELS]] : f64, index)
// CHECK: low = [32, 32], high = [32, 32]>, #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [32, 32], high = [32, 32]>, #task.operand<"write"
func.func @smooths(%u: tensor<?x?xf64>, %n: index, %w: tensor<?x?xf64>, %turns: i64, %k: f64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %w : tensor<?x?xf64>, tensor<?x?xf64>) scalars(%k : f64) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: f64, %c: f64):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %q = array.shifted %a [0, 1] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.addf %p, %q : f64
      array.yield %y : f64
    } combine {} {access = [#around, #at, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// The number of turns may not fit the loop's own type: it is counted in 64 bits, with the comparison of the loop.
// CHECK-LABEL: func.func @narrow
// CHECK-DAG: %[[LOW:.*]] = arith.extui %arg2 : i8 to i64
// CHECK-DAG: %[[HIGH:.*]] = arith.extui %arg3 : i8 to i64
// CHECK: arith.cmpi ult, %[[LOW]], %[[HIGH]] : i64
// CHECK: arith.subi %[[HIGH]], %[[LOW]] : i64
// CHECK: "steps"
func.func @narrow(%u: tensor<?x?xf64>, %n: index, %from: i8, %to: i8) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %one = arith.constant 1 : i8
  %r = scf.for unsigned %t = %from to %to step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i8 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// The array goes on at its other end: what is read beyond an edge are rows and columns like others, as far as all steps reach.
// CHECK-LABEL: func.func @wraps
// CHECK: task.launch "steps"
// CHECK: rule wrap
// CHECK: low = [32, 32], high = [32, 32]>, #task.operand<"write"
func.func @wraps(%u: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule wrap : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Only some of the reads wrap: a row beyond an edge is one thing to some and another to the others.
// CHECK-LABEL: func.func @wraps_some
// CHECK-NOT: "steps"
func.func @wraps_some(%u: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule wrap : tensor<?x?xf64>
      %q = array.shifted %a [0, 1] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.addf %p, %q : f64
      array.yield %y : f64
    } combine {} {access = [#around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// A point beyond an edge would say another place than the one that it repeats.
// CHECK-LABEL: func.func @wraps_and_asks
// CHECK-NOT: "steps"
func.func @wraps_and_asks(%u: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule wrap : tensor<?x?xf64>
      %k = arith.index_cast %j : index to i64
      %c = arith.sitofp %k : i64 to f64
      %y = arith.addf %p, %c : f64
      array.yield %y : f64
    } combine {} {access = [#around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Another array at the point does not go on beyond its edge.
// CHECK-LABEL: func.func @wraps_beside
// CHECK-NOT: "steps"
func.func @wraps_beside(%u: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %w : tensor<?x?xf64>, tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: f64):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule wrap : tensor<?x?xf64>
      %y = arith.addf %p, %b : f64
      array.yield %y : f64
    } combine {} {access = [#around, #at, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Somebody looks at each step.
// CHECK-LABEL: func.func @looks
// CHECK-NOT: "steps"
func.func @looks(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#around, #result]} : tensor<?x?xf64>
    task.keep %x : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Each step has a number of its own.
// CHECK-LABEL: func.func @changes
// CHECK-NOT: "steps"
func.func @changes(%u: tensor<?x?xi64>, %n: index, %turns: i64) -> tensor<?x?xi64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xi64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xi64>) scalars(%t : i64) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xi64>, %s: i64):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xi64>
      %q = arith.addi %p, %s : i64
      array.yield %q : i64
    } combine {} {access = [#around, #result]} : tensor<?x?xi64>
    scf.yield %x : tensor<?x?xi64>
  }
  return %r : tensor<?x?xi64>
}

// It may trap, on what is beyond a chunk's edge.
// CHECK-LABEL: func.func @divides
// CHECK-NOT: "steps"
func.func @divides(%u: tensor<?x?xi64>, %n: index, %turns: i64) -> tensor<?x?xi64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xi64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xi64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xi64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xi64>
      %q = array.shifted %a [0, 1] axes [0, 1] rule clamp : tensor<?x?xi64>
      %y = arith.divsi %p, %q : i64
      array.yield %y : i64
    } combine {} {access = [#around, #result]} : tensor<?x?xi64>
    scf.yield %x : tensor<?x?xi64>
  }
  return %r : tensor<?x?xi64>
}

// Rows are what is kept: with one axis there are none.
// CHECK-LABEL: func.func @line
// CHECK-NOT: "steps"
func.func @line(%u: tensor<?xf64>, %n: index, %turns: i64) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?xf64>) : i64 {
    %x = task.launch "stencil" over(%n) arrays(%v : tensor<?xf64>) shapes(%n) {
    ^bb0(%i: index, %a: tensor<?xf64>):
      %p = array.shifted %a [-1] axes [0] rule clamp : tensor<?xf64>
      array.yield %p : f64
    } combine {} {access = [#around1, #result1]} : tensor<?xf64>
    scf.yield %x : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// Upstream takes a remainder for pure, but by 0 it traps, and what is beyond a chunk's edge may be 0 in no step of the program.
// CHECK-LABEL: func.func @remainder
// CHECK-NOT: "steps"
func.func @remainder(%u: tensor<?x?xi64>, %n: index, %turns: i64) -> tensor<?x?xi64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xi64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xi64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xi64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xi64>
      %q = array.shifted %a [0, 1] axes [0, 1] rule clamp : tensor<?x?xi64>
      %y = arith.remsi %p, %q : i64
      array.yield %y : i64
    } combine {} {access = [#around, #result]} : tensor<?x?xi64>
    scf.yield %x : tensor<?x?xi64>
  }
  return %r : tensor<?x?xi64>
}

// A step that can fail must fail at the element that the program names, and not where a neighbour computes it again.
// CHECK-LABEL: func.func @fails
// CHECK-NOT: "steps"
func.func @fails(%u: tensor<?x?xi64>, %n: index, %turns: i64) -> tensor<?x?xi64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xi64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xi64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xi64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xi64>
      %none = arith.constant 0 : i64
      %c = arith.cmpi eq, %p, %none : i64
      scf.if %c {
        task.fail 9004 "division by zero"
      }
      array.yield %p : i64
    } combine {} {access = [#around, #result]} : tensor<?x?xi64>
    scf.yield %x : tensor<?x?xi64>
  }
  return %r : tensor<?x?xi64>
}

// A step that gives its axes another order: the next one reads what other chunks make, far from the point.
// CHECK-LABEL: func.func @turned
// CHECK-NOT: "steps"
func.func @turned(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [1, 0] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#task.operand<"read", mapped = false, exact = false, axes = [1, 0], scale = [1, 1], low = [1, 0], high = [0, 0]>, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// An element at a computed place may be anywhere, in a chunk that is a step behind.
// CHECK-LABEL: func.func @anywhere
// CHECK-NOT: "steps"
func.func @anywhere(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %q = array.element %a[%j, %i] {in_bounds} : tensor<?x?xf64>
      %y = arith.addf %p, %q : f64
      array.yield %y : f64
    } combine {} {access = [#task.operand<"read", mapped = false, exact = false, axes = [-1, -1], scale = [1, 1], low = [0, 0], high = [0, 0]>, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// The carried array is read at the point by another operand too: in the second step that would still be the array from before
// the first.
// CHECK-LABEL: func.func @twice
// CHECK-NOT: "steps"
func.func @twice(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %v : tensor<?x?xf64>, tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: f64):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.addf %p, %b : f64
      array.yield %y : f64
    } combine {} {access = [#around, #at, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// The array from two steps ago: a loop that carries two arrays takes single steps.
// CHECK-LABEL: func.func @before
// CHECK-NOT: "steps"
func.func @before(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r:2 = scf.for %t = %zero to %turns step %one iter_args(%v = %u, %old = %u) -> (tensor<?x?xf64>, tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %old : tensor<?x?xf64>, tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: f64):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.subf %p, %b : f64
      array.yield %y : f64
    } combine {} {access = [#around, #at, #result]} : tensor<?x?xf64>
    scf.yield %x, %v : tensor<?x?xf64>, tensor<?x?xf64>
  }
  return %r#0 : tensor<?x?xf64>
}

// A result of other extents than the index space's is not the array that the next step would read.
// CHECK-LABEL: func.func @other_shape
// CHECK-NOT: "steps"
func.func @other_shape(%u: tensor<?x?xf64>, %n: index, %m: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %m) arrays(%v : tensor<?x?xf64>) shapes(%m, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#around, #task.operand<"write", mapped = true, exact = true, axes = [1, 0], scale = [1, 1], low = [0, 0], high = [0, 0]>]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Points that are tasks run once each, and what they print is seen.
// CHECK-LABEL: func.func @tasks
// CHECK-NOT: "steps"
func.func @tasks(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#around, #result], tasks} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Three elements a step: what neighbours compute twice would cost more than the memory that is saved.
// CHECK-LABEL: func.func @far
// CHECK-NOT: "steps"
func.func @far(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v : tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>):
      %p = array.shifted %a [-3, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      array.yield %p : f64
    } combine {} {access = [#task.operand<"read", mapped = false, exact = false, axes = [0, 1], scale = [1, 1], low = [3, 0], high = [0, 0]>, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// Another array that is read around the point: a chunk has of it what one step needs, and later steps reach further.
// CHECK-LABEL: func.func @others_around
// CHECK-NOT: "steps"
func.func @others_around(%u: tensor<?x?xf64>, %w: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %w : tensor<?x?xf64>, tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %q = array.shifted %b [0, 1] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.addf %p, %q : f64
      array.yield %y : f64
    } combine {} {access = [#around, #around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}

// The same with both operands around the point: only one of them is the array that a step in between makes.
// CHECK-LABEL: func.func @twice_around
// CHECK-NOT: "steps"
func.func @twice_around(%u: tensor<?x?xf64>, %n: index, %turns: i64) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %t = %zero to %turns step %one iter_args(%v = %u) -> (tensor<?x?xf64>) : i64 {
    %x = task.launch "stencil" over(%n, %n) arrays(%v, %v : tensor<?x?xf64>, tensor<?x?xf64>) shapes(%n, %n) {
    ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %b: tensor<?x?xf64>):
      %p = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
      %q = array.shifted %b [0, 1] axes [0, 1] rule clamp : tensor<?x?xf64>
      %y = arith.addf %p, %q : f64
      array.yield %y : f64
    } combine {} {access = [#around, #around, #result]} : tensor<?x?xf64>
    scf.yield %x : tensor<?x?xf64>
  }
  return %r : tensor<?x?xf64>
}
