// Group kernels, as sequential code: the groups one after the other, and between two barriers each lane in turn. A group
// kernel is one task here; what lives longer than from one barrier to the next has a place in memory for each lane.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dagger::lower {

struct Lowering::State::Group {
  const hir::Function *kernel = nullptr;
  SmallVector<int64_t> shape;
  int64_t lanes = 1;
  Values space, group;                             // extents of the index space; the group's place in the grid
  std::map<const Var *, Values> memory;            // of each lane: one memref for each part
  struct Shared { Value memory; SmallVector<int64_t> extents; };
  std::map<const Var *, Shared> shared;
  llvm::SmallPtrSet<const Var *, 8> ofThePoint;    // the index variables, and what only guarded statements set
  VarList updated;                                 // the inout parameters
  Value past;                                      // in a lane: whether it lies past the end
};

static bool hasBarrier(const hir::Block *block);
static bool hasBarrier(const Stmt *s) {
  if (s->kind == hir::StmtKind::Barrier || hasBarrier(s->body))
    return true;
  if (s->kind == hir::StmtKind::Eval && s->value->op == Op::If)
    return llvm::any_of(s->value->blocks, [](const hir::Block *b) { return hasBarrier(b); });
  return false;
}
static bool hasBarrier(const hir::Block *block) {
  return block && llvm::any_of(block->statements, [](const Stmt *s) { return hasBarrier(s); });
}

// The variables that are declared where a barrier may follow, and the shared arrays.
static void declarations(const hir::Block *block, SmallVectorImpl<const Stmt *> &out) {
  for (const Stmt *s : block->statements) {
    if (s->kind == hir::StmtKind::Let || s->kind == hir::StmtKind::Shared)
      out.push_back(s);
    if (!hasBarrier(s))
      continue;
    if (s->body)
      declarations(s->body, out);
    if (s->kind == hir::StmtKind::Eval && s->value->op == Op::If)
      for (const hir::Block *b : s->value->blocks)
        if (b)
          declarations(b, out);
  }
}

bool Lowering::isShared(const Var *v) { return state.group && state.group->shared.count(v); }

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
  if (s->kind == hir::StmtKind::Let)
    g.ofThePoint.insert(s->var);
  Value inside = arith::XOrIOp::create(builder, at, g.past, boolean(true, at));
  bool declares = s->kind == hir::StmtKind::Let;
  VarList vars = assigned(effects(s));
  Val value = branch(
      at, inside, vars,
      [&] {
        emitUnguarded(s);
        return declares ? state.env[s->var] : Val();
      },
      [&] { return declares ? zero(s->var->type, at) : Val(); });
  if (declares)
    state.env[s->var] = value;
}

bool Lowering::storeShared(const hir::Place &place, const Val &value) {
  if (place.path.size() != 1 || place.path[0].kind != hir::Place::Step::Subscripts || value.parts.size() != 1)
    return false;
  Location at = loc(place.span);
  State::Group::Shared &shared = state.group->shared[place.root];
  Values indices;
  for (auto [s, n] : llvm::zip_equal(place.path[0].subscripts, shared.extents)) {
    if (s.kind != hir::Subscript::Index)
      return false;
    indices.push_back(emitIndex(s.value));
    Value out = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, indices.back(), constIndex(n, at));
    failIf(out, 9002, "index is out of range", at);
  }
  memref::StoreOp::create(builder, at, plain(value.parts[0], at), shared.memory, indices);
  return true;
}

void Lowering::emitAtomic(const Stmt *s) {
  Location at = loc(s->span);
  if (!state.group) {
    unsupported(s->span, "an atomic update outside a group kernel");
    return;
  }
  // Lanes run one after the other, so what is atomic is an ordinary update.
  Value operand = emitScalar(s->value);
  Val old = readPlace(s->place);
  if (old.parts.size() != 1) {
    unsupported(s->span, "this atomic update");
    return;
  }
  Value result = s->op == Op::Math ? minMax(s->text == "max", old.parts[0], operand, s->place.type, at)
                                   : binary(s->op, old.parts[0], operand, s->place.type, at);
  writePlace(s->place, Val(result), s->place.type);
}

// ---- lanes ----------------------------------------------------------------------------------------------------------

