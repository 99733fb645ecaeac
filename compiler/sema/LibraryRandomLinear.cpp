// Random numbers and linear algebra.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

void Checker::addRandomAndLinear(std::map<std::string, LibraryEntry> &table) {
  table["random.uniform"] = {&Checker::randomCall, {"seed"}, 1, 8};
  table["random.normal"] = {&Checker::randomCall, {"seed"}, 1, 8};
  table["random.integers"] = {&Checker::randomCall, {"seed"}, 3, 10};
  table["random.permutation"] = {&Checker::randomCall, {"seed"}, 1, 1};
  table["random.uniform_at"] = {&Checker::randomCall, {}, 2, 2};
  table["random.normal_at"] = {&Checker::randomCall, {}, 2, 2};
  table["random.integers_at"] = {&Checker::randomCall, {}, 4, 4};
  table["linalg.solve"] = {&Checker::linalgCall, {}, 2, 2};
  for (const char *name : {"linalg.norm", "linalg.inverse", "linalg.det", "linalg.cholesky", "linalg.lu", "linalg.qr", "linalg.eigh", "linalg.svd"})
    table[name] = {&Checker::linalgCall, {}, 1, 1};
  for (const char *name : {"linalg.potrf", "linalg.trsm", "linalg.syrk", "linalg.gemm"})
    table[name] = {&Checker::tileTaskCall, {"a", "b", "c", "l"}, 0, 3};
}

Value Checker::randomCall(LibraryCall &call) {
  Span span = call.span;
  std::vector<hir::Expr *> args;
  bool ok = true;
  bool isElement = call.name.size() > 3 && call.name.compare(call.name.size() - 3, 3, "_at") == 0;
  auto number = [&](Value value, const char *what) {
    value = expect(value, i64, what);
    ok &= !bad(value);
    args.push_back(value.expr);
  };
  if (isElement) {
    for (size_t i = 0; i < call.count(); ++i)
      number(argument(call, i, i64), i == 0 ? "the seed" : i == 1 ? "the index" : "a bound");
    return ok ? library(call.name, call.name == "random.integers_at" ? i64 : f64, span, args) : poison(span);
  }
  if (const ast::Argument *seed = namedArgument(call, "seed")) {
    number(check(seed->value, i64), "the seed");
  } else {
    error(3005, span, "`" + call.name + "` lacks `seed`: the numbers depend on it and on nothing else").help = "write seed = 1";
    ok = false;
  }
  const hir::Type *type = typeArgument(call, f64);
  ok &= !bad(type);
  size_t from = 0;
  if (call.name == "random.integers") {
    number(argument(call, 0, i64), "the least number");
    number(argument(call, 1, i64), "the bound");
    from = 2;
    type = i64;
  } else if (call.name == "random.permutation") {
    type = i64;
  } else if (!bad(type) && !(isFloat(type) && type->width >= 32)) {
    error(3001, span, "`" + call.name + "` gives f32 or f64, not " + toString(type));
    ok = false;
  }
  Shape shape;
  std::vector<hir::Expr *> extents = extentArguments(call, from, shape.extents, ok);
  if (!ok)
    return poison(span);
  if (call.name == "random.permutation")
    args.insert(args.begin(), extents.begin(), extents.end());
  else
    args.insert(args.end(), extents.begin(), extents.end());
  return library(call.name, program->array(type, int(extents.size())), span, args, shape);
}

Value Checker::matrixProduct(Value lhs, Value rhs, Span span) {
  if (bad(lhs) || bad(rhs))
    return poison(span);
  if (!sameOperands(lhs, rhs, span, "@"))
    return poison(span);
  for (const Value *side : {&lhs, &rhs})
    if (!side->type()->isArray() || side->type()->rank > 2 || !isNumber(side->type()->element)) {
      error(3003, side->expr->span, "`@` takes matrices and vectors of numbers, this is " + toString(side->type()));
      return poison(span);
    }
  Extent inner = lhs.shape.extents.empty() ? Extent() : lhs.shape.extents.back();
  Extent other = rhs.shape.extents.empty() ? Extent() : rhs.shape.extents.front();
  if (differ(inner, other)) {
    Diagnostic &d = error(4001, span, "the extents differ: `@` has " + toString(inner) + " columns on its left and " + toString(other) + " rows on its right");
    d.notes.push_back({lhs.expr->span, toString(inner) + " columns"});
    d.notes.push_back({rhs.expr->span, toString(other) + " rows"});
    return poison(span);
  }
  Shape shape;
  if (lhs.type()->rank == 2)
    shape.extents.push_back(lhs.shape.extents.empty() ? Extent() : lhs.shape.extents[0]);
  if (rhs.type()->rank == 2)
    shape.extents.push_back(rhs.shape.extents.size() < 2 ? Extent() : rhs.shape.extents[1]);
  const hir::Type *element = lhs.type()->element;
  return library("matmul", shape.extents.empty() ? element : program->array(element, int(shape.extents.size())), span, {lhs.expr, rhs.expr}, shape);
}

