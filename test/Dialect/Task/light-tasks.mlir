// RUN: %dagger-opt --light-tasks %s | FileCheck %s

// Points that are short tasks, can neither fail nor be seen: elements like any other.
// CHECK-LABEL: func.func @short
func.func @short(%n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  // CHECK: linalg.generic
  // CHECK-NOT: task.tasks
  // CHECK: linalg.index 0
  // CHECK-NOT: call
  // CHECK: arith.muli
  // CHECK: return
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @each(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1 : tensor<?xi64>
}

// What can fail fails alone.
// CHECK-LABEL: func.func @may_fail
// CHECK: attrs = {{.*}}task.tasks
// CHECK: func.call @checked
func.func @may_fail(%n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @checked(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1 : tensor<?xi64>
}

// What takes long, or nobody knows how long, is a task.
// CHECK-LABEL: func.func @long_ones
// CHECK: attrs = {{.*}}task.tasks
// CHECK: attrs = {{.*}}task.tasks
func.func @long_ones(%n: index) -> (tensor<?xi64>, tensor<?xi64>) attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @loop(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  %2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @from_c(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1, %2 : tensor<?xi64>, tensor<?xi64>
}

// CHECK: func.func private @each(%{{.*}}) -> i64 attributes {{.*}}task.light
func.func private @each(%k: i64) -> i64 attributes {task.context = "task", task.outlined} {
  %0 = func.call @double(%k) : (i64) -> i64
  return %0 : i64
}
// CHECK: func.func private @double(%{{.*}}) -> i64 attributes {{.*}}task.light
func.func private @double(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %two = arith.constant 2 : i64
  %0 = arith.muli %k, %two : i64
  return %0 : i64
}
// CHECK: func.func private @checked(%{{.*}}) -> i64 attributes {{.*}}task.light
func.func private @checked(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : i64
  %0 = arith.cmpi ne, %k, %zero : i64
  task.assert %0
  return %k : i64
}
// CHECK: func.func private @loop(
// CHECK-NOT: task.light
// CHECK: {
func.func private @loop(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.index_cast %k : i64 to index
  %0 = scf.for %i = %zero to %n step %one iter_args(%s = %k) -> i64 {
    %1 = arith.muli %s, %s : i64
    scf.yield %1 : i64
  }
  return %0 : i64
}
func.func private @from_c(i64) -> i64 attributes {task.context = "task", task.is_task}

// The box that a task updates is its own; another array might have to be copied.
// CHECK: func.func private @set({{.*}}task.light
func.func private @set(%a: tensor<?xi64> {task.inout}, %k: i64) -> tensor<?xi64> attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : index
  %0 = array.own %a : tensor<?xi64>
  %1 = array.insert %k into %0[%zero] : tensor<?xi64>
  return %1 : tensor<?xi64>
}
// CHECK: func.func private @copy(
// CHECK-NOT: task.light
// CHECK: {
func.func private @copy(%a: tensor<?xi64>, %k: i64) -> tensor<?xi64> attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : index
  %0 = array.own %a : tensor<?xi64>
  %1 = array.insert %k into %0[%zero] : tensor<?xi64>
  return %1 : tensor<?xi64>
}

// What a task prints is seen: as elements of one launch, all would come at its end.
// CHECK-LABEL: func @shows
// CHECK: attrs = {{.*}}task.tasks
// CHECK: func.call @printing
func.func @shows(%n: index) -> tensor<?xi64> attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks, task.prints} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @printing(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1 : tensor<?xi64>
}
// CHECK: func.func private @printing(
// CHECK-NOT: task.light
// CHECK: {
func.func private @printing(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %t = array.text "seen"
  task.print %t
  return %k : i64
}

// One that reads an element which may not be there fails alone.
// CHECK-LABEL: func @reads
// CHECK: attrs = {{.*}}task.tasks
// CHECK: func.call @element
func.func @reads(%n: index, %a: tensor<?xi64>) -> tensor<?xi64> attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %x = func.call @element(%a, %k) : (tensor<?xi64>, index) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1 : tensor<?xi64>
}
func.func private @element(%a: tensor<?xi64>, %k: index) -> i64 attributes {task.context = "task", task.is_task} {
  %x = array.element %a[%k] : tensor<?xi64>
  return %x : i64
}

// Upstream takes a remainder for pure, but by 0 it traps, and the whole launch with it.
// CHECK-LABEL: func @remainders
// CHECK: attrs = {{.*}}task.tasks
// CHECK: linalg.generic
// CHECK-NOT: task.tasks
// CHECK: arith.remsi
func.func @remainders(%n: index, %d: i64) -> (tensor<?xi64>, tensor<?xi64>) attributes {task.context = "host"} {
  %0 = tensor.empty(%n) : tensor<?xi64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @by_any(%i, %d) : (i64, i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  %2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%0 : tensor<?xi64>) attrs = {task.tasks} {
  ^bb0(%out: i64):
    %k = linalg.index 0 : index
    %i = arith.index_cast %k : index to i64
    %x = func.call @by_three(%i) : (i64) -> i64
    linalg.yield %x : i64
  } -> tensor<?xi64>
  return %1, %2 : tensor<?xi64>, tensor<?xi64>
}
func.func private @by_any(%k: i64, %d: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %x = arith.remsi %k, %d : i64
  return %x : i64
}
func.func private @by_three(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %three = arith.constant 3 : i64
  %x = arith.remsi %k, %three : i64
  return %x : i64
}

// Saying why it fails is nothing that it does each time.
// CHECK: func.func private @says_why(%{{.*}}) -> i64 attributes {{.*}}task.light
func.func private @says_why(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : i64
  %some = arith.cmpi ne, %k, %zero : i64
  %none = arith.cmpi eq, %k, %zero : i64
  scf.if %none {
    %number = task.runtime "dg_format_i64"(%k) {pure, spec = ""} : (i64) -> !array.str
    task.assert %some, %number
  }
  %text = array.text "no"
  task.assert %some, %text
  return %k : i64
}

// Writing text for another reason is, and so is whatever else stands beside it.
// CHECK: func.func private @writes(%{{.*}}) -> i64
// CHECK-NOT: task.light
// CHECK-SAME: {
func.func private @writes(%k: i64) -> i64 attributes {task.context = "task", task.is_task} {
  %zero = arith.constant 0 : i64
  %none = arith.cmpi eq, %k, %zero : i64
  scf.if %none {
    %number = task.runtime "dg_format_i64"(%k) {pure, spec = ""} : (i64) -> !array.str
    task.print %number
    task.assert %none
  }
  return %k : i64
}

// The shape of an argument is there; that of anything else may have to be waited for.
// CHECK: func.func private @measures(%{{.*}}) -> index attributes {{.*}}task.light
func.func private @measures(%a: tensor<?xi64>) -> index attributes {task.context = "task", task.is_task} {
  %c0 = arith.constant 0 : index
  array.look_shape %a : tensor<?xi64>
  %n = tensor.dim %a, %c0 : tensor<?xi64>
  return %n : index
}
