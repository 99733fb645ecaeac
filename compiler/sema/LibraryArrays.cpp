// Functions that make and rearrange arrays.
#include "compiler/sema/Checker.h"
#include <algorithm>

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

void Checker::addArrays(std::map<std::string, LibraryEntry> &table) {
  table["len"] = {&Checker::lenCall, {}, 1, 1};
  table["zeros"] = {&Checker::zerosCall, {}, 1, 8};
  table["fill"] = {&Checker::fillCall, {}, 2, 9};
  table["iota"] = {&Checker::iotaCall, {}, 1, 1};
  table["linspace"] = {&Checker::linspaceCall, {}, 3, 3};
  table["reshape"] = {&Checker::reshapeCall, {}, 2, 9};
  table["transpose"] = {&Checker::transposeCall, {}, 1, 1};
  table["concat"] = {&Checker::concatCall, {"axis"}, 1, -1};
  table["sort"] = {&Checker::sortCall, {"by", "desc", "axis"}, 1, 1};
  table["argsort"] = {&Checker::argsortCall, {"desc"}, 1, 1};
  table["unique"] = {&Checker::uniqueCall, {}, 1, 1};
}

Value Checker::lenCall(LibraryCall &call) {
  Value value = argument(call, 0);
  if (bad(value))
    return poison(call.span);
  if (value.type() == strType)
    return library("str.len", i64, call.span, {value.expr});
  if (!value.type()->isArray()) {
    error(3001, value.expr->span, "`len` takes an array or a text, this is " + toString(value.type()));
    return poison(call.span);
  }
  return extent(value, 0, call.span);
}

Value Checker::zerosCall(LibraryCall &call) {
  const hir::Type *hinted = call.hint && call.hint->isArray() && call.hint->element->isScalar() ? call.hint->element : f64;
  const hir::Type *type = typeArgument(call, hinted);
  bool ok = !bad(type);
  Shape shape;
  std::vector<hir::Expr *> extents = extentArguments(call, 0, shape.extents, ok);
  if (!ok)
    return poison(call.span);
  return library("zeros", program->array(type, int(extents.size())), call.span, extents, shape);
}

Value Checker::fillCall(LibraryCall &call) {
  const hir::Type *hinted = call.hint && call.hint->isArray() ? call.hint->element : nullptr;
  const hir::Type *type = typeArgument(call, hinted);
  if (type && bad(type))
    return poison(call.span);
  Value value = argument(call, 0, type);
  bool ok = !bad(value);
  Shape shape;
  std::vector<hir::Expr *> extents = extentArguments(call, 1, shape.extents, ok);
  if (!ok)
    return poison(call.span);
  if (!value.type()->isElement()) {
    error(3001, value.expr->span, "`fill` takes what an array can hold, this is " + toString(value.type()));
    return poison(call.span);
  }
  if (call.call && !call.call->typeArgs.empty() && bad(value = expect(value, type)))
    return poison(call.span);
  extents.insert(extents.begin(), value.expr);
  return library("fill", program->array(value.type(), int(extents.size()) - 1), call.span, extents, shape);
}

Value Checker::iotaCall(LibraryCall &call) {
  const hir::Type *hinted = call.hint && call.hint->isArray() && (isInteger(call.hint->element) || isFloat(call.hint->element)) ? call.hint->element : i64;
  const hir::Type *type = typeArgument(call, hinted);
  bool ok = !bad(type);
  Shape shape;
  std::vector<hir::Expr *> extents = extentArguments(call, 0, shape.extents, ok);
  if (!ok)
    return poison(call.span);
  if (!isInteger(type) && !isFloat(type)) {
    error(3001, call.span, "`iota` gives numbers, not " + toString(type));
    return poison(call.span);
  }
  return library("iota", program->array(type, 1), call.span, extents, shape);
}

