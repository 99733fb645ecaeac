// Which passes make each phase, and why they stand in this order.
#include "compiler/graph/Graph.h"
#include "compiler/pipeline/Phases.h"
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Conversion/ArrayToTask/Passes.h"
#include "mlir-dialects/Conversion/TaskToLLVM/Passes.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Conversion/ComplexToStandard/ComplexToStandard.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace dagger::pipeline {

void registerDialects(DialectRegistry &registry) {
  registry.insert<array::ArrayDialect, task::TaskDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, complex::ComplexDialect,
                  linalg::LinalgDialect, tensor::TensorDialect, scf::SCFDialect, cf::ControlFlowDialect, memref::MemRefDialect, ub::UBDialect,
                  affine::AffineDialect, LLVM::LLVMDialect, omp::OpenMPDialect>();
}

// To look for values that only other dead values use, and for equal blocks, takes half of the time of canonicalization and finds
// next to nothing: LLVM does that again.
static GreedyRewriteConfig operationsAlone() {
  return GreedyRewriteConfig().setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
}

// Upstream takes different extents of one operation's operands for undefined, and gives all of them the one that it knows. Here
// they are an error of the program, which the launch finds: until it is formed, what an array was made with stays.
static std::unique_ptr<Pass> canonicalizeValues() {
  return createCanonicalizerPass(operationsAlone(), {"(anonymous namespace)::InferStaticShapeOfOperands",
                                                     "(anonymous namespace)::ReplaceEmptyTensorStaticShapeDims", "FoldTensorCastProducerOp",
                                                     "(anonymous namespace)::EraseIdentityLinalgOp<mlir::linalg::GenericOp>"});
}

// Values: everything is still algebra. Elementwise chains fuse across statements and inlined functions.
static void addValues(OpPassManager &passes) {
  passes.addPass(canonicalizeValues());
  passes.addPass(createCSEPass());
  passes.addPass(task::createLightTasks());
  passes.addPass(task::createKnownScalars());
  passes.addNestedPass<func::FuncOp>(array::createResolveExtents());
  passes.addNestedPass<func::FuncOp>(array::createFuseElementwise());
  passes.addPass(canonicalizeValues());
  passes.addPass(createCSEPass());
  // Siblings first: an array that several reductions read has one user then, and its producer can follow.
  passes.addNestedPass<func::FuncOp>(array::createFuseSiblingReductions());
  passes.addNestedPass<func::FuncOp>(array::createFuseProducersIntoReductions());
  // Then maps that have other users, or read the same; what both read may have one user now.
  passes.addNestedPass<func::FuncOp>(array::createFuseMapsIntoReductions());
  passes.addNestedPass<func::FuncOp>(array::createFuseProducersIntoReductions());
  passes.addNestedPass<func::FuncOp>(array::createFuseProducersIntoStencils());
  passes.addNestedPass<func::FuncOp>(array::createProveBounds());
  passes.addNestedPass<func::FuncOp>(array::createMapReads());
  passes.addPass(createCSEPass());
}

// Graph: launches, scans that several tasks do, tasks that tasks call, a copy before each update, stencils of several steps, then loops that are planned once, and
// loops that say how far they are.
static void addGraph(OpPassManager &passes) {
  passes.addNestedPass<func::FuncOp>(task::createFormLaunches());
  passes.addNestedPass<func::FuncOp>(task::createCutScans());
  passes.addPass(createCanonicalizerPass(operationsAlone()));
  passes.addPass(createCSEPass());
  passes.addNestedPass<func::FuncOp>(task::createSpawnCalls());
  passes.addPass(task::createPeelBaseCases());
  passes.addNestedPass<func::FuncOp>(array::createMaterializeCopies());
  passes.addNestedPass<func::FuncOp>(task::createTileTime());
  passes.addNestedPass<func::FuncOp>(task::createHoistPlans());
  passes.addNestedPass<func::FuncOp>(task::createCountTurns());
}

// Kernels: a function for each launch. Sibling loops are joined before vectors are made of them. References are counted last: from
// there on two equal values are two references, and nothing may merge or drop them. The counts elide the copies.
static void addKernels(OpPassManager &passes) {
  passes.addPass(task::createLowerKernels());
  passes.addPass(createCanonicalizerPass(operationsAlone()));
  passes.addPass(createCSEPass());
  passes.addPass(task::createFuseSiblingLoops());
  passes.addPass(task::createExpandMath());
  passes.addPass(task::createVectorizePoints());
  passes.addPass(task::createVectorizeFunctions());
  passes.addNestedPass<func::FuncOp>(array::createCountReferences());
  passes.addNestedPass<func::FuncOp>(array::createOwnBesideViews());
  passes.addNestedPass<func::FuncOp>(array::createElideOwns());
  passes.addPass(task::createReplicateLoops());
}

// Host: the LLVM dialect, and OpenMP's around the chunks of parallel loops. Complex numbers and what LLVM has no intrinsic for first, since they expand to the others.
// Where there are none of the former, to look for them would take as long as to convert all of a small program's control flow.
static void addHost(OpPassManager &passes, bool hasComplex) {
  if (hasComplex) passes.addPass(createConvertComplexToStandardPass());
  passes.addPass(arith::createArithExpandOpsPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(task::createTaskToLLVM());
  passes.addPass(createCanonicalizerPass(operationsAlone()));
}

void addMarks(OpPassManager &passes, bool isHasty) {
  passes.addPass(task::createBriefLaunches());
  if (isHasty) passes.addPass(task::createProvisionalLaunches());
}

void addPhase(OpPassManager &passes, Stage stage, bool hasComplex) {
  switch (stage) {
  case Stage::Values: addValues(passes); break;
  case Stage::Graph: addGraph(passes); break;
  case Stage::Kernels: addKernels(passes); break;
  case Stage::Host: addHost(passes, hasComplex); break;
  default: return;
  }
  addVerifier(passes, stage);
}

void registerPasses() {
  task::registerArrayToTaskPasses();
  task::registerTaskToLLVMPasses();
  task::registerTaskTransformsPasses();
  array::registerArrayOwnershipPasses();
  array::registerArrayTransformsPasses();
  graph::registerGraphPasses();
  registerVerifiers();
  for (auto [name, summary, stage] : {std::tuple("values", "the phase that ends in VALUES", Stage::Values), std::tuple("graph", "the phase that ends in GRAPH", Stage::Graph),
                                      std::tuple("kernels", "the phase that ends in KERNELS", Stage::Kernels), std::tuple("host", "the phase that ends in HOST", Stage::Host)})
    registerPassPipeline(
        (Twine("phase-") + name).str(), summary,
        [stage](OpPassManager &passes, StringRef, function_ref<LogicalResult(const Twine &)>) {
          addPhase(passes, stage, /*hasComplex=*/true);
          return success();
        },
        [](function_ref<void(const detail::PassOptions &)>) {});
}

} // namespace dagger::pipeline
