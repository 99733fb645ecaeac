// Every operation of the array dialect is printed as it is read, in its own syntax and in the generic one.
// RUN: %dagger-opt %s | %dagger-opt | FileCheck %s
// RUN: %dagger-opt --mlir-print-op-generic %s | %dagger-opt | FileCheck %s
#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @text
func.func @text() -> !array.str {
  // CHECK: array.text "two\0Alines"
  %0 = array.text "two\nlines"
  return %0 : !array.str
}

// CHECK-LABEL: func @elements
func.func @elements(%a: tensor<?x?xf64>, %i: index, %x: f64) -> tensor<?x?xf64> {
  // CHECK: array.element %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64>
  %0 = array.element %a[%i, %i] : tensor<?x?xf64>
  // CHECK: array.element %{{.*}}[%{{.*}}, %{{.*}}] {in_bounds} : tensor<?x?xf64>
  %1 = array.element %a[%i, %i] {in_bounds} : tensor<?x?xf64>
  // CHECK: array.check_index %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64>
  array.check_index %a[%i, %i] : tensor<?x?xf64>
  // CHECK: array.look_shape %{{.*}} : tensor<?x?xf64>
  array.look_shape %a : tensor<?x?xf64>
  // CHECK: array.insert %{{.*}} into %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64>
  %2 = array.insert %x into %a[%i, %i] : tensor<?x?xf64>
  return %2 : tensor<?x?xf64>
}

// CHECK-LABEL: func @boxes
func.func @boxes(%a: tensor<?x?xf64>, %row: tensor<?xf64>, %x: f64, %i: index, %m: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: array.slice %{{.*}}[%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  %0 = array.slice %a[%i, %c0] [%c1, %m] [%c1, %c1] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
  // CHECK: array.slice %{{.*}}[%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] : tensor<?x?xf64> -> tensor<?x?xf64>
  %1 = array.slice %a[%i, %c0] [%c1, %m] [%c1, %c1] : tensor<?x?xf64> -> tensor<?x?xf64>
  // CHECK: array.insert_slice %{{.*}} into %{{.*}}[%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] {dropped = 1 : i32} : tensor<?xf64> into tensor<?x?xf64>
  %2 = array.insert_slice %row into %a[%i, %c0] [%c1, %m] [%c1, %c1] {dropped = 1 : i32} : tensor<?xf64> into tensor<?x?xf64>
  // CHECK: array.fill_slice %{{.*}} into %{{.*}}[%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] [%{{.*}}, %{{.*}}] : tensor<?x?xf64>
  %3 = array.fill_slice %x into %a[%i, %c0] [%c1, %m] [%c1, %c1] : tensor<?x?xf64>
  return
}

// CHECK-LABEL: func @scatter
func.func @scatter(%level: tensor<?xi32>, %d: i32, %frontier: tensor<?xi64>) -> tensor<?xi32> {
  // CHECK: array.scatter %{{.*}} into %{{.*}}[%{{.*}}] axis 0 : i32, tensor<?xi32>, tensor<?xi64>
  %0 = array.scatter %d into %level[%frontier] axis 0 : i32, tensor<?xi32>, tensor<?xi64>
  return %0 : tensor<?xi32>
}

// CHECK-LABEL: func @stencil
func.func @stencil(%u: tensor<?x?xf32>, %n: index, %m: index, %zero: f32) -> tensor<?x?xf32> {
  // CHECK: array.stencil in(%{{.*}}, %{{.*}}) {
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: index):
  %v = array.stencil in (%n, %m) {
  ^bb0(%i: index, %j: index):
    // CHECK: array.shifted %{{.*}} [-1, 0] axes [0, 1] rule value(%{{.*}} : f32) : tensor<?x?xf32>
    %a = array.shifted %u[-1, 0] axes [0, 1] rule value (%zero : f32) : tensor<?x?xf32>
    // CHECK: array.shifted %{{.*}} [0, 1] axes [1, 0] rule reflect : tensor<?x?xf32>
    %b = array.shifted %u[0, 1] axes [1, 0] rule reflect : tensor<?x?xf32>
    // CHECK: rule clamp
    %c = array.shifted %u[0, 1] axes [0, 1] rule clamp : tensor<?x?xf32>
    // CHECK: rule wrap
    %d = array.shifted %u[0, 1] axes [0, 1] rule wrap : tensor<?x?xf32>
    %e = arith.addf %a, %b : f32
    // CHECK: array.yield %{{.*}} : f32
    array.yield %e : f32
    // CHECK: } : tensor<?x?xf32>
  } : tensor<?x?xf32>
  return %v : tensor<?x?xf32>
}

// CHECK-LABEL: func @reduce
func.func @reduce(%a: tensor<?xf64>, %n: index) -> (tensor<f64>, tensor<f64>) {
  // CHECK: array.reduce ins(%{{.*}} : tensor<?xf64>) in(%{{.*}}) axes [0] maps [#{{.*}}] {
  // CHECK: array.yield %{{.*}} present %{{.*}} : f64
  // CHECK: } combine {
  // CHECK: ^bb0(%{{.*}}: f64, %{{.*}}: f64):
  // CHECK: } {identity = [0.000000e+00]} : tensor<f64>
  %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    %zero = arith.constant 0.0 : f64
    %p = arith.cmpf ogt, %x, %zero : f64
    array.yield %x present %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  // CHECK: array.reduce in(%{{.*}}) axes [0] maps [] {
  // CHECK: } {fails = "max"} : tensor<f64>
  %m = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    %one = arith.constant 1.0 : f64
    array.yield %one : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {fails = "max"} : tensor<f64>
  return %s, %m : tensor<f64>, tensor<f64>
}

