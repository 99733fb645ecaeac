// Functions on scalars are computed by each thread, unless nobody can say where they end.
// RUN: %dagger-opt --replicate-loops %s | FileCheck %s --implicit-check-not=task.replicate

func.func private @long(tensor<?xf64>, i64, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task", task.is_task}
func.func private @twice(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %m = arith.addi %n, %n : i64
  return %m : i64
}
func.func private @again(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %m = func.call @again(%n) : (i64) -> i64
  return %m : i64
}
// CHECK-LABEL: func.func @computed(
// CHECK: task.replicate @computed.turns
func.func @computed(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: i64) -> tensor<?xf64> attributes {task.context = "host"} {
  %one = arith.constant 1 : i64
  %zero = arith.constant 0 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) : i64 {
    %k = func.call @twice(%t) : (i64) -> i64
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
// CHECK-LABEL: func.func @computed_by_itself(
func.func @computed_by_itself(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: i64) -> tensor<?xf64> attributes {task.context = "host"} {
  %one = arith.constant 1 : i64
  %zero = arith.constant 0 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) : i64 {
    %k = func.call @again(%t) : (i64) -> i64
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
