// Each whole-array operation becomes one launch (a reduction two) whose operands say how a point reaches them.
// RUN: split-file %s %t
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(form-launches))' %t/formed.mlir | FileCheck %t/formed.mlir
// RUN: %dagger-opt --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(form-launches))' %t/refused.mlir

//--- formed.mlir
#id = affine_map<(d0) -> (d0)>

// An elementwise operation is one launch: its input is read at the point, what its region captures comes as scalars and as
// whole arrays, and room for the result is the launch's own.
// CHECK-LABEL: func @map(
func.func @map(%a: tensor<?xf64>, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK-NOT: tensor.empty
  // CHECK: task.launch "map" over(%[[N:.*]]) arrays(%[[A:.*]], %[[A]] : tensor<?xf64>, tensor<?xf64>) scalars(%{{.*}} : f64) shapes(%[[N]]) {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: index, %{{.*}}: f64, %[[WHOLE:.*]]: tensor<?xf64>, %[[K:.*]]: f64):
  // CHECK-NEXT: %[[Z:.*]] = array.element %[[WHOLE]][%[[I]]]
  // CHECK-NEXT: arith.mulf %[[Z]], %[[K]]
  // CHECK: access = [#task.operand<"read", mapped = true, exact = true, axes = [0],
  // CHECK-SAME: #task.operand<"read", mapped = false, exact = false, axes = [-1],
  // CHECK-SAME: #task.operand<"write", mapped = true, exact = true, axes = [0],
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %i = linalg.index 0 : index
    %z = array.element %a[%i] : tensor<?xf64>
    %y = arith.mulf %z, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  return %s : tensor<?xf64>
}

// An axis that broadcasts follows nothing; points that are tasks stay tasks.
// CHECK-LABEL: func @broadcast(
func.func @broadcast(%a: tensor<?xf64>, %b: tensor<1x?xf64>, %n: index, %m: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch "map"
  // CHECK: access = [#task.operand<"read", mapped = true, exact = true, axes = [1],
  // CHECK-SAME: #task.operand<"read", mapped = true, exact = true, axes = [-1, 1],
  // CHECK-SAME: #task.operand<"write", mapped = true, exact = true, axes = [0, 1],
  // CHECK-SAME: repeatable, tasks}
  %e = tensor.empty(%n, %m) : tensor<?x?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?xf64>, tensor<1x?xf64>) outs(%e : tensor<?x?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %y: f64, %o: f64):
    %z = arith.addf %x, %y : f64
    linalg.yield %z : f64
  } -> tensor<?x?xf64>
  return %s : tensor<?x?xf64>
}

// What foreign code does may be seen: such a task is not run twice.
// CHECK-LABEL: func @foreign(
// CHECK: task.launch "map"
// CHECK-NOT: repeatable
// CHECK: tasks}
func.func private @from_c(f64) -> f64
func.func @foreign(%a: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %e = tensor.empty(%n) : tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) attrs = {task.tasks} {
  ^bb0(%x: f64, %o: f64):
    %z = func.call @from_c(%x) : (f64) -> f64
    linalg.yield %z : f64
  } -> tensor<?xf64>
  return %s : tensor<?xf64>
}

// A halo as wide as the widest reads; where it goes past an edge, it takes in the other end, which is what wraps around.
// CHECK-LABEL: func @stencil(
func.func @stencil(%u: tensor<?x?xf64>, %w: tensor<?xf64>, %n: index, %m: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch "stencil"
  // CHECK: array.shifted
  // CHECK: access = [#task.operand<"read", mapped = false, exact = false, axes = [0, 1], scale = [1, 1], low = [1, 0], high = [0, 2]>,
  // CHECK-SAME: #task.operand<"read", mapped = false, exact = false, axes = [1], scale = [1], low = [0], high = [1]>,
  // CHECK-SAME: #task.operand<"write", mapped = true, exact = true, axes = [0, 1],
  %v = array.stencil in (%n, %m) {
  ^bb0(%i: index, %j: index):
    %l = array.shifted %u[-1, 0] axes [0, 1] rule clamp : tensor<?x?xf64>
    %r = array.shifted %u[0, 2] axes [0, 1] rule clamp : tensor<?x?xf64>
    %p = array.shifted %w[1] axes [1] rule wrap : tensor<?xf64>
    %c = arith.addf %l, %r : f64
    %d = arith.addf %c, %p : f64
    array.yield %d : f64
  } : tensor<?x?xf64>
  return %v : tensor<?x?xf64>
}

