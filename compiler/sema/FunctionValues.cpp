// Functions as values: they are known at compile time, so a call of one is elaborated where it stands, and a function that
// takes one is instantiated for it. What a lambda captured becomes parameters of the instance.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

// What is declared anywhere in the body counts as known: the rest is told when the lambda is called.
void Checker::findUnknownNames(const ast::Lambda &lambda) {
  std::set<std::string> declared;
  std::vector<const ast::NameExpr *> used;
  Visitor visitor;
  visitor.expr = [&](const ast::Expr &e) {
    if (e.kind == ast::ExprKind::Name)
      used.push_back(static_cast<const ast::NameExpr *>(&e));
    else if (e.kind == ast::ExprKind::Lambda)
      for (const ast::Name &param : static_cast<const ast::Lambda &>(e).params)
        declared.insert(param.text);
    else if (e.kind == ast::ExprKind::InlineKernel)
      for (const ast::Name &index : static_cast<const ast::InlineKernel &>(e).indices)
        declared.insert(index.text);
    else if (e.kind == ast::ExprKind::Comprehension)
      for (const auto &clause : static_cast<const ast::Comprehension &>(e).clauses)
        namesOf(clause.pattern, declared);
    return true;
  };
  visitor.stmt = [&](const ast::Stmt &stmt) {
    if (stmt.kind == ast::StmtKind::Let || stmt.kind == ast::StmtKind::Var)
      namesOf(static_cast<const ast::LetStmt &>(stmt).pattern, declared);
    else if (stmt.kind == ast::StmtKind::For)
      namesOf(static_cast<const ast::ForStmt &>(stmt).pattern, declared);
  };
  walk(&lambda, visitor);
  std::vector<UnknownName> &unknown = uncalled[&lambda];
  for (const ast::NameExpr *use : used) {
    const std::string &name = use->name;
    bool isKnown = declared.contains(name) || lookup(name) || state->module->decls.contains(name) || state->typeParams.contains(name) ||
                   isLibraryName(name) || scalarNamed(name) || name == "min" || name == "max" || name == "_" || moduleNamed(name, use->span);
    if (!isKnown)
      unknown.push_back({name, nearest(name, visibleNames()).value_or(""), use->span});
  }
}

std::shared_ptr<FunctionValue> Checker::closure(const ast::Lambda &lambda, bool snapshot) {
  auto function = std::make_shared<FunctionValue>();
  function->id = ++functionValueIds;
  function->lambda = &lambda;
  function->module = state->module;
  function->typeParams = state->typeParams;
  std::set<std::string> names;
  Visitor visitor;
  visitor.expr = [&](const ast::Expr &e) {
    if (e.kind == ast::ExprKind::Name)
      names.insert(static_cast<const ast::NameExpr &>(e).name);
    return true;
  };
  walk(lambda.body, visitor);
  for (const ast::Name &param : lambda.params)
    names.erase(param.text);
  for (const std::string &name : names) {
    Local *known = lookup(name);
    if (!known)
      continue;
    Local captured = *known;
    if (snapshot && known->var && known->var->isMutable) {
      // A lambda captures values when it is made.
      Value copy = once(local(*known, known->span), name);
      captured.var = copy.expr->var;
      captured.shape = copy.shape;
      captured.why = Why::Captured;
    }
    function->captures.push_back({name, captured});
  }
  if (!uncalled.contains(&lambda))
    findUnknownNames(lambda);
  return function;
}

std::shared_ptr<FunctionValue> Checker::functionValue(const ast::Expr *expr, bool quiet) {
  auto named = [&](const FunctionInfo *info, const std::string &builtin) {
    auto function = std::make_shared<FunctionValue>();
    function->info = info;
    function->builtin = builtin;
    function->module = state->module;
    return function;
  };
  if (expr->kind == ast::ExprKind::Lambda)
    return quiet ? std::make_shared<FunctionValue>() : closure(*static_cast<const ast::Lambda *>(expr), true);
  if (expr->kind == ast::ExprKind::Name) {
    const std::string &name = static_cast<const ast::NameExpr *>(expr)->name;
    if (Local *known = lookup(name)) {
      if (known->function)
        return known->function;
    } else if (state->module->decls.count(name)) {
      if (const FunctionInfo *info = functionNamed(*state->module, name))
        return named(info, "");
    } else if (mathArity(name) || name == "min" || name == "max") {
      return named(nullptr, name);
    } else if (!isLibraryName(name) && !scalarNamed(name)) {
      if (!quiet)
        unknownName(name, expr->span);
      return nullptr;
    }
  }
  if (expr->kind == ast::ExprKind::Member) {
    auto &member = *static_cast<const ast::Member *>(expr);
    if (member.object->kind == ast::ExprKind::Name && !lookup(static_cast<const ast::NameExpr *>(member.object)->name))
      if (const Module *module = moduleNamed(static_cast<const ast::NameExpr *>(member.object)->name, member.object->span)) {
        if (const FunctionInfo *info = functionNamed(*module, member.name.text))
          return named(info, "");
        if (module->name == "math" && mathArity(member.name.text))
          return named(nullptr, member.name.text);
      }
  }
  if (const FunctionInfo *maker = makerCalled(expr))
    return quiet ? std::make_shared<FunctionValue>() : madeFunction(*maker, *static_cast<const ast::Call *>(expr));
  if (!quiet)
    error(3022, expr->span, "expected a function").help = "write a lambda, such as (a, b) => a + b";
  return nullptr;
}

