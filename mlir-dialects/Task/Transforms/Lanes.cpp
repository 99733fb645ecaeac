#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir-dialects/Task/Transforms/Traps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace dagger::task {

unsigned bitsOf(Type type) { return type.isIndex() ? 64 : type.getIntOrFloatBitWidth(); }

bool isLaneType(Type type) {
  return type.isF32() || type.isF64() || type.isIndex() || (type.isSignlessInteger() && bitsOf(type) <= 64);
}

bool isArithmetic(Operation *op) {
  return op->getNumResults() == 1 && !mayTrap(op) && OpTrait::hasElementwiseMappableTraits(op) && isPure(op);
}

bool isArithmetic(func::FuncOp function, llvm::SmallPtrSetImpl<Operation *> &callers) {
  if (!function || !function.getBody().hasOneBlock() || !callers.insert(function).second)
    return false;
  bool is = !function
                 .walk([&](Operation *op) {
                   bool isKnown = isa<func::FuncOp, func::ReturnOp, scf::IfOp, scf::WhileOp, scf::ForOp, scf::YieldOp,
                                      scf::ConditionOp, arith::ConstantOp>(op);
                   isKnown |= isArithmetic(op);
                   if (auto call = dyn_cast<func::CallOp>(op)) isKnown |= isArithmetic(calleeOf(call), callers);
                   for (Region &region : op->getRegions())
                     for (Block &block : region) isKnown &= llvm::all_of(block.getArgumentTypes(), isLaneType);
                   bool isFine = isKnown && llvm::all_of(op->getResultTypes(), isLaneType);
                   return isFine ? WalkResult::advance() : WalkResult::interrupt();
                 })
                 .wasInterrupted();
  callers.erase(function);
  return is;
}

static unsigned alignmentOf(Type type) { return (bitsOf(type) + 7) / 8; }

Value Lanes::constant(Location loc, TypedAttr value) {
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(typeOf(value.getType()), ArrayRef<Attribute>(value)));
}

Value Lanes::both(Location loc, Value a, Value b) { return a ? Value(arith::AndIOp::create(builder, loc, a, b)) : b; }

Value Lanes::splat(Location loc, Value value) {
  Attribute known;
  if (matchPattern(value, m_Constant(&known))) return constant(loc, cast<TypedAttr>(known));
  if (value.getType().isIndex()) {
    Value wide = splat(loc, arith::IndexCastOp::create(builder, loc, builder.getI64Type(), value));
    return arith::IndexCastOp::create(builder, loc, typeOf(value.getType()), wide);
  }
  Value none = LLVM::PoisonOp::create(builder, loc, typeOf(value.getType()));
  Value first = LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), builder.getI32IntegerAttr(0));
  Value one = LLVM::InsertElementOp::create(builder, loc, none, value, first);
  return LLVM::ShuffleVectorOp::create(builder, loc, one, none, SmallVector<int32_t>(count, 0));
}

Value Lanes::vectorOf(Value value) {
  if (Value known = vectors.lookupOrNull(value)) return known;
  Location loc = value.getLoc();
  Value all = splat(loc, scalarOf(value));
  auto stride = strides.find(value);
  if (stride == strides.end()) return all;
  SmallVector<Attribute> steps;
  for (int64_t lane = 0; lane < count; ++lane)
    steps.push_back(builder.getIntegerAttr(value.getType(), lane * stride->second));
  Value further = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(typeOf(value.getType()), steps));
  return arith::AddIOp::create(builder, loc, all, further);
}

SmallVector<Value> Lanes::vectorsOf(ValueRange values) {
  return llvm::map_to_vector(values, [&](Value value) { return vectorOf(value); });
}

Operation *Lanes::emit(Block &block) {
  for (Operation &op : block.without_terminator()) emit(&op);
  return block.getTerminator();
}

void Lanes::emit(Operation *op) {
  if (op->getNumResults() == 1 && vectors.contains(op->getResult(0))) return; // who asks knows it already
  if (isa<arith::ConstantOp>(op) ||
      (op->getNumResults() && llvm::all_of(op->getResults(), [&](Value v) { return alike.contains(v); }))) {
    builder.clone(*op, scalars);
    return;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return isAlike(branch.getCondition()) ? emitCommonIf(branch) : emitIf(branch);
  if (auto loop = dyn_cast<scf::WhileOp>(op)) return emitWhile(loop);
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    bool isCommon = isAlike(loop.getLowerBound()) && isAlike(loop.getUpperBound()) && isAlike(loop.getStep());
    return isCommon ? emitCommonFor(loop) : emitFor(loop);
  }
  if (auto call = dyn_cast<func::CallOp>(op)) {
    Block &body = calleeOf(call).getBody().front();
    vectors.map(body.getArguments(), vectorsOf(call.getOperands()));
    return vectors.map(call.getResults(), vectorsOf(emit(body)->getOperands()));
  }
  if (auto load = dyn_cast<LLVM::LoadOp>(op))
    return vectors.map(load.getResult(), LLVM::LoadOp::create(builder, op->getLoc(), typeOf(load.getType()),
                                                              scalarOf(load.getAddr()), alignmentOf(load.getType()))
                                             .getResult());
  if (auto store = dyn_cast<LLVM::StoreOp>(op)) {
    LLVM::StoreOp::create(builder, op->getLoc(), vectorOf(store.getValue()), scalarOf(store.getAddr()),
                          alignmentOf(store.getValue().getType()));
    return;
  }
  SmallVector<Value> operands = vectorsOf(op->getOperands());
  OperationState state(op->getLoc(), op->getName(), operands, typeOf(op->getResult(0).getType()), op->getAttrs());
  vectors.map(op->getResult(0), builder.create(state)->getResult(0));
}

