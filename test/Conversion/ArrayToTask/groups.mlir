// A group kernel owns what it updates and becomes a launch over its grid; what it only reads keeps its boxes.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(form-launches))' %s | FileCheck %s

#own = #task.operand<"read", mapped = false, exact = false, axes = [0], scale = [64], low = [0], high = [0]>
#any = #task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>

// CHECK-LABEL: func.func @histogram
func.func @histogram(%x: tensor<?xi64>, %h: tensor<?xi64>, %groups: index, %k: i64) -> tensor<?xi64> attributes {task.context = "host"} {
  // CHECK: %[[H:.*]] = array.own %arg1
  // CHECK: task.launch "groups" over(%arg2) arrays(%arg0, %[[H]] : tensor<?xi64>, tensor<?xi64>) scalars(%arg3 : i64)
  // CHECK: ^bb0(%[[G:.*]]: index, %[[X:.*]]: tensor<?xi64>, %[[IN:.*]]: tensor<?xi64>, %[[K:.*]]: i64):
  // CHECK: %[[E:.*]] = array.element %[[X]][%[[G]]]
  // CHECK: task.atomic "add" %{{.*}} to %[[IN]][%[[G]]]
  // CHECK: access = [#task.operand<"read", {{.*}} scale = [64]{{.*}}>, #task.operand<"commute"{{.*}}>]
  // CHECK-SAME: statement
  // CHECK: return %[[H]]
  %r = task.groups over(%groups) arrays(%x, %h : tensor<?xi64>, tensor<?xi64>) {
  ^bb0(%g: index, %in: tensor<?xi64>, %out: tensor<?xi64>):
    %e = array.element %in[%g] : tensor<?xi64>
    %s = arith.muli %e, %k : i64
    task.atomic "add" %s to %out[%g] : i64 to tensor<?xi64>
    array.yield
  } {access = [#own, #any], statement} : tensor<?xi64>
  return %r : tensor<?xi64>
}
