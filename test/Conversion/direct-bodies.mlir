// Short tasks get a second body: on the caller's arrays, and giving up where the first would fail.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s
// RUN: %dagger-opt --convert-task-to-llvm %s | FileCheck %s --check-prefix=ONLY \
// RUN:   --implicit-check-not=@waits.tasks.direct --implicit-check-not=@put.taskas.direct --implicit-check-not=@branch.taskas.direct --implicit-check-not=@text.tasks.direct --implicit-check-not=@shout.taskas.direct
// RUN: %dagger-opt --convert-task-to-llvm --verify-phase=phase=host %s -o /dev/null

// The descriptions name the bodies that there are, and none where there is none: neither where something is written before all is
// known to go well, nor where a text is given, nor where another task waits.
// ONLY-DAG: llvm.mlir.addressof @plain.tasks.direct
// ONLY-DAG: llvm.mlir.addressof @add.taskaa.direct
// ONLY-DAG: llvm.mlir.addressof @half.tasks.direct
// ONLY-DAG: llvm.mlir.addressof @count.taskas.direct
// ONLY-DAG: llvm.mlir.addressof @late.taskaa.direct

// The box of each array is looked at, all is read, then it is written. It reads first: whether arguments share does not matter.
// CHECK: llvm.func internal @add.taskaa.direct(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[ARRAYS:.*]]: !llvm.ptr, %[[BOXES:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i32) -> i32
// CHECK-NOT: icmp "ne" %arg5
// CHECK: llvm.icmp "eq" %[[BOXES]], %{{.*}} : !llvm.ptr
// CHECK: llvm.icmp "sle"
// CHECK-NOT: llvm.call
// CHECK: llvm.return
// CHECK: llvm.func
func.func private @add(%x: tensor<?xi64>, %y: tensor<?xi64> {task.inout}) -> tensor<?xi64> attributes {task.context = "task", task.light} {
  %c0 = arith.constant 0 : index
  %0 = array.element %y[%c0] : tensor<?xi64>
  %1 = array.element %x[%c0] : tensor<?xi64>
  %2 = arith.addi %0, %1 : i64
  %3 = array.own %y : tensor<?xi64>
  %4 = array.insert %2 into %3[%c0] : tensor<?xi64>
  return %4 : tensor<?xi64>
}

// Where it would fail, it gives up.
func.func private @half(%k: i64) -> i64 attributes {task.context = "task", task.light} {
  %c0 = arith.constant 0 : i64
  %c2 = arith.constant 2 : i64
  %even = arith.cmpi ne, %k, %c0 : i64
  %why = array.text "zero"
  task.assert %even, %why
  array.release %why : !array.str
  %half = arith.divsi %k, %c2 : i64
  return %half : i64
}

// A scalar that is updated.
func.func private @count(%n: i64 {task.inout}, %k: i64) -> i64 attributes {task.context = "task", task.light} {
  %0 = arith.addi %n, %k : i64
  return %0 : i64
}

// The result goes to its place.
// CHECK: llvm.func internal @half.tasks.direct(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[RESULTS:.*]]: !llvm.ptr, %{{.*}}: i32) -> i32
// CHECK: llvm.cond_br %{{.*}} weights([1048576, 1]), ^[[GOES:.*]], ^[[FAILS:.*]]
// CHECK: ^[[GOES]]:
// CHECK-NEXT: llvm.sdiv
// CHECK-NOT: llvm.call
// CHECK: llvm.store %{{.*}}, %[[RESULTS]] : i64, !llvm.ptr
// CHECK: llvm.func

// What it writes may be what it reads later: not where something is shared.
// CHECK: llvm.func internal @late.taskaa.direct({{.*}}, %[[SHARES:arg5]]: i32) -> i32
// CHECK: %[[SOME:.*]] = llvm.icmp "ne" %[[SHARES]], %{{.*}} : i32
// CHECK-NEXT: llvm.cond_br %[[SOME]], ^[[NOT:.*]], ^
// CHECK: ^[[NOT]]:
// CHECK-NEXT: llvm.return %{{.*}} : i32
func.func private @late(%x: tensor<2xi64>, %y: tensor<2xi64> {task.inout}) -> (i64, tensor<2xi64>) attributes {task.context = "task", task.light} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = array.element %x[%c0] {in_bounds} : tensor<2xi64>
  %1 = array.own %y : tensor<2xi64>
  %2 = array.insert %0 into %1[%c0] : tensor<2xi64>
  %3 = array.element %x[%c1] {in_bounds} : tensor<2xi64>
  return %3, %2 : i64, tensor<2xi64>
}

