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
  if (auto load = dyn_cast<LoadOp>(op)) return !load.getInBounds();
  if (auto store = dyn_cast<StoreOp>(op)) return !store.getInBounds();
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
        StringRef callee;
        if (auto call = dyn_cast<func::CallOp>(op)) callee = call.getCallee();
        else if (auto join = dyn_cast<JoinOp>(op)) callee = join.getCallee();
        else if (auto loop = dyn_cast<ParallelForOp>(op)) callee = loop.getCallee();
        else if (auto loop = dyn_cast<ReplicateOp>(op)) callee = loop.getCallee();
        fails |= mayFail(op) || (!callee.empty() && failing.contains(symbols.lookup(callee)));
      });
      if (fails) failing.insert(function), again = true;
    }
  }
  return failing;
}
} // namespace

Value makeSite(Abi &abi, OpBuilder &builder, Operation *op, FlatSymbolRefAttr callee) {
  Location loc = op->getLoc();
  auto type = LLVM::LLVMStructType::getLiteral(op->getContext(), {abi.ptr, abi.ptr, abi.ptr});
  Operation *function = abi.function(callee.getValue());
  Value site = abi.slot(op, type);
  auto field = [&](int32_t number) -> Value { return LLVM::GEPOp::create(builder, loc, abi.ptr, type, site, ArrayRef<LLVM::GEPArg>{0, number}); };
  Value name = function->hasAttr(isTaskAttr) ? abi.cString(builder, loc, function->getAttrOfType<StringAttr>("task.name").getValue()) : abi.null(builder, loc);
  LLVM::StoreOp::create(builder, loc, abi.location(builder, loc), field(0));
  LLVM::StoreOp::create(builder, loc, name, field(1));
  LLVM::StoreOp::create(builder, loc, LLVM::LoadOp::create(builder, loc, abi.ptr, innermostSite(abi, builder, op)), field(2));
  return site;
}

Value innermostSite(Abi &abi, OpBuilder &builder, Operation *op) {
  return LLVM::GEPOp::create(builder, op->getLoc(), abi.ptr, abi.ptr, Abi::context(op), ArrayRef<LLVM::GEPArg>{1});
}

void linkSites(ModuleOp module, Abi &abi) {
  SymbolTable symbols(module);
  auto failing = failingFunctions(module);
  SmallVector<std::pair<Operation *, FlatSymbolRefAttr>> calls;
  module.walk([&](Operation *op) {
    FlatSymbolRefAttr name;
    if (auto call = dyn_cast<func::CallOp>(op)) name = call.getCalleeAttr();
    else if (auto join = dyn_cast<JoinOp>(op)) name = join.getCalleeAttr();
    else if (auto spawn = dyn_cast<SpawnOp>(op)) name = spawn.getCalleeAttr();
    else return;
    // The body of a comprehension is part of the function that it stands in.
    Operation *callee = symbols.lookup(name.getAttr());
    if (callee && failing.contains(callee) && !callee->hasAttr("task.outlined")) calls.push_back({op, name});
  });
  for (auto [op, callee] : calls) {
    if (isa<SpawnOp>(op)) { // the site travels with the task
      op->setAttr(failsAttr, UnitAttr::get(op->getContext()));
      continue;
    }
    Location loc = op->getLoc();
    OpBuilder builder(op);
    Value site = makeSite(abi, builder, op, callee), last = innermostSite(abi, builder, op);
    Value before = LLVM::LoadOp::create(builder, loc, abi.ptr, last);
    LLVM::StoreOp::create(builder, loc, site, last);
    builder.setInsertionPointAfter(op);
    LLVM::StoreOp::create(builder, loc, before, last);
  }
}

} // namespace dagger::task
