// What belongs to an earlier phase is refused where a later one ends; what is right there passes.
// RUN: split-file %s %t
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=values %t/values.mlir
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=graph %t/graph.mlir
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=kernels %t/kernels.mlir
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=host %t/host.mlir

// RUN: not %dagger-opt --verify-phase=phase=kernel %t/none.mlir 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: there is no phase `kernel`

//--- none.mlir
//--- values.mlir
// A value that somebody owns.
func.func @owned(%a: tensor<?xf64>) attributes {task.context = "host"} {
  // expected-error @below {{stands at VALUES}}
  array.release %a : tensor<?xf64>
  return
}

// -----

func.func @launched(%n: index) attributes {task.context = "host"} {
  // expected-error @below {{stands at VALUES}}
  task.launch "map" over (%n) {
  ^bb0(%i: index):
    array.yield
  } combine {} {access = []}
  return
}

// -----

// expected-error @below {{a function that does not say where its code runs}}
func.func @nowhere() {
  return
}

// -----

// expected-error @below {{a function that does not say where its code runs}}
func.func @elsewhere() attributes {task.context = "device"} {
  return
}

// -----

func.func @fine(%a: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  %b = array.transpose %a : tensor<?xf64> -> tensor<?xf64>
  return %b : tensor<?xf64>
}

//--- graph.mlir
func.func @elements(%x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %e = tensor.empty(%n) : tensor<?xf64>
  // expected-error @below {{is left at GRAPH}}
  %f = linalg.fill ins(%x : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  return %f : tensor<?xf64>
}

// -----

func.func @updates(%x: f64, %a: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // expected-error @below {{is left at GRAPH}}
  %f = array.fill_slice %x into %a[%n] [%n] [%n] : tensor<?xf64>
  return %f : tensor<?xf64>
}

// -----

func.func @reduces(%n: index) -> tensor<f64> attributes {task.context = "host"} {
  // expected-error @below {{is left at GRAPH}}
  %m = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    %one = arith.constant 1.0 : f64
    array.yield %one : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return %m : tensor<f64>
}

// -----

func.func @has_kernel(%n: index) attributes {task.context = "host"} {
  // expected-error @below {{has a kernel at GRAPH}}
  task.launch "map" over (%n) {} combine {} {access = [], kernel = @k}
  return
}

// -----

// What a launch does at one point may reduce, and room for updates may be made.
func.func @fine(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  task.launch "map" over (%n) {
  ^bb0(%i: index):
    %m = array.reduce in (%i) axes [0] maps [] {
    ^bb0(%k: index):
      %one = arith.constant 1.0 : f64
      array.yield %one : f64
    } combine {
    ^bb0(%l: f64, %r: f64):
      array.yield %l : f64
    } {identity = [0.0]} : tensor<f64>
    array.yield
  } combine {} {access = []}
  %e = tensor.empty(%n) : tensor<?xf64>
  return %e : tensor<?xf64>
}

//--- kernels.mlir
func.func @no_kernel(%n: index) attributes {task.context = "host"} {
  // expected-error @below {{has no kernel}}
  task.launch "map" over (%n) {} combine {} {access = []}
  return
}

// -----

func.func private @k() attributes {task.context = "kernel"}
func.func @other_signature(%n: index) attributes {task.context = "host"} {
  // expected-error @below {{has no kernel}}
  task.launch "map" over (%n) {} combine {} {access = [], kernel = @k}
  return
}

// -----

func.func @has_points(%n: index, %x: f64) -> tensor<f64> attributes {task.context = "host"} {
  %m = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    // expected-error @below {{is left at KERNELS}}
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return %m : tensor<f64>
}

// -----

func.func private @k(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) attributes {task.context = "kernel"}
func.func @fine(%n: index) attributes {task.context = "host"} {
  task.launch "map" over (%n) {} combine {} {access = [], kernel = @k}
  return
}

//--- host.mlir
llvm.func @left() {
  // expected-error @below {{is left at HOST}}
  %0 = arith.constant 1 : i64
  llvm.return
}

// -----

llvm.func @fine() {
  llvm.return
}

// -----

llvm.func @parallel() {
  omp.parallel {
    omp.terminator
  }
  llvm.return
}
