// RUN: %dagger-opt --light-tasks --known-scalars --split-input-file %s | FileCheck %s

// What the host has given to a light task, and again, is arithmetic of the host.
// CHECK-LABEL: func.func @chain
// CHECK-NOT: task.call
// CHECK: scf.for {{.*}} iter_args(%[[X:.*]] = %{{.*}}) -> (i64)
// CHECK: %[[Y:.*]] = arith.addi %[[X]]
// CHECK: scf.yield %[[Y]] : i64
// CHECK: return %{{.*}} : i64
func.func @chain(%n: i64) -> i64 attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %start = tensor.from_elements %n : tensor<i64>
  %end = scf.for %k = %zero to %n step %one iter_args(%x = %start) -> (tensor<i64>) : i64 {
    %y = task.call @next(%x) boxes [][] [] updates [] : (tensor<i64>) -> tensor<i64>
    scf.yield %y : tensor<i64>
  }
  %r = task.await %end : tensor<i64>
  return %r : i64
}
func.func private @next(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %y = func.call @more(%x) : (i64) -> i64
  return %y : i64
}
func.func private @more(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.addi %x, %one : i64
  return %y : i64
}

// -----

// So is what a branch chooses of it, and arithmetic in between; a task that is one gets it as a scalar.
// CHECK-LABEL: func.func @branches
// CHECK: scf.if {{.*}} -> (i64)
// CHECK: arith.addi
// CHECK: %[[Z:.*]] = arith.muli
// CHECK: task.call @slow(%[[Z]]) {{.*}} : (i64) -> tensor<i64>
func.func @branches(%n: i64, %c: i1) -> tensor<i64> attributes {task.context = "host"} {
  %start = arith.constant dense<5> : tensor<i64>
  %x = scf.if %c -> (tensor<i64>) {
    %y = task.call @next(%n) boxes [][] [] updates [] : (i64) -> tensor<i64>
    scf.yield %y : tensor<i64>
  } else {
    scf.yield %start : tensor<i64>
  }
  %e = tensor.empty() : tensor<i64>
  %z = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%x : tensor<i64>) outs(%e : tensor<i64>) {
  ^bb0(%in: i64, %out: i64):
    %two = arith.constant 2 : i64
    %t = arith.muli %in, %two : i64
    linalg.yield %t : i64
  } -> tensor<i64>
  %s = task.call @slow(%z) boxes [][] [] updates [] : (tensor<i64>) -> tensor<i64>
  return %s : tensor<i64>
}
func.func private @next(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.addi %x, %one : i64
  return %y : i64
}
func.func private @slow(%x: i64) -> i64 attributes {task.context = "task", task.is_task}

// -----

// Refused: an argument comes of a task that is one, in one turn of the loop at least. The host must not wait for it.
// CHECK-LABEL: func.func @of_a_slow_one
// CHECK: task.call @slow
// CHECK: task.call @next
func.func @of_a_slow_one(%n: i64) -> tensor<i64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %start = tensor.from_elements %n : tensor<i64>
  %end = scf.for %k = %zero to %n step %one iter_args(%x = %start) -> (tensor<i64>) : i64 {
    %first = arith.cmpi eq, %k, %zero : i64
    %y = scf.if %first -> (tensor<i64>) {
      %a = task.call @slow(%x) boxes [][] [] updates [] : (tensor<i64>) -> tensor<i64>
      scf.yield %a : tensor<i64>
    } else {
      %b = task.call @next(%x) boxes [][] [] updates [] : (tensor<i64>) -> tensor<i64>
      scf.yield %b : tensor<i64>
    }
    scf.yield %y : tensor<i64>
  }
  return %end : tensor<i64>
}
func.func private @next(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.addi %x, %one : i64
  return %y : i64
}
func.func private @slow(%x: i64) -> i64 attributes {task.context = "task", task.is_task}

// -----

// Refused: it can fail, and would fail before anybody looks; it has a name that a picture of the graph shall show.
// CHECK-LABEL: func.func @fails
// CHECK: task.call @checked
// CHECK: task.call @next
func.func @fails(%n: i64) -> (tensor<i64>, tensor<i64>) attributes {task.context = "host"} {
  %a = task.call @checked(%n) boxes [][] [] updates [] : (i64) -> tensor<i64>
  %b = task.call @next(%n) boxes [][] [] updates [] {name = "the first"} : (i64) -> tensor<i64>
  return %a, %b : tensor<i64>, tensor<i64>
}
func.func private @checked(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : i64
  %c = arith.cmpi ne, %x, %zero : i64
  task.assert %c
  return %x : i64
}
func.func private @next(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.addi %x, %one : i64
  return %y : i64
}

// -----

// Refused: it prints, in its turn among tasks; it may be tried again; it has arrays; it divides by what may be 0.
// CHECK-LABEL: func.func @seen
// CHECK: task.call @printing
// CHECK: task.call @next
// CHECK: task.call @first_of
// CHECK: task.call @remainder
func.func @seen(%n: i64, %a: tensor<?xi64>) -> (tensor<i64>, tensor<i64>, tensor<i64>, tensor<i64>) attributes {task.context = "host"} {
  %p = task.call @printing(%n) boxes [][] [] updates [] {prints} : (i64) -> tensor<i64>
  %q = task.call @next(%n) boxes [][] [] updates [] {retries = 3 : i32} : (i64) -> tensor<i64>
  %r = task.call @first_of(%a) boxes [][] [] updates [] : (tensor<?xi64>) -> tensor<i64>
  %s = task.call @remainder(%n) boxes [][] [] updates [] : (i64) -> tensor<i64>
  return %p, %q, %r, %s : tensor<i64>, tensor<i64>, tensor<i64>, tensor<i64>
}
func.func private @printing(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  return %x : i64
}
func.func private @next(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.addi %x, %one : i64
  return %y : i64
}
func.func private @first_of(%a: tensor<?xi64>) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : index
  %x = array.element %a[%zero] {in_bounds} : tensor<?xi64>
  return %x : i64
}
func.func private @remainder(%x: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %one = arith.constant 1 : i64
  %y = arith.remsi %one, %x : i64
  return %y : i64
}
