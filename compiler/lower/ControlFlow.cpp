// Variables become values, loops carry them, and what leaves a block early becomes a flag.
#include "compiler/lower/Lowering.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace dagger::lower {

Values Lowering::valuesOf(const VarList &vars) {
  Values out;
  for (const Var *v : vars)
    out.append(state.env[v].parts);
  return out;
}

void Lowering::bind(const VarList &vars, ValueRange values) {
  size_t next = 0;
  for (const Var *v : vars) {
    Val &val = state.env[v];
    for (Value &part : val.parts)
      part = values[next++];
  }
}

// ---- branches -------------------------------------------------------------------------------------------------------

Val Lowering::branch(Location at, Value condition, const VarList &assigned, const std::function<Val()> &then,
                     const std::function<Val()> &otherwise) {
  for (const Var *v : assigned)
    if (state.env[v].view)
      return unsupported(v->span, "an array variable that changes in a kernel");
  auto op = scf::IfOp::create(builder, at, TypeRange(), condition, true, true);
  Values before = valuesOf(assigned), ends[2];
  size_t valueParts = 0;
  OpBuilder::InsertionGuard guard(builder);
  for (int side : {0, 1}) {
    bind(assigned, before);
    builder.setInsertionPointToEnd(side == 0 ? op.thenBlock() : op.elseBlock());
    Val value = side == 0 ? then() : otherwise();
    if (value.view)
      return unsupported(Span(), "an `if` between arrays in a kernel");
    valueParts = value.parts.size();
    ends[side] = value.parts;
    ends[side].append(valuesOf(assigned));
  }
  // A scalar that is a future on one path is one on both.
  SmallVector<Type> types;
  for (auto [a, b] : llvm::zip_equal(ends[0], ends[1]))
    types.push_back(isFuture(a) ? a.getType() : b.getType());
  for (int side : {0, 1}) {
    builder.setInsertionPointToEnd(side == 0 ? op.thenBlock() : op.elseBlock());
    for (auto [value, type] : llvm::zip_equal(ends[side], types))
      if (value.getType() != type)
        value = future(value, at);
    scf::YieldOp::create(builder, at, ends[side]);
  }
  builder.setInsertionPointAfter(op);
  auto result = op;
  if (!types.empty()) {
    result = scf::IfOp::create(builder, at, types, condition);
    result.getThenRegion().takeBody(op.getThenRegion());
    result.getElseRegion().takeBody(op.getElseRegion());
    op.erase();
  } else if (result.elseBlock()->getOperations().size() == 1) {
    result.getElseRegion().dropAllReferences();
    result.getElseRegion().getBlocks().clear();
  }
  ValueRange values = result.getResults();
  bind(assigned, values.drop_front(valueParts));
  return Val(Values(values.take_front(valueParts)));
}

Val Lowering::emitIf(const Expr *e) {
  Location at = loc(e->span);
  Value condition = emitScalar(e->args[0]);
  Effects both = effects(e->blocks[0]);
  const hir::Block *otherwise = e->blocks.size() > 1 ? e->blocks[1] : nullptr;
  if (otherwise) {
    const Effects &other = effects(otherwise);
    for (const Var *v : other.assigned)
      if (!llvm::is_contained(both.assigned, v))
        both.assigned.push_back(v);
    both.returns |= other.returns;
    both.breaks |= other.breaks;
    both.continues |= other.continues;
  }
  return branch(
      at, condition, assigned(both), [&] { return emitBlock(e->blocks[0], e->type); },
      [&] { return otherwise ? emitBlock(otherwise, e->type) : Val(); });
}

Value Lowering::exitFlag(const Effects &effects, Location at) {
  Value flag;
  auto add = [&](bool is, const Var *v) {
    if (!is)
      return;
    Value next = state.env[v].parts[0];
    flag = flag ? Value(arith::OrIOp::create(builder, at, flag, next)) : next;
  };
  add(effects.returns, state.returned);
  add(effects.breaks, state.broken);
  add(effects.continues, state.continued);
  return flag;
}

// ---- blocks ---------------------------------------------------------------------------------------------------------

Val Lowering::emitBlock(const hir::Block *block, const hir::Type *type) { return emitFrom(block, 0, type); }

