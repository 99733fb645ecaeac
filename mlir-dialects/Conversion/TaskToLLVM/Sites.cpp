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
        auto join = dyn_cast<JoinOp>(op);
        Operation *callee = call ? symbols.lookup(call.getCallee()) : join ? symbols.lookup(join.getCallee()) : nullptr;
        fails |= mayFail(op) || (callee && failing.contains(callee));
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
  SmallVector<std::pair<Operation *, Operation *>> calls;
  module.walk([&](Operation *op) {
    Operation *callee = nullptr;
    if (auto call = dyn_cast<func::CallOp>(op)) callee = symbols.lookup(call.getCallee());
    else if (auto join = dyn_cast<JoinOp>(op)) callee = symbols.lookup(join.getCallee()); // calls what nobody took
    // The body of a comprehension is part of the function that it stands in.
    if (callee && failing.contains(callee) && !callee->hasAttr("task.outlined")) calls.push_back({op, callee});
  });
  for (auto [call, callee] : calls) {
    OpBuilder builder(call);
    Value site = abi.slot(call, siteType(abi)), context = Abi::context(call);
    Value before = enterSite(abi, builder, call->getLoc(), callee, context, site);
    builder.setInsertionPointAfter(call);
    leaveSite(abi, builder, call->getLoc(), context, before);
  }
  for (Operation *function : failing) function->setAttr(mayFailAttr, UnitAttr::get(module.getContext()));
}

Type siteType(Abi &abi) { return LLVM::LLVMStructType::getLiteral(abi.i64.getContext(), {abi.ptr, abi.ptr, abi.ptr}); }

// dg_context's second pointer is the innermost site.
static Value innermost(Abi &abi, OpBuilder &builder, Location loc, Value context) {
  return LLVM::GEPOp::create(builder, loc, abi.ptr, abi.ptr, context, ArrayRef<LLVM::GEPArg>{1});
}

Value enterSite(Abi &abi, OpBuilder &builder, Location loc, Operation *callee, Value context, Value site) {
  auto field = [&](int32_t number) -> Value { return LLVM::GEPOp::create(builder, loc, abi.ptr, siteType(abi), site, ArrayRef<LLVM::GEPArg>{0, number}); };
  Value last = innermost(abi, builder, loc, context);
  Value name = callee->hasAttr(isTaskAttr) ? abi.cString(builder, loc, callee->getAttrOfType<StringAttr>("task.name").getValue()) : abi.null(builder, loc);
  Value before = LLVM::LoadOp::create(builder, loc, abi.ptr, last);
  LLVM::StoreOp::create(builder, loc, abi.location(builder, loc), field(0));
  LLVM::StoreOp::create(builder, loc, name, field(1));
  LLVM::StoreOp::create(builder, loc, before, field(2));
  LLVM::StoreOp::create(builder, loc, site, last);
  return before;
}

void leaveSite(Abi &abi, OpBuilder &builder, Location loc, Value context, Value before) {
  LLVM::StoreOp::create(builder, loc, before, innermost(abi, builder, loc, context));
}

} // namespace dagger::task
