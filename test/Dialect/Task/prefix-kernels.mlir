// The kernel of a scan that several tasks do. Eight blocks side by side in the lanes of vectors, for their totals; then what the task
// before hands on, and what is handed to the next; then the elements. What is not eight whole blocks goes one by one.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#read = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>

func.func @sums(%u: tensor<?xf64>, %blocks: index, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "prefix" over (%blocks) arrays(%u : tensor<?xf64>) shapes(%n) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xf64>
  return %v : tensor<?xf64>
}
// CHECK-LABEL: func.func private @prefix_kernel(
// Totals: eight loads, transposed in three rounds, then added one after the other. The next eight blocks are asked for, unless they are
// another task's.
// CHECK: scf.for {{.*}} step %c8
// CHECK: %[[IS_OWN:.*]] = arith.cmpi slt
// CHECK: %[[AHEAD:.*]] = arith.select %[[IS_OWN]], %c8192, %c0
// CHECK: scf.for {{.*}} step %c8 iter_args(%[[SO_FAR:.*]] = {{.*}}) -> (vector<8xf64>)
// CHECK: arith.addi %{{.*}}, %[[AHEAD]]
// CHECK-COUNT-8: "llvm.intr.prefetch"
// CHECK: llvm.load {{.*}} : !llvm.ptr -> vector<8xf64>
// CHECK-COUNT-24: llvm.shufflevector
// CHECK: arith.addf %[[SO_FAR]], %{{.*}} : vector<8xf64>
// CHECK: arith.select
// CHECK-COUNT-7: arith.addf {{.*}} : vector<8xf64>
// CHECK-NOT: arith.addf {{.*}} : vector<8xf64>
// CHECK: arith.addf {{.*}} : f64
// CHECK: task.runtime "dg_turn_wait"() {with_context}
// CHECK: scf.for
// CHECK: arith.addf {{.*}} : f64
// CHECK: task.runtime "dg_turn_room"() {with_context}
// CHECK: task.runtime "dg_turn_pass"() {with_context}
// CHECK-NOT: "llvm.intr.prefetch"
// CHECK-COUNT-24: llvm.shufflevector
// CHECK-COUNT-24: llvm.shufflevector
// CHECK-COUNT-8: llvm.store {{.*}} : vector<8xf64>, !llvm.ptr
// CHECK: llvm.store {{.*}} : f64
// CHECK: llvm.fence seq_cst
// CHECK: return

// As many elements of a block as fill a line of a cache are stored one behind the other.
func.func @narrow(%u: tensor<?xi32>, %blocks: index, %n: index) -> tensor<?xi32> attributes {task.context = "host"} {
  %v = task.launch "prefix" over (%blocks) arrays(%u : tensor<?xi32>) shapes(%n) {} combine {
  ^bb0(%l: i32, %r: i32):
    %c = arith.maxsi %l, %r : i32
    array.yield %c : i32
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xi32>
  return %v : tensor<?xi32>
}
// CHECK-LABEL: func.func private @prefix_kernel_0(
// CHECK: scf.for {{.*}} step %c16 iter_args
// CHECK-COUNT-16: llvm.load {{.*}} : !llvm.ptr -> vector<8xi32>
// CHECK: task.runtime "dg_turn_pass"
// CHECK-COUNT-16: llvm.store {{.*}} : vector<8xi32>, !llvm.ptr
// CHECK: return

// Of few elements, which run once, there are no vectors.
func.func @brief(%u: tensor<?xf64>, %blocks: index, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "prefix" over (%blocks) arrays(%u : tensor<?xf64>) shapes(%n) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#read, #write], reduced = array<i64: 0>, task.brief} : tensor<?xf64>
  return %v : tensor<?xf64>
}
// CHECK-LABEL: func.func private @prefix_kernel_1(
// CHECK-NOT: vector
// CHECK: task.runtime "dg_turn_wait"
// CHECK-NOT: vector
// CHECK: return
