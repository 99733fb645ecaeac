// Group kernels as operations: how each array is reached from a group, and what a group's memory is.
//
// Groups run together where nobody can see it: an array that is read and written at the own point alone is cut as the grid
// is, one that is only updated by `atomic` with one operator may be updated by several at once. Any other array that is written keeps the
// groups in order.
#include "compiler/lower/Groups.h"
#include "compiler/hir/Walker.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dagger::lower {

namespace {
// What a kernel does with one of its parameters.
struct Use {
  bool ownRead = false, otherRead = false, write = false;
  std::set<Op> atomics; // their operators: the order of two that are the same does not show
};

bool isOwnPoint(const hir::Function *f, const Expr *e) {
  if (e->op != Op::Element || e->args[0]->op != Op::Local || e->args.size() != f->indexVars.size() + 1)
    return false;
  for (auto [k, v] : llvm::enumerate(f->indexVars))
    if (e->args[k + 1]->op != Op::Local || e->args[k + 1]->var != v)
      return false;
  return true;
}

std::map<const Var *, Use> usesOf(const hir::Function *f) {
  std::map<const Var *, Use> uses;
  llvm::SmallPtrSet<const Expr *, 16> own; // reads of a whole array that only stand for its element or extent
  Walker walker;
  walker.onExpr = [&](const Expr *e) {
    if (isOwnPoint(f, e)) {
      uses[e->args[0]->var].ownRead = true;
      own.insert(e->args[0]);
    } else if (e->op == Op::Extent) {
      own.insert(e->args[0]);
    } else if (e->op == Op::Local && !own.contains(e)) {
      uses[e->var].otherRead = true;
    }
    for (const hir::Place &place : e->places)
      uses[place.root].otherRead = uses[place.root].write = true;
  };
  walker.onStmt = [&](const Stmt *s) {
    if (s->kind == hir::StmtKind::Assign)
      uses[s->place.root].write = true;
    if (s->kind == hir::StmtKind::Atomic)
      uses[s->place.root].atomics.insert(s->op);
    return true;
  };
  walker.block(f->body);
  return uses;
}
} // namespace

bool Lowering::isGroupMemory(const Var *v) { return state.group && (state.group->shared.count(v) || state.group->updated.count(v)); }

// Whether this element lies inside: the own point of a lane that does.
bool Lowering::isOwnElement(const Expr *e) {
  return state.group && isOwnPoint(state.group->kernel, e) && (state.group->isFull || e->args[0]->var == state.group->first);
}

// ---- memory ---------------------------------------------------------------------------------------------------------

Value Lowering::allocate(ArrayRef<int64_t> shape, mlir::Type type, Location at) {
  // Bits lie in bytes.
  mlir::Type stored = type.isInteger(1) ? mlir::Type(builder.getI8Type()) : type;
  return memref::AllocaOp::create(builder, at, MemRefType::get(shape, stored));
}
Value Lowering::loadRoom(Value memory, ValueRange indices, mlir::Type type, Location at) {
  Value value = memref::LoadOp::create(builder, at, memory, indices);
  return type.isInteger(1) ? Value(arith::TruncIOp::create(builder, at, type, value)) : value;
}
void Lowering::storeRoom(Value value, Value memory, ValueRange indices, Location at) {
  if (value.getType().isInteger(1))
    value = arith::ExtUIOp::create(builder, at, builder.getI8Type(), value);
  memref::StoreOp::create(builder, at, value, memory, indices);
}

void Lowering::clearRoom(Value memory, Location at) {
  auto type = cast<MemRefType>(memory.getType());
  Value none = zeroScalar(type.getElementType(), at);
  std::function<void(Values)> fill = [&](Values indices) {
    if (indices.size() == size_t(type.getRank())) {
      memref::StoreOp::create(builder, at, none, memory, indices);
      return;
    }
    auto loop = scf::ForOp::create(builder, at, constIndex(0, at), constIndex(type.getShape()[indices.size()], at), constIndex(1, at));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
    fill(indices);
  };
  fill({});
}

// The indices of the one element that a place in shared memory or an updated array is, and whether they need no test.
Values Lowering::groupIndices(const hir::Place &place, bool &inBounds) {
  Values indices;
  inBounds = true; // a variable that is no array
  if (place.path.empty() || place.path.back().kind != hir::Place::Step::Subscripts)
    return indices;
  const auto &subscripts = place.path.back().subscripts;
  const State::Group &g = *state.group;
  inBounds = (g.isFull || place.root == g.first) && subscripts.size() == g.kernel->indexVars.size() && g.updated.count(place.root);
  for (auto [k, s] : llvm::enumerate(subscripts)) {
    indices.push_back(emitIndex(s.value));
    inBounds = inBounds && s.value->op == Op::Local && s.value->var == g.kernel->indexVars[k];
  }
  return indices;
}

Val Lowering::readGroupMemory(const hir::Place &place) {
  Location at = loc(place.span);
  bool inBounds;
  Values indices = groupIndices(place, inBounds);
  auto [first, count] = placeParts(place);
  Val all = readElement(state.env[place.root], indices, at, inBounds);
  return Val(Values(ArrayRef<Value>(all.parts).slice(first, count)));
}

