// Statements, and blocks with their values.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::StmtKind;

Checker::BlockResult Checker::statements(const ast::Block &block, bool wantValue, const hir::Type *hint) {
  BlockResult result;
  for (size_t i = 0; i < block.statements.size(); ++i) {
    const ast::Stmt *stmt = block.statements[i];
    bool isLast = i + 1 == block.statements.size();
    if (isLast && wantValue && stmt->kind == ast::StmtKind::Expr && stmt->annotations.empty()) {
      const ast::Expr *expr = static_cast<const ast::ExprStmt *>(stmt)->expr;
      Value value = check(expr, hint);
      result.diverges |= value.diverges;
      if (bad(value) || value.diverges || value.type() != voidType) {
        result.value = value;
        result.hasValue = !value.diverges;
        if (value.diverges && !bad(value)) {
          hir::Stmt *eval = emit(StmtKind::Eval, expr->span);
          eval->value = value.expr;
        }
        if (bad(value))
          result.hasValue = true;
        return result;
      }
      if (value.expr->op != Op::Const) {
        hir::Stmt *eval = emit(StmtKind::Eval, expr->span);
        eval->value = value.expr;
      }
      return result;
    }
    if (isLast && wantValue && stmt->kind == ast::StmtKind::Block && stmt->annotations.empty()) {
      ScopeGuard guard(*this);
      return statements(*static_cast<const ast::Block *>(stmt), wantValue, hint);
    }
    result.diverges |= statement(*stmt);
  }
  return result;
}

hir::Block *Checker::plainBlock(const ast::Block &block, bool *diverges) {
  return inBlock(block.span, [&] {
    BlockResult result = statements(block, false, nullptr);
    if (diverges)
      *diverges = result.diverges;
    return nothing(block.span);
  }).block;
}

static std::string keyword(ast::StmtKind kind) {
  return kind == ast::StmtKind::Break ? "break" : "continue";
}

bool Checker::statement(const ast::Stmt &stmt) {
  if (depth > 400) {
    if (!toldDepth)
      error(3028, stmt.span, "this is nested too deeply");
    toldDepth = true;
    return false;
  }
  ++depth;
  bool diverges = false, isDeclaration = stmt.kind == ast::StmtKind::Let || stmt.kind == ast::StmtKind::Var;
  std::vector<hir::Annotation> list = annotations(stmt.annotations, isDeclaration ? Annotated::Variable : Annotated::Statement);
  size_t from = state->sink->size();
  bool wasPrecise = state->isPrecise, wasFast = state->isFast;
  state->isPrecise |= has(list, "precise");
  state->isFast |= has(list, "fast");
  switch (stmt.kind) {
  case ast::StmtKind::Let:
  case ast::StmtKind::Var: let(static_cast<const ast::LetStmt &>(stmt)); break;
  case ast::StmtKind::Shared: shared(static_cast<const ast::SharedStmt &>(stmt)); break;
  case ast::StmtKind::Assign: assign(static_cast<const ast::AssignStmt &>(stmt)); break;
  case ast::StmtKind::Atomic: atomic(static_cast<const ast::AtomicStmt &>(stmt)); break;
  case ast::StmtKind::Barrier: barrier(stmt); break;
  case ast::StmtKind::For: diverges = forStmt(static_cast<const ast::ForStmt &>(stmt)); break;
  case ast::StmtKind::While: diverges = whileStmt(static_cast<const ast::WhileStmt &>(stmt)); break;
  case ast::StmtKind::Break:
  case ast::StmtKind::Continue:
    if (!state->loops) {
      error(5010, stmt.span, "`" + keyword(stmt.kind) + "` stands outside of a loop");
      break;
    }
    state->divergentExit |= state->isDivergent;
    emit(stmt.kind == ast::StmtKind::Break ? StmtKind::Break : StmtKind::Continue, stmt.span);
    diverges = true;
    break;
  case ast::StmtKind::Return:
    returnStmt(static_cast<const ast::ReturnStmt &>(stmt));
    diverges = true;
    break;
  case ast::StmtKind::Assert: {
    auto &assertion = static_cast<const ast::AssertStmt &>(stmt);
    Value test = condition(assertion.condition);
    Nested message;
    if (assertion.message)
      message = inBlock(assertion.message->span, [&] { return checkScalar(assertion.message, strType, "the message of `assert`"); });
    if (bad(test) || (assertion.message && bad(message.value)))
      break;
    hir::Stmt *result = emit(StmtKind::Assert, stmt.span);
    result->value = test.expr;
    if (assertion.message)
      result->message = blockValue(message, assertion.message->span).expr;
    break;
  }
  case ast::StmtKind::Expr: {
    auto &expr = *static_cast<const ast::ExprStmt &>(stmt).expr;
    diverges = expressionStatement(expr, stmt.span);
    break;
  }
  case ast::StmtKind::Block: {
    auto &block = static_cast<const ast::Block &>(stmt);
    hir::Block *body = plainBlock(block, &diverges);
    hir::Stmt *result = emit(StmtKind::Block, stmt.span);
    result->body = body;
    break;
  }
  }
  state->isPrecise = wasPrecise;
  state->isFast = wasFast;
  // A statement can be several in the typed program: a call, then the names of what it gives.
  if (!list.empty()) {
    annotated.push_back({list, {state->sink->begin() + ptrdiff_t(from), state->sink->end()}});
    for (hir::Stmt *made : annotated.back().statements)
      made->annotations = list;
  }
  --depth;
  return diverges;
}

