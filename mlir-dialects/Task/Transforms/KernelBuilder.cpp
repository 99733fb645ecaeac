#include "mlir-dialects/Task/Transforms/KernelBuilder.h"
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::task {

static Type inMemory(Type type) {
  MLIRContext *context = type.getContext();
  if (type.isInteger(1)) return IntegerType::get(context, 8);
  if (type.isIndex()) return IntegerType::get(context, 64);
  if (auto complex = dyn_cast<ComplexType>(type))
    return LLVM::LLVMStructType::getLiteral(context, {complex.getElementType(), complex.getElementType()});
  if (isa<array::StrType>(type)) return LLVM::LLVMPointerType::get(context);
  return type;
}

// Elements lie one behind the other along the last axis of an array, and along the first of one that is transposed.
// Only a map has a loop for the latter.
static int denseAxis(LaunchOp launch, unsigned number, OperandAttr access, unsigned rank) {
  ArrayRef<int64_t> axes = access.getAxes();
  if (!rank || axes.empty()) return -1;
  bool isTransposed =
      number < launch.getArrays().size() && launch.getArrays()[number].getDefiningOp<array::TransposeOp>();
  size_t dense = isTransposed ? 0 : axes.size() - 1;
  if (launch.getKind() == "map" && rank >= 2 && access.getAccess() == "read" && access.getMapped() &&
      !launch.getTasks() && axes[dense] == int64_t(rank) - 2)
    return int(dense);
  auto along = llvm::find(axes, int64_t(rank) - 1);
  return along == axes.end() ? -1 : int(along - axes.begin());
}

KernelBuilder::KernelBuilder(LaunchOp launch, func::FuncOp function, AccessGroups &groups)
    : builder(OpBuilder::atBlockBegin(&function.getBody().front())), loc(launch.getLoc()), launch(launch),
      rank(launch.getExtents().size()), isBrief(launch->hasAttr(briefAttr)), groups(groups) {
  Block *entry = &function.getBody().front();
  Type ptr = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type(),
       index = builder.getIndexType();
  auto fieldOf = [&](Type type, Value base, int32_t position) -> Value {
    Value at = LLVM::GEPOp::create(builder, loc, ptr, type, base, ArrayRef<LLVM::GEPArg>{position});
    return LLVM::LoadOp::create(builder, loc, type, at);
  };
  auto indexAt = [&](Value base, int32_t position) -> Value {
    return arith::IndexCastOp::create(builder, loc, index, fieldOf(i64, base, position));
  };
  for (unsigned axis = 0; axis < rank; ++axis) {
    low.push_back(indexAt(entry->getArgument(1), axis));
    high.push_back(indexAt(entry->getArgument(2), axis));
  }
  SmallVector<Type> types(launch.getArrays().getTypes());
  types.append(launch.getResultTypes().begin(), launch.getResultTypes().end());
  for (auto [number, pair] : llvm::enumerate(llvm::zip(types, launch.getAccess()))) {
    auto [type, access] = pair;
    KernelOperand operand;
    operand.access = cast<OperandAttr>(access);
    operand.element = cast<ShapedType>(type).getElementType();
    operand.denseAxis = denseAxis(launch, number, operand.access, rank);
    // dg_view: data, extents, strides, array
    operand.data = fieldOf(ptr, entry->getArgument(3), 4 * number);
    Value extents = fieldOf(ptr, entry->getArgument(3), 4 * number + 1),
          strides = fieldOf(ptr, entry->getArgument(3), 4 * number + 2);
    for (int64_t axis = 0; axis < cast<RankedTensorType>(type).getRank(); ++axis) {
      operand.extents.push_back(indexAt(extents, axis));
      operand.strides.push_back(indexAt(strides, axis));
    }
    operands.push_back(operand);
  }
  SmallVector<Type> packed;
  for (Type type : launch.getScalars().getTypes()) packed.push_back(inMemory(type));
  auto structure = LLVM::LLVMStructType::getLiteral(builder.getContext(), packed);
  for (auto [number, type] : llvm::enumerate(launch.getScalars().getTypes())) {
    Value at = LLVM::GEPOp::create(builder, loc, ptr, structure, entry->getArgument(4),
                                   ArrayRef<LLVM::GEPArg>{0, int32_t(number)});
    scalars.push_back(loadFrom(type, at));
  }
}

Value KernelBuilder::constant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

Value KernelBuilder::loadFrom(Type element, Value address) {
  Type stored = inMemory(element);
  Value value = LLVM::LoadOp::create(builder, loc, stored, address);
  if (element.isInteger(1)) return arith::TruncIOp::create(builder, loc, element, value);
  if (element.isIndex()) return arith::IndexCastOp::create(builder, loc, element, value);
  if (stored == element) return value;
  value = UnrealizedConversionCastOp::create(builder, loc, element, value).getResult(0);
  if (isa<array::StrType>(element))
    array::RetainOp::create(builder, loc, value); // what is loaded is owned like any other value
  return value;
}

void KernelBuilder::storeTo(Value value, Value address) {
  Type element = value.getType(), stored = inMemory(element);
  if (isa<array::StrType>(element)) { // gives back what was there
    RuntimeOp::create(builder, loc, TypeRange(), "dg_str_assign", ValueRange{address, value}, /*spec=*/StringAttr(),
                      /*with_context=*/false, /*with_location=*/false, /*pure=*/false);
    return;
  }
  if (element.isInteger(1))
    value = arith::ExtUIOp::create(builder, loc, stored, value);
  else if (element.isIndex())
    value = arith::IndexCastOp::create(builder, loc, stored, value);
  else if (stored != element)
    value = UnrealizedConversionCastOp::create(builder, loc, stored, value).getResult(0);
  LLVM::StoreOp::create(builder, loc, value, address);
}

Value KernelBuilder::addressOf(const KernelOperand &operand, ValueRange indices) {
  Value offset;
  for (auto [index, stride] : llvm::zip_equal(indices, operand.strides)) {
    if (operand.ring && !offset) index = arith::AndIOp::create(builder, loc, index, operand.ring);
    Value part = arith::MulIOp::create(builder, loc, index, stride);
    offset = offset ? arith::AddIOp::create(builder, loc, offset, part).getResult() : part;
  }
  if (!offset) return operand.data;
  Value wide = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), offset);
  return LLVM::GEPOp::create(builder, loc, operand.data.getType(), inMemory(operand.element), operand.data,
                             ArrayRef<LLVM::GEPArg>{wide});
}