void Lowering::writeGroupMemory(const hir::Place &place, const Val &value) {
  Location at = loc(place.span);
  State::Group &g = *state.group;
  bool inBounds;
  Values indices = groupIndices(place, inBounds), values = plain(value.parts, at);
  auto [first, count] = placeParts(place);
  if (auto it = g.shared.find(place.root); it != g.shared.end()) {
    checkIndices(indices, state.env[place.root].view->extents, at);
    for (unsigned k = 0; k < count; ++k)
      storeRoom(values[k], it->second.memory[first + k], indices, at);
    return;
  }
  for (unsigned k = 0; k < count; ++k)
    task::StoreOp::create(builder, at, g.updated[place.root].arrays[first + k], indices, values[k], inBounds);
}

// Sums in any order are the same only where they wrap, so this does, also under --checked.
void Lowering::emitAtomic(const Stmt *s) {
  Location at = loc(s->span);
  Value operand = emitScalar(s->value);
  auto combined = [&](Value old) -> Value {
    switch (s->op) {
    case Op::BitAnd: return arith::AndIOp::create(builder, at, old, operand);
    case Op::BitOr: return arith::OrIOp::create(builder, at, old, operand);
    case Op::BitXor: return arith::XOrIOp::create(builder, at, old, operand);
    default: return arith::AddIOp::create(builder, at, old, operand);
    }
  };
  if (auto it = state.group->updated.find(s->place.root); it != state.group->updated.end() && it->second.commutes) {
    bool inBounds;
    Values indices = groupIndices(s->place, inBounds);
    const char *kind = s->op == Op::BitAnd ? "and" : s->op == Op::BitOr ? "or" : s->op == Op::BitXor ? "xor" : "add";
    if (!inBounds)
      checkIndices(indices, state.env[s->place.root].view->extents, loc(s->place.span));
    task::AtomicOp::create(builder, at, it->second.arrays[placeParts(s->place).first], indices, operand, kind, true);
    return;
  }
  // The lanes of a group run one after another.
  writePlace(s->place, Val(combined(readPlace(s->place).parts[0])), s->place.type);
}

// ---- the kernel -----------------------------------------------------------------------------------------------------

