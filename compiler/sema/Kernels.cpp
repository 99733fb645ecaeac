// Data-parallel code: the point form, written inline or as a declaration, and the group form.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::Outside;

bool Checker::parseOutside(const ast::Expr *expr, Outside &outside, Value &value) {
  if (expr->kind == ast::ExprKind::Name) {
    const std::string &name = static_cast<const ast::NameExpr *>(expr)->name;
    if (!lookup(name)) {
      outside = name == "clamp" ? Outside::Clamp : name == "wrap" ? Outside::Wrap : name == "reflect" ? Outside::Reflect : Outside::None;
      if (outside != Outside::None)
        return true;
    }
  }
  outside = Outside::Value;
  return false;
}

// The value that stands for what is outside where elements of this type are read, none if there is no such value.
hir::Expr *Checker::outsideFor(KernelFrame &frame, const hir::Type *type) {
  if (frame.outsideType == type)
    return frame.outsideValue;
  if (!frame.outsideLiteral || !isNumber(type) || !isLiteral(frame.outsideLiteral))
    return nullptr;
  if (isInteger(type) && naturalType(frame.outsideLiteral) == f64)
    return nullptr;
  Value value = check(frame.outsideLiteral, type);
  if (!frame.outsideType) {
    frame.outsideType = type;
    frame.outsideValue = value.expr;
  }
  return value.expr;
}

Value Checker::at(Span span, const std::vector<ast::Name> &indices, std::vector<Value> extents, const ast::Expr *outside, const std::function<Value(const hir::Type *)> &body, const hir::Type *elementHint) {
  KernelFrame frame;
  frame.parent = state->kernel;
  frame.hint = elementHint;
  Shape shape;
  bool ok = true;
  if (indices.size() != extents.size()) {
    error(4002, span, "the number of indices is the number of extents: " + std::to_string(indices.size()) + " against " + std::to_string(extents.size()));
    ok = false;
  }
  std::vector<hir::Expr *> args;
  for (size_t i = 0; i < indices.size(); ++i) {
    Extent known = i < extents.size() && !bad(extents[i]) ? extentOf(extents[i].expr) : Extent();
    if (i < extents.size()) {
      ok &= !bad(extents[i]);
      args.push_back(extents[i].expr);
      if (known.kind == Extent::Number && known.number < 0) {
        error(4008, extents[i].expr->span, "an extent cannot be " + std::to_string(known.number));
        ok = false;
      }
    }
    frame.indexVars.push_back(newVar(indices[i].text, i64, false, indices[i].span));
    frame.extents.push_back(known);
    shape.extents.push_back(known);
  }
  if (indices.size() > 8) {
    error(4002, span, "the rank of an array is 1 to 8, not " + std::to_string(indices.size()));
    ok = false;
  }
  Value outsideValue;
  auto checkOutside = [&] {
    outsideValue = check(outside, elementHint);
    if (bad(outsideValue))
      ok = false;
    else if (!outsideValue.type()->isScalar()) {
      error(3001, outside->span, "what is read outside is a scalar, `clamp`, `wrap` or `reflect`; this is " + toString(outsideValue.type()));
      ok = false;
    } else {
      outsideValue = once(outsideValue, "outside");
    }
    frame.outsideType = outsideValue.type();
    frame.outsideValue = outsideValue.expr;
  };
  if (outside && !parseOutside(outside, frame.outside, outsideValue)) {
    if (isLiteral(outside))
      frame.outsideLiteral = outside;
    else
      checkOutside();
  }
  Context savedContext = state->context;
  bool savedInKernel = state->inKernel;
  int savedLoops = state->loops;
  state->context = Context::Kernel;
  state->inKernel = true;
  state->loops = 0;
  state->kernel = &frame;
  Nested nested = inBlock(span, [&] {
    ScopeGuard guard(*this, Boundary::Kernel);
    for (size_t i = 0; i < indices.size(); ++i) {
      Local local;
      local.var = frame.indexVars[i];
      local.why = Why::Index;
      bind(indices[i].text, local, indices[i].span);
    }
    return body(elementHint);
  });
  state->kernel = frame.parent;
  state->context = savedContext;
  state->inKernel = savedInKernel;
  state->loops = savedLoops;
  if (frame.outsideLiteral && !frame.outsideType)
    checkOutside(); // nothing is read under it
  if (!ok || bad(nested.value))
    return poison(span);
  if (nested.value.diverges) {
    if (!diagnostics->hasErrors())
      error(3013, span, "nothing comes out of this kernel's body");
    return poison(span);
  }
  const hir::Type *element = nested.value.type();
  if (!element->isElement()) {
    Diagnostic &d = error(3027, nested.value.expr->span, "a kernel gives one element at each point, this is " + toString(element));
    if (element->isArray())
      d.help = "reduce it, or add its axes to the kernel's indices";
    return poison(span);
  }
  Value result = make(Op::At, program->array(element, int(indices.size())), span, args, shape);
  result.expr->indexVars = frame.indexVars;
  result.expr->blocks = {nested.block};
  result.expr->outside = frame.outside;
  result.expr->outsideValue = frame.outsideValue;
  return result;
}

