// The lanes of a group: between two barriers a loop over all of them, which LLVM vectorizes. A statement with a barrier in it
// turns the same way for all lanes; lane 0 decides. What lives on behind a barrier has a place in memory for each lane.
#include "compiler/lower/Groups.h"
#include "compiler/hir/Walker.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <set>

using namespace mlir;

namespace dagger::lower {

bool hasBarrier(const Stmt *s) {
  if (s->kind == hir::StmtKind::Barrier || hasBarrier(s->body))
    return true;
  if (s->kind == hir::StmtKind::Eval && s->value->op == Op::If)
    return llvm::any_of(s->value->blocks, [](const hir::Block *b) { return hasBarrier(b); });
  return false;
}
bool hasBarrier(const hir::Block *block) {
  return block && llvm::any_of(block->statements, [](const Stmt *s) { return hasBarrier(s); });
}

namespace {
// Where one loop over the lanes ends: at a barrier, or where lanes may leave (all of them, or none).
bool endsRun(const Stmt *s, bool exits) { return s->kind == hir::StmtKind::Shared || hasBarrier(s) || exits; }

// The runs between barriers, as numbers, in which each variable of the lanes stands.
struct Runs {
  std::function<bool(const Stmt *)> exits;
  std::map<const Var *, std::set<int>> in;
  std::vector<const Stmt *> declared, shared;
  int run = 0;

  void see(const Stmt *s, const std::function<void(Walker &)> &visit) {
    Walker walker;
    walker.onExpr = [&](const Expr *e) {
      if (e->op == Op::Local)
        in[e->var].insert(run);
    };
    walker.onAssign = [&](const Var *v) { in[v].insert(run); };
    visit(walker);
    if (s && s->kind == hir::StmtKind::Let) {
      in[s->var].insert(run);
      declared.push_back(s);
    }
  }
  void header(std::initializer_list<const Expr *> parts) {
    ++run;
    see(nullptr, [&](Walker &w) {
      for (const Expr *e : parts)
        w.expr(e);
    });
    ++run;
  }
  void block(ArrayRef<Stmt *> statements) {
    for (const Stmt *s : statements) {
      if (s->kind == hir::StmtKind::Shared) {
        shared.push_back(s);
        ++run;
      } else if (!hasBarrier(s)) {
        see(s, [&](Walker &w) { w.stmt(s); });
        run += exits(s);
      } else if (s->kind == hir::StmtKind::Eval) {
        header({s->value->args[0]});
        for (const hir::Block *b : s->value->blocks)
          if (b)
            block(b->statements);
      } else {
        header({s->value, s->high, s->step});
        if (s->body)
          block(s->body->statements);
      }
      run += hasBarrier(s);
    }
  }
};
} // namespace

void Lowering::allocateGroup(ArrayRef<Stmt *> statements) {
  State::Group &g = *state.group;
  Runs runs;
  runs.exits = [&](const Stmt *s) { return effects(s).exits(); };
  runs.block(statements);
  for (const Stmt *s : runs.shared) {
    Location at = loc(s->span);
    State::Group::Room room;
    for (const Expr *n : s->args)
      room.extents.push_back(n->intValue);
    auto view = std::make_shared<View>();
    SmallVector<mlir::Type> types;
    for (const Leaf &leaf : leaves(s->var->type)) {
      types.push_back(scalarType(leaf.element));
      room.memory.push_back(allocate(room.extents, types.back(), at));
      clearRoom(room.memory.back(), at); // it starts as zeros in each group
    }
    for (int64_t n : room.extents)
      view->extents.push_back(constIndex(n, at));
    view->read = [this, types, memory = room.memory, at](ValueRange indices) {
      Val out;
      for (auto [m, type] : llvm::zip_equal(memory, types))
        out.parts.push_back(loadRoom(m, indices, type, at));
      return out;
    };
    g.shared[s->var] = room;
    state.env[s->var] = Val();
    state.env[s->var].view = view;
  }
  for (const Stmt *s : runs.declared)
    if (runs.in[s->var].size() > 1)
      for (const Leaf &leaf : leaves(s->var->type))
        g.memory[s->var].push_back(allocate({g.lanes}, scalarType(leaf.element), loc(s->span)));
}

// ---- one lane -------------------------------------------------------------------------------------------------------

// The point of the lane at these indices in its group, and the variables that `statements` mention.
void Lowering::enterLane(ValueRange in, llvm::function_ref<bool(const Var *)> isMentioned, Location at) {
  State::Group &g = *state.group;
  Value lane = in[0];
  for (size_t axis = 1; axis < g.shape.size(); ++axis)
    lane = arith::AddIOp::create(builder, at, arith::MulIOp::create(builder, at, lane, constIndex(g.shape[axis], at)), in[axis]);
  state.env[g.kernel->lane] = fromIndex(lane, scalarType(g.kernel->lane->type), at);
  g.past = Value();
  for (auto [axis, v] : llvm::enumerate(g.kernel->indexVars)) {
    Value point = arith::AddIOp::create(builder, at, g.base[axis], in[axis]);
    state.env[v] = fromIndex(point, scalarType(v->type), at);
    if (g.isFull)
      continue;
    Value out = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, point, g.space[axis]);
    g.past = g.past ? Value(arith::OrIOp::create(builder, at, g.past, out)) : out;
  }
  for (auto &[v, memory] : g.memory) {
    if (!isMentioned(v))
      continue;
    Val value;
    for (auto [m, leaf] : llvm::zip_equal(memory, leaves(v->type)))
      value.parts.push_back(loadRoom(m, lane, scalarType(leaf.element), at));
    state.env[v] = value;
  }
}