Value Checker::inlineLambda(const FunctionValue &function, std::vector<Value> args, Span span, const hir::Type *hint) {
  const ast::Lambda &lambda = *function.lambda;
  uncalled[&lambda].clear();
  if (args.size() != lambda.params.size()) {
    error(3005, span, "the function takes " + std::to_string(lambda.params.size()) + (lambda.params.size() == 1 ? " argument, " : " arguments, ") + std::to_string(args.size()) + " are given").notes.push_back({lambda.span, "it is here"});
    return poison(span);
  }
  if (depth > 300) {
    error(3028, span, "functions are nested too deeply here");
    return poison(span);
  }
  Nested nested = inBlock(span, [&] {
    Scope *savedScope = state->scope;
    const Module *savedModule = state->module;
    auto savedParams = state->typeParams;
    bool savedIn = state->inLambda;
    int savedLoops = state->loops;
    std::vector<hir::Var *> vars;
    for (size_t i = 0; i < args.size(); ++i)
      args[i] = once(args[i], lambda.params[i].text);
    scopes.push_back({nullptr, Boundary::None, {}});
    state->scope = &scopes.back();
    for (const auto &[name, captured] : function.captures)
      state->scope->names.emplace(name, captured);
    scopes.push_back({state->scope, Boundary::Lambda, {}});
    state->scope = &scopes.back();
    state->module = function.module;
    state->typeParams = function.typeParams;
    state->inLambda = true;
    state->loops = 0;
    for (size_t i = 0; i < args.size(); ++i) {
      Local param;
      param.shape = args[i].shape;
      param.why = Why::Param;
      if (args[i].expr->op == Op::Local) {
        param.var = args[i].expr->var;
      } else { // a constant keeps its value: what it is can matter to extents
        param.var = newVar(lambda.params[i].text, args[i].type(), false, lambda.params[i].span);
        hir::Stmt *stmt = emit(hir::StmtKind::Let, lambda.params[i].span);
        stmt->var = param.var;
        stmt->value = args[i].expr;
        if (Extent known = extentOf(args[i].expr); known.kind != Extent::Unknown)
          aliases[param.var] = known;
      }
      bind(lambda.params[i].text, param, lambda.params[i].span);
    }
    Value value = check(lambda.body, hint);
    state->scope = savedScope;
    state->module = savedModule;
    state->typeParams = savedParams;
    state->inLambda = savedIn;
    state->loops = savedLoops;
    return value;
  });
  return blockValue(nested, span);
}

Value Checker::apply(const FunctionValue &function, std::vector<Value> args, Span span, const hir::Type *hint) {
  for (const Value &arg : args)
    if (bad(arg))
      return poison(span);
  if (function.info)
    return callFunction(*function.info, nullptr, nullptr, std::move(args), hint, span);
  if (!function.builtin.empty())
    return callLibrary(function.builtin, nullptr, std::move(args), hint, span);
  bool anyArray = false;
  for (const Value &arg : args)
    anyArray |= arg.type()->isArray();
  if (!anyArray)
    return inlineLambda(function, std::move(args), span, hint);
  // A lambda over arrays either speaks of them as wholes, or is one of scalars that maps.
  SourceManager &shared = sources;
  Diagnostics trial(shared);
  Diagnostics *saved = diagnostics;
  diagnostics = &trial;
  size_t emitted = state->sink->size();
  Value whole = inlineLambda(function, args, span, hint);
  diagnostics = saved;
  if (!trial.hasErrors())
    return whole;
  state->sink->resize(emitted);
  Diagnostics mapped(shared);
  diagnostics = &mapped;
  Value result = elementwise(span, args, [&](const std::vector<hir::Expr *> &scalars) -> hir::Expr * {
    std::vector<Value> values;
    for (hir::Expr *scalar : scalars)
      values.push_back({scalar, {}, false});
    Context context = state->context;
    if (context == Context::Graph || context == Context::Task)
      state->context = Context::Scalar;
    Value value = inlineLambda(function, values, span, elementOf(hint));
    state->context = context;
    return bad(value) ? nullptr : value.expr;
  });
  diagnostics = saved;
  if (!mapped.hasErrors())
    return result;
  for (const Diagnostic &diagnostic : trial.all()) {
    Diagnostic &copy = diagnostics->error(diagnostic.code, diagnostic.span, diagnostic.message);
    copy.notes = diagnostic.notes;
    copy.help = diagnostic.help;
  }
  return poison(span);
}

// The function as a lambda of parameters of these types; `result` (may be null) is what it must give.
hir::Lambda *Checker::scalarLambda(const FunctionValue &function, std::vector<const hir::Type *> params, const hir::Type *result, Span span, const hir::Type **found) {
  hir::Lambda *lambda = program->lambda(span);
  std::vector<Value> args;
  for (size_t i = 0; i < params.size(); ++i) {
    std::string name = function.lambda && i < function.lambda->params.size() ? function.lambda->params[i].text : std::string(1, char('a' + i % 26));
    hir::Var *var = newVar(name, params[i], false, span);
    lambda->params.push_back(var);
    args.push_back(readVar(var, varShape(var, params[i]), span));
  }
  Context saved = state->context;
  if (saved == Context::Graph || saved == Context::Task)
    state->context = Context::Scalar;
  Nested nested = inBlock(span, [&] {
    Value value = apply(function, args, span, result);
    if (result && !found)
      value = expect(value, result, "what the function gives");
    return value;
  });
  state->context = saved;
  if (found)
    *found = nested.value.type();
  if (bad(nested.value))
    return nullptr;
  lambda->body = nested.block;
  return lambda;
}

} // namespace dagger::sema
