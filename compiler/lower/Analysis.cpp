// Questions to the typed program: what a block assigns, how it may be left, whether a kernel can hold it.
#include "compiler/lower/Lowering.h"
#include "compiler/hir/Walker.h"
#include "llvm/ADT/SetVector.h"

namespace dagger::lower {

namespace {
void exitsOf(const Stmt *, Effects &, bool inLoop);
void exitsOf(const Expr *, Effects &, bool inLoop);
void exitsOf(const hir::Block *b, Effects &out, bool inLoop) {
  if (!b)
    return;
  for (const Stmt *s : b->statements)
    exitsOf(s, out, inLoop);
  exitsOf(b->value, out, inLoop);
}
// Bodies of kernels and lambdas are left on their own; what counts are the blocks of If and BlockExpr.
void exitsOf(const Expr *e, Effects &out, bool inLoop) {
  if (!e)
    return;
  for (const Expr *a : e->args)
    exitsOf(a, out, inLoop);
  if (e->op == Op::If || e->op == Op::BlockExpr)
    for (const hir::Block *b : e->blocks)
      exitsOf(b, out, inLoop);
}
void exitsOf(const Stmt *s, Effects &out, bool inLoop) {
  switch (s->kind) {
  case hir::StmtKind::Return: out.returns = true; break;
  case hir::StmtKind::Break: out.breaks |= !inLoop; break;
  case hir::StmtKind::Continue: out.continues |= !inLoop; break;
  case hir::StmtKind::For:
  case hir::StmtKind::While: exitsOf(s->body, out, true); break;
  default:
    exitsOf(s->body, out, inLoop);
    exitsOf(s->value, out, inLoop);
  }
}

template <typename Visit> Effects effectsUnder(Visit visit) {
  Effects out;
  llvm::SmallPtrSet<const Var *, 8> declared, seen;
  Walker walker;
  llvm::SmallVector<const Var *> all;
  walker.onDeclare = [&](const Var *v) { declared.insert(v); };
  walker.onAssign = [&](const Var *v) {
    if (seen.insert(v).second)
      all.push_back(v);
  };
  visit(walker);
  for (const Var *v : all)
    if (!declared.count(v))
      out.assigned.push_back(v);
  return out;
}
} // namespace

const Effects &Lowering::effects(const hir::Block *block) {
  auto [it, isNew] = effectsOf.try_emplace(block);
  if (isNew) {
    it->second = effectsUnder([&](Walker &w) { w.block(block); });
    exitsOf(block, it->second, false);
  }
  return it->second;
}
const Effects &Lowering::effects(const Stmt *stmt) {
  auto [it, isNew] = effectsOf.try_emplace(stmt);
  if (isNew) {
    it->second = effectsUnder([&](Walker &w) { w.stmt(stmt); });
    exitsOf(stmt, it->second, false);
  }
  return it->second;
}

VarList Lowering::assigned(const Effects &effects) {
  VarList out;
  for (const Var *v : effects.assigned)
    if (state.env.count(v) && !isMemory(v)) // memory is no value
      out.push_back(v);
  if (effects.returns) {
    out.push_back(state.returned);
    if (state.result)
      out.push_back(state.result);
  }
  if (effects.breaks)
    out.push_back(state.broken);
  if (effects.continues)
    out.push_back(state.continued);
  return out;
}

bool Lowering::contains(const hir::Block *block, llvm::function_ref<bool(const Expr *)> isExpr,
                        llvm::function_ref<bool(const Stmt *)> isStmt) {
  bool found = false;
  Walker walker;
  walker.onExpr = [&](const Expr *e) { found |= isExpr(e); };
  walker.onStmt = [&](const Stmt *s) { found |= isStmt(s); return true; };
  walker.block(block);
  return found;
}

bool Lowering::mayPrint(const hir::Block *block) {
  return contains(
      block, [](const Expr *e) { return e->op == Op::Call && e->callee->mayPrint; },
      [](const Stmt *s) { return s->kind == hir::StmtKind::Print; });
}

bool Lowering::canFail(const Expr *e) {
  if (e->type->kind != TypeKind::Int) return false;
  if (e->op != Op::FloorDiv && e->op != Op::Mod && e->op != Op::Pow) return false;
  const Expr *by = e->args[1];
  return by->op != Op::Const || (e->op == Op::Pow ? by->intValue < 0 : by->intValue == 0);
}

bool Lowering::defersFailures(const hir::Function *f) {
  auto [known, isNew] = deferring.emplace(f, false);
  if (!isNew) return known->second;
  bool fails = false, looks = !f->body;
  Walker walker;
  walker.onExpr = [&](const Expr *e) {
    looks |= e->op == Op::If || e->op == Op::BlockExpr || (e->op == Op::Call && (!e->callee->body || !defersFailures(e->callee)));
    fails |= canFail(e) || e->op == Op::Element;
  };
  walker.onStmt = [&](const Stmt *s) {
    looks |= s->kind != hir::StmtKind::Let || s->var->isMutable;
    return true;
  };
  walker.block(f->body);
  return deferring[f] = fails && !looks;
}

bool Lowering::usesArrays(const hir::Function *f) {
  auto [known, isNew] = arrayCode.emplace(f, false);
  if (!isNew) return known->second;
  bool uses = contains(
      f->body,
      [&](const Expr *e) { return hir::hasArray(e->type) || (e->op == Op::Call && e->callee->body && usesArrays(e->callee)); },
      [](const Stmt *) { return false; });
  return arrayCode[f] = uses;
}

bool Lowering::isRead(const Var *v) {
  if (!variablesRead) {
    variablesRead.emplace();
    Walker walker;
    walker.onExpr = [&](const Expr *e) {
      if (e->op == Op::Local) variablesRead->insert(e->var);
    };
    walker.onAssign = [&](const Var *root) { variablesRead->insert(root); };
    for (const hir::Function *f : program.functions) walker.block(f->body);
  }
  return variablesRead->contains(v);
}

bool Lowering::mentions(const Stmt *stmt, llvm::function_ref<bool(const Var *)> is) {
  bool found = false;
  Walker walker;
  walker.onExpr = [&](const Expr *e) { found |= e->op == Op::Local && is(e->var); };
  walker.onAssign = [&](const Var *v) { found |= is(v); };
  walker.stmt(stmt);
  return found;
}

void Lowering::freeVars(const hir::Block *block, llvm::SetVector<const Var *> &out) {
  llvm::SmallPtrSet<const Var *, 8> declared;
  llvm::SetVector<const Var *> used;
  Walker walker;
  walker.onDeclare = [&](const Var *v) { declared.insert(v); };
  walker.onAssign = [&](const Var *v) { used.insert(v); };
  walker.onExpr = [&](const Expr *e) {
    if (e->op == Op::Local)
      used.insert(e->var);
  };
  walker.block(block);
  for (const Var *v : used)
    if (!declared.count(v))
      out.insert(v);
}

} // namespace dagger::lower