// All points take the same side.
void Lanes::emitCommonIf(scf::IfOp branch) {
  SmallVector<Type> types =
      llvm::map_to_vector(branch.getResultTypes(), [&](Type type) -> Type { return typeOf(type); });
  bool hasElse = branch.elseBlock();
  auto made = scf::IfOp::create(builder, branch.getLoc(), types, scalarOf(branch.getCondition()), /*addThenBlock=*/true,
                                hasElse);
  auto side = [&](Block *from, Block *into) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(into);
    Operation *end = emit(*from);
    scf::YieldOp::create(builder, end->getLoc(), vectorsOf(end->getOperands()));
  };
  side(branch.thenBlock(), made.thenBlock());
  if (hasElse) side(branch.elseBlock(), made.elseBlock());
  vectors.map(branch.getResults(), made.getResults());
}

// All points take the same turns.
void Lanes::emitCommonFor(scf::ForOp loop) {
  auto made =
      scf::ForOp::create(builder, loop.getLoc(), scalarOf(loop.getLowerBound()), scalarOf(loop.getUpperBound()),
                         scalarOf(loop.getStep()), vectorsOf(loop.getInitArgs()), nullptr, loop.getUnsignedCmp());
  OpBuilder::InsertionGuard guard(builder);
  if (loop.getInitArgs().empty()) made.getBody()->getTerminator()->erase();
  builder.setInsertionPointToEnd(made.getBody());
  scalars.map(loop.getInductionVar(), made.getInductionVar());
  vectors.map(loop.getRegionIterArgs(), made.getRegionIterArgs());
  Operation *end = emit(*loop.getBody());
  scf::YieldOp::create(builder, end->getLoc(), vectorsOf(end->getOperands()));
  vectors.map(loop.getResults(), made.getResults());
}

// Both sides, each for its lanes.
void Lanes::emitIf(scf::IfOp branch) {
  Location loc = branch.getLoc();
  Value condition = vectorOf(branch.getCondition());
  SmallVector<Value> yes = emitSide(*branch.thenBlock(), both(loc, active, condition));
  if (!branch.elseBlock()) return;
  Value ones = constant(loc, builder.getBoolAttr(true));
  SmallVector<Value> no =
      emitSide(*branch.elseBlock(), both(loc, active, arith::XOrIOp::create(builder, loc, condition, ones)));
  for (auto [result, a, b] : llvm::zip(branch.getResults(), yes, no))
    vectors.map(result, arith::SelectOp::create(builder, loc, condition, a, b).getResult());
}

