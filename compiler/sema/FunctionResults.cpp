// Functions that give a function. A call of one is elaborated where it stands: its statements run there, once, and what
// its last expression captures are their variables.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

bool Checker::givesFunction(const FunctionInfo &info) {
  return info.isFn() && info.result && info.result->kind == ast::TypeExpr::Function;
}

// The function that gives a function which this expression calls; null if it is something else.
const FunctionInfo *Checker::makerCalled(const ast::Expr *expr) {
  if (!expr || expr->kind != ast::ExprKind::Call) return nullptr;
  const ast::Expr *callee = static_cast<const ast::Call *>(expr)->callee;
  const FunctionInfo *info = nullptr;
  if (callee->kind == ast::ExprKind::Name) {
    const std::string &name = static_cast<const ast::NameExpr *>(callee)->name;
    Local *known = lookup(name);
    info = !known ? functionNamed(*state->module, name) : known->function ? known->function->info : nullptr;
  } else if (callee->kind == ast::ExprKind::Member) {
    auto &member = *static_cast<const ast::Member *>(callee);
    if (member.object->kind == ast::ExprKind::Name && !lookup(static_cast<const ast::NameExpr *>(member.object)->name))
      if (const Module *module =
              moduleNamed(static_cast<const ast::NameExpr *>(member.object)->name, member.object->span))
        info = functionNamed(*module, member.name.text);
  }
  return info && givesFunction(*info) ? info : nullptr;
}

std::shared_ptr<FunctionValue> Checker::madeFunction(const FunctionInfo &info, const ast::Call &call) {
  Span span = call.span;
  std::vector<Slot> slots;
  if (!matchArguments(info, &call.args, {}, slots, span)) return nullptr;
  const ast::Block *body = info.function->body;
  if (++making > 50) {
    --making;
    error(3028, span, "`" + info.name + "` seems to need ever new functions");
    return nullptr;
  }
  bool ok = true;
  std::map<std::string, const hir::Type *> bindings;
  for (const ast::TypeParam &param : *info.typeParams) bindings[param.name.text] = nullptr;
  for (size_t i = 0; i < call.typeArgs.size() && i < info.typeParams->size(); ++i)
    bindings[(*info.typeParams)[i].name.text] = resolve(call.typeArgs[i]);

  Scope *savedScope = state->scope;
  const Module *savedModule = state->module;
  auto savedParams = state->typeParams;
  bool savedIn = state->inLambda;
  int savedLoops = state->loops;
  auto inside = [&](auto &&what) {
    state->module = info.module;
    state->typeParams = bindings;
    what();
    state->module = savedModule;
    state->typeParams = savedParams;
  };
  for (Slot &slot : slots) {
    const ast::Param &param = *slot.param;
    if (param.isInout) {
      error(3022, slot.span,
            "`" + info.name + "` gives a function, so it changes nothing: it has no `inout` parameters");
      ok = false;
    } else if (param.type->kind == ast::TypeExpr::Function) {
      slot.function = functionValue(slot.expr, false);
      ok &= slot.function != nullptr;
    } else {
      const hir::Type *wanted = nullptr;
      inside([&] { wanted = resolve(param.type, true); });
      if (slot.isDefault)
        inside([&] { slot.value = check(slot.expr, wanted); });
      else
        slot.value = check(slot.expr, bad(wanted) ? nullptr : wanted);
      bool fits = !bad(slot.value) && unify(param.type, slot.value.type(), bindings);
      inside([&] { wanted = resolve(param.type, bad(slot.value)); });
      if (bad(slot.value) || bad(wanted)) {
        ok = false;
      } else if (!fits || slot.value.type() != wanted) {
        mismatch(slot.span, wanted, slot.value.type(), "argument `" + param.name.text + "` of `" + info.name + "`");
        ok = false;
      }
    }
  }
  for (const ast::TypeParam &param : *info.typeParams) {
    const hir::Type *&type = bindings[param.name.text];
    if (!type && ok) {
      error(3011, span, "nothing says what `" + param.name.text + "` of `" + info.name + "` is").help =
          "write " + info.name + "<f64>(…), with the type that is meant";
      ok = false;
    } else if (type && !bad(type) && !satisfies(type, param.bound.text)) {
      error(3010, span, "`" + param.name.text + "` of `" + info.name + "` cannot be " + toString(type))
          .notes.push_back({param.name.span, "it is bounded here"});
      ok = false;
    }
  }
  std::shared_ptr<FunctionValue> made;
  if (ok) {
    scopes.push_back({nullptr, Boundary::None, {}});
    state->scope = &scopes.back();
    state->module = info.module;
    state->typeParams = bindings;
    state->inLambda = true;
    state->loops = 0;
    collectReassigned(body, state->reassigned);
    std::map<std::string, std::string> from;
    for (Slot &slot : slots) {
      const std::string &name = slot.param->name.text;
      Local local;
      local.why = Why::Param;
      if (slot.function) {
        local.function = slot.function;
      } else {
        local.var = newVar(name, slot.value.type(), false, slot.param->name.span);
        hir::Stmt *let = emit(hir::StmtKind::Let, slot.span);
        let->var = local.var;
        let->value = slot.value.expr;
        if (Extent known = extentOf(slot.value.expr); known.kind != Extent::Unknown) aliases[local.var] = known;
        if (isInteger(slot.value.type())) from[name] = "parameter `" + name + "`";
      }
      bind(name, local, slot.param->name.span);
    }
    for (Slot &slot : slots)
      if (Local *known = lookup(slot.param->name.text); known && known->var)
        known->shape = declareExtents(slot.param->type, readVar(known->var, unknownShape(known->var->type), slot.span),
                                      slot.param->name.text, from, info);
    const ast::Stmt *last = body->statements.empty() ? nullptr : body->statements.back();
    for (const ast::Stmt *stmt : body->statements)
      if (stmt != last) statement(*stmt);
    const ast::Expr *result =
        last && last->kind == ast::StmtKind::Expr ? static_cast<const ast::ExprStmt *>(last)->expr : nullptr;
    bool isKnown = result && (result->kind == ast::ExprKind::Lambda || result->kind == ast::ExprKind::Name ||
                              result->kind == ast::ExprKind::Member || result->kind == ast::ExprKind::Call);
    if (!isKnown)
      error(3022, result ? result->span : body->span,
            "which function `" + info.name +
                "` gives is known before the program runs: its body ends in a lambda, or in the name or call of one")
          .help = "choose inside of it: x => if c { … } else { … }";
    else
      made = functionValue(result, false);
    if (made) {
      made = std::make_shared<FunctionValue>(*made);
      sign(*made, *info.result);
    }
    state->scope = savedScope;
    state->module = savedModule;
    state->typeParams = savedParams;
    state->inLambda = savedIn;
    state->loops = savedLoops;
  }
  --making;
  return made;
}

