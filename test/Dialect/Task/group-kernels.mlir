// The kernel of a launch over groups: a loop over them, atomics where groups meet, checked where an index is not known to be
// inside. Room on the stack is taken on entry. What only atomics of one operator reach is combined in a copy of the task's own,
// if it is small, which goes into the array in the end: the groups twice, so that no loop has a test at each atomic.
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
// CHECK: %[[COPY:.*]] = llvm.alloca {{.*}} x i64
// CHECK: arith.cmpi ule, %{{.*}}, %c2048
// CHECK: scf.if %[[SMALL:.*]] {
// CHECK: llvm.store %c0{{.*}}
// CHECK: scf.if %[[SMALL]] {
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[E:.*]] = llvm.load
// CHECK: memref.store %[[E]]
// CHECK: llvm.store %[[E]]
// CHECK: arith.cmpi uge, %[[G]]
// CHECK: scf.if
// CHECK: task.runtime "dg_fail_index"
// CHECK-NOT: scf.if
// CHECK-NOT: llvm.atomicrmw
// CHECK: %[[WITH:.*]] = arith.ori %{{.*}}, %[[E]]
// CHECK: llvm.store %[[WITH]]
// CHECK: } else {
// CHECK: scf.for
// CHECK: %[[OTHER:.*]] = llvm.load
// CHECK: task.runtime "dg_fail_index"
// CHECK-NOT: scf.if
// CHECK: llvm.atomicrmw _or {{.*}}, %[[OTHER]]
// CHECK: scf.if %[[SMALL]]
// CHECK: arith.cmpi ne
// CHECK: scf.if
// CHECK: llvm.atomicrmw _or

// Two operators, whose order shows: as each group says.
func.func @unlike(%h: tensor<?xi64>, %groups: index) attributes {task.context = "host"} {
  task.launch "groups" over(%groups) arrays(%h : tensor<?xi64>) {
  ^bb0(%g: index, %all: tensor<?xi64>):
    %one = arith.constant 1 : i64
    task.atomic "or" %one to %all[%g] : i64 to tensor<?xi64>
    task.atomic "add" %one to %all[%g] : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#any], statement}
  return
}
// CHECK: func.func private @groups_kernel
// CHECK-NOT: llvm.alloca
// CHECK: llvm.atomicrmw _or
// CHECK: llvm.atomicrmw add
// CHECK-NOT: llvm.atomicrmw

// What is read besides has to be the array itself.
func.func @looked_at(%h: tensor<?xi64>, %groups: index) attributes {task.context = "host"} {
  task.launch "groups" over(%groups) arrays(%h : tensor<?xi64>) {
  ^bb0(%g: index, %all: tensor<?xi64>):
    %e = task.load %all[%g] {in_bounds} : tensor<?xi64> -> i64
    task.atomic "add" %e to %all[%g] {in_bounds} : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#any], statement}
  return
}
// CHECK: func.func private @groups_kernel
// CHECK-NOT: llvm.alloca
// CHECK: llvm.atomicrmw add
// CHECK-NOT: llvm.atomicrmw

// Two arrays, of which the run may find one to be small: all groups with both in copies, or with a test at each atomic.
func.func @two(%h: tensor<?xi64>, %k: tensor<?xi64>, %groups: index) attributes {task.context = "host"} {
  task.launch "groups" over(%groups) arrays(%h, %k : tensor<?xi64>, tensor<?xi64>) {
  ^bb0(%g: index, %one: tensor<?xi64>, %other: tensor<?xi64>):
    %e = arith.constant 1 : i64
    task.atomic "add" %e to %one[%g] {in_bounds} : i64 to tensor<?xi64>
    task.atomic "add" %e to %other[%g] {in_bounds} : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#any, #any], statement}
  return
}
// CHECK: func.func private @groups_kernel
// CHECK: scf.if %[[ONE:.*]] {
// CHECK: scf.if %[[TWO:.*]] {
// CHECK: %[[BOTH:.*]] = arith.andi %[[ONE]], %[[TWO]]
// CHECK: scf.if %[[BOTH]] {
// CHECK: scf.for
// CHECK-NOT: scf.if
// CHECK-NOT: llvm.atomicrmw
// CHECK: } else {
// CHECK: scf.for
// CHECK: scf.if %[[ONE]] {
// CHECK: } else {
// CHECK: llvm.atomicrmw add
// CHECK: scf.if %[[TWO]] {
// CHECK: } else {
// CHECK: llvm.atomicrmw add
// CHECK: return

// Groups that share much would take their room on the stack twice: once, with a test at each atomic.
func.func @wide(%h: tensor<?xi64>, %groups: index) attributes {task.context = "host"} {
  task.launch "groups" over(%groups) arrays(%h : tensor<?xi64>) {
  ^bb0(%g: index, %all: tensor<?xi64>):
    %room = memref.alloca() : memref<8193xi64>
    %e = memref.load %room[%g] : memref<8193xi64>
    task.atomic "add" %e to %all[%g] {in_bounds} : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#any], statement}
  return
}
// CHECK: func.func private @groups_kernel
// CHECK-COUNT-1: memref.alloca
// CHECK-NOT: memref.alloca
// CHECK: scf.if %[[FITS:.*]] {
// CHECK: scf.for
// CHECK: memref.load
// CHECK: scf.if %[[FITS]] {
// CHECK: } else {
// CHECK: llvm.atomicrmw add
// CHECK: return