void Lowering::laneLoop(ArrayRef<Stmt *> statements) {
  if (statements.empty())
    return;
  Location at = loc(statements.front()->span);
  State::Group &g = *state.group;
  llvm::SmallPtrSet<const Var *, 8> declared, written;
  for (const Stmt *s : statements) {
    if (s->kind == hir::StmtKind::Let)
      declared.insert(s->var);
    for (const Var *v : effects(s).assigned)
      written.insert(v);
  }
  auto isRead = [&](const Var *v) {
    return !declared.count(v) && llvm::any_of(statements, [&](const Stmt *s) { return mentions(s, [&](const Var *u) { return u == v; }); });
  };
  VarList flags;
  const Effects &left = effects(statements.back());
  if (left.breaks)
    flags.push_back(state.broken);
  if (left.continues)
    flags.push_back(state.continued);
  std::function<void(Values)> nest = [&](Values in) {
    if (in.size() < g.shape.size()) {
      countedLoop(at, constIndex(g.shape[in.size()], at), flags, [&](Value index) {
        Values next(in);
        next.push_back(index);
        nest(next);
      });
      return;
    }
    enterLane(in, isRead, at);
    for (const Stmt *s : statements)
      emit(s);
    Value lane = toIndex(state.env[g.kernel->lane].parts[0], true, at);
    for (auto &[v, memory] : g.memory)
      if (declared.count(v) || written.count(v))
        for (auto [value, m] : llvm::zip_equal(state.env[v].parts, memory))
          storeRoom(plain(value, at), m, lane, at);
    g.past = Value();
  };
  nest({});
}

// ---- past the end ---------------------------------------------------------------------------------------------------

bool Lowering::isGuarded(const Stmt *s) {
  State::Group &g = *state.group;
  if (!g.past || s->kind == hir::StmtKind::Block)
    return false;
  // Of a compound statement its head: a loop over the point's data, or a branch on it, is nothing past the end.
  auto isPoint = [&](const Var *v) { return g.ofThePoint.count(v) > 0; };
  Stmt head = *s;
  head.body = nullptr;
  if (s->kind == hir::StmtKind::Eval && s->value->op == Op::If)
    head.value = s->value->args[0];
  return mentions(&head, isPoint);
}

void Lowering::emitGuarded(const Stmt *s) {
  Location at = loc(s->span);
  State::Group &g = *state.group;
  bool declares = s->kind == hir::StmtKind::Let;
  if (declares)
    g.ofThePoint.insert(s->var);
  Value inside = arith::XOrIOp::create(builder, at, g.past, boolean(true, at));
  Val value = branch(
      at, inside, assigned(effects(s)),
      [&] {
        emitUnguarded(s);
        return declares ? state.env[s->var] : Val();
      },
      [&] { return declares ? zero(s->var->type, at) : Val(); });
  if (declares)
    state.env[s->var] = value;
}

// ---- all lanes ------------------------------------------------------------------------------------------------------