// What a function type says of a function: literals among its arguments are of these types.
void Checker::sign(FunctionValue &function, const ast::TypeExpr &type) {
  function.params.clear();
  for (size_t i = 0; i + 1 < type.args.size(); ++i) function.params.push_back(resolve(type.args[i], true));
  function.gives = type.args.empty() ? nullptr : resolve(type.args.back(), true);
  if (function.lambda && function.lambda->params.size() != function.params.size())
    error(3005, function.lambda->span,
          "this takes " + std::to_string(function.lambda->params.size()) + ", a function of " +
              std::to_string(function.params.size()) + " is wanted")
        .notes.push_back({type.span, "it is declared here"});
}

// The call of a function that a name or an expression stands for.
Value Checker::callValue(const FunctionValue &function, const ast::Call &call, std::vector<Value> args,
                         const hir::Type *hint) {
  for (const ast::Argument &argument : call.args) {
    const hir::Type *wanted = args.size() < function.params.size() && !bad(function.params[args.size()])
                                  ? function.params[args.size()]
                                  : nullptr;
    Value value = check(argument.value, wanted);
    if (wanted && !bad(value) && elementOf(value.type()) != elementOf(wanted)) {
      mismatch(argument.span, wanted, value.type(), "argument " + std::to_string(args.size() + 1) + " of the function");
      value = poison(argument.span);
    }
    args.push_back(value);
  }
  const hir::Type *gives = function.gives && !bad(function.gives) ? function.gives : nullptr;
  Value result = apply(function, std::move(args), call.span, gives ? gives : hint);
  if (!gives || bad(result) || elementOf(result.type()) == elementOf(gives)) return result;
  mismatch(call.span, gives, result.type(), "the function is declared to give that");
  return poison(call.span);
}

} // namespace dagger::sema
