// Reads of elements whose indices are known to be in range say so; others are still checked.
// RUN: %dagger-opt --prove-bounds %s | FileCheck %s --implicit-check-not=array.bounded
#id = affine_map<(d0, d1) -> (d0, d1)>

// Points of the array's own extents, constants below them, and indices that were made below them.
// CHECK-LABEL: func @own
// CHECK-SAME: (%[[N:.*]]: index
func.func @own(%n: index, %m: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %e = tensor.empty(%n, %c3) : tensor<?x?xf64>
  %f = tensor.empty(%m, %c3) : tensor<?x?xf64>
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x?xf64>) {
  ^bb0(%o: f64):
    %i = linalg.index 0 : index
    %d = linalg.index 1 : index
    %j = array.bounded %m below %n
    // CHECK: array.element %{{.*}}[%{{.*}}, %c2] {in_bounds}
    %a = array.element %e[%i, %c2] : tensor<?x?xf64>
    // CHECK: array.element %{{.*}}[%{{.*}}, %{{.*}}] {in_bounds}
    %b = array.element %e[%j, %d] : tensor<?x?xf64>
    // Another array has extents of its own.
    // CHECK: array.element %{{.*}}[%{{.*}}, %c2] : tensor
    %c = array.element %f[%i, %c2] : tensor<?x?xf64>
    // CHECK: array.element %{{.*}}[%{{.*}}, %c3{{.*}}] : tensor
    %g = array.element %e[%i, %c3] : tensor<?x?xf64>
    // CHECK: array.element %{{.*}}[%{{.*}}, %{{.*}}] : tensor
    %h = array.element %f[%j, %d] : tensor<?x?xf64>
    %x = arith.addf %a, %b : f64
    %y = arith.addf %x, %c : f64
    %z = arith.addf %y, %g : f64
    %s = arith.addf %z, %h : f64
    linalg.yield %s : f64
  } -> tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}

// Loops over an axis; one that begins below 0, and one that goes further.
// CHECK-LABEL: func @loops
func.func @loops(%a: tensor<?xf64>, %m: i64, %low: i64) -> f64 attributes {task.context = "task"} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1 : i64
  %zero = arith.constant 0 : i64
  %sum = arith.constant 0.0 : f64
  %dim = tensor.dim %a, %c0 : tensor<?xf64>
  %n = arith.index_cast %dim : index to i64
  // CHECK: array.element %{{.*}}[%{{.*}}] {in_bounds}
  %r = scf.for %i = %zero to %n step %one iter_args(%s = %sum) -> f64 : i64 {
    %k = arith.index_cast %i : i64 to index
    %x = array.element %a[%k] : tensor<?xf64>
    %t = arith.addf %s, %x : f64
    scf.yield %t : f64
  }
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor
  %q = scf.for %i = %low to %n step %one iter_args(%s = %r) -> f64 : i64 {
    %k = arith.index_cast %i : i64 to index
    %x = array.element %a[%k] : tensor<?xf64>
    %t = arith.addf %s, %x : f64
    scf.yield %t : f64
  }
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor
  %p = scf.for %i = %zero to %m step %one iter_args(%s = %q) -> f64 : i64 {
    %k = arith.index_cast %i : i64 to index
    %x = array.element %a[%k] : tensor<?xf64>
    %t = arith.addf %s, %x : f64
    scf.yield %t : f64
  }
  return %p : f64
}

