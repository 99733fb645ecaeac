#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::array {

static bool sameNumber(Value left, Value right);

// Of an array that a loop carries: what it begins with, if every turn ends with that too.
static Value extentCarried(scf::ForOp loop, unsigned number, int64_t axis) {
  static thread_local SmallVector<std::pair<Operation *, unsigned>> asked; // a turn's end may be what it began with
  Value given = extentGiven(loop.getInitArgs()[number], axis);
  if (!given || llvm::is_contained(asked, std::pair(loop.getOperation(), number)))
    return given;
  asked.push_back({loop, number});
  Value end = extentGiven(loop.getYieldedValues()[number], axis);
  bool isSame = end && sameNumber(given, end);
  asked.pop_back();
  return isSame ? given : Value();
}

Value extentGiven(Value array, int64_t axis) {
  Operation *definition = array.getDefiningOp();
  if (auto argument = dyn_cast<BlockArgument>(array))
    if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()))
      return argument.getArgNumber() ? extentCarried(loop, argument.getArgNumber() - 1, axis) : Value();
  if (auto loop = dyn_cast_or_null<scf::ForOp>(definition))
    return extentCarried(loop, cast<OpResult>(array).getResultNumber(), axis);
  if (auto insert = dyn_cast_or_null<InsertOp>(definition))
    return extentGiven(insert.getArray(), axis);
  if (auto insert = dyn_cast_or_null<InsertSliceOp>(definition))
    return extentGiven(insert.getArray(), axis);
  if (auto fill = dyn_cast_or_null<FillSliceOp>(definition))
    return extentGiven(fill.getArray(), axis);
  if (auto scatter = dyn_cast_or_null<ScatterOp>(definition))
    return extentGiven(scatter.getArray(), axis);
  unsigned number = definition ? cast<OpResult>(array).getResultNumber() : 0;
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(definition))
    return empty.getType().isDynamicDim(axis) ? empty.getDynamicSize(axis) : Value();
  if (auto structured = dyn_cast_or_null<linalg::LinalgOp>(definition))
    return extentGiven(structured.getDpsInits()[number], axis);
  if (auto stencil = dyn_cast_or_null<StencilOp>(definition))
    return stencil.getExtents()[axis];
  if (auto reshape = dyn_cast_or_null<ReshapeOp>(definition))
    return reshape.getExtents()[axis];
  if (auto reduce = dyn_cast_or_null<ReduceOp>(definition)) {
    if (number >= reduce.getNumAccumulators())
      return reduce.getExtents()[axis];
    for (auto [index, extent] : llvm::enumerate(reduce.getExtents()))
      if (!llvm::is_contained(reduce.getAxes(), int64_t(index)) && axis-- == 0)
        return extent;
    return {};
  }
  if (auto scan = dyn_cast_or_null<ScanOp>(definition))
    return extentGiven(scan.getInputs()[0], axis);
  if (auto library = dyn_cast_or_null<LibraryOp>(definition)) {
    // Numbers in order: the seed, then (random.integers) low and high, then the extents.
    StringRef name = library.getName();
    int64_t first = name == "random.uniform" || name == "random.normal" ? 1 : name == "random.integers" ? 3 : -1;
    if (first >= 0 && first + axis < int64_t(library.getNumbers().size()))
      return library.getNumbers()[first + axis];
  }
  return {};
}

Value beforeCasts(Value number) {
  auto isWide = [](Type type) { return type.isIndex() || type.isInteger(64); };
  for (auto cast = number.getDefiningOp<arith::IndexCastOp>(); cast && isWide(cast.getType()) && isWide(cast.getIn().getType());
       cast = number.getDefiningOp<arith::IndexCastOp>())
    number = cast.getIn();
  return number;
}

// A constant, or where a number comes from.
static Value origin(Value number) {
  number = beforeCasts(number);
  if (auto dim = number.getDefiningOp<tensor::DimOp>())
    if (auto axis = dim.getConstantIndex())
      if (Value given = extentGiven(dim.getSource(), *axis))
        return origin(given);
  return number;
}

static bool sameNumber(Value left, Value right) {
  left = origin(left), right = origin(right);
  if (left == right)
    return true;
  auto a = getConstantIntValue(left), b = getConstantIntValue(right);
  if (a && b)
    return *a == *b;
  auto x = left.getDefiningOp<tensor::DimOp>(), y = right.getDefiningOp<tensor::DimOp>();
  return x && y && x.getSource() == y.getSource() && x.getConstantIndex() && x.getConstantIndex() == y.getConstantIndex();
}

bool sameExtent(Value left, int64_t leftAxis, Value right, int64_t rightAxis) {
  if (left == right && leftAxis == rightAxis)
    return true;
  auto leftType = cast<RankedTensorType>(left.getType()), rightType = cast<RankedTensorType>(right.getType());
  if (!leftType.isDynamicDim(leftAxis) && !rightType.isDynamicDim(rightAxis))
    return leftType.getDimSize(leftAxis) == rightType.getDimSize(rightAxis);
  Value a = extentGiven(left, leftAxis), b = extentGiven(right, rightAxis);
  if (a && b)
    return sameNumber(a, b);
  // One is known by what it was made with: the number may be the other's own extent.
  auto isDimOf = [](Value number, Value array, int64_t axis) {
    auto dim = number ? origin(number).getDefiningOp<tensor::DimOp>() : tensor::DimOp();
    return dim && dim.getSource() == array && dim.getConstantIndex() == axis;
  };
  return isDimOf(a, right, rightAxis) || isDimOf(b, left, leftAxis);
}

bool isExtent(Value number, Value array, int64_t axis) {
  auto type = cast<RankedTensorType>(array.getType());
  if (!type.isDynamicDim(axis))
    return getConstantIntValue(origin(number)) == type.getDimSize(axis);
  if (Value given = extentGiven(array, axis))
    return sameNumber(number, given);
  auto dim = origin(number).getDefiningOp<tensor::DimOp>();
  return dim && dim.getSource() == array && dim.getConstantIndex() == axis;
}

std::optional<int64_t> knownExtent(Value array, int64_t axis) {
  auto type = cast<RankedTensorType>(array.getType());
  if (!type.isDynamicDim(axis))
    return type.getDimSize(axis);
  Value given = extentGiven(array, axis);
  return given ? getConstantIntValue(origin(given)) : std::nullopt;
}

} // namespace dagger::array