// The second place may be out of range when the first has been written.
func.func private @put(%y: tensor<?xi64> {task.inout}, %k: i64) -> tensor<?xi64> attributes {task.context = "task", task.light} {
  %c0 = arith.constant 0 : index
  %0 = array.own %y : tensor<?xi64>
  %1 = array.insert %k into %0[%c0] : tensor<?xi64>
  %2 = arith.index_cast %k : i64 to index
  %3 = array.insert %k into %1[%2] : tensor<?xi64>
  return %3 : tensor<?xi64>
}

// So may what comes behind a branch in which something was written.
func.func private @branch(%y: tensor<?xi64> {task.inout}, %k: i64) -> tensor<?xi64> attributes {task.context = "task", task.light} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i64
  %0 = array.own %y : tensor<?xi64>
  %some = arith.cmpi ne, %k, %zero : i64
  cf.cond_br %some, ^write, ^end
^write:
  %1 = array.insert %k into %0[%c0] : tensor<?xi64>
  cf.br ^end
^end:
  task.assert %some
  return %0 : tensor<?xi64>
}

func.func private @plain(%k: i64) -> i64 attributes {task.context = "task"} {
  return %k : i64
}

func.func private @waits(%k: i64) -> i64 attributes {task.context = "task"} {
  %f = task.spawn @plain(%k) : (i64) -> !task.future<i64>
  %y = task.join %f @plain(%k) : !task.future<i64>, (i64) -> i64
  return %y : i64
}

func.func private @text(%k: i64) -> !array.str attributes {task.context = "task", task.light} {
  %0 = task.runtime "dg_format_i64"(%k) {pure, spec = ""} : (i64) -> !array.str
  return %0 : !array.str
}

// There is no way through it without the runtime.
func.func private @shout(%y: tensor<?xi64> {task.inout}, %k: i64) -> tensor<?xi64> attributes {task.context = "task", task.light} {
  %0 = task.runtime "dg_format_i64"(%k) {pure, spec = ""} : (i64) -> !array.str
  task.print %0
  array.release %0 : !array.str
  return %y : tensor<?xi64>
}

func.func @main(%a: tensor<?xi64>, %b: tensor<?xi64>, %c: tensor<i64>, %d: tensor<2xi64>, %k: i64, %i: index) attributes {task.context = "host"} {
  %0 = task.call @add(%a, %b) boxes [0, 1][%i, %i] [%i, %i] updates [1] : (tensor<?xi64>, tensor<?xi64>) -> tensor<?xi64>
  %1 = task.call @half(%k) boxes [] [] [] updates [] : (i64) -> tensor<i64>
  %2 = task.call @count(%c, %k) boxes [] [] [] updates [0] : (tensor<i64>, i64) -> tensor<i64>
  %3:2 = task.call @late(%d, %d) boxes [] [] [] updates [1] : (tensor<2xi64>, tensor<2xi64>) -> (tensor<i64>, tensor<2xi64>)
  %4 = task.call @plain(%k) boxes [] [] [] updates [] : (i64) -> tensor<i64>
  %9 = task.call @waits(%k) boxes [] [] [] updates [] : (i64) -> tensor<i64>
  %5 = task.call @put(%a, %k) boxes [] [] [] updates [0] : (tensor<?xi64>, i64) -> tensor<?xi64>
  %6 = task.call @branch(%a, %k) boxes [] [] [] updates [0] : (tensor<?xi64>, i64) -> tensor<?xi64>
  %7 = task.call @text(%k) boxes [] [] [] updates [] : (i64) -> tensor<!array.str>
  %8 = task.call @shout(%a, %k) boxes [] [] [] updates [0] : (tensor<?xi64>, i64) -> tensor<?xi64>
  return
}