void Lowering::enterLane(Value lane, Location at) {
  State::Group &g = *state.group;
  state.env[g.kernel->lane] = fromIndex(lane, scalarType(g.kernel->lane->type), at);
  Value rest = lane;
  g.past = boolean(false, at);
  for (size_t axis = g.shape.size(); axis-- > 0;) {
    Value size = constIndex(g.shape[axis], at);
    Value in = axis == 0 ? rest : Value(arith::RemUIOp::create(builder, at, rest, size));
    if (axis > 0)
      rest = arith::DivUIOp::create(builder, at, rest, size);
    Value point = arith::AddIOp::create(builder, at, arith::MulIOp::create(builder, at, g.group[axis], size), in);
    Value out = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, point, g.space[axis]);
    g.past = arith::OrIOp::create(builder, at, g.past, out);
    const Var *v = g.kernel->indexVars[axis];
    state.env[v] = fromIndex(point, scalarType(v->type), at);
  }
  for (auto &[v, memory] : g.memory) {
    Val value;
    for (Value m : memory)
      value.parts.push_back(memref::LoadOp::create(builder, at, m, lane));
    state.env[v] = value;
  }
}

void Lowering::leaveLane(Value lane, Location at) {
  for (auto &[v, memory] : state.group->memory)
    for (auto [value, m] : llvm::zip_equal(state.env[v].parts, memory))
      memref::StoreOp::create(builder, at, plain(value, at), m, lane);
  state.group->past = Value();
}

void Lowering::laneLoop(ArrayRef<Stmt *> statements) {
  if (statements.empty())
    return;
  Location at = loc(statements.front()->span);
  State::Group &g = *state.group;
  countedLoop(at, constIndex(g.lanes, at), g.updated, [&](Value lane) {
    enterLane(lane, at);
    for (const Stmt *s : statements)
      emit(s);
    leaveLane(lane, at);
  });
}

// ---- groups ---------------------------------------------------------------------------------------------------------

bool Lowering::groupStatements(ArrayRef<Stmt *> statements) {
  SmallVector<Stmt *> run;
  for (Stmt *s : statements) {
    if (s->kind != hir::StmtKind::Shared && !hasBarrier(s)) {
      run.push_back(s);
      continue;
    }
    laneLoop(run);
    run.clear();
    if (s->kind != hir::StmtKind::Barrier && s->kind != hir::StmtKind::Shared && !groupStatement(s))
      return false;
  }
  laneLoop(run);
  return true;
}

// A compound statement with a barrier in it: it turns the same way for all lanes, so lane 0 decides.
bool Lowering::groupStatement(const Stmt *s) {
  Location at = loc(s->span);
  State::Group &g = *state.group;
  auto asLaneZero = [&](const std::function<Value()> &make) {
    enterLane(constIndex(0, at), at);
    g.past = Value();
    return make();
  };
  if (effects(s).exits()) {
    unsupported(s->span, "leaving a block that has a barrier in it");
    return false;
  }
  if (s->kind == hir::StmtKind::Block)
    return groupStatements(s->body->statements);
  if (s->kind == hir::StmtKind::Eval) {
    Value condition = asLaneZero([&] { return emitScalar(s->value->args[0]); });
    bool ok = true;
    branch(
        at, condition, g.updated, [&] { ok &= groupStatements(s->value->blocks[0]->statements); return Val(); },
        [&] {
          if (s->value->blocks.size() > 1 && s->value->blocks[1])
            ok &= groupStatements(s->value->blocks[1]->statements);
          return Val();
        });
    return ok;
  }
  if (s->kind == hir::StmtKind::While) {
    bool ok = true;
    VarList vars = g.updated;
    carry(at, vars, [&](Values &inits, SmallVectorImpl<Value> &yielded) -> Operation * {
      OpBuilder::InsertionGuard guard(builder);
      SmallVector<Type> types(ValueRange(inits).getTypes());
      SmallVector<Location> places(inits.size(), at);
      auto loop = scf::WhileOp::create(builder, at, types, inits);
      mlir::Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
      bind(vars, before->getArguments());
      Value go = asLaneZero([&] { return emitScalar(s->value); });
      scf::ConditionOp::create(builder, at, go, valuesOf(vars));
      mlir::Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
      bind(vars, after->getArguments());
      ok &= groupStatements(s->body->statements);
      yielded.append(valuesOf(vars));
      scf::YieldOp::create(builder, at, yielded);
      return loop;
    });
    return ok;
  }
  if (s->kind == hir::StmtKind::For && s->var->type->kind == TypeKind::Int && s->var->type->width == 64 && s->var->type->isSigned) {
    Value low, step;
    Value count = asLaneZero([&] {
      low = emitScalar(s->value);
      Value high = emitScalar(s->high);
      step = s->step ? emitScalar(s->step) : constInt(builder.getI64Type(), 1, at);
      failIf(arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, step, constInt(step.getType(), 0, at)), 9014, "the step of a range is zero", at);
      Value turns = arith::CeilDivSIOp::create(builder, at, arith::SubIOp::create(builder, at, high, low), step);
      return toIndex(arith::MaxSIOp::create(builder, at, turns, constInt(turns.getType(), 0, at)), true, at);
    });
    bool ok = true;
    countedLoop(at, count, g.updated, [&](Value turn) {
      Value offset = arith::MulIOp::create(builder, at, fromIndex(turn, builder.getI64Type(), at), step);
      state.env[s->var] = Value(arith::AddIOp::create(builder, at, low, offset));
      ok &= groupStatements(s->body->statements);
    });
    return ok;
  }
  unsupported(s->span, "this statement with a barrier in it");
  return false;
}

