// Functions of the program: one for each declaration and each set of type and function arguments in use.
#include "compiler/sema/Checker.h"
#include "compiler/hir/Walker.h"
#include <algorithm>

namespace dagger::sema {

using hir::Op;
using hir::FunctionKind;

// What a function captured, and what the functions that it captured did, becomes variables of the instance.
void Checker::ownCaptures(FunctionValue &function, std::vector<hir::Var *> &vars) {
  for (auto &[name, capture] : function.captures) {
    if (capture.function) {
      capture.function = std::make_shared<FunctionValue>(*capture.function);
      ownCaptures(*capture.function, vars);
    }
    if (!capture.var)
      continue;
    hir::Var *var = newVar(capture.var->name, capture.var->type, false, capture.var->span);
    vars.push_back(var);
    capture.var = var;
    capture.shape = varShape(var, var->type);
    capture.why = Why::Let;
  }
}

// The values of these where the function is passed, in the same order.
void Checker::capturedValues(const FunctionValue &function, Span span, std::vector<hir::Expr *> &values) {
  for (const auto &[name, capture] : function.captures) {
    if (capture.function)
      capturedValues(*capture.function, span, values);
    if (capture.var)
      values.push_back(local(capture, span).expr);
  }
}

hir::Function *Checker::instantiate(const FunctionInfo &info, const std::map<std::string, const hir::Type *> &typeParams, std::vector<Slot> &slots, Span span) {
  std::string key = std::to_string(reinterpret_cast<uintptr_t>(&info));
  for (const auto &[name, type] : typeParams)
    key += "," + std::to_string(reinterpret_cast<uintptr_t>(type));
  for (const Slot &slot : slots)
    if (slot.function)
      key += slot.function->lambda ? ";" + std::to_string(slot.function->id) : slot.function->info ? ":" + std::to_string(reinterpret_cast<uintptr_t>(slot.function->info)) : "." + slot.function->builtin;
  auto known = instances.find(key);
  if (known != instances.end())
    return known->second;
  FunctionInfo &counted = const_cast<FunctionInfo &>(info);
  if (++counted.instances > 300) {
    error(3030, span, "`" + info.name + "` is needed for too many types and functions").notes.push_back({info.decl->name.span, "one copy is compiled for each; here a call seems to need ever new ones"});
    return nullptr;
  }

  hir::Function *function = program->function();
  instances[key] = function;
  function->kind = info.external ? FunctionKind::Extern : info.isTask() ? FunctionKind::Task : info.isGroupKernel() ? FunctionKind::GroupKernel : FunctionKind::Fn;
  function->name = info.name;
  function->symbol = info.name;
  for (int n = 2; !symbols.insert(function->symbol).second; ++n)
    function->symbol = info.name + "." + std::to_string(n);
  function->doc = info.decl->doc;
  function->span = info.decl->name.span;

  PendingInstance instance;
  instance.function = function;
  instance.info = &info;
  instance.typeParams = typeParams;
  FunctionState inside;
  inside.module = info.module;
  inside.typeParams = typeParams;
  inside.function = function;
  scopes.push_back({});
  inside.scope = &scopes.back();
  FunctionState *saved = state;
  state = &inside;
  function->result = resolve(info.result);
  std::vector<hir::Var *> captured;
  for (Slot &slot : slots) {
    const ast::Param &param = *slot.param;
    if (slot.function) {
      auto own = std::make_shared<FunctionValue>(*slot.function);
      sign(*own, *param.type);
      ownCaptures(*own, captured);
      Local local;
      local.function = own;
      local.why = Why::Param;
      instance.functionParams.push_back({param.name.text, local});
      instance.params.push_back(nullptr);
      continue;
    }
    const hir::Type *type = resolve(param.type);
    hir::Var *var = newVar(param.name.text, type, param.isInout, param.name.span);
    instance.params.push_back(var);
    function->params.push_back({var, param.isInout, param.doc, nullptr});
    std::vector<std::string> extents;
    if (param.type && param.type->kind == ast::TypeExpr::Array)
      for (const ast::Extent &extent : param.type->extents)
        extents.push_back(extent.kind == ast::Extent::Named ? extent.name : "");
    if (info.external)
      function->externExtents.push_back(extents);
  }
  for (hir::Var *var : captured)
    function->params.push_back({var, false, "", nullptr});
  function->annotations = annotations(info.decl->annotations, info.isTask() ? Annotated::Task : Annotated::Declaration);
  state = saved;
  if (info.external) {
    function->library = info.external->library;
    function->externSymbol = info.decl->name.text;
    if (function->result != voidType && !bad(function->result) && !function->result->isScalar())
      error(5018, info.result->span, "an `extern` gives a scalar or nothing").help = "pass an array `inout` for it to fill";
    for (const hir::Param &param : function->params)
      if (!bad(param.var->type) && (param.var->type->isTuple() || (param.var->type->isArray() && param.var->type->element->isTuple())))
        error(5018, param.var->span, "an `extern` takes scalars, text and arrays of scalars, not " + toString(param.var->type));
    return function;
  }
  pending.push_back(std::move(instance));
  return function;
}

void Checker::elaboratePending() {
  while (!pending.empty()) {
    PendingInstance next = std::move(pending.front());
    pending.pop_front();
    elaborate(next);
  }
}

void Checker::collectReassigned(const ast::Block *body, std::set<std::string> &names) {
  Visitor visitor;
  visitor.stmt = [&](const ast::Stmt &stmt) {
    if (stmt.kind != ast::StmtKind::Assign)
      return;
    const ast::Expr *place = static_cast<const ast::AssignStmt &>(stmt).place;
    while (place->kind == ast::ExprKind::Member || place->kind == ast::ExprKind::TupleMember)
      place = place->kind == ast::ExprKind::Member ? static_cast<const ast::Member *>(place)->object : static_cast<const ast::TupleMember *>(place)->object;
    if (place->kind == ast::ExprKind::Name)
      names.insert(static_cast<const ast::NameExpr *>(place)->name);
  };
  walk(body, visitor);
}

// An extent that a signature names and nobody reads is not asked for: an argument need not have its shape yet, nor ever.
static void dropUnreadExtents(hir::Block *block, size_t declared) {
  std::set<const hir::Var *> read;
  hir::Walker walker;
  walker.onExpr = [&](const hir::Expr *e) {
    if (e->op == Op::Local)
      read.insert(e->var);
  };
  walker.block(block);
  auto isUnread = [&](const hir::Stmt *stmt) {
    return stmt->kind == hir::StmtKind::Let && stmt->value && stmt->value->op == Op::Extent && !read.contains(stmt->var);
  };
  auto end = block->statements.begin() + ptrdiff_t(declared);
  block->statements.erase(std::remove_if(block->statements.begin(), end, isUnread), end);
}

void Checker::elaborate(PendingInstance &instance) {
  hir::Function *function = instance.function;
  const FunctionInfo &info = *instance.info;
  FunctionState inside;
  inside.function = function;
  inside.module = info.module;
  inside.typeParams = instance.typeParams;
  inside.result = function->result;
  inside.resultExpr = info.result;
  inside.isPrecise = has(function->annotations, "precise");
  inside.isFast = has(function->annotations, "fast");
  inside.context = info.isTask() ? Context::Task : info.isGroupKernel() ? Context::Group : Context::Graph;
  collectReassigned(info.function->body, inside.reassigned);
  scopes.push_back({});
  inside.scope = &scopes.back();
  hir::Block *block = program->block(info.function->body ? info.function->body->span : info.decl->span);
  inside.sink = &block->statements;
  state = &inside;
  prologue(info, instance);
  size_t declared = block->statements.size();
  function->body = block;
  if (info.isGroupKernel()) {
    elaborateGroupKernel(info, block);
  } else if (info.isKernel()) {
    elaboratePointKernel(info, block);
  } else {
    finishBody(info.function->body, block);
    dropUnreadExtents(block, declared);
  }
  state = nullptr;
}

// Parameters come into scope; each extent name becomes a variable, and what must agree with it is checked.
void Checker::prologue(const FunctionInfo &info, PendingInstance &instance) {
  std::map<std::string, std::string> from;
  for (size_t i = 0; i < instance.params.size(); ++i) {
    const ast::Param &param = (*info.params)[i];
    if (hir::Var *var = instance.params[i]) {
      Local local;
      local.var = var;
      local.why = param.isInout ? Why::Inout : Why::Param;
      if (bad(var->type))
        local.why = Why::Param;
      bind(param.name.text, local, param.name.span);
      if (isInteger(var->type))
        from[param.name.text] = "parameter `" + param.name.text + "`";
    }
  }
  for (auto &[name, local] : instance.functionParams)
    bind(name, local, info.decl->name.span);
  for (size_t i = 0; i < instance.params.size(); ++i) {
    hir::Var *var = instance.params[i];
    const ast::Param &param = (*info.params)[i];
    if (!var || bad(var->type))
      continue;
    Value value = readVar(var, unknownShape(var->type), param.span.valid() ? param.span : param.name.span);
    Shape shape = declareExtents(param.type, value, param.name.text, from, info);
    if (Local *known = lookup(param.name.text); known && known->var == var)
      known->shape = shape;
  }
}

Shape Checker::declareExtents(const ast::TypeExpr *type, const Value &param, const std::string &paramName, std::map<std::string, std::string> &from, const FunctionInfo &info) {
  Shape shape = unknownShape(param.type());
  if (type && type->kind == ast::TypeExpr::Tuple) {
    for (size_t i = 0; i < type->args.size() && i < param.type()->elements.size(); ++i)
      shape.elements.push_back(declareExtents(type->args[i], field(param, int(i), param.expr->span), paramName + "." + std::to_string(i), from, info));
    return shape;
  }
  if (!type || type->kind != ast::TypeExpr::Array)
    return shape;
  for (size_t axis = 0; axis < type->extents.size() && axis < shape.extents.size(); ++axis) {
    const ast::Extent &declared = type->extents[axis];
    Span span = declared.span.valid() ? declared.span : type->span;
    Value actual = make(Op::Extent, i64, span, {param.expr});
    actual.expr->intValue = int64_t(axis);
    std::string where = "`" + paramName + "` along axis " + std::to_string(axis);
    if (declared.kind == ast::Extent::Any) {
      if (param.expr->op == Op::Local)
        shape.extents[axis] = Extent::symbol(param.expr->var, int(axis));
      continue;
    }
    Value expected;
    std::string text;
    if (declared.kind == ast::Extent::Number) {
      expected = integer(declared.number, span);
      shape.extents[axis] = Extent::of(declared.number);
      text = where + " must have extent " + std::to_string(declared.number);
    } else {
      Local *known = lookup(declared.name);
      if (known && (known->why == Why::Extent || from.count(declared.name))) {
        expected = local(*known, span);
        shape.extents[axis] = extentOf(expected.expr);
        if (expected.type() != i64)
          expected = convertScalar(expected, i64, span);
        text = where + " must have extent `" + declared.name + "`, which is that of " + from[declared.name];
      } else if (known && (known->why == Why::Param || known->why == Why::Inout)) {
        if (!bad(known->var->type))
          error(4005, declared.span, "extent `" + declared.name + "` is the parameter `" + declared.name + "`, which is " + toString(known->var->type)).help = "declare it `" + declared.name + ": i64`, or give one of them another name";
        continue;
      } else {
        hir::Var *var = newVar(declared.name, i64, false, span);
        hir::Stmt *stmt = emit(hir::StmtKind::Let, span);
        stmt->var = var;
        stmt->value = actual.expr;
        Local local;
        local.var = var;
        local.why = Why::Extent;
        bind(declared.name, local, span);
        from[declared.name] = where;
        shape.extents[axis] = Extent::symbol(var);
        continue;
      }
    }
    hir::Stmt *stmt = emit(hir::StmtKind::CheckExtent, span);
    stmt->value = actual.expr;
    stmt->high = expected.expr;
    stmt->text = text;
  }
  return shape;
}

hir::Expr *Checker::checkResult(Value value, Span span) {
  value = expect(value, state->result, "the result of `" + state->function->name + "`");
  if (bad(value))
    return nullptr;
  value = checkShape(value, state->resultExpr, "the result");
  return bad(value) ? nullptr : value.expr;
}

// The expressions that would be the result of a function if it declared one.
void Checker::findLastValues(const ast::Block *body) {
  if (!body || body->statements.empty() || body->statements.back()->kind != ast::StmtKind::Expr)
    return;
  const ast::Expr *last = static_cast<const ast::ExprStmt *>(body->statements.back())->expr;
  state->lastValues.insert(last);
  if (last->kind == ast::ExprKind::If) {
    findLastValues(static_cast<const ast::IfExpr *>(last)->then);
    findLastValues(static_cast<const ast::IfExpr *>(last)->otherwise);
  }
}

void Checker::finishBody(const ast::Block *body, hir::Block *block) {
  if (!body)
    return;
  bool wantValue = state->result && state->result != voidType;
  ScopeGuard guard(*this);
  if (!wantValue && state->function->kind != FunctionKind::Test && state->function->name != "main")
    findLastValues(body);
  BlockResult result = statements(*body, wantValue, bad(state->result) ? nullptr : state->result);
  if (!wantValue)
    return;
  if (result.hasValue && !bad(result.value) && !(result.value.type() == voidType && result.diverges)) {
    block->value = checkResult(result.value, body->span);
  } else if (!result.hasValue && !result.diverges) {
    Span end = body->span;
    if (end.end > end.begin)
      end.begin = end.end - 1;
    Diagnostic &d = error(3013, end, "`" + state->function->name + "` gives " + toString(state->result) + ", but its end is reached without a value");
    if (state->resultExpr)
      d.notes.push_back({state->resultExpr->span, "the result is declared here"});
    d.help = "end the body with the value, or `return` it on every path";
  }
}

void Checker::elaborateMain(const FunctionInfo &info) {
  bool ok = true;
  if (!info.isFn() || !info.typeParams->empty()) {
    error(5018, info.decl->name.span, "`main` is a plain `fn`");
    return;
  }
  if (info.result) {
    error(5018, info.result->span, "`main` gives nothing").help = "print what it finds";
    ok = false;
  }
  std::vector<Slot> slots(info.params->size());
  for (size_t i = 0; i < slots.size(); ++i) {
    const ast::Param &param = (*info.params)[i];
    slots[i].param = &param;
    const char *fault = nullptr;
    if (param.isInout)
      fault = "a parameter of `main` is not `inout`";
    else if (!param.type || param.type->kind != ast::TypeExpr::Scalar)
      fault = "the parameters of `main` come from the command line: `str`, `bool`, numbers or `date`";
    if (fault) {
      error(3020, param.type ? param.type->span : param.span, fault);
      ok = false;
    }
  }
  if (!ok)
    return;
  hir::Function *main = instantiate(info, {}, slots, info.decl->span);
  if (!main)
    return;
  program->main = main;
  for (size_t i = 0; i < slots.size() && i < main->params.size(); ++i) {
    const ast::Param &param = (*info.params)[i];
    const hir::Type *type = main->params[i].var->type;
    if (bad(type))
      continue;
    if (type->kind == hir::TypeKind::Complex || type->kind == hir::TypeKind::Timestamp) {
      error(3020, param.type->span, "the parameters of `main` come from the command line: `str`, `bool`, numbers or `date`");
      continue;
    }
    if (!param.defaultValue)
      continue;
    FunctionState inside;
    std::vector<hir::Stmt *> sink;
    inside.module = info.module;
    inside.sink = &sink;
    scopes.push_back({});
    inside.scope = &scopes.back();
    state = &inside;
    Value value = expect(check(param.defaultValue, type), type, "the default of `" + param.name.text + "`");
    state = nullptr;
    if (bad(value))
      continue;
    if (auto number = foldInteger(value.expr))
      value = constant(type, value.expr->span, *number);
    if (value.expr->op != Op::Const) {
      error(3021, param.defaultValue->span, "the default of a parameter of `main` is a constant");
      continue;
    }
    main->params[i].defaultValue = value.expr;
  }
}

void Checker::elaborateTest(const ast::TestDecl &test, const Module &module) {
  hir::Function *function = program->function();
  function->kind = FunctionKind::Test;
  function->name = "test \"" + test.title + "\"";
  function->title = test.title;
  function->symbol = "test." + std::to_string(program->tests.size() + 1);
  function->result = voidType;
  function->doc = test.doc;
  function->span = test.span;
  program->tests.push_back(function);
  FunctionState inside;
  inside.function = function;
  inside.module = &module;
  inside.result = voidType;
  collectReassigned(test.body, inside.reassigned);
  scopes.push_back({});
  inside.scope = &scopes.back();
  hir::Block *block = program->block(test.span);
  inside.sink = &block->statements;
  function->body = block;
  state = &inside;
  function->annotations = annotations(test.annotations, Annotated::Declaration);
  inside.isPrecise = has(function->annotations, "precise");
  inside.isFast = has(function->annotations, "fast");
  finishBody(test.body, block);
  state = nullptr;
}

// What nothing calls: checked as it stands, generic functions for one type that each bound allows.
void Checker::checkUnreached(const Module &module) {
  FunctionState outside;
  outside.module = &module;
  outside.function = program->function();
  state = &outside;
  for (const auto &[name, decl] : module.decls)
    if (decl->kind == ast::DeclKind::Const && !knownConstants.count(static_cast<const ast::ConstDecl *>(decl)))
      constantNamed(module, *static_cast<const ast::ConstDecl *>(decl), decl->span, nullptr);
  state = nullptr;
  elaboratePending();
  for (const auto &[name, info] : module.functions) {
    if (info->instances || givesFunction(*info))
      continue;
    std::vector<Slot> slots(info->params->size());
    bool takesFunction = false;
    for (size_t i = 0; i < slots.size(); ++i) {
      slots[i].param = &(*info->params)[i];
      takesFunction |= slots[i].param->type && slots[i].param->type->kind == ast::TypeExpr::Function;
    }
    if (takesFunction || (name == "main" && &module == root))
      continue;
    std::map<std::string, const hir::Type *> typeParams;
    for (const ast::TypeParam &param : *info->typeParams)
      typeParams[param.name.text] = param.bound.text == "int" || param.bound.text == "any" || param.bound.text.empty() ? i64 : f64;
    instantiate(*info, typeParams, slots, info->decl->span);
    elaboratePending();
  }
}

} // namespace dagger::sema
