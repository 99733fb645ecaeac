// Operators: their types, and which products are fused with a sum.
#include "compiler/sema/Checker.h"
#include <cmath>
#include <utility>

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

static bool isProduct(const ast::Expr *expr) { return expr->kind == ast::ExprKind::Binary && static_cast<const ast::Binary *>(expr)->op == "*"; }

Value Checker::unary(const ast::Unary &expr, const hir::Type *hint) {
  if (expr.op == "-" && expr.operand->kind == ast::ExprKind::Integer)
    return integerLiteral(*static_cast<const ast::IntegerLit *>(expr.operand), hint, true, expr.span);
  if (expr.op == "-" && expr.operand->kind == ast::ExprKind::Float)
    return floatLiteral(*static_cast<const ast::FloatLit *>(expr.operand), hint, true, expr.span);
  Value operand = check(expr.operand, expr.op == "not" ? boolType : hint);
  if (bad(operand))
    return poison(expr.span);
  const hir::Type *element = elementOf(operand.type());
  if (expr.op == "not") {
    if (element != boolType) {
      mismatch(operand.expr->span, boolType, operand.type(), "`not` takes a bool");
      return poison(expr.span);
    }
    return elementwise(expr.span, {operand}, [&](const auto &a) { return node(Op::Not, boolType, expr.span, {a[0]}); });
  }
  bool ok = expr.op == "-" ? isNumber(element) : isInteger(element);
  if (!ok) {
    error(3003, expr.span, "unary `" + expr.op + "` is not defined for " + toString(operand.type()));
    return poison(expr.span);
  }
  Op op = expr.op == "-" ? Op::Neg : Op::BitNot;
  return elementwise(expr.span, {operand}, [&](const auto &a) { return node(op, element, expr.span, {a[0]}); });
}

// Both operands; the one that is no literal goes first and tells the other its type.
std::pair<Value, Value> Checker::operands(const ast::Expr *lhs, const ast::Expr *rhs, const hir::Type *hint, bool isDivision) {
  if (hint && !isNumber(elementOf(hint)))
    hint = nullptr;
  bool left = isFlexible(lhs), right = isFlexible(rhs);
  if (left && right) {
    const hir::Type *natural = naturalType(lhs) == f64 || naturalType(rhs) == f64 || isDivision ? f64 : i64;
    const hir::Type *wanted = natural;
    if (hint && (natural == i64 || !isInteger(elementOf(hint))))
      wanted = elementOf(hint);
    Value l = check(lhs, wanted);
    return {l, check(rhs, wanted)};
  }
  auto typeFor = [&](const Value &known) -> const hir::Type * {
    const hir::Type *element = elementOf(known.type());
    if (bad(known))
      return hint;
    if (isDivision && isInteger(element))
      return f64;
    return element;
  };
  if (left) {
    Value r = check(rhs, hint);
    return {check(lhs, typeFor(r)), r};
  }
  Value l = check(lhs, hint);
  return {l, right ? check(rhs, typeFor(l)) : check(rhs, hint)};
}

bool Checker::sameOperands(Value &lhs, Value &rhs, Span opSpan, const std::string &op) {
  if (bad(lhs) || bad(rhs))
    return false;
  const hir::Type *l = elementOf(lhs.type()), *r = elementOf(rhs.type());
  if (l == r)
    return true;
  if (lhs.type() == voidType || rhs.type() == voidType) {
    error(3024, (lhs.type() == voidType ? lhs : rhs).expr->span, "this has no value");
    return false;
  }
  Diagnostic &d = error(3002, opSpan, "`" + op + "` has " + toString(lhs.type()) + " on its left and " + toString(rhs.type()) + " on its right");
  d.notes.push_back({lhs.expr->span, toString(lhs.type())});
  d.notes.push_back({rhs.expr->span, toString(rhs.type())});
  auto number = [&](const hir::Type *t) { return isNumber(t) || t == boolType; };
  if (number(l) && number(r)) {
    // The wider one is what is usually meant; a float against an integer is converted to the float.
    auto weight = [](const hir::Type *t) { return int(t->kind) * 1000 + t->width; };
    bool convertsRight = weight(l) >= weight(r);
    d.help = "convert one of them: " + toString(convertsRight ? l : r) + "(" + quote((convertsRight ? rhs : lhs).expr->span) + ")";
  } else if (op == "+" && (l == strType || r == strType)) {
    d.help = "convert the other to text with str(…), or write \"{…}\"";
  } else if ((op == "+" || op == "-") && l->kind == TypeKind::Date && isInteger(r)) {
    d.help = "write " + op + " days(…) or " + op + " months(…)";
  }
  return false;
}

