// Reads by an index that may be outside: the indices of a piece of a row are tested by a loop of their own. Then reads need no
// test, or, if one is outside, each has its own. Of an array that no cache holds, elements that lie far apart are fetched before
// the first of them is read.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#read = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#whole = #task.operand<"read", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

func.func @gather(%x: tensor<?xf64>, %p: tensor<?xi64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%p, %x : tensor<?xi64>, tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %k: i64, %a: tensor<?xf64>):
    %j = arith.index_cast %k : i64 to index
    %v = array.element %a[%j] : tensor<?xf64>
    array.yield %v : f64
  } combine {} {access = [#read, #whole, #write]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel(
// CHECK: llvm.intr.annotation
// CHECK: %[[LARGE:.*]] = arith.cmpi sgt, %{{.*}}, %c4194304
// CHECK-NEXT: scf.for %[[FIRST:.*]] = %{{.*}} to %{{.*}} step %c1024
// CHECK: %[[ANY:.*]] = scf.for %{{.*}} iter_args(%[[BEFORE:.*]] = %false) -> (i1)
// CHECK: %[[PLACE:.*]] = llvm.load
// CHECK: %[[OUT:.*]] = arith.cmpi uge, %{{.*}}, %{{.*}} : index
// CHECK: %[[BOTH:.*]] = arith.ori %[[BEFORE]], %[[OUT]]
// CHECK: scf.yield %[[BOTH]]
// CHECK: scf.if %[[ANY]]
// CHECK: task.runtime "dg_fail_index"
// CHECK: } else {
// CHECK-NOT: dg_fail_index
// CHECK: scf.if %[[LARGE]]
// CHECK: %[[FAR:.*]] = arith.cmpi ugt
// CHECK: scf.if %[[FAR]]
// CHECK: scf.for
// CHECK: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: } {loop_annotation
// Where memory is not dense.
// CHECK: dg_fail_index
// CHECK: return

// What is proven needs no test.
func.func @proven(%x: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%x : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %a: tensor<?xf64>):
    %v = array.element %a[%i] {in_bounds} : tensor<?xf64>
    array.yield %v : f64
  } combine {} {access = [#whole, #write]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_0(
// CHECK-NOT: step %c1024
// CHECK: return

// An index that is read itself is known only behind a test.
func.func @chained(%p: tensor<?xi64>, %n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%p, %p : tensor<?xi64>, tensor<?xi64>) shapes(%n) {
  ^bb0(%i: index, %k: i64, %a: tensor<?xi64>):
    %j = arith.index_cast %k : i64 to index
    %v = array.element %a[%j] : tensor<?xi64>
    %l = arith.index_cast %v : i64 to index
    %w = array.element %a[%l] : tensor<?xi64>
    array.yield %w : i64
  } combine {} {access = [#read, #whole, #write]} : tensor<?xi64>
  return %y : tensor<?xi64>
}
// CHECK-LABEL: func.func private @map_kernel_1(
// CHECK-NOT: llvm.intr.prefetch
// CHECK-NOT: step %c1024
// CHECK: return

// Nor is a read that not all points do.
func.func @guarded(%x: tensor<?xf64>, %p: tensor<?xi64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%p, %x : tensor<?xi64>, tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %k: i64, %a: tensor<?xf64>):
    %zero = arith.constant 0 : i64
    %none = arith.constant 0.0 : f64
    %is = arith.cmpi sge, %k, %zero : i64
    %v = scf.if %is -> (f64) {
      %j = arith.index_cast %k : i64 to index
      %w = array.element %a[%j] : tensor<?xf64>
      scf.yield %w : f64
    } else {
      scf.yield %none : f64
    }
    array.yield %v : f64
  } combine {} {access = [#read, #whole, #write]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_2(
// CHECK-NOT: step %c1024
// CHECK: return

// A division that may stop the processor is not done for points whose turn has not come.
func.func @divided(%x: tensor<?xf64>, %p: tensor<?xi64>, %d: i64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %y = task.launch "map" over (%n) arrays(%p, %x : tensor<?xi64>, tensor<?xf64>) scalars(%d : i64) shapes(%n) {
  ^bb0(%i: index, %k: i64, %a: tensor<?xf64>, %by: i64):
    %q = arith.divsi %k, %by : i64
    %j = arith.index_cast %q : i64 to index
    %v = array.element %a[%j] : tensor<?xf64>
    array.yield %v : f64
  } combine {} {access = [#read, #whole, #write]} : tensor<?xf64>
  return %y : tensor<?xf64>
}
// CHECK-LABEL: func.func private @map_kernel_3(
// CHECK-NOT: step %c1024
// CHECK: return
