#include "compiler/parse/AstBuilder.h"

namespace dagger::syntax {

using namespace ast;

Block *AstBuilder::block(P::BlockContext *context) {
  auto *block = file.make<Block>(spanOf(context));
  const Nest nest(*this, 1, block->span);
  for (auto *statement : context->statement())
    if (!statement->exception)
      block->statements.push_back(this->statement(statement));
    else if (Stmt *declared = brokenDeclaration(statement))
      block->statements.push_back(declared);
  return block;
}

// Of a `let` that went wrong behind its names these stay known, so that their uses are no errors as well.
Stmt *AstBuilder::brokenDeclaration(P::StatementContext *context) {
  auto *c = alternative<P::LetStatementContext>(context->simpleStatement());
  if (!c || !c->pattern() || c->pattern()->exception || !c->pattern()->getStop()) return nullptr;
  auto *stmt = file.make<LetStmt>(spanOf(c->pattern()), c->VAR() != nullptr);
  stmt->pattern = pattern(c->pattern());
  stmt->isBroken = true;
  return stmt;
}

Pattern AstBuilder::pattern(P::PatternContext *context) {
  Pattern pattern;
  pattern.span = spanOf(context);
  if (context->name()) pattern.name = context->name()->getText();
  for (auto *element : context->pattern()) pattern.elements.push_back(this->pattern(element));
  return pattern;
}

Stmt *AstBuilder::statement(P::StatementContext *context) {
  Stmt *result = nullptr;
  if (auto *loop = context->forStatement()) {
    auto *stmt = file.make<ForStmt>(spanOf(loop));
    stmt->isParallel = loop->PARALLEL() != nullptr;
    stmt->pattern = pattern(loop->pattern());
    stmt->in = expression(loop->expression());
    stmt->body = block(loop->block());
    result = stmt;
  } else if (auto *loop = context->whileStatement()) {
    auto *stmt = file.make<WhileStmt>(spanOf(loop));
    stmt->condition = expression(loop->expression());
    stmt->body = block(loop->block());
    result = stmt;
  } else if (context->block()) {
    result = block(context->block());
  } else {
    result = simpleStatement(context->simpleStatement());
  }
  result->annotations = annotations(context->annotation());
  return result;
}

Stmt *AstBuilder::simpleStatement(P::SimpleStatementContext *context) {
  const Span span = spanOf(context);
  if (auto *c = alternative<P::LetStatementContext>(context)) {
    auto *stmt = file.make<LetStmt>(span, c->VAR() != nullptr);
    stmt->pattern = pattern(c->pattern());
    stmt->type = c->type() ? type(c->type()) : nullptr;
    stmt->value = expression(c->expression());
    return stmt;
  }
  if (auto *c = alternative<P::SharedStatementContext>(context)) {
    auto *stmt = file.make<SharedStmt>(span);
    stmt->name = nameOf(c->name());
    stmt->type = type(c->type());
    return stmt;
  }
  if (auto *c = alternative<P::AtomicStatementContext>(context)) {
    auto *stmt = file.make<AtomicStmt>(span);
    stmt->place = operation(c->operation());
    stmt->op = c->assignOp()->getText();
    stmt->value = expression(c->expression());
    return stmt;
  }
  if (alternative<P::BarrierStatementContext>(context)) return file.make<BarrierStmt>(span);
  if (alternative<P::BreakStatementContext>(context)) return file.make<BreakStmt>(span);
  if (alternative<P::ContinueStatementContext>(context)) return file.make<ContinueStmt>(span);
  if (auto *c = alternative<P::ReturnStatementContext>(context)) {
    auto *stmt = file.make<ReturnStmt>(span);
    stmt->value = c->expression() ? expression(c->expression()) : nullptr;
    return stmt;
  }
  if (auto *c = alternative<P::AssertStatementContext>(context)) {
    auto *stmt = file.make<AssertStmt>(span);
    stmt->condition = expression(c->expression(0));
    stmt->message = c->expression().size() > 1 ? expression(c->expression(1)) : nullptr;
    return stmt;
  }
  auto *c = alternative<P::ExpressionStatementContext>(context);
  if (!c->assignOp()) {
    auto *stmt = file.make<ExprStmt>(span);
    stmt->expr = expression(c->expression(0));
    return stmt;
  }
  auto *stmt = file.make<AssignStmt>(span);
  stmt->place = expression(c->expression(0));
  stmt->op = c->assignOp()->getText();
  stmt->opSpan = spanOf(c->assignOp());
  stmt->value = expression(c->expression(1));
  return stmt;
}

} // namespace dagger::syntax
