// The chain of calls that a failure is reported with: what was put in line carries it in its locations, calls of functions
// that may fail are linked at run time, as dg_sites on the stack.
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::task {
namespace {

bool mayFail(Operation *op) {
  if (auto element = dyn_cast<array::ElementOp>(op)) return !element.getInBounds();
  if (auto runtime = dyn_cast<RuntimeOp>(op)) return runtime.getWithContext();
  return isa<FailOp, AssertOp, CheckExtentOp, LaunchOp, CallOp, AwaitOp, array::CheckIndexOp, array::InsertOp, array::LibraryOp, array::SliceOp,
             array::ReshapeOp, array::RechunkOp, array::TilesOp, array::TileBoxOp, array::OwnOp, tensor::EmptyOp>(op);
}

llvm::SmallPtrSet<Operation *, 8> failingFunctions(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::SmallPtrSet<Operation *, 8> failing;
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  for (bool again = true; again;) {
    again = false;
    for (func::FuncOp function : functions) {
      if (failing.contains(function)) continue;
      bool fails = function->hasAttr(externAttr);
      function.walk([&](Operation *op) {
        auto call = dyn_cast<func::CallOp>(op);
        fails |= mayFail(op) || (call && failing.contains(symbols.lookup(call.getCallee())));
      });
      if (fails) failing.insert(function), again = true;
    }
  }
  return failing;
}
} // namespace

void linkSites(ModuleOp module, Abi &abi) {
  SymbolTable symbols(module);
  auto failing = failingFunctions(module);
  auto type = LLVM::LLVMStructType::getLiteral(module.getContext(), {abi.ptr, abi.ptr, abi.ptr});
  SmallVector<func::CallOp> calls;
  module.walk([&](func::CallOp call) {
    // The body of a comprehension is part of the function that it stands in.
    Operation *callee = symbols.lookup(call.getCallee());
    if (callee && failing.contains(callee) && !callee->hasAttr("task.outlined")) calls.push_back(call);
  });
  for (func::CallOp call : calls) {
    Location loc = call.getLoc();
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    OpBuilder builder(call);
    Value site = abi.slot(call, type);
    auto field = [&](int32_t number) -> Value { return LLVM::GEPOp::create(builder, loc, abi.ptr, type, site, ArrayRef<LLVM::GEPArg>{0, number}); };
    // dg_context's second pointer is the innermost site.
    Value last = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.ptr, Abi::context(call), ArrayRef<LLVM::GEPArg>{1});
    Value name = callee->hasAttr(isTaskAttr) ? abi.cString(builder, loc, callee->getAttrOfType<StringAttr>("task.name").getValue()) : abi.null(builder, loc);
    Value before = LLVM::LoadOp::create(builder, loc, abi.ptr, last);
    LLVM::StoreOp::create(builder, loc, abi.location(builder, loc), field(0));
    LLVM::StoreOp::create(builder, loc, name, field(1));
    LLVM::StoreOp::create(builder, loc, before, field(2));
    LLVM::StoreOp::create(builder, loc, site, last);
    builder.setInsertionPointAfter(call);
    LLVM::StoreOp::create(builder, loc, before, last);
  }
}

} // namespace dagger::task
