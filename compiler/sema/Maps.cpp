// Elementwise code: one Map over arrays that broadcast. A Map that was just made is taken into the one around it, so that
// an expression over arrays is a single pass.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

// In the pure scalar code of a Map: `to` wherever `from` is read.
static void replaceVar(hir::Expr *expr, const hir::Var *from, hir::Var *to) {
  if (!expr)
    return;
  if (expr->op == Op::Local && expr->var == from)
    expr->var = to;
  for (hir::Expr *arg : expr->args)
    replaceVar(arg, from, to);
  for (hir::Block *block : expr->blocks)
    if (block)
      replaceVar(block->value, from, to);
}

// Whether all of it is such code, without statements.
static bool isPlain(const hir::Expr *expr) {
  if (!expr)
    return true;
  for (const hir::Expr *arg : expr->args)
    if (!isPlain(arg))
      return false;
  for (const hir::Block *block : expr->blocks)
    if (block && (!block->statements.empty() || !isPlain(block->value)))
      return false;
  return !expr->lambda && expr->subscripts.empty() && expr->places.empty();
}

Value Checker::elementwise(Span span, const std::vector<Value> &operands, const Build &build) {
  bool anyArray = false;
  for (const Value &operand : operands) {
    if (bad(operand))
      return poison(span);
    anyArray |= operand.type()->isArray();
  }
  if (!anyArray) {
    std::vector<hir::Expr *> args;
    for (const Value &operand : operands)
      args.push_back(operand.expr);
    hir::Expr *expr = build(args);
    return expr ? Value{expr, {}, false} : poison(span);
  }

  bool ok = true;
  Shape shape = broadcast(operands, span, ok);
  if (!ok)
    return poison(span);
  size_t rank = shape.extents.size();

  hir::Lambda *lambda = program->lambda(span);
  std::vector<hir::Expr *> args, bodies;
  std::vector<Shape> argShapes;
  auto addParam = [&](hir::Expr *arg, const Shape &argShape) {
    // One parameter for each variable, however often it is mentioned.
    if (arg->op == Op::Local)
      for (size_t i = 0; i < args.size(); ++i)
        if (args[i]->op == Op::Local && args[i]->var == arg->var)
          return lambda->params[i];
    hir::Var *param = newVar(arg->op == Op::Local ? arg->var->name : "x", elementOf(arg->type), false, arg->span);
    args.push_back(arg);
    argShapes.push_back(argShape);
    lambda->params.push_back(param);
    return param;
  };
  for (const Value &operand : operands) {
    hir::Expr *expr = operand.expr;
    auto fresh = freshMaps.find(expr);
    if (fresh != freshMaps.end()) {
      hir::Expr *inner = expr->lambda->body->value;
      bool plain = isPlain(inner);
      for (size_t i = 0; i < expr->args.size(); ++i) {
        hir::Var *known = nullptr;
        if (plain && expr->args[i]->op == Op::Local)
          for (size_t k = 0; k < args.size() && !known; ++k)
            if (args[k]->op == Op::Local && args[k]->var == expr->args[i]->var)
              known = lambda->params[k];
        if (known) {
          replaceVar(inner, expr->lambda->params[i], known);
          continue;
        }
        args.push_back(expr->args[i]);
        argShapes.push_back(fresh->second[i]);
        lambda->params.push_back(expr->lambda->params[i]);
      }
      bodies.push_back(inner);
      freshMaps.erase(fresh);
    } else if (!operand.type()->isArray() && (expr->op == Op::Const || (expr->op == Op::Local && !expr->var->isMutable))) {
      bodies.push_back(expr);
    } else {
      hir::Var *param = addParam(expr, operand.shape);
      bodies.push_back(readVar(param, {}, expr->span).expr);
    }
  }
  hir::Expr *body = build(bodies);
  if (!body || body->type == errorType)
    return poison(span);
  lambda->body = program->block(span);
  lambda->body->value = body;

  Value result;
  if (!body->type->isElement()) {
    error(3027, span, "a function that maps over arrays gives scalars, tuples or records of scalars, this one gives " + toString(body->type));
    return poison(span);
  }
  if (body->type->isTuple() && body->type->record.empty()) {
    std::vector<const hir::Type *> parts;
    for (const hir::Type *part : body->type->elements) {
      parts.push_back(program->array(part, int(rank)));
      result.shape.elements.push_back(shape);
    }
    result.expr = program->expr(Op::Map, program->tuple(parts), span);
  } else {
    result.expr = program->expr(Op::Map, program->array(body->type, int(rank)), span);
    result.shape = shape;
    freshMaps[result.expr] = argShapes;
  }
  result.expr->args = std::move(args);
  result.expr->lambda = lambda;
  for (const Shape &argShape : argShapes) {
    uint32_t bits = 0;
    size_t own = argShape.extents.size();
    for (size_t axis = 0; axis < own; ++axis)
      if (argShape.extents[axis].isNumber(1) && !shape.extents[rank - own + axis].isNumber(1))
        bits |= 1u << axis;
    result.expr->stretch.push_back(bits);
  }
  return result;
}

hir::Expr *Checker::ifNode(hir::Expr *condition, hir::Expr *then, hir::Expr *otherwise, Span span) {
  hir::Expr *result = node(Op::If, then->type, span, {condition});
  for (hir::Expr *value : {then, otherwise}) {
    hir::Block *block = program->block(value->span);
    block->value = value;
    result->blocks.push_back(block);
  }
  return result;
}

Value Checker::where(const Value &condition, const Value &then, const Value &otherwise, Span span) {
  if (bad(condition) || bad(then) || bad(otherwise))
    return poison(span);
  if (elementOf(condition.type()) != boolType) {
    mismatch(condition.expr->span, boolType, condition.type(), "the first argument of `where` is a condition");
    return poison(span);
  }
  if (elementOf(then.type()) != elementOf(otherwise.type())) {
    mismatch(otherwise.expr->span, elementOf(then.type()), elementOf(otherwise.type()), "both values of `where` have one type");
    return poison(span);
  }
  return elementwise(span, {condition, then, otherwise}, [&](const std::vector<hir::Expr *> &a) { return ifNode(a[0], a[1], a[2], span); });
}

} // namespace dagger::sema
