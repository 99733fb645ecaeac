// Elementary functions are computed in line in the loops of kernels, and by a function elsewhere; nothing of them is left.
// RUN: %dagger-opt --split-input-file --expand-math %s | FileCheck %s --implicit-check-not=array.math

// CHECK: #[[FOUR:.*]] = #llvm.loop_interleave<count = 4 : i32>
// CHECK: #[[MARKS:.*]] = #llvm.loop_annotation<interleave = #[[FOUR]], parallelAccesses
// CHECK-LABEL: func private @kernel
// CHECK: scf.for
// CHECK-NOT: call
// CHECK: math.fma
// CHECK: array.lookup %{{.*}} in [{{.*}}] : i64 -> f64
// CHECK: math.fma
// CHECK: arith.bitcast
// CHECK: llvm.store
// A loop whose turns are independent takes four vectors at once.
// CHECK: } {loop_annotation = #[[MARKS]]}
// The functions that were made to be copied are gone.
// CHECK-NOT: func private @exp_f64
#group = #llvm.access_group<id = distinct[0]<>>
#marks = #llvm.loop_annotation<parallelAccesses = #group>
func.func private @kernel(%context: !llvm.ptr, %low: !llvm.ptr, %high: !llvm.ptr, %views: !llvm.ptr, %scalars: !llvm.ptr) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  scf.for %i = %c0 to %c9 step %c1 {
    %x = llvm.load %views : !llvm.ptr -> f64
    %y = array.math "exp"(%x) : (f64) -> f64
    llvm.store %y, %views : f64, !llvm.ptr
  } {loop_annotation = #marks}
  return
}

// -----

// One function for each function and type, in which nothing may be contracted or reassociated.
// CHECK-LABEL: func @host
// CHECK: %[[A:.*]] = call @erf_f64(%{{.*}}) : (f64) -> f64
// CHECK: call @erf_f64(%[[A]])
// CHECK: call @atan2_f32(%{{.*}}, %{{.*}}) : (f32, f32) -> f32
// CHECK: func private @erf_f64(%{{.*}}: f64) -> f64 attributes {task.context = "math"}
// CHECK-COUNT-12: array.lookup %{{.*}} : i64 -> f64
// CHECK-NOT: fastmath
// CHECK: return
// CHECK: func private @atan2_f32
// CHECK: arith.extf
// CHECK-NOT: fastmath
// CHECK: arith.truncf
func.func @host(%x: f64, %y: f32) -> (f64, f32) attributes {task.context = "host"} {
  %a = array.math "erf"(%x) : (f64) -> f64
  %b = array.math "erf"(%a) : (f64) -> f64
  %c = array.math "atan2"(%y, %y) : (f32, f32) -> f32
  return %b, %c : f64, f32
}

// -----

// A name that a program took is left to it, and what is no elementary function of ours is left alone.
// CHECK-LABEL: func @exp_f32
// CHECK: call @exp_f32_0
// CHECK: math.sin
// CHECK: math.exp %{{.*}} : f16
// CHECK: math.exp %{{.*}} : vector<8xf64>
func.func @exp_f32(%x: f32, %h: f16, %v: vector<8xf64>) -> (f32, f16, vector<8xf64>) attributes {task.context = "host"} {
  %a = array.math "exp"(%x) : (f32) -> f32
  %b = math.sin %a : f32
  %c = math.exp %h : f16
  %d = math.exp %v : vector<8xf64>
  return %b, %c, %d : f32, f16, vector<8xf64>
}
