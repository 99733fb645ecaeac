// Comprehensions: graph code for each point of an index space.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::lower {

Val Lowering::emitComprehension(const Expr *e) {
  if (state.context == Context::Kernel || state.context == Context::Scalar)
    return unsupported(e->span, "a comprehension inside a kernel", e->type);
  if (e->conditionBlock)
    return filteredComprehension(e);
  Location at = loc(e->span);
  Values space;
  for (const Expr *a : e->args)
    space.push_back(emitIndex(a));
  const hir::Type *body = e->blocks[0]->value ? e->blocks[0]->value->type : nullptr;
  if (!body)
    return unsupported(e->span, "a comprehension without a value", e->type);
  bool isScalar = true;
  for (const Leaf &leaf : leaves(body))
    isScalar &= leaf.rank == 0;
  if (isScalar && kernelCode.holds(e->blocks[0]))
    return generic(at, space, {}, {}, {}, [&](ValueRange) {
      for (auto [v, index] : llvm::zip_equal(e->indexVars, pointIndices(space.size(), at)))
        state.env[v] = fromIndex(index, scalarType(v->type), at);
      return emitBlock(e->blocks[0], body).parts;
    });
  // Calls that are annotated are nodes of their own.
  bool isAnnotated = state.priority || state.retries || !state.callName.empty() || contains(e->blocks[0], [](const Expr *call) {
                       return call->op == Op::Call && llvm::any_of(call->callee->annotations, [](const hir::Annotation &a) { return a.name != "on"; });
                     }, [](const Stmt *) { return false; });
  if (isScalar && state.context == Context::Host && !isAnnotated && effects(e->blocks[0]).assigned.empty())
    return comprehensionOfTasks(e, space);
  return comprehensionLoop(e, space);
}

// One launch over the index space, whose points are tasks.
Val Lowering::comprehensionOfTasks(const Expr *e, ValueRange space) {
  Location at = loc(e->span);
  const Outlined &body = outline(e->blocks[0], e->indexVars, e->blocks[0]->value->type, at);
  Val out = generic(at, space, {}, {}, {}, [&](ValueRange) {
    Values point;
    for (auto [v, index] : llvm::zip_equal(e->indexVars, pointIndices(space.size(), at)))
      point.push_back(fromIndex(index, scalarType(v->type), at));
    return callOutlined(body, point, at).parts;
  });
  Operation *launch = out.parts.empty() ? nullptr : out.parts[0].getDefiningOp();
  if (!launch)
    return unsupported(e->span, "a comprehension without a value", e->type);
  launch->setAttr(task::tasksAttr, builder.getUnitAttr());
  if (mayPrint(e->blocks[0]))
    launch->setAttr("task.prints", builder.getUnitAttr());
  return out;
}

