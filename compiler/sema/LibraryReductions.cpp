// sum, mean, max and the like, reduce and scan, and the functions that choose between values.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::ReduceKind;
using hir::TypeKind;

void Checker::addReductions(std::map<std::string, LibraryEntry> &table) {
  for (const char *name : {"sum", "prod", "mean", "variance", "std", "any", "all", "argmin", "argmax", "count"})
    table[name] = {&Checker::reduction, {"axis", "where"}, 1, 1};
  for (const char *name : {"min", "max"})
    table[name] = {&Checker::minMax, {"axis", "where"}, 1, -1};
  table["reduce"] = {&Checker::reduceCall, {}, 3, 3};
  table["scan"] = {&Checker::scanCall, {"axis"}, 2, 2};
  table["where"] = {&Checker::whereCall, {}, 3, 3};
}

Value Checker::reduceOver(ReduceKind kind, Value array, int axis, const Value *mask, Span span) {
  const hir::Type *element = array.type()->element;
  bool isNumeric = isNumber(element), ok = true;
  const hir::Type *result = element;
  const hir::Type *converted = element;
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Prod:
    ok = isNumeric || element == boolType;
    if (isInteger(element) || element == boolType)
      result = converted = i64;
    break;
  case ReduceKind::Mean:
  case ReduceKind::Variance:
  case ReduceKind::Std:
    ok = isInteger(element) || isFloat(element) || element == boolType || (element->kind == TypeKind::Complex && kind == ReduceKind::Mean);
    if (isInteger(element) || element == boolType)
      result = converted = f64;
    break;
  case ReduceKind::Any:
  case ReduceKind::All: ok = element == boolType; break;
  case ReduceKind::Count:
    ok = element == boolType;
    result = i64;
    break;
  case ReduceKind::Min:
  case ReduceKind::Max: ok = isInteger(element) || isFloat(element) || element == strType || isTime(element); break;
  case ReduceKind::ArgMin:
  case ReduceKind::ArgMax:
    ok = isInteger(element) || isFloat(element) || element == strType || isTime(element);
    result = i64;
    break;
  case ReduceKind::Custom: break;
  }
  if (!ok) {
    static const char *const names[] = {"sum", "prod", "min", "max", "any", "all", "count", "argmin", "argmax", "mean", "variance", "std", "reduce"};
    Diagnostic &d = error(3003, array.expr->span, std::string("`") + names[int(kind)] + "` is not defined for " + toString(array.type()));
    if ((kind == ReduceKind::Any || kind == ReduceKind::All || kind == ReduceKind::Count) && isNumeric)
      d.help = "compare it: … != 0";
    return poison(span);
  }
  if (converted != element)
    array = elementwise(span, {array}, [&](const std::vector<hir::Expr *> &a) { return node(Op::Convert, converted, span, {a[0]}); });
  Shape shape;
  int rank = array.type()->rank;
  if (axis >= 0 && rank > 1) {
    for (int k = 0; k < rank; ++k)
      if (k != axis)
        shape.extents.push_back(size_t(k) < array.shape.extents.size() ? array.shape.extents[size_t(k)] : Extent());
    result = program->array(result, rank - 1);
  }
  Value reduce = make(Op::Reduce, result, span, {array.expr}, shape);
  reduce.expr->intValue = rank > 1 ? axis : -1;
  reduce.expr->reduceKind = kind;
  if (mask)
    reduce.expr->args.push_back(mask->expr);
  return reduce;
}

Value Checker::reduction(LibraryCall &call) {
  static const std::map<std::string, ReduceKind> kinds = {{"sum", ReduceKind::Sum}, {"prod", ReduceKind::Prod}, {"min", ReduceKind::Min}, {"max", ReduceKind::Max}, {"any", ReduceKind::Any}, {"all", ReduceKind::All}, {"count", ReduceKind::Count}, {"argmin", ReduceKind::ArgMin}, {"argmax", ReduceKind::ArgMax}, {"mean", ReduceKind::Mean}, {"variance", ReduceKind::Variance}, {"std", ReduceKind::Std}};
  Value array = arrayArgument(call, 0);
  Value mask;
  if (const ast::Argument *where = namedArgument(call, "where"))
    mask = check(where->value);
  if (bad(array)) {
    if (const ast::Argument *axis = namedArgument(call, "axis"))
      check(axis->value, i64);
    return poison(call.span);
  }
  bool ok = true;
  int axis = axisArgument(call, array.type()->rank, ok);
  if (mask.expr) {
    if (bad(mask))
      return poison(call.span);
    const hir::Type *wanted = program->array(boolType, array.type()->rank);
    if (mask.type() != wanted) {
      mismatch(mask.expr->span, wanted, mask.type(), "`where` is a mask of the array's shape");
      return poison(call.span);
    }
    for (size_t k = 0; k < mask.shape.extents.size() && k < array.shape.extents.size(); ++k)
      if (differ(mask.shape.extents[k], array.shape.extents[k])) {
        error(4001, mask.expr->span, "the extents differ: the mask has " + toString(mask.shape.extents[k]) + " along axis " + std::to_string(k) + ", the array has " + toString(array.shape.extents[k]));
        return poison(call.span);
      }
  }
  if (!ok)
    return poison(call.span);
  return reduceOver(kinds.at(call.name), array, axis, mask.expr ? &mask : nullptr, call.span);
}

