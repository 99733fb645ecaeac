// A loop that smooths an array in each turn is one plan that holds one launch; what comes after is outside.
// RUN: %dagger-opt --phase-values --phase-graph --print-graph=format=json -o /dev/null %s | FileCheck %s
// RUN: %dagger-opt --phase-values --phase-graph --print-graph=format=dot -o /dev/null %s | FileCheck %s --check-prefix=DOT
// RUN: %dagger-opt --phase-values --print-graph=format=svg -o /dev/null %s | FileCheck %s --check-prefix=SVG

func.func @main(%u0: tensor<?xf64>, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %u0, %c0 : tensor<?xf64>
  // CHECK: "boxes": [
  // CHECK: "kind": "function"
  // CHECK: "kind": "plan"
  // CHECK: "nodes": [
  // CHECK: "kind": "stencil"
  // CHECK: "name": "stencil"
  // CHECK: "place": "plan.mlir:[[@LINE+8]]:
  // CHECK: "box": 1
  // CHECK: "over (i)"
  // CHECK: "edges": [
  // CHECK: "next_turn": true
  // DOT: subgraph cluster1
  // DOT: label="plan, the same each turn
  // SVG: plan, the same each turn
  %u = scf.for %s = %c0 to %steps step %c1 iter_args(%v = %u0) -> (tensor<?xf64>) {
    %w = array.stencil in (%n) {
    ^bb0(%i: index):
      %l = array.shifted %v[-1] axes [0] rule clamp : tensor<?xf64>
      %r = array.shifted %v[1] axes [0] rule clamp : tensor<?xf64>
      %c = arith.addf %l, %r : f64
      array.yield %c : f64
    } : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %u : tensor<?xf64>
}

// A loop that looks at a value in each turn is no plan.
// CHECK-NOT: "kind": "plan"
