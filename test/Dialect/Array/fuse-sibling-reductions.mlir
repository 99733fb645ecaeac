// Sum and maximum of one array become one reduction; a check says what the maximum of nothing is.
// RUN: %dagger-opt --fuse-sibling-reductions %s | FileCheck %s

// CHECK-LABEL: func @mean_and_max
func.func @mean_and_max(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: %[[R:.*]]:2 = array.reduce ins(%{{.*}} : tensor<?xf64>)
  // CHECK: arith.addf
  // CHECK: arith.maximumf
  // CHECK: identity = [0.000000e+00, 0.000000e+00]
  // CHECK-NOT: array.reduce
  // CHECK: %[[MAX:.*]] = linalg.generic {{.*}} ins(%[[R]]#1
  // CHECK: task.fail 9006 "max of an empty array"
  // CHECK: return %[[R]]#0, %[[MAX]]
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %m = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {fails = "max"} : tensor<f64>
  return %s, %m : tensor<f64>, tensor<f64>
}

// The second needs the first's result: they stay apart.
// CHECK-LABEL: func @dependent
func.func @dependent(%a: tensor<?xf64>, %n: index) -> tensor<f64> attributes {task.context = "host"} {
  // CHECK-COUNT-2: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %v = array.reduce ins(%a, %s : tensor<?xf64>, tensor<f64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>] {
  ^bb0(%i: index, %x: f64, %mean: f64):
    %d = arith.subf %x, %mean : f64
    array.yield %d : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %v : tensor<f64>
}

// Different axes are different index spaces: they stay apart.
// CHECK-LABEL: func @other_axes
func.func @other_axes(%a: tensor<?x?xf64>, %n: index, %m: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  // CHECK-COUNT-2: array.reduce
  %s = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [0] maps [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%i: index, %j: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  %t = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [1] maps [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%i: index, %j: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  return %s, %t : tensor<?xf64>, tensor<?xf64>
}

// The second may fail at a point, and the first one's result must not fail with it: they stay apart.
// CHECK-LABEL: func @fails_at_a_point
func.func @fails_at_a_point(%a: tensor<?xi64>, %n: index) -> (tensor<i64>, tensor<i64>) attributes {task.context = "host"} {
  // CHECK: array.reduce
  // CHECK: identity = [0]
  // CHECK: array.reduce
  // CHECK: task.fail 9004
  %s = array.reduce ins(%a : tensor<?xi64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: i64):
    array.yield %x : i64
  } combine {
  ^bb0(%l: i64, %r: i64):
    %c = arith.addi %l, %r : i64
    array.yield %c : i64
  } {identity = [0]} : tensor<i64>
  %q = array.reduce ins(%a : tensor<?xi64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: i64):
    array.yield %x : i64
  } combine {
  ^bb0(%l: i64, %r: i64):
    %zero = arith.constant 0 : i64
    %none = arith.cmpi eq, %r, %zero : i64
    scf.if %none {
      task.fail 9004 "division by zero"
    }
    %c = arith.divsi %l, %r : i64
    array.yield %c : i64
  } {identity = [1]} : tensor<i64>
  return %s, %q : tensor<i64>, tensor<i64>
}

// The second depends on an array that may be a failed value: they stay apart.
// CHECK-LABEL: func @other_array
func.func @other_array(%a: tensor<?xf64>, %b: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK-COUNT-2: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %t = array.reduce ins(%a, %b : tensor<?xf64>, tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64, %y: f64):
    %p = arith.mulf %x, %y : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s, %t : tensor<f64>, tensor<f64>
}

// Which points count is a matter of each: a mask keeps them apart.
// CHECK-LABEL: func @masked
func.func @masked(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK-COUNT-2: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %t = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    %zero = arith.constant 0.0 : f64
    %p = arith.cmpf ogt, %x, %zero : f64
    array.yield %x present %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s, %t : tensor<f64>, tensor<f64>
}

// Index spaces that nobody knows to be equal: they stay apart.
// CHECK-LABEL: func @other_extents
func.func @other_extents(%a: tensor<?xf64>, %n: index, %m: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK-COUNT-2: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %t = array.reduce ins(%a : tensor<?xf64>) in (%m) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.mulf %l, %r : f64
    array.yield %c : f64
  } {identity = [1.0]} : tensor<f64>
  return %s, %t : tensor<f64>, tensor<f64>
}