Value Checker::minMax(LibraryCall &call) {
  if (call.count() == 1)
    return reduction(call);
  if (!call.named.empty()) {
    error(3006, call.span, "`" + call.name + "` of several values has no named parameters");
    return poison(call.span);
  }
  // The values that know their type first; literals take it.
  std::vector<Value> args(call.count());
  const hir::Type *known = nullptr;
  const hir::Type *wanted = call.hint && isNumber(elementOf(call.hint)) ? elementOf(call.hint) : nullptr;
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < args.size(); ++i) {
      bool flexible = i >= call.given.size() && isFlexible(call.rest[i - call.given.size()]->value);
      if (flexible != (pass == 1))
        continue;
      const hir::Type *type = known ? known : wanted;
      if (flexible && !type) {
        type = i64;
        for (const ast::Argument *argument : call.rest)
          if (naturalType(argument->value) == f64)
            type = f64;
      }
      args[i] = argument(call, i, type);
      if (!known && !bad(args[i]))
        known = elementOf(args[i].type());
    }
  Value result = args[0];
  for (size_t i = 1; i < args.size(); ++i)
    result = math(call.name, {result, args[i]}, call.span);
  return result;
}

Value Checker::reduceCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  Value init = argument(call, 1, bad(array) ? nullptr : array.type()->element);
  if (bad(array) || bad(init))
    return poison(call.span);
  if (call.rest.size() + call.given.size() < 3 || call.given.size() > 2)
    return poison(call.span);
  auto function = functionValue(call.rest[2 - call.given.size()]->value, false);
  if (!function)
    return poison(call.span);
  const hir::Type *type = array.type()->element;
  init = expect(init, type, "`reduce` begins with an element");
  hir::Lambda *lambda = scalarLambda(*function, {type, type}, type, call.span);
  if (!lambda || bad(init))
    return poison(call.span);
  Value result = make(Op::Reduce, type, call.span, {array.expr, init.expr});
  result.expr->reduceKind = ReduceKind::Custom;
  result.expr->intValue = -1;
  result.expr->lambda = lambda;
  return result;
}

Value Checker::scanCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  if (bad(array) || call.given.size() > 1)
    return poison(call.span);
  bool ok = true;
  int axis = axisArgument(call, array.type()->rank, ok);
  if (!ok)
    return poison(call.span);
  if (axis < 0 && array.type()->rank > 1) {
    error(4006, call.span, "`scan` of an array of rank " + std::to_string(array.type()->rank) + " needs `axis = …`");
    return poison(call.span);
  }
  auto function = functionValue(call.rest[1 - call.given.size()]->value, false);
  if (!function)
    return poison(call.span);
  const hir::Type *type = array.type()->element;
  hir::Lambda *lambda = scalarLambda(*function, {type, type}, type, call.span);
  if (!lambda)
    return poison(call.span);
  Value result = make(Op::Scan, array.type(), call.span, {array.expr}, array.shape);
  result.expr->reduceKind = ReduceKind::Custom;
  result.expr->intValue = std::max(axis, 0);
  result.expr->lambda = lambda;
  return result;
}

Value Checker::whereCall(LibraryCall &call) {
  Value condition = argument(call, 0, boolType);
  std::vector<Value> values(2);
  const hir::Type *known = nullptr;
  auto flexibleAt = [&](size_t i) { return i >= call.given.size() && isFlexible(call.rest[i - call.given.size()]->value); };
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < 2; ++i) {
      if (flexibleAt(i + 1) != (pass == 1))
        continue;
      const hir::Type *type = known ? known : call.hint ? elementOf(call.hint) : nullptr;
      if (pass == 1 && !type)
        type = (flexibleAt(1) && naturalType(call.rest[1 - call.given.size()]->value) == f64) || (flexibleAt(2) && naturalType(call.rest[2 - call.given.size()]->value) == f64) ? f64 : i64;
      values[i] = argument(call, i + 1, type);
      if (!known && !bad(values[i]))
        known = elementOf(values[i].type());
    }
  return where(condition, values[0], values[1], call.span);
}

} // namespace dagger::sema
