// Every operation of the task dialect is printed as it is read, in its own syntax and in the generic one.
// RUN: %dagger-opt %s | %dagger-opt | FileCheck %s
// RUN: %dagger-opt --mlir-print-op-generic %s | %dagger-opt | FileCheck %s

func.func private @gemm(tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64> {task.inout}) -> tensor<?x?xf64> attributes {task.context = "task"}
func.func private @fib(i64) -> i64 attributes {task.context = "task"}

// CHECK-LABEL: func @calls
func.func @calls(%a: tensor<?x?xf64>, %i: index, %t: index, %n: i64, %f: tensor<i64>) -> tensor<?x?xf64> attributes {task.context = "host"} {
  // CHECK: task.call @gemm(%{{.*}}, %{{.*}}, %{{.*}}) boxes [0, 2][%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}] updates [2] priority %{{.*}} {places = ["c"], statement} : (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  %b = task.call @gemm(%a, %a, %a) boxes [0, 2] [%i, %i, %i, %i] [%t, %t, %t, %t] updates [2] priority %n {statement, places = ["c"]}
    : (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  // A scalar that is not there yet is passed as it is.
  // CHECK: task.call @fib(%{{.*}}) boxes [][] [] updates [] {name = "first", prints, retries = 2 : i32} : (tensor<i64>) -> tensor<i64>
  %g = task.call @fib(%f) boxes [] [] [] updates [] {name = "first", retries = 2 : i32, prints} : (tensor<i64>) -> tensor<i64>
  return %b : tensor<?x?xf64>
}

// CHECK-LABEL: func @launch
func.func @launch(%u: tensor<?xf64>, %n: index, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch "map" over(%{{.*}}) arrays(%{{.*}} : tensor<?xf64>) scalars(%{{.*}} : f64) shapes(%{{.*}}) {
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: f64, %{{.*}}: f64):
  // CHECK: array.yield %{{.*}} : f64
  // CHECK: } combine {
  // CHECK: {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>], dying = 1 : i64} : tensor<?xf64>
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%k : f64) shapes(%n) {
  ^bb0(%i: index, %x: f64, %s: f64):
    %y = arith.mulf %x, %s : f64
    array.yield %y : f64
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                          #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>],
                dying = 1 : i64} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// A scalar that is not there yet follows no axis.
// CHECK-LABEL: func @launch_of_rank_0
func.func @launch_of_rank_0(%s: tensor<f64>) -> tensor<f64> attributes {task.context = "host"} {
  // CHECK: task.launch "map" over() arrays(%{{.*}} : tensor<f64>) {
  // CHECK: #task.operand<"read", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>
  %v = task.launch "map" over () arrays(%s : tensor<f64>) {
  ^bb0(%x: f64):
    array.yield %x : f64
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>,
                          #task.operand<"write", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>]} : tensor<f64>
  return %v : tensor<f64>
}

// CHECK-LABEL: func @groups
func.func @groups(%a: tensor<?xi64>, %count: index, %one: i64) -> tensor<?xi64> attributes {task.context = "host"} {
  // CHECK: task.groups over(%{{.*}}) arrays(%{{.*}} : tensor<?xi64>) {
  %b = task.groups over (%count) arrays(%a : tensor<?xi64>) {
  ^bb0(%g: index, %h: tensor<?xi64>):
    // CHECK: task.atomic "add" %{{.*}} to %{{.*}}[%{{.*}}] : i64 to tensor<?xi64>
    task.atomic "add" %one to %h[%g] : i64 to tensor<?xi64>
    // CHECK: task.load %{{.*}}[%{{.*}}] {in_bounds} : tensor<?xi64> -> i64
    %x = task.load %h[%g] {in_bounds} : tensor<?xi64> -> i64
    // CHECK: task.store %{{.*}} to %{{.*}}[%{{.*}}] : i64 to tensor<?xi64>
    task.store %x to %h[%g] : i64 to tensor<?xi64>
    array.yield
  // CHECK: } {access = [#task.operand<"commute",
  } {access = [#task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return %b : tensor<?xi64>
}

// CHECK-LABEL: func @nested
func.func @nested(%n: i64) -> i64 attributes {task.context = "task"} {
  // CHECK: %[[F:.*]] = task.spawn @fib(%{{.*}}) : (i64) -> !task.future<i64>
  %f = task.spawn @fib(%n) : (i64) -> !task.future<i64>
  // CHECK: task.join %[[F]] @fib(%{{.*}}) : <i64>, (i64) -> i64
  %x = task.join %f @fib(%n) : !task.future<i64>, (i64) -> i64
  return %x : i64
}

// CHECK-LABEL: func @host
func.func @host(%f: tensor<f64>, %text: !array.str, %c: i1, %n: index, %m: index) -> !array.str attributes {task.context = "host"} {
  // CHECK: task.await %{{.*}} : tensor<f64>
  %x = task.await %f : tensor<f64>
  // CHECK: task.print %{{.*}}
  task.print %text
  // CHECK: task.order
  task.order
  // CHECK: task.assert %{{.*}}, %{{.*}}
  task.assert %c, %text
  // CHECK: task.assert %{{[a-z0-9]*$}}
  task.assert %c
  // CHECK: task.check_extent %{{.*}}, %{{.*}}, "`n` of `x` and of `y`"
  task.check_extent %n, %m, "`n` of `x` and of `y`"
  // CHECK: task.fail 9004 "division by zero"
  task.fail 9004 "division by zero"
  // CHECK: task.runtime "dg_str_concat"(%{{.*}}, %{{.*}}) {pure} : (!array.str, !array.str) -> !array.str
  %s = task.runtime "dg_str_concat"(%text, %text) {pure} : (!array.str, !array.str) -> !array.str
  // CHECK: task.begin_annotated "smooth"
  task.begin_annotated "smooth"
  // CHECK: task.end_annotated
  task.end_annotated
  // CHECK: task.begin_sequential
  task.begin_sequential
  // CHECK: task.end_sequential
  task.end_sequential
  // CHECK: task.begin_plan
  task.begin_plan
  // CHECK: task.next_turn
  task.next_turn
  // CHECK: task.end_plan
  task.end_plan
  // CHECK: task.begin_counted %{{.*}} to %{{.*}} step %{{.*}}
  task.begin_counted %n to %m step %n
  // CHECK: task.next_counted
  task.next_counted
  // CHECK: task.end_counted
  task.end_counted
  return %s : !array.str
}

func.func private @some_turns(%from: index, %to: index, %k: i64, %a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  return %a : tensor<?xf64>
}
// CHECK-LABEL: func @shared_loop
func.func @shared_loop(%n: index, %k: i64, %a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.replicate @some_turns for %{{.*}} reads(%{{.*}} : i64) carries(%{{.*}} : tensor<?xf64>) {counted}
  %b = task.replicate @some_turns for %n reads(%k : i64) carries(%a : tensor<?xf64>) {counted}
  return %b : tensor<?xf64>
}

func.func private @turns(%low: index, %high: index, %x: f64, %a: tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: task.load %{{.*}}[%{{.*}}] : tensor<?xf64> -> f64
  %y = task.load %a[%low] : tensor<?xf64> -> f64
  // CHECK: task.store %{{.*}} to %{{.*}}[%{{.*}}] {in_bounds} : f64 to tensor<?xf64>
  task.store %y to %a[%high] {in_bounds} : f64 to tensor<?xf64>
  return
}
// CHECK-LABEL: func @parallel
func.func @parallel(%n: index, %x: f64, %a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: task.parallel_for @turns over %{{.*}} threads 4 captured(%{{.*}} : f64) arrays(%{{.*}} : tensor<?xf64>) : tensor<?xf64>
  %b = task.parallel_for @turns over %n threads 4 captured(%x : f64) arrays(%a : tensor<?xf64>) : tensor<?xf64>
  return %b : tensor<?xf64>
}

// CHECK-LABEL: func @unused
func.func @unused(%a: tensor<?xf64>) {
  // CHECK: task.keep %{{.*}} : tensor<?xf64>
  task.keep %a : tensor<?xf64>
  return
}
