// How much arithmetic an element of a launch is: 64 bits count twice, a fused multiply-add twice, and what nobody knows is not said.
// RUN: %dagger-opt --lower-kernels %s | FileCheck %s

// CHECK: task.launch "map"{{.*}}
// CHECK: arithmetic = 4 : i64
func.func @known(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over(%n) arrays(%u : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = arith.mulf %x, %x : f64
    %z = arith.addf %y, %x : f64
    array.yield %z : f64
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                 #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// CHECK: task.launch "map"{{.*}}
// CHECK: arithmetic = 8 : i64
func.func @fixed_loop(%u: tensor<?xf32>, %n: index) -> tensor<?xf32> attributes {task.context = "host"} {
  %v = task.launch "map" over(%n) arrays(%u : tensor<?xf32>) shapes(%n) {
  ^bb0(%i: index, %x: f32):
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %four = arith.constant 4 : index
    %y = scf.for %k = %zero to %four step %one iter_args(%s = %x) -> f32 {
      %t = math.fma %s, %x, %x : f32
      scf.yield %t : f32
    }
    array.yield %y : f32
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                 #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf32>
  return %v : tensor<?xf32>
}

// CHECK: task.launch "map"
// CHECK-NOT: arithmetic =
// CHECK: return
func.func @unknown_loop(%u: tensor<?xf32>, %n: index) -> tensor<?xf32> attributes {task.context = "host"} {
  %v = task.launch "map" over(%n) arrays(%u : tensor<?xf32>) scalars(%n : index) shapes(%n) {
  ^bb0(%i: index, %x: f32, %m: index):
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %y = scf.for %k = %zero to %m step %one iter_args(%s = %x) -> f32 {
      %t = arith.mulf %s, %x : f32
      scf.yield %t : f32
    }
    array.yield %y : f32
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                 #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf32>
  return %v : tensor<?xf32>
}
