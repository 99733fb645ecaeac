// Extents of computed arrays are what they were computed with.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_RESOLVEEXTENTS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
class Shapes {
  llvm::DenseMap<std::pair<Operation *, unsigned>, bool> kept;

  // A loop's array whose turns give back arrays of the shape that it had.
  bool keepsShape(scf::ForOp loop, unsigned index);

public:
  // Where the array has its shape from; null if that is itself.
  Value source(Value array);
  // The arrays that are asked for the shape of this one.
  void asked(Value array, llvm::SetVector<Value> &arrays);
  Value origin(Value array) {
    while (Value next = source(array))
      array = next;
    return array;
  }
};

bool Shapes::keepsShape(scf::ForOp loop, unsigned index) {
  auto [known, isNew] = kept.try_emplace({loop, index}, false);
  if (!isNew)
    return known->second;
  Value carried = loop.getRegionIterArg(index), end = origin(loop.getYieldedValues()[index]);
  bool keeps = end == carried;
  if (auto type = dyn_cast<RankedTensorType>(end.getType()); type && !keeps) {
    keeps = type.getRank() > 0;
    for (int64_t axis = 0; axis < type.getRank() && keeps; ++axis) {
      Value given = extentGiven(end, axis);
      auto dim = given ? given.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
      keeps = dim && dim.getConstantIndex() == axis && origin(dim.getSource()) == carried;
    }
  }
  return kept[{loop, index}] = keeps;
}

// An update has the shape of what it updates, a scan that of its input.
Value Shapes::source(Value array) {
  Operation *definition = array.getDefiningOp();
  if (!definition) {
    auto argument = cast<BlockArgument>(array);
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument.getArgNumber() == 0 || !keepsShape(loop, argument.getArgNumber() - 1))
      return {};
    return loop.getInitArgs()[argument.getArgNumber() - 1];
  }
  if (auto loop = dyn_cast<scf::ForOp>(definition)) {
    unsigned index = cast<OpResult>(array).getResultNumber();
    return keepsShape(loop, index) ? loop.getInitArgs()[index] : Value();
  }
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

void Shapes::asked(Value array, llvm::SetVector<Value> &arrays) {
  array = origin(array);
  auto type = cast<RankedTensorType>(array.getType());
  if (array.getDefiningOp<arith::ConstantOp>() || array.getDefiningOp<tensor::FromElementsOp>())
    return;
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    if (!type.isDynamicDim(axis))
      continue;
    Value given = extentGiven(array, axis);
    if (!given) {
      arrays.insert(array);
      continue;
    }
    while (auto cast = given.getDefiningOp<arith::IndexCastOp>())
      given = cast.getIn();
    if (auto dim = given.getDefiningOp<tensor::DimOp>())
      asked(dim.getSource(), arrays);
  }
}

struct ResolveExtents : impl::ResolveExtentsBase<ResolveExtents> {
  void runOnOperation() override {
    Shapes shapes;
    // First, while the extents still lead to the arrays that they are of. What is asked for its shape alone need not be made.
    SmallVector<LookShapeOp> looks;
    getOperation().walk([&](LookShapeOp look) { looks.push_back(look); });
    for (LookShapeOp look : looks) {
      llvm::SetVector<Value> arrays;
      shapes.asked(look.getArray(), arrays);
      OpBuilder builder(look);
      for (Value array : arrays)
        LookShapeOp::create(builder, look.getLoc(), array);
      look.erase();
    }
    getOperation().walk([&](tensor::DimOp dim) {
      std::optional<int64_t> axis = dim.getConstantIndex();
      if (!axis)
        return;
      Value array = shapes.origin(dim.getSource());
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