// Statements from one barrier to the next. Behind one at which the lanes may have left, the rest runs if they did not.
void Lowering::groupStatements(ArrayRef<Stmt *> statements) {
  SmallVector<Stmt *> run;
  for (auto [k, s] : llvm::enumerate(statements)) {
    bool exits = effects(s).exits(), isCompound = hasBarrier(s);
    if (!isCompound && s->kind != hir::StmtKind::Shared)
      run.push_back(s);
    if (!endsRun(s, exits))
      continue;
    laneLoop(run);
    run.clear();
    if (isCompound && s->kind != hir::StmtKind::Barrier)
      groupStatement(s);
    ArrayRef<Stmt *> rest = statements.drop_front(k + 1);
    if (!exits || rest.empty())
      continue;
    Effects after;
    for (const Stmt *r : rest) {
      after.breaks |= effects(r).breaks;
      after.continues |= effects(r).continues;
    }
    Location at = loc(s->span);
    branch(at, exitFlag(effects(s), at), assigned(after), [] { return Val(); },
           [&] {
             groupStatements(rest);
             return Val();
           });
    return;
  }
  laneLoop(run);
}

void Lowering::groupStatement(const Stmt *s) {
  Location at = loc(s->span);
  State::Group &g = *state.group;
  auto asLaneZero = [&](const std::function<Value()> &make) {
    enterLane(Values(g.shape.size(), constIndex(0, at)), [](const Var *) { return true; }, at);
    g.past = Value();
    return make();
  };
  if (s->kind == hir::StmtKind::Block) {
    groupStatements(s->body->statements);
    return;
  }
  if (s->kind == hir::StmtKind::Eval) {
    Effects inside = effects(s);
    inside.assigned.clear(); // lanes' variables are in memory
    Value condition = asLaneZero([&] { return emitScalar(s->value->args[0]); });
    auto side = [&](size_t k) {
      if (k < s->value->blocks.size() && s->value->blocks[k])
        groupStatements(s->value->blocks[k]->statements);
      return Val();
    };
    branch(at, condition, assigned(inside), [&] { return side(0); }, [&] { return side(1); });
    return;
  }
  Effects inside = effects(s->body);
  const Var *outerBroken = state.broken, *outerContinued = state.continued;
  VarList flags;
  if (inside.breaks) {
    state.broken = freshVar(boolType);
    state.env[state.broken] = boolean(false, at);
    flags.push_back(state.broken);
  }
  if (inside.continues)
    state.continued = freshVar(boolType);
  auto body = [&] {
    if (inside.continues)
      state.env[state.continued] = boolean(false, at);
    groupStatements(s->body->statements);
  };
  auto hasLeft = [&]() -> Value { return state.env[state.broken].parts[0]; };
  if (s->kind == hir::StmtKind::For) {
    Value low, step;
    Value count = asLaneZero([&] {
      low = emitScalar(s->value);
      Value high = emitScalar(s->high);
      step = s->step ? emitScalar(s->step) : constInt(low.getType(), 1, at);
      return turns(low, high, step, !isUnsigned(s->var->type), !s->step || s->step->op == Op::Const, at);
    });
    countedLoop(
        at, count, flags,
        [&](Value turn) {
          state.env[s->var] = turnValue(low, step, turn, at);
          body();
        },
        inside.breaks ? std::function<Value()>(hasLeft) : nullptr);
  } else {
    carry(at, flags, [&](Values &inits, SmallVectorImpl<Value> &yielded) -> Operation * {
      OpBuilder::InsertionGuard guard(builder);
      SmallVector<mlir::Type> types(ValueRange(inits).getTypes());
      SmallVector<Location> places(inits.size(), at);
      auto loop = scf::WhileOp::create(builder, at, types, inits);
      mlir::Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
      bind(flags, before->getArguments());
      auto condition = [&] { return Val(asLaneZero([&] { return emitScalar(s->value); })); };
      Value go;
      if (inside.breaks) {
        Value stay = arith::XOrIOp::create(builder, at, hasLeft(), boolean(true, at));
        go = branch(at, stay, {}, condition, [&] { return Val(boolean(false, at)); }).parts[0];
      } else {
        go = condition().parts[0];
      }
      scf::ConditionOp::create(builder, at, go, valuesOf(flags));
      mlir::Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
      bind(flags, after->getArguments());
      body();
      yielded.append(valuesOf(flags));
      scf::YieldOp::create(builder, at, yielded);
      return loop;
    });
  }
  state.broken = outerBroken;
  state.continued = outerContinued;
}

} // namespace dagger::lower
