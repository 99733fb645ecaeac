// A value that an operation made is given up at its last use: handed over, or released behind it.
// RUN: %dagger-opt --pass-pipeline='builtin.module(func.func(count-references))' %s | FileCheck %s
func.func private @use(tensor<?xf64>) attributes {task.context = "task"}
func.func private @changes(tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"}

// Borrowed twice: released behind the second.
// CHECK-LABEL: func @last_use
func.func @last_use(%n: index) attributes {task.context = "task"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: call @use(%[[A]])
  // CHECK-NEXT: call @use(%[[A]])
  // CHECK-NEXT: array.release %[[A]]
  // CHECK-NEXT: return
  %a = tensor.empty(%n) : tensor<?xf64>
  func.call @use(%a) : (tensor<?xf64>) -> ()
  func.call @use(%a) : (tensor<?xf64>) -> ()
  return
}

// CHECK-LABEL: func @unused
func.func @unused(%a: tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: %[[T:.*]] = array.transpose
  // CHECK-NEXT: array.release %[[T]]
  // CHECK-NEXT: return
  %t = array.transpose %a : tensor<?xf64> -> tensor<?xf64>
  return
}

// Each use consumes, and nobody sees an older value: no count at all, so that array.own copies nothing.
// CHECK-LABEL: func @handed_over
func.func @handed_over(%n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK-NOT: array.retain
  // CHECK-NOT: array.release
  // CHECK: return
  %a = tensor.empty(%n) : tensor<?xf64>
  %b = array.own %a : tensor<?xf64>
  %c = func.call @changes(%b) : (tensor<?xf64>) -> tensor<?xf64>
  return %c : tensor<?xf64>
}

// The old value is returned as well: it is counted twice where array.own takes it, which makes a copy.
// CHECK-LABEL: func @still_seen
func.func @still_seen(%n: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "task"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: array.retain %[[A]]
  // CHECK-NEXT: array.own %[[A]]
  // CHECK-NEXT: return
  %a = tensor.empty(%n) : tensor<?xf64>
  %b = array.own %a : tensor<?xf64>
  return %a, %b : tensor<?xf64>, tensor<?xf64>
}

// A source that lies in what is updated (`a[1..] = a[..n-1]`) is a value of its own, and counts.
// CHECK-LABEL: func @overlap
func.func @overlap(%n: index, %c: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK: %[[S:.*]] = array.slice %[[A]]
  // CHECK-NEXT: %[[O:.*]] = array.own %[[A]]
  // CHECK-NEXT: array.insert_slice %[[S]] into %[[O]]
  // CHECK-NEXT: array.release %[[S]]
  %a = tensor.empty(%n) : tensor<?xf64>
  %s = array.slice %a[%c] [%n] [%c] : tensor<?xf64> -> tensor<?xf64>
  %o = array.own %a : tensor<?xf64>
  %r = array.insert_slice %s into %o[%c] [%n] [%c] : tensor<?xf64> into tensor<?xf64>
  return %r : tensor<?xf64>
}

// An argument is borrowed: who gives it away needs a reference.
// CHECK-LABEL: func @argument
func.func @argument(%a: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK-NEXT: array.retain %{{.*}}
  // CHECK-NEXT: return
  return %a : tensor<?xf64>
}

// One that the function updates was handed over to it.
// CHECK-LABEL: func @inout
func.func @inout(%a: tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK-NEXT: return
  return %a : tensor<?xf64>
}

// The last use is in a branch: it releases there, and the other branch, which is made for it, releases as well.
// CHECK-LABEL: func @branch
func.func @branch(%n: index, %p: i1) attributes {task.context = "task"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: call @use(%[[A]])
  // CHECK-NEXT: array.release %[[A]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: array.release %[[A]]
  // CHECK-NEXT: }
  // CHECK-NEXT: return
  %a = tensor.empty(%n) : tensor<?xf64>
  scf.if %p {
    func.call @use(%a) : (tensor<?xf64>) -> ()
  }
  return
}

// What a loop carries goes from turn to turn in place; what it only reads is released behind the loop and not inside.
// CHECK-LABEL: func @loop
func.func @loop(%n: index, %c: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: %[[W:.*]] = array.transpose
  // CHECK: scf.for {{.*}} iter_args(%[[V:.*]] =
  // CHECK-NEXT: call @use(%[[W]])
  // CHECK-NEXT: %[[O:.*]] = array.own %[[V]]
  // CHECK-NEXT: %[[U:.*]] = func.call @changes(%[[O]])
  // CHECK-NEXT: scf.yield %[[U]]
  // CHECK-NEXT: }
  // CHECK-NEXT: array.release %[[W]]
  // CHECK-NEXT: return
  %a = tensor.empty(%n) : tensor<?xf64>
  %w = array.transpose %a : tensor<?xf64> -> tensor<?xf64>
  %r = scf.for %i = %c to %n step %n iter_args(%v = %a) -> (tensor<?xf64>) {
    func.call @use(%w) : (tensor<?xf64>) -> ()
    %o = array.own %v : tensor<?xf64>
    %u = func.call @changes(%o) : (tensor<?xf64>) -> tensor<?xf64>
    scf.yield %u : tensor<?xf64>
  }
  return %r : tensor<?xf64>
}

// Two names of one handle are two references.
// CHECK-LABEL: func @select
func.func @select(%n: index, %p: i1, %b: tensor<?xf64>) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: %[[S:.*]] = arith.select
  // CHECK-NEXT: array.retain %[[S]]
  // CHECK-NEXT: array.release %[[A]]
  // CHECK-NEXT: return %[[S]]
  %a = tensor.empty(%n) : tensor<?xf64>
  %s = arith.select %p, %a, %b : tensor<?xf64>
  return %s : tensor<?xf64>
}