bool Checker::expressionStatement(const ast::Expr &expr, Span span) {
  size_t before = diagnostics->count();
  Value value = expr.kind == ast::ExprKind::If ? ifExpr(static_cast<const ast::IfExpr &>(expr), nullptr, false) : check(&expr);
  if (bad(value)) {
    // Its parts have said what is wrong.
    return value.diverges;
  }
  if (value.type() != voidType) {
    if (diagnostics->count() == before) {
      Diagnostic &d = error(5004, expr.span, "nobody uses this value, which is " + toString(value.type()));
      if (expr.kind == ast::ExprKind::Binary && static_cast<const ast::Binary &>(expr).op == "==")
        d.help = "write `=` to assign";
      else if (state->lastValues.contains(&expr))
        d.help = "if it is the result of `" + state->function->name + "`, declare that: `-> " + toString(value.type()) + "`";
      else
        d.help = "give it a name, or write `let _ = …`";
    }
    return value.diverges;
  }
  if (value.expr->op == Op::Const)
    return value.diverges; // printing and the like have made their statement
  hir::Stmt *result = emit(StmtKind::Eval, span);
  result->value = value.expr;
  return value.diverges;
}

void Checker::declareVar(const std::string &name, const Value &value, bool isMutable, Span span, Why why) {
  Local local;
  local.why = isMutable ? Why::Var : why;
  local.var = newVar(name, value.type(), isMutable, span);
  if (bad(value)) {
    bind(name, local, span);
    return;
  }
  if (isMutable && state->reassigned.count(name)) {
    local.shape = unknownShape(value.type());
  } else {
    local.shape = value.shape;
    // What nothing is known about can still be compared with itself.
    if (value.type()->isArray()) {
      local.shape.extents.resize(size_t(value.type()->rank));
      for (size_t axis = 0; axis < local.shape.extents.size(); ++axis)
        if (local.shape.extents[axis].kind == Extent::Unknown)
          local.shape.extents[axis] = Extent::symbol(local.var, int(axis));
    }
  }
  if (!isMutable)
    if (Extent known = extentOf(value.expr); known.kind != Extent::Unknown)
      aliases[local.var] = known;
  hir::Stmt *stmt = emit(StmtKind::Let, span);
  stmt->var = local.var;
  stmt->value = value.expr;
  if (state->context == Context::Group && (state->isDivergent || isDivergent(value.expr)))
    state->divergent.insert(local.var);
  bind(name, local, span);
}

void Checker::destructure(const ast::Pattern &pattern, Value value, bool isMutable, Why why) {
  if (!pattern.isTuple())
    return declareVar(pattern.name, value, isMutable, pattern.span, why);
  const hir::Type *type = value.type();
  if (!bad(value) && (!type->isTuple() || type->elements.size() != pattern.elements.size())) {
    error(3023, pattern.span, "the pattern has " + std::to_string(pattern.elements.size()) + " names, the value is " + toString(type));
    value = poison(value.expr->span);
  }
  if (bad(value)) {
    for (const ast::Pattern &element : pattern.elements)
      destructure(element, value, isMutable, why);
    return;
  }
  // A tuple that is written out gives its elements their names directly.
  if (value.expr->op == Op::Tuple) {
    std::vector<Value> parts;
    for (size_t i = 0; i < pattern.elements.size(); ++i)
      parts.push_back(once({value.expr->args[i], value.shape.element(i), false}, "part"));
    for (size_t i = 0; i < pattern.elements.size(); ++i)
      destructure(pattern.elements[i], parts[i], isMutable, why);
    return;
  }
  value = once(value, "parts");
  for (size_t i = 0; i < pattern.elements.size(); ++i)
    destructure(pattern.elements[i], field(value, int(i), pattern.elements[i].span), isMutable, why);
}

