// The run of the checker, its errors, and the small constructors that every other file uses.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

Checker::Checker(const Options &options, SourceManager &sources, Diagnostics &diagnostics)
    : options(options), sources(sources), diagnostics(&diagnostics) {
  program->sources = &sources;
  program->isChecked = options.isChecked;
  errorTypeStorage.record = "<error>";
  errorType = &errorTypeStorage;
  i64 = scalar(TypeKind::Int, 64);
  f64 = scalar(TypeKind::Float, 64);
  boolType = scalar(TypeKind::Bool);
  strType = scalar(TypeKind::Str);
  voidType = scalar(TypeKind::Void);
}

std::unique_ptr<hir::Program> Checker::run(const ast::File &file) {
  auto owned = std::make_unique<Module>();
  root = owned.get();
  if (file.source >= 0)
    root->path = sources.get(file.source).path;
  modules[root->path] = std::move(owned);
  loading.push_back(root->path);
  declare(*root, file);
  loading.pop_back();

  for (const ast::Decl *decl : file.decls) {
    if (decl->kind == ast::DeclKind::Test)
      elaborateTest(*static_cast<const ast::TestDecl *>(decl), *root);
    else if (decl->kind == ast::DeclKind::Function && decl->name.text == "main" && root->decls["main"] == decl)
      elaborateMain(*root->functions["main"]);
    elaboratePending();
  }
  std::vector<hir::Function *> reached = program->functions;
  // What nobody calls is checked all the same.
  std::vector<const Module *> loaded;
  for (auto &[path, module] : modules)
    if (!module->isStdlib)
      loaded.push_back(module.get());
  for (const Module *module : loaded)
    checkUnreached(*module);
  closeFacts();
  checkParallelLoops();
  program->functions = std::move(reached);
  if (diagnostics->hasErrors())
    return nullptr;
  return std::move(program);
}

std::unique_ptr<hir::Program> check(const ast::File &root, const Options &options, SourceManager &sources, Diagnostics &diagnostics) {
  return Checker(options, sources, diagnostics).run(root);
}

// One place has one error of a kind, however often it is elaborated.
Diagnostic &Checker::error(int code, Span span, std::string message) {
  for (const Diagnostic &known : diagnostics->all())
    if (known.code == code && span.valid() && known.span.file == span.file && known.span.begin == span.begin && known.span.end == span.end) {
      repeated = Diagnostic();
      return repeated;
    }
  return diagnostics->error(code, span, std::move(message));
}

Diagnostic &Checker::notYet(int code, Span span, const std::string &what) { return error(code, span, what + " not there yet"); }

std::string Checker::quote(Span span) const {
  if (!span.valid() || span.end <= span.begin || span.end - span.begin > 40)
    return "…";
  const std::string &text = sources.get(span.file).text;
  if (span.end > text.size())
    return "…";
  std::string part = text.substr(span.begin, span.end - span.begin);
  return part.find('\n') == std::string::npos ? part : "…";
}

Value Checker::make(Op op, const hir::Type *type, Span span, std::vector<hir::Expr *> args, Shape shape) {
  hir::Expr *expr = program->expr(op, type, span);
  expr->isFast = state && state->isFast;
  expr->args = std::move(args);
  return {expr, std::move(shape), false};
}

hir::Expr *Checker::node(Op op, const hir::Type *type, Span span, std::vector<hir::Expr *> args) {
  hir::Expr *expr = program->expr(op, type, span);
  expr->isFast = state && state->isFast;
  expr->args = std::move(args);
  return expr;
}

Value Checker::poison(Span span) { return make(Op::Const, errorType, span); }
Value Checker::nothing(Span span) { return make(Op::Const, voidType, span); }

Value Checker::constant(const hir::Type *type, Span span, int64_t integer, double floating) {
  Value value = make(Op::Const, type, span);
  value.expr->intValue = integer;
  value.expr->floatValue = floating;
  return value;
}

Value Checker::text(const std::string &text, Span span) {
  Value value = make(Op::Const, strType, span);
  value.expr->text = text;
  return value;
}

Value Checker::readVar(hir::Var *var, const Shape &shape, Span span) {
  Value value = make(Op::Local, var->type, span, {}, shape);
  value.expr->var = var;
  return value;
}

Value Checker::local(const Local &local, Span span) { return readVar(local.var, local.shape, span); }

Value Checker::library(const std::string &name, const hir::Type *type, Span span, std::vector<hir::Expr *> args, Shape shape) {
  Value value = make(Op::Library, type, span, std::move(args), std::move(shape));
  value.expr->text = name;
  return value;
}

hir::Stmt *Checker::emit(hir::StmtKind kind, Span span) {
  hir::Stmt *stmt = program->stmt(kind, span);
  if (state && state->sink)
    state->sink->push_back(stmt);
  return stmt;
}

hir::Var *Checker::newVar(const std::string &name, const hir::Type *type, bool isMutable, Span span) {
  hir::Var *var = program->var(name, type, isMutable, span);
  var->function = state ? state->function : nullptr;
  return var;
}

Value Checker::once(Value value, const std::string &name) {
  const hir::Expr *expr = value.expr;
  if (bad(value) || value.type() == voidType || expr->op == Op::Const || (expr->op == Op::Local && !expr->var->isMutable))
    return value;
  Span span = expr->span;
  hir::Var *var = newVar(name, value.type(), false, span);
  Extent known = extentOf(expr);
  if (known.kind != Extent::Unknown)
    aliases[var] = known;
  hir::Stmt *stmt = emit(hir::StmtKind::Let, span);
  stmt->var = var;
  stmt->value = value.expr;
  return readVar(var, value.type()->isArray() ? join(value.shape, value.shape) : value.shape, span);
}

Checker::Nested Checker::inBlock(Span span, const std::function<Value()> &body) {
  hir::Block *block = program->block(span);
  auto *saved = state->sink;
  state->sink = &block->statements;
  Value value;
  {
    ScopeGuard scope(*this);
    value = body();
  }
  state->sink = saved;
  if (value.expr && value.type() != voidType && !bad(value))
    block->value = value.expr;
  return {block, value};
}

// The block as an expression; without statements it is its value.
Value Checker::blockValue(const Nested &nested, Span span) {
  if (bad(nested.value) || nested.block->statements.empty())
    return nested.value;
  Value result = make(Op::BlockExpr, nested.value.type(), span, {}, nested.value.shape);
  result.expr->blocks = {nested.block};
  result.diverges = nested.value.diverges;
  return result;
}

} // namespace dagger::sema
