// A map and a reduction over the same points become one array.reduce, whose further result is the map's.
// RUN: %dagger-opt --fuse-maps-into-reductions --cse %s | FileCheck %s
#id = affine_map<(d0) -> (d0)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>

// The map's result is read by the reduction and by others.
// CHECK-LABEL: func @result_is_read
func.func @result_is_read(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: %[[R:.*]]:2 = array.reduce ins(%arg0 : tensor<?xf64>)
  // CHECK: %[[Y:.*]] = arith.mulf
  // CHECK: %[[Z:.*]] = math.absf %[[Y]]
  // CHECK: array.yield %[[Z]], %[[Y]] : f64, f64
  // CHECK: {fails = "max"} : tensor<f64>, tensor<?xf64>
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[R]]#1, %[[R]]#0
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %z = math.absf %x : f64
    array.yield %z : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {fails = "max"} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// Both read one array, under a mask; the map is first, is used only later, and knows the point.
// CHECK-LABEL: func @input_is_shared
func.func @input_is_shared(%a: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?x?xf64>
  %m = tensor.dim %a, %c1 : tensor<?x?xf64>
  %e = tensor.empty(%n, %m) : tensor<?x?xf64>
  // CHECK: %[[R:.*]]:2 = array.reduce ins(%arg0 : tensor<?x?xf64>)
  // CHECK: ^bb0(%{{.*}}: index, %[[J:.*]]: index, %[[X:.*]]: f64)
  // CHECK: arith.index_cast %[[J]]
  // CHECK: array.yield %[[X]], %{{.*}} present %{{.*}} : f64, f64
  // CHECK-NOT: linalg.generic
  %y = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<?x?xf64>) outs(%e : tensor<?x?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i64
    %f = arith.sitofp %k : i64 to f64
    %p = arith.mulf %x, %f : f64
    linalg.yield %p : f64
  } -> tensor<?x?xf64>
  %s = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [1] maps [#id2] {
  ^bb0(%i: index, %j: index, %x: f64):
    %zero = arith.constant 0.0 : f64
    %p = arith.cmpf ogt, %x, %zero : f64
    array.yield %x present %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  return %y, %s : tensor<?x?xf64>, tensor<?xf64>
}

// Nobody else reads the map's result: it need not be there, the reduction takes in the map itself.
// CHECK-LABEL: func @only_reduced
func.func @only_reduced(%a: tensor<?xf64>) -> tensor<f64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s : tensor<f64>
}

// The map may stop the program at a point: what is reduced must not fail with it.
// CHECK-LABEL: func @map_may_fail
func.func @map_may_fail(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %k = arith.fptosi %x : f64 to i64
    %at = arith.index_cast %k : i64 to index
    %p = array.element %a[%at] : tensor<?xf64>
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The reduction may stop the program at a point: the map's result is there without it.
// CHECK-LABEL: func @reduction_may_fail
func.func @reduction_may_fail(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %k = arith.fptosi %x : f64 to i64
    %at = arith.index_cast %k : i64 to index
    %p = array.element %a[%at] : tensor<?xf64>
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The map reads an array that the reduction does not: if that is a failed value, the sum is none.
// CHECK-LABEL: func @map_depends_on_more
func.func @map_depends_on_more(%a: tensor<?xf64>, %b: tensor<f64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<f64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %z: f64, %o: f64):
    %p = arith.mulf %x, %z : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The reduction reads an array that the map does not: if that is a failed value, the map's result is none.
// CHECK-LABEL: func @reduction_depends_on_more
func.func @reduction_depends_on_more(%a: tensor<?xf64>, %b: tensor<f64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %z = array.element %b[] {in_bounds} : tensor<f64>
    %p = arith.mulf %x, %z : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// Nothing says that both arrays are equally long: the launch has to check.
// CHECK-LABEL: func @extents_may_differ
func.func @extents_may_differ(%a: tensor<?xf64>, %b: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf64>, tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %z: f64, %o: f64):
    %p = arith.mulf %x, %z : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The map has another index space than the reduction.
// CHECK-LABEL: func @other_space
func.func @other_space(%a: tensor<?xf64>, %m: index) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%m) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The reduction reads the result at another point as well.
// CHECK-LABEL: func @read_elsewhere
func.func @read_elsewhere(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %z = array.element %y[%c0] {in_bounds} : tensor<?xf64>
    %p = arith.mulf %x, %z : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The map's result is looked at before what the reduction is over is there.
// CHECK-LABEL: func @used_between
func.func @used_between(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %first = array.element %y[%c0] : tensor<?xf64>
  %b = func.call @other(%first) : (f64) -> tensor<f64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %z = array.element %b[] {in_bounds} : tensor<f64>
    %p = arith.mulf %x, %z : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The map has a loop: a block of the tree would not be cut further.
// CHECK-LABEL: func @has_loops
func.func @has_loops(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %c1 = arith.constant 1 : index
    %p = scf.for %k = %c0 to %n step %c1 iter_args(%q = %x) -> f64 {
      %t = arith.mulf %q, %x : f64
      scf.yield %t : f64
    }
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// What the map computes takes longer than to read its result again.
// CHECK-LABEL: func @takes_long
func.func @takes_long(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = array.math "exp"(%x) : (f64) -> f64
    linalg.yield %p : f64
  } -> tensor<?xf64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

func.func private @other(f64) -> tensor<f64>

// Blocks lie along the first axis: the map would be written column by column.
// CHECK-LABEL: func @first_axis
func.func @first_axis(%a: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?x?xf64>
  %m = tensor.dim %a, %c1 : tensor<?x?xf64>
  %e = tensor.empty(%n, %m) : tensor<?x?xf64>
  // CHECK: linalg.generic
  // CHECK: array.reduce
  %y = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<?x?xf64>) outs(%e : tensor<?x?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %p = arith.mulf %x, %x : f64
    linalg.yield %p : f64
  } -> tensor<?x?xf64>
  %s = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [0] maps [#id2] {
  ^bb0(%i: index, %j: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  return %y, %s : tensor<?x?xf64>, tensor<?xf64>
}

// A stencil goes along as well: the reduction reads its result and what it reads.
// CHECK-LABEL: func @stencil
func.func @stencil(%a: tensor<?xf64>) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  // CHECK: %[[R:.*]]:2 = array.reduce ins(%arg0 : tensor<?xf64>)
  // CHECK: %[[Y:.*]] = array.shifted %arg0 [-1]
  // CHECK: %[[D:.*]] = arith.subf %[[Y]]
  // CHECK: array.yield %[[D]], %[[Y]] : f64, f64
  // CHECK-NOT: array.stencil
  // CHECK: return %[[R]]#1, %[[R]]#0
  %y = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %a[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  %s = array.reduce ins(%y, %a : tensor<?xf64>, tensor<?xf64>) in (%n) axes [0] maps [#id, #id] {
  ^bb0(%i: index, %x: f64, %z: f64):
    %d = arith.subf %x, %z : f64
    array.yield %d : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}

// The stencil's array may be shorter than its result: blocks would not know where it ends.
// CHECK-LABEL: func @stencil_of_other_extent
func.func @stencil_of_other_extent(%a: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<f64>) attributes {task.context = "host"} {
  // CHECK: array.stencil
  // CHECK: array.reduce
  %y = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %a[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  %s = array.reduce ins(%y : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %y, %s : tensor<?xf64>, tensor<f64>
}