void Lowering::emitGroupKernel(const hir::Function *f, bool isStatement) {
  Location at = loc(f->span);
  auto group = std::make_shared<State::Group>();
  State::Group &g = *group;
  g.kernel = f;
  // What the signature asks of the arguments does not depend on the group.
  ArrayRef<Stmt *> statements = f->body->statements;
  std::map<std::pair<const Var *, int64_t>, int64_t> known; // extents that it says in numbers
  while (!statements.empty() &&
         (statements[0]->kind == hir::StmtKind::CheckExtent || (statements[0]->kind == hir::StmtKind::Let && statements[0]->value &&
                                                               statements[0]->value->op == Op::Extent))) {
    const Stmt *s = statements[0];
    if (s->kind == hir::StmtKind::CheckExtent && s->value->op == Op::Extent && s->value->args[0]->op == Op::Local && s->high->op == Op::Const)
      known[{s->value->args[0]->var, s->value->intValue}] = s->high->intValue;
    emit(statements[0]);
    statements = statements.drop_front();
  }
  for (const Expr *e : f->groupShape) {
    g.shape.push_back(e->intValue);
    g.lanes *= e->intValue;
  }
  g.ofThePoint.insert(f->indexVars.begin(), f->indexVars.end());
  for (const hir::Param &p : f->params)
    if (!g.first && p.var->type->isArray())
      g.first = p.var;
  unsigned rank = g.shape.size();
  g.space = extents(state.env[g.first].parts[0], at);
  Values grid, arrays, edges; // edges: extents along the axes of the point that each lane's must not pass
  SmallVector<unsigned> edgeAxes;
  for (auto [n, size] : llvm::zip_equal(g.space, g.shape))
    grid.push_back(arith::CeilDivUIOp::create(builder, at, n, constIndex(size, at)));

  auto uses = usesOf(f);
  SmallVector<Attribute> access;
  struct Operand { const Var *var; size_t first, count; bool isUpdated, commutes; };
  SmallVector<Operand> operands;
  SmallVector<int64_t> own(rank);
  for (unsigned axis = 0; axis < rank; ++axis)
    own[axis] = axis;
  for (const hir::Param &p : f->params) {
    const Use &use = uses[p.var];
    bool isUpdated = p.isInout && (use.write || !use.atomics.empty());
    bool isCut = !use.otherRead && use.atomics.empty() && (use.ownRead || use.write);
    if (p.var->type->isArray() && (use.ownRead || use.write))
      for (unsigned axis = 0; axis < rank; ++axis) {
        edges.push_back(extent(state.env[p.var].parts[0], axis, at));
        edgeAxes.push_back(axis);
      }
    if (!isUpdated && !(isCut && p.var->type->isArray()))
      continue;
    bool commutes = use.atomics.size() == 1 && !use.write && !use.ownRead && !use.otherRead;
    operands.push_back({p.var, arrays.size(), state.env[p.var].parts.size(), isUpdated, commutes});
    for (Value part : state.env[p.var].parts) {
      part = future(part, at); // a number is an array of rank 0
      unsigned partRank = cast<RankedTensorType>(part.getType()).getRank();
      arrays.push_back(part);
      SmallVector<int64_t> none(partRank, -1), ones(partRank, 1), zeros(partRank, 0);
      access.push_back(task::OperandAttr::get(&context, !isUpdated ? "read" : commutes ? "commute" : "update", false, false,
                                              isCut ? own : none, isCut ? g.shape : ones, zeros, zeros));
    }
  }
  SmallVector<mlir::Type> types(rank, builder.getIndexType()), results;
  for (const Operand &o : operands)
    for (size_t k = 0; k < o.count; ++k) {
      types.push_back(arrays[o.first + k].getType());
      if (o.isUpdated)
        results.push_back(types.back());
    }
  auto op = task::GroupsOp::create(builder, at, results, grid, arrays, state.priority.value_or(Value()), builder.getArrayAttr(access), isStatement);
  {
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&op.getBody(), {}, types, SmallVector<Location>(types.size(), at));
    Context outer = state.context;
    auto env = state.env;
    state.context = Context::Kernel;
    state.group = group;
    for (const Operand &o : operands) {
      Values inside;
      for (size_t k = 0; k < o.count; ++k)
        inside.push_back(block->getArgument(unsigned(rank + o.first + k)));
      if (!o.isUpdated) {
        state.env[o.var].parts = inside;
        continue;
      }
      g.updated[o.var] = {inside, o.commutes};
      auto view = std::make_shared<View>();
      view->extents = extents(inside[0], at);
      for (auto [axis, extent] : llvm::enumerate(view->extents))
        if (auto it = known.find({o.var, int64_t(axis)}); it != known.end())
          extent = constIndex(it->second, at);
      view->read = [this, inside, at](ValueRange indices) {
        Val out;
        for (Value array : inside)
          out.parts.push_back(task::LoadOp::create(builder, at, cast<RankedTensorType>(array.getType()).getElementType(), array, indices, true));
        return out;
      };
      state.env[o.var] = Val();
      state.env[o.var].view = view;
    }
    // Numbers that are still to come are here by now: they are read once.
    for (const hir::Param &p : f->params)
      if (Val &value = state.env[p.var]; !value.view && !p.var->type->isArray())
        value.parts = plain(value.parts, at);
    for (unsigned axis = 0; axis < rank; ++axis)
      g.base.push_back(arith::MulIOp::create(builder, at, block->getArgument(axis), constIndex(g.shape[axis], at)));
    allocateGroup(statements);
    // Full groups are code of their own, without tests of the lanes, that can be vectorized.
    Value isFull = boolean(true, at);
    for (auto [axis, edge] : llvm::zip_equal(edgeAxes, edges)) {
      Value end = arith::AddIOp::create(builder, at, g.base[axis], constIndex(g.shape[axis], at));
      isFull = arith::AndIOp::create(builder, at, isFull, arith::CmpIOp::create(builder, at, arith::CmpIPredicate::sle, end, edge));
    }
    for (unsigned axis = 0; axis < rank; ++axis) {
      Value end = arith::AddIOp::create(builder, at, g.base[axis], constIndex(g.shape[axis], at));
      isFull = arith::AndIOp::create(builder, at, isFull, arith::CmpIOp::create(builder, at, arith::CmpIPredicate::sle, end, g.space[axis]));
    }
    auto choice = scf::IfOp::create(builder, at, isFull, true);
    for (bool full : {true, false}) {
      auto inGroup = state.env;
      builder.setInsertionPointToStart(full ? choice.thenBlock() : choice.elseBlock());
      g.isFull = full;
      groupStatements(statements);
      state.env = inGroup;
    }
    builder.setInsertionPointAfter(choice);
    array::YieldOp::create(builder, at, ValueRange());
    state.context = outer;
    state.env = std::move(env);
    state.group.reset();
  }
  ValueRange left = op.getResults();
  for (const Operand &o : operands)
    if (o.isUpdated) {
      state.env[o.var] = Val(Values(left.take_front(o.count)));
      left = left.drop_front(o.count);
    }
}

// On the host the kernel is a launch where the call stands.
void Lowering::launchGroups(const Expr *e) {
  const hir::Function *f = e->callee;
  Location site = loc(e->span);
  SmallVector<Val> values, updated;
  SmallVector<Chosen> chosen;
  arguments(e, values, chosen);
  auto saved = std::make_tuple(state.function, state.functionName, state.callSite);
  for (auto [p, value] : llvm::zip_equal(f->params, values))
    state.env[p.var] = value;
  state.function = f;
  state.functionName = f->name;
  state.callSite = site;
  emitGroupKernel(f, true);
  for (const hir::Param &p : f->params)
    if (p.isInout)
      updated.push_back(state.env[p.var]);
  std::tie(state.function, state.functionName, state.callSite) = saved;
  writeUpdates(e, updated, chosen);
}

} // namespace dagger::lower