// In order, one after the other; arrays stack. On the host the calls in it are nodes all the same.
Val Lowering::comprehensionLoop(const Expr *e, ValueRange space) {
  Location at = loc(e->span);
  const hir::Type *body = e->blocks[0]->value->type;
  auto types = leaves(e->type);
  auto inner = leaves(body);
  size_t outerRank = space.size();
  Value zeroIndex = constIndex(0, at), one = constIndex(1, at);
  // The result, a variable that the loop carries. Its inner extents are those of the first body.
  const Var *result = freshVar(e->type);
  Val initial;
  for (const Leaf &leaf : types) {
    Values shape(space);
    shape.append(leaf.rank - outerRank, zeroIndex);
    initial.parts.push_back(emptyTensor(shape, scalarType(leaf.element), at));
  }
  state.env[result] = initial;
  Value count = one;
  for (Value n : space)
    count = arith::MulIOp::create(builder, at, count, n);
  VarList vars = assigned(effects(e->blocks[0]));
  vars.push_back(result);
  countedLoop(at, count, vars, [&](Value turn) {
    Values point(outerRank);
    Value rest = turn;
    for (size_t axis = outerRank; axis-- > 0;) {
      point[axis] = axis == 0 ? rest : Value(arith::RemUIOp::create(builder, at, rest, space[axis]));
      if (axis > 0)
        rest = arith::DivUIOp::create(builder, at, rest, space[axis]);
    }
    for (auto [v, index] : llvm::zip_equal(e->indexVars, point))
      state.env[v] = fromIndex(index, scalarType(v->type), at);
    Val value = emitBlock(e->blocks[0], body);
    Val &arrays = state.env[result];
    for (auto [k, leaf] : llvm::enumerate(inner)) {
      Value array = arrays.parts[k], element = value.parts[k];
      uint32_t dropped = (1u << outerRank) - 1;
      if (leaf.rank == 0) {
        if (isFuture(element)) {
          Values ones(outerRank, one);
          array = array::InsertSliceOp::create(builder, at, array.getType(), element, array, point, ones, ones, dropped);
        } else {
          array = array::InsertOp::create(builder, at, array.getType(), element, array, point);
        }
        arrays.parts[k] = array;
        continue;
      }
      Values shape = extents(element, at);
      Value isFirst = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::eq, turn, zeroIndex);
      array = branch(
                  at, isFirst, {},
                  [&] {
                    Values full(space);
                    full.append(shape);
                    return Val(emptyTensor(full, scalarType(leaf.element), at));
                  },
                  [&] { return Val(array); })
                  .parts[0];
      Values starts(point), counts(outerRank, one), steps(outerRank + leaf.rank, one);
      starts.append(leaf.rank, zeroIndex);
      for (int axis = 0; axis < leaf.rank; ++axis)
        counts.push_back(extent(array, int64_t(outerRank) + axis, at));
      // Other extents than the first body's stop here.
      arrays.parts[k] = array::InsertSliceOp::create(builder, at, array.getType(), element, array, starts, counts, steps, dropped);
    }
  });
  return state.env[result];
}

// First which indices the condition takes, then the bodies for just those.
Val Lowering::filteredComprehension(const Expr *e) {
  Location at = loc(e->span);
  if (e->args.size() != 1)
    return unsupported(e->span, "a condition in a comprehension over several variables", e->type);
  Expr condition = *e;
  hir::Type mask;
  mask.kind = TypeKind::Array;
  mask.rank = 1;
  mask.element = boolType;
  ownTypes.push_back(mask);
  condition.type = &ownTypes.back();
  condition.blocks = {e->conditionBlock};
  condition.conditionBlock = nullptr;
  Value taken = maskIndices(emitComprehension(&condition).parts[0], at);
  // The bodies over positions in that list; their variable is looked up in it.
  const Var *list = freshVar(nullptr);
  const Var *position = freshVar(e->indexVars[0]->type);
  hir::Type numbers;
  numbers.kind = TypeKind::Array;
  numbers.rank = 1;
  numbers.element = e->indexVars[0]->type;
  ownTypes.push_back(numbers);
  ownVars.back().type = e->indexVars[0]->type;
  const_cast<Var *>(list)->type = &ownTypes.back();
  state.env[list] = taken;
  // What is said of a block is remembered by its address, so these nodes stay.
  auto node = [&](Op op, const hir::Type *type) {
    ownExprs.push_back(Expr{op, type, e->span});
    return &ownExprs.back();
  };
  Expr *listRead = node(Op::Local, list->type), *positionRead = node(Op::Local, position->type);
  listRead->var = const_cast<Var *>(list);
  positionRead->var = const_cast<Var *>(position);
  Expr *element = node(Op::Element, position->type), *length = node(Op::Extent, position->type);
  element->args = {listRead, positionRead};
  length->args = {listRead};
  ownStmts.push_back(Stmt{hir::StmtKind::Let, e->span});
  Stmt *lookUp = &ownStmts.back();
  lookUp->var = e->indexVars[0];
  lookUp->value = element;
  ownBlocks.push_back(*e->blocks[0]);
  hir::Block *body = &ownBlocks.back();
  body->statements.insert(body->statements.begin(), lookUp);
  Expr bodies = *e;
  bodies.conditionBlock = nullptr;
  bodies.args = {length};
  bodies.indexVars = {const_cast<Var *>(position)};
  bodies.blocks = {body};
  return emitComprehension(&bodies);
}

} // namespace dagger::lower