// n numbers from low to high, both among them.
Value Checker::linspaceCall(LibraryCall &call) {
  Span span = call.span;
  const hir::Type *type = call.hint && isFloat(elementOf(call.hint)) ? elementOf(call.hint) : f64;
  type = typeArgument(call, type);
  if (bad(type))
    return poison(span);
  Value low = argument(call, 0, type), high = argument(call, 1, type), n = argument(call, 2, i64);
  low = expect(low, isFloat(low.type()) ? low.type() : type, "`linspace` goes between floating-point numbers");
  high = expect(high, bad(low) ? type : low.type(), "both ends of `linspace` have one type");
  n = expect(n, i64, "the number of elements");
  if (bad(low) || bad(high) || bad(n))
    return poison(span);
  type = low.type();
  low = once(low, "low");
  n = once(n, "n");
  Shape shape;
  shape.extents.push_back(extentOf(n.expr));
  Value steps = make(Op::Sub, type, span, {convertScalar(n, type, span).expr, constant(type, span, 0, 1).expr});
  Value step = make(Op::Div, type, span, {make(Op::Sub, type, span, {high.expr, low.expr}).expr, steps.expr});
  step = once(step, "step");
  return elementwise(span, {library("iota", program->array(type, 1), span, {n.expr}, shape), step, low}, [&](const std::vector<hir::Expr *> &a) { return node(Op::Fma, type, span, {a[0], a[1], a[2]}); });
}

Value Checker::reshapeCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  bool ok = !bad(array);
  Shape shape;
  std::vector<hir::Expr *> extents = extentArguments(call, 1, shape.extents, ok);
  if (!ok)
    return poison(call.span);
  __int128 before = 1, after = 1;
  bool known = true;
  for (const Extent &e : array.shape.extents)
    known &= e.kind == Extent::Number && (before *= e.number) < (__int128(1) << 62);
  for (const Extent &e : shape.extents)
    known &= e.kind == Extent::Number && (after *= e.number) < (__int128(1) << 62);
  if (known && before != after) {
    error(4001, call.span, "`reshape` keeps the number of elements: " + std::to_string(int64_t(before)) + " do not become " + std::to_string(int64_t(after)));
    return poison(call.span);
  }
  extents.insert(extents.begin(), array.expr);
  return library("reshape", program->array(array.type()->element, int(extents.size()) - 1), call.span, extents, shape);
}

Value Checker::transposeCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  if (bad(array))
    return array;
  Shape shape;
  shape.extents.assign(array.shape.extents.rbegin(), array.shape.extents.rend());
  return library("transpose", array.type(), call.span, {array.expr}, shape);
}

Value Checker::concatCall(LibraryCall &call) {
  std::vector<hir::Expr *> args;
  Value first;
  Shape shape;
  bool ok = true;
  int axis = 0;
  for (size_t i = 0; i < call.count(); ++i) {
    Value array = argument(call, i, first.expr ? first.type() : call.hint);
    if (bad(array)) {
      ok = false;
      continue;
    }
    if (!array.type()->isArray()) {
      error(3001, array.expr->span, "`concat` takes arrays, this is " + toString(array.type()));
      ok = false;
      continue;
    }
    args.push_back(array.expr);
    if (!first.expr) {
      first = array;
      shape = array.shape;
      int given = axisArgument(call, array.type()->rank, ok);
      axis = std::max(given, 0);
      continue;
    }
    if (array.type() != first.type()) {
      mismatch(array.expr->span, first.type(), array.type(), "the arrays of `concat` have one type");
      ok = false;
      continue;
    }
    for (size_t k = 0; k < shape.extents.size() && k < array.shape.extents.size(); ++k) {
      Extent &sum = shape.extents[k];
      const Extent &more = array.shape.extents[k];
      if (int(k) != axis) {
        if (differ(sum, more)) {
          error(4001, array.expr->span, "the extents differ: " + toString(first.shape.extents[k]) + " and " + toString(more) + " along axis " + std::to_string(k));
          ok = false;
        }
      } else if (sum.kind == Extent::Number && more.kind == Extent::Number && !__builtin_add_overflow(sum.number, more.number, &sum.number)) {
        continue;
      } else {
        sum = {};
      }
    }
  }
  if (!ok || !first.expr)
    return poison(call.span);
  Value result = library("concat", first.type(), call.span, args, shape);
  result.expr->attrs.push_back({"axis", axis, ""});
  return result;
}

bool Checker::isOrdered(const hir::Type *type) {
  return type->kind == TypeKind::Int || type->kind == TypeKind::Float || type->kind == TypeKind::Str || isTime(type) || type->kind == TypeKind::Bool;
}

