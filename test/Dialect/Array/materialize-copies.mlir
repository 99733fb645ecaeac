// Every update stands behind an array.own of what it updates, made for it alone; what is only read is not copied.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(materialize-copies))' %s | FileCheck %s
// Once is enough.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(materialize-copies,materialize-copies))' %s | FileCheck %s

// CHECK-LABEL: func @updates
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>, %[[B:.*]]: tensor<?xf64>, %[[K:.*]]: tensor<?xi64>
func.func @updates(%a: tensor<?xf64>, %b: tensor<?xf64>, %k: tensor<?xi64>, %x: f64, %i: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: %[[OWN0:.*]] = array.own %[[A]]
  // CHECK-NEXT: %[[NEW0:.*]] = array.insert %{{.*}} into %[[OWN0]]
  %0 = array.insert %x into %a[%i] : tensor<?xf64>
  // The source is read.
  // CHECK-NEXT: %[[OWN1:.*]] = array.own %[[NEW0]]
  // CHECK-NEXT: %[[NEW1:.*]] = array.insert_slice %[[B]] into %[[OWN1]]
  %1 = array.insert_slice %b into %0[%i] [%i] [%i] : tensor<?xf64> into tensor<?xf64>
  // CHECK-NEXT: %[[OWN2:.*]] = array.own %[[NEW1]]
  // CHECK-NEXT: %[[NEW2:.*]] = array.fill_slice %{{.*}} into %[[OWN2]]
  %2 = array.fill_slice %x into %1[%i] [%i] [%i] : tensor<?xf64>
  // CHECK-NEXT: %[[OWN3:.*]] = array.own %[[NEW2]]
  // CHECK-NEXT: %[[NEW3:.*]] = array.scatter %{{.*}} into %[[OWN3]][%[[K]]]
  %3 = array.scatter %x into %2[%k] axis 0 : f64, tensor<?xf64>, tensor<?xi64>
  // CHECK-NEXT: return %[[NEW3]]
  return %3 : tensor<?xf64>
}

func.func private @step(tensor<?xf64> {task.inout}, tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "task"}

// One array as the place that is updated and as a value: `f(inout a, a)`. The runtime gives the body the value of before the
// call; a second reference here would copy all of the array where the call reads another part of it.
// CHECK-LABEL: func @value_and_place
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>)
func.func @value_and_place(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[OWN:.*]] = array.own %[[A]]
  // CHECK-NEXT: task.call @step(%[[OWN]], %[[OWN]])
  %0 = task.call @step(%a, %a) boxes [] [] [] updates [0] : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  return %0 : tensor<?xf64>
}

// Two updates of one value are two copies of it.
// CHECK-LABEL: func @twice
// CHECK-SAME: (%[[A:.*]]: tensor<?xf64>
func.func @twice(%a: tensor<?xf64>, %x: f64, %y: f64, %i: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: %[[OWN0:.*]] = array.own %[[A]]
  // CHECK: array.insert %{{.*}} into %[[OWN0]]
  // CHECK: %[[OWN1:.*]] = array.own %[[A]]
  // CHECK: array.insert %{{.*}} into %[[OWN1]]
  %0 = array.insert %x into %a[%i] : tensor<?xf64>
  %1 = array.insert %y into %a[%i] : tensor<?xf64>
  return %0, %1 : tensor<?xf64>, tensor<?xf64>
}

// What somebody else still uses does not count as owned, though array.own gave it.
// CHECK-LABEL: func @owned_by_two
func.func @owned_by_two(%a: tensor<?xf64>, %x: f64, %i: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: %[[OWN0:.*]] = array.own
  // CHECK: %[[OWN1:.*]] = array.own %[[OWN0]]
  // CHECK: array.insert %{{.*}} into %[[OWN1]]
  // CHECK-NEXT: return %{{.*}}, %[[OWN0]]
  %own = array.own %a : tensor<?xf64>
  %0 = array.insert %x into %own[%i] : tensor<?xf64>
  return %0, %own : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func @reads
func.func @reads(%a: tensor<?xf64>, %i: index) -> f64 attributes {task.context = "task"} {
  // CHECK-NOT: array.own
  %x = array.element %a[%i] : tensor<?xf64>
  return %x : f64
}

// What a parallel loop updates is owned before the loop; what it only captures is not.
func.func private @turns(%low: index, %high: index, %r: tensor<?xf64>, %a: tensor<?xf64>) attributes {task.context = "task"} {
  return
}
// CHECK-LABEL: func @parallel
func.func @parallel(%a: tensor<?xf64>, %n: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: %[[OWN:.*]] = array.own %[[A:.*]] : tensor<?xf64>
  // CHECK-NEXT: %[[B:.*]] = task.parallel_for @turns over %{{.*}} threads 2 captured(%[[A]] : tensor<?xf64>) arrays(%[[OWN]] : tensor<?xf64>)
  // CHECK-NEXT: return %[[A]], %[[B]]
  %b = task.parallel_for @turns over %n threads 2 captured(%a : tensor<?xf64>) arrays(%a : tensor<?xf64>) : tensor<?xf64>
  return %a, %b : tensor<?xf64>, tensor<?xf64>
}
