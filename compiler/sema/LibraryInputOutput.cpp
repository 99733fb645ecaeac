// print, show, save, read and plot.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

void Checker::addInputOutput(std::map<std::string, LibraryEntry> &table) {
  table["print"] = {&Checker::printCall, {}, 0, -1};
  table["show"] = {&Checker::showCall, {}, 1, 1};
  table["save"] = {&Checker::saveCall, {"range", "colors"}, 2, 2};
  table["read"] = {&Checker::readCall, {"header", "separator"}, 1, 1};
  for (const char *name : {"plot.line", "plot.scatter", "plot.bar"})
    table[name] = {&Checker::plotCall, {}, 3, 3};
  table["plot.heat"] = {&Checker::plotCall, {}, 2, 2};
}

Value Checker::printCall(LibraryCall &call) {
  effect("prints", call.span);
  std::vector<hir::Expr *> args;
  bool ok = true;
  for (size_t i = 0; i < call.count(); ++i) {
    Value value = argument(call, i);
    if (!bad(value) && value.type() == voidType) {
      error(3024, value.expr->span, "this has no value to print");
      ok = false;
    }
    ok &= !bad(value);
    args.push_back(value.expr);
  }
  if (!ok)
    return poison(call.span);
  hir::Stmt *stmt = emit(hir::StmtKind::Print, call.span);
  stmt->args = args;
  return nothing(call.span);
}

Value Checker::showCall(LibraryCall &call) {
  effect("prints", call.span);
  Value value = argument(call, 0);
  if (bad(value))
    return value;
  if (!value.type()->isArray()) {
    error(3001, value.expr->span, "`show` takes an array, this is " + toString(value.type())).help = "write print(…)";
    return poison(call.span);
  }
  return library("show", voidType, call.span, {value.expr});
}

Value Checker::saveCall(LibraryCall &call) {
  effect("prints", call.span);
  Value array = arrayArgument(call, 0), path = textArgument(call, 1);
  std::vector<hir::Expr *> args;
  bool ok = !bad(array) && !bad(path);
  if (ok)
    args = {array.expr, path.expr};
  if (ok && (array.type()->element->isTuple() || isTime(array.type()->element))) {
    error(3001, array.expr->span, "`save` takes an array of numbers or text, this is " + toString(array.type()));
    ok = false;
  }
  if (const ast::Argument *range = namedArgument(call, "range")) {
    Value bounds = check(range->value, program->tuple({f64, f64}));
    // The bounds are compared as f64, whatever the elements are.
    if (!bad(bounds) && bounds.type() != program->tuple({f64, f64})) {
      if (bounds.type()->isTuple() && bounds.type()->elements.size() == 2 && isFloat(bounds.type()->elements[0]) && isFloat(bounds.type()->elements[1])) {
        bounds = once(bounds, "range");
        for (int i = 0; i < 2 && ok; ++i)
          args.push_back(convertScalar(field(bounds, i, range->value->span), f64, range->value->span).expr);
      } else {
        mismatch(range->value->span, program->tuple({f64, f64}), bounds.type(), "`range` is the least and the greatest value");
        ok = false;
      }
    } else if (!bad(bounds)) {
      bounds = bounds.expr->op == Op::Tuple ? bounds : once(bounds, "range");
      for (int i = 0; i < 2 && ok; ++i)
        args.push_back(bounds.expr->op == Op::Tuple ? bounds.expr->args[size_t(i)] : field(bounds, i, range->value->span).expr);
    } else {
      ok = false;
    }
  }
  std::string colors;
  if (const ast::Argument *argument = namedArgument(call, "colors")) {
    Value value = checkScalar(argument->value, strType, "`colors` names a colour map");
    if (!bad(value) && value.expr->op != Op::Const)
      error(3021, argument->value->span, "`colors` is a constant");
    ok &= !bad(value) && value.expr->op == Op::Const;
    if (ok)
      colors = value.expr->text;
  }
  if (!ok)
    return poison(call.span);
  Value result = library("save", voidType, call.span, args);
  if (!colors.empty())
    result.expr->attrs.push_back({"colors", 0, colors});
  return result;
}