// An extent that was checked to be another array's is that one's too, from there on; so is a number below one that is known.
// CHECK-LABEL: func @checked
func.func @checked(%a: tensor<?xf64>, %b: tensor<?xf64>, %c: tensor<9xf64>) -> f64 attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %nine = arith.constant 9 : index
  %r = arith.constant 0.0 : f64
  %n = tensor.dim %a, %zero : tensor<?xf64>
  %m = tensor.dim %b, %zero : tensor<?xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor
  %p = scf.for %i = %zero to %n step %one iter_args(%s = %r) -> f64 {
    %x = array.element %b[%i] : tensor<?xf64>
    %t = arith.addf %s, %x : f64
    scf.yield %t : f64
  }
  task.check_extent %m, %n, "`b` and `a`"
  // CHECK: array.element %{{.*}}[%{{.*}}] {in_bounds} : tensor<?xf64>
  %q = scf.for %i = %zero to %n step %one iter_args(%s = %p) -> f64 {
    %x = array.element %b[%i] : tensor<?xf64>
    %t = arith.addf %s, %x : f64
    scf.yield %t : f64
  }
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<?xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}] {in_bounds} : tensor<9xf64>
  %u = scf.for %i = %zero to %nine step %one iter_args(%s = %q) -> f64 {
    %x = array.element %b[%i] : tensor<?xf64>
    %y = array.element %c[%i] : tensor<9xf64>
    %t = arith.addf %x, %y : f64
    scf.yield %t : f64
  }
  return %u : f64
}

// Below 0 is out of range too, and what is read where nothing has checked yet.
// CHECK-LABEL: func @below
func.func @below(%a: tensor<9xf64>, %b: tensor<?xf64>, %c: tensor<?xf64>) -> f64 attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %low = arith.constant -1 : index
  %r = arith.constant 0.0 : f64
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<9xf64>
  %x = array.element %a[%low] : tensor<9xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<?xf64>
  %y = array.element %b[%zero] : tensor<?xf64>
  %n = tensor.dim %b, %zero : tensor<?xf64>
  %m = tensor.dim %c, %zero : tensor<?xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<?xf64>
  %q = scf.for %i = %low to %n step %one iter_args(%s = %r) -> f64 {
    %z = array.element %b[%i] : tensor<?xf64>
    scf.yield %z : f64
  }
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<?xf64>
  // CHECK: task.check_extent
  %p = scf.for %i = %zero to %n step %one iter_args(%s = %q) -> f64 {
    %z = array.element %c[%i] : tensor<?xf64>
    scf.yield %z : f64
  }
  task.check_extent %m, %n, "`c` and `b`"
  %t = arith.addf %x, %y : f64
  %u = arith.addf %t, %p : f64
  return %u : f64
}

// A number that went through a narrower type is another number.
// CHECK-LABEL: func @narrow
func.func @narrow(%n: i64) -> f64 attributes {task.context = "task"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = arith.constant 0.0 : f64
  %wide = arith.index_cast %n : i64 to index
  %small = arith.index_cast %wide : index to i8
  %less = arith.index_cast %small : i8 to index
  %e = tensor.empty(%less) : tensor<?xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<?xf64>
  %p = scf.for %i = %zero to %wide step %one iter_args(%s = %r) -> f64 {
    %z = array.element %e[%i] : tensor<?xf64>
    scf.yield %z : f64
  }
  return %p : f64
}

// A point of an operation over another index space: its axes come in another order.
// CHECK-LABEL: func @turned
func.func @turned(%n: index, %m: index) -> tensor<?x?xf64> attributes {task.context = "host"} {
  %e = tensor.empty(%n, %m) : tensor<?x?xf64>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x?xf64>) {
  ^bb0(%o: f64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    // CHECK: array.element %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64>
    %a = array.element %e[%i, %j] : tensor<?x?xf64>
    linalg.yield %a : f64
  } -> tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}

// Without a sign -1 is the largest number: the loop goes on behind the last element.
// CHECK-LABEL: func @unsigned
func.func @unsigned(%a: tensor<9xf64>) -> f64 attributes {task.context = "task"} {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %most = arith.constant -1 : i64
  %r = arith.constant 0.0 : f64
  // CHECK: array.element %{{.*}}[%{{.*}}] : tensor<9xf64>
  %p = scf.for unsigned %i = %zero to %most step %one iter_args(%s = %r) -> f64 : i64 {
    %k = arith.index_cast %i : i64 to index
    %z = array.element %a[%k] : tensor<9xf64>
    scf.yield %z : f64
  }
  return %p : f64
}
