// The kernel of a launch over groups: a loop over them, atomics where groups meet, checked where an index is not known to be
// inside. Room on the stack is taken on entry.
// RUN: %dagger-opt --lower-kernels %s | FileCheck %s

#own = #task.operand<"update", mapped = false, exact = false, axes = [0], scale = [8], low = [0], high = [0]>
#any = #task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>

func.func @main(%x: tensor<?xi64>, %h: tensor<?xi64>, %groups: index) attributes {task.context = "host"} {
  task.launch "groups" over(%groups) arrays(%x, %h : tensor<?xi64>, tensor<?xi64>) {
  ^bb0(%g: index, %own: tensor<?xi64>, %all: tensor<?xi64>):
    %room = memref.alloca() : memref<8xi64>
    %c0 = arith.constant 0 : index
    %e = task.load %own[%g] {in_bounds} : tensor<?xi64> -> i64
    memref.store %e, %room[%c0] : memref<8xi64>
    task.store %e to %own[%g] {in_bounds} : i64 to tensor<?xi64>
    task.atomic "or" %e to %all[%g] : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#own, #any], statement}
  return
}
// CHECK: func.func private @groups_kernel
// CHECK-NEXT: memref.alloca
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[E:.*]] = llvm.load
// CHECK: memref.store %[[E]]
// CHECK: llvm.store %[[E]]
// CHECK: arith.cmpi uge, %[[G]]
// CHECK: scf.if
// CHECK: task.runtime "dg_fail_index"
// CHECK: llvm.atomicrmw _or
