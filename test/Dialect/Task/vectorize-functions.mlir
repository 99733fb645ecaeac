// Functions with loops that loops of kernels call get a version for several points, unless something in them can fail.
// RUN: %dagger-opt --vectorize-functions --split-input-file %s | FileCheck %s

// As many lanes as 512 bits hold. A lane that has left keeps what it had, and what nobody uses is not kept.
// CHECK-LABEL: func private @halvings(
// CHECK-SAME: attributes {llvm.readnone, task.context = "math", task.name = "halvings", task.vector = @halvings_x8}
// CHECK-LABEL: func private @halvings_x8(
// CHECK-SAME: vector<8xf64>) -> vector<8xi64>
// CHECK: scf.while {{.*}} : (vector<8xf64>, vector<8xi64>, vector<8xi1>, vector<8xi64>) -> (vector<8xf64>, vector<8xi64>, vector<8xi1>, vector<8xi64>)
// CHECK: [[GO:%.*]] = arith.cmpf ogt, {{.*}} : vector<8xf64>
// CHECK: [[ON:%.*]] = arith.andi %[[ACTIVE:.*]], [[GO]]
// CHECK: [[KEPT:%.*]] = arith.select %[[ACTIVE]], %{{.*}}, %{{.*}} : vector<8xi1>, vector<8xi64>
// CHECK: [[ANY:%.*]] = "llvm.intr.vector.reduce.or"([[ON]])
// CHECK: scf.condition([[ANY]]) {{.*}}, [[ON]], [[KEPT]]
// CHECK-LABEL: func @kernel
// CHECK: func.call @halvings(
// CHECK: loop_annotation = #{{.*}}
func.func private @halvings(%x: f64) -> i64 attributes {task.context = "scalar", task.name = "halvings"} {
  %zero = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %r:2 = scf.while (%a = %x, %k = %zero) : (f64, i64) -> (f64, i64) {
    %c = arith.cmpf ogt, %a, %one : f64
    scf.condition(%c) %a, %k : f64, i64
  } do {
  ^bb0(%a: f64, %k: i64):
    %b = arith.mulf %a, %half : f64
    %l = arith.addi %k, %step : i64
    scf.yield %b, %l : f64, i64
  }
  return %r#1 : i64
}
func.func @kernel(%from: index, %to: index, %p: !llvm.ptr) attributes {task.context = "kernel"} {
  %step = arith.constant 1 : index
  scf.for %i = %from to %to step %step {
    %j = arith.index_cast %i : index to i64
    %x = arith.sitofp %j : i64 to f64
    %y = func.call @halvings(%x) : (f64) -> i64
    llvm.store %y, %p : i64, !llvm.ptr
  }
  return
}

// -----

// A loop on one side of a branch turns only where that side has lanes, and for those; a callee is written out.
// CHECK-LABEL: func private @powers_x16(
// CHECK-SAME: %[[X:.*]]: vector<16xf32>, %[[N:.*]]: vector<16xi32>, %[[SIDE:.*]]: vector<16xi1>) -> vector<16xi32>
// CHECK: %[[ANY:.*]] = "llvm.intr.vector.reduce.or"(%[[SIDE]])
// CHECK: %[[SOME:.*]] = scf.if %[[ANY]] -> (vector<16xi32>) {
// CHECK: scf.while ({{.*}} = %[[SIDE]]
// CHECK: arith.cmpi slt, {{.*}} : vector<16xi32>
// CHECK: } do {
// CHECK: arith.divsi {{.*}} : vector<16xi32>
// CHECK: math.sqrt {{.*}} : vector<16xf32>
// CHECK: } else {
// CHECK: arith.select %[[SIDE]], %[[SOME]], {{.*}} : vector<16xi1>, vector<16xi32>
func.func private @root(%x: f32) -> f32 attributes {task.context = "scalar"} {
  %y = math.sqrt %x : f32
  return %y : f32
}
func.func private @powers(%x: f32, %n: i32, %side: i1) -> i32 attributes {task.context = "scalar"} {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %three = arith.constant 3 : i32
  %r = scf.if %side -> (i32) {
    %s = scf.for %k = %zero to %n step %one iter_args(%t = %n) -> (i32) : i32 {
      %u = arith.divsi %t, %three : i32
      %v = func.call @root(%x) : (f32) -> f32
      %w = arith.fptosi %v : f32 to i32
      %z = arith.addi %u, %w : i32
      scf.yield %z : i32
    }
    scf.yield %s : i32
  } else {
    scf.yield %zero : i32
  }
  return %r : i32
}
func.func @kernel(%from: index, %to: index, %p: !llvm.ptr, %x: f32, %n: i32, %side: i1) attributes {task.context = "kernel"} {
  %step = arith.constant 1 : index
  scf.for %i = %from to %to step %step {
    %y = func.call @powers(%x, %n, %side) : (f32, i32, i1) -> i32
    llvm.store %y, %p : i32, !llvm.ptr
  }
  return
}

