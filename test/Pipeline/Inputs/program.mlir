// A scaled array is reduced twice, and a task calls two others and updates its argument: something for every phase to do.
#id = affine_map<(d0) -> (d0)>
func.func @main(%u: tensor<?xf64>, %k: f64) -> (tensor<f64>, tensor<f64>) attributes {task.context = "host"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %u, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%u : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%x: f64, %o: f64):
    %y = arith.mulf %x, %k : f64
    linalg.yield %y : f64
  } -> tensor<?xf64>
  %m = tensor.dim %s, %c0 : tensor<?xf64>
  %sum = array.reduce ins(%s : tensor<?xf64>) in (%m) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  %max = array.reduce ins(%s : tensor<?xf64>) in (%m) axes [0] maps [#id] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {identity = [0.0]} : tensor<f64>
  return %sum, %max : tensor<f64>, tensor<f64>
}
func.func private @f(%n: i64) -> i64 attributes {task.context = "task", task.spawnable} {
  return %n : i64
}
func.func @task(%a: tensor<?xi64>, %n: i64) -> tensor<?xi64> attributes {task.context = "task"} {
  %c0 = arith.constant 0 : index
  %x = func.call @f(%n) : (i64) -> i64
  %y = func.call @f(%n) : (i64) -> i64
  %z = arith.addi %x, %y : i64
  %b = array.insert %z into %a[%c0] : tensor<?xi64>
  return %b : tensor<?xi64>
}