// One with loops is passed by where it has no lanes: its turns may be many.
SmallVector<Value> Lanes::emitSide(Block &side, Value lanes) {
  Value before = std::exchange(active, lanes);
  Operation *end = side.getTerminator();
  bool hasLoops = llvm::any_of(side, [](Operation &op) {
    return op
        .walk([](Operation *inner) {
          return isa<scf::ForOp, scf::WhileOp, func::CallOp>(inner) ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  });
  SmallVector<Value> results;
  if (hasLoops) {
    Location loc = end->getLoc();
    SmallVector<Type> types =
        llvm::map_to_vector(end->getOperandTypes(), [&](Type type) -> Type { return typeOf(type); });
    Value any = LLVM::vector_reduce_or::create(builder, loc, builder.getI1Type(), lanes);
    auto some = scf::IfOp::create(builder, loc, types, any, /*addThenBlock=*/true, /*addElseBlock=*/true);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(some.elseBlock());
    SmallVector<Value> none;
    for (Type type : end->getOperandTypes()) none.push_back(constant(loc, cast<TypedAttr>(builder.getZeroAttr(type))));
    scf::YieldOp::create(builder, loc, none);
    builder.setInsertionPointToEnd(some.thenBlock());
    emit(side);
    scf::YieldOp::create(builder, loc, vectorsOf(end->getOperands()));
    results = some.getResults();
  } else {
    emit(side);
    results = vectorsOf(end->getOperands());
  }
  active = before;
  return results;
}

// Turns until no lane is active. `test` gives whether lanes go on, and what goes on; a lane that leaves keeps what it
// had.
SmallVector<Value> Lanes::emitLoop(Location loc, ValueRange inits, ArrayRef<bool> isKept,
                                   function_ref<Tested(ValueRange)> test,
                                   function_ref<SmallVector<Value>(ValueRange)> turn, TypeRange resultTypes) {
  Value before = active;
  SmallVector<Value> carried(inits);
  carried.push_back(before ? before : constant(loc, builder.getBoolAttr(true)));
  for (auto [type, kept] : llvm::zip(resultTypes, isKept))
    if (kept) carried.push_back(constant(loc, cast<TypedAttr>(builder.getZeroAttr(type))));
  SmallVector<Type> passed;
  for (Type type : resultTypes) passed.push_back(typeOf(type));
  size_t width = passed.size();
  for (Value value : llvm::drop_begin(carried, inits.size())) passed.push_back(value.getType());
  auto loop = scf::WhileOp::create(
      builder, loc, passed, carried,
      [&](OpBuilder &inner, Location, ValueRange arguments) {
        OpBuilder saved = std::exchange(builder, inner);
        active = arguments[inits.size()];
        Tested tested = test(arguments.take_front(inits.size()));
        SmallVector<Value> out(tested.values);
        out.push_back(both(loc, active, tested.condition));
        size_t next = inits.size() + 1;
        for (auto [value, kept] : llvm::zip(tested.values, isKept))
          if (kept) out.push_back(arith::SelectOp::create(builder, loc, active, value, arguments[next++]));
        Value any = LLVM::vector_reduce_or::create(builder, loc, builder.getI1Type(), out[width]);
        scf::ConditionOp::create(builder, loc, any, out);
        builder = saved;
      },
      [&](OpBuilder &inner, Location, ValueRange arguments) {
        OpBuilder saved = std::exchange(builder, inner);
        active = arguments[width];
        SmallVector<Value> next = turn(arguments.take_front(width));
        llvm::append_range(next, arguments.drop_front(width));
        scf::YieldOp::create(builder, loc, next);
        builder = saved;
      });
  active = before;
  SmallVector<Value> results;
  size_t next = width + 1;
  for (bool kept : isKept) results.push_back(kept ? loop.getResult(next++) : Value());
  return results;
}

void Lanes::emitWhile(scf::WhileOp loop) {
  SmallVector<bool> isKept = llvm::map_to_vector(loop.getResults(), [](Value value) { return !value.use_empty(); });
  SmallVector<Value> results = emitLoop(
      loop.getLoc(), vectorsOf(loop.getInits()), isKept,
      [&](ValueRange arguments) -> Lanes::Tested {
        vectors.map(loop.getBeforeArguments(), arguments);
        auto condition = cast<scf::ConditionOp>(emit(*loop.getBeforeBody()));
        return {vectorOf(condition.getCondition()), vectorsOf(condition.getArgs())};
      },
      [&](ValueRange arguments) {
        vectors.map(loop.getAfterArguments(), arguments);
        return vectorsOf(emit(*loop.getAfterBody())->getOperands());
      },
      loop.getResultTypes());
  for (auto [result, value] : llvm::zip(loop.getResults(), results))
    if (value) vectors.map(result, value);
}

void Lanes::emitFor(scf::ForOp loop) {
  Location loc = loop.getLoc();
  SmallVector<Value> inits{vectorOf(loop.getLowerBound())};
  llvm::append_range(inits, vectorsOf(loop.getInitArgs()));
  SmallVector<Type> types{loop.getInductionVar().getType()};
  llvm::append_range(types, loop.getResultTypes());
  SmallVector<bool> isKept{false};
  for (Value value : loop.getResults()) isKept.push_back(!value.use_empty());
  Value high = vectorOf(loop.getUpperBound()), step = vectorOf(loop.getStep());
  auto predicate = loop.getUnsignedCmp() ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
  SmallVector<Value> results = emitLoop(
      loc, inits, isKept,
      [&](ValueRange arguments) -> Lanes::Tested {
        return {arith::CmpIOp::create(builder, loc, predicate, arguments[0], high), SmallVector<Value>(arguments)};
      },
      [&](ValueRange arguments) {
        vectors.map(loop.getBody()->getArguments(), arguments);
        SmallVector<Value> next{arith::AddIOp::create(builder, loc, arguments[0], step)};
        llvm::append_range(next, vectorsOf(emit(*loop.getBody())->getOperands()));
        return next;
      },
      types);
  for (auto [result, value] : llvm::zip(loop.getResults(), llvm::drop_begin(results)))
    if (value) vectors.map(result, value);
}

} // namespace dagger::task