// -----

// One that can fail, one that divides by what may be 0, one without loops, one that is not called in a loop, and one that calls itself.
// CHECK: func private @fails(%{{.*}}: i64) -> i64 attributes {task.context = "scalar"}
// CHECK-NOT: vector
func.func private @fails(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %k = %zero to %n step %one iter_args(%t = %n) -> (i64) : i64 {
    %c = arith.cmpi eq, %t, %k : i64
    scf.if %c {
      task.fail 9004 "division by zero"
    }
    %u = arith.addi %t, %k : i64
    scf.yield %u : i64
  }
  return %r : i64
}
func.func private @divides(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %k = %zero to %n step %one iter_args(%t = %n) -> (i64) : i64 {
    %u = arith.remsi %t, %k : i64
    scf.yield %u : i64
  }
  return %r : i64
}
func.func private @short(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %r = arith.addi %n, %n : i64
  return %r : i64
}
func.func private @once(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %k = %zero to %n step %one iter_args(%t = %n) -> (i64) : i64 {
    %u = arith.muli %t, %t : i64
    scf.yield %u : i64
  }
  return %r : i64
}
func.func private @again(%n: i64) -> i64 attributes {task.context = "scalar"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %k = %zero to %n step %one iter_args(%t = %n) -> (i64) : i64 {
    %u = func.call @again(%k) : (i64) -> i64
    scf.yield %u : i64
  }
  return %r : i64
}
func.func @kernel(%from: index, %to: index, %p: !llvm.ptr, %n: i64) attributes {task.context = "kernel"} {
  %step = arith.constant 1 : index
  %x = func.call @once(%n) : (i64) -> i64
  scf.for %i = %from to %to step %step {
    %a = func.call @fails(%n) : (i64) -> i64
    %e = func.call @divides(%a) : (i64) -> i64
    %b = func.call @short(%e) : (i64) -> i64
    %c = func.call @again(%x) : (i64) -> i64
    %d = arith.addi %b, %c : i64
    llvm.store %d, %p : i64, !llvm.ptr
  }
  return
}

// -----

// A call of foreign code, of which nobody knows what it does to vectors, memory that is read, and a type that lanes do not hold.
// CHECK-NOT: vector
func.func private @from_c(f64) -> f64 attributes {task.context = "scalar"}
func.func private @foreign(%x: f64) -> f64 attributes {task.context = "scalar"} {
  %one = arith.constant 1.0 : f64
  %r = scf.while (%a = %x) : (f64) -> f64 {
    %c = arith.cmpf ogt, %a, %one : f64
    scf.condition(%c) %a : f64
  } do {
  ^bb0(%a: f64):
    %b = func.call @from_c(%a) : (f64) -> f64
    scf.yield %b : f64
  }
  return %r : f64
}
func.func private @reading(%p: !llvm.ptr) -> f64 attributes {task.context = "scalar"} {
  %zero = arith.constant 0.0 : f64
  %r = scf.while (%a = %zero) : (f64) -> f64 {
    %c = arith.cmpf oeq, %a, %zero : f64
    scf.condition(%c) %a : f64
  } do {
  ^bb0(%a: f64):
    %b = llvm.load %p : !llvm.ptr -> f64
    scf.yield %b : f64
  }
  return %r : f64
}
func.func private @small(%x: bf16) -> bf16 attributes {task.context = "scalar"} {
  %one = arith.constant 1.0 : bf16
  %r = scf.while (%a = %x) : (bf16) -> bf16 {
    %c = arith.cmpf ogt, %a, %one : bf16
    scf.condition(%c) %a : bf16
  } do {
  ^bb0(%a: bf16):
    %b = arith.mulf %a, %a : bf16
    scf.yield %b : bf16
  }
  return %r : bf16
}
func.func @kernel(%from: index, %to: index, %p: !llvm.ptr, %x: f64, %y: bf16) attributes {task.context = "kernel"} {
  %step = arith.constant 1 : index
  scf.for %i = %from to %to step %step {
    %a = func.call @foreign(%x) : (f64) -> f64
    %b = func.call @reading(%p) : (!llvm.ptr) -> f64
    %c = func.call @small(%y) : (bf16) -> bf16
    %d = arith.addf %a, %b : f64
    llvm.store %d, %p : f64, !llvm.ptr
    llvm.store %c, %p : bf16, !llvm.ptr
  }
  return
}