Value KernelBuilder::load(const KernelOperand &operand, ValueRange indices) {
  return loadFrom(operand.element, addressOf(operand, indices));
}
void KernelBuilder::store(const KernelOperand &operand, ValueRange indices, Value value) {
  storeTo(value, addressOf(operand, indices));
}

void KernelBuilder::atomic(const KernelOperand &operand, ValueRange indices, Value value, StringRef name) {
  LLVM::AtomicBinOp kind = name == "add"   ? LLVM::AtomicBinOp::add
                           : name == "and" ? LLVM::AtomicBinOp::_and
                           : name == "or"  ? LLVM::AtomicBinOp::_or
                                           : LLVM::AtomicBinOp::_xor;
  LLVM::AtomicRMWOp::create(builder, loc, kind, addressOf(operand, indices), value, LLVM::AtomicOrdering::monotonic);
}

Value KernelBuilder::positionInCopy(const KernelOperand &operand, ValueRange indices) {
  Value position = constant(0);
  for (auto [index, extent] : llvm::zip_equal(indices, operand.extents))
    position = arith::AddIOp::create(builder, loc, arith::MulIOp::create(builder, loc, position, extent), index);
  return position;
}

void KernelBuilder::combineInto(const KernelOperand &operand, ValueRange indices, Value value, StringRef kind) {
  if (!operand.copy) return atomic(operand, indices, value, kind);
  OpBuilder::InsertionGuard guard(builder);
  if (operand.isCopied) {
    auto choice = scf::IfOp::create(builder, loc, operand.isCopied, true);
    builder.setInsertionPointToStart(choice.elseBlock());
    atomic(operand, indices, value, kind);
    builder.setInsertionPointToStart(choice.thenBlock());
  }
  Value position = positionInCopy(operand, indices), old = loadRoom(operand.element, operand.copy, position), combined;
  if (kind == "and")
    combined = arith::AndIOp::create(builder, loc, old, value);
  else if (kind == "or")
    combined = arith::OrIOp::create(builder, loc, old, value);
  else if (kind == "xor")
    combined = arith::XOrIOp::create(builder, loc, old, value);
  else
    combined = arith::AddIOp::create(builder, loc, old, value);
  storeRoom(combined, operand.copy, position);
}

