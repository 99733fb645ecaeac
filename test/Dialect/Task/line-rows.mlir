// Rows of a stencil of three axes that are whole lines of the cache are written line by line, past the caches: at both ends reads
// along the row are loads under masks, in between what lies beside a vector comes from registers.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#reach = #task.operand<"read", mapped = false, exact = true, axes = [0, 1, 2], scale = [1, 1, 1], low = [1, 1, 1], high = [1, 1, 1]>
#read = #task.operand<"read", mapped = true, exact = true, axes = [0, 1, 2], scale = [1, 1, 1], low = [0, 0, 0], high = [0, 0, 0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0, 1, 2], scale = [1, 1, 1], low = [0, 0, 0], high = [0, 0, 0]>
#reach2 = #task.operand<"read", mapped = false, exact = true, axes = [0, 1], scale = [1, 1], low = [1, 1], high = [1, 1]>
#write2 = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>

func.func @lines(%x: tensor<?x?x?xf32>, %z: tensor<?x?x?xf32>, %n: index, %edge: f32) -> tensor<?x?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n, %n) arrays(%x, %z : tensor<?x?x?xf32>, tensor<?x?x?xf32>) scalars(%edge : f32) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>, %own: f32, %e: f32):
    %l = array.shifted %a[1, 0, -1] axes [0, 1, 2] rule value(%e : f32) : tensor<?x?x?xf32>
    %r = array.shifted %a[1, 0, 2] axes [0, 1, 2] rule value(%e : f32) : tensor<?x?x?xf32>
    %s = arith.subf %l, %r : f32
    %t = arith.mulf %s, %own : f32
    array.yield %t : f32
  } combine {} {access = [#reach, #read, #write]} : tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel(
// CHECK: %[[EDGE:.*]] = llvm.load %{{.*}} : !llvm.ptr -> f32
// CHECK: "llvm.intr.annotation"(%[[STREAMS:[^,]*]],
// Whether all of it is lines, and rows are equally long.
// CHECK: arith.andi %{{.*}}, %c63_i64
// CHECK: arith.cmpi eq, %{{.*}}, %c0_i64
// CHECK: %[[LINES:.*]] = arith.andi %{{.*}}, %[[STREAMS]] : i1
// CHECK: scf.for
// CHECK: scf.for
// CHECK: %[[IS_ONE:.*]] = arith.andi %[[LINES]], %{{.*}} : i1
// CHECK: scf.if %[[IS_ONE]] {
// The two ends.
// CHECK: scf.for %{{.*}} = %c0 to %
// CHECK: scf.for {{.*}} step %c16
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.intr.prefetch
// CHECK: %[[FILL:.*]] = llvm.insertelement %[[EDGE]],
// CHECK: %[[ALL:.*]] = llvm.shufflevector %[[FILL]],
// CHECK: %[[LEFT:.*]] = llvm.intr.masked.load {{.*}}, %[[ALL]] {alignment = 4
// CHECK: %[[RIGHT:.*]] = llvm.intr.masked.load {{.*}}, %[[ALL]] {alignment = 4
// CHECK: arith.subf %[[LEFT]], %[[RIGHT]] : vector<16xf32>
// CHECK: llvm.store {{.*}} {alignment = 64 : i64, nontemporal} : vector<16xf32>
// In between, if there is anything: each line is read once.
// CHECK: %[[IS_ANY:.*]] = arith.cmpi slt
// CHECK: scf.if %[[IS_ANY]] {
// CHECK: llvm.getelementptr %{{.*}}[-16]
// CHECK: scf.for %[[AT:.*]] = {{.*}} iter_args(%[[BEFORE:.*]] = %{{.*}}, %[[OWN:.*]] = %{{.*}}) -> (vector<16xi32>, vector<16xi32>)
// CHECK: %[[BEHIND:.*]] = llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.intr.prefetch
// CHECK: llvm.shufflevector %[[BEFORE]], %[[OWN]] [15, 16, 17,
// CHECK: llvm.shufflevector %[[OWN]], %[[BEHIND]] [2, 3, 4,
// CHECK-NOT: llvm.load
// CHECK: llvm.store {{.*}} {alignment = 64 : i64, nontemporal} : vector<16xf32>
// CHECK: scf.yield %[[OWN]], %[[BEHIND]]
// All other rows.
// CHECK: } else {
// CHECK: llvm.intr.prefetch
// CHECK-NOT: nontemporal
// CHECK: return

// Of many rows vectors are not carried: what is beside the point is loaded.
func.func @many(%x: tensor<?x?x?xf32>, %n: index) -> tensor<?x?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n, %n) arrays(%x : tensor<?x?x?xf32>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>):
    %zero = arith.constant 0.0 : f32
    %a0 = array.shifted %a[0, 0, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a1 = array.shifted %a[0, 1, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a2 = array.shifted %a[0, 2, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a3 = array.shifted %a[0, 3, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a4 = array.shifted %a[0, 4, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a5 = array.shifted %a[0, 5, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a6 = array.shifted %a[0, 6, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a7 = array.shifted %a[0, 7, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a8 = array.shifted %a[0, 8, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a9 = array.shifted %a[0, 9, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a10 = array.shifted %a[0, 10, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a11 = array.shifted %a[0, 11, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %a12 = array.shifted %a[0, 12, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %s1 = arith.addf %a0, %a1 : f32
    %s2 = arith.addf %s1, %a2 : f32
    %s3 = arith.addf %s2, %a3 : f32
    %s4 = arith.addf %s3, %a4 : f32
    %s5 = arith.addf %s4, %a5 : f32
    %s6 = arith.addf %s5, %a6 : f32
    %s7 = arith.addf %s6, %a7 : f32
    %s8 = arith.addf %s7, %a8 : f32
    %s9 = arith.addf %s8, %a9 : f32
    %s10 = arith.addf %s9, %a10 : f32
    %s11 = arith.addf %s10, %a11 : f32
    %s12 = arith.addf %s11, %a12 : f32
    array.yield %s12 : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel_0(
// CHECK: nontemporal
// CHECK-NOT: iter_args
// CHECK-NOT: llvm.shufflevector {{.*}} [15, 16,
// CHECK-COUNT-13: llvm.load {{.*}} -> vector<16xi32>
// CHECK: nontemporal
// CHECK: return

// Not around the torus, where rows at an edge are as any other; nor of a plane, whose rows at an edge are few; nor where elements
// are of another size than the result's, or what is read is not all around the point.
func.func @others(%x: tensor<?x?x?xf32>, %p: tensor<?x?xf32>, %w: tensor<?x?x?xf64>, %n: index) -> (tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?x?x?xf32>, tensor<?x?x?xf32>) attributes {task.context = "host"} {
  %around = task.launch "stencil" over (%n, %n, %n) arrays(%x : tensor<?x?x?xf32>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>):
    %l = array.shifted %a[1, 0, -1] axes [0, 1, 2] rule wrap : tensor<?x?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  %plane = task.launch "stencil" over (%n, %n) arrays(%p : tensor<?x?xf32>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>):
    %zero = arith.constant 0.0 : f32
    %l = array.shifted %a[1, -1] axes [0, 1] rule value(%zero : f32) : tensor<?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach2, #write2]} : tensor<?x?xf32>
  %other = task.launch "stencil" over (%n, %n, %n) arrays(%w : tensor<?x?x?xf64>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf64>):
    %zero = arith.constant 0.0 : f64
    %l = array.shifted %a[1, 0, -1] axes [0, 1, 2] rule value(%zero : f64) : tensor<?x?x?xf64>
    %s = arith.truncf %l : f64 to f32
    array.yield %s : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  %far = task.launch "stencil" over (%n, %n, %n) arrays(%x : tensor<?x?x?xf32>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>):
    %zero = arith.constant 0.0 : f32
    %l = array.shifted %a[1, 0, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    %m = array.element %a[%k, %i, %j] {in_bounds} : tensor<?x?x?xf32>
    %s = arith.addf %l, %m : f32
    array.yield %s : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  return %around, %plane, %other, %far : tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?x?x?xf32>, tensor<?x?x?xf32>
}
// CHECK-NOT: nontemporal
// CHECK: func.func private @stencil_kernel_1(
// CHECK-NOT: nontemporal
// CHECK: func.func private @stencil_kernel_2(
// CHECK-NOT: nontemporal
// CHECK: func.func private @stencil_kernel_3(
// CHECK-NOT: nontemporal
// CHECK: func.func private @stencil_kernel_4(
// CHECK-NOT: nontemporal
