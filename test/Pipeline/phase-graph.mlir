// At GRAPH there are launches, spawns, and an own value before each update; nobody counts references yet.
// RUN: %dagger-opt --phase-values --phase-graph %S/Inputs/program.mlir | FileCheck %s

// CHECK-LABEL: func @main
// CHECK: %[[PARTS:.*]]:3 = task.launch "blocks"
// CHECK: task.launch "combine" over() arrays(%[[PARTS]]#0, %[[PARTS]]#1, %[[PARTS]]#2

// CHECK-LABEL: func @task
// CHECK: task.spawn @f
// CHECK-NEXT: call @f
// CHECK-NEXT: task.join
// CHECK: %[[OWN:.*]] = array.own %arg0
// CHECK-NEXT: array.insert %{{.*}} into %[[OWN]]
// CHECK-NOT: array.retain
// CHECK-NOT: array.release
