// Types as written become types of the program.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::TypeKind;

const hir::Type *Checker::scalarNamed(const std::string &name) {
  static const std::map<std::string, std::tuple<TypeKind, int, bool, bool>> names = {
      {"bool", {TypeKind::Bool, 0, true, false}}, {"str", {TypeKind::Str, 0, true, false}}, {"date", {TypeKind::Date, 0, true, false}},
      {"i8", {TypeKind::Int, 8, true, false}}, {"i16", {TypeKind::Int, 16, true, false}}, {"i32", {TypeKind::Int, 32, true, false}}, {"i64", {TypeKind::Int, 64, true, false}},
      {"u8", {TypeKind::Int, 8, false, false}}, {"u16", {TypeKind::Int, 16, false, false}}, {"u32", {TypeKind::Int, 32, false, false}}, {"u64", {TypeKind::Int, 64, false, false}},
      {"f16", {TypeKind::Float, 16, true, false}}, {"bf16", {TypeKind::Float, 16, true, true}}, {"f32", {TypeKind::Float, 32, true, false}}, {"f64", {TypeKind::Float, 64, true, false}},
      {"c64", {TypeKind::Complex, 64, true, false}}, {"c128", {TypeKind::Complex, 128, true, false}}, {"timestamp", {TypeKind::Timestamp, 0, true, false}}};
  auto it = names.find(name);
  if (it == names.end())
    return nullptr;
  auto [kind, width, isSigned, isBrain] = it->second;
  return program->scalar(kind, width, isSigned, isBrain);
}

RecordInfo *Checker::recordNamed(const std::string &path, Span span, bool quiet) {
  const Module *module = state ? state->module : root;
  std::string name = path;
  size_t dot = path.rfind('.');
  if (dot != std::string::npos) {
    std::string moduleName = path.substr(0, dot);
    if (isFailedImport(moduleName))
      return nullptr;
    name = path.substr(dot + 1);
    module = moduleNamed(moduleName, span);
    if (!module) {
      if (!quiet)
        unknownName(moduleName, span);
      return nullptr;
    }
  }
  auto it = module->records.find(name);
  if (it != module->records.end())
    return it->second.get();
  if (!quiet) {
    Diagnostic &d = error(2006, span, "there is no type `" + path + "`");
    std::vector<std::string> candidates;
    for (const auto &[known, info] : module->records)
      candidates.push_back(known);
    for (const char *known : {"bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f16", "bf16", "f32", "f64", "c64", "c128", "str", "date"})
      candidates.push_back(known);
    if (auto near = nearest(name, candidates))
      d.help = "did you mean `" + *near + "`?";
    else if (name == "int" || name == "float" || name == "string" || name == "double")
      d.help = std::string("write `") + (name == "int" ? "i64" : name == "string" ? "str" : "f64") + "`";
  }
  return nullptr;
}

const hir::Type *Checker::recordType(RecordInfo &info) {
  if (info.type)
    return info.type;
  if (info.resolving) {
    error(3026, info.decl->name.span, "record `" + info.name + "` contains itself");
    return info.type = errorType;
  }
  info.resolving = true;
  FunctionState inside;
  inside.module = info.module;
  FunctionState *saved = state;
  state = &inside;
  std::vector<const hir::Type *> elements;
  std::vector<std::string> fields;
  bool ok = true;
  std::set<std::string> seen;
  for (const auto &field : info.decl->fields) {
    if (!seen.insert(field.name.text).second) {
      error(2002, field.name.span, "field `" + field.name.text + "` is declared twice");
      ok = false;
    }
    const hir::Type *type = resolve(field.type);
    ok &= !bad(type);
    elements.push_back(type);
    fields.push_back(field.name.text);
  }
  state = saved;
  info.resolving = false;
  if (info.decl->fields.empty()) {
    error(3026, info.decl->name.span, "record `" + info.name + "` has no fields");
    ok = false;
  }
  if (!info.type) // an error inside may have set it
    info.type = ok ? program->tuple(elements, fields, info.name) : errorType;
  return info.type;
}

