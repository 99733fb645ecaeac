// A loop that does the same in each turn is one plan that holds one launch; one that looks at a value is not.
// RUN: %dagger-opt --phase-values --phase-graph --print-graph=format=json -o /dev/null %s | FileCheck %s
// RUN: %dagger-opt --phase-values --phase-graph --print-graph=format=dot -o /dev/null %s | FileCheck %s --check-prefix=DOT
// RUN: %dagger-opt --phase-values --phase-graph --print-graph=format=svg -o /dev/null %s | FileCheck %s --check-prefix=SVG

// CHECK: "boxes": [
// CHECK: "label": "host smooths"
// CHECK: "kind": "plan"
// CHECK: "label": "host looks"
// CHECK: "kind": "loop"
// CHECK: "nodes": [
// CHECK: "kind": "stencil"
// CHECK: "place": "print-graph.mlir:27:10"
// CHECK: "box": 1
// CHECK: "over (i)"
// CHECK: "reads f64[_] by (i) halo [1] [1]"
// CHECK: "edges": [
// CHECK: "next_turn": true
// DOT: subgraph cluster1
// DOT: label="plan, the same each turn print-graph.mlir:26:8"
// SVG: plan, the same each turn print-graph.mlir:26:8
func.func @smooths(%u0: tensor<?xf64>, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %u0, %c0 : tensor<?xf64>
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

func.func @looks(%u0: tensor<?xf64>, %steps: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %u0, %c0 : tensor<?xf64>
  %u = scf.for %s = %c0 to %steps step %c1 iter_args(%v = %u0) -> (tensor<?xf64>) {
    %x = array.element %v[%s] : tensor<?xf64>
    %w = array.stencil in (%n) {
    ^bb0(%i: index):
      %l = array.shifted %v[-1] axes [0] rule clamp : tensor<?xf64>
      %c = arith.addf %l, %x : f64
      array.yield %c : f64
    } : tensor<?xf64>
    scf.yield %w : tensor<?xf64>
  }
  return %u : tensor<?xf64>
}
