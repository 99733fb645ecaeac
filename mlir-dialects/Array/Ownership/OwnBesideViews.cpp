// Views that a call reads do not make it copy what it updates.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_OWNBESIDEVIEWS
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
// A view that nothing reads but the call, from a place before `own`.
bool isOnlyFor(Value view, task::CallOp call, OwnOp own) {
  Operation *made = view.getDefiningOp();
  return isa_and_nonnull<SliceOp, TransposeOp>(made) && made->getBlock() == own->getBlock() && made->isBeforeInBlock(own) &&
         llvm::all_of(view.getUsers(), [&](Operation *user) { return user == call || isa<ReleaseOp>(user); });
}

struct OwnBesideViews : impl::OwnBesideViewsBase<OwnBesideViews> {
  void runOnOperation() override {
    getOperation().walk([](task::CallOp call) {
      for (int32_t update : call.getUpdates()) {
        auto own = call.getArgs()[update].getDefiningOp<OwnOp>();
        if (!own || !own->hasOneUse() || own->getBlock() != call->getBlock()) continue;
        for (auto [index, argument] : llvm::enumerate(call.getArgs()))
          if (!llvm::is_contained(call.getUpdates(), int32_t(index)) && !llvm::is_contained(own.getBeside(), argument) && isOnlyFor(argument, call, own))
            own.getBesideMutable().append(argument);
      }
    });
  }
};
} // namespace
} // namespace dagger::array