Value Checker::arithmetic(const std::string &op, Value lhs, Value rhs, Span span, Span opSpan, bool lhsProduct, bool rhsProduct) {
  if (op == "@")
    return matrixProduct(lhs, rhs, span);
  if (bad(lhs) || bad(rhs))
    return poison(span);
  if (auto date = dateArithmetic(op, lhs, rhs, span))
    return *date;
  const hir::Type *l = elementOf(lhs.type()), *r = elementOf(rhs.type());
  if (op == "/" && isInteger(l))
    lhs = convert(lhs, f64, lhs.expr->span);
  if (op == "/" && isInteger(r))
    rhs = convert(rhs, f64, rhs.expr->span);
  if (!sameOperands(lhs, rhs, opSpan, op))
    return poison(span);
  const hir::Type *type = elementOf(lhs.type());
  if (type == strType && op == "+")
    return elementwise(span, {lhs, rhs}, [&](const auto &a) {
      hir::Expr *e = node(Op::Library, strType, span, {a[0], a[1]});
      e->text = "str.concat";
      return e;
    });
  static const std::map<std::string, std::pair<Op, int>> ops = { // 0: numbers, 1: integers and floats, 2: integers
      {"+", {Op::Add, 0}}, {"-", {Op::Sub, 0}}, {"*", {Op::Mul, 0}}, {"/", {Op::Div, 0}}, {"**", {Op::Pow, 0}}, {"//", {Op::FloorDiv, 1}}, {"%", {Op::Mod, 1}},
      {"&", {Op::BitAnd, 2}}, {"|", {Op::BitOr, 2}}, {"^", {Op::BitXor, 2}}, {"<<", {Op::Shl, 2}}, {">>", {Op::Shr, 2}}};
  auto it = ops.find(op);
  bool ok = it != ops.end() && isNumber(type) && (it->second.second < 1 || type->kind != TypeKind::Complex) && (it->second.second < 2 || isInteger(type));
  if (!ok) {
    Diagnostic &d = error(3003, opSpan, "`" + op + "` is not defined for " + toString(lhs.type()));
    if (type == boolType && (op == "&" || op == "|"))
      d.help = op == "&" ? "write `and`" : "write `or`";
    else if (type->isTuple())
      d.help = "take its elements: t.0";
    return poison(span);
  }
  Op code = it->second.first;
  if (type->kind == TypeKind::Float && (code == Op::Add || code == Op::Sub) && (lhsProduct || rhsProduct)) {
    // a * b ± c and c ± a * b are one operation; of two products the left one is fused.
    bool left = lhsProduct;
    Value &product = left ? lhs : rhs, &other = left ? rhs : lhs;
    auto fused = [&](hir::Expr *a, hir::Expr *b, hir::Expr *c) {
      if (code == Op::Sub)
        (left ? c : a) = node(Op::Neg, type, span, {left ? c : a});
      return node(Op::Fma, type, span, {a, b, c});
    };
    if (product.expr->op == Op::Mul && other.type()->isArray())
      return elementwise(span, {{product.expr->args[0], {}, false}, {product.expr->args[1], {}, false}, other}, [&](const auto &a) { return fused(a[0], a[1], a[2]); });
    return elementwise(span, {product, other}, [&](const auto &a) {
      if (a[0]->op == Op::Mul)
        return fused(a[0]->args[0], a[0]->args[1], a[1]);
      return left ? node(code, type, span, {a[0], a[1]}) : node(code, type, span, {a[1], a[0]});
    });
  }
  return elementwise(span, {lhs, rhs}, [&](const auto &a) { return node(code, type, span, {a[0], a[1]}); });
}