void Lowering::emitGroupKernel(const hir::Function *f) {
  Location at = loc(f->span);
  state.group = std::make_shared<State::Group>();
  State::Group &g = *state.group;
  g.kernel = f;
  for (const Expr *e : f->groupShape) {
    g.shape.push_back(e->intValue);
    g.lanes *= e->intValue;
  }
  for (const Var *v : f->indexVars)
    g.ofThePoint.insert(v);
  const Var *first = nullptr;
  for (const hir::Param &p : f->params) {
    if (!first && p.var->type->isArray())
      first = p.var;
    if (p.isInout)
      g.updated.push_back(p.var);
  }
  if (!first || first->type->rank != int(g.shape.size()) || f->indexVars.size() != g.shape.size()) {
    unsupported(f->span, "the index space of `" + f->name + "`");
    return;
  }
  g.space = extents(state.env[first].parts[0], at);
  SmallVector<const Stmt *> declared;
  declarations(f->body, declared);
  auto allocate = [&](ArrayRef<int64_t> shape, mlir::Type type) -> Value {
    return memref::AllocaOp::create(builder, at, MemRefType::get(shape, type));
  };
  for (const Stmt *s : declared) {
    auto parts = leaves(s->var->type);
    if (s->kind == hir::StmtKind::Shared) {
      State::Group::Shared shared;
      for (const Expr *n : s->args)
        shared.extents.push_back(n->intValue);
      if (parts.size() != 1 || parts[0].element->kind == TypeKind::Str) {
        unsupported(s->span, "shared memory of such elements");
        return;
      }
      shared.memory = allocate(shared.extents, scalarType(parts[0].element));
      Val value;
      value.view = std::make_shared<View>();
      for (int64_t n : shared.extents)
        value.view->extents.push_back(constIndex(n, at));
      value.view->read = [this, memory = shared.memory, at](ValueRange indices) {
        return Val(Value(memref::LoadOp::create(builder, at, memory, indices)));
      };
      g.shared[s->var] = shared;
      state.env[s->var] = value;
      continue;
    }
    for (const Leaf &leaf : parts)
      if (leaf.rank > 0 || leaf.element->kind == TypeKind::Str) {
        unsupported(s->span, "a variable of this type in a group kernel");
        return;
      }
    for (const Leaf &leaf : parts)
      g.memory[s->var].push_back(allocate({g.lanes}, scalarType(leaf.element)));
  }
  Value one = constIndex(1, at), count = one;
  Values grid;
  for (auto [n, size] : llvm::zip_equal(g.space, g.shape)) {
    grid.push_back(arith::CeilDivUIOp::create(builder, at, n, constIndex(size, at)));
    count = arith::MulIOp::create(builder, at, count, grid.back());
  }
  countedLoop(at, count, g.updated, [&](Value number) {
    g.group.assign(grid.size(), Value());
    Value rest = number;
    for (size_t axis = grid.size(); axis-- > 0;) {
      g.group[axis] = axis == 0 ? rest : Value(arith::RemUIOp::create(builder, at, rest, grid[axis]));
      if (axis > 0)
        rest = arith::DivUIOp::create(builder, at, rest, grid[axis]);
    }
    // Shared memory starts as zeros in each group, and so do the lanes' variables.
    auto clear = [&](Value memory) {
      auto type = cast<MemRefType>(memory.getType());
      Value none = zeroScalar(type.getElementType(), at);
      std::function<void(Values)> fill = [&](Values indices) {
        if (indices.size() == size_t(type.getRank())) {
          memref::StoreOp::create(builder, at, none, memory, indices);
          return;
        }
        auto loop = scf::ForOp::create(builder, at, constIndex(0, at), constIndex(type.getShape()[indices.size()], at), one);
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToStart(loop.getBody());
        indices.push_back(loop.getInductionVar());
        fill(indices);
      };
      fill({});
    };
    for (auto &[v, shared] : g.shared)
      clear(shared.memory);
    for (auto &[v, memory] : g.memory)
      for (Value m : memory)
        clear(m);
    groupStatements(f->body->statements);
  });
  state.group.reset();
}

} // namespace dagger::lower
