// Extents: what is known about them before the program runs, and where they must agree.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

std::string toString(const Extent &extent) {
  if (extent.kind == Extent::Number)
    return std::to_string(extent.number);
  if (extent.kind == Extent::Unknown)
    return "_";
  std::string name = extent.var->name;
  if (extent.axis >= 0)
    name = "the extent of `" + name + "` along axis " + std::to_string(extent.axis);
  if (extent.number > 0)
    return name + " + " + std::to_string(extent.number);
  if (extent.number < 0)
    return name + " - " + std::to_string(0 - uint64_t(extent.number));
  return name;
}

std::optional<int64_t> Checker::foldInteger(const hir::Expr *expr) const {
  if (expr->type->kind != hir::TypeKind::Int)
    return std::nullopt;
  if (expr->op == Op::Const)
    return expr->intValue;
  if (expr->op == Op::Local) {
    auto it = aliases.find(expr->var);
    if (it != aliases.end() && it->second.kind == Extent::Number)
      return it->second.number;
    return std::nullopt;
  }
  if (expr->op == Op::Extent) {
    auto it = exprExtents.find(expr);
    if (it != exprExtents.end() && it->second.kind == Extent::Number)
      return it->second.number;
    return std::nullopt;
  }
  if (expr->args.empty() || expr->args.size() > 2)
    return std::nullopt;
  auto a = foldInteger(expr->args[0]);
  if (!a)
    return std::nullopt;
  if (expr->op == Op::Neg)
    return int64_t(0 - uint64_t(*a));
  if (expr->args.size() < 2)
    return std::nullopt;
  auto b = foldInteger(expr->args[1]);
  if (!b)
    return std::nullopt;
  int64_t result = 0;
  switch (expr->op) {
  case Op::Add: return __builtin_add_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
  case Op::Sub: return __builtin_sub_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
  case Op::Mul: return __builtin_mul_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
  case Op::FloorDiv:
    if (*b <= 0)
      return std::nullopt;
    return *a / *b - (*a % *b < 0);
  case Op::Mod:
    if (*b <= 0)
      return std::nullopt;
    return *a % *b + (*a % *b < 0 ? *b : 0);
  case Op::Shl: return *b < 0 || *b > 62 || *a < 0 || *a > (INT64_MAX >> *b) ? std::nullopt : std::optional(*a << *b);
  case Op::Pow:
    result = 1;
    if (*b < 0 || *b > 64)
      return std::nullopt;
    for (int64_t i = 0; i < *b; ++i)
      if (__builtin_mul_overflow(result, *a, &result))
        return std::nullopt;
    return result;
  default: return std::nullopt;
  }
}

Extent Checker::extentOf(const hir::Expr *expr) const {
  if (expr->type->kind != hir::TypeKind::Int)
    return {};
  if (auto number = foldInteger(expr))
    return Extent::of(*number);
  if (expr->op == Op::Local && !expr->var->isMutable) {
    auto it = aliases.find(expr->var);
    return it != aliases.end() ? it->second : Extent::symbol(expr->var);
  }
  if (expr->op == Op::Extent) {
    auto it = exprExtents.find(expr);
    return it != exprExtents.end() ? it->second : Extent();
  }
  if (expr->op == Op::Add || expr->op == Op::Sub) {
    Extent a = extentOf(expr->args[0]), b = extentOf(expr->args[1]);
    if (expr->op == Op::Add && a.kind == Extent::Number)
      std::swap(a, b);
    if (a.kind == Extent::Symbol && b.kind == Extent::Number) {
      bool overflow = expr->op == Op::Add ? __builtin_add_overflow(a.number, b.number, &a.number)
                                          : __builtin_sub_overflow(a.number, b.number, &a.number);
      return overflow ? Extent() : a;
    }
    if (expr->op == Op::Sub && a.comparable(b)) {
      int64_t difference;
      return __builtin_sub_overflow(a.number, b.number, &difference) ? Extent() : Extent::of(difference);
    }
  }
  return {};
}

Value Checker::extent(const Value &array, int axis, Span span) {
  Extent known = size_t(axis) < array.shape.extents.size() ? array.shape.extents[size_t(axis)] : Extent();
  if (known.kind == Extent::Number)
    return integer(known.number, span);
  Value result = make(Op::Extent, i64, span, {array.expr});
  result.expr->intValue = axis;
  if (known.kind != Extent::Unknown)
    exprExtents[result.expr] = known;
  return result;
}