Value Checker::inlineKernel(const ast::InlineKernel &expr, const hir::Type *hint) {
  std::vector<Value> extents;
  for (const ast::Expr *extent : expr.extents) {
    Value value = check(extent, i64);
    if (!bad(value) && !isInteger(value.type())) {
      mismatch(extent->span, i64, value.type(), "an extent is an integer");
      value = poison(extent->span);
    }
    extents.push_back(bad(value) ? value : convertScalar(value, i64, extent->span));
  }
  return at(expr.span, expr.indices, extents, expr.outside, [&](const hir::Type *elementHint) { return check(expr.body, elementHint); }, hint ? elementOf(hint) : nullptr);
}

// A declared point kernel is a function whose body is one `at` over the extents of its result.
void Checker::elaboratePointKernel(const FunctionInfo &info, hir::Block *block) {
  const ast::FunctionDecl &decl = *info.function;
  if (bad(state->result))
    return;
  const ast::TypeExpr *arrayExpr = decl.result;
  bool isTuple = arrayExpr && arrayExpr->kind == ast::TypeExpr::Tuple && !arrayExpr->args.empty();
  const hir::Type *arrayType = isTuple ? state->result->elements[0] : state->result;
  if (isTuple)
    arrayExpr = arrayExpr->args[0];
  if (!arrayExpr || arrayExpr->kind != ast::TypeExpr::Array || !arrayType->isArray()) {
    error(5018, decl.result ? decl.result->span : decl.name.span, "a point kernel gives an array").help = "a kernel with `group` gives nothing and writes its `inout` arrays";
    return;
  }
  for (const ast::Param &param : decl.params)
    if (param.isInout)
      error(5018, param.span.valid() ? param.span : param.name.span, "a point kernel has no `inout` parameter: its value is its result").help = "a kernel with `group` writes `inout` arrays";
  if (decl.at.indices.size() != arrayExpr->extents.size()) {
    error(4002, decl.at.span, "the number of indices is the rank of the result: expected " + std::to_string(arrayExpr->extents.size()) + ", found " + std::to_string(decl.at.indices.size()));
    return;
  }
  const hir::Type *element = arrayType->element;
  if (isTuple) {
    std::vector<const hir::Type *> parts;
    for (const hir::Type *part : state->result->elements) {
      if (!part->isArray() || part->rank != arrayType->rank || !part->element->isScalar()) {
        error(5018, decl.result->span, "the arrays that a kernel gives have one rank, and elements that are scalars");
        return;
      }
      parts.push_back(part->element);
    }
    element = program->tuple(parts);
  }
  std::vector<Value> extents;
  for (const ast::Extent &extent : arrayExpr->extents) {
    Span span = extent.span.valid() ? extent.span : arrayExpr->span;
    if (extent.kind == ast::Extent::Number) {
      extents.push_back(integer(extent.number, span));
      continue;
    }
    Local *known = extent.kind == ast::Extent::Named ? lookup(extent.name) : nullptr;
    if (known && known->var && isInteger(known->var->type)) {
      extents.push_back(convertScalar(local(*known, span), i64, span));
      continue;
    }
    Extent found = extent.kind == ast::Extent::Named ? localExtent(extent) : Extent();
    if (found.kind == Extent::Number) {
      extents.push_back(integer(found.number, span));
      continue;
    }
    if (extent.kind == ast::Extent::Any)
      error(4005, span, "a point kernel runs over the extents of its result: they are numbers or names from its parameters");
    return;
  }
  // A result in several arrays is computed as one array of tuples.
  ast::Block *body = decl.body;
  Value result = at(info.decl->span, decl.at.indices, extents, decl.at.outside, [&](const hir::Type *hint) {
    BlockResult inner = statements(*body, true, hint);
    if (!inner.hasValue) {
      if (!inner.diverges)
        error(3013, body->span, "the body of a kernel ends with the value at its point");
      return poison(body->span);
    }
    return expect(inner.value, element, "the element at each point");
  }, element);
  if (bad(result))
    return;
  if (isTuple) {
    Value points = once(result, "points");
    Value parts = make(Op::Tuple, state->result, info.decl->span);
    for (size_t i = 0; i < element->elements.size(); ++i)
      parts.expr->args.push_back(field(points, int(i), info.decl->span).expr);
    block->value = parts.expr;
    return;
  }
  block->value = result.expr;
}