Value KernelBuilder::room(Type element, int64_t count) {
  OpBuilder::InsertionGuard guard(builder);
  auto function = builder.getInsertionBlock()->getParentOp();
  if (!isa<func::FuncOp>(function)) function = function->getParentOfType<func::FuncOp>();
  Block &entry = cast<func::FuncOp>(function).getBody().front();
  builder.setInsertionPointToStart(&entry);
  Value number = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(count));
  Value room = LLVM::AllocaOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()), inMemory(element),
                                      number, 64);
  if (isa<array::StrType>(element)) { // begins empty, and gives back in the end what it holds
    Value zero = LLVM::ConstantOp::create(builder, loc, builder.getI8Type(), builder.getI8IntegerAttr(0));
    Value bytes = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(8 * count));
    LLVM::MemsetOp::create(builder, loc, room, zero, bytes, /*isVolatile=*/false);
    builder.setInsertionPoint(entry.getTerminator());
    RuntimeOp::create(builder, loc, TypeRange(), "dg_str_clear", ValueRange{room, number}, /*spec=*/StringAttr(),
                      /*with_context=*/false, /*with_location=*/false, /*pure=*/false);
  }
  return room;
}
static Value roomAt(KernelBuilder &kernel, Type element, Value room, Value index) {
  Value wide = arith::IndexCastOp::create(kernel.builder, kernel.loc, kernel.builder.getI64Type(), index);
  return LLVM::GEPOp::create(kernel.builder, kernel.loc, room.getType(), inMemory(element), room,
                             ArrayRef<LLVM::GEPArg>{wide});
}
Value KernelBuilder::loadRoom(Type element, Value room, Value index) {
  return loadFrom(element, roomAt(*this, element, room, index));
}
void KernelBuilder::storeRoom(Value value, Value room, Value index) {
  storeTo(value, roomAt(*this, value.getType(), room, index));
}

SmallVector<Value> KernelBuilder::indicesAt(const KernelOperand &operand, ValueRange point) {
  SmallVector<Value> indices;
  for (int64_t axis : operand.access.getAxes()) indices.push_back(axis < 0 ? constant(0) : point[axis]);
  return indices;
}

scf::ForOp KernelBuilder::loop(Value from, Value to, ValueRange inits,
                               function_ref<SmallVector<Value>(Value, ValueRange)> body, int64_t step) {
  auto made = scf::ForOp::create(builder, loc, from, to, constant(step), inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(made.getBody());
  SmallVector<Value> yielded = body(made.getInductionVar(), made.getRegionIterArgs());
  if (inits.empty()) return made; // the builder made its terminator
  builder.setInsertionPointToEnd(made.getBody());
  scf::YieldOp::create(builder, loc, yielded);
  return made;
}

void KernelBuilder::nest(unsigned end, function_ref<void(SmallVector<Value> &)> body) {
  SmallVector<Value> point;
  std::function<void()> level = [&] {
    if (point.size() == end) return body(point);
    unsigned axis = point.size();
    loop(low[axis], high[axis], {}, [&](Value iv, ValueRange) -> SmallVector<Value> {
      point.push_back(iv);
      level();
      point.pop_back();
      return {};
    });
  };
  level();
}

void KernelBuilder::markParallel(scf::ForOp loop) { markParallel(loop, {}, {}); }

void KernelBuilder::markMasked(scf::ForOp loop) {
  MLIRContext *context = builder.getContext();
  auto masked =
      LLVM::LoopVectorizeAttr::get(context, {}, /*predicateEnable=*/builder.getBoolAttr(true), {}, {}, {}, {}, {});
  markParallel(loop, masked, LLVM::LoopInterleaveAttr::get(context, builder.getI32IntegerAttr(1)));
}

void KernelBuilder::markParallel(scf::ForOp loop, LLVM::LoopVectorizeAttr vectorize,
                                 LLVM::LoopInterleaveAttr interleave) {
  // Code with loops or calls of its own may use memory that is not an element.
  bool isPlain = true;
  loop.getBody()->walk([&](Operation *op) {
    isPlain &= op->getNumRegions() == 0 || isa<scf::IfOp>(op);
    isPlain &= !isa<func::CallOp, RuntimeOp>(op);
  });
  if (!isPlain) return loop->setAttr(pointsAttr, builder.getUnitAttr());
  MLIRContext *context = builder.getContext();
  if (groupsUsed == groups.size()) groups.push_back(LLVM::AccessGroupAttr::get(context));
  auto group = groups[groupsUsed++];
  auto ofLoop = builder.getArrayAttr({group});
  loop.getBody()->walk([&](Operation *op) {
    if (auto load = dyn_cast<LLVM::LoadOp>(op)) load.setAccessGroupsAttr(ofLoop);
    if (auto store = dyn_cast<LLVM::StoreOp>(op)) store.setAccessGroupsAttr(ofLoop);
  });
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(context, {}, vectorize, interleave, {}, {}, {}, {}, {},
                                                                 {}, {}, {}, {}, {}, {}, {group}));
}

