// A map that reads columns where it writes rows goes in blocks, which are turned by squares in registers: into the result what it
// only copies, else into room on the stack.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#map = #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#turned = #task.operand<"read", mapped = true, exact = true, axes = [1, 0], scale = [1, 1], low = [0, 0], high = [0, 0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>

func.func @copies(%x: tensor<?x?xf64>, %n: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %t = array.transpose %x : tensor<?x?xf64> -> tensor<?x?xf64>
  %y = task.launch "map" over (%n, %n) arrays(%t : tensor<?x?xf64>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: f64):
    array.yield %a : f64
  } combine {} {access = [#map, #write]} : tensor<?x?xf64>
  return %y : tensor<?x?xf64>
}
// CHECK-LABEL: func.func private @map_kernel(
// CHECK: arith.cmpi sgt, %{{.*}}, %c2097152
// CHECK-NEXT: %[[PAST:.*]] = arith.andi
// Past the caches in strips of a line; the next one is asked for.
// CHECK: scf.if %[[PAST]]
// CHECK: scf.for {{.*}} step %c2048
// CHECK: scf.for {{.*}} step %c8
// CHECK: scf.for {{.*}} step %c8
// CHECK: scf.for {{.*}} step %c8
// CHECK-COUNT-8: llvm.intr.prefetch
// CHECK: llvm.shufflevector {{.*}} [0, 8, 2, 10, 4, 12, 6, 14]
// CHECK-COUNT-23: llvm.shufflevector
// CHECK-COUNT-8: llvm.store {{.*}} {alignment = 64 : i64, nontemporal} : vector<8xf64>
// The rest of a block.
// CHECK: llvm.load {{.*}} -> f64
// CHECK: llvm.fence seq_cst
// CHECK: } else {
// CHECK: scf.for {{.*}} step %c64
// CHECK: scf.for {{.*}} step %c64
// CHECK: scf.for {{.*}} step %c8
// CHECK: scf.for {{.*}} step %c8
// CHECK: llvm.load {{.*}} : !llvm.ptr -> vector<8xf64>
// CHECK: llvm.intr.prefetch
// CHECK-COUNT-24: llvm.shufflevector
// CHECK-COUNT-8: llvm.store {{.*}} {alignment = 8 : i64} : vector<8xf64>
// CHECK: llvm.load {{.*}} -> f64
// CHECK-NOT: llvm.fence
// Where neither array is dense.
// CHECK: } else {
// CHECK-NOT: step %c64
// CHECK: return

// The map may say it as well. What computes has its loop over a block that is turned already, of which it reads dense rows.
func.func @computes(%x: tensor<?x?xf32>, %z: tensor<?x?xf32>, %n: index) -> tensor<?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n, %n) arrays(%x, %z : tensor<?x?xf32>, tensor<?x?xf32>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    array.yield %c : f32
  } combine {} {access = [#turned, #map, #write]} : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
// CHECK-LABEL: func.func private @map_kernel_0(
// CHECK: %[[ROOM:.*]] = llvm.alloca %{{.*}} x f32
// CHECK: scf.for {{.*}} step %c64
// CHECK: scf.for {{.*}} step %c32
// CHECK: scf.for {{.*}} step %c16
// CHECK: scf.for {{.*}} step %c16
// CHECK-COUNT-16: llvm.load {{.*}} : !llvm.ptr -> vector<16xf32>
// CHECK-COUNT-64: llvm.shufflevector
// CHECK-COUNT-16: llvm.store {{.*}} : vector<16xf32>
// CHECK-NOT: nontemporal
// CHECK: %[[FIRST:.*]] = llvm.getelementptr %[[ROOM]]
// CHECK: llvm.load {{.*}} -> f32
// CHECK: llvm.store {{.*}} : f32
// CHECK: %[[THERE:.*]] = llvm.getelementptr %[[ROOM]]
// CHECK: %[[A:.*]] = llvm.getelementptr %[[THERE]]
// CHECK-NEXT: %[[L:.*]] = llvm.load %[[A]] {access_groups
// CHECK: arith.addf %[[L]]
// CHECK-NOT: nontemporal
// CHECK: return

// A transposed array read by columns lies along the rows.
func.func @straight(%x: tensor<?x?xf64>, %n: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %t = array.transpose %x : tensor<?x?xf64> -> tensor<?x?xf64>
  %y = task.launch "map" over (%n, %n) arrays(%t : tensor<?x?xf64>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: f64):
    array.yield %a : f64
  } combine {} {access = [#turned, #write]} : tensor<?x?xf64>
  return %y : tensor<?x?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_1(
// CHECK-NOT: step %c64
// CHECK: return

// Bytes go in blocks, but one by one.
func.func @bytes(%x: tensor<?x?xi8>, %n: index) -> tensor<?x?xi8> attributes {task.context = "host"} {
  %t = array.transpose %x : tensor<?x?xi8> -> tensor<?x?xi8>
  %y = task.launch "map" over (%n, %n) arrays(%t : tensor<?x?xi8>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: i8):
    array.yield %a : i8
  } combine {} {access = [#map, #write]} : tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}
// CHECK-LABEL: func.func private @map_kernel_2(
// CHECK: scf.for {{.*}} step %c64
// CHECK-NOT: vector<
// CHECK: return
