// A block that is gone over twice: in both passes the lines of the next block are asked for, for the second-level cache. Of one pass they
// are for the first-level cache, and brief launches ask for none.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#blocks = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func.func private @blocks_kernel(
// CHECK-COUNT-4: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: scf.while
// CHECK-COUNT-4: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK-NOT: prefetch
// CHECK: return
func.func @twice(%u: tensor<?xf64>, %blocks: index, %n: index) -> (tensor<?xf64>, tensor<?xf64>, tensor<?xi1>) attributes {task.context = "host"} {
  %v:3 = task.launch "blocks" over (%blocks) arrays(%u : tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks, %blocks) {
  ^bb0(%b: index, %x: f64, %length: index):
    %t = array.block_total 0 : f64
    %d = arith.subf %x, %t : f64
    array.yield %x, %d : f64, f64
  } combine {
  ^bb0(%l: f64, %p: f64, %r: f64, %q: f64):
    %c = arith.addf %l, %r : f64
    %d = arith.addf %p, %q : f64
    array.yield %c, %d : f64, f64
  } {access = [#blocks, #write, #write, #write], reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xf64>, tensor<?xi1>
  return %v#0, %v#1, %v#2 : tensor<?xf64>, tensor<?xf64>, tensor<?xi1>
}

// CHECK-LABEL: func.func private @blocks_kernel_0(
// CHECK-COUNT-4: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 3 : i32, rw = 0 : i32}>
// CHECK-NOT: prefetch
// CHECK: return
func.func @once(%u: tensor<?xf64>, %blocks: index, %n: index) -> (tensor<?xf64>, tensor<?xi1>) attributes {task.context = "host"} {
  %v:2 = task.launch "blocks" over (%blocks) arrays(%u : tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks) {
  ^bb0(%b: index, %x: f64, %length: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#blocks, #write, #write], reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xi1>
  return %v#0, %v#1 : tensor<?xf64>, tensor<?xi1>
}

// CHECK-LABEL: func.func private @blocks_kernel_1(
// CHECK-NOT: prefetch
// CHECK: return
func.func @brief(%u: tensor<?xf64>, %blocks: index, %n: index) -> (tensor<?xf64>, tensor<?xi1>) attributes {task.context = "host"} {
  %v:2 = task.launch "blocks" over (%blocks) arrays(%u : tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks) {
  ^bb0(%b: index, %x: f64, %length: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#blocks, #write, #write], reduced = array<i64: 0>, task.brief} : tensor<?xf64>, tensor<?xi1>
  return %v#0, %v#1 : tensor<?xf64>, tensor<?xi1>
}

// One pass over two arrays asks for nothing ahead.
// CHECK-LABEL: func.func private @blocks_kernel_2(
// CHECK-NOT: prefetch
// CHECK: return
func.func @dot(%u: tensor<?xf64>, %v: tensor<?xf64>, %blocks: index, %n: index) -> (tensor<?xf64>, tensor<?xi1>) attributes {task.context = "host"} {
  %w:2 = task.launch "blocks" over (%blocks) arrays(%u, %v : tensor<?xf64>, tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks) {
  ^bb0(%b: index, %x: f64, %y: f64, %length: index):
    %p = arith.mulf %x, %y : f64
    array.yield %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#blocks, #blocks, #write, #write], reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xi1>
  return %w#0, %w#1 : tensor<?xf64>, tensor<?xi1>
}
