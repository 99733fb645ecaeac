// What holds at the end of a phase, so that a pass that broke it is found there and not where it hurts.
#include "compiler/pipeline/Phases.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace dagger::pipeline {

namespace {
// VALUES: whole values in host, task and scalar functions; nobody owns anything, and nothing is a launch yet.
LogicalResult verifyValues(Operation *op) {
  if (isa<task::LaunchOp, array::RetainOp, array::ReleaseOp, array::OwnOp>(op) ||
      isa<LLVM::LLVMDialect>(op->getDialect()))
    return op->emitOpError("stands at VALUES");
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || function.isExternal()) return success();
  auto context = function->getAttrOfType<StringAttr>(task::contextAttr);
  if (!context || (context != task::hostContext && context != task::taskContext && context != task::scalarContext))
    return function.emitError("a function that does not say where its code runs");
  return success();
}

// GRAPH: launches in place of operations over elements. A tensor.empty is room that updates fill.
LogicalResult verifyGraph(Operation *op) {
  if (isa<linalg::LinalgOp, array::StencilOp, array::ScanOp, array::InsertSliceOp, array::FillSliceOp,
          array::ScatterOp>(op))
    return op->emitOpError("is left at GRAPH");
  if (isa<array::ReduceOp>(op) && !op->getParentOfType<task::LaunchOp>()) return op->emitOpError("is left at GRAPH");
  if (auto launch = dyn_cast<task::LaunchOp>(op); launch && launch.getKernel())
    return op->emitOpError("has a kernel at GRAPH");
  return success();
}

// KERNELS: a function of the kernel ABI for each launch, and nothing of points outside of those.
LogicalResult verifyKernels(Operation *op) {
  if (isa<array::ShiftedOp, array::YieldOp, array::ReduceOp, array::MathOp>(op)) return op->emitOpError("is left at KERNELS");
  auto launch = dyn_cast<task::LaunchOp>(op);
  if (!launch) return success();
  auto module = op->getParentOfType<ModuleOp>();
  auto kernel = launch.getKernel() ? module.lookupSymbol<func::FuncOp>(*launch.getKernel()) : func::FuncOp();
  if (!kernel || kernel.getNumArguments() != 5 || kernel.getNumResults() != 0) return op->emitOpError("has no kernel");
  return success();
}

// HOST: LLVM's dialect, and OpenMP's.
LogicalResult verifyHost(Operation *op) {
  return isa<ModuleOp>(op) || isa<LLVM::LLVMDialect, omp::OpenMPDialect>(op->getDialect()) ? success() : op->emitOpError("is left at HOST");
}

struct VerifyPhase : PassWrapper<VerifyPhase, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(VerifyPhase)
  VerifyPhase() = default;
  VerifyPhase(const VerifyPhase &other) : PassWrapper(other) {}
  explicit VerifyPhase(StringRef name) { phase = name.str(); }
  StringRef getArgument() const final { return "verify-phase"; }
  StringRef getDescription() const final { return "what holds at the end of a phase"; }
  Option<std::string> phase{*this, "phase", llvm::cl::desc("values, graph, kernels or host"), llvm::cl::init("values")};

  void runOnOperation() override {
    LogicalResult (*verify)(Operation *) = phase == "values"    ? verifyValues
                                           : phase == "graph"   ? verifyGraph
                                           : phase == "kernels" ? verifyKernels
                                           : phase == "host"    ? verifyHost
                                                                : nullptr;
    if (!verify) {
      getOperation().emitError() << "there is no phase `" << phase << "`";
      return signalPassFailure();
    }
    if (failed(mlir::verify(getOperation()))) return signalPassFailure();
    WalkResult result = getOperation().walk([&](Operation *op) { return WalkResult(verify(op)); });
    if (result.wasInterrupted()) return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace

void addVerifier(OpPassManager &passes, Stage stage) {
  switch (stage) {
  case Stage::Values:
    passes.addPass(std::make_unique<VerifyPhase>("values"));
    break;
  case Stage::Graph:
    passes.addPass(std::make_unique<VerifyPhase>("graph"));
    break;
  case Stage::Kernels:
    passes.addPass(std::make_unique<VerifyPhase>("kernels"));
    break;
  case Stage::Host:
    passes.addPass(std::make_unique<VerifyPhase>("host"));
    break;
  default:
    break;
  }
}

void registerVerifiers() { PassRegistration<VerifyPhase>(); }

} // namespace dagger::pipeline
