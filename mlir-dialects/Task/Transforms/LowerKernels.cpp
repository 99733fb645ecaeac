// One function for the body of each launch.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_LOWERKERNELS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// Scopes of stack memory end with their function here: rooms are taken once, on entry, and their code stands where the scope did.
void openScopes(ModuleOp module) {
  module.walk([](memref::AllocaScopeOp scope) {
    Block *entry = &scope->getParentOfType<func::FuncOp>().getBody().front();
    SmallVector<memref::AllocaOp> rooms(scope.getBodyRegion().front().getOps<memref::AllocaOp>());
    for (memref::AllocaOp room : rooms)
      if (room.getOperands().empty()) room->moveBefore(entry, entry->begin());
    Block &body = scope.getBodyRegion().front();
    Operation *end = body.getTerminator();
    SmallVector<Value> results(end->getOperands());
    end->erase();
    scope->getBlock()->getOperations().splice(Block::iterator(scope), body.getOperations());
    scope->replaceAllUsesWith(results);
    scope->erase();
  });
  // So is room that no scope is around.
  module.walk([](memref::AllocaOp room) {
    Block *entry = &room->getParentOfType<func::FuncOp>().getBody().front();
    if (room.getOperands().empty() && room->getBlock() != entry) room->moveBefore(entry, entry->begin());
  });
}

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<LaunchOp> launches;
    module.walk([&](LaunchOp launch) { launches.push_back(launch); });
    Type ptr = LLVM::LLVMPointerType::get(&getContext());
    SymbolTable symbols(module);
    for (LaunchOp launch : launches) {
      OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
      auto function = func::FuncOp::create(builder, launch.getLoc(), (launch.getKind() + "_kernel").str(),
                                           builder.getFunctionType({ptr, ptr, ptr, ptr, ptr}, {}));
      function.setPrivate();
      function->setAttr(contextAttr, builder.getStringAttr("kernel"));
      Block *entry = function.addEntryBlock();
      builder.setInsertionPointToEnd(entry);
      func::ReturnOp::create(builder, launch.getLoc());
      KernelBuilder kernel(launch, function);
      if (launch.getKind() == "blocks") buildBlocks(kernel);
      else if (launch.getKind() == "combine") buildCombine(kernel);
      else if (launch.getKind() == "scan") buildScan(kernel);
      else if (launch.getKind() == "groups") buildGroups(kernel);
      else buildMap(kernel);
      launch.setKernelAttr(FlatSymbolRefAttr::get(symbols.insert(function)));
      launch.getBody().getBlocks().clear();
      launch.getCombine().getBlocks().clear();
    }
    openScopes(module);
  }
};
} // namespace
} // namespace dagger::task