Value Checker::compare(const std::string &op, const Value &lhs, Value rhs, Span span) {
  static const std::map<std::string, Op> ops = {{"==", Op::Eq}, {"!=", Op::Ne}, {"<", Op::Lt}, {"<=", Op::Le}, {">", Op::Gt}, {">=", Op::Ge}};
  const hir::Type *type = elementOf(lhs.type());
  Op code = ops.at(op);
  bool isEquality = code == Op::Eq || code == Op::Ne;
  if (type->isTuple() && !isEquality) {
    error(3016, span, "tuples and records have no order: `" + op + "` is not defined for " + toString(lhs.type())).help = "compare their elements";
    return poison(span);
  }
  if (!type->isElement()) {
    error(3016, span, "`" + op + "` is not defined for " + toString(lhs.type()) + ", which holds more than scalars");
    return poison(span);
  }
  if (!isEquality && (type == boolType || type->kind == TypeKind::Complex)) {
    error(3003, span, "`" + op + "` is not defined for " + toString(lhs.type()));
    return poison(span);
  }
  return elementwise(span, {lhs, std::move(rhs)}, [&](const auto &a) { return node(code, boolType, span, {a[0], a[1]}); });
}

Value Checker::logical(bool isAnd, const ast::Binary &expr) {
  Value lhs = check(expr.lhs, boolType);
  // The right operand is only evaluated where it counts.
  Nested right = inBlock(expr.rhs->span, [&] { return check(expr.rhs, boolType); });
  if (bad(lhs) || bad(right.value))
    return poison(expr.span);
  for (const Value *side : {&lhs, &right.value})
    if (elementOf(side->type()) != boolType) {
      mismatch(side->expr->span, boolType, side->type(), std::string("`") + (isAnd ? "and" : "or") + "` takes bools");
      return poison(expr.span);
    }
  auto constantBool = [&](bool value) { return constant(boolType, expr.span, value).expr; };
  if (lhs.type()->isArray() || right.value.type()->isArray())
    return elementwise(expr.span, {lhs, blockValue(right, expr.rhs->span)}, [&](const auto &a) {
      return isAnd ? ifNode(a[0], a[1], constantBool(false), expr.span) : ifNode(a[0], constantBool(true), a[1], expr.span);
    });
  hir::Block *fixed = program->block(expr.span);
  fixed->value = constantBool(!isAnd);
  Value result = make(Op::If, boolType, expr.span, {lhs.expr});
  result.expr->blocks = isAnd ? std::vector{right.block, fixed} : std::vector{fixed, right.block};
  return result;
}

// x in [a, b]: equal to one of them.
Value Checker::isIn(const ast::Binary &expr) {
  if (expr.rhs->kind == ast::ExprKind::Array) {
    auto &list = *static_cast<const ast::ArrayLit *>(expr.rhs);
    Value needle = once(check(expr.lhs), "needle");
    Value result;
    for (const ast::Expr *element : list.elements) {
      Value candidate = check(element, bad(needle) ? nullptr : elementOf(needle.type()));
      if (!sameOperands(needle, candidate, element->span, "in"))
        return poison(expr.span);
      Value same = compare("==", needle, candidate, expr.span);
      if (bad(same))
        return same;
      result = !result.expr ? same : elementwise(expr.span, {result, same}, [&](const auto &a) { return ifNode(a[0], constant(boolType, expr.span, 1).expr, a[1], expr.span); });
    }
    return result.expr ? result : constant(boolType, expr.span, 0);
  }
  Value needle = check(expr.lhs);
  Value all = check(expr.rhs);
  if (bad(needle) || bad(all))
    return poison(expr.span);
  if (!all.type()->isArray() || needle.type()->isArray()) {
    error(3003, expr.opSpan, "`in` takes a scalar on its left and an array on its right");
    return poison(expr.span);
  }
  if (!sameOperands(needle, all, expr.opSpan, "in"))
    return poison(expr.span);
  return reduceOver(hir::ReduceKind::Any, compare("==", all, needle, expr.span), -1, nullptr, expr.span);
}

