// Two results that start from one tensor.empty: it goes once.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(form-launches))' %s | FileCheck %s

// CHECK-LABEL: func.func @pair
func.func @pair(%x: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  // CHECK-NOT: tensor.empty
  // CHECK: task.launch "map" over(%arg1)
  // CHECK-NOT: tensor.empty
  %e = tensor.empty(%n) : tensor<?xf64>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
    ins(%x : tensor<?xf64>) outs(%e, %e : tensor<?xf64>, tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64, %p: f64):
    %b = arith.addf %a, %a : f64
    linalg.yield %a, %b : f64, f64
  } -> (tensor<?xf64>, tensor<?xf64>)
  return %r#0, %r#1 : tensor<?xf64>, tensor<?xf64>
}
