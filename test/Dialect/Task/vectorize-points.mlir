// Loops over points that have loops of their own take several points at a time, where what they read lies side by side.
// RUN: %dagger-opt --vectorize-points --split-input-file %s | FileCheck %s

// Turns that all points share stay turns; what differs is two vectors; the rest of the points is taken one by one.
// CHECK-LABEL: func @nearest(
// CHECK-SAME: %[[LOW:[^:]*]]: index, %[[HIGH:[^:]*]]: index,
// CHECK: %[[COUNT:.*]] = arith.constant 32 : index
// CHECK: %[[TURNS:.*]] = arith.subi %[[HIGH]], %[[LOW]]
// CHECK: %[[REST:.*]] = arith.remsi %[[TURNS]], %[[COUNT]]
// CHECK: %[[END:.*]] = arith.subi %[[HIGH]], %[[REST]]
// CHECK: scf.for %{{.*}} = %[[LOW]] to %[[END]] step %[[COUNT]] {
// CHECK: scf.for {{.*}} -> (vector<32xf32>, vector<32xi64>)
// CHECK: llvm.load {{.*}} {alignment = 4 : i64} : !llvm.ptr -> vector<32xf32>
// CHECK: llvm.load {{.*}} : !llvm.ptr -> f32
// CHECK: llvm.shufflevector
// CHECK: arith.subf {{.*}} : vector<32xf32>
// CHECK: llvm.store {{.*}} {alignment = 8 : i64} : vector<32xi64>, !llvm.ptr
// CHECK: scf.for %{{.*}} = %[[END]] to %[[HIGH]] step
// CHECK-NOT: vector
// CHECK: return
func.func @nearest(%low: index, %high: index, %n: index, %a: !llvm.ptr, %b: !llvm.ptr, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0 : index
  %none = arith.constant 0 : i64
  %far = arith.constant 1.0e30 : f32
  scf.for %i = %low to %high step %one {
    %best:2 = scf.for %c = %zero to %n step %one iter_args(%least = %far, %at = %none) -> (f32, i64) {
      %m = arith.muli %c, %n : index
      %k = arith.addi %m, %i : index
      %j = arith.index_cast %k : index to i64
      %p = llvm.getelementptr %a[%j] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      %x = llvm.load %p : !llvm.ptr -> f32
      %d = arith.index_cast %c : index to i64
      %q = llvm.getelementptr %b[%d] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      %y = llvm.load %q : !llvm.ptr -> f32
      %z = arith.subf %x, %y : f32
      %less = arith.cmpf olt, %z, %least : f32
      %l = arith.select %less, %z, %least : f32
      %w = arith.select %less, %d, %at : i64
      scf.yield %l, %w : f32, i64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    llvm.store %best#1, %s : i64, !llvm.ptr
  } {task.points}
  return
}

// -----

// What the points number themselves is counted up; points that leave a loop at different times have a mask.
// CHECK-LABEL: func @leave
// CHECK: arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi64>
// CHECK: scf.while {{.*}}vector<16xi1>
// CHECK: } do {
// CHECK-NOT: arith.select
// CHECK: arith.divsi
// CHECK: llvm.store {{.*}} : vector<16xi64>, !llvm.ptr
func.func @leave(%low: index, %high: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %two = arith.constant 2 : i64
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %k = scf.while (%a = %e) : (i64) -> i64 {
      %more = arith.cmpi sgt, %a, %two : i64
      scf.condition(%more) %a : i64
    } do {
    ^bb0(%a: i64):
      %b = arith.divsi %a, %two : i64
      scf.yield %b : i64
    }
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    llvm.store %k, %s : i64, !llvm.ptr
  } {task.points}
  return
}

// -----