Value Checker::binary(const ast::Binary &expr, const hir::Type *hint) {
  const std::string &op = expr.op;
  if (op == "and" || op == "or")
    return logical(op == "and", expr);
  if (op == "in")
    return isIn(expr);
  if (op == "|>") {
    if (expr.rhs->kind != ast::ExprKind::Call) {
      check(expr.lhs);
      error(3009, expr.rhs->span, "the right side of `|>` is a call").help = "write `x |> f()`";
      return poison(expr.span);
    }
    // The left side is a literal's place as well: f's parameter tells it its type.
    auto piped = static_cast<const ast::Call *>(expr.rhs);
    if (expr.lhs->kind == ast::ExprKind::Column)
      return check(expr.lhs);
    return call(*piped, hint, {check(expr.lhs)}, expr.lhs->span);
  }
  if (op == "??") {
    check(expr.lhs);
    check(expr.rhs);
    notYet(6007, expr.opSpan, "optional values are");
    return poison(expr.span);
  }
  bool isComparison = op == "==" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=";
  auto [lhs, rhs] = operands(expr.lhs, expr.rhs, isComparison ? nullptr : hint, op == "/");
  if (isComparison) {
    if (!sameOperands(lhs, rhs, expr.opSpan, op))
      return poison(expr.span);
    return compare(op, lhs, rhs, expr.span);
  }
  return arithmetic(op, lhs, rhs, expr.span, expr.opSpan, isProduct(expr.lhs), isProduct(expr.rhs));
}

Value Checker::convertScalar(Value value, const hir::Type *to, Span span) {
  if (bad(value) || value.type() == to)
    return value;
  if (value.expr->op == Op::Const && isInteger(value.type()) && to->kind == TypeKind::Float) {
    uint64_t bits = uint64_t(value.expr->intValue);
    bool isSigned = value.type()->isSigned;
    if (to->width == 32)
      return constant(to, span, 0, double(isSigned ? float(value.expr->intValue) : float(bits)));
    return constant(to, span, 0, isSigned ? double(value.expr->intValue) : double(bits));
  }
  if (value.expr->op == Op::Const && value.type() == f64 && to->kind == TypeKind::Float && to->width == 32)
    return constant(to, span, 0, double(float(value.expr->floatValue)));
  return make(Op::Convert, to, span, {value.expr});
}

Value Checker::convert(Value value, const hir::Type *to, Span span) {
  if (bad(value))
    return poison(span);
  const hir::Type *from = elementOf(value.type());
  if (from == to)
    return value;
  auto numeric = [&](const hir::Type *t) { return isNumber(t) || t == boolType; };
  if (!numeric(from) || !numeric(to) || (from->kind == TypeKind::Complex && to->kind != TypeKind::Complex)) {
    Diagnostic &d = error(3018, span, "there is no conversion from " + toString(value.type()) + " to " + toString(to));
    if (from->kind == TypeKind::Complex)
      d.help = "take a part of it: real(…), imag(…), abs(…)";
    else if (to == boolType)
      d.help = "compare it";
    return poison(span);
  }
  if (to == boolType) {
    error(3018, span, "there is no conversion from " + toString(value.type()) + " to bool").help = "compare it: … != 0";
    return poison(span);
  }
  if (!value.type()->isArray())
    return convertScalar(value, to, span);
  return elementwise(span, {value}, [&](const auto &a) { return node(Op::Convert, to, span, {a[0]}); });
}

} // namespace dagger::sema