void KernelBuilder::markScalar(scf::ForOp loop) {
  MLIRContext *context = builder.getContext();
  BoolAttr yes = builder.getBoolAttr(true);
  auto vectorize = LLVM::LoopVectorizeAttr::get(context, /*disable=*/yes, {}, {}, {}, {}, {}, {});
  auto unroll = LLVM::LoopUnrollAttr::get(context, /*disable=*/yes, {}, {}, {}, {}, {}, {});
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(context, {}, vectorize, {}, unroll, {}, {}, {}, {}, {},
                                                                 {}, {}, {}, {}, {}, {}));
}

SmallVector<Value> KernelBuilder::copy(Block &region, IRMapping &map, ArrayRef<std::pair<Value, unsigned>> arrays,
                                       ArrayRef<Value> point, Edges edges) {
  SmallVector<Operation *> placeholders, copies, accesses;
  for (auto [argument, number] : arrays) {
    auto cast = UnrealizedConversionCastOp::create(builder, loc, argument.getType(), operands[number].data);
    cast->setAttr("operand", builder.getI64IntegerAttr(number));
    placeholders.push_back(cast);
    map.map(argument, cast.getResult(0));
  }
  for (Operation &op : region.without_terminator()) copies.push_back(builder.clone(op, map));
  // What the end names is kept in a throw-away operation while reads are replaced under it.
  SmallVector<Value> kept;
  for (Value value : region.getTerminator()->getOperands()) kept.push_back(map.lookupOrDefault(value));
  auto holder = UnrealizedConversionCastOp::create(builder, loc, TypeRange{builder.getNoneType()}, kept);
  for (Operation *copy : copies)
    copy->walk([&](Operation *op) {
      if (isa<array::ElementOp, array::ShiftedOp, tensor::DimOp, LoadOp, StoreOp, AtomicOp, array::BlockTotalOp>(op))
        accesses.push_back(op);
    });
  for (Operation *access : accesses) replaceAccess(access, point, edges);
  SmallVector<Value> values(holder.getOperands());
  holder.erase();
  for (Operation *placeholder : placeholders) {
    // What is left are calls of functions that take arrays.
    if (!placeholder->use_empty())
      placeholder->getResult(0).replaceAllUsesWith(handle(placeholder->getAttrOfType<IntegerAttr>("operand").getInt()));
    placeholder->erase();
  }
  return values;
}

KernelBuilder::Yielded KernelBuilder::copyBody(ArrayRef<Value> point, Edges edges) {
  Block &body = launch.getBody().front();
  IRMapping map;
  unsigned number = 0;
  SmallVector<std::pair<Value, unsigned>> arrays;
  for (Value at : point) map.map(body.getArgument(number++), at);
  for (unsigned i = 0; i < launch.getArrays().size(); ++i) {
    Value argument = body.getArgument(number++);
    if (!operands[i].access.getMapped())
      arrays.push_back({argument, i});
    else if (!argument.use_empty())
      map.map(argument, load(operands[i], indicesAt(operands[i], point)));
  }
  for (Value scalar : scalars) map.map(body.getArgument(number++), scalar);
  auto yield = cast<array::YieldOp>(body.getTerminator());
  Yielded yielded{copy(body, map, arrays, point, edges), Value()};
  if (yield.getPresent()) yielded.present = yielded.values.pop_back_val();
  return yielded;
}

