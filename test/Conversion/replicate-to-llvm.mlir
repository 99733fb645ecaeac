// A loop that every thread goes through: its frame, its description, and the function that takes turns.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s
// RUN: %dagger-opt --convert-task-to-llvm %s | FileCheck %s --check-prefix=LOOP
// RUN: %dagger-opt --convert-task-to-llvm --verify-phase=phase=host %s -o /dev/null

// CHECK-LABEL: llvm.func internal @dagger.main(
// CHECK: %[[ROOM:.*]] = llvm.alloca %{{.*}} x !llvm.struct<(i8, ptr, struct<(i64, ptr)>)>
// CHECK: llvm.call @dg_replicate(%{{.*}}, %{{.*}}, %[[ROOM]], %{{.*}})
// CHECK: llvm.getelementptr %[[ROOM]][0, 2, 1]
func.func @main(%x: tensor<?xf64>, %y: tensor<?xf64>, %flag: i1, %k: i64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %r:2 = task.replicate @main.turns for %n reads(%flag, %x : i1, tensor<?xf64>) carries(%k, %y : i64, tensor<?xf64>)
  return %r#1 : tensor<?xf64>
}
// The context it is called with reaches everything in it.
// CHECK-LABEL: llvm.func internal @main.turns(
// CHECK-SAME: %[[CONTEXT:[a-z0-9]+]]: !llvm.ptr
// CHECK: llvm.call @dg_array_own(%[[CONTEXT]],
func.func private @main.turns(%from: index, %to: index, %flag: i1, %x: tensor<?xf64>, %k: i64, %y: tensor<?xf64>) -> (i64, tensor<?xf64>) attributes {task.context = "host", task.outlined} {
  %own = array.own %y : tensor<?xf64>
  return %k, %own : i64, tensor<?xf64>
}
// CHECK-LABEL: llvm.func internal @main.turns.frame(
// CHECK-SAME: %[[C:[a-z0-9]+]]: !llvm.ptr, %[[FRAME:[a-z0-9]+]]: !llvm.ptr, %[[FROM:[a-z0-9]+]]: i64, %[[TO:[a-z0-9]+]]: i64, %[[OUT:[a-z0-9]+]]: !llvm.ptr)
// CHECK: %[[PLACE:.*]] = llvm.getelementptr %[[FRAME]][0, 0]
// CHECK: %[[BYTE:.*]] = llvm.load %[[PLACE]]{{.*}} -> i8
// CHECK: %[[FLAG:.*]] = llvm.trunc %[[BYTE]] : i8 to i1
// CHECK: %[[DONE:.*]] = llvm.call @main.turns(%[[C]], %[[FROM]], %[[TO]], %[[FLAG]],
// CHECK: %[[NUMBER:.*]] = llvm.extractvalue %[[DONE]][0]
// CHECK: %[[FIRST:.*]] = llvm.getelementptr %[[OUT]][0, 0]
// CHECK: llvm.store %[[NUMBER]], %[[FIRST]]

// The version, two handles, where what is carried lies and its bytes, and whether turns are counted.
// LOOP: llvm.mlir.global internal constant @loop.{{[0-9]+}}()
// LOOP: llvm.mlir.constant(2 : i32)
// LOOP-NEXT: llvm.mlir.addressof @[[HANDLES:handles[.0-9]*]]
// LOOP-NEXT: llvm.mlir.constant(16 : i32)
// LOOP-NEXT: llvm.mlir.constant(16 : i32)
// LOOP-NEXT: llvm.mlir.constant(0 : i32)
// LOOP-NEXT: llvm.mlir.addressof @main.turns.frame
// Behind the flag, and behind the number that is carried.
// LOOP: llvm.mlir.global internal constant @[[HANDLES]]()
// LOOP: llvm.mlir.constant(8 : i32)
// LOOP-NEXT: llvm.mlir.constant(24 : i32)