// Texts are counted as arrays are.
// CHECK-LABEL: func @text
func.func @text() attributes {task.context = "host"} {
  // CHECK: %[[T:.*]] = array.text
  // CHECK-NEXT: task.print %[[T]]
  // CHECK-NEXT: array.release %[[T]] : !array.str
  %t = array.text "a"
  task.print %t
  return
}

func.func private @k(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) attributes {task.context = "kernel"}

// A launch that alone still reads an array takes it over: a result may lie in its place.
// CHECK-LABEL: func @dies
func.func @dies(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch
  // CHECK: dying = 1
  // CHECK-NOT: array.release
  // CHECK: return
  %a = tensor.empty(%n) : tensor<?xf64>
  %v = task.launch "map" over (%n) arrays(%a : tensor<?xf64>) shapes(%n) {} combine {}
    {kernel = @k, access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                            #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// The array is looked at afterwards: it does not die there.
// CHECK-LABEL: func @lives
func.func @lives(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch
  // CHECK-NOT: dying
  // CHECK: call @use(%[[A:[a-z0-9]+]])
  // CHECK-NEXT: array.release %[[A]]
  %a = tensor.empty(%n) : tensor<?xf64>
  %v = task.launch "map" over (%n) arrays(%a : tensor<?xf64>) shapes(%n) {} combine {}
    {kernel = @k, access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                            #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  func.call @use(%a) : (tensor<?xf64>) -> ()
  return %v : tensor<?xf64>
}

// Given twice, by another map besides: it is released behind the launch, which must not write where it reads.
// CHECK-LABEL: func @given_twice
func.func @given_twice(%n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: task.launch
  // CHECK-NOT: dying
  // CHECK: array.release
  %a = tensor.empty(%n) : tensor<?xf64>
  %v = task.launch "map" over (%n) arrays(%a, %a : tensor<?xf64>, tensor<?xf64>) shapes(%n) {} combine {}
    {kernel = @k, access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                            #task.operand<"read", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>,
                            #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// A kernel works on views of what its launch holds: nothing is counted in it.
// CHECK-LABEL: func @kernel
func.func @kernel(%a: tensor<?xf64>) attributes {task.context = "kernel"} {
  // CHECK-NOT: array.release
  // CHECK: return
  %t = array.transpose %a : tensor<?xf64> -> tensor<?xf64>
  return
}

// A concatenation takes over a text that nobody reads later, so that it can grow in place; one that is read again it copies.
// CHECK-LABEL: func @texts
func.func @texts(%n: i64, %s: !array.str) -> !array.str attributes {task.context = "host"} {
  // CHECK: %[[A:.*]] = task.runtime "dg_format_i64"
  // CHECK: %[[B:.*]] = task.runtime "dg_str_concat"(%[[A]], %[[A]])
  // CHECK: %[[C:.*]] = task.runtime "dg_str_concat"(%arg1, %[[B]])
  // CHECK: %[[D:.*]] = task.runtime "dg_str_append"(%[[C]], %[[B]]) : (
  // CHECK-NEXT: array.release %[[B]]
  // CHECK-NEXT: return %[[D]]
  %a = task.runtime "dg_format_i64"(%n) {pure, spec = ""} : (i64) -> !array.str
  %b = task.runtime "dg_str_concat"(%a, %a) {pure} : (!array.str, !array.str) -> !array.str
  %c = task.runtime "dg_str_concat"(%s, %b) {pure} : (!array.str, !array.str) -> !array.str
  %d = task.runtime "dg_str_concat"(%c, %b) {pure} : (!array.str, !array.str) -> !array.str
  return %d : !array.str
}

// A part of it is seen elsewhere: the view holds the array, and what the launch gives up is the view alone.
// CHECK-LABEL: func @part_dies
func.func @part_dies(%n: index, %c: index) -> (tensor<?xf64>, tensor<?xf64>) attributes {task.context = "host"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK: %[[V:.*]] = array.slice %[[A]]
  // CHECK-NEXT: task.launch "map" {{.*}}arrays(%[[V]]
  // CHECK: dying = 1
  // CHECK-NOT: array.release
  // CHECK: return {{.*}}%[[A]]
  %a = tensor.empty(%n) : tensor<?xf64>
  %p = array.slice %a[%c] [%c] [%c] : tensor<?xf64> -> tensor<?xf64>
  %v = task.launch "map" over (%c) arrays(%p : tensor<?xf64>) shapes(%c) {} combine {}
    {kernel = @k, access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                            #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v, %a : tensor<?xf64>, tensor<?xf64>
}

// What comes from around a loop is read in every turn: no launch in it may take it over.
// CHECK-LABEL: func @in_each_turn
func.func @in_each_turn(%n: index, %c: index) attributes {task.context = "host"} {
  // CHECK: scf.for
  // CHECK: task.launch
  // CHECK-NOT: dying
  // CHECK: }
  // CHECK: array.release
  %a = tensor.empty(%n) : tensor<?xf64>
  scf.for %i = %c to %n step %c {
    %v = task.launch "map" over (%n) arrays(%a : tensor<?xf64>) shapes(%n) {} combine {}
      {kernel = @k, access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                              #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  }
  return
}

func.func private @joins(tensor<?xf64>, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"}

// A task gives back the handle that it updates: it need not be held for the argument that only reads.
// CHECK-LABEL: func @reads_what_it_updates
func.func @reads_what_it_updates(%n: index, %i: index) -> tensor<?xf64> attributes {task.context = "host"} {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: %[[B:.*]] = task.call @joins(%[[A]], %[[A]])
  // CHECK-NEXT: return %[[B]]
  %a = tensor.empty(%n) : tensor<?xf64>
  %b = task.call @joins(%a, %a) boxes [0, 1][%i, %i] [%i, %i] updates [1] : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  return %b : tensor<?xf64>
}

// A function may write over it while it reads.
// CHECK-LABEL: func @function_reads_what_it_updates
func.func private @joins_in_place(tensor<?xf64>, tensor<?xf64> {task.inout}) -> tensor<?xf64> attributes {task.context = "task"}
func.func @function_reads_what_it_updates(%n: index) -> tensor<?xf64> attributes {task.context = "task"} {
  // CHECK: array.retain
  // CHECK-NEXT: call @joins_in_place
  // CHECK: array.release
  %a = tensor.empty(%n) : tensor<?xf64>
  %b = func.call @joins_in_place(%a, %a) : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  return %b : tensor<?xf64>
}