Value KernelBuilder::edgeIndex(array::EdgeRule rule, Value index, Value extent) {
  Value zero = constant(0), one = constant(1);
  Value last = arith::SubIOp::create(builder, loc, extent, one);
  if (rule == array::EdgeRule::Wrap) {
    Value rest = arith::RemSIOp::create(builder, loc, index, extent);
    Value negative = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, rest, zero);
    Value up = arith::AddIOp::create(builder, loc, rest, extent);
    return arith::SelectOp::create(builder, loc, negative, up, rest);
  }
  if (rule == array::EdgeRule::Reflect) {
    // Period 2 (n - 1), at least 1: 0 1 … n-1 … 1.
    Value period = arith::MaxSIOp::create(builder, loc, arith::MulIOp::create(builder, loc, last, constant(2)), one);
    Value rest = arith::RemSIOp::create(builder, loc, index, period);
    Value negative = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, rest, zero);
    rest = arith::SelectOp::create(builder, loc, negative, arith::AddIOp::create(builder, loc, rest, period), rest);
    Value back = arith::SubIOp::create(builder, loc, period, rest);
    return arith::MinSIOp::create(builder, loc, rest, back);
  }
  return arith::MinSIOp::create(builder, loc, arith::MaxSIOp::create(builder, loc, index, zero), last);
}

Value KernelBuilder::handle(unsigned number) {
  Value &known = handles[number];
  if (known) return known;
  OpBuilder::InsertionGuard guard(builder);
  auto function = builder.getInsertionBlock()->getParentOp();
  if (!isa<func::FuncOp>(function)) function = function->getParentOfType<func::FuncOp>();
  Block &entry = mlir::cast<func::FuncOp>(function).getBody().front();
  builder.setInsertionPointToStart(&entry);
  Type ptr = LLVM::LLVMPointerType::get(builder.getContext());
  Value at = LLVM::GEPOp::create(builder, loc, ptr, ptr, entry.getArgument(3),
                                 ArrayRef<LLVM::GEPArg>{int32_t(4 * number + 3)});
  Value array = LLVM::LoadOp::create(builder, loc, ptr, at);
  launch.setValues(true);
  return known =
             UnrealizedConversionCastOp::create(builder, loc, launch.getArrays()[number].getType(), array).getResult(0);
}

void KernelBuilder::checkIndices(Operation *access, ValueRange indices, const KernelOperand &operand) {
  for (auto [axis, index] : llvm::enumerate(indices)) {
    Value outside = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::uge, index, operand.extents[axis]);
    auto check = scf::IfOp::create(builder, loc, outside, false);
    OpBuilder inner = OpBuilder::atBlockBegin(check.thenBlock());
    Value axisValue = arith::ConstantIntOp::create(inner, loc, axis, 64);
    auto wide = [&](Value v) -> Value { return arith::IndexCastOp::create(inner, loc, inner.getI64Type(), v); };
    RuntimeOp::create(inner, access->getLoc(), TypeRange(), "dg_fail_index",
                      ValueRange{wide(index), axisValue, wide(operand.extents[axis])},
                      /*spec=*/StringAttr(), /*with_context=*/true, /*with_location=*/true, /*pure=*/false);
  }
}

// A load under a mask is slow where there is no memory, so what vectors read of rows that are outside is another row.
Value KernelBuilder::readAround(array::ShiftedOp shifted, const KernelOperand &operand, ArrayRef<Value> point,
                                Edges edges) {
  bool isFilled = shifted.getRule() == array::EdgeRule::Value, isVector = edges != Edges::All;
  SmallVector<Value> indices;
  Value isThere, isInside; // whether it may be read, and counts
  auto also = [&](Value &all, Value one) {
    all = all ? arith::AndIOp::create(builder, loc, all, one).getResult() : one;
  };
  for (auto [axis, pair] : llvm::enumerate(llvm::zip(shifted.getOffsets(), shifted.getAxes()))) {
    auto [offset, follows] = pair;
    Value index = point[follows], extent = operand.extents[axis];
    if (offset) index = arith::AddIOp::create(builder, loc, index, constant(offset));
    bool isInnermost = follows == int64_t(rank) - 1;
    if (edges != Edges::None && !(edges == Edges::NotInnermost && isInnermost)) {
      if (isFilled) {
        Value within = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, index, extent);
        if (isVector && !isInnermost) {
          also(isInside, within);
          within = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, extent, constant(0));
          index = edgeIndex(array::EdgeRule::Clamp, index, extent);
        }
        also(isThere, within);
      } else {
        index = edgeIndex(shifted.getRule(), index, extent);
      }
    }
    indices.push_back(index);
  }
  if (!isThere) return load(operand, indices);
  auto choice = scf::IfOp::create(builder, loc, operand.element, isThere, true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(builder, loc, load(operand, indices));
  builder.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(builder, loc, shifted.getFill());
  if (!isInside) return choice.getResult(0);
  builder.setInsertionPointAfter(choice);
  return arith::SelectOp::create(builder, loc, isInside, choice.getResult(0), shifted.getFill());
}

