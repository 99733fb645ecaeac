// The box of a row's tile: a product where the handle knows its tiles, which it does once the runtime was asked; elsewhere a call.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s

// CHECK-LABEL: llvm.func internal @row
// CHECK: %[[AT:.*]] = llvm.getelementptr %arg1[160]
// CHECK: %[[TILES:.*]] = llvm.load %[[AT]] atomic acquire
// CHECK: %[[KNOWN:.*]] = llvm.icmp "ult" %arg2, %[[TILES]] : i64
// CHECK: llvm.cond_br %[[KNOWN]] weights([1048576, 1]), ^[[QUICK:.*]], ^[[SLOW:.*]]
// CHECK: ^[[QUICK]]:
// CHECK-NOT: llvm.call
// CHECK: %[[START:.*]] = llvm.mul %arg2
// CHECK: llvm.intr.umin
// CHECK: ^[[SLOW]]:
// CHECK: llvm.call @dg_array_tile_box
func.func @row(%a: tensor<?xf64>, %i: index) -> index attributes {task.context = "host"} {
  %box:2 = array.tile_box %a[%i] : tensor<?xf64> -> index, index
  %sum = arith.addi %box#0, %box#1 : index
  return %sum : index
}

// A table's is asked for each time, and so is that of a task's argument, which may be a view on the stack.
// CHECK-LABEL: llvm.func internal @table
// CHECK-NOT: acquire
// CHECK: llvm.call @dg_array_tile_box
func.func @table(%a: tensor<?x?xf64>, %i: index) -> index attributes {task.context = "host"} {
  %box:4 = array.tile_box %a[%i, %i] : tensor<?x?xf64> -> index, index, index, index
  return %box#0 : index
}
// CHECK-LABEL: llvm.func internal @argument
// CHECK-NOT: acquire
// CHECK: llvm.call @dg_array_tile_box
func.func private @argument(%a: tensor<?xf64>, %i: index) -> index attributes {task.context = "task"} {
  %box:2 = array.tile_box %a[%i] : tensor<?xf64> -> index, index
  return %box#0 : index
}
