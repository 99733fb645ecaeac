// Views that only the call reads do not make it copy what it updates; others do.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(own-beside-views))' %s | FileCheck %s

func.func private @step(%x: tensor<?xf64>, %y: tensor<?xf64>, %d: tensor<?x?xf64> {task.inout}) -> tensor<?x?xf64> attributes {task.context = "task", task.is_task, task.name = "step"} {
  return %d : tensor<?x?xf64>
}
func.func private @see(%x: tensor<?xf64>, %d: tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task", task.is_task, task.name = "see"} {
  return %d : tensor<?xf64>
}

// Two views of it.
// CHECK-LABEL: func.func @rows
// CHECK: %[[ROW:.*]] = array.slice %[[D:[a-z0-9]+]][
// CHECK: %[[COLUMN:.*]] = array.slice %[[D]][
// CHECK: array.own %[[D]] beside(%[[ROW]], %[[COLUMN]] : tensor<?xf64>, tensor<?xf64>) : tensor<?x?xf64>
func.func @rows(%d: tensor<?x?xf64>, %n: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %row = array.slice %d[%c0, %c0] [%c1, %n] [%c1, %c1] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %column = array.slice %d[%c0, %c0] [%n, %c1] [%c1, %c1] {dropped = 2 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %own = array.own %d : tensor<?x?xf64>
  %r = task.call @step(%row, %column, %own) boxes [] [] [] updates [2] : (tensor<?xf64>, tensor<?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  array.release %row : tensor<?xf64>
  array.release %column : tensor<?xf64>
  return %r : tensor<?x?xf64>
}

// The column is seen by somebody else, behind the update.
// CHECK-LABEL: func.func @seen
// CHECK: array.own %{{.*}} beside(%{{[0-9a-z]+}} : tensor<?xf64>) : tensor<?x?xf64>
func.func @seen(%d: tensor<?x?xf64>, %e: tensor<?xf64>, %n: index) -> (tensor<?x?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %row = array.slice %d[%c0, %c0] [%c1, %n] [%c1, %c1] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %column = array.slice %d[%c0, %c0] [%n, %c1] [%c1, %c1] {dropped = 2 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %own = array.own %d : tensor<?x?xf64>
  %r = task.call @step(%row, %column, %own) boxes [] [] [] updates [2] : (tensor<?xf64>, tensor<?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  array.release %row : tensor<?xf64>
  %s = task.call @see(%column, %e) boxes [] [] [] updates [1] : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  array.release %column : tensor<?xf64>
  return %r, %s : tensor<?x?xf64>, tensor<?xf64>
}

// Views that are kept by a loop, come from before it, or are values of their own.
// CHECK-LABEL: func.func @others
// CHECK-NOT: beside
// CHECK: return
func.func @others(%d: tensor<?x?xf64>, %e: tensor<?xf64>, %n: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %row = array.slice %d[%c0, %c0] [%c1, %n] [%c1, %c1] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %d) -> (tensor<?x?xf64>) {
    %own = array.own %a : tensor<?x?xf64>
    %s = task.call @step(%row, %e, %own) boxes [] [] [] updates [2] : (tensor<?xf64>, tensor<?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
    scf.yield %s : tensor<?x?xf64>
  }
  array.release %row : tensor<?xf64>
  return %r : tensor<?x?xf64>
}
