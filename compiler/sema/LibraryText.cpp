// Text.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

namespace {
// Functions of a text and more texts: their number of arguments, and whether they give a bool.
struct TextFunction { int arity; bool isTest; };
const std::map<std::string, TextFunction> &textFunctions() {
  static const std::map<std::string, TextFunction> functions = {
      {"trim", {1, false}}, {"lower", {1, false}}, {"upper", {1, false}}, {"before", {2, false}}, {"after", {2, false}}, {"replace", {3, false}},
      {"contains", {2, true}}, {"starts_with", {2, true}}, {"ends_with", {2, true}}, {"like", {2, true}}, {"matches", {2, true}}};
  return functions;
}
} // namespace

void Checker::addText(std::map<std::string, LibraryEntry> &table) {
  for (const auto &[name, function] : textFunctions())
    table[name] = {&Checker::stringCall, {}, function.arity, function.arity};
  table["str"] = {&Checker::stringCall, {}, 1, 1};
  table["split"] = {&Checker::stringCall, {}, 2, 2};
  table["bytes"] = {&Checker::bytesCall, {}, 1, 1};
}

Value Checker::stringCall(LibraryCall &call) {
  Span span = call.span;
  if (call.name == "str") {
    Value value = argument(call, 0);
    if (bad(value) || value.type() == strType)
      return value;
    if (value.type() == voidType) {
      error(3024, value.expr->span, "this has no value");
      return poison(span);
    }
    return library("str.from", strType, span, {value.expr});
  }
  if (call.name == "split") {
    Value text = textArgument(call, 0), by = textArgument(call, 1);
    if (bad(text) || bad(by))
      return poison(span);
    const hir::Type *type = program->array(strType, 1);
    return library("str.split", type, span, {text.expr, by.expr}, unknownShape(type));
  }
  TextFunction function = textFunctions().at(call.name);
  std::vector<Value> args;
  for (size_t i = 0; i < call.count(); ++i) {
    args.push_back(argument(call, i, strType));
    if (!bad(args.back()) && elementOf(args.back().type()) != strType) {
      mismatch(args.back().expr->span, strType, args.back().type(), "an argument of `" + call.name + "`");
      args.back() = poison(span);
    }
  }
  return elementwise(span, args, [&](const std::vector<hir::Expr *> &a) {
    hir::Expr *e = node(Op::Library, function.isTest ? boolType : strType, span, a);
    e->text = "str." + call.name;
    return e;
  });
}

Value Checker::bytesCall(LibraryCall &call) {
  Value text = textArgument(call, 0);
  if (bad(text))
    return text;
  const hir::Type *type = program->array(scalar(hir::TypeKind::Int, 8, false), 1);
  return library("str.bytes", type, call.span, {text.expr}, unknownShape(type));
}

} // namespace dagger::sema