void Checker::elaborateGroupKernel(const FunctionInfo &info, hir::Block *block) {
  const ast::FunctionDecl &decl = *info.function;
  hir::Function *function = state->function;
  if (state->result != voidType && !bad(state->result))
    error(5018, decl.result->span, "a kernel with `group` gives nothing: it writes its `inout` arrays");
  if (decl.at.outside)
    error(5014, decl.at.outside->span, "`outside` belongs to the point form");
  const ast::Param *space = nullptr;
  for (size_t i = 0; i < decl.params.size() && !space; ++i)
    if (decl.params[i].type && decl.params[i].type->kind == ast::TypeExpr::Array)
      space = &decl.params[i];
  if (!space)
    error(5018, decl.name.span, "a kernel with `group` runs over its first array parameter: it needs one");
  else if (space->type->extents.size() != decl.at.indices.size())
    error(4002, decl.at.span, "the number of indices is the rank of `" + space->name.text + "`: expected " + std::to_string(space->type->extents.size()) + ", found " + std::to_string(decl.at.indices.size()));
  if (decl.at.group.size() != decl.at.indices.size())
    error(4002, decl.at.span, "a group has as many extents as there are indices");
  for (const ast::Expr *extent : decl.at.group) {
    Value value = check(extent, i64);
    if (bad(value))
      continue;
    auto constant = foldInteger(value.expr);
    if (!constant || *constant < 1 || *constant > 65536)
      error(3021, extent->span, "the extents of a group are constants from 1 to 65,536");
    else
      function->groupShape.push_back(integer(*constant, extent->span).expr);
  }
  int64_t lanes = 1;
  for (const hir::Expr *extent : function->groupShape)
    lanes *= extent->intValue;
  if (lanes > 65536)
    error(3021, decl.at.span, "a group has at most 65,536 lanes, not " + std::to_string(lanes));
  ScopeGuard guard(*this);
  for (const ast::Name &index : decl.at.indices) {
    hir::Var *var = newVar(index.text, i64, false, index.span);
    function->indexVars.push_back(var);
    state->divergent.insert(var);
    Local local;
    local.var = var;
    local.why = Why::Index;
    bind(index.text, local, index.span);
  }
  function->lane = newVar("lane", i64, false, decl.at.span);
  state->divergent.insert(function->lane);
  Local lane;
  lane.var = function->lane;
  lane.why = Why::Lane;
  bind("lane", lane, decl.at.span);
  if (decl.body) {
    ScopeGuard inner(*this);
    state->groupBody = state->sink;
    statements(*decl.body, false, nullptr);
  }
}

// Whether lanes of one group may see different values: what comes from the point, the lane, or data.
bool Checker::isDivergent(const hir::Expr *expr) const {
  if (!expr)
    return false;
  switch (expr->op) {
  case Op::Local: return state->divergent.count(expr->var) || (expr->var->isMutable && expr->var->type->isArray());
  case Op::Element:
  case Op::OffsetRead:
  case Op::Slice:
  case Op::Reduce:
  case Op::Library: return true;
  default: break;
  }
  for (const hir::Expr *arg : expr->args)
    if (isDivergent(arg))
      return true;
  for (const hir::Block *block : expr->blocks)
    if (block && (!block->statements.empty() || isDivergent(block->value)))
      return true;
  return false;
}

