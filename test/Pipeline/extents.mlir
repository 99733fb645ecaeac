// What arrays were made with stays through VALUES and GRAPH: no operand takes its extent from another, and the launch compares.
// RUN: %dagger-opt --phase-values --phase-graph %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @constant_and_argument
func.func @constant_and_argument(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %k = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf64>
  %b = tensor.cast %k : tensor<3xf64> to tensor<?xf64>
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: task.launch "map" over(%{{.*}}) arrays(%arg0, %{{.*}} : tensor<?xf64>, tensor<?xf64>)
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %s = arith.addf %x, %y : f64
    linalg.yield %s : f64
  } -> tensor<?xf64>
  return %r : tensor<?xf64>
}

// The second is added as nothing, but its extent is compared.
// CHECK-LABEL: func @times_one
func.func @times_one(%a: tensor<?xf64>, %b: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: task.launch "map" over(%{{.*}}) arrays(%arg0, %arg1
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  return %r : tensor<?xf64>
}
