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

// A row was cut out by its count, but it may be refused when it is out of range: it is asked.
// CHECK-LABEL: func @slice
func.func @slice(%a: tensor<?xf64>, %n: index) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: %[[S:.*]] = array.slice
  // CHECK: tensor.dim %[[S]]
  %s = array.slice %a[%c0] [%n] [%c1] : tensor<?xf64> -> tensor<?xf64>
  %m = tensor.dim %s, %c0 : tensor<?xf64>
  return %m : index
}

// The axes that are kept have the extents of the index space; a number of i64 is converted.
// CHECK-LABEL: func @kept
// CHECK-SAME: (%{{.*}}: tensor<?x?xf64>, %{{.*}}: index, %[[M:.*]]: index, %[[K:.*]]: i64)
func.func @kept(%a: tensor<?x?xf64>, %n: index, %m: index, %k: i64) -> (index, index) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %r = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [0] maps [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%i: index, %j: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %q: f64):
    %c = arith.addf %l, %q : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  %u = array.library "random.uniform"() numbers(%k, %k) reals() texts() {types = [], result_types = ["f64"]} : () -> tensor<?xf64>
  %d = tensor.dim %r, %c0 : tensor<?xf64>
  %f = tensor.dim %u, %c0 : tensor<?xf64>
  // CHECK: %[[F:.*]] = arith.index_cast %[[K]] : i64 to index
  // CHECK: return %[[M]], %[[F]]
  return %d, %f : index, index
}

// What a loop carries has the shape that it began with, if each turn gives back one of the shape it got.
// CHECK-LABEL: func @carried
// CHECK-SAME: (%[[N:.*]]: index, %{{.*}}: index)
func.func @carried(%n: index, %turns: index) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %a = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  // CHECK: scf.for
  // CHECK: tensor.empty(%[[N]])
  %b = scf.for %i = %c0 to %turns step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %m = tensor.dim %u, %c0 : tensor<?xf64>
    %f = tensor.empty(%m) : tensor<?xf64>
    %v = linalg.fill ins(%zero : f64) outs(%f : tensor<?xf64>) -> tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  %d = tensor.dim %b, %c0 : tensor<?xf64>
  // CHECK: return %[[N]]
  return %d : index
}

// Not where a turn makes another shape.
// CHECK-LABEL: func @growing
func.func @growing(%n: index, %turns: index) -> index attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %a = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  // CHECK: %[[B:.*]] = scf.for
  // CHECK: tensor.dim %arg
  %b = scf.for %i = %c0 to %turns step %c1 iter_args(%u = %a) -> (tensor<?xf64>) {
    %m = tensor.dim %u, %c0 : tensor<?xf64>
    %l = arith.addi %m, %c1 : index
    %f = tensor.empty(%l) : tensor<?xf64>
    %v = linalg.fill ins(%zero : f64) outs(%f : tensor<?xf64>) -> tensor<?xf64>
    scf.yield %v : tensor<?xf64>
  }
  // CHECK: %[[D:.*]] = tensor.dim %[[B]]
  %d = tensor.dim %b, %c0 : tensor<?xf64>
  // CHECK: return %[[D]]
  return %d : index
}

// A look at the shape of a computed array is one at what gave it its extents; what was made with numbers has them.
// CHECK-LABEL: func @looked
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>, %{{.*}}: index)
func.func @looked(%a: tensor<?xf64>, %n: index) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%m) : tensor<?xf64>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    linalg.yield %x : f64
  } -> tensor<?xf64>
  %f = tensor.empty(%n) : tensor<?xf64>
  // CHECK: array.look_shape %[[A]]
  array.look_shape %s : tensor<?xf64>
  // CHECK-NOT: array.look_shape
  array.look_shape %f : tensor<?xf64>
  return
}
