// A launch that has a number says so in a module that was made in a hurry, and what it costs; in another the program lists its kernel.
// A main that submits in each turn of its loops is left as it is in the first alone.
// RUN: %dagger-opt --convert-task-to-llvm --canonicalize %s | FileCheck %s --check-prefix=WELL
// RUN: sed 's/^module {/module attributes {task.hasty} {/' %s | %dagger-opt --convert-task-to-llvm --canonicalize | FileCheck %s --check-prefix=HASTY

// WELL: llvm.mlir.global external constant @dg_program_entry()
// WELL: llvm.mlir.addressof @[[KERNELS:kernels\.[0-9]+]]
// WELL: llvm.mlir.global internal constant @[[KERNELS]]() {{.*}}!llvm.struct<(ptr, ptr)> {
// WELL-DAG: llvm.mlir.zero
// WELL-DAG: llvm.mlir.addressof @map_kernel
// WELL: llvm.return
// WELL: llvm.mlir.global internal constant @launch
// WELL-NOT: 4711
// WELL: llvm.func {{.*}}@dagger.main(
// WELL-NOT: optimize_none
// WELL: llvm.func {{.*}}@main.entry(

// HASTY-NOT: @kernels
// HASTY: llvm.mlir.global internal constant @launch
// HASTY-DAG: llvm.mlir.constant(2 : i32)
// HASTY-DAG: llvm.mlir.constant(4711 : i32)
// HASTY: llvm.return
// HASTY: llvm.func {{.*}}@dagger.main({{.*}}optimize_none
module {
  func.func private @map_kernel(%c: !llvm.ptr, %l: !llvm.ptr, %h: !llvm.ptr, %v: !llvm.ptr, %s: !llvm.ptr) attributes {task.context = "kernel"} {
    return
  }
  func.func @main(%n: index) attributes {task.context = "host", task.submits} {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    cf.br ^test(%zero : index)
  ^test(%turn: index):
    %more = arith.cmpi slt, %turn, %n : index
    cf.cond_br %more, ^body, ^end
  ^body:
    %v = task.launch "map" over (%n) scalars(%n : index) shapes(%n) {} combine {}
      {kernel = @map_kernel, task.provisional = array<i64: 2, 4711, 0>,
       access = [#task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
    %next = arith.addi %turn, %one : index
    cf.br ^test(%next : index)
  ^end:
    return
  }
}
