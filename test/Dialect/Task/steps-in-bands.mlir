// Several steps of a stencil: in bands of rows, where a point is arithmetic on what is around it.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#around = #task.operand<"read", mapped = false, exact = false, axes = [0, 1], scale = [1, 1], low = [16, 16], high = [16, 16]>
#at = #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [16, 16], high = [16, 16]>
#result = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
func.func @main(%u: tensor<?x?xf32>, %d: tensor<?x?xf64>, %cells: tensor<?x?xi8>, %n: index, %k: f32, %levels: index) attributes {task.context = "host"} {
  %plain = task.launch "steps" over(%n, %n) arrays(%u : tensor<?x?xf32>) scalars(%k, %levels : f32, index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>, %c: f32, %l: index):
    %up = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf32>
    %left = array.shifted %a [0, -1] axes [0, 1] rule clamp : tensor<?x?xf32>
    %at = array.shifted %a [0, 0] axes [0, 1] rule clamp : tensor<?x?xf32>
    %x = arith.addf %up, %left : f32
    %y = math.fma %c, %x, %at : f32
    array.yield %y : f32
  } combine {} {access = [#around, #result]} : tensor<?x?xf32>
  %far = task.launch "steps" over(%n, %n) arrays(%d : tensor<?x?xf64>) scalars(%levels : index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf64>, %l: index):
    %zero = arith.constant 0.0 : f64
    %right = array.shifted %a [2, 2] axes [0, 1] rule value(%zero : f64) : tensor<?x?xf64>
    %left = array.shifted %a [0, -1] axes [0, 1] rule value(%zero : f64) : tensor<?x?xf64>
    %x = arith.addf %right, %left : f64
    array.yield %x : f64
  } combine {} {access = [#around, #result]} : tensor<?x?xf64>
  %torus = task.launch "steps" over(%n, %n) arrays(%cells : tensor<?x?xi8>) scalars(%levels : index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xi8>, %l: index):
    %up = array.shifted %a [-1, 0] axes [0, 1] rule wrap : tensor<?x?xi8>
    %left = array.shifted %a [0, -1] axes [0, 1] rule wrap : tensor<?x?xi8>
    %x = arith.addi %up, %left : i8
    array.yield %x : i8
  } combine {} {access = [#around, #result]} : tensor<?x?xi8>
  %mirror = task.launch "steps" over(%n, %n) arrays(%u : tensor<?x?xf32>) scalars(%levels : index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>, %l: index):
    %up = array.shifted %a [-1, 0] axes [0, 1] rule reflect : tensor<?x?xf32>
    array.yield %up : f32
  } combine {} {access = [#around, #result]} : tensor<?x?xf32>
  %differ = task.launch "steps" over(%n, %n) arrays(%u : tensor<?x?xf32>) scalars(%k, %levels : f32, index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>, %c: f32, %l: index):
    %zero = arith.constant 0.0 : f32
    %up = array.shifted %a [-1, 0] axes [0, 1] rule value(%zero : f32) : tensor<?x?xf32>
    %down = array.shifted %a [1, 0] axes [0, 1] rule value(%c : f32) : tensor<?x?xf32>
    %x = arith.addf %up, %down : f32
    array.yield %x : f32
  } combine {} {access = [#around, #result]} : tensor<?x?xf32>
  %others = task.launch "steps" over(%n, %n) arrays(%u, %u : tensor<?x?xf32>, tensor<?x?xf32>) scalars(%levels : index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>, %b: f32, %l: index):
    %up = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf32>
    %x = arith.addf %up, %b : f32
    array.yield %x : f32
  } combine {} {access = [#around, #at, #result]} : tensor<?x?xf32>
  %elementary = task.launch "steps" over(%n, %n) arrays(%u : tensor<?x?xf32>) scalars(%levels : index) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>, %l: index):
    %up = array.shifted %a [-1, 0] axes [0, 1] rule clamp : tensor<?x?xf32>
    %x = array.math "erf"(%up) : (f32) -> f32
    array.yield %x : f32
  } combine {} {access = [#around, #result]} : tensor<?x?xf32>
  return
}

// Four rows at a time: of five that are read each is loaded once in a turn, and what lies to the left comes from the turn before.
// The rows to come are asked for meanwhile, and written are four; what is outside is a row more that is copied.
// CHECK-LABEL: func.func private @steps_kernel(
// CHECK: scf.for {{.*}} step %c4 iter_args
// CHECK: memcpy
// CHECK-COUNT-4: prefetch
// CHECK: scf.for {{.*}} step %c16 iter_args(%[[LEFT:[^ ]*]] = {{.*}} -> (vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>) {
// CHECK: %[[ABOVE:.*]] = llvm.load %{{.*}} {alignment = 64 : i64} : !llvm.ptr -> vector<16xi32>
// CHECK: %[[FIRST:.*]] = llvm.load
// CHECK-COUNT-3: llvm.load
// CHECK-NOT: llvm.load
// CHECK: %[[UP:.*]] = llvm.bitcast %[[ABOVE]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[BITS:.*]] = llvm.shufflevector %[[LEFT]], %[[FIRST]] [15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]
// CHECK: %[[BESIDE:.*]] = llvm.bitcast %[[BITS]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[AT:.*]] = llvm.bitcast %[[FIRST]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[UP]], %[[BESIDE]]
// CHECK: %[[NEXT:.*]] = math.fma %{{.*}}, %[[SUM]], %[[AT]]
// CHECK-NOT: llvm.load
// CHECK: llvm.store %[[NEXT]], %{{.*}} {alignment = 64 : i64}
// CHECK-COUNT-3: llvm.store {{.*}} vector<16xf32>
// CHECK-NOT: llvm.store
// CHECK: scf.yield %[[FIRST]],
// CHECK: memcpy
// Whole lines of the last step go past the caches, and the rest of a row after them.
// CHECK: llvm.store {{.*}} {alignment = 64 : i64, nontemporal}
// CHECK: memcpy
// CHECK: llvm.fence

// Two elements far: rows two above and two below, of which two vectors are carried where both sides are read.
// CHECK-LABEL: func.func private @steps_kernel_0(
// CHECK: scf.for {{.*}} step %c8 iter_args
// CHECK-DAG: llvm.shufflevector %{{.*}}, %{{.*}} [2, 3, 4, 5, 6, 7, 8, 9] : vector<8xi64>
// CHECK-DAG: llvm.shufflevector %{{.*}}, %{{.*}} [7, 8, 9, 10, 11, 12, 13, 14] : vector<8xi64>
// CHECK: llvm.store {{.*}} vector<8xf64>

// Rows and columns beyond an edge are brought in from the other end, and computed as all others: nothing is written around a step.
// CHECK-LABEL: func.func private @steps_kernel_1(
// CHECK: scf.for {{.*}} step %c4 iter_args
// CHECK: arith.remsi
// CHECK: memcpy
// CHECK-COUNT-4: prefetch
// CHECK: llvm.store {{.*}} vector<64xi8>
// CHECK-NOT: memcpy
// CHECK: nontemporal
// CHECK: memcpy
// CHECK-NOT: memcpy
// CHECK: return

// Row by row: what is outside is a mirror image, or not one value; there are other arrays; a function is no operation of vectors.
// CHECK-LABEL: func.func private @steps_kernel_2(
// CHECK-NOT: vector<
// CHECK-LABEL: func.func private @steps_kernel_3(
// CHECK-NOT: vector<
// CHECK-LABEL: func.func private @steps_kernel_4(
// CHECK-NOT: vector<
// CHECK-LABEL: func.func private @steps_kernel_5(
// CHECK-NOT: vector<
