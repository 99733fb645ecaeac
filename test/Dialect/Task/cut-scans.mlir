// Scans of arrays with one axis become launches over blocks, which several tasks share; what may fail, is no arithmetic of vectors, or
// has rows that are tasks already, stays.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(cut-scans))' %s | FileCheck %s
#read = #task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>
#write = #task.operand<"write", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>
#rowsRead = #task.operand<"read", mapped = false, exact = true, axes = [0, -1], scale = [1, 1], low = [0, 0], high = [0, 0]>
#rowsWrite = #task.operand<"write", mapped = false, exact = true, axes = [0, -1], scale = [1, 1], low = [0, 0], high = [0, 0]>

// CHECK-LABEL: func.func @sums
// CHECK-SAME: (%[[U:.*]]: tensor<?xf64>, %[[N:.*]]: index)
// CHECK: %[[BLOCK:.*]] = arith.constant 1024 : index
// CHECK: %[[BLOCKS:.*]] = arith.ceildivui %[[N]], %[[BLOCK]]
// CHECK: task.launch "prefix" over(%[[BLOCKS]]) arrays(%[[U]] : tensor<?xf64>) shapes(%[[N]])
// CHECK: arith.addf
// CHECK: access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>]
func.func @sums(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "scan" over () arrays(%u : tensor<?xf64>) shapes(%n) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// Several numbers at once, and one from around.
// CHECK-LABEL: func.func @pairs
// CHECK: task.launch "prefix"
func.func @pairs(%u: tensor<?xf32>, %k: tensor<?xi64>, %s: f32, %n: index) -> (tensor<?xf32>, tensor<?xi64>) attributes {task.context = "host"} {
  %v:2 = task.launch "scan" over () arrays(%u, %k : tensor<?xf32>, tensor<?xi64>) scalars(%s : f32) shapes(%n, %n) {} combine {
  ^bb0(%a: f32, %b: i64, %c: f32, %d: i64, %by: f32):
    %e = arith.mulf %c, %by : f32
    %f = arith.addf %a, %e : f32
    %g = arith.maxsi %b, %d : i64
    array.yield %f, %g : f32, i64
  } {access = [#read, #read, #write, #write], reduced = array<i64: 0>} : tensor<?xf32>, tensor<?xi64>
  return %v#0, %v#1 : tensor<?xf32>, tensor<?xi64>
}

// A division may fail.
// CHECK-LABEL: func.func @fails
// CHECK: task.launch "scan"
func.func @fails(%u: tensor<?xi64>, %n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %v = task.launch "scan" over () arrays(%u : tensor<?xi64>) shapes(%n) {} combine {
  ^bb0(%l: i64, %r: i64):
    %c = arith.floordivsi %l, %r : i64
    array.yield %c : i64
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xi64>
  return %v : tensor<?xi64>
}

// CHECK-LABEL: func.func @calls
// CHECK: task.launch "scan"
func.func private @f(f64) -> f64 attributes {task.context = "kernel"}
func.func @calls(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "scan" over () arrays(%u : tensor<?xf64>) shapes(%n) {} combine {
  ^bb0(%l: f64, %r: f64):
    %d = func.call @f(%r) : (f64) -> f64
    %c = arith.addf %l, %d : f64
    array.yield %c : f64
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// Truth values lie otherwise in memory than in vectors.
// CHECK-LABEL: func.func @bits
// CHECK: task.launch "scan"
func.func @bits(%u: tensor<?xi1>, %n: index) -> tensor<?xi1> attributes {task.context = "host"} {
  %v = task.launch "scan" over () arrays(%u : tensor<?xi1>) shapes(%n) {} combine {
  ^bb0(%l: i1, %r: i1):
    %c = arith.ori %l, %r : i1
    array.yield %c : i1
  } {access = [#read, #write], reduced = array<i64: 0>} : tensor<?xi1>
  return %v : tensor<?xi1>
}

// CHECK-LABEL: func.func @rows
// CHECK: task.launch "scan"
func.func @rows(%u: tensor<?x?xf64>, %n: index, %m: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %v = task.launch "scan" over (%n) arrays(%u : tensor<?x?xf64>) shapes(%n, %m) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#rowsRead, #rowsWrite], reduced = array<i64: 1>} : tensor<?x?xf64>
  return %v : tensor<?x?xf64>
}
