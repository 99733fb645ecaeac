// At HOST only the LLVM dialect is left, and LLVM's own IR can be made of it.
// RUN: %dagger-opt --phase-values --phase-graph --phase-kernels --phase-host %S/Inputs/program.mlir -o %t
// RUN: FileCheck %s < %t
// RUN: mlir-translate --mlir-to-llvmir %t | FileCheck %s --check-prefix=LLVM

// CHECK-NOT: func.func
// CHECK-DAG: llvm.call @dg_launch_submit
// CHECK-DAG: llvm.func internal @blocks_kernel
// CHECK-DAG: llvm.func internal @combine_kernel
// CHECK-NOT: {{(task|scf|arith|func|array)[.][a-z_]+ [%@("]}}
// LLVM: define internal void @blocks_kernel(
