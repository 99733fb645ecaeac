#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dagger::task;

// Numbers in brackets, of which an operand of rank 0 has none.
static ParseResult parseNumbers(AsmParser &parser, SmallVector<int64_t> &numbers) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                        [&] { return parser.parseInteger(numbers.emplace_back()); });
}
static void printNumbers(AsmPrinter &printer, ArrayRef<int64_t> numbers) {
  printer << '[';
  llvm::interleaveComma(numbers, printer);
  printer << ']';
}

#include "mlir-dialects/Task/IR/TaskDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "mlir-dialects/Task/IR/TaskAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "mlir-dialects/Task/IR/TaskTypes.cpp.inc"
#define GET_OP_CLASSES
#include "mlir-dialects/Task/IR/TaskOps.cpp.inc"

void TaskDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "mlir-dialects/Task/IR/TaskTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "mlir-dialects/Task/IR/TaskAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "mlir-dialects/Task/IR/TaskOps.cpp.inc"
      >();
}

// A scalar argument may be given as a future: as a tensor of rank 0.
static bool passes(Type argument, Type parameter) {
  if (argument == parameter) return true;
  auto from = dyn_cast<RankedTensorType>(argument);
  if (auto to = dyn_cast<RankedTensorType>(parameter))
    return from && from.getRank() == to.getRank() && from.getElementType() == to.getElementType();
  return from && from.getRank() == 0 && from.getElementType() == parameter;
}

static FailureOr<FunctionOpInterface> calleeOf(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                                               TypeRange arguments) {
  auto callee = symbols.lookupNearestSymbolFrom<FunctionOpInterface>(op, name);
  if (!callee) return op->emitOpError() << "calls " << name << ", which is no function";
  if (callee.getNumArguments() != arguments.size())
    return op->emitOpError() << "passes " << arguments.size() << " arguments to " << name << ", which takes "
                             << callee.getNumArguments();
  for (auto [argument, parameter] : llvm::zip(arguments, callee.getArgumentTypes()))
    if (!passes(argument, parameter))
      return op->emitOpError() << "passes " << argument << " where " << name << " takes " << parameter;
  return callee;
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = calleeOf(*this, symbols, getCalleeAttr(), getArgs().getTypes());
  if (failed(callee)) return failure();
  SmallVector<int32_t> updates;
  for (unsigned i = 0, n = callee->getNumArguments(); i < n; ++i)
    if (callee->getArgAttr(i, inoutAttr)) updates.push_back(i);
  if (ArrayRef<int32_t>(updates) != getUpdates())
    return emitOpError() << "does not update just what " << getCallee() << " marks as inout";
  if (callee->getNumResults() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " results, but " << getCallee() << " returns "
                         << callee->getNumResults();
  return success();
}

LogicalResult CallOp::verify() {
  size_t axes = 0;
  for (int32_t box : getBoxes()) {
    auto type =
        size_t(box) < getArgs().size() ? dyn_cast<RankedTensorType>(getArgs()[box].getType()) : RankedTensorType();
    if (!type || type.getRank() == 0) return emitOpError() << "has a box of argument " << box << ", which is no array";
    axes += type.getRank();
  }
  if (getStarts().size() != axes || getCounts().size() != axes)
    return emitOpError() << "needs " << axes << " starts and counts for its boxes";
  for (Type type : getResultTypes())
    if (!isa<RankedTensorType>(type))
      return emitOpError() << "has a result that is neither an array nor a tensor of rank 0";
  return success();
}

LogicalResult SpawnOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = calleeOf(*this, symbols, getCalleeAttr(), getArgs().getTypes());
  if (failed(callee)) return failure();
  if (TypeRange(callee->getResultTypes()) != TypeRange(getFuture().getType().getTypes()))
    return emitOpError() << "has a future of other types than " << getCallee() << " returns";
  return success();
}

LogicalResult JoinOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(calleeOf(*this, symbols, getCalleeAttr(), getArgs().getTypes()))) return failure();
  if (TypeRange(getResultTypes()) != TypeRange(getFuture().getType().getTypes()))
    return emitOpError() << "has results of other types than its future";
  return success();
}

LogicalResult ReplicateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Type index = getTurns().getType();
  SmallVector<Type> arguments{index, index};
  llvm::append_range(arguments, getReads().getTypes());
  llvm::append_range(arguments, getCarried().getTypes());
  auto callee = calleeOf(*this, symbols, getCalleeAttr(), arguments);
  if (failed(callee)) return failure();
  if (TypeRange(callee->getResultTypes()) != getCarried().getTypes())
    return emitOpError() << "carries other types than " << getCalleeAttr() << " returns";
  return success();
}

LogicalResult ParallelForOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Type index = getTurns().getType();
  SmallVector<Type> arguments{index, index};
  llvm::append_range(arguments, getCaptured().getTypes());
  llvm::append_range(arguments, getArrays().getTypes());
  auto callee = calleeOf(*this, symbols, getCalleeAttr(), arguments);
  if (failed(callee)) return failure();
  if (callee->getNumResults() != 0) return emitOpError() << "has turns that return something";
  if (getThreads() < 1) return emitOpError() << "has no threads";
  if (getArrays().getTypes() != getResultTypes()) return emitOpError() << "needs a result for each array that it updates";
  return success();
}

