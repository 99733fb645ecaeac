// Everything becomes the LLVM dialect over the runtime's C ABI, with the context as each function's first argument.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s
// RUN: %dagger-opt --convert-task-to-llvm --verify-phase=phase=host %s -o /dev/null

// A launch is a constant (version, rank, operands, results, flags, bytes of scalars, kernel, operands' access, name, place,
// texts) and one call. The array that dies in it travels as a bit; flag 4 allows its reuse.
// CHECK: llvm.mlir.global internal constant @[[LAUNCH:launch.*]]() {{.*}}!llvm.struct<(i32, i8, i8, i8, i16, i32, ptr, ptr, ptr, ptr, ptr, i32, i32, i32, i32, i32)> {
// CHECK-DAG: llvm.mlir.constant(4 : i16)
// CHECK-DAG: llvm.mlir.addressof @map_kernel
// CHECK: llvm.return

func.func private @map_kernel(%c: !llvm.ptr, %l: !llvm.ptr, %h: !llvm.ptr, %v: !llvm.ptr, %s: !llvm.ptr) attributes {task.context = "kernel"} {
  return
}

// What is kept has been launched: nothing is left to do.
// CHECK-LABEL: llvm.func internal @keeps(
// CHECK-NEXT: llvm.return
func.func @keeps(%a: tensor<?xf64>) attributes {task.context = "host"} {
  task.keep %a : tensor<?xf64>
  return
}