Shape Checker::unknownShape(const hir::Type *type) {
  Shape shape;
  if (type->isArray())
    shape.extents.resize(size_t(type->rank));
  return shape;
}

// The extents of an immutable variable are its own symbols.
Shape Checker::varShape(const hir::Var *var, const hir::Type *type) {
  Shape shape;
  if (type->isArray())
    for (int axis = 0; axis < type->rank; ++axis)
      shape.extents.push_back(Extent::symbol(var, axis));
  return shape;
}

Shape Checker::join(const Shape &a, const Shape &b) {
  Shape result;
  for (size_t i = 0; i < a.extents.size() && i < b.extents.size(); ++i)
    result.extents.push_back(equal(a.extents[i], b.extents[i]) ? a.extents[i] : Extent());
  for (size_t i = 0; i < a.elements.size() && i < b.elements.size(); ++i)
    result.elements.push_back(join(a.elements[i], b.elements[i]));
  return result;
}

Shape Checker::broadcast(const std::vector<Value> &values, Span span, bool &ok) {
  size_t rank = 0;
  for (const Value &v : values)
    if (v.type()->isArray())
      rank = std::max(rank, size_t(v.type()->rank));
  Shape result;
  result.extents.resize(rank);
  for (size_t axis = 0; axis < rank; ++axis) {
    Extent best = Extent::of(1);
    const Value *from = nullptr;
    for (const Value &v : values) {
      size_t own = v.type()->isArray() ? size_t(v.type()->rank) : 0;
      if (own + axis < rank)
        continue;
      size_t ownAxis = own + axis - rank;
      Extent e = ownAxis < v.shape.extents.size() ? v.shape.extents[ownAxis] : Extent();
      if (e.isNumber(1))
        continue;
      if (from && differ(best, e)) {
        Diagnostic &d = error(4001, span, "the extents differ: " + toString(best) + " and " + toString(e) + " along axis " + std::to_string(axis));
        d.notes.push_back({from->expr->span, "this has extent " + toString(best)});
        d.notes.push_back({v.expr->span, "this has extent " + toString(e)});
        d.help = "axes align from the last; one stretches only where its extent is 1";
        ok = false;
        return result;
      }
      if (!from || best.kind == Extent::Unknown || (best.kind == Extent::Symbol && e.kind == Extent::Number)) {
        best = e;
        from = &v;
      }
    }
    result.extents[axis] = best;
  }
  return result;
}

// Collects what each extent name of a parameter's type stands for, and reports those that provably disagree.
void Checker::bindExtents(const ast::TypeExpr *type, const Shape &shape, ExtentBindings &bindings, Span span, const std::string &what, int code) {
  if (!type)
    return;
  if (type->kind == ast::TypeExpr::Tuple) {
    for (size_t i = 0; i < type->args.size(); ++i)
      bindExtents(type->args[i], shape.element(i), bindings, span, what + "." + std::to_string(i), code);
    return;
  }
  if (type->kind != ast::TypeExpr::Array)
    return;
  for (size_t axis = 0; axis < type->extents.size() && axis < shape.extents.size(); ++axis) {
    const ast::Extent &declared = type->extents[axis];
    const Extent &actual = shape.extents[axis];
    if (declared.kind == ast::Extent::Any)
      continue;
    std::string place = what + " along axis " + std::to_string(axis);
    if (declared.kind == ast::Extent::Number) {
      if (differ(Extent::of(declared.number), actual))
        error(code, span, "the extents differ: " + what + " must have extent " + std::to_string(declared.number) + " along axis " + std::to_string(axis) + ", this has " + toString(actual));
      continue;
    }
    auto [it, isNew] = bindings.emplace(declared.name, ExtentBinding{actual, span, place});
    if (isNew)
      continue;
    if (differ(it->second.extent, actual)) {
      Diagnostic &d = error(code, span, "the extents differ: `" + declared.name + "` is " + toString(it->second.extent) + " from " + it->second.what + ", and " + toString(actual) + " from " + place);
      d.notes.push_back({it->second.span, "`" + declared.name + "` is " + toString(it->second.extent) + " here"});
    } else if (it->second.extent.kind == Extent::Unknown) {
      it->second.extent = actual;
    }
  }
}

