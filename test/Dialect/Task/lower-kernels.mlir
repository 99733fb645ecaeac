// Each launch's body becomes a function over a box of points, and the launch names it.
// RUN: %dagger-opt --lower-kernels --cse --canonicalize %s | FileCheck %s --check-prefixes=HOST,CHECK
#read = #task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
#write = #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>
func.func private @f(f64) -> f64 attributes {task.context = "task"}

// The launch keeps its operands, has no regions any more, and names its kernel.
// HOST-LABEL: func @map
// HOST: task.launch "map" over
// HOST-NEXT: } combine {
// HOST-NEXT: } {access = [{{.*}}], arithmetic = 2 : i64, kernel = @map_kernel}
func.func @map(%u: tensor<?xf64>, %n: index, %k: f64) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%k : f64) shapes(%n) {
  ^bb0(%i: index, %x: f64, %s: f64):
    %y = arith.mulf %x, %s : f64
    array.yield %y : f64
  } combine {} {access = [#read,
                 #write]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// HOST-LABEL: func @stencil
// HOST: kernel = @stencil_kernel
func.func @stencil(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "stencil" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %a: tensor<?xf64>):
    %l = array.shifted %a[-1] axes [0] rule clamp : tensor<?xf64>
    array.yield %l : f64
  } combine {} {access = [#task.operand<"read", mapped = false, exact = true, axes = [0], scale = [1], low = [1], high = [0]>,
                 #write]} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// HOST-LABEL: func @tasks(
// HOST: kernel = @map_kernel_0
func.func @tasks(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: f64):
    %y = func.call @f(%x) : (f64) -> f64
    array.yield %y : f64
  } combine {} {access = [#read, #write], tasks} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// HOST-LABEL: func @update(
// HOST: kernel = @map_kernel_1
func.func @update(%u: tensor<?xf64>, %n: index) attributes {task.context = "host"} {
  task.launch "map" over (%n) arrays(%u : tensor<?xf64>) {
  ^bb0(%i: index, %x: f64):
    %c = arith.constant 1.0 : f64
    array.yield %c : f64
  } combine {} {access = [#task.operand<"update", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]}
  return
}

// HOST-LABEL: func @gather(
// HOST: kernel = @map_kernel_2
func.func @gather(%u: tensor<?xf64>, %k: tensor<?xi64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "map" over (%n) arrays(%k, %u : tensor<?xi64>, tensor<?xf64>) shapes(%n) {
  ^bb0(%i: index, %x: i64, %a: tensor<?xf64>):
    %j = arith.index_cast %x : i64 to index
    %y = array.element %a[%j] : tensor<?xf64>
    array.yield %y : f64
  } combine {} {access = [#read, #task.operand<"read", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>, #write], tasks} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// HOST-LABEL: func @groups(
// HOST: kernel = @groups_kernel
func.func @groups(%u: tensor<?xi64>, %n: index, %one: i64) attributes {task.context = "host"} {
  task.launch "groups" over (%n) arrays(%u : tensor<?xi64>) scalars(%one : i64) {
  ^bb0(%g: index, %h: tensor<?xi64>, %x: i64):
    task.atomic "add" %x to %h[%g] {in_bounds} : i64 to tensor<?xi64>
    array.yield
  } combine {} {access = [#task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]}
  return
}

// HOST-LABEL: func @scan(
// HOST: kernel = @scan_kernel
func.func @scan(%u: tensor<?xf64>, %n: index) -> tensor<?xf64> attributes {task.context = "host"} {
  %v = task.launch "scan" over () arrays(%u : tensor<?xf64>) shapes(%n) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>], reduced = array<i64: 0>} : tensor<?xf64>
  return %v : tensor<?xf64>
}

// HOST-LABEL: func @blocks(
// HOST: kernel = @blocks_kernel
func.func @blocks(%u: tensor<?xf64>, %blocks: index, %n: index) -> (tensor<?xf64>, tensor<?xi1>) attributes {task.context = "host"} {
  %v:2 = task.launch "blocks" over (%blocks) arrays(%u : tensor<?xf64>) scalars(%n : index) shapes(%blocks, %blocks) {
  ^bb0(%b: index, %x: f64, %length: index):
    array.yield %x : f64
  } combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.addf %l, %r : f64
    array.yield %c : f64
  } {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>, #write, #write], reduced = array<i64: 0>} : tensor<?xf64>, tensor<?xi1>
  return %v#0, %v#1 : tensor<?xf64>, tensor<?xi1>
}

// HOST-LABEL: func @traps(
func.func @traps(%u: tensor<?xi64>, %blocks: index, %n: index) -> (tensor<?xi64>, tensor<?xi1>) attributes {task.context = "host"} {
  %v:2 = task.launch "blocks" over (%blocks) arrays(%u : tensor<?xi64>) scalars(%n : index) shapes(%blocks, %blocks) {
  ^bb0(%b: index, %x: i64, %length: index):
    array.yield %x : i64
  } combine {
  ^bb0(%l: i64, %r: i64):
    %c = arith.floordivsi %l, %r : i64
    array.yield %c : i64
  } {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1024], low = [0], high = [0]>, #write, #write], reduced = array<i64: 0>} : tensor<?xi64>, tensor<?xi1>
  return %v#0, %v#1 : tensor<?xi64>, tensor<?xi1>
}

// HOST-LABEL: func @combine(
// HOST: kernel = @combine_kernel
func.func @combine(%u: tensor<?xf64>, %p: tensor<?xi1>) -> tensor<f64> attributes {task.context = "host"} {
  %v = task.launch "combine" over () arrays(%u, %p : tensor<?xf64>, tensor<?xi1>) {} combine {
  ^bb0(%l: f64, %r: f64):
    %c = arith.maximumf %l, %r : f64
    array.yield %c : f64
  } {access = [#task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"read", mapped = false, exact = true, axes = [-1], scale = [1], low = [0], high = [0]>, #task.operand<"write", mapped = true, exact = true, axes = [], scale = [], low = [], high = []>], reduced = array<i64: 0>, fails = "max"} : tensor<f64>
  return %v : tensor<f64>
}

// A loop over the box, of which the first version is for operands that lie densely: its elements are parallel.
// CHECK-LABEL: func private @map_kernel(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %[[LOW:.*]]: !llvm.ptr, %[[HIGH:.*]]: !llvm.ptr, %[[VIEWS:.*]]: !llvm.ptr, %[[SCALARS:.*]]: !llvm.ptr) attributes {task.context = "kernel"}
// CHECK: llvm.load %[[LOW]]
// CHECK: llvm.load %[[HIGH]]
// CHECK: %[[DENSE:.*]] = arith.andi
// CHECK: scf.if %[[DENSE]] {
// CHECK: scf.for
// CHECK-NOT: arith.muli
// CHECK: llvm.load {{.*}} {access_groups = [#[[G:.*]]]}
// CHECK: arith.mulf
// CHECK: llvm.store {{.*}} {access_groups = [#[[G]]]}
// CHECK: } {loop_annotation =
// CHECK: } else {
// CHECK: scf.for
// CHECK: arith.muli
// CHECK: arith.mulf

// The interior of a stencil reads without asking for the edge; one loop, gone through twice, does what lies before and behind it
// and asks.
// CHECK-LABEL: func private @stencil_kernel(
// CHECK: scf.if %{{.*}} {
// CHECK: scf.for %[[PART:.*]] = %c0 to
// CHECK-NEXT: %[[BEFORE:.*]] = arith.cmpi eq, %[[PART]], %c0
// CHECK: scf.for
// CHECK: arith.maxsi
// CHECK: llvm.load
// CHECK: llvm.store
// CHECK: scf.if %[[BEFORE]]
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: arith.maxsi
// CHECK: llvm.store
// CHECK: fence
// CHECK: } else {

// Points that are tasks are called one after the other: nothing says that they are parallel, and there is one version.
// CHECK-LABEL: func private @map_kernel_0(
// CHECK-NOT: scf.if
// CHECK: scf.for
// CHECK: func.call @f
// CHECK: llvm.store
// CHECK-NOT: loop_annotation
// CHECK: return

// An update that does not read what was there writes it only.
// CHECK-LABEL: func private @map_kernel_1(
// CHECK: scf.for
// CHECK-NOT: llvm.load
// CHECK: llvm.store

// A gather checks its index, as an unsigned number.
// CHECK-LABEL: func private @map_kernel_2(
// CHECK: %[[OUT:.*]] = arith.cmpi uge
// CHECK: scf.if %[[OUT]] {
// CHECK: task.runtime "dg_fail_index"

// CHECK-LABEL: func private @groups_kernel(
// CHECK: scf.for
// CHECK: llvm.atomicrmw add {{.*}} monotonic

// Within blocks of 1024 one after the other; what came before is combined on the left of what the block has.
// CHECK-LABEL: func private @scan_kernel(
// CHECK: arith.ceildivui %{{.*}}, %c1024
// CHECK: scf.for %[[BLOCK:.*]] = %c0
// CHECK: %[[HAS:.*]] = arith.cmpi ne, %[[BLOCK]], %c0
// CHECK: scf.for {{.*}} iter_args(%[[SO_FAR:.*]] =
// CHECK: %[[RUNNING:.*]] = arith.addf %[[SO_FAR]], %{{.*}}
// CHECK: scf.if %[[HAS]]
// CHECK: %[[CARRY:.*]] = llvm.load
// CHECK: arith.addf %[[CARRY]], %[[RUNNING]]
// CHECK: scf.yield %[[RUNNING]]

// The fixed tree: 32 lanes in a block of 1024, each left to right, then the lanes pairwise: those of a whole block as vectors of
// which the even and the odd ones are added, and one is left for the loop. Of what lies densely the next block's lines are fetched;
// of what does not they are not.
// CHECK-LABEL: func private @blocks_kernel(
// CHECK: llvm.mlir.constant(32 : i64)
// CHECK: llvm.alloca {{.*}} x f64
// CHECK: scf.for
// CHECK: arith.minsi %{{.*}}, %c1024
// CHECK-COUNT-4: "llvm.intr.prefetch"
// CHECK-NOT: "llvm.intr.prefetch"
// CHECK-COUNT-4: llvm.load {{.*}} {alignment = 64 : i64} : !llvm.ptr -> vector<8xf64>
// CHECK: %[[EVEN:.*]] = llvm.shufflevector %[[ALL:.*]], %[[ALL]] [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
// CHECK: %[[ODD:.*]] = llvm.shufflevector %[[ALL]], %[[ALL]] [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31]
// CHECK: arith.addf %[[EVEN]], %[[ODD]] : vector<16xf64>
// CHECK: arith.addf {{.*}} : vector<8xf64>
// CHECK: arith.addf {{.*}} : vector<4xf64>
// CHECK: arith.addf {{.*}} : vector<2xf64>
// CHECK: arith.addf {{.*}} : vector<1xf64>
// CHECK: llvm.extractelement {{.*}} : vector<1xf64>
// CHECK: arith.ceildivui %{{.*}}, %c32
// CHECK: %[[NEXT:.*]] = llvm.load %{{.*}} {access_groups
// CHECK: %[[LANE:.*]] = llvm.load %{{.*}} {access_groups
// CHECK: arith.addf %[[LANE]], %[[NEXT]] : f64
// CHECK: scf.while
// CHECK: arith.divui %{{.*}}, %c2
// CHECK: arith.addf

// What may trap for one lane is not computed for several: lanes are combined one pair after the other.
// CHECK-LABEL: func private @blocks_kernel_{{[0-9]+}}(
// CHECK-NOT: llvm.shufflevector
// CHECK: scf.while
// CHECK: arith.floordivsi {{.*}} : i64
// CHECK-NOT: llvm.shufflevector

// Where no point counts the reduction fails with its name.
// CHECK-LABEL: func private @combine_kernel(
// CHECK: scf.while
// CHECK: arith.maximumf
// CHECK: task.fail 9006 "max of an empty array"
// CHECK-NEXT: }
// CHECK-NEXT: llvm.store