// Refused: elements that do not lie side by side, a read that not every point gets to, a write in an inner loop, one without
// loops of its own, turns of which points take different numbers, and a loop that does not say that its turns are independent.
// CHECK-NOT: vector
func.func @apart(%low: index, %high: index, %n: index, %a: !llvm.ptr, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %m = arith.muli %i, %n : index
    %j = arith.index_cast %m : index to i64
    %p = llvm.getelementptr %a[%j] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f64) {
      %v = llvm.load %p : !llvm.ptr -> f64
      %w = arith.addf %sum, %v : f64
      scf.yield %w : f64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
func.func @some(%low: index, %high: index, %n: index, %a: !llvm.ptr, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %few = arith.cmpi slt, %i, %n : index
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f64) {
      %v = scf.if %few -> (f64) {
        %p = llvm.getelementptr %a[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
        %l = llvm.load %p : !llvm.ptr -> f64
        scf.yield %l : f64
      } else {
        scf.yield %zero : f64
      }
      %w = arith.addf %sum, %v : f64
      scf.yield %w : f64
    }
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
func.func @within(%low: index, %high: index, %n: index, %x: f64, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    scf.for %c = %low to %n step %one {
      llvm.store %x, %s : f64, !llvm.ptr
    }
  } {task.points}
  return
}
func.func @plain(%low: index, %high: index, %x: f64, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
func.func @uneven(%low: index, %high: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %x = scf.for %c = %low to %i step %one iter_args(%sum = %zero) -> (f64) {
      %w = arith.addf %sum, %sum : f64
      scf.yield %w : f64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
func.func @ordered(%low: index, %high: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %x = scf.for %c = %low to %high step %one iter_args(%sum = %zero) -> (f64) {
      %w = arith.addf %sum, %sum : f64
      scf.yield %w : f64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  }
  return
}

// -----

// Refused too: a division by what may be 0 in a point that leaves before it, code that may fail, a write that only some points
// reach, elements of another size than the ones that the address counts, and a read that is volatile.
// CHECK-NOT: vector
func.func private @fails(f64) -> f64 attributes {task.context = "scalar"}
func.func @divides(%low: index, %high: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %none = arith.constant 0 : i64
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %x = scf.while (%a = %e) : (i64) -> i64 {
      %more = arith.cmpi sgt, %a, %none : i64
      scf.condition(%more) %a : i64
    } do {
    ^bb0(%a: i64):
      %b = arith.remsi %e, %a : i64
      scf.yield %b : i64
    }
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    llvm.store %x, %s : i64, !llvm.ptr
  } {task.points}
  return
}
func.func @calls(%low: index, %high: index, %n: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f64) {
      %w = func.call @fails(%sum) : (f64) -> f64
      scf.yield %w : f64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
func.func @some_write(%low: index, %high: index, %n: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f64) {
      %w = arith.addf %sum, %sum : f64
      scf.yield %w : f64
    }
    %e = arith.index_cast %i : index to i64
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %few = arith.cmpi slt, %i, %n : index
    scf.if %few {
      llvm.store %x, %s : f64, !llvm.ptr
    }
  } {task.points}
  return
}
func.func @other_size(%low: index, %high: index, %n: index, %a: !llvm.ptr, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %p = llvm.getelementptr %a[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f32) {
      %v = llvm.load %p : !llvm.ptr -> f32
      %w = arith.addf %sum, %v : f32
      scf.yield %w : f32
    }
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    llvm.store %x, %s : f32, !llvm.ptr
  } {task.points}
  return
}
func.func @volatile(%low: index, %high: index, %n: index, %a: !llvm.ptr, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  scf.for %i = %low to %high step %one {
    %e = arith.index_cast %i : index to i64
    %p = llvm.getelementptr %a[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %x = scf.for %c = %low to %n step %one iter_args(%sum = %zero) -> (f64) {
      %v = llvm.load volatile %p : !llvm.ptr -> f64
      %w = arith.addf %sum, %v : f64
      scf.yield %w : f64
    }
    %s = llvm.getelementptr %r[%e] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %s : f64, !llvm.ptr
  } {task.points}
  return
}
