// What the array dialect's verifiers refuse, each with its message.
// RUN: %dagger-opt --split-input-file --verify-diagnostics %s

func.func @element_indices(%a: tensor<?x?xf64>, %i: index) {
  // expected-error @below {{has 1 indices for an array of rank 2}}
  %0 = array.element %a[%i] : tensor<?x?xf64>
  return
}

// -----

func.func @element_type(%a: tensor<?xf64>, %i: index) {
  // expected-error @below {{failed to verify that the result is an element of the array}}
  %0 = "array.element"(%a, %i) : (tensor<?xf64>, index) -> f32
  return
}

// -----

func.func @check_index(%a: tensor<?xf64>, %i: index) {
  // expected-error @below {{has 2 indices for an array of rank 1}}
  array.check_index %a[%i, %i] : tensor<?xf64>
  return
}

// -----

func.func @insert_indices(%a: tensor<?xf64>, %x: f64) {
  // expected-error @below {{has 0 indices for an array of rank 1}}
  %0 = array.insert %x into %a[] : tensor<?xf64>
  return
}

// -----

func.func @slice_count(%a: tensor<?x?xf64>, %i: index) {
  // expected-error @below {{needs 2 starts, counts and steps}}
  %0 = array.slice %a[%i, %i] [%i] [%i, %i] : tensor<?x?xf64> -> tensor<?x?xf64>
  return
}

// -----

func.func @slice_drops(%a: tensor<?xf64>, %i: index) {
  // expected-error @below {{drops an axis that the array does not have}}
  %0 = array.slice %a[%i] [%i] [%i] {dropped = 2 : i32} : tensor<?xf64> -> tensor<f64>
  return
}

// -----

func.func @slice_rank(%a: tensor<?x?xf64>, %i: index) {
  // expected-error @below {{has a part of rank 2, expected 1}}
  %0 = array.slice %a[%i, %i] [%i, %i] [%i, %i] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?x?xf64>
  return
}

// -----

func.func @insert_slice_type(%a: tensor<?xf64>, %b: tensor<?xf32>, %i: index) {
  // expected-error @below {{has a part of another element type}}
  %0 = array.insert_slice %b into %a[%i] [%i] [%i] : tensor<?xf32> into tensor<?xf64>
  return
}

// -----

func.func @fill_slice_count(%a: tensor<?xf64>, %x: f64, %i: index) {
  // expected-error @below {{needs 1 starts, counts and steps}}
  %0 = array.fill_slice %x into %a[%i, %i] [%i] [%i] : tensor<?xf64>
  return
}

// -----

func.func @scatter_axis(%a: tensor<?xf64>, %x: f64, %k: tensor<?xi64>) {
  // expected-error @below {{names axis 1 of an array of rank 1}}
  %0 = array.scatter %x into %a[%k] axis 1 : f64, tensor<?xf64>, tensor<?xi64>
  return
}

// -----

func.func @scatter_indices(%a: tensor<?xf64>, %x: f64, %k: tensor<?xi32>) {
  // expected-error @below {{needs a rank 1 array of i64 as indices}}
  %0 = array.scatter %x into %a[%k] axis 0 : f64, tensor<?xf64>, tensor<?xi32>
  return
}

// -----

func.func @scatter_rank(%a: tensor<?x?xf64>, %x: tensor<?xf64>, %k: tensor<?xi64>) {
  // expected-error @below {{has values of rank 1 for an array of rank 2}}
  %0 = array.scatter %x into %a[%k] axis 0 : tensor<?xf64>, tensor<?x?xf64>, tensor<?xi64>
  return
}

// -----

func.func @scatter_type(%a: tensor<?xf64>, %x: i64, %k: tensor<?xi64>) {
  // expected-error @below {{has values of another type than the array's elements}}
  %0 = array.scatter %x into %a[%k] axis 0 : i64, tensor<?xf64>, tensor<?xi64>
  return
}

// -----

func.func @stencil_arguments(%n: index, %x: f64) {
  // expected-error @below {{needs one index argument for each extent}}
  %0 = array.stencil in (%n, %n) {
  ^bb0(%i: index):
    array.yield %x : f64
  } : tensor<?x?xf64>
  return
}

// -----