// Only one way through the program takes the second: on the other its work would be done for nothing.
// CHECK-LABEL: func @other_branch
func.func @other_branch(%a: tensor<?xf64>, %n: index, %p: i1) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: array.reduce
  // CHECK: scf.if
  // CHECK: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %t = scf.if %p -> (tensor<f64>) {
    array.look_shape %a : tensor<?xf64>
    %u = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {
    ^bb0(%l: f64, %r: f64):
      %c = arith.mulf %l, %r : f64
      array.yield %c : f64
    } {identity = [1.0]} : tensor<f64>
    scf.yield %u : tensor<f64>
  } else {
    scf.yield %s : tensor<f64>
  }
  return %s, %t : tensor<f64>, tensor<f64>
}

// The second is of the array after an update: it needs what is made behind the first.
// CHECK-LABEL: func @updated_between
func.func @updated_between(%a: tensor<?xf64>, %b: tensor<?xf64>, %n: index, %x: f64) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  // CHECK: array.reduce
  // CHECK: array.insert
  // CHECK: array.reduce
  %s = array.reduce ins(%a, %b : tensor<?xf64>, tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %y: f64, %z: f64):
    %p = arith.mulf %y, %z : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %new = array.insert %x into %b[%zero] : tensor<?xf64>
  %t = array.reduce ins(%a, %new : tensor<?xf64>, tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %y: f64, %z: f64):
    %p = arith.mulf %y, %z : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s, %t : tensor<f64>, tensor<f64>
}

// The second uses a number that is only known behind the first, of the first's own result.
// CHECK-LABEL: func @number_between
func.func @number_between(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: array.reduce
  // CHECK: array.element
  // CHECK: array.reduce
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %mean = array.element %s[] : tensor<f64>
  %t = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    %d = arith.subf %x, %mean : f64
    array.yield %d : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s, %t : tensor<f64>, tensor<f64>
}

// What a mean sums is a variance's first accumulator: it is summed once. Totals are numbered anew, blocks still joined apart.
// CHECK-LABEL: func @mean_and_variance
func.func @mean_and_variance(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: %[[R:.*]]:5 = array.reduce
  // CHECK: array.block_total 1 : f64
  // CHECK: array.block_total 2 : i64
  // CHECK: } combine {
  // CHECK: arith.maximumf
  // CHECK: arith.addf
  // CHECK: arith.addi
  // CHECK: } join {
  // CHECK: arith.maximumf
  // CHECK: arith.addi
  // CHECK: arith.maximumf
  // CHECK-NOT: array.reduce
  // CHECK: return %{{.*}}, %[[R]]#1, %[[R]]#4
  %m = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {fails = "max"} : tensor<f64>
  %sum = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %v:4 = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    %one = arith.constant 1 : i64
    %s = array.block_total 0 : f64
    %k = array.block_total 1 : i64
    %kf = arith.sitofp %k : i64 to f64
    %mean = arith.divf %s, %kf : f64
    %d = arith.subf %x, %mean : f64
    %q = arith.mulf %d, %d : f64
    array.yield %x, %one, %d, %q : f64, i64, f64, f64
  } combine {
  ^bb0(%ls: f64, %lk: i64, %ld: f64, %lq: f64, %rs: f64, %rk: i64, %rd: f64, %rq: f64):
    %s = arith.addf %ls, %rs : f64
    %k = arith.addi %lk, %rk : i64
    %d = arith.addf %ld, %rd : f64
    %q = arith.addf %lq, %rq : f64
    array.yield %s, %k, %d, %q : f64, i64, f64, f64
  } join {
  ^bb0(%ls: f64, %lk: i64, %ld: f64, %lq: f64, %rs: f64, %rk: i64, %rd: f64, %rq: f64):
    %s = arith.addf %ls, %rs : f64
    %k = arith.addi %lk, %rk : i64
    %d = arith.addf %ld, %rd : f64
    %q = arith.maximumf %lq, %rq : f64
    array.yield %s, %k, %d, %q : f64, i64, f64, f64
  } {identity = [0.0, 0, 0.0, 0.0]} : tensor<f64>, tensor<i64>, tensor<f64>, tensor<f64>
  return %m, %sum, %v#3 : tensor<f64>, tensor<f64>, tensor<f64>
}

// The sum of squares is no sum of the elements: both stay.
// CHECK-LABEL: func @sums_of_others
func.func @sums_of_others(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: array.reduce
  // CHECK: identity = [0.000000e+00, 0.000000e+00]
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %q = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    array.yield %y : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s, %q : tensor<f64>, tensor<f64>
}
