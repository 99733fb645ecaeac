// Order of effects among operands in graph code.
//
// `f(x) + g(y)`: if f fails, g still runs and prints, since only a look stops the program. Evaluation throws at the first
// failure, so where an operand after the first has effects, all operands up to it become variables before the operation.
#include "compiler/interp/Compiler.h"

namespace dagger::interp {

bool Compiler::hasEffects(const hir::Block *block) {
  if (!block)
    return false;
  for (const hir::Stmt *s : block->statements) {
    if (s->kind != hir::StmtKind::Let && s->kind != hir::StmtKind::Assign)
      return true; // loops and checks look
    if (s->value && hasEffects(s->value))
      return true;
  }
  return hasEffects(block->value);
}

bool Compiler::hasEffects(const hir::Expr *e) {
  if (!e)
    return false;
  if (auto known = effects.find(e); known != effects.end())
    return known->second;
  bool result = (e->op == hir::Op::Call && !e->callee->isScalar) || (e->op == hir::Op::Library && e->type->kind == hir::TypeKind::Void);
  for (const hir::Expr *arg : e->args)
    result = result || hasEffects(arg);
  for (const hir::Block *block : e->blocks)
    result = result || (e->op != hir::Op::At && hasEffects(block));
  for (const hir::Subscript &s : e->subscripts)
    result = result || hasEffects(s.value) || hasEffects(s.low) || hasEffects(s.high) || hasEffects(s.step);
  return effects[e] = result;
}

const hir::Expr *Compiler::sequenced(const hir::Expr *e) {
  using hir::Op;
  // These run their operands one by one, and catch what fails, by themselves.
  if (e->op == Op::If || e->op == Op::BlockExpr || e->op == Op::Call || e->op == Op::Tuple || e->args.size() < 2)
    return e;
  size_t last = 0;
  for (size_t i = 1; i < e->args.size(); ++i)
    if (hasEffects(e->args[i]))
      last = i;
  if (last == 0)
    return e;
  hir::Block &block = machine.blocks.emplace_back(hir::Block{{}, nullptr, e->span});
  hir::Expr &inner = machine.exprs.emplace_back(*e);
  for (size_t i = 0; i <= last; ++i) {
    if (e->args[i]->op == Op::Const)
      continue;
    hir::Var &var = machine.vars.emplace_back(hir::Var{"", -1, e->args[i]->type, false, e->args[i]->span, nullptr});
    hir::Stmt &let = machine.stmts.emplace_back(hir::Stmt{hir::StmtKind::Let, e->args[i]->span});
    let.var = &var;
    let.value = e->args[i];
    block.statements.push_back(&let);
    hir::Expr &read = machine.exprs.emplace_back(hir::Expr{Op::Local, e->args[i]->type, e->args[i]->span});
    read.var = &var;
    inner.args[i] = &read;
  }
  block.value = &inner;
  hir::Expr &result = machine.exprs.emplace_back(hir::Expr{Op::BlockExpr, e->type, e->span});
  result.blocks = {&block};
  return &result;
}

} // namespace dagger::interp
