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
