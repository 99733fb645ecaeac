// KERNELS to HOST: everything to the LLVM dialect, over the runtime's C ABI.
#ifndef DAGGER_TASK_TO_LLVM_PASSES
#define DAGGER_TASK_TO_LLVM_PASSES
include "mlir/Pass/PassBase.td"

def TaskToLLVM : Pass<"convert-task-to-llvm", "::mlir::ModuleOp"> {
  let summary = "host code, task bodies and kernels as LLVM over the runtime's C ABI";
  let description = [{
    In: no structured operation and no scf is left; kernels are functions, references are counted.
    Out: the LLVM dialect alone, but for OpenMP's around the chunks of parallel loops. Arrays and texts are pointers to the runtime's handles; every function has the context
    as its first argument; launches and task calls are constants and calls of the runtime. A short task has a second body, on the caller's arrays, that gives
    up where the first would fail.
    Refuses: such a body for what writes before all is known to go well, calls the runtime on its way, or gives arrays or texts.
    Why: the runtime's C headers are the only thing that compiled code and the runtime share.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::cf::ControlFlowDialect", "::mlir::arith::ArithDialect", "::mlir::omp::OpenMPDialect"];
}
#endif