func.func @stencil_rank(%n: index, %x: f64) {
  // expected-error @below {{has a result of another rank than its index space}}
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    array.yield %x : f64
  } : tensor<?x?xf64>
  return
}

// -----

func.func @stencil_yields(%n: index, %x: f32) {
  // expected-error @below {{yields 'f32', expected 'f64'}}
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    array.yield %x : f32
  } : tensor<?xf64>
  return
}

// -----

func.func @stencil_present(%n: index, %x: f64, %p: i1) {
  // expected-error @below {{cannot say `present` here}}
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    array.yield %x present %p : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @shifted_outside(%a: tensor<?xf64>) {
  // expected-error @below {{stands outside a stencil}}
  %0 = array.shifted %a[1] axes [0] rule clamp : tensor<?xf64>
  return
}

// -----

func.func @shifted_offsets(%a: tensor<?x?xf64>, %n: index) {
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    // expected-error @below {{needs 2 offsets and axes}}
    %x = array.shifted %a[1] axes [0] rule clamp : tensor<?x?xf64>
    array.yield %x : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @shifted_axis(%a: tensor<?xf64>, %n: index) {
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    // expected-error @below {{names axis 1, which the stencil does not have}}
    %x = array.shifted %a[1] axes [1] rule clamp : tensor<?xf64>
    array.yield %x : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @shifted_without_value(%a: tensor<?xf64>, %n: index) {
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    // expected-error @below {{needs a value with rule `value`, and with no other}}
    %x = array.shifted %a[1] axes [0] rule value : tensor<?xf64>
    array.yield %x : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @shifted_with_value(%a: tensor<?xf64>, %n: index, %z: f64) {
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    // expected-error @below {{needs a value with rule `value`, and with no other}}
    %x = array.shifted %a[1] axes [0] rule clamp (%z : f64) : tensor<?xf64>
    array.yield %x : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @shifted_value_type(%a: tensor<?xf64>, %n: index, %z: f32) {
  %0 = array.stencil in (%n) {
  ^bb0(%i: index):
    // expected-error @below {{has a value of another type than the array's elements}}
    %x = array.shifted %a[1] axes [0] rule value (%z : f32) : tensor<?xf64>
    array.yield %x : f64
  } : tensor<?xf64>
  return
}

// -----

func.func @reduce_maps(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{needs one indexing map for each input}}
  %0 = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_map_rank(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{has an indexing map from 1 to 2 axes, expected 1 to 1}}
  %0 = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0, d0)>] {
  ^bb0(%i: index, %x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_no_axis(%n: index, %x: f64) {
  // expected-error @below {{reduces along no axis}}
  %0 = array.reduce in (%n) axes [] maps [] {
  ^bb0(%i: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<?xf64>
  return
}

// -----

func.func @reduce_axis_twice(%n: index, %x: f64) {
  // expected-error @below {{has a bad list of axes}}
  %0 = array.reduce in (%n, %n) axes [0, 0] maps [] {
  ^bb0(%i: index, %j: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_rank(%n: index, %x: f64) {
  // expected-error @below {{has a result of another rank than the axes that are kept}}
  %0 = array.reduce in (%n, %n) axes [0] maps [] {
  ^bb0(%i: index, %j: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_point(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{needs the point and its elements as arguments of the map region}}
  %0 = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
  ^bb0(%x: f64):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_pair(%n: index, %x: f64) {
  // expected-error @below {{needs two sets of accumulators as arguments of the combine region}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_of_nothing(%n: index, %x: f64) {
  // expected-error @below {{needs either `identity` or `fails`}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } : tensor<f64>
  return
}

// -----

func.func @reduce_identities(%n: index, %x: f64) {
  // expected-error @below {{needs one identity for each accumulator}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0, 1.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_combines_absent(%n: index, %x: f64, %p: i1) {
  // expected-error @below {{cannot say `present` here}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x present %p : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l present %p : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_terminator(%n: index, %x: f64) {
  // expected-error @below {{needs array.yield at the end of each region}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    llvm.unreachable
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @reduce_totals_of_second_pass(%n: index, %x: f64) {
  %0:2 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    // expected-error @below {{names accumulator 1, which has no such total in the first pass}}
    %t = array.block_total 1 : f64
    %y = arith.addf %t, %x : f64
    array.yield %x, %y : f64, f64
  } combine {
  ^bb0(%l: f64, %m: f64, %r: f64, %s: f64):
    array.yield %l, %m : f64, f64
  } {identity = [0.0, 0.0]} : tensor<f64>, tensor<f64>
  return
}

// -----

func.func @reduce_elements(%n: index, %x: f64) {
  // expected-error @below {{has a result of another rank than the axes that there are}}
  %0:2 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x, %x : f64, f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>, tensor<f64>
  return
}

// -----

func.func @reduce_joins(%n: index, %x: f64) {
  // expected-error @below {{needs two sets of accumulators as arguments of the join region}}
  %0 = array.reduce in (%n) axes [0] maps [] {
  ^bb0(%i: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } join {
  ^bb0(%l: f64):
    array.yield %l : f64
  } {identity = [0.0]} : tensor<f64>
  return
}

// -----

func.func @scan_types(%a: tensor<?xf64>) {
  // expected-error @below {{needs inputs, and results of the same types}}
  %0 = array.scan %a axis 0 {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } : tensor<?xf64> -> tensor<?xf32>
  return
}

// -----

func.func @scan_axis(%a: tensor<?xf64>) {
  // expected-error @below {{names axis 1 of an array of rank 1}}
  %0 = array.scan %a axis 1 {
  ^bb0(%l: f64, %r: f64):
    array.yield %l : f64
  } : tensor<?xf64> -> tensor<?xf64>
  return
}

// -----

func.func @scan_pair(%a: tensor<?xf64>) {
  // expected-error @below {{needs two sets of elements as arguments of its region}}
  %0 = array.scan %a axis 0 {
  ^bb0(%l: f64):
    array.yield %l : f64
  } : tensor<?xf64> -> tensor<?xf64>
  return
}

// -----

func.func @reshape_extents(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{has 1 extents for a result of rank 2}}
  %0 = array.reshape %a [%n] : tensor<?xf64> -> tensor<?x?xf64>
  return
}

// -----

func.func @reshape_type(%a: tensor<?xf64>, %n: index) {
  // expected-error @below {{changes the element type}}
  %0 = array.reshape %a [%n] : tensor<?xf64> -> tensor<?xf32>
  return
}

// -----

func.func @transpose(%a: tensor<?x?xf64>) {
  // expected-error @below {{changes the rank or the element type}}
  %0 = array.transpose %a : tensor<?x?xf64> -> tensor<?xf64>
  return
}

// -----

func.func @rechunk(%a: tensor<?x?xf64>, %n: index) {
  // expected-error @below {{has a chunk of 1 extents for an array of rank 2}}
  %0 = array.rechunk %a [%n] : tensor<?x?xf64>
  return
}

// -----

func.func @tiles(%a: tensor<?x?xf64>) {
  // expected-error @below {{names axis 2 of an array of rank 2}}
  %0 = array.tiles %a axis 2 : tensor<?x?xf64>
  return
}

// -----

func.func @tile_box_indices(%a: tensor<?x?xf64>, %i: index) {
  // expected-error @below {{has 1 indices for an array of rank 2}}
  %0:2 = array.tile_box %a[%i] : tensor<?x?xf64> -> index, index
  return
}

// -----

func.func @tile_box_results(%a: tensor<?xf64>, %i: index) {
  // expected-error @below {{gives a start and a count for each axis, 2 in all}}
  %0 = array.tile_box %a[%i] : tensor<?xf64> -> index
  return
}

// -----

func.func @own(%a: tensor<?xf64>) {
  // expected-error @below {{failed to verify that all of {array, result} have same type}}
  %0 = "array.own"(%a) : (tensor<?xf64>) -> tensor<?xf32>
  return
}

// -----

func.func @no_such_function(%x: f64) {
  // expected-error @+1 {{knows no function `atan2` of 1 arguments}}
  %y = array.math "atan2"(%x) : (f64) -> f64
  return
}

// -----

func.func @function_of_a_vector(%x: vector<8xf64>) {
  // expected-error @+1 {{'array.math' op operand #0 must be variadic of 32-bit float or 64-bit float}}
  %y = array.math "exp"(%x) : (vector<8xf64>) -> vector<8xf64>
  return
}