// The statements from `first` on, and the value. What stands behind a statement that may leave the block runs only if
// it did not.
Val Lowering::emitFrom(const hir::Block *block, size_t first, const hir::Type *type) {
  bool hasType = type && type->kind != TypeKind::Void;
  for (size_t i = first; i < block->statements.size(); ++i) {
    const Stmt *s = block->statements[i];
    emit(s);
    if (s->kind == hir::StmtKind::Return || s->kind == hir::StmtKind::Break || s->kind == hir::StmtKind::Continue)
      return hasType ? zero(type, loc(s->span)) : Val();
    const Effects &left = effects(s);
    bool isLast = i + 1 == block->statements.size() && !block->value;
    if (!left.exits() || isLast)
      continue;
    Effects rest;
    auto add = [&](const Effects &more) {
      for (const Var *v : more.assigned)
        if (!llvm::is_contained(rest.assigned, v))
          rest.assigned.push_back(v);
      rest.returns |= more.returns;
      rest.breaks |= more.breaks;
      rest.continues |= more.continues;
    };
    for (size_t k = i + 1; k < block->statements.size(); ++k)
      add(effects(block->statements[k]));
    if (block->value) {
      hir::Block value{{}, block->value, block->span};
      add(effects(&value));
      effectsOf.erase(&value); // it lives on the stack: another one may get its address
    }
    Location at = loc(s->span);
    return branch(
        at, exitFlag(left, at), assigned(rest), [&] { return hasType ? zero(type, at) : Val(); },
        [&] { return emitFrom(block, i + 1, type); });
  }
  if (block->value) {
    Val value = emit(block->value);
    return hasType ? value : Val();
  }
  return hasType ? zero(type, loc(block->span)) : Val();
}

// ---- loops ----------------------------------------------------------------------------------------------------------

void Lowering::carry(Location at, const VarList &vars,
                     const std::function<Operation *(Values &, SmallVectorImpl<Value> &)> &make) {
  for (const Var *v : vars)
    if (state.env[v].view) {
      unsupported(v->span, "an array variable that changes in a kernel");
      return;
    }
  Values inits = valuesOf(vars);
  bool defers = std::exchange(state.defersFailures, false);
  ++state.loops;
  llvm::scope_exit leave([&] {
    --state.loops;
    state.defersFailures = defers;
  });
  // Each turn makes at least one more value a future, so this ends.
  while (true) {
    SmallVector<Value> yielded;
    Operation *op = make(inits, yielded);
    bool again = false;
    for (auto [init, end] : llvm::zip_equal(inits, yielded))
      if (isFuture(end) && !isFuture(init)) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(op);
        init = future(init, at);
        again = true;
      }
    if (!again) {
      builder.setInsertionPointAfter(op);
      bind(vars, op->getResults());
      return;
    }
    builder.setInsertionPointAfter(op);
    op->erase();
    bind(vars, inits);
  }
}

Values Lowering::promote(Values ends, const Values &inits, Location at) {
  for (auto [end, init] : llvm::zip_equal(ends, inits))
    if (isFuture(init))
      end = future(end, at);
  return ends;
}

void Lowering::countedLoop(Location at, Value count, const VarList &vars, const std::function<void(Value)> &body,
                           const std::function<Value()> &stop) {
  Value zeroIndex = constIndex(0, at), one = constIndex(1, at);
  carry(at, vars, [&](Values &inits, SmallVectorImpl<Value> &yielded) -> Operation * {
    OpBuilder::InsertionGuard guard(builder);
    if (!stop) {
      auto loop = scf::ForOp::create(builder, at, zeroIndex, count, one, inits);
      if (!loop.getBody()->empty())
        loop.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(loop.getBody());
      bind(vars, loop.getRegionIterArgs());
      body(loop.getInductionVar());
      yielded.append(promote(valuesOf(vars), inits, at));
      scf::YieldOp::create(builder, at, yielded);
      return loop;
    }
    // With a way out the counter is carried too, behind the variables.
    Values all = inits;
    all.push_back(zeroIndex);
    SmallVector<Type> types(ValueRange(all).getTypes());
    SmallVector<Location> places(all.size(), at);
    auto loop = scf::WhileOp::create(builder, at, types, all);
    Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
    bind(vars, before->getArguments().drop_back());
    Value more = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, before->getArguments().back(), count);
    Value go = arith::XOrIOp::create(builder, at, stop(), boolean(true, at));
    scf::ConditionOp::create(builder, at, arith::AndIOp::create(builder, at, more, go), before->getArguments());
    Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
    bind(vars, after->getArguments().drop_back());
    body(after->getArguments().back());
    yielded.append(promote(valuesOf(vars), inits, at));
    SmallVector<Value> out(yielded.begin(), yielded.end());
    out.push_back(arith::AddIOp::create(builder, at, after->getArguments().back(), one));
    scf::YieldOp::create(builder, at, out);
    return loop;
  });
}