void Checker::let(const ast::LetStmt &stmt) {
  bool isMutable = stmt.kind == ast::StmtKind::Var;
  if (stmt.isBroken)
    return destructure(stmt.pattern, poison(stmt.span), isMutable, Why::Let);
  if (stmt.value && stmt.value->kind == ast::ExprKind::Lambda && !stmt.pattern.isTuple()) {
    if (isMutable) {
      error(3022, stmt.span, "a function is no value that changes").help = "declare it with `let`";
      return;
    }
    Local local;
    local.function = closure(*static_cast<const ast::Lambda *>(stmt.value), true);
    if (stmt.type && stmt.type->kind == ast::TypeExpr::Function)
      sign(*local.function, *stmt.type);
    bind(stmt.pattern.name, local, stmt.pattern.span);
    return;
  }
  // Named by its type, or made by a function.
  bool isNamed = stmt.type && stmt.type->kind == ast::TypeExpr::Function;
  if (stmt.value && !stmt.pattern.isTuple() && !isMutable && (isNamed || makerCalled(stmt.value))) {
    auto function = functionValue(stmt.value, false);
    if (!function)
      return destructure(stmt.pattern, poison(stmt.span), false, Why::Let);
    Local local;
    local.function = std::make_shared<FunctionValue>(*function);
    if (isNamed)
      sign(*local.function, *stmt.type);
    bind(stmt.pattern.name, local, stmt.pattern.span);
    return;
  }
  const hir::Type *type = stmt.type ? resolve(stmt.type) : nullptr;
  if (!stmt.value) {
    if (!type) {
      error(3011, stmt.span, "nothing says what `" + stmt.pattern.name + "` is").help = "write its type or a value";
      destructure(stmt.pattern, poison(stmt.span), isMutable, Why::Let);
      return;
    }
    if (stmt.pattern.isTuple() || !isMutable) {
      error(3011, stmt.span, "only a `var` with one name can be declared without a value");
      destructure(stmt.pattern, poison(stmt.span), isMutable, Why::Let);
      return;
    }
    Local local;
    local.why = Why::Var;
    local.var = newVar(stmt.pattern.name, type, true, stmt.pattern.span);
    local.shape = unknownShape(type);
    if (!bad(type)) {
      hir::Stmt *declaration = emit(StmtKind::Let, stmt.span);
      declaration->var = local.var;
      if (state->context == Context::Group && state->isDivergent)
        state->divergent.insert(local.var);
    }
    bind(stmt.pattern.name, local, stmt.pattern.span);
    return;
  }
  if (!type && !stmt.pattern.isTuple() && stmt.value->kind != ast::ExprKind::Lambda)
    if (stmt.value->kind == ast::ExprKind::Name || stmt.value->kind == ast::ExprKind::Member) {
      // A second name for a function.
      bool isLocalValue = stmt.value->kind == ast::ExprKind::Name && lookup(static_cast<const ast::NameExpr *>(stmt.value)->name) && !lookup(static_cast<const ast::NameExpr *>(stmt.value)->name)->function;
      if (!isLocalValue && !isMutable)
        if (auto function = functionValue(stmt.value, true)) {
          Local local;
          local.function = function;
          bind(stmt.pattern.name, local, stmt.pattern.span);
          return;
        }
    }
  Value value = check(stmt.value, type);
  if (type)
    value = checkShape(expect(value, type, "`" + stmt.pattern.name + "` is declared so"), stmt.type, "`" + stmt.pattern.name + "`");
  if (type && bad(value) && !bad(type)) { // the declaration says what it is, whatever went wrong
    Local local;
    local.why = isMutable ? Why::Var : Why::Let;
    local.var = newVar(stmt.pattern.name, type, isMutable, stmt.pattern.span);
    local.shape = unknownShape(type);
    if (!stmt.pattern.isTuple()) {
      bind(stmt.pattern.name, local, stmt.pattern.span);
      return;
    }
  }
  if (!bad(value) && value.type() == voidType) {
    error(3024, stmt.value->span, value.diverges ? "nothing comes out of this" : "this has no value to name");
    value = poison(stmt.value->span);
  }
  std::vector<hir::Expr *> pieces = chunks(value.type(), stmt.annotations);
  value = applyChunks(value, pieces);
  destructure(stmt.pattern, value, isMutable, Why::Let);
  Local *declared = stmt.pattern.name.empty() ? nullptr : lookup(stmt.pattern.name);
  if (!declared)
    return;
  if (declared->var)
    declared->var->isReplaceable = isMutable && pieces.empty(), declared->var->chunks = pieces;
  declared->chunks = std::move(pieces);
}

void Checker::returnStmt(const ast::ReturnStmt &stmt) {
  const char *where = state->inLambda ? "a lambda" : state->inKernel ? "a kernel" : state->inComprehension ? "a comprehension" : state->context == Context::Group ? "a kernel" : nullptr;
  if (where || !state->result) {
    if (stmt.value)
      check(stmt.value);
    error(5013, stmt.span, std::string("`return` cannot stand in ") + (where ? where : "a constant"));
    return;
  }
  bool wantValue = state->result != voidType;
  if (!stmt.value) {
    if (wantValue && !bad(state->result))
      error(3025, stmt.span, "`return` needs a value here: " + toString(state->result));
    emit(StmtKind::Return, stmt.span);
    return;
  }
  Value value = check(stmt.value, bad(state->result) || !wantValue ? nullptr : state->result);
  if (bad(value) || bad(state->result))
    return;
  if (!wantValue) {
    if (value.type() != voidType)
      error(3025, stmt.value->span, "`" + state->function->name + "` gives nothing, this is " + toString(value.type())).help =
          state->function == program->main ? "print it" : "declare the result: `-> " + toString(value.type()) + "`";
    return;
  }
  if (hir::Expr *result = checkResult(value, stmt.span)) {
    hir::Stmt *statement = emit(StmtKind::Return, stmt.span);
    statement->value = result;
  }
}

} // namespace dagger::sema
