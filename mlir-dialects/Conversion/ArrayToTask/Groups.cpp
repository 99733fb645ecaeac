// Group kernels: own what is updated, and launch over the grid.
#include "mlir-dialects/Conversion/ArrayToTask/Forming.h"

using namespace mlir;

namespace dagger::task {

LogicalResult formGroups(GroupsOp op) {
  OpBuilder builder(op);
  LaunchBuilder launch(builder, op.getLoc(), "groups", op.getGrid());
  SmallVector<Value> arguments, updated;
  for (unsigned axis = 0; axis < op.getGrid().size(); ++axis) arguments.push_back(launch.point(axis));
  for (auto [array, attribute] : llvm::zip_equal(op.getArrays(), op.getAccess())) {
    auto access = cast<OperandAttr>(attribute);
    Value operand = array;
    if (access.getAccess() != "read") updated.push_back(operand = array::OwnOp::create(builder, op.getLoc(), array.getType(), array, nullptr));
    arguments.push_back(launch.addWhole(operand, access));
  }
  launch.takeBody(op.getBody().front(), arguments);
  LaunchOp formed = launch.finish();
  formed.setStatement(op.getStatement());
  if (op.getPriority()) formed.getPriorityMutable().assign(op.getPriority());
  op->replaceAllUsesWith(updated);
  op.erase();
  return success();
}

} // namespace dagger::task
