// What the task dialect's verifiers refuse, each with its message.
// RUN: %dagger-opt --split-input-file --verify-diagnostics %s

func.func @no_callee(%x: f64) attributes {task.context = "host"} {
  // expected-error @below {{calls @missing, which is no function}}
  %0 = task.call @missing(%x) boxes [] [] [] updates [] : (f64) -> tensor<f64>
  return
}

// -----

func.func private @f(f64, f64) -> f64 attributes {task.context = "task"}
func.func @argument_count(%x: f64) attributes {task.context = "host"} {
  // expected-error @below {{passes 1 arguments to @f, which takes 2}}
  %0 = task.call @f(%x) boxes [] [] [] updates [] : (f64) -> tensor<f64>
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @argument_type(%x: tensor<?xf64>) attributes {task.context = "host"} {
  // expected-error @below {{passes 'tensor<?xf64>' where @f takes 'f64'}}
  %0 = task.call @f(%x) boxes [] [] [] updates [] : (tensor<?xf64>) -> tensor<f64>
  return
}

// -----

func.func private @f(tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"}
func.func @forgotten_update(%a: tensor<?xf64>) attributes {task.context = "host"} {
  // expected-error @below {{does not update just what f marks as inout}}
  %0 = task.call @f(%a) boxes [] [] [] updates [] : (tensor<?xf64>) -> tensor<?xf64>
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @result_count(%x: f64) attributes {task.context = "host"} {
  // expected-error @below {{has 0 results, but f returns 1}}
  task.call @f(%x) boxes [] [] [] updates [] : (f64) -> ()
  return
}

// -----

func.func private @f(f64) attributes {task.context = "task"}
func.func @box_of_scalar(%x: f64) attributes {task.context = "host"} {
  // expected-error @below {{has a box of argument 0, which is no array}}
  task.call @f(%x) boxes [0] [] [] updates [] : (f64) -> ()
  return
}

// -----

func.func private @f(tensor<?x?xf64>) attributes {task.context = "task"}
func.func @box_axes(%a: tensor<?x?xf64>, %i: index) attributes {task.context = "host"} {
  // expected-error @below {{needs 2 starts and counts for its boxes}}
  task.call @f(%a) boxes [0] [%i] [%i] updates [] : (tensor<?x?xf64>) -> ()
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @result_type(%x: f64) attributes {task.context = "host"} {
  // expected-error @below {{has a result that is neither an array nor a tensor of rank 0}}
  %0 = task.call @f(%x) boxes [] [] [] updates [] : (f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @future_type(%x: f64) attributes {task.context = "task"} {
  // expected-error @below {{has a future of other types than f returns}}
  %0 = task.spawn @f(%x) : (f64) -> !task.future<i64>
  return
}

// -----

func.func @spawn_nothing(%x: f64) attributes {task.context = "task"} {
  // expected-error @below {{calls @missing, which is no function}}
  %0 = task.spawn @missing(%x) : (f64) -> !task.future<f64>
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @join_type(%x: f64) attributes {task.context = "task"} {
  %0 = task.spawn @f(%x) : (f64) -> !task.future<f64>
  // expected-error @below {{has results of other types than its future}}
  %1 = task.join %0 @f(%x) : !task.future<f64>, (f64) -> i64
  return
}

// -----

func.func private @f(f64) -> f64 attributes {task.context = "task"}
func.func @join_arguments(%x: f64) attributes {task.context = "task"} {
  %0 = task.spawn @f(%x) : (f64) -> !task.future<f64>
  // expected-error @below {{passes 0 arguments to @f, which takes 1}}
  %1 = task.join %0 @f() : !task.future<f64>, () -> f64
  return
}

// -----

func.func @await_array(%a: tensor<?xf64>) attributes {task.context = "host"} {
  // expected-error @below {{looks at an array; only tensors of rank 0 are futures}}
  %0 = task.await %a : tensor<?xf64>
  return
}

// -----

func.func @launch_kind(%n: index) {
  // expected-error @below {{is of no kind `maps`}}
  task.launch "maps" over (%n) {} combine {} {access = []}
  return
}

// -----

func.func @launch_access(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{describes 0 operands but has 1 arrays and 0 results}}
  task.launch "map" over (%n) arrays(%a : tensor<?xf64>) {} combine {} {access = []}
  return
}

// -----

func.func @launch_axes(%a: tensor<?x?xf64>, %n: index) {
  // expected-error @below {{an operand does not say for each axis of its array what it follows}}
  task.launch "map" over (%n) arrays(%a : tensor<?x?xf64>) {} combine {}
    {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]}
  return
}

// -----

func.func @launch_arguments(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{the region's arguments are the point, the arrays and the scalars}}
  task.launch "map" over (%n) arrays(%a : tensor<?xf64>) {
  ^bb0(%i: index):
    array.yield
  } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]}
  return
}

// -----

func.func @launch_captures(%n: index, %x: f64) {
  // expected-note @below {{required by region isolation constraints}}
  %0 = task.launch "map" over (%n) shapes(%n) {
  ^bb0(%i: index):
    // expected-error @below {{op using value defined outside the region}}
    array.yield %x : f64
  } combine {} {access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return
}

// -----

// expected-error @below {{there is no access `reads`}}
func.func private @access() attributes {a = #task.operand<"reads", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>}

// -----

// expected-error @below {{an operand says the same number of axes, scales, lows and highs}}
func.func private @axes() attributes {a = #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1], low = [0], high = [0]>}

// -----

func.func @groups_access(%a: tensor<?xi64>, %n: index) {
  // expected-error @below {{describes 0 arrays but has 1}}
  task.groups over (%n) arrays(%a : tensor<?xi64>) {
  ^bb0(%g: index, %h: tensor<?xi64>):
    array.yield
  } {access = []}
  return
}

// -----

func.func @groups_results(%a: tensor<?xi64>, %n: index) {
  // expected-error @below {{needs a result for each array that it updates}}
  task.groups over (%n) arrays(%a : tensor<?xi64>) {
  ^bb0(%g: index, %h: tensor<?xi64>):
    array.yield
  } {access = [#task.operand<"update", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]}
  return
}

// -----

func.func @groups_arguments(%a: tensor<?xi64>, %n: index) {
  // expected-error @below {{needs the group and the arrays as arguments of its region}}
  task.groups over (%n) arrays(%a : tensor<?xi64>) {
  ^bb0(%h: tensor<?xi64>):
    array.yield
  } {access = [#task.operand<"read", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]}
  return
}

// -----

func.func @load_indices(%a: tensor<?x?xi64>, %i: index) {
  // expected-error @below {{has 1 indices for an array of rank 2}}
  %0 = task.load %a[%i] : tensor<?x?xi64> -> i64
  return
}

// -----

func.func @load_type(%a: tensor<?xi64>, %i: index) {
  // expected-error @below {{moves 'f64', but the array holds 'i64'}}
  %0 = task.load %a[%i] : tensor<?xi64> -> f64
  return
}

// -----

func.func @store_type(%a: tensor<?xi64>, %i: index, %x: f64) {
  // expected-error @below {{moves 'f64', but the array holds 'i64'}}
  task.store %x to %a[%i] : f64 to tensor<?xi64>
  return
}

// -----

func.func @atomic_kind(%a: tensor<?xi64>, %i: index, %x: i64) {
  // expected-error @below {{combines by `max`, expected `add`, `and`, `or` or `xor`}}
  task.atomic "max" %x to %a[%i] : i64 to tensor<?xi64>
  return
}

// -----

func.func @atomic_type(%a: tensor<?xf64>, %i: index, %x: f64) {
  // expected-error @below {{takes integers: in which order others come would show}}
  task.atomic "add" %x to %a[%i] : f64 to tensor<?xf64>
  return
}

// -----

func.func private @turns(index, index, tensor<?xf64>) -> f64 attributes {task.context = "task"}
func.func @turns_return(%n: index, %a: tensor<?xf64>) attributes {task.context = "task"} {
  // expected-error @below {{has turns that return something}}
  %b = task.parallel_for @turns over %n threads 2 arrays(%a : tensor<?xf64>) : tensor<?xf64>
  return
}

// -----

func.func private @turns(index, index, f64) attributes {task.context = "task"}
func.func @turns_take(%n: index, %a: tensor<?xf64>) attributes {task.context = "task"} {
  // expected-error @below {{passes 'tensor<?xf64>' where @turns takes 'f64'}}
  %b = task.parallel_for @turns over %n threads 2 arrays(%a : tensor<?xf64>) : tensor<?xf64>
  return
}

// -----

func.func private @turns(index, index, tensor<?xf64>) attributes {task.context = "task"}
func.func @no_result(%n: index, %a: tensor<?xf64>) attributes {task.context = "task"} {
  // expected-error @below {{needs a result for each array that it updates}}
  task.parallel_for @turns over %n threads 2 arrays(%a : tensor<?xf64>)
  return
}

// -----

func.func private @turns(index, index) attributes {task.context = "task"}
func.func @no_threads(%n: index) attributes {task.context = "task"} {
  // expected-error @below {{has no threads}}
  task.parallel_for @turns over %n threads 0
  return
}

// -----

func.func private @turns(index, index, f64) -> f64 attributes {task.context = "host"}
func.func @carries_other(%n: index, %x: f64, %y: f64) attributes {task.context = "host"} {
  // expected-error @below {{passes 4 arguments}}
  %a:2 = task.replicate @turns for %n carries(%x, %y : f64, f64)
  return
}

// -----

func.func private @turns(index, index, f64, i64) -> f64 attributes {task.context = "host"}
func.func @returns_other(%n: index, %x: f64, %k: i64) attributes {task.context = "host"} {
  // expected-error @below {{carries other types than @turns returns}}
  %a = task.replicate @turns for %n reads(%x : f64) carries(%k : i64)
  return
}