Value Lowering::turns(Value low, Value high, Value step, bool isSigned, bool isConstStep, Location at) {
  Type wide = builder.getI64Type();
  auto extend = [&](Value v) -> Value {
    if (v.getType() == wide)
      return v;
    return isSigned ? Value(arith::ExtSIOp::create(builder, at, wide, v)) : Value(arith::ExtUIOp::create(builder, at, wide, v));
  };
  if (!isConstStep)
    failIf(arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, step, constInt(step.getType(), 0, at)), 9014, "step is zero", at);
  // The way from the one end to the other is a number without sign, and so is what a turn makes of it.
  Value from = extend(low), to = extend(high), stride = extend(step), zero = constInt(wide, 0, at);
  if (isSigned) {
    Value isDown = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, stride, zero);
    Value lower = select(isDown, to, from, at), upper = select(isDown, from, to, at);
    stride = select(isDown, arith::SubIOp::create(builder, at, zero, stride), stride, at);
    from = lower, to = upper;
  }
  auto before = isSigned ? arith::CmpIPredicate::slt : arith::CmpIPredicate::ult;
  Value isSome = arith::CmpIOp::create(builder, at, before, from, to);
  Value count = arith::CeilDivUIOp::create(builder, at, arith::SubIOp::create(builder, at, to, from), stride);
  Value most = constInt(wide, std::numeric_limits<int64_t>::max(), at); // nobody waits for so many
  return toIndex(select(isSome, arith::MinUIOp::create(builder, at, count, most), zero, at), true, at);
}

Value Lowering::turnValue(Value low, Value step, Value turn, Location at) {
  Value k = fromIndex(turn, builder.getI64Type(), at);
  if (low.getType() != k.getType())
    k = arith::TruncIOp::create(builder, at, low.getType(), k);
  return arith::AddIOp::create(builder, at, low, arith::MulIOp::create(builder, at, k, step));
}

// Whether a loop's variable of 64 bits is known not to run past the end of its type behind its last turn, and to begin again.
static bool leavesRoom(Value high, int64_t step, bool isSigned) {
  APInt number;
  if (matchPattern(high, m_ConstantInt(&number))) {
    APInt most = isSigned ? APInt::getSignedMaxValue(64) : APInt::getMaxValue(64);
    return isSigned ? number.isNegative() || (most - number).sge(step) : (most - number).uge(uint64_t(step));
  }
  auto extent = high.getDefiningOp<arith::IndexCastOp>();
  return extent && extent.getIn().getDefiningOp<tensor::DimOp>();
}