static constexpr int64_t mostShared = 1 << 20;

void Checker::shared(const ast::SharedStmt &stmt) {
  if (state->context != Context::Group) {
    error(5014, stmt.span, "`shared` memory belongs to a kernel with `group`");
    return;
  }
  const hir::Type *type = resolve(stmt.type);
  if (bad(type))
    return;
  if (!type->isArray() || !type->element->isScalar() || type->element == strType) {
    error(3001, stmt.type->span, "shared memory is an array of scalars, this is " + toString(type));
    return;
  }
  if (state->isDivergent || state->loops || state->sink != state->groupBody)
    error(5014, stmt.span, "`shared` memory is declared at the top of the kernel");
  Shape shape;
  hir::Stmt *result = program->stmt(hir::StmtKind::Shared, stmt.span);
  for (const ast::Extent &extent : stmt.type->extents) {
    Extent known = localExtent(extent);
    if (known.kind != Extent::Number || known.number < 1) {
      error(3021, extent.span.valid() ? extent.span : stmt.type->span, "the extents of shared memory are constants");
      return;
    }
    shape.extents.push_back(known);
    result->args.push_back(integer(known.number, extent.span).expr);
  }
  int64_t bytes = std::max(type->element->width / 8, 1);
  for (const Extent &extent : shape.extents)
    bytes = std::min<int64_t>(bytes, mostShared + 1) * std::min<int64_t>(extent.number, mostShared + 1);
  if ((state->sharedBytes += std::min<int64_t>(bytes, mostShared + 1)) > mostShared)
    error(3021, stmt.span, "the `shared` memory of a kernel is at most 1 MiB");
  state->sink->push_back(result);
  result->var = newVar(stmt.name.text, type, true, stmt.name.span);
  Local local;
  local.var = result->var;
  local.shape = shape;
  local.why = Why::Var;
  bind(stmt.name.text, local, stmt.name.span);
}

void Checker::atomic(const ast::AtomicStmt &stmt) {
  if (state->context != Context::Group) {
    check(stmt.value);
    error(5014, stmt.span, "`atomic` belongs to a kernel with `group`");
    return;
  }
  hir::Place target;
  Shape shape;
  if (!place(stmt.place, target, shape, false)) {
    check(stmt.value);
    return;
  }
  Value value = check(stmt.value, target.type);
  if (bad(value))
    return;
  if (!isInteger(target.type)) {
    Diagnostic &d = error(5009, stmt.place->span, "`atomic` takes integers, this is " + toString(target.type));
    if (isFloat(elementOf(target.type)))
      d.notes.push_back({{}, "the order of additions of floating-point numbers would show"});
    return;
  }
  value = expect(value, target.type, "what `atomic` adds has the type of the place");
  if (bad(value))
    return;
  static const std::map<std::string, Op> ops = {{"+=", Op::Add}, {"-=", Op::Add}, {"&=", Op::BitAnd}, {"|=", Op::BitOr}, {"^=", Op::BitXor}};
  auto op = ops.find(stmt.op);
  if (op == ops.end()) {
    error(5009, stmt.span, "`atomic` takes `+=`, `-=`, `&=`, `|=` and `^=`, not `" + stmt.op + "`");
    return;
  }
  if (stmt.op == "-=")
    value = make(Op::Neg, value.type(), value.expr->span, {value.expr});
  hir::Stmt *result = emit(hir::StmtKind::Atomic, stmt.span);
  result->place = target;
  result->value = value.expr;
  result->op = op->second;
  state->divergent.insert(target.root);
}

void Checker::barrier(const ast::Stmt &stmt) {
  if (state->context != Context::Group) {
    error(5014, stmt.span, "`barrier` belongs to a kernel with `group`");
    return;
  }
  if (state->isDivergent)
    error(5008, stmt.span, "a `barrier` stands under a condition that may differ between the lanes of a group").help = "move it out, so that all lanes reach it";
  state->loopBarriers.push_back(stmt.span);
  emit(hir::StmtKind::Barrier, stmt.span);
}

} // namespace dagger::sema