Value Checker::linalgCall(LibraryCall &call) {
  Span span = call.span;
  std::vector<Value> args;
  for (size_t i = 0; i < call.count(); ++i) {
    args.push_back(arrayArgument(call, i));
    if (bad(args.back()))
      return poison(span);
  }
  const Value &a = args[0];
  const hir::Type *element = a.type()->element;
  if (call.name == "linalg.norm") {
    if (!isFloat(element)) {
      error(3001, a.expr->span, "`linalg.norm` takes an array of floating-point numbers, this is " + toString(a.type()));
      return poison(span);
    }
    Value array = once(a, "a");
    Value squares = elementwise(span, {array}, [&](const std::vector<hir::Expr *> &x) { return node(Op::Mul, element, span, {x[0], x[0]}); });
    return math("sqrt", {reduceOver(hir::ReduceKind::Sum, squares, -1, nullptr, span)}, span);
  }
  if (a.type()->rank != 2 || !((isFloat(element) && element->width >= 32) || element->kind == TypeKind::Complex)) {
    error(3001, a.expr->span, "`" + call.name + "` takes a matrix of f32, f64, c64 or c128, this is " + toString(a.type()));
    return poison(span);
  }
  const std::string name = call.name.substr(7);
  bool isSquare = name != "lu" && name != "qr" && name != "svd";
  if (isSquare && differ(a.shape.extents[0], a.shape.extents[1])) {
    error(4001, a.expr->span, "the extents differ: `" + call.name + "` takes a square matrix, this is " + toString(a.shape.extents[0]) + " by " + toString(a.shape.extents[1]));
    return poison(span);
  }
  const hir::Type *real = element->kind == TypeKind::Complex ? scalar(TypeKind::Float, element->width / 2) : element;
  const hir::Type *matrix = a.type(), *vector = program->array(element, 1), *reals = program->array(real, 1), *integers = program->array(i64, 1);
  auto tuple = [&](const std::vector<const hir::Type *> &types) {
    Shape shape;
    for (const hir::Type *type : types)
      shape.elements.push_back(unknownShape(type));
    return library(call.name, program->tuple(types), span, {a.expr}, shape);
  };
  if (name == "solve") {
    const Value &b = args[1];
    if (b.type() != matrix && b.type() != vector) {
      mismatch(b.expr->span, matrix, b.type(), "the right side of `linalg.solve` is a vector or a matrix of the same type");
      return poison(span);
    }
    if (differ(a.shape.extents[0], b.shape.extents[0])) {
      error(4001, b.expr->span, "the extents differ: the matrix has " + toString(a.shape.extents[0]) + " rows, the right side " + toString(b.shape.extents[0]));
      return poison(span);
    }
    return library(call.name, b.type(), span, {a.expr, b.expr}, b.shape);
  }
  if (name == "det")
    return library(call.name, element, span, {a.expr});
  if (name == "inverse" || name == "cholesky")
    return library(call.name, matrix, span, {a.expr}, a.shape);
  if (name == "lu")
    return tuple({matrix, matrix, integers});
  if (name == "qr")
    return tuple({matrix, matrix});
  if (name == "eigh")
    return tuple({reals, matrix});
  return tuple({matrix, reals, matrix});
}

// The tile tasks exist once for f64 and once for f32: the first argument says which is meant.
Value Checker::tileTaskCall(LibraryCall &call) {
  const ast::Argument *first = !call.rest.empty() ? call.rest[0] : call.named.empty() ? nullptr : call.named.begin()->second;
  const hir::Type *element = f64;
  if (first) {
    Diagnostics trial(sources);
    Diagnostics *saved = diagnostics;
    diagnostics = &trial;
    size_t emitted = state->sink->size();
    Value value = check(first->value);
    state->sink->resize(emitted);
    diagnostics = saved;
    if (!bad(value))
      element = elementOf(value.type());
  }
  std::string name = "dg_" + std::string("linalg_") + call.name.substr(7) + (element == scalar(TypeKind::Float, 32) ? "_f32" : "_f64");
  const Module *module = standardModule("linalg", call.span);
  const FunctionInfo *info = module ? functionNamed(*module, name) : nullptr;
  if (!info) {
    error(2003, call.span, "the standard library's linalg.dg is not there");
    return poison(call.span);
  }
  return callFunction(*info, call.call, call.call ? &call.call->args : nullptr, call.given, call.hint, call.span);
}

} // namespace dagger::sema
