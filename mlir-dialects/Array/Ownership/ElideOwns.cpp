// An array that nothing else can see needs no array.own: the first one in a loop stands before it.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_ELIDEOWNS
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
// Uses that neither keep the array nor name it anew, or that pass it on to a value that is looked at itself.
bool isOnlyPassedOn(Value array) {
  return llvm::all_of(array.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<ElementOp, tensor::DimOp, CheckIndexOp, LookShapeOp, InsertOp, OwnOp, scf::ForOp, ReleaseOp,
            func::ReturnOp>(user))
      return true;
    return isa<scf::YieldOp>(user) && isa<scf::ForOp, scf::IfOp>(user->getParentOp());
  });
}

struct Soles {
  llvm::SetVector<Value> values;

  explicit Soles(func::FuncOp function) {
    auto add = [&](Value value) {
      if (isa<RankedTensorType>(value.getType()) && isOnlyPassedOn(value)) values.insert(value);
    };
    function.walk([&](Operation *op) {
      if (isa<OwnOp, InsertOp, scf::IfOp>(op)) llvm::for_each(op->getResults(), add);
      if (auto loop = dyn_cast<scf::ForOp>(op)) {
        llvm::for_each(loop.getRegionIterArgs(), add);
        llvm::for_each(loop.getResults(), add);
      }
    });
    bool isChanged = true;
    while (isChanged) isChanged = values.remove_if([&](Value value) { return !isSole(value); });
  }

  // Whether it is, if those that are left are.
  bool isSole(Value value) const {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
      return values.contains(loop.getTiedLoopYieldedValue(argument)->get()) &&
             (values.contains(loop.getTiedLoopInit(argument)->get()) || isOwned(argument));
    }
    Operation *op = value.getDefiningOp();
    if (auto insert = dyn_cast<InsertOp>(op)) return values.contains(insert.getArray());
    unsigned number = cast<OpResult>(value).getResultNumber();
    if (auto loop = dyn_cast<scf::ForOp>(op)) return values.contains(loop.getRegionIterArg(number));
    if (auto branch = dyn_cast<scf::IfOp>(op))
      return values.contains(branch.thenYield().getOperand(number)) &&
             values.contains(branch.elseYield().getOperand(number));
    return isa<OwnOp>(op);
  }

  // Whether every turn owns what a loop carries, perhaps in a loop inside: then it may be owned before as well.
  static bool isOwned(BlockArgument carried) {
    return llvm::any_of(carried.getUses(), [&](OpOperand &use) {
      if (use.getOwner()->getBlock() != carried.getOwner()) return false;
      if (auto own = dyn_cast<OwnOp>(use.getOwner())) return !own.getContiguous();
      auto loop = dyn_cast<scf::ForOp>(use.getOwner());
      return loop && isOwned(loop.getTiedLoopRegionIterArg(&use));
    });
  }
};

struct ElideOwns : impl::ElideOwnsBase<ElideOwns> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    auto context = function->getAttrOfType<StringAttr>(task::contextAttr);
    if (function.isExternal() || !context || context != task::taskContext) return;
    Soles soles(function);
    for (Value value : soles.values) {
      auto argument = dyn_cast<BlockArgument>(value);
      if (!argument) continue;
      auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
      OpOperand *init = loop.getTiedLoopInit(argument);
      if (soles.values.contains(init->get())) continue;
      OpBuilder builder(loop);
      init->set(OwnOp::create(builder, loop.getLoc(), init->get().getType(), init->get(), nullptr));
    }
    function.walk([&](OwnOp own) {
      if (own.getContiguous() || !soles.values.contains(own.getArray())) return;
      own.getResult().replaceAllUsesWith(own.getArray());
      own.erase();
    });
  }
};
} // namespace
} // namespace dagger::array