LogicalResult AwaitOp::verify() {
  if (cast<RankedTensorType>(getFuture().getType()).getRank() != 0)
    return emitOpError() << "looks at an array; only tensors of rank 0 are futures";
  return success();
}

// What it updates is seen through other values of the same buffer; what its region does counts besides.
void LaunchOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  for (Attribute access : getAccess())
    if (StringRef name = cast<OperandAttr>(access).getAccess(); name == "update" || name == "commute")
      return effects.emplace_back(MemoryEffects::Write::get()), void();
  if (getFails()) effects.emplace_back(MemoryEffects::Write::get(), array::Failure::get());
}

// ---- group kernels --------------------------------------------------------------------------------------------------

static void memoryEffects(bool reads, bool writes, bool inBounds,
                          SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (reads) effects.emplace_back(MemoryEffects::Read::get());
  if (writes) effects.emplace_back(MemoryEffects::Write::get());
  if (!inBounds) effects.emplace_back(MemoryEffects::Write::get(), dagger::array::Failure::get());
}
void LoadOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  memoryEffects(true, false, getInBounds(), effects);
}
void StoreOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  memoryEffects(false, true, getInBounds(), effects);
}
void AtomicOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  memoryEffects(true, true, getInBounds(), effects);
}

static LogicalResult verifyPlace(Operation *op, Value array, ValueRange indices, Type element) {
  auto type = cast<RankedTensorType>(array.getType());
  if (int64_t(indices.size()) != type.getRank())
    return op->emitOpError() << "has " << indices.size() << " indices for an array of rank " << type.getRank();
  if (element != type.getElementType())
    return op->emitOpError() << "moves " << element << ", but the array holds " << type.getElementType();
  return success();
}
LogicalResult LoadOp::verify() { return verifyPlace(*this, getArray(), getIndices(), getResult().getType()); }
LogicalResult StoreOp::verify() { return verifyPlace(*this, getArray(), getIndices(), getValue().getType()); }
LogicalResult AtomicOp::verify() {
  if (!llvm::is_contained({"add", "and", "or", "xor"}, getKind()))
    return emitOpError() << "combines by `" << getKind() << "`, expected `add`, `and`, `or` or `xor`";
  if (!getValue().getType().isInteger())
    return emitOpError() << "takes integers: in which order others come would show";
  return verifyPlace(*this, getArray(), getIndices(), getValue().getType());
}

LogicalResult OperandAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef access, bool, bool,
                                  ArrayRef<int64_t> axes, ArrayRef<int64_t> scale, ArrayRef<int64_t> low,
                                  ArrayRef<int64_t> high) {
  if (!llvm::is_contained({"read", "write", "update", "commute"}, access))
    return emitError() << "there is no access `" << access << "`";
  if (scale.size() != axes.size() || low.size() != axes.size() || high.size() != axes.size())
    return emitError() << "an operand says the same number of axes, scales, lows and highs";
  return success();
}

LogicalResult GroupsOp::verify() {
  if (getAccess().size() != getArrays().size())
    return emitOpError() << "describes " << getAccess().size() << " arrays but has " << getArrays().size();
  SmallVector<Type> updated, expected(getGrid().getTypes());
  for (auto [array, access] : llvm::zip(getArrays(), getAccess())) {
    if (cast<OperandAttr>(access).getAccess() != "read") updated.push_back(array.getType());
    expected.push_back(array.getType());
  }
  if (TypeRange(updated) != getResultTypes()) return emitOpError() << "needs a result for each array that it updates";
  if (TypeRange(getBody().front().getArgumentTypes()) != TypeRange(expected))
    return emitOpError() << "needs the group and the arrays as arguments of its region";
  return success();
}

LogicalResult LaunchOp::verify() {
  if (!llvm::is_contained({"map", "stencil", "steps", "blocks", "combine", "scan", "prefix", "groups"}, getKind()))
    return emitOpError() << "is of no kind `" << getKind() << "`";
  if (getAccess().size() != getArrays().size() + getNumResults())
    return emitOpError() << "describes " << getAccess().size() << " operands but has " << getArrays().size()
                         << " arrays and " << getNumResults() << " results";
  for (auto [array, operand] : llvm::zip(getArrays(), getAccess()))
    if (cast<RankedTensorType>(array.getType()).getRank() != int64_t(cast<OperandAttr>(operand).getAxes().size()))
      return emitOpError() << "an operand does not say for each axis of its array what it follows";
  if (!getBody().empty() &&
      getBody().getNumArguments() != getExtents().size() + getArrays().size() + getScalars().size())
    return emitOpError() << "the region's arguments are the point, the arrays and the scalars";
  return success();
}
