// What belongs to an earlier phase is refused where a later one ends.
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=graph %s

func.func @left(%x: f64, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %e = tensor.empty(%n) : tensor<?xf64>
  // expected-error @below {{is left at GRAPH}}
  %f = linalg.fill ins(%x : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  return %f : tensor<?xf64>
}

// -----

func.func @fine(%a: tensor<?xf64>) attributes {task.context = "host"} {
  array.release %a : tensor<?xf64>
  return
}
