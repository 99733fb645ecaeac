// The pass: gives every function its context, converts, and emits the program's entry.
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ComplexToLLVM/ComplexToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_TASKTOLLVM
#include "mlir-dialects/Conversion/TaskToLLVM/Passes.h.inc"

namespace {
// Kernels have their context already, elementary functions need none.
bool takesContext(func::FuncOp function) {
  auto context = function->getAttrOfType<StringAttr>(contextAttr);
  if (context && (context.getValue() == "kernel" || context.getValue() == mathContext)) return false;
  return !function.isExternal() || function->hasAttr(externAttr);
}

// Every function with a body takes the context first, and hands it on to those that it calls.
void addContexts(ModuleOp module) {
  Type ptr = LLVM::LLVMPointerType::get(module.getContext());
  SymbolTable symbols(module);
  module.walk([&](func::FuncOp function) {
    if (takesContext(function)) (void)function.insertArgument(0, ptr, {}, function.getLoc());
  });
  module.walk([&](func::CallOp call) {
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    if (callee && takesContext(callee))
      call->insertOperands(0, call->getParentOfType<func::FuncOp>().getArgument(0));
  });
  // Task wrappers are made while functions are converted: they need the types as they were.
  module.walk([](func::FuncOp function) {
    if (function.isExternal() && !function->hasAttr(externAttr)) return;
    function->setAttr("task.type", TypeAttr::get(function.getFunctionType()));
    function->setAttr("llvm.linkage", LLVM::LinkageAttr::get(function.getContext(), LLVM::Linkage::Internal));
  });
}

struct TaskToLLVM : impl::TaskToLLVMBase<TaskToLLVM> {
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect, cf::ControlFlowDialect, omp::OpenMPDialect>();
  }
  void runOnOperation() override {
    ModuleOp module = getOperation();
    MLIRContext *context = &getContext();
    addContexts(module);
    LowerToLLVMOptions options(context);
    LLVMTypeConverter types(context, options);
    Type ptr = LLVM::LLVMPointerType::get(context);
    types.addConversion([=](RankedTensorType) { return ptr; });
    types.addConversion([=](array::StrType) { return ptr; });
    types.addConversion([=](FutureType) { return ptr; }); // what the two ends share: see Nested.cpp
    Abi abi(module, types);
    linkSites(module, abi);

    RewritePatternSet patterns(context);
    populateArrayPatterns(patterns, abi);
    populateTaskPatterns(patterns, abi);
    populateNestedPatterns(patterns, abi);
    populateReplicatePatterns(patterns, abi);
    populateParallelLoopPatterns(patterns, abi);
    populateLookupPatterns(patterns, abi);
    arith::populateArithToLLVMConversionPatterns(types, patterns);
    // What LLVM has an intrinsic for, else the C library's function.
    populateMathToLLVMConversionPatterns(types, patterns, /*approximateLog1p=*/false, /*benefit=*/2);
    populateMathToLibmConversionPatterns(patterns, /*benefit=*/1);
    populateComplexToLLVMConversionPatterns(types, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(types, patterns);
    populateFuncToLLVMConversionPatterns(types, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
    index::populateIndexToLLVMConversionPatterns(types, patterns);
    ub::populateUBToLLVMConversionPatterns(types, patterns);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    target.addLegalDialect<omp::OpenMPDialect>();
    if (failed(applyFullConversion(module, target, std::move(patterns))) || failed(emitExterns(module, abi)) ||
        failed(emitProgram(module, abi)))
      return signalPassFailure();
    emitDirectBodies(module, abi);
    module.walk([](LLVM::LLVMFuncOp function) {
      function->removeAttr("task.type");
      if (function->removeAttr(briefAttr)) leaveAsItIs(function);
    });
  }
};
} // namespace
} // namespace dagger::task
