// Extents of computed arrays are what they were computed with.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_RESOLVEEXTENTS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
// Where the array has its shape from: an update has that of what it updates, a scan that of its input.
Value shapeSource(Value array) {
  Operation *definition = array.getDefiningOp();
  if (auto insert = dyn_cast_or_null<InsertOp>(definition))
    return insert.getArray();
  if (auto insert = dyn_cast_or_null<InsertSliceOp>(definition))
    return insert.getArray();
  if (auto fill = dyn_cast_or_null<FillSliceOp>(definition))
    return fill.getArray();
  if (auto scatter = dyn_cast_or_null<ScatterOp>(definition))
    return scatter.getArray();
  if (auto scan = dyn_cast_or_null<ScanOp>(definition))
    return scan.getInputs()[0];
  if (auto structured = dyn_cast_or_null<linalg::LinalgOp>(definition))
    return structured.getDpsInits()[cast<OpResult>(array).getResultNumber()];
  return {};
}

struct ResolveExtents : impl::ResolveExtentsBase<ResolveExtents> {
  void runOnOperation() override {
    getOperation().walk([](tensor::DimOp dim) {
      std::optional<int64_t> axis = dim.getConstantIndex();
      if (!axis)
        return;
      Value array = dim.getSource();
      while (Value source = shapeSource(array))
        array = source;
      Value given = extentGiven(array, *axis);
      OpBuilder builder(dim);
      if (given) {
        if (!given.getType().isIndex())
          given = arith::IndexCastOp::create(builder, dim.getLoc(), builder.getIndexType(), given);
        dim.replaceAllUsesWith(given);
        dim.erase();
      } else if (array != dim.getSource()) {
        dim.getSourceMutable().assign(array);
      }
    });
  }
};
} // namespace
} // namespace dagger::array
