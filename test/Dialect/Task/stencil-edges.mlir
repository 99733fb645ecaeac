// What lies at a stencil's edge: where it is much, of three axes or more, it becomes vectors too.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s
#reach = #task.operand<"read", mapped = false, exact = true, axes = [0, 1, 2], scale = [1, 1, 1], low = [1, 1, 1], high = [0, 0, 0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0, 1, 2], scale = [1, 1, 1], low = [0, 0, 0], high = [0, 0, 0]>
#reach2 = #task.operand<"read", mapped = false, exact = true, axes = [0, 1], scale = [1, 1], low = [1, 1], high = [0, 0]>
#write2 = #task.operand<"write", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
// CHECK-DAG: #[[MASKS:.*]] = #llvm.loop_vectorize<predicateEnable = true>
// CHECK-DAG: #[[MASKED:.*]] = #llvm.loop_annotation<vectorize = #[[MASKS]], interleave = {{.*}}, parallelAccesses =
// CHECK-DAG: #[[ALONE:.*]] = #llvm.loop_vectorize<disable = true>
// CHECK-DAG: #[[SCALAR:.*]] = #llvm.loop_annotation<vectorize = #[[ALONE]],

// A value outside: loads under masks. A row that is not there is not read, not even under a mask: another row is, and then not
// taken. Inside are whole lines. Where no cache holds the array, the next row is asked for, which may be the next plane's first.
func.func @filled(%x: tensor<?x?x?xf32>, %n: index) -> tensor<?x?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n, %n) arrays(%x : tensor<?x?x?xf32>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>):
    %zero = arith.constant 0.0 : f32
    %l = array.shifted %a[-1, 0, -1] axes [0, 1, 2] rule value(%zero : f32) : tensor<?x?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel(
// CHECK: "llvm.intr.annotation"(%[[STREAMS:[0-9]+]],
// CHECK: scf.for %[[X:[^ ]*]] =
// CHECK: scf.for %[[Y:[^ ]*]] =
// CHECK: scf.if %[[STREAMS]] {
// CHECK: %[[Y1:.*]] = arith.addi %[[Y]], %c1
// CHECK: %[[IS_LAST:.*]] = arith.cmpi sge, %[[Y1]],
// CHECK-DAG: arith.select %[[IS_LAST]], %{{.*}}, %[[Y1]]
// CHECK-DAG: %[[MORE:.*]] = arith.select %[[IS_LAST]], %c1, %c0
// CHECK-DAG: arith.addi %[[X]], %[[MORE]]
// CHECK: scf.for {{.*}} step %c16
// CHECK: llvm.intr.prefetch
// CHECK-COUNT-2: arith.andi %{{.*}}, %c63_i64
// CHECK: scf.for %[[PART:.*]] = %c0 to
// CHECK: scf.for
// CHECK-DAG: %[[ABOVE:.*]] = arith.addi %{{.*}}, %c-1
// CHECK: %[[IS_THERE:.*]] = arith.cmpi ult
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: scf.if
// CHECK: llvm.load
// CHECK: } else {
// CHECK: arith.select
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: } {loop_annotation = #[[MASKED]]}
// The interior asks for nothing.
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: scf.if
// CHECK: llvm.store
// CHECK: return

// Rows found around the torus: a loop of vectors for rows at the edge, and one for the others.
func.func @wrapped(%x: tensor<?x?x?xf32>, %n: index) -> tensor<?x?x?xf32> attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n, %n) arrays(%x : tensor<?x?x?xf32>) shapes(%n, %n, %n) {
  ^bb0(%i: index, %j: index, %k: index, %a: tensor<?x?x?xf32>):
    %l = array.shifted %a[-1, 0, -1] axes [0, 1, 2] rule wrap : tensor<?x?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach, #write]} : tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel_0(
// CHECK: arith.remsi
// CHECK: llvm.store
// CHECK: } {loop_annotation = #[[SCALAR]]}
// CHECK: scf.if
// CHECK: scf.if
// CHECK-NOT: arith.remsi
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: } else {
// CHECK: arith.remsi
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: return

// Rows of a plane are too few for that. Where they are clamped there is but one kind of row.
func.func @plane(%x: tensor<?x?xf32>, %n: index) -> (tensor<?x?xf32>, tensor<?x?xf32>) attributes {task.context = "host"} {
  %y = task.launch "stencil" over (%n, %n) arrays(%x : tensor<?x?xf32>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>):
    %l = array.shifted %a[-1, -1] axes [0, 1] rule wrap : tensor<?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach2, #write2]} : tensor<?x?xf32>
  %z = task.launch "stencil" over (%n, %n) arrays(%x : tensor<?x?xf32>) shapes(%n, %n) {
  ^bb0(%i: index, %j: index, %a: tensor<?x?xf32>):
    %l = array.shifted %a[-1, -1] axes [0, 1] rule clamp : tensor<?x?xf32>
    array.yield %l : f32
  } combine {} {access = [#reach2, #write2]} : tensor<?x?xf32>
  return %y, %z : tensor<?x?xf32>, tensor<?x?xf32>
}
// CHECK-LABEL: func.func private @stencil_kernel_1(
// CHECK: arith.cmpi sge
// CHECK: arith.remsi
// CHECK: } {loop_annotation = #[[SCALAR]]}
// CHECK: scf.if
// CHECK-NOT: arith.remsi
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: return
// CHECK-LABEL: func.func private @stencil_kernel_2(
// CHECK-NOT: arith.cmpi sge
// CHECK: arith.maxsi
// CHECK: } {loop_annotation = #[[SCALAR]]}
// CHECK: arith.maxsi
// CHECK: llvm.store {{.*}} {access_groups
// CHECK: return