Value Checker::readCall(LibraryCall &call) {
  Value path = textArgument(call, 0);
  effect("reads a file", call.span);
  for (const char *option : {"header", "separator"})
    if (const ast::Argument *argument = namedArgument(call, option)) {
      notYet(6001, argument->span, "tables are");
      return poison(call.span);
    }
  if (!call.call || call.call->typeArgs.empty()) {
    if (!bad(path)) {
      Diagnostic &d = notYet(6001, call.span, "tables are");
      d.help = "write read<[f64; _, 2]>(path) for an array of numbers, read<[u8; _]>(path) for bytes";
    }
    return poison(call.span);
  }
  const ast::TypeExpr *written = call.call->typeArgs[0];
  const hir::Type *type = resolve(written);
  if (bad(type) || bad(path))
    return poison(call.span);
  if (type->isTuple()) {
    notYet(6001, call.span, "tables are");
    return poison(call.span);
  }
  if (!type->isArray()) {
    error(3001, written->span, "`read` gives an array, not " + toString(type)).help = "write read<[f64; _]>(path)";
    return poison(call.span);
  }
  Shape shape = unknownShape(type);
  for (size_t axis = 0; axis < shape.extents.size(); ++axis) {
    Extent wanted = localExtent(written->extents[axis]);
    if (axis > 0 && type->rank == 2 && wanted.kind == Extent::Number)
      shape.extents[axis] = wanted;
  }
  if (type == program->array(scalar(TypeKind::Int, 8, false), 1))
    return checkShape(library("read.bytes", type, call.span, {path.expr}, shape), written, "what is read");
  bool isConstant = path.expr->op == hir::Op::Const, isFlat = isConstant && !path.expr->text.ends_with(".npy") && !path.expr->text.ends_with(".png");
  if ((isFlat && type->rank > 2) || (!isNumber(type->element) && type->element->kind != TypeKind::Bool)) {
    error(3001, written->span, "`read` gives numbers" + std::string(isFlat && type->rank > 2 ? ", lines of which are an array of rank 1 or 2" : " or bools") + "; not " + toString(type));
    return poison(call.span);
  }
  Value result = library("read.numbers", type, call.span, {path.expr}, shape);
  int64_t columns = type->rank == 1 ? 1 : type->rank == 2 && shape.extents[1].kind == Extent::Number ? shape.extents[1].number : 0; // of lines of numbers
  result.expr->attrs.push_back({"columns", columns, ""});
  return checkShape(result, written, "what is read");
}

Value Checker::plotCall(LibraryCall &call) {
  effect("prints", call.span);
  std::vector<hir::Expr *> args;
  bool ok = true;
  size_t arrays = call.count() - 1;
  int rank = call.name == "plot.heat" ? 2 : 1;
  Shape first;
  for (size_t i = 0; i < arrays; ++i) {
    Value array = arrayArgument(call, i);
    if (bad(array)) {
      ok = false;
      continue;
    }
    const hir::Type *element = array.type()->element;
    bool isText = call.name == "plot.bar" && i == 0 && element == strType;
    if (array.type()->rank != rank || (!isText && !isInteger(element) && !isFloat(element))) {
      error(3001, array.expr->span, "`" + call.name + "` takes arrays of numbers of rank " + std::to_string(rank) + ", this is " + toString(array.type()));
      ok = false;
      continue;
    }
    if (i == 0)
      first = array.shape;
    else if (!first.extents.empty() && !array.shape.extents.empty() && differ(first.extents[0], array.shape.extents[0])) {
      error(4001, array.expr->span, "the extents differ: " + toString(first.extents[0]) + " and " + toString(array.shape.extents[0]));
      ok = false;
    }
    args.push_back(array.expr);
  }
  Value path = textArgument(call, arrays);
  if (!ok || bad(path))
    return poison(call.span);
  args.push_back(path.expr);
  return library(call.name, voidType, call.span, args);
}

} // namespace dagger::sema
