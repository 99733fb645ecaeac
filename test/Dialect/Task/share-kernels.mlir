// Launches of one function that do the same share a kernel; not those that report where they stand.
// RUN: %dagger-opt --lower-kernels %s | FileCheck %s
#read = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func @same
// CHECK: kernel = @map_kernel}
// CHECK: kernel = @map_kernel}
// Another number is another kernel.
// CHECK: kernel = @map_kernel_1}
func.func @same(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    array.yield %y : f64
  } combine {} {access = [#read, #write]} : tensor<?xf64>
  %w = task.launch "map" over (%n) arrays(%v : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    array.yield %y : f64
  } combine {} {access = [#read, #write]} : tensor<?xf64>
  %z = task.launch "map" over (%n) arrays(%w : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = arith.addf %x, %x : f64
    array.yield %y : f64
  } combine {} {access = [#read, #write]} : tensor<?xf64>
  return %z : tensor<?xf64>
}

// Profilers know kernels by their function.
// CHECK-LABEL: func @other
// CHECK: kernel = @map_kernel_2}
func.func @other(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    array.yield %y : f64
  } combine {} {access = [#read, #write]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// CHECK-LABEL: func @places
// CHECK: kernel = @map_kernel_3}
// CHECK: kernel = @map_kernel_4}
func.func @places(%u: tensor<?xi64>, %n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xi64>) shapes(%n) {
  ^bb0(%i: index, %x: i64):
    task.fail 9001 "no"
    array.yield %x : i64
  } combine {} {access = [#read, #write]} : tensor<?xi64>
  %w = task.launch "map" over (%n) arrays(%v : tensor<?xi64>) shapes(%n) {
  ^bb0(%i: index, %x: i64):
    task.fail 9001 "no"
    array.yield %x : i64
  } combine {} {access = [#read, #write]} : tensor<?xi64>
  return %w : tensor<?xi64>
}
