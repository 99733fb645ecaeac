// What belongs to an earlier phase is refused where a later one ends.
// RUN: %dagger-opt --split-input-file --verify-diagnostics --verify-phase=phase=graph %s

func.func @left(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // expected-error @below {{is left at GRAPH}}
  %e = tensor.empty(%n) : tensor<?xf64>
  return %e : tensor<?xf64>
}

// -----

func.func @fine(%a: tensor<?xf64>) attributes {task.context = "host"} {
  array.release %a : tensor<?xf64>
  return
}