// CHECK-LABEL: func @two_passes
func.func @two_passes(%a: tensor<?xf64>, %n: index) -> tensor<f64> {
  // CHECK: array.block_total 0 : f64
  // CHECK: } join {
  // CHECK-NEXT: ^bb0(%{{.*}}: f64, %{{.*}}: i64
  %v:4 = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%i: index, %x: f64):
    %one = arith.constant 1 : i64
    %s = array.block_total 0 : f64
    %k = array.block_total 1 : i64
    %kf = arith.sitofp %k : i64 to f64
    %mean = arith.divf %s, %kf : f64
    %d = arith.subf %x, %mean : f64
    %q = arith.mulf %d, %d : f64
    array.yield %x, %one, %d, %q : f64, i64, f64, f64
  } combine {
  ^bb0(%ls: f64, %lk: i64, %ld: f64, %lq: f64, %rs: f64, %rk: i64, %rd: f64, %rq: f64):
    %s = arith.addf %ls, %rs : f64
    %k = arith.addi %lk, %rk : i64
    %d = arith.addf %ld, %rd : f64
    %q = arith.addf %lq, %rq : f64
    array.yield %s, %k, %d, %q : f64, i64, f64, f64
  } join {
  ^bb0(%ls: f64, %lk: i64, %ld: f64, %lq: f64, %rs: f64, %rk: i64, %rd: f64, %rq: f64):
    %s = arith.addf %ls, %rs : f64
    %k = arith.addi %lk, %rk : i64
    %d = arith.addf %ld, %rd : f64
    %q = arith.maximumf %lq, %rq : f64
    array.yield %s, %k, %d, %q : f64, i64, f64, f64
  } {identity = [0.0, 0, 0.0, 0.0]} : tensor<f64>, tensor<i64>, tensor<f64>, tensor<f64>
  return %v#3 : tensor<f64>
}

// CHECK-LABEL: func @scan
func.func @scan(%a: tensor<?x?xf64>) -> tensor<?x?xf64> {
  // CHECK: array.scan %{{.*}} axis 1 {
  // CHECK: } : tensor<?x?xf64> -> tensor<?x?xf64>
  %s = array.scan %a axis 1 {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } : tensor<?x?xf64> -> tensor<?x?xf64>
  return %s : tensor<?x?xf64>
}

// CHECK-LABEL: func @shapes
func.func @shapes(%a: tensor<?xf64>, %n: index, %m: index) -> tensor<?x?xf64> {
  // CHECK: array.reshape %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?xf64> -> tensor<?x?xf64>
  %0 = array.reshape %a [%n, %m] : tensor<?xf64> -> tensor<?x?xf64>
  // CHECK: array.transpose %{{.*}} : tensor<?x?xf64> -> tensor<?x?xf64>
  %1 = array.transpose %0 : tensor<?x?xf64> -> tensor<?x?xf64>
  // CHECK: array.rechunk %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64>
  %2 = array.rechunk %1 [%n, %m] : tensor<?x?xf64>
  // CHECK: array.tiles %{{.*}} axis 1 : tensor<?x?xf64>
  %3 = array.tiles %2 axis 1 : tensor<?x?xf64>
  // CHECK: array.tile_box %{{.*}}[%{{.*}}, %{{.*}}] : tensor<?x?xf64> -> index, index, index, index
  %4:4 = array.tile_box %2[%3, %3] : tensor<?x?xf64> -> index, index, index, index
  return %2 : tensor<?x?xf64>
}

// CHECK-LABEL: func @library
func.func @library(%a: tensor<?xf64>, %n: i64, %x: f64, %path: !array.str) -> tensor<?xf64> {
  // CHECK: array.library "sort"(%{{.*}}) numbers() reals() texts() {flags = {descending = 1 : i64}, result_types = ["f64"], types = ["f64"]} : (tensor<?xf64>) -> tensor<?xf64>
  %b = array.library "sort"(%a) numbers() reals() texts() {flags = {descending = 1}, types = ["f64"], result_types = ["f64"]} : (tensor<?xf64>) -> tensor<?xf64>
  // CHECK: array.library "save"(%{{.*}}) numbers(%{{.*}}) reals(%{{.*}}) texts(%{{.*}}) {effect,
  array.library "save"(%b) numbers(%n) reals(%x) texts(%path) {effect, types = ["f64"], result_types = []} : (tensor<?xf64>) -> ()
  return %b : tensor<?xf64>
}

// CHECK-LABEL: func @references
func.func @references(%a: tensor<?xf64>, %s: !array.str) -> tensor<?xf64> {
  // CHECK: array.retain %{{.*}} : tensor<?xf64>
  array.retain %a : tensor<?xf64>
  // CHECK: array.release %{{.*}} : !array.str
  array.release %s : !array.str
  // CHECK: array.own %{{.*}} : tensor<?xf64>
  %b = array.own %a : tensor<?xf64>
  // CHECK: array.own %{{.*}} {contiguous} : tensor<?xf64>
  %c = array.own %b {contiguous} : tensor<?xf64>
  return %c : tensor<?xf64>
}