const hir::Type *Checker::resolve(const ast::TypeExpr *type, bool quiet) {
  auto fail = [&](int code, const std::string &what) {
    if (!quiet)
      notYet(code, type->span, what);
    return errorType;
  };
  if (!type)
    return voidType;
  if (type->optional)
    return fail(6007, "optional types are");
  switch (type->kind) {
  case ast::TypeExpr::Scalar:
    if (type->name == "decimal")
      return fail(6006, "decimals are");
    if (const hir::Type *scalar = scalarNamed(type->name))
      return scalar;
    break;
  case ast::TypeExpr::Array: {
    if (type->args.empty())
      return errorType;
    const hir::Type *element = resolve(type->args[0], quiet);
    if (bad(element))
      return errorType;
    if (element->isArray() || element == voidType) {
      if (!quiet)
        error(3027, type->args[0]->span, "the elements of an array cannot be " + toString(element)).help = "write `[f64; n, m]` for an array of rank 2";
      return errorType;
    }
    if (!element->isElement()) {
      if (!quiet)
        error(3027, type->args[0]->span, "the elements of an array can only be scalars, text, or tuples and records of those");
      return errorType;
    }
    if (type->extents.empty() || type->extents.size() > 8) {
      if (!quiet)
        error(4002, type->span, "the rank of an array is 1 to 8, not " + std::to_string(type->extents.size()));
      return errorType;
    }
    return program->array(element, int(type->extents.size()));
  }
  case ast::TypeExpr::Table: return fail(6001, "tables are");
  case ast::TypeExpr::List: return fail(6001, "lists are");
  case ast::TypeExpr::Graph: return fail(6002, "graphs are");
  case ast::TypeExpr::Function:
    if (!quiet)
      error(3022, type->span, "a function type can only stand for a parameter or the result of a `fn`, or a `let`");
    return errorType;
  case ast::TypeExpr::Tuple: {
    std::vector<const hir::Type *> elements;
    for (const ast::TypeExpr *arg : type->args) {
      elements.push_back(resolve(arg, quiet));
      if (bad(elements.back()))
        return errorType;
    }
    return elements.empty() ? voidType : program->tuple(std::move(elements));
  }
  case ast::TypeExpr::Named: {
    if (state) {
      auto it = state->typeParams.find(type->name);
      if (it != state->typeParams.end())
        return it->second ? it->second : errorType;
    }
    if (RecordInfo *info = recordNamed(type->name, type->span, quiet))
      return recordType(*info);
    return errorType;
  }
  }
  if (!quiet)
    error(2006, type->span, "there is no type `" + type->name + "`");
  return errorType;
}

// Finds what the type parameters in `pattern` stand for, from the type that is there. True if nothing contradicts.
bool Checker::unify(const ast::TypeExpr *pattern, const hir::Type *actual, std::map<std::string, const hir::Type *> &bindings) {
  if (!pattern || bad(actual))
    return true;
  if (pattern->kind == ast::TypeExpr::Named) {
    auto it = bindings.find(pattern->name);
    if (it != bindings.end()) {
      if (!it->second)
        it->second = actual;
      return it->second == actual;
    }
    return true;
  }
  if (pattern->kind == ast::TypeExpr::Array)
    return actual->isArray() && !pattern->args.empty() && unify(pattern->args[0], actual->element, bindings);
  if (pattern->kind == ast::TypeExpr::Tuple) {
    if (!actual->isTuple() || actual->elements.size() != pattern->args.size())
      return false;
    for (size_t i = 0; i < pattern->args.size(); ++i)
      if (!unify(pattern->args[i], actual->elements[i], bindings))
        return false;
  }
  return true;
}

bool Checker::satisfies(const hir::Type *type, const std::string &bound) {
  if (bound.empty() || bound == "any")
    return true;
  if (bound == "number")
    return isNumber(type);
  if (bound == "int")
    return isInteger(type);
  if (bound == "float")
    return isFloat(type);
  return true;
}

void Checker::mismatch(Span span, const hir::Type *expected, const hir::Type *found, const std::string &what) {
  Diagnostic &d = error(3001, span, "expected " + toString(expected) + ", found " + toString(found));
  if (!what.empty())
    d.notes.push_back({{}, what});
  auto convertible = [&](const hir::Type *t) { return isNumber(t) || t->kind == TypeKind::Bool; };
  const hir::Type *to = elementOf(expected), *from = elementOf(found);
  int toRank = expected->isArray() ? expected->rank : 0, fromRank = found->isArray() ? found->rank : 0;
  if (toRank == fromRank && convertible(to) && convertible(from) && to->kind != TypeKind::Bool)
    d.help = "convert it: " + toString(to) + "(" + quote(span) + ")";
  else if (expected == strType && found->isScalar())
    d.help = "convert it: str(" + quote(span) + "), or \"{" + quote(span) + "}\"";
  else if (to->kind == TypeKind::Bool && isNumber(from))
    d.help = "compare it: " + quote(span) + " != 0";
}

Value Checker::expect(Value value, const hir::Type *type, const std::string &what) {
  if (bad(value) || bad(type) || value.type() == type || value.diverges)
    return value;
  if (value.type() == voidType)
    error(3024, value.expr->span, "expected " + toString(type) + ", but this has no value");
  else
    mismatch(value.expr->span, type, value.type(), what);
  return poison(value.expr->span);
}

} // namespace dagger::sema