void Lowering::emitFor(const Stmt *s) {
  Location at = loc(s->span);
  const hir::Type *type = s->var->type;
  bool isSigned = !isUnsigned(type);
  Value low = emitScalar(s->value), high = emitScalar(s->high);
  Type intType = low.getType();
  int64_t constStep = 1;
  if (s->step) {
    if (s->step->op == Op::Const)
      constStep = s->step->intValue;
    else if (s->step->op == Op::Neg && s->step->args[0]->op == Op::Const)
      constStep = -s->step->args[0]->intValue;
    else
      constStep = 0; // known only when it runs
  }
  Effects inside = effects(s->body);
  bool leaves = inside.breaks || inside.returns;
  const Var *outerBroken = state.broken, *outerContinued = state.continued;
  if (inside.breaks) {
    state.broken = freshVar(boolType);
    state.env[state.broken] = boolean(false, at);
  }
  if (inside.continues)
    state.continued = freshVar(boolType);
  Effects carried = inside;
  carried.continues = false; // begins anew in each turn
  VarList vars = assigned(carried);
  auto body = [&](Value index) {
    state.env[s->var] = index;
    if (inside.continues)
      state.env[state.continued] = boolean(false, at);
    emitBlock(s->body, nullptr);
  };
  // In 64 bits the numbers of a narrow type have room, and how many turns there are is a number too.
  bool isNarrow = intType.getIntOrFloatBitWidth() < 64;
  if (constStep > 0 && !leaves && (constStep == 1 || isNarrow || leavesRoom(high, constStep, isSigned))) {
    Type wide = builder.getI64Type();
    if (isNarrow) {
      low = isSigned ? Value(arith::ExtSIOp::create(builder, at, wide, low)) : Value(arith::ExtUIOp::create(builder, at, wide, low));
      high = isSigned ? Value(arith::ExtSIOp::create(builder, at, wide, high)) : Value(arith::ExtUIOp::create(builder, at, wide, high));
    }
    Value step = constInt(wide, constStep, at);
    carry(at, vars, [&](Values &inits, SmallVectorImpl<Value> &yielded) -> Operation * {
      OpBuilder::InsertionGuard guard(builder);
      auto loop = scf::ForOp::create(builder, at, low, high, step, inits, nullptr, !isSigned && !isNarrow);
      if (!loop.getBody()->empty())
        loop.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(loop.getBody());
      bind(vars, loop.getRegionIterArgs());
      Value number = loop.getInductionVar();
      body(isNarrow ? Value(arith::TruncIOp::create(builder, at, intType, number)) : number);
      yielded.append(promote(valuesOf(vars), inits, at));
      scf::YieldOp::create(builder, at, yielded);
      return loop;
    });
  } else {
    Value step = s->step ? emitScalar(s->step) : constInt(intType, 1, at);
    Value count = turns(low, high, step, isSigned, constStep != 0, s->step ? loc(s->step->span) : at);
    countedLoop(
        at, count, vars, [&](Value k) { body(turnValue(low, step, k, at)); },
        leaves ? std::function<Value()>([&] {
          Effects out;
          out.breaks = inside.breaks;
          out.returns = inside.returns;
          return exitFlag(out, at);
        })
               : nullptr);
  }
  state.broken = outerBroken;
  state.continued = outerContinued;
}

void Lowering::emitWhile(const Stmt *s) {
  Location at = loc(s->span);
  Effects inside = effects(s->body);
  const Var *outerBroken = state.broken, *outerContinued = state.continued;
  if (inside.breaks) {
    state.broken = freshVar(boolType);
    state.env[state.broken] = boolean(false, at);
  }
  if (inside.continues)
    state.continued = freshVar(boolType);
  Effects carried = inside;
  carried.continues = false;
  hir::Block condition{{}, s->value, s->span};
  for (const Var *v : effects(&condition).assigned)
    if (!llvm::is_contained(carried.assigned, v))
      carried.assigned.push_back(v);
  effectsOf.erase(&condition);
  VarList vars = assigned(carried);
  Effects out;
  out.breaks = inside.breaks;
  out.returns = inside.returns;
  carry(at, vars, [&](Values &inits, SmallVectorImpl<Value> &yielded) -> Operation * {
    OpBuilder::InsertionGuard guard(builder);
    SmallVector<Type> types(ValueRange(inits).getTypes());
    SmallVector<Location> places(inits.size(), at);
    auto loop = scf::WhileOp::create(builder, at, types, inits);
    Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
    bind(vars, before->getArguments());
    Value go;
    if (out.exits()) {
      Value stay = arith::XOrIOp::create(builder, at, exitFlag(out, at), boolean(true, at));
      go = branch(at, stay, vars, [&] { return Val(emitScalar(s->value)); }, [&] { return Val(boolean(false, at)); }).parts[0];
    } else {
      go = emitScalar(s->value);
    }
    scf::ConditionOp::create(builder, at, go, promote(valuesOf(vars), inits, at));
    Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
    bind(vars, after->getArguments());
    if (inside.continues)
      state.env[state.continued] = boolean(false, at);
    emitBlock(s->body, nullptr);
    yielded.append(promote(valuesOf(vars), inits, at));
    scf::YieldOp::create(builder, at, yielded);
    return loop;
  });
  state.broken = outerBroken;
  state.continued = outerContinued;
}

// ---- statements -----------------------------------------------------------------------------------------------------

