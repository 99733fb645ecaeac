// Whole-array operations become launches: the pass, which hands each operation to its kind's function.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_FORMLAUNCHES
#include "mlir-dialects/Conversion/ArrayToTask/Passes.h.inc"

namespace {
struct FormLaunches : impl::FormLaunchesBase<FormLaunches> {
  void runOnOperation() override {
    auto context = getOperation()->getAttrOfType<StringAttr>(contextAttr);
    bool isHost = context && context.getValue() == hostContext;
    SmallVector<Operation *> operations;
    getOperation().walk([&](Operation *op) {
      if (isa<linalg::GenericOp, linalg::FillOp, array::StencilOp, array::ReduceOp, array::ScanOp, array::InsertSliceOp,
              array::FillSliceOp, array::ScatterOp, array::InsertOp, GroupsOp>(op))
        operations.push_back(op);
    });
    for (Operation *op : operations) {
      LogicalResult formed =
          TypeSwitch<Operation *, LogicalResult>(op)
              .Case<linalg::GenericOp>([](auto op) { return formGeneric(op); })
              .Case<linalg::FillOp>([](auto op) { return formFill(op); })
              .Case<array::StencilOp>([](auto op) { return formStencil(op); })
              .Case<array::ReduceOp>([](auto op) { return formReduce(op); })
              .Case<array::ScanOp>([](auto op) { return formScan(op); })
              .Case<GroupsOp>([](auto op) { return formGroups(op); })
              .Case<array::InsertSliceOp>([](auto op) { return formInsertSlice(op), success(); })
              .Case<array::FillSliceOp>([](auto op) { return formFillSlice(op), success(); })
              .Case<array::ScatterOp>([](auto op) { return formScatter(op), success(); })
              .Case<array::InsertOp>([&](auto op) { return isHost ? (formInsert(op), success()) : success(); })
              .Default(success());
      if (failed(formed)) return signalPassFailure();
    }
  }
};
} // namespace
} // namespace dagger::task