void KernelBuilder::replaceAccess(Operation *access, ArrayRef<Value> point, Edges edges) {
  if (auto total = dyn_cast<array::BlockTotalOp>(access)) {
    // In the first pass nothing that is used depends on it.
    OpBuilder at(access);
    Value known = totals.empty() ? ub::PoisonOp::create(at, loc, total.getType()).getResult() : totals[total.getAccumulator()];
    total.replaceAllUsesWith(known);
    return total.erase();
  }
  auto cast = access->getOperand(0).getDefiningOp<UnrealizedConversionCastOp>();
  if (!cast || !cast->hasAttr("operand")) return; // an array that the body itself made
  const KernelOperand &operand = operands[cast->getAttrOfType<IntegerAttr>("operand").getInt()];
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(access);
  Value value;
  if (auto dim = dyn_cast<tensor::DimOp>(access)) {
    value = operand.extents[*dim.getConstantIndex()];
  } else if (auto element = dyn_cast<array::ElementOp>(access)) {
    if (!element.getInBounds()) checkIndices(access, element.getIndices(), operand);
    value = load(operand, element.getIndices());
  } else if (auto element = dyn_cast<LoadOp>(access)) {
    if (!element.getInBounds()) checkIndices(access, element.getIndices(), operand);
    value = load(operand, element.getIndices());
  } else if (auto element = dyn_cast<StoreOp>(access)) {
    if (!element.getInBounds()) checkIndices(access, element.getIndices(), operand);
    store(operand, element.getIndices(), element.getValue());
  } else if (auto element = dyn_cast<AtomicOp>(access)) {
    if (!element.getInBounds()) checkIndices(access, element.getIndices(), operand);
    combineInto(operand, element.getIndices(), element.getValue(), element.getKind());
  } else {
    value = readAround(mlir::cast<array::ShiftedOp>(access), operand, point, edges);
  }
  if (value) access->getResult(0).replaceAllUsesWith(value);
  access->erase();
}

SmallVector<Value> KernelBuilder::combine(ValueRange left, ValueRange right) {
  Block &region = launch.getCombine().front();
  IRMapping map;
  unsigned number = 0;
  for (Value value : left) map.map(region.getArgument(number++), value);
  for (Value value : right) map.map(region.getArgument(number++), value);
  // What it uses besides: the last arrays and the last scalars.
  SmallVector<std::pair<Value, unsigned>> arrays;
  ArrayRef<BlockArgument> captured = region.getArguments().drop_front(number);
  auto isArray = [](BlockArgument argument) { return isa<RankedTensorType>(argument.getType()); };
  unsigned arrayCount = llvm::count_if(captured, isArray), nextArray = launch.getArrays().size() - arrayCount;
  unsigned nextScalar = scalars.size() - (captured.size() - arrayCount) - (launch.getKind() == "blocks" ? 1 : 0);
  for (BlockArgument argument : captured)
    if (isArray(argument))
      arrays.push_back({argument, nextArray++});
    else
      map.map(argument, scalars[nextScalar++]);
  auto vector = dyn_cast<VectorType>(left.front().getType());
  if (!vector) return copy(region, map, arrays, {}, Edges::None);
  Lanes lanes(builder, vector.getNumElements());
  for (auto [from, to] : map.getValueMap()) (isa<VectorType>(to.getType()) ? lanes.vectors : lanes.scalars).map(from, to);
  return lanes.vectorsOf(lanes.emit(region)->getOperands());
}

bool KernelBuilder::combinesVectors() {
  Block &region = launch.getCombine().front();
  return llvm::all_of(region.getArgumentTypes(), isLaneType) && llvm::all_of(region.without_terminator(), [](Operation &op) {
           return (isa<arith::ConstantOp>(op) || isArithmetic(&op)) && llvm::all_of(op.getResultTypes(), isLaneType);
         });
}

} // namespace dagger::task
