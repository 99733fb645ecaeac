// Launches outside of loops whose extents are small constants are brief, in functions that run once.
// RUN: %dagger-opt --brief-launches %s | FileCheck %s
// RUN: %dagger-opt --brief-launches --lower-kernels %s | FileCheck %s --check-prefix=KERNELS

// CHECK-LABEL: func.func @main
func.func @main(%many: index, %again: i1) attributes {task.context = "host"} {
  %c8 = arith.constant 8 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %c0 = arith.constant 0 : index
  %c100000 = arith.constant 100000 : index
  // CHECK: task.launch "map" over(%c8)
  // CHECK: task.brief
  %few = task.launch "map" over (%c8) shapes(%c8) {
  ^bb0(%i: index):
    %x = arith.index_cast %i : index to i64
    array.yield %x : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // Of a reduction each element of the blocks counts, and of what combines them each block.
  // CHECK: task.launch "blocks"
  // CHECK: task.brief
  %blocks:2 = task.launch "blocks" over (%c1) arrays(%few : tensor<?xi64>) scalars(%c5 : index) shapes(%c1, %c1) {
  ^bb0(%b: index, %x: i64, %n: index):
    array.yield %x : i64
  } combine {
  ^bb0(%l: i64, %r: i64):
    %s = arith.addi %l, %r : i64
    array.yield %s : i64
  } {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>], reduced = array<i64: 0>} : tensor<?xi64>, tensor<?xi1>
  // CHECK: task.launch "combine"
  // CHECK: task.brief
  %sum = task.launch "combine" over () arrays(%blocks#0, %blocks#1 : tensor<?xi64>, tensor<?xi1>) {} combine {
  ^bb0(%l: i64, %r: i64):
    %s = arith.addi %l, %r : i64
    array.yield %s : i64
  } {access = [#task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>], reduced = array<i64: 0>, identity = [0 : i64]} : tensor<i64>
  // CHECK: task.launch "map" over(%c100000)
  // CHECK-NOT: task.brief
  %long = task.launch "map" over (%c100000) shapes(%c100000) {
  ^bb0(%i: index):
    %x = arith.index_cast %i : index to i64
    array.yield %x : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // CHECK: task.launch "map" over(%arg0)
  // CHECK-NOT: task.brief
  %unknown = task.launch "map" over (%many) shapes(%many) {
  ^bb0(%i: index):
    %x = arith.index_cast %i : index to i64
    array.yield %x : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // A loop at a point, of as many turns as nobody knows.
  // CHECK: task.launch "map" over(%c8) scalars(%arg0
  // CHECK-NOT: task.brief
  %loops = task.launch "map" over (%c8) scalars(%many : index) shapes(%c8) {
  ^bb0(%i: index, %n: index):
    %zero = arith.constant 0 : i64
    %low = arith.constant 0 : index
    %step = arith.constant 1 : index
    %total = scf.for %j = %low to %n step %step iter_args(%t = %zero) -> i64 {
      %x = arith.index_cast %j : index to i64
      %u = arith.addi %t, %x : i64
      scf.yield %u : i64
    }
    array.yield %total : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  // CHECK: scf.if
  // CHECK: task.launch
  // CHECK: task.brief
  scf.if %again {
    %here = task.launch "map" over (%c8) shapes(%c8) {
    ^bb0(%i: index):
      %y = arith.constant 1 : i64
      array.yield %y : i64
    } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  }
  // CHECK: scf.for
  // CHECK-NOT: task.brief
  scf.for %turn = %c0 to %many step %c1 {
    %often = task.launch "map" over (%c8) shapes(%c8) {
    ^bb0(%i: index):
      %y = arith.constant 2 : i64
      array.yield %y : i64
    } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  }
  // A loop of remainders ends, whatever it begins with: here once and a half for each bit.
  // CHECK: task.launch "map" over(%c8)
  // CHECK: task.brief
  %divisors = task.launch "map" over (%c8) shapes(%c8) {
  ^bb0(%i: index):
    %c0_0 = arith.constant 0 : i64
    %c360 = arith.constant 360 : i64
    %from = arith.index_cast %i : index to i64
    %x:2 = scf.while (%a = %from, %b = %c360) : (i64, i64) -> (i64, i64) {
      %more = arith.cmpi ne, %b, %c0_0 : i64
      scf.condition(%more) %a, %b : i64, i64
    } do {
    ^bb0(%a: i64, %b: i64):
      %r = arith.remui %a, %b : i64
      scf.yield %b, %r : i64, i64
    }
    array.yield %x#0 : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return
}

// Who knows how often this is called.
// CHECK-LABEL: func.func @other
// CHECK-NOT: task.brief
func.func @other() attributes {task.context = "host"} {
  %c8 = arith.constant 8 : index
  %few = task.launch "map" over (%c8) shapes(%c8) {
  ^bb0(%i: index):
    %x = arith.constant 3 : i64
    array.yield %x : i64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
  return
}

// Their kernels have one version of each loop.
// KERNELS: func.func private @map_kernel({{.*}}task.brief
// KERNELS-NOT: scf.if
// KERNELS: func.func private @blocks_kernel({{.*}}task.brief
// KERNELS-COUNT-1: scf.while
// KERNELS: func.func private @combine_kernel({{.*}}task.brief
// KERNELS: func.func private @map_kernel_{{[0-9]+}}({{.*}}) attributes {task.context = "kernel"}
// KERNELS: scf.if
