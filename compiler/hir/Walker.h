// Everything that stands in a piece of the typed program.
#pragma once
#include "compiler/hir/Hir.h"
#include <functional>

namespace dagger::hir {

// Visits every expression and statement under a node, lambdas included, callees not.
class Walker {
public:
  std::function<void(const Expr *)> onExpr = [](const Expr *) {};
  std::function<bool(const Stmt *)> onStmt = [](const Stmt *) { return true; }; // false: not what is in it
  std::function<void(const Var *)> onDeclare = [](const Var *) {};
  std::function<void(const Var *)> onAssign = [](const Var *) {};

  void block(const Block *b) {
    if (!b)
      return;
    for (const Stmt *s : b->statements)
      stmt(s);
    expr(b->value);
  }
  void subscript(const Subscript &s) {
    for (const Expr *e : {s.value, s.low, s.high, s.step})
      expr(e);
  }
  void place(const Place &p) {
    if (p.root)
      onAssign(p.root);
    for (const auto &step : p.path) {
      for (const auto &s : step.subscripts)
        subscript(s);
      for (const Expr *e : step.tile)
        expr(e);
    }
  }
  void expr(const Expr *e) {
    if (!e)
      return;
    onExpr(e);
    for (const Expr *a : e->args)
      expr(a);
    for (const Var *v : e->indexVars)
      onDeclare(v);
    if (e->lambda) {
      for (const Var *v : e->lambda->params)
        onDeclare(v);
      block(e->lambda->body);
    }
    for (const Block *b : e->blocks)
      block(b);
    block(e->conditionBlock);
    for (const auto &s : e->subscripts)
      subscript(s);
    for (const auto &p : e->places)
      place(p);
    expr(e->outsideValue);
  }
  void stmt(const Stmt *s) {
    if (!onStmt(s))
      return;
    if (s->kind == StmtKind::Assign || s->kind == StmtKind::Atomic)
      place(s->place);
    else if (s->var)
      onDeclare(s->var);
    for (const Expr *e : {s->value, s->high, s->step, s->message})
      expr(e);
    for (const Expr *e : s->args)
      expr(e);
    for (const auto &a : s->annotations)
      for (const Expr *e : a.args)
        expr(e);
    block(s->body);
  }
};

} // namespace dagger::hir