// What is further away than a halo can say is read whole.
// CHECK-LABEL: func @far_away(
func.func @far_away(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: access = [#task.operand<"read", mapped = false, exact = false, axes = [-1],
  %v = array.stencil in (%n) {
  ^bb0(%i: index):
    %l = array.shifted %u[4294967297] axes [0] rule wrap : tensor<?xf64>
    array.yield %l : f64
  } : tensor<?xf64>
  return %v : tensor<?xf64>
}

// A reduction is a launch over the blocks of the fixed tree, and one that combines what they made.
// CHECK-LABEL: func @reduce(
func.func @reduce(%a: tensor<?x?xf64>, %n: index, %m: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[BLOCKS:.*]] = arith.ceildivui %[[M:.*]], %c1024
  // CHECK: %[[PARTS:.*]]:2 = task.launch "blocks" over(%[[N:.*]], %[[BLOCKS]]) arrays(%{{.*}} : tensor<?x?xf64>) scalars(%[[M]] : index)
  // CHECK: } combine {
  // CHECK: arith.addf
  // CHECK: axes = [0, 1], scale = [1, 1024]
  // CHECK-SAME: reduced = array<i64: 1>
  // CHECK: task.launch "combine" over(%[[N]]) arrays(%[[PARTS]]#0, %[[PARTS]]#1
  // CHECK: } combine {
  // CHECK: arith.addf
  // CHECK: #task.operand<"read", mapped = false, exact = true, axes = [0, -1]
  // CHECK-SAME: identity = [0.000000e+00], reduced = array<i64: 1>
  %s = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [1] maps [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%i: index, %j: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>
  return %s : tensor<?xf64>
}

// What a reduction makes of each element is a result of the launch over the blocks, 1024 elements a point.
// CHECK-LABEL: func @reduce_and_map(
func.func @reduce_and_map(%a: tensor<?x?xf64>, %n: index, %m: index) -> (tensor<?xf64>, tensor<?x?xf64>) attributes {task.context = "host"} {
  // CHECK: %[[PARTS:.*]]:3 = task.launch "blocks" over(%[[N:.*]], %[[BLOCKS:.*]]) {{.*}} shapes(%[[N]], %[[BLOCKS]], %[[N]], %[[BLOCKS]], %[[N]], %[[M:.*]]) {
  // CHECK: array.yield %[[X:.*]], %{{.*}} : f64, f64
  // CHECK: #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>, #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1024]
  // CHECK: %[[S:.*]] = task.launch "combine" over(%[[N]]) arrays(%[[PARTS]]#0, %[[PARTS]]#1
  // CHECK: return %[[S]], %[[PARTS]]#2
  %s:2 = array.reduce ins(%a : tensor<?x?xf64>) in (%n, %m) axes [1] maps [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%i: index, %j: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    array.yield %x, %y : f64, f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<?xf64>, tensor<?x?xf64>
  return %s#0, %s#1 : tensor<?xf64>, tensor<?x?xf64>
}

// A stencil that a reduction makes on its way: halos lie around blocks.
// CHECK-LABEL: func @reduce_and_stencil(
func.func @reduce_and_stencil(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<?xf64>) attributes {task.context = "host"} {
  // CHECK: task.launch "blocks"
  // CHECK: #task.operand<"read", mapped = false, exact = false, axes = [0], scale = [1024], low = [1], high = [2]>
  %s:2 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    %l = array.shifted %a[-1] axes [0] rule clamp : tensor<?xf64>
    %r = array.shifted %a[2] axes [0] rule clamp : tensor<?xf64>
    %y = arith.addf %l, %r : f64
    array.yield %y, %y : f64, f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>, tensor<?xf64>
  return %s#0, %s#1 : tensor<f64>, tensor<?xf64>
}

// Lanes are combined in one way, blocks in another.
// CHECK-LABEL: func @joins(
func.func @joins(%a: tensor<?xf64>, %n: index) -> tensor<f64> attributes {task.context = "host"} {
  // CHECK: task.launch "blocks"
  // CHECK: } combine {
  // CHECK: arith.addf
  // CHECK: task.launch "combine"
  // CHECK: } combine {
  // CHECK-NOT: arith.addf
  // CHECK: arith.maximumf
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } join {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %s : tensor<f64>
}

// A scan's point is a row: it sees all of the axis it runs along.
// CHECK-LABEL: func @scan(
func.func @scan(%a: tensor<?x?xf64>) -> tensor<?x?xf64> attributes {task.context = "host"} {
  // CHECK: %[[N:.*]] = tensor.dim %{{.*}}, %c0
  // CHECK: task.launch "scan" over(%[[N]])
  // CHECK: access = [#task.operand<"read", mapped = false, exact = true, axes = [0, -1],
  // CHECK-SAME: #task.operand<"write", mapped = false, exact = true, axes = [0, -1],
  %s = array.scan %a axis 1 {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } : tensor<?x?xf64> -> tensor<?x?xf64>
  return %s : tensor<?x?xf64>
}

// CHECK-LABEL: func @fill(
func.func @fill(%x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch "map" over(%{{.*}}) scalars(%{{.*}} : f64)
  // CHECK-NOT: linalg
  %e = tensor.empty(%n) : tensor<?xf64>
  %f = linalg.fill ins(%x : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  return %f : tensor<?xf64>
}

// The update of a box: the array as an own value, a view of the box, and a launch that writes the view. The own value is the
// result.
// CHECK-LABEL: func @insert_slice(
func.func @insert_slice(%a: tensor<?xf64>, %b: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %{{.*}}
  // CHECK: %[[VIEW:.*]] = array.slice %[[OWN]]
  // CHECK: task.launch "map" over(%{{.*}}) arrays(%{{.*}}, %[[VIEW]] :
  // CHECK: #task.operand<"read", mapped = true, exact = true
  // CHECK-SAME: #task.operand<"update", mapped = true, exact = true
  // CHECK: return %[[OWN]]
  %f = array.insert_slice %b into %a[%n] [%n] [%n] : tensor<?xf64> into tensor<?xf64>
  return %f : tensor<?xf64>
}

// CHECK-LABEL: func @fill_slice(
func.func @fill_slice(%a: tensor<?xf64>, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %{{.*}}
  // CHECK: %[[VIEW:.*]] = array.slice %[[OWN]]
  // CHECK: task.launch "map" over(%{{.*}}) arrays(%[[VIEW]] : tensor<?xf64>) scalars(%{{.*}} : f64)
  // CHECK: return %[[OWN]]
  %f = array.fill_slice %x into %a[%n] [%n] [%n] : tensor<?xf64>
  return %f : tensor<?xf64>
}

// One element is a box without axes. Out of range it is the array that fails: the view is one that is written.
// CHECK-LABEL: func @insert(
func.func @insert(%a: tensor<?xf64>, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %{{.*}}
  // CHECK: %[[VIEW:.*]] = array.slice %[[OWN]]{{.*}} {array.place, dropped = 1 : i32}
  // CHECK: task.launch "map" over() arrays(%[[VIEW]] : tensor<f64>)
  // CHECK: return %[[OWN]]
  %f = array.insert %x into %a[%n] : tensor<?xf64>
  return %f : tensor<?xf64>
}

// In a task it is a store, and no launch.
// CHECK-LABEL: func @insert_in_task(
func.func @insert_in_task(%a: tensor<?xf64>, %x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: array.insert
  // CHECK-NOT: task.launch
  // CHECK: return
  %f = array.insert %x into %a[%n] : tensor<?xf64>
  return %f : tensor<?xf64>
}

// CHECK-LABEL: func @scatter(
func.func @scatter(%a: tensor<?xf64>, %x: f64, %k: tensor<?xi64>) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %{{.*}}
  // CHECK: array.library "put"(%[[OWN]],
  // CHECK: return %[[OWN]]
  %f = array.scatter %x into %a[%k] axis 0 : f64, tensor<?xf64>, tensor<?xi64>
  return %f : tensor<?xf64>
}

// What groups update is owned first; what they read is not.
// CHECK-LABEL: func @groups(
func.func @groups(%a: tensor<?xi64>, %b: tensor<?xi64>, %count: index, %one: i64) -> tensor<?xi64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %[[A:.*]] :
  // CHECK-NOT: array.own
  // CHECK: task.launch "groups" over(%{{.*}}) arrays(%[[OWN]], %{{.*}} :
  // CHECK: task.atomic "add"
  // CHECK: access = [#task.operand<"commute",
  // CHECK: return %[[OWN]]
  %r = task.groups over (%count) arrays(%a, %b : tensor<?xi64>, tensor<?xi64>) {
  ^bb0(%g: index, %h: tensor<?xi64>, %x: tensor<?xi64>):
    %y = array.element %x[%g] : tensor<?xi64>
    task.atomic "add" %one to %h[%g] : i64 to tensor<?xi64>
    array.yield
  } {access = [#task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"read", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return %r : tensor<?xi64>
}

//--- refused.mlir
#id = affine_map<(d0) -> (d0)>
func.func @reduces(%a: tensor<?xf64>, %s: tensor<f64>) -> tensor<f64> attributes {task.context = "host"} {
  // expected-error @below {{reduces: reductions are array.reduce here}}
  %r = linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%a : tensor<?xf64>) outs(%s : tensor<f64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.addf %x, %o : f64
    linalg.yield %y : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @reads_its_result(%a: tensor<?xf64>, %b: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  // expected-error @below {{reads its result or does not write it in full}}
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<?xf64>) outs(%b : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.addf %x, %o : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  return %r : tensor<?xf64>
}
