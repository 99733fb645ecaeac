#include "compiler/sema/Walk.h"

namespace dagger::sema {

static void walkStmt(const ast::Stmt *, const Visitor &);

void walk(const ast::Block *block, const Visitor &visitor) {
  if (block)
    for (const ast::Stmt *stmt : block->statements)
      walkStmt(stmt, visitor);
}

void walk(const ast::Expr *expr, const Visitor &v) {
  if (!expr || (v.expr && !v.expr(*expr)))
    return;
  auto all = [&](const std::vector<ast::Expr *> &list) { for (const ast::Expr *e : list) walk(e, v); };
  switch (expr->kind) {
  case ast::ExprKind::String:
    for (const auto &piece : static_cast<const ast::StringLit *>(expr)->pieces) walk(piece.expr, v);
    return;
  case ast::ExprKind::Tuple: return all(static_cast<const ast::TupleExpr *>(expr)->elements);
  case ast::ExprKind::Array: return all(static_cast<const ast::ArrayLit *>(expr)->elements);
  case ast::ExprKind::Comprehension: {
    auto &e = *static_cast<const ast::Comprehension *>(expr);
    for (const auto &clause : e.clauses) walk(clause.in, v);
    walk(e.condition, v);
    return walk(e.body, v);
  }
  case ast::ExprKind::Record:
    for (const auto &field : static_cast<const ast::RecordLit *>(expr)->fields) walk(field.value, v);
    return;
  case ast::ExprKind::If: {
    auto &e = *static_cast<const ast::IfExpr *>(expr);
    walk(e.condition, v);
    walk(e.then, v);
    return walk(e.otherwise, v);
  }
  case ast::ExprKind::Lambda: return walk(static_cast<const ast::Lambda *>(expr)->body, v);
  case ast::ExprKind::BlockExpr: return walk(static_cast<const ast::BlockExpr *>(expr)->block, v);
  case ast::ExprKind::InlineKernel: {
    auto &e = *static_cast<const ast::InlineKernel *>(expr);
    all(e.extents);
    walk(e.outside, v);
    return walk(e.body, v);
  }
  case ast::ExprKind::Unary: return walk(static_cast<const ast::Unary *>(expr)->operand, v);
  case ast::ExprKind::Binary: {
    auto &e = *static_cast<const ast::Binary *>(expr);
    walk(e.lhs, v);
    return walk(e.rhs, v);
  }
  case ast::ExprKind::Range: {
    auto &e = *static_cast<const ast::RangeExpr *>(expr);
    walk(e.low, v);
    walk(e.high, v);
    return walk(e.step, v);
  }
  case ast::ExprKind::Member: return walk(static_cast<const ast::Member *>(expr)->object, v);
  case ast::ExprKind::TupleMember: return walk(static_cast<const ast::TupleMember *>(expr)->object, v);
  case ast::ExprKind::Call: {
    auto &e = *static_cast<const ast::Call *>(expr);
    walk(e.callee, v);
    for (const auto &arg : e.args) walk(arg.value, v);
    return;
  }
  case ast::ExprKind::Index: {
    auto &e = *static_cast<const ast::IndexExpr *>(expr);
    walk(e.object, v);
    for (const auto &s : e.subscripts) {
      walk(s.value, v);
      walk(s.low, v);
      walk(s.high, v);
      walk(s.step, v);
    }
    return;
  }
  default: return;
  }
}

static void walkStmt(const ast::Stmt *stmt, const Visitor &v) {
  if (!stmt)
    return;
  if (v.stmt)
    v.stmt(*stmt);
  switch (stmt->kind) {
  case ast::StmtKind::Let:
  case ast::StmtKind::Var: return walk(static_cast<const ast::LetStmt *>(stmt)->value, v);
  case ast::StmtKind::Assign:
    walk(static_cast<const ast::AssignStmt *>(stmt)->place, v);
    return walk(static_cast<const ast::AssignStmt *>(stmt)->value, v);
  case ast::StmtKind::Atomic:
    walk(static_cast<const ast::AtomicStmt *>(stmt)->place, v);
    return walk(static_cast<const ast::AtomicStmt *>(stmt)->value, v);
  case ast::StmtKind::For:
    walk(static_cast<const ast::ForStmt *>(stmt)->in, v);
    return walk(static_cast<const ast::ForStmt *>(stmt)->body, v);
  case ast::StmtKind::While:
    walk(static_cast<const ast::WhileStmt *>(stmt)->condition, v);
    return walk(static_cast<const ast::WhileStmt *>(stmt)->body, v);
  case ast::StmtKind::Return: return walk(static_cast<const ast::ReturnStmt *>(stmt)->value, v);
  case ast::StmtKind::Assert:
    walk(static_cast<const ast::AssertStmt *>(stmt)->condition, v);
    return walk(static_cast<const ast::AssertStmt *>(stmt)->message, v);
  case ast::StmtKind::Expr: return walk(static_cast<const ast::ExprStmt *>(stmt)->expr, v);
  case ast::StmtKind::Block: return walk(static_cast<const ast::Block *>(stmt), v);
  default: return;
  }
}

void namesOf(const ast::Pattern &pattern, std::set<std::string> &names) {
  names.insert(pattern.name);
  for (const ast::Pattern &part : pattern.elements)
    namesOf(part, names);
}

} // namespace dagger::sema
