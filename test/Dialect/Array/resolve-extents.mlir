// The extent of a computed array is what it was computed with; an argument's is asked of it.
// RUN: %dagger-opt --resolve-extents %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @computed
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>, %[[N:.*]]: index)
func.func @computed(%a: tensor<?xf64>, %n: index) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %e = tensor.empty(%n) : tensor<?xf64>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  %m = tensor.dim %s, %c0 : tensor<?xf64>
  // CHECK: return %[[N]]
  return %m : index
}

// CHECK-LABEL: func @asked
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>, %{{.*}}: f64)
func.func @asked(%a: tensor<?xf64>, %x: f64) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %b = array.insert %x into %a[%c0] : tensor<?xf64>
  // CHECK: %[[D:.*]] = tensor.dim %[[A]]
  // CHECK: return %[[D]]
  %m = tensor.dim %b, %c0 : tensor<?xf64>
  return %m : index
}
