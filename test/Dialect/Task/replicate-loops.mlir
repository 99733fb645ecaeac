// A loop that calls tasks and else computes numbers is a function of its turns. Loops of which another thread would see something are not.
// RUN: %dagger-opt --replicate-loops %s | FileCheck %s --implicit-check-not=task.replicate --implicit-check-not='task.outlined'

func.func private @long(tensor<?xf64>, i64, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task", task.is_task}
func.func private @light(tensor<?xf64>, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task", task.is_task, task.light}
func.func private @gives(tensor<?xf64>, tensor<?xf64> {task.inout}) -> (tensor<f64>, tensor<?xf64>) attributes {task.context = "task", task.is_task}
func.func private @text(!array.str, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task", task.is_task}

// What is constant the function has itself; the outermost loop is taken, with the loop and the branch in it.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?xf64>, %[[Y:[a-z0-9]+]]: tensor<?xf64>, %[[N:[a-z0-9]+]]: i64, %[[LOW:[a-z0-9]+]]: i64
// CHECK: task.begin_counted
// CHECK: %[[SOME:.*]] = arith.cmpi slt, %[[LOW]], %[[N]]
// CHECK: %[[TURNS:.*]] = arith.select %[[SOME]]
// CHECK: %[[COUNT:.*]] = arith.index_cast %[[TURNS]]
// CHECK: task.replicate @rows.turns for %[[COUNT]] reads(%[[N]], %[[LOW]] : i64, i64) carries(%[[X]], %[[Y]] : tensor<?xf64>, tensor<?xf64>) {counted}
// CHECK-NEXT: task.end_counted
// CHECK-NOT: scf.for
func.func @rows(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: i64, %low: i64) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  %one = arith.constant 1 : i64
  %i1 = arith.constant 1 : index
  %zero = arith.constant 0 : i64
  %l = arith.index_cast %low : i64 to index
  %h = arith.index_cast %n : i64 to index
  task.begin_counted %l to %h step %i1
  %r:2 = scf.for %t = %low to %n step %one iter_args(%a = %x, %b = %y) -> (tensor<?xf64>, tensor<?xf64>) : i64 {
    task.next_counted
    %bad = arith.cmpi eq, %n, %zero : i64
    scf.if %bad {
      task.fail 9004 "division by zero"
    }
    %made = scf.for %i = %zero to %n step %one iter_args(%c = %b) -> (tensor<?xf64>) : i64 {
      %at = arith.index_cast %i : i64 to index
      %box:2 = array.tile_box %a[%at] : tensor<?xf64> -> index, index
      %own = array.own %c : tensor<?xf64>
      %called = task.call @long(%a, %t, %own) boxes [0, 2] [%box#0, %box#0] [%box#1, %box#1] updates [2] {statement} : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
      scf.yield %called : tensor<?xf64>
    }
    scf.yield %made, %a : tensor<?xf64>, tensor<?xf64>
  }
  task.end_counted
  return %r#0, %r#1 : tensor<?xf64>, tensor<?xf64>
}

// Only where the loop is a loop of the host, and not in another one.
// CHECK-LABEL: func.func @inner(
func.func @inner(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    task.order
    %made = scf.for %i = %zero to %n step %one iter_args(%c = %b) -> (tensor<?xf64>) {
      %called = task.call @long(%x, %k, %c) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
      scf.yield %called : tensor<?xf64>
    }
    scf.yield %made : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
// CHECK-LABEL: func.func @task_of_its_own(
func.func @task_of_its_own(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// The host runs light tasks at once.
// CHECK-LABEL: func.func @light_alone(
func.func @light_alone(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %called = task.call @light(%x, %b) boxes [] [] [] updates [1] : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// A result is one handle, and each thread would have another.
// CHECK-LABEL: func.func @results(
func.func @results(%x: tensor<?xf64>, %y: tensor<?xf64>, %s: tensor<f64>, %n: index) -> (tensor<f64>, tensor<?xf64>) attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r:2 = scf.for %t = %zero to %n step %one iter_args(%q = %s, %b = %y) -> (tensor<f64>, tensor<?xf64>) {
    %called:2 = task.call @gives(%x, %b) boxes [] [] [] updates [1] : (tensor<?xf64>, tensor<?xf64>) -> (tensor<f64>, tensor<?xf64>)
    scf.yield %called#0, %called#1 : tensor<f64>, tensor<?xf64>
  }
  return %r#0, %r#1 : tensor<f64>, tensor<?xf64>
}

// So are references that turns make and give back.
// CHECK-LABEL: func.func @references(
func.func @references(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    array.retain %b : tensor<?xf64>
    %own = array.own %b : tensor<?xf64>
    %called = task.call @long(%b, %k, %own) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    array.release %b : tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// CHECK-LABEL: func.func @texts(
func.func @texts(%x: !array.str, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %other = task.call @long(%b, %k, %b) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    %called = task.call @text(%x, %other) boxes [] [] [] updates [1] : (!array.str, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// Something is seen: a look, a print, a try, an order among calls.
// CHECK-LABEL: func.func @looks(
func.func @looks(%x: tensor<?xf64>, %y: tensor<?xf64>, %s: tensor<i64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %k = task.await %s : tensor<i64>
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
// CHECK-LABEL: func.func @prints(
func.func @prints(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] {prints} : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
// CHECK-LABEL: func.func @tried_again(
func.func @tried_again(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] {retries = 2 : i32} : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}
// CHECK-LABEL: func.func @with_priority(
func.func @with_priority(%x: tensor<?xf64>, %y: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %k = arith.constant 1 : i64
  %r = scf.for %t = %zero to %n step %one iter_args(%b = %y) -> (tensor<?xf64>) {
    %called = task.call @long(%x, %k, %b) boxes [] [] [] updates [2] priority %k : (tensor<?xf64>, i64, tensor<?xf64>) -> tensor<?xf64>
    scf.yield %called : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// CHECK-LABEL: func.func private @rows.turns(
// CHECK-SAME: %[[FROM:[a-z0-9]+]]: index, %[[TO:[a-z0-9]+]]: index, %[[N:[a-z0-9]+]]: i64, %[[LOW:[a-z0-9]+]]: i64, %[[X:[a-z0-9]+]]: tensor<?xf64>, %[[Y:[a-z0-9]+]]: tensor<?xf64>)
// CHECK-SAME: attributes {task.context = "host", task.outlined}
// CHECK: %[[R:.*]]:2 = scf.for %[[K:.*]] = %[[FROM]] to %[[TO]] step %{{.*}} iter_args(%{{.*}} = %[[X]], %{{.*}} = %[[Y]])
// CHECK-DAG: %[[KI:.*]] = arith.index_cast %[[K]] : index to i64
// CHECK-DAG: %[[KS:.*]] = arith.muli %[[KI]], %{{.*}} : i64
// CHECK: %[[T:.*]] = arith.addi %[[LOW]], %[[KS]]
// CHECK-NEXT: task.next_counted
// CHECK: scf.for
// CHECK: task.call @long(%{{.*}}, %[[T]], %{{.*}})
// CHECK: return %[[R]]#0, %[[R]]#1
