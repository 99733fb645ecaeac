// A row of a result that no cache holds begins with what lies before the first line, by the loop of the rest; behind all rows is a
// fence. LLVM's vectors are told by an annotation.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#read = #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#reach = #task.operand<"read", mapped = false, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 1], high = [0, 1]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#update = #task.operand<"update", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#columns = #task.operand<"write", mapped = true, exact = true, axes = [1, 0], scale = [1, 1], low = [0, 0], high = [0, 0]>
#each = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#one = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

#block = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>
#along = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>

func.func @halves(%x: tensor<?x?xf64>, %n: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n, %n) arrays(%x : tensor<?x?xf64>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: f64):
    %h = arith.constant 0.5 : f64
    %b = arith.mulf %a, %h : f64
    array.yield %b : f64
  } combine {} {access = [#read, #write]} : tensor<?x?xf64>
  return %y : tensor<?x?xf64>
}
// CHECK-LABEL: func.func private @map_kernel(
// CHECK-DAG: %[[FROM:.*]] = llvm.load %arg3 : !llvm.ptr -> !llvm.ptr
// CHECK-DAG: %[[TO_AT:.*]] = llvm.getelementptr %arg3[4]
// CHECK-DAG: %[[TO:.*]] = llvm.load %[[TO_AT]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[LARGE:.*]] = arith.cmpi sgt, %{{.*}}, %c4194304
// Not in place: then the lines are there already.
// CHECK: %[[OTHER:.*]] = llvm.icmp "ne" %[[FROM]], %[[TO]]
// CHECK: %[[STREAMS:.*]] = arith.andi %[[LARGE]], %[[OTHER]]
// CHECK: "llvm.intr.annotation"(%[[STREAMS]],
// CHECK: scf.for %[[ROW:.*]] =
// CHECK: %[[PLACE:.*]] = llvm.ptrtoint
// CHECK: %[[MISSING:.*]] = arith.subi %c0_i64, %[[PLACE]]
// CHECK: %[[BYTES:.*]] = arith.andi %[[MISSING]], %c63_i64
// CHECK: arith.divui %[[BYTES]], %c8_i64
// CHECK: %[[EDGE:.*]] = arith.select %[[STREAMS]]
// CHECK: scf.for %[[PART:.*]] = %{{.*}} to
// CHECK: %[[IS_EDGE:.*]] = arith.cmpi eq, %[[PART]], %c0
// CHECK: %[[LOW:.*]] = arith.select %[[IS_EDGE]], %{{.*}}, %[[EDGE]]
// CHECK: %[[HIGH:.*]] = arith.select %[[IS_EDGE]], %[[EDGE]],
// CHECK: scf.for %{{.*}} = %[[LOW]] to %[[HIGH]]
// CHECK: llvm.store
// CHECK: scf.if %[[STREAMS]]
// CHECK-NEXT: llvm.fence seq_cst
// Where memory is not dense.
// CHECK: } else {
// CHECK-NOT: llvm.fence
// CHECK-NOT: llvm.ptrtoint
// CHECK: return

// A stencil's interior, whatever it reads: that is always another array.
func.func @stencil(%x: tensor<?x?xi8>, %n: index) -> tensor<?x?xi8> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n) arrays(%x : tensor<?x?xi8>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xi8>):
    %l = array.shifted %a[0, -1] axes [0, 1] rule clamp : tensor<?x?xi8>
    array.yield %l : i8
  } combine {} {access = [#reach, #write]} : tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}
// CHECK-LABEL: func.func private @stencil_kernel(
// CHECK: arith.cmpi sgt, %{{.*}}, %c33554432
// CHECK: "llvm.intr.annotation"(
// CHECK: llvm.ptrtoint
// CHECK: llvm.fence
// CHECK: return

// Part of an array, which is overwritten.
func.func @overwrites(%x: tensor<?x?xf32>, %n: index) attributes {task.context = "host"} {
  task.launch "map" over (%n, %n) arrays(%x : tensor<?x?xf32>) {
  ^bb0(%i: index, %j: index, %a: f32):
    %h = arith.constant 0.5 : f32
    array.yield %h : f32
  } combine {} {access = [#update]}
  return
}
// CHECK-LABEL: func.func private @map_kernel_0(
// CHECK: arith.cmpi sgt, %{{.*}}, %c8388608
// CHECK: "llvm.intr.annotation"(
// CHECK: llvm.fence
// CHECK: return

// In place.
func.func @updates(%x: tensor<?x?xf32>, %n: index) attributes {task.context = "host"} {
  task.launch "map" over (%n, %n) arrays(%x : tensor<?x?xf32>) {
  ^bb0(%i: index, %j: index, %a: f32):
    %b = arith.addf %a, %a : f32
    array.yield %b : f32
  } combine {} {access = [#update]}
  return
}
// CHECK-LABEL: func.func private @map_kernel_1(
// CHECK-NOT: llvm.intr.annotation
// CHECK-NOT: llvm.fence
// CHECK: return

// The launch's constants say that caches hold it: 4 MB. They may as well say that they do not: 36 MB.
func.func @constants(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32>) attributes {task.context = "host"} {
  %few = arith.constant 1000 : index
  %many = arith.constant 3000 : index
  %y = task.launch "map" over (%few, %few) shapes(%few, %few) {
  ^bb0(%i: index, %j: index):
    %h = arith.constant 0.5 : f32
    array.yield %h : f32
  } combine {} {access = [#write]} : tensor<?x?xf32>
  %z = task.launch "map" over (%many, %many) shapes(%many, %many) {
  ^bb0(%i: index, %j: index):
    %h = arith.constant 1.5 : f32
    array.yield %h : f32
  } combine {} {access = [#write]} : tensor<?x?xf32>
  return %y, %z : tensor<?x?xf32>, tensor<?x?xf32>
}
// CHECK-LABEL: func.func private @map_kernel_2(
// CHECK-NOT: llvm.intr.annotation
// CHECK-NOT: llvm.fence
// CHECK: return
// CHECK-LABEL: func.func private @map_kernel_3(
// CHECK: "llvm.intr.annotation"(
// CHECK: llvm.fence
// CHECK: return

// Rows that are columns of the result.
func.func @crosswise(%n: index) -> tensor<?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n, %n) shapes(%n, %n) {
  ^bb0(%i: index, %j: index):
    %h = arith.constant 2.5 : f32
    array.yield %h : f32
  } combine {} {access = [#columns]} : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
// CHECK-LABEL: func.func private @map_kernel_4(
// CHECK-NOT: llvm.intr.annotation
// CHECK-NOT: llvm.fence
// CHECK: return

// Reductions write little.
func.func @sums(%x: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y, %p = task.launch "blocks" over (%n) arrays(%x : tensor<?xf64>) scalars(%n : index) shapes(%n, %n) {
  ^bb0(%i: index, %a: f64, %m: index):
    array.yield %a : f64
  } combine {
  ^bb0(%a: f64, %b: f64):
    %s = arith.addf %a, %b : f64
    array.yield %s : f64
  } {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>, #one, #one],
     reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xi1>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @blocks_kernel(
// CHECK-NOT: llvm.intr.annotation
// CHECK-NOT: llvm.fence
// CHECK: return

// But for what is written along the way.
func.func @sums_and_doubles(%x: tensor<?xf64>, %n: index, %blocks: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %y, %p, %z = task.launch "blocks" over (%blocks) arrays(%x : tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks, %n) {
  ^bb0(%i: index, %a: f64, %m: index):
    %d = arith.addf %a, %a : f64
    array.yield %a, %d : f64, f64
  } combine {
  ^bb0(%a: f64, %b: f64):
    %s = arith.addf %a, %b : f64
    array.yield %s : f64
  } {access = [#block, #one, #one, #along], reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xi1>, tensor<?xf64>
  return %y, %z : tensor<?xf64>, tensor<?xf64>
}
// CHECK-LABEL: func.func private @blocks_kernel_{{[0-9]+}}(
// CHECK: %[[LARGE:.*]] = arith.cmpi sgt, %{{.*}}, %c4194304
// CHECK: %[[STREAMS:.*]] = arith.andi %[[LARGE]], %{{.*}}
// CHECK: "llvm.intr.annotation"(%[[STREAMS]],
// CHECK: scf.for
// CHECK: scf.if %[[STREAMS]]
// CHECK-NEXT: llvm.fence seq_cst
// CHECK: return

// So much arithmetic that memory has time: lines are written as they come.
func.func @computes(%x: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%x : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %a: f64):
    %b = array.math "exp"(%a) : (f64) -> f64
    %c = array.math "erf"(%b) : (f64) -> f64
    %d = array.math "log"(%c) : (f64) -> f64
    array.yield %d : f64
  } combine {} {access = [#each, #one]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_6(
// CHECK-NOT: llvm.intr.annotation
// CHECK: array.math "exp"
// CHECK-NOT: llvm.intr.annotation
// CHECK: return

func.func @computes_less(%x: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%x : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %a: f64):
    %b = array.math "exp"(%a) : (f64) -> f64
    array.yield %b : f64
  } combine {} {access = [#each, #one]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_7(
// CHECK: "llvm.intr.annotation"(
// CHECK: return

// What a stencil reads is not mapped, and goes through memory as well: thirty operations are few for eight bytes.
func.func @neighbours(%x: tensor<?x?xf32>, %n: index) -> tensor<?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n) arrays(%x : tensor<?x?xf32>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>):
    %l = array.shifted %a[0, -1] axes [0, 1] rule clamp : tensor<?x?xf32>
    %b = math.fma %l, %l, %l : f32
    %c = math.fma %b, %l, %l : f32
    %d = math.fma %c, %l, %l : f32
    %e = math.fma %d, %l, %l : f32
    %f = math.fma %e, %l, %l : f32
    %g = math.fma %f, %l, %l : f32
    %h = math.fma %g, %l, %l : f32
    %k = math.fma %h, %l, %l : f32
    %m = math.fma %k, %l, %l : f32
    %o = math.fma %m, %l, %l : f32
    %p = math.fma %o, %l, %l : f32
    %q = math.fma %p, %l, %l : f32
    %r = math.fma %q, %l, %l : f32
    %s = math.fma %r, %l, %l : f32
    %t = math.fma %s, %l, %l : f32
    array.yield %t : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel_8(
// CHECK: "llvm.intr.annotation"(
// CHECK: return
