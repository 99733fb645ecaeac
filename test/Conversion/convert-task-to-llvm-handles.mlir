// What a handle says is read once, at a task's begin, and of what it owns LLVM knows that it may be read early.
// RUN: %dagger-opt --phase-host %s | FileCheck %s

// CHECK: llvm.func @dg_array_own(!llvm.ptr, !llvm.ptr, i32, !llvm.ptr) -> (!llvm.ptr {llvm.align = 8 : i64, llvm.dereferenceable = 176 : i64})

// CHECK-LABEL: llvm.func internal @inTask
// CHECK: llvm.load
// CHECK: llvm.load
// CHECK: llvm.br
// The element alone is read in the loop.
// CHECK-COUNT-1: llvm.load
// CHECK-NOT: llvm.load
// CHECK: llvm.return
func.func private @inTask(%x: tensor<?xi64>, %n: index) -> i64 attributes {task.context = "task", task.is_task, task.name = "inTask"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0 : i64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%before = %zero) -> (i64) {
    %e = array.element %x[%i] {in_bounds} : tensor<?xi64>
    %next = arith.addi %before, %e : i64
    scf.yield %next : i64
  }
  return %sum : i64
}

// The host may have to wait for it first.
// CHECK-LABEL: llvm.func internal @onHost
// CHECK: llvm.br
// CHECK-COUNT-3: llvm.load
// CHECK: llvm.return
func.func private @onHost(%x: tensor<?xi64>, %n: index) -> i64 attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0 : i64
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%before = %zero) -> (i64) {
    %e = array.element %x[%i] {in_bounds} : tensor<?xi64>
    %next = arith.addi %before, %e : i64
    scf.yield %next : i64
  }
  return %sum : i64
}

func.func private @owner(%x: tensor<?xi64>) -> tensor<?xi64> attributes {task.context = "task"} {
  %own = array.own %x : tensor<?xi64>
  return %own : tensor<?xi64>
}