// Several keys: sorting is stable, so the last one goes first, and takes the other keys along.
void Checker::sortByLastKeys(Value &array, Value &keys, bool descending, Span span) {
  auto sortBy = [&](const Value &what, const Value &key) {
    Value sorted = library("sort", what.type(), span, {what.expr, key.expr}, what.shape);
    sorted.expr->attrs.push_back({"axis", 0, ""});
    sorted.expr->attrs.push_back({"descending", descending, ""});
    return once(sorted, "sorted");
  };
  keys = once(keys, "keys");
  std::vector<Value> parts;
  for (size_t i = 0; i < keys.type()->elements.size(); ++i)
    parts.push_back(field(keys, int(i), span));
  for (; parts.size() > 1; parts.pop_back()) {
    array = sortBy(array, parts.back());
    for (size_t i = 0; i + 1 < parts.size(); ++i)
      parts[i] = sortBy(parts[i], parts.back());
  }
  keys = parts[0];
}

Value Checker::sortCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  auto desc = flagArgument(call, "desc");
  if (bad(array) || !desc)
    return poison(call.span);
  bool ok = true;
  int axis = axisArgument(call, array.type()->rank, ok);
  if (!ok)
    return poison(call.span);
  if (axis < 0 && array.type()->rank > 1) {
    error(4006, call.span, "`sort` of an array of rank " + std::to_string(array.type()->rank) + " needs `axis = …`");
    return poison(call.span);
  }
  std::vector<hir::Expr *> args = {array.expr};
  if (const ast::Argument *by = namedArgument(call, "by")) {
    Value keys;
    if (array.type()->rank != 1) {
      error(4002, by->value->span, "`by` goes with an array of rank 1");
      return poison(call.span);
    }
    if (functionValue(by->value, true)) {
      auto function = functionValue(by->value, false);
      array = once(array, "items");
      args[0] = array.expr;
      keys = function ? elementwise(call.span, {array}, [&](const std::vector<hir::Expr *> &a) -> hir::Expr * {
        Value key = apply(*function, {{a[0], {}, false}}, by->value->span);
        return bad(key) ? nullptr : key.expr;
      }) : poison(call.span);
    } else {
      keys = check(by->value);
    }
    if (bad(keys))
      return poison(call.span);
    auto isKey = [](const hir::Type *type) { return type->isArray() && type->rank == 1 && isOrdered(type->element); };
    const auto &several = keys.type()->elements;
    if (keys.type()->isTuple() && !several.empty() && std::all_of(several.begin(), several.end(), isKey)) {
      sortByLastKeys(array, keys, *desc, call.span);
      args[0] = array.expr;
    }
    if (!keys.type()->isArray() || keys.type()->rank != 1 || !isOrdered(keys.type()->element)) {
      error(3001, by->value->span, "`by` is a function of an element that gives a key or a tuple of keys, or an array of keys; this is " + toString(keys.type()));
      return poison(call.span);
    }
    if (!keys.shape.extents.empty() && !array.shape.extents.empty() && differ(keys.shape.extents[0], array.shape.extents[0])) {
      error(4001, by->value->span, "the extents differ: " + toString(array.shape.extents[0]) + " elements and " + toString(keys.shape.extents[0]) + " keys");
      return poison(call.span);
    }
    args.push_back(keys.expr);
  } else if (!isOrdered(array.type()->element)) {
    error(3003, call.span, "`sort` is not defined for " + toString(array.type())).help = "say by what: by = x => …";
    return poison(call.span);
  }
  Value result = library("sort", array.type(), call.span, args, array.shape);
  result.expr->attrs.push_back({"axis", std::max(axis, 0), ""});
  result.expr->attrs.push_back({"descending", *desc, ""});
  return result;
}

Value Checker::argsortCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  auto desc = flagArgument(call, "desc");
  if (bad(array) || !desc)
    return poison(call.span);
  if (array.type()->rank != 1 || !isOrdered(array.type()->element)) {
    error(3003, call.span, "`argsort` is not defined for " + toString(array.type()));
    return poison(call.span);
  }
  Value result = library("argsort", program->array(i64, 1), call.span, {array.expr}, array.shape);
  result.expr->attrs.push_back({"descending", *desc, ""});
  return result;
}

Value Checker::uniqueCall(LibraryCall &call) {
  Value array = arrayArgument(call, 0);
  if (bad(array))
    return array;
  if (array.type()->rank != 1 || !isOrdered(array.type()->element)) {
    error(3003, call.span, "`unique` is not defined for " + toString(array.type()));
    return poison(call.span);
  }
  return library("unique", array.type(), call.span, {array.expr}, unknownShape(array.type()));
}

} // namespace dagger::sema