Shape Checker::shapeFrom(const ast::TypeExpr *type, const hir::Type *actual, const ExtentBindings &bindings) {
  Shape shape;
  if (actual->isArray()) {
    shape.extents.resize(size_t(actual->rank));
    if (type && type->kind == ast::TypeExpr::Array)
      for (size_t axis = 0; axis < shape.extents.size() && axis < type->extents.size(); ++axis) {
        const ast::Extent &declared = type->extents[axis];
        if (declared.kind == ast::Extent::Number)
          shape.extents[axis] = Extent::of(declared.number);
        else if (declared.kind == ast::Extent::Named)
          if (auto it = bindings.find(declared.name); it != bindings.end())
            shape.extents[axis] = it->second.extent;
      }
  } else if (actual->isTuple()) {
    for (size_t i = 0; i < actual->elements.size(); ++i)
      shape.elements.push_back(shapeFrom(type && type->kind == ast::TypeExpr::Tuple && i < type->args.size() ? type->args[i] : nullptr, actual->elements[i], bindings));
  }
  return shape;
}

// An extent of a type inside a body: its names are integers in sight.
Extent Checker::localExtent(const ast::Extent &extent) {
  if (extent.kind == ast::Extent::Number)
    return Extent::of(extent.number);
  if (extent.kind == ast::Extent::Any)
    return {};
  if (Local *known = lookup(extent.name))
    if (known->var && isInteger(known->var->type))
      return extentOf(local(*known, extent.span).expr);
  if (state->module->decls.count(extent.name)) {
    const ast::Decl *decl = state->module->decls.at(extent.name);
    if (decl->kind == ast::DeclKind::Const) {
      Value value = constantNamed(*state->module, *static_cast<const ast::ConstDecl *>(decl), extent.span, i64);
      if (!bad(value))
        return extentOf(value.expr);
      return {};
    }
  }
  Diagnostic &d = error(4005, extent.span, "extent `" + extent.name + "` is no integer in sight here");
  d.help = "write `_` for any extent";
  return {};
}

// Compares a value's extents with a written type, now where both are known, else when the program runs.
Value Checker::checkShape(Value value, const ast::TypeExpr *type, const std::string &what) {
  if (!type || bad(value))
    return value;
  if (type->kind == ast::TypeExpr::Tuple && value.type()->isTuple()) {
    bool any = false;
    for (size_t i = 0; i < type->args.size(); ++i)
      any |= type->args[i]->kind == ast::TypeExpr::Array;
    if (!any)
      return value;
    value = once(value, "parts");
    for (size_t i = 0; i < type->args.size() && i < value.type()->elements.size(); ++i)
      checkShape(field(value, int(i), value.expr->span), type->args[i], what + "." + std::to_string(i));
    return value;
  }
  if (type->kind != ast::TypeExpr::Array || !value.type()->isArray())
    return value;
  bool isOnce = false;
  for (size_t axis = 0; axis < type->extents.size() && axis < value.shape.extents.size(); ++axis) {
    if (type->extents[axis].kind == ast::Extent::Any)
      continue;
    Extent wanted = localExtent(type->extents[axis]);
    Extent found = value.shape.extents[axis];
    if (differ(wanted, found)) {
      error(4001, value.expr->span, "the extents differ: " + what + " must have extent " + toString(wanted) + " along axis " + std::to_string(axis) + ", this has " + toString(found));
      return poison(value.expr->span);
    }
    if (!equal(wanted, found)) {
      Span span = value.expr->span;
      if (!isOnce) {
        value = once(value, "result");
        isOnce = true;
      }
      Value expected;
      if (wanted.kind == Extent::Number)
        expected = integer(wanted.number, span);
      else if (Local *known = lookup(type->extents[axis].name); known && known->var) {
        expected = local(*known, span);
        if (expected.type() != i64)
          expected = convertScalar(expected, i64, span);
      } else
        continue;
      Value actual = make(Op::Extent, i64, span, {value.expr});
      actual.expr->intValue = int64_t(axis);
      hir::Stmt *stmt = emit(hir::StmtKind::CheckExtent, span);
      stmt->value = actual.expr;
      stmt->high = expected.expr;
      stmt->text = "extent " + std::to_string(axis) + " of " + what + " must be " + (wanted.kind == Extent::Number ? toString(wanted) : "`" + type->extents[axis].name + "`");
    }
    if (wanted.kind != Extent::Unknown)
      value.shape.extents[axis] = wanted;
  }
  return value;
}

} // namespace dagger::sema
