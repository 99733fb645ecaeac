// One function for the body of each launch.
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir-dialects/Task/Transforms/Arithmetic.h"
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_LOWERKERNELS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// Room on the stack is taken once, on entry, not in each turn of a loop.
void liftRooms(ModuleOp module) {
  module.walk([](memref::AllocaOp room) {
    Block *entry = &room->getParentOfType<func::FuncOp>().getBody().front();
    if (room.getOperands().empty() && room->getBlock() != entry) room->moveBefore(entry, entry->begin());
  });
}

// The function of the source that says what a launch does: not who called it.
Attribute sourceOf(LaunchOp launch) {
  for (Location at = launch.getLoc();;) {
    if (auto named = dyn_cast<NameLoc>(at)) return named.getName();
    if (auto site = dyn_cast<CallSiteLoc>(at)) at = site.getCallee();
    else if (auto fused = dyn_cast<FusedLoc>(at); fused && !fused.getLocations().empty()) at = fused.getLocations().front();
    else return launch->getParentOfType<func::FuncOp>().getSymNameAttr();
  }
}

// Whether what it reports, or may report, depends on where it stands. `callers` are those that are being asked.
bool tellsPlace(func::FuncOp function, llvm::SmallPtrSetImpl<Operation *> &callers) {
  if (!function || function.isExternal() || !callers.insert(function).second) return true;
  auto result = function.walk([&](Operation *op) {
    bool tells = isa<TaskDialect, array::ArrayDialect>(op->getDialect()) && !isa<array::MathOp>(op);
    if (auto call = dyn_cast<func::CallOp>(op)) tells = tellsPlace(calleeOf(call), callers);
    return tells ? WalkResult::interrupt() : WalkResult::advance();
  });
  callers.erase(function);
  return result.wasInterrupted();
}

// Launches that do the same share a kernel, be it that their function is called in several places. Those of different functions do
// not, so that profilers, who know kernels by the function that they are of, tell them apart.
void shareKernels(ArrayRef<LaunchOp> launches, SymbolTable &symbols) {
  llvm::DenseMap<Attribute, SmallVector<func::FuncOp>> bySource;
  for (LaunchOp launch : launches) {
    auto kernel = symbols.lookup<func::FuncOp>(*launch.getKernel());
    llvm::SmallPtrSet<Operation *, 4> callers;
    auto flags = tellsPlace(kernel, callers) ? OperationEquivalence::None : OperationEquivalence::IgnoreLocations;
    SmallVector<func::FuncOp> &known = bySource[sourceOf(launch)];
    auto same = llvm::find_if(known, [&](func::FuncOp other) { return OperationEquivalence::isRegionEquivalentTo(&kernel.getBody(), &other.getBody(), flags); });
    if (same == known.end()) {
      known.push_back(kernel);
      continue;
    }
    if (!kernel->hasAttr(briefAttr)) (*same)->removeAttr(briefAttr);
    launch.setKernelAttr(FlatSymbolRefAttr::get(*same));
    symbols.erase(kernel);
  }
}

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<LaunchOp> launches;
    module.walk([&](LaunchOp launch) { launches.push_back(launch); });
    Type ptr = LLVM::LLVMPointerType::get(&getContext());
    SymbolTable symbols(module);
    AccessGroups groups;
    for (LaunchOp launch : launches) {
      if (module->hasAttr(hastyAttr) && launch->hasAttr(provisionalAttr)) launch->setAttr(briefAttr, UnitAttr::get(&getContext()));
      OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
      auto function = func::FuncOp::create(builder, launch.getLoc(), (launch.getKind() + "_kernel").str(),
                                           builder.getFunctionType({ptr, ptr, ptr, ptr, ptr}, {}));
      function.setPrivate();
      function->setAttr(contextAttr, builder.getStringAttr("kernel"));
      if (launch->hasAttr(briefAttr)) function->setAttr(briefAttr, builder.getUnitAttr());
      Block *entry = function.addEntryBlock();
      builder.setInsertionPointToEnd(entry);
      func::ReturnOp::create(builder, launch.getLoc());
      if (auto count = arithmeticOf(launch)) launch.setArithmetic(*count);
      KernelBuilder kernel(launch, function, groups);
      if (launch.getKind() == "blocks") buildBlocks(kernel);
      else if (launch.getKind() == "combine") buildCombine(kernel);
      else if (launch.getKind() == "scan") buildScan(kernel);
      else if (launch.getKind() == "prefix") buildPrefix(kernel);
      else if (launch.getKind() == "groups") buildGroups(kernel);
      else if (launch.getKind() == "steps") buildSteps(kernel);
      else buildMap(kernel);
      launch.setKernelAttr(FlatSymbolRefAttr::get(symbols.insert(function)));
      launch.getBody().getBlocks().clear();
      launch.getCombine().getBlocks().clear();
    }
    liftRooms(module);
    shareKernels(launches, symbols);
  }
};
} // namespace
} // namespace dagger::task