// CHECK-LABEL: llvm.func internal @launches(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr, %[[U:.*]]: !llvm.ptr, %{{.*}}: i64, %{{.*}}: f64) -> !llvm.ptr
// CHECK-DAG: %[[DYING:.*]] = llvm.mlir.constant(1 : i64)
// CHECK-DAG: %[[L:.*]] = llvm.mlir.addressof @[[LAUNCH]]
// CHECK: llvm.call @dg_launch_submit(%[[CONTEXT]], %[[L]], %{{.*}}, %{{.*}}, %[[DYING]], %{{.*}}, %{{.*}}, %[[RESULTS:.*]], %{{.*}})
// CHECK: %[[V:.*]] = llvm.load %[[RESULTS]] : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.return %[[V]]
func.func @launches(%u: tensor<?xf64>, %n: index, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%k : f64) shapes(%n) {} combine {}
    {dying = 1 : i64, kernel = @map_kernel,
     access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
               #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

func.func private @cube(%x: f64) -> f64 attributes {task.context = "task"} {
  %y = arith.mulf %x, %x : f64
  %z = arith.mulf %x, %y : f64
  return %z : f64
}

// A task is submitted with its body for the runtime, which takes arguments out of the frame; its result comes as a handle,
// and looking at it waits.
// CHECK-LABEL: llvm.func internal @calls(
// CHECK: llvm.call @dg_task_submit(
// CHECK: %[[HANDLE:.*]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.call @dg_array_look(%{{.*}}, %[[HANDLE]]
func.func @calls(%x: f64) -> f64 attributes {task.context = "host"} {
  %f = task.call @cube(%x) boxes [] [] [] updates [] : (f64) -> tensor<f64>
  %y = task.await %f : tensor<f64>
  return %y : f64
}

// A spawn puts the call into the next frame of the worker; a join that finds it untaken calls the function itself.
// CHECK-LABEL: llvm.func internal @nested(
// CHECK: llvm.mlir.addressof @cube.frame
// CHECK: llvm.cond_br
// CHECK: llvm.call @dg_spawn_slow(
// CHECK: llvm.call @cube(
// CHECK: llvm.call @dg_join_slow(
func.func @nested(%x: f64) -> f64 attributes {task.context = "task"} {
  %f = task.spawn @cube(%x) : (f64) -> !task.future<f64>
  %y = task.join %f @cube(%x) : !task.future<f64>, (f64) -> f64
  return %y : f64
}

// References and effects are calls.
// CHECK-LABEL: llvm.func internal @effects(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr, %[[T:.*]]: !llvm.ptr, %[[A:.*]]: !llvm.ptr, %[[C:.*]]: i1)
// CHECK: llvm.call @dg_print(%[[CONTEXT]], %[[T]],
// CHECK: llvm.call @dg_order(%[[CONTEXT]],
// CHECK: llvm.call @dg_array_retain(%[[A]])
// CHECK: %[[OWN:.*]] = llvm.call @dg_array_own(%[[CONTEXT]], %[[A]]
// CHECK: %[[BESIDE:.*]] = llvm.call @dg_array_own_beside(%[[CONTEXT]], %[[OWN]], %{{.*}}, %{{.*}}, %{{.*}})
// CHECK: llvm.call @dg_array_release(%[[BESIDE]])
// CHECK: llvm.call @dg_str_release(%[[T]])
func.func @effects(%t: !array.str, %a: tensor<?xf64>, %c: i1) attributes {task.context = "host"} {
  task.print %t
  task.order
  array.retain %a : tensor<?xf64>
  %o = array.own %a : tensor<?xf64>
  %b = array.own %o beside(%a : tensor<?xf64>) : tensor<?xf64>
  array.release %b : tensor<?xf64>
  array.release %t : !array.str
  return
}

// A parallel loop: the runtime says how many threads and chunks there are, OpenMP's threads share the chunks, each of which the
// runtime runs behind an edge of its own; then the loop has ended or failed.
// CHECK-LABEL: llvm.func internal @parallel(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr, %[[A:.*]]: !llvm.ptr, %[[N:.*]]: i64, %[[X:.*]]: f64) -> !llvm.ptr
// CHECK: llvm.call @dg_loop_begin(%[[CONTEXT]], %[[LOOP:.*]], %[[N]], %{{.*}}, %{{.*}})
// CHECK: %[[THREADS:.*]] = llvm.load %[[LOOP]] : !llvm.ptr -> i32
// CHECK: %[[CHUNKS:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i64
// CHECK: omp.parallel num_threads(%[[THREADS]] : i32) {
// CHECK: omp.wsloop schedule(dynamic) {
// CHECK: omp.loop_nest (%[[CHUNK:.*]]) : i64 = (%{{.*}}) to (%[[CHUNKS]]) step (%{{.*}}) {
// CHECK: %[[THREAD:.*]] = llvm.call @omp_get_thread_num() : () -> i32
// CHECK: llvm.call @dg_loop_chunk(%[[LOOP]], %[[THREAD]], %[[CHUNK]], %[[BODY:.*]], %{{.*}})
// CHECK: omp.yield
// CHECK: llvm.call @dg_loop_end(%[[CONTEXT]], %[[LOOP]])
// CHECK: llvm.return %[[A]]
func.func private @turns(%low: index, %high: index, %x: f64, %a: tensor<?xf64>) attributes {task.context = "task"} {
  %old = task.load %a[%low] : tensor<?xf64> -> f64
  %y = arith.addf %old, %x : f64
  task.store %y to %a[%low] {in_bounds} : f64 to tensor<?xf64>
  return
}
func.func @parallel(%a: tensor<?xf64>, %n: index, %x: f64) -> tensor<?xf64> attributes {task.context = "task"} {
  %b = task.parallel_for @turns over %n threads 4 captured(%x : f64) arrays(%a : tensor<?xf64>) : tensor<?xf64>
  return %b : tensor<?xf64>
}

// The body for the runtime: the result of the task goes where the runtime waits for it.
// CHECK: llvm.func internal @cube.tasks(%[[CONTEXT:.*]]: !llvm.ptr, %[[FRAME:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK: %[[X:.*]] = llvm.load %{{.*}} : !llvm.ptr -> f64
// CHECK: llvm.call @cube(%[[CONTEXT]], %[[X]])
// CHECK: llvm.call @dg_task_return_scalar(%[[CONTEXT]],

// And that of the turns: what they captured comes from the loop's frame.
// CHECK: llvm.func internal @turns.turns(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64, %{{.*}}: !llvm.ptr) {
// CHECK: llvm.call @turns(
