// One function for the body of each launch.
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
      if (auto count = arithmeticOf(launch)) launch.setArithmetic(*count);
      KernelBuilder kernel(launch, function);
      if (launch.getKind() == "blocks") buildBlocks(kernel);
      else if (launch.getKind() == "combine") buildCombine(kernel);
      else if (launch.getKind() == "scan") buildScan(kernel);
      else if (launch.getKind() == "groups") buildGroups(kernel);
      else if (launch.getKind() == "steps") buildSteps(kernel);
      else buildMap(kernel);
      launch.setKernelAttr(FlatSymbolRefAttr::get(symbols.insert(function)));
      launch.getBody().getBlocks().clear();
      launch.getCombine().getBlocks().clear();
    }
    liftRooms(module);
  }
};
} // namespace
} // namespace dagger::task