void Lowering::emit(const Stmt *s) {
  if (state.group && isGuarded(s))
    emitGuarded(s);
  else
    emitUnguarded(s);
}

// In a loop failures stop where they happen: a launch for each turn would cost more than the turn.
void Lowering::emitLet(const Stmt *s) {
  Location at = loc(s->span);
  bool outer = std::exchange(state.defersFailures, !s->var->isMutable && !state.loops);
  Val value = s->value ? emit(s->value) : zero(s->var->type, at);
  state.defersFailures = outer;
  state.env[s->var] = value;
  if (state.context != Context::Host || isRead(s->var))
    return;
  Values kept;
  llvm::copy_if(value.parts, std::back_inserter(kept), [](Value part) { return isa<RankedTensorType>(part.getType()); });
  if (!kept.empty())
    task::KeepOp::create(builder, at, kept);
}

void Lowering::emitUnguarded(const Stmt *s) {
  Location at = loc(s->span);
  auto saved = std::make_tuple(state.priority, state.retries, state.callName);
  bool sequential = false;
  for (const hir::Annotation &a : s->annotations)
    sequential |= a.name == "sequential" && state.context == Context::Host; // elsewhere everything is in order as it is
  Annotated own = annotated(s->annotations, at);
  if (own.priority)
    state.priority = own.priority;
  if (own.retries)
    state.retries = own.retries;
  if (!own.name.empty())
    state.callName = own.name;
  // Tasks take theirs with the call, launches from what is open around them.
  bool annotatesArrays = state.context == Context::Host && (own.priority || !own.name.empty()) && hir::computesArrays(s);
  if (annotatesArrays)
    task::BeginAnnotatedOp::create(builder, at, own.name.empty() ? StringAttr() : builder.getStringAttr(own.name), own.priority);
  if (sequential)
    task::BeginSequentialOp::create(builder, at);
  switch (s->kind) {
  case hir::StmtKind::Let: emitLet(s); break;
  case hir::StmtKind::Assign: {
    Val value = emit(s->value);
    writePlace(s->place, value, s->value->type);
    break;
  }
  case hir::StmtKind::Eval:
    if (s->value->op == Op::Call && s->value->callee->kind == hir::FunctionKind::Task && state.context == Context::Host)
      callTask(s->value, true);
    else
      emit(s->value);
    break;
  case hir::StmtKind::For: s->isParallel ? emitParallelFor(s) : emitFor(s); break;
  case hir::StmtKind::While: emitWhile(s); break;
  case hir::StmtKind::Break: state.env[state.broken] = boolean(true, at); break;
  case hir::StmtKind::Continue: state.env[state.continued] = boolean(true, at); break;
  case hir::StmtKind::Return:
    if (s->value) {
      Val value = emit(s->value);
      if (state.result)
        state.env[state.result] = value;
    }
    state.env[state.returned] = boolean(true, at);
    break;
  case hir::StmtKind::Assert: {
    Value condition = emitScalar(s->value);
    if (!s->message || s->message->op == Op::Const) {
      Value message = s->message ? emitScalar(s->message) : Value();
      task::AssertOp::create(builder, at, condition, message);
      break;
    }
    // The message is made only when it is needed.
    Value broken = arith::XOrIOp::create(builder, at, condition, boolean(true, at));
    branch(
        at, broken, {},
        [&] {
          Value message = emitScalar(s->message);
          task::AssertOp::create(builder, at, condition, message);
          return Val();
        },
        [] { return Val(); });
    break;
  }
  case hir::StmtKind::Print: emitPrint(s); break;
  case hir::StmtKind::Block: {
    emitBlock(s->body, nullptr);
    break;
  }
  case hir::StmtKind::CheckExtent: {
    Value a = emitIndex(s->value), b = emitIndex(s->high);
    if (a != b)
      task::CheckExtentOp::create(builder, at, a, b, s->text);
    break;
  }
  case hir::StmtKind::Atomic: emitAtomic(s); break;
  case hir::StmtKind::Barrier:
  case hir::StmtKind::Shared: unsupported(s->span, "a barrier or shared memory here"); break;
  }
  if (sequential)
    task::EndSequentialOp::create(builder, at);
  if (annotatesArrays)
    task::EndAnnotatedOp::create(builder, at);
  std::tie(state.priority, state.retries, state.callName) = saved;
}

} // namespace dagger::lower
