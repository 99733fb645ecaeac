#include "compiler/parse/AstBuilder.h"
#include "compiler/parse/Codes.h"
#include "compiler/parse/Literals.h"

namespace dagger::syntax {

using namespace ast;

std::vector<Name> AstBuilder::names(const std::vector<P::NameContext *> &contexts) {
  std::vector<Name> result;
  for (auto *context : contexts) result.push_back(nameOf(context));
  return result;
}

Expr *AstBuilder::expression(P::ExpressionContext *context) {
  const Span span = spanOf(context);
  const Nest nest(*this, 1, span);
  if (auto *c = alternative<P::LambdaContext>(context)) {
    auto *lambda = file.make<Lambda>(span);
    lambda->params = names(c->name());
    lambda->body = body(c->body());
    return lambda;
  }
  if (auto *c = alternative<P::KernelContext>(context)) return inlineKernel(c->inlineKernel());
  return operation(static_cast<P::PlainContext *>(context)->operation());
}

Expr *AstBuilder::inlineKernel(P::InlineKernelContext *context) {
  auto *kernel = file.make<InlineKernel>(spanOf(context));
  kernel->indices = names(context->indices()->name());
  for (auto *extent : context->expression()) kernel->extents.push_back(expression(extent));
  kernel->outside = context->outside() ? operation(context->outside()->operation()) : nullptr;
  kernel->body = body(context->body());
  return kernel;
}

Expr *AstBuilder::body(P::BodyContext *context) {
  if (context->expression()) return expression(context->expression());
  auto *body = file.make<BlockExpr>(spanOf(context));
  body->block = block(context->block());
  return body;
}

// ---- operators: precedence climbing over the grammar's flat list
// ------------------------------------------------------

AstBuilder::Operation AstBuilder::flatten(P::OperationContext *context) {
  Operation operation;
  for (auto *child : context->children) {
    if (auto *op = Tree::ofRule<P::BinaryOpContext>(child)) {
      const bool isShift = op->GT().size() == 2;
      const Span span = op->NL() ? spanOf(op->GT(0)) : spanOf(op);
      if (isShift && span.end - span.begin != 2)
        diagnostics.error(code::unexpected, spanOf(op->GT(1)), "expected an expression, found `>`").help =
            "the two of a shift stand together: `>>`";
      operation.items.push_back({isShift ? ">>" : op->getStart()->getText(), span, nullptr, false});
      continue;
    }
    if (auto *kernel = Tree::ofRule<P::InlineKernelContext>(child)) {
      operation.items.push_back({"", spanOf(kernel), nullptr, false, kernel});
      continue;
    }
    auto *operand = static_cast<P::OperandContext *>(child);
    for (auto *sign : operand->prefixOp()) operation.items.push_back({sign->getText(), spanOf(sign), nullptr, true});
    operation.items.push_back({"", spanOf(operand), operand, false});
  }
  return operation;
}

// Chains to the left are as deep as they are long.
Expr *AstBuilder::operation(P::OperationContext *context) {
  Operation operation = flatten(context);
  const Nest nest(*this, operation.items.size() / 2, spanOf(context));
  return binary(operation, Precedence::Pipe);
}

bool AstBuilder::Operation::atBinary(Precedence loosest) const {
  return next < items.size() && binaryPrecedence(items[next].op) >= loosest;
}

Expr *AstBuilder::prefixed(Operation &operation, Precedence loosest) {
  const Item item = operation.items[operation.next++];
  if (item.kernel) {
    const Nest nest(*this, 1, item.span);
    return inlineKernel(item.kernel);
  }
  if (!item.isPrefix) return operand(item.operand);
  if (item.op == "not" && loosest > Precedence::Not)
    diagnostics.error(code::notNeedsParens, item.span, "`not` binds less than the operator before it").help =
        "write (not ...)";
  auto *unary = file.make<Unary>(item.span);
  unary->op = item.op;
  unary->operand = binary(operation, item.op == "not" ? Precedence::Not : Precedence::Sign);
  unary->span = item.span.to(unary->operand->span);
  return unary;
}

Expr *AstBuilder::binary(Operation &operation, Precedence loosest) {
  Expr *lhs = prefixed(operation, loosest);
  bool compared = false;
  while (operation.atBinary(loosest)) {
    const Item op = operation.items[operation.next++];
    const Precedence precedence = binaryPrecedence(op.op);
    // The right side of `**` may have a sign: 2 ** -1.
    Expr *rhs = binary(operation, precedence == Precedence::Power ? Precedence::Sign : tighter(precedence));
    if (precedence == Precedence::Comparison) {
      if (compared)
        diagnostics.error(code::comparisonChain, op.span, "comparisons don't chain").help =
            "join two of them with `and`: a < b and b < c";
      compared = true;
    }
    lhs = combine(op, lhs, rhs);
  }
  return lhs;
}

Expr *AstBuilder::combine(const Item &op, Expr *lhs, Expr *rhs) {
  const Span span = lhs->span.to(rhs->span);
  const auto asRange = [](Expr *e) { return e->kind == ExprKind::Range ? static_cast<RangeExpr *>(e) : nullptr; };
  if (op.op == "..") {
    if (asRange(lhs))
      diagnostics.error(code::chainedRange, op.span, "a range has two ends").help =
          "its step is written with `by`: a..b by 2";
    auto *range = file.make<RangeExpr>(span);
    range->low = lhs;
    range->high = rhs;
    return range;
  }
  if (op.op == "by") {
    RangeExpr *range = asRange(lhs);
    if (!range || range->step) {
      diagnostics.error(code::strayBy, op.span, "`by` is the step of a range").help =
          "write a..b by 2, or x[.. by 2] for an array";
      return lhs;
    }
    range->step = rhs;
    range->span = span;
    return range;
  }
  auto *binary = file.make<Binary>(span);
  binary->op = op.op;
  binary->opSpan = op.span;
  binary->lhs = lhs;
  binary->rhs = rhs;
  return binary;
}

// ---- operands
// --------------------------------------------------------------------------------------------------------

Expr *AstBuilder::operand(P::OperandContext *context) {
  const auto suffixes = context->suffix();
  const Nest nest(*this, suffixes.size(), spanOf(context));
  Expr *expr = primary(context->primary());
  for (auto *suffix : suffixes) expr = suffixed(expr, suffix);
  return expr;
}

Expr *AstBuilder::suffixed(Expr *object, P::SuffixContext *context) {
  const Span span = object->span.to(spanOf(context));
  if (auto *c = alternative<P::MemberSuffixContext>(context)) return member(object, c, span);
  if (auto *c = alternative<P::RecordSuffixContext>(context)) return recordLiteral(object, c, span);
  if (auto *c = alternative<P::CallSuffixContext>(context)) {
    auto *call = file.make<Call>(span);
    call->callee = object;
    call->typeArgs = typeArgs(c->typeArgs());
    call->args = arguments(c->arguments());
    return call;
  }
  auto *index = file.make<IndexExpr>(span);
  index->object = object;
  for (auto *subscript : static_cast<P::IndexSuffixContext *>(context)->subscript())
    index->subscripts.push_back(this->subscript(subscript));
  return index;
}

Expr *AstBuilder::member(Expr *object, P::MemberSuffixContext *context, Span span) {
  if (context->label()) {
    auto *member = file.make<Member>(span);
    member->object = object;
    member->name = nameOf(context->label());
    return member;
  }
  auto *member = file.make<TupleMember>(span);
  member->object = object;
  IntegerLit number;
  readInteger(context->INT()->getText(), number);
  // No tuple is that long: what does not fit is out of range as well.
  member->index = number.tooBig || number.value > uint64_t(INT64_MAX) ? INT64_MAX : int64_t(number.value);
  return member;
}

Expr *AstBuilder::recordLiteral(Expr *type, P::RecordSuffixContext *context, Span span) {
  auto *record = file.make<RecordLit>(span);
  record->type = source.text.substr(type->span.begin, type->span.end - type->span.begin);
  record->typeSpan = type->span;
  const Expr *path = type;
  while (path->kind == ExprKind::Member) path = static_cast<const Member *>(path)->object;
  if (path->kind != ExprKind::Name)
    diagnostics.error(code::unexpected, type->span, "expected a record's name before `{`");
  for (auto *field : context->recordField())
    record->fields.push_back({nameOf(field->label()), expression(field->expression())});
  return record;
}

Subscript AstBuilder::subscript(P::SubscriptContext *context) {
  Subscript result;
  result.span = spanOf(context);
  result.kind = Subscript::Slice;
  if (context->operation()) { // ..b  ..b by 2
    Operation operation = flatten(context->operation());
    const Nest nest(*this, operation.items.size() / 2, result.span);
    result.high = binary(operation, tighter(Precedence::Range));
    if (operation.atBinary(Precedence::By) && operation.items[operation.next].op == "by") {
      ++operation.next;
      result.step = binary(operation, tighter(Precedence::By));
    }
    if (operation.next < operation.items.size()) {
      const Item &rest = operation.items[operation.next];
      diagnostics.error(code::unexpected, rest.span, "expected `,` or `]`, found `" + rest.op + "`");
    }
    return result;
  }
  const auto expressions = context->expression();
  if (context->getStart()->getType() == P::DOTS) { // ..  .. by 2
    result.step = context->BY() ? expression(expressions[0]) : nullptr;
    return result;
  }
  Expr *first = expression(expressions[0]);
  if (context->DOTS()) { // a..  a.. by 2
    result.low = first;
    result.step = context->BY() ? expression(expressions[1]) : nullptr;
    return result;
  }
  auto *range = first->kind == ExprKind::Range ? static_cast<RangeExpr *>(first) : nullptr;
  // A range in parentheses is a value, which begins before its low end.
  if (range && range->low->span.begin == range->span.begin) {
    result.low = range->low;
    result.high = range->high;
    result.step = range->step;
    return result;
  }
  result.kind = Subscript::Value;
  result.value = first;
  return result;
}

Argument AstBuilder::argument(P::ArgumentContext *context) {
  Argument result;
  result.span = spanOf(context);
  result.isInout = context->INOUT() != nullptr;
  result.value = expression(context->expression());
  const auto labels = context->label();
  if (context->ASSIGN()) {
    result.name = labels[0]->getText();
    result.nameSpan = spanOf(labels[0]);
  }
  if (context->AS()) result.as = labels.back()->getText();
  return result;
}

std::vector<Argument> AstBuilder::arguments(P::ArgumentsContext *context) {
  std::vector<Argument> result;
  for (auto *each : context->argument()) result.push_back(argument(each));
  return result;
}

// ---- primaries
// -------------------------------------------------------------------------------------------------------

Expr *AstBuilder::name(Span span, std::string text) {
  auto *name = file.make<NameExpr>(span);
  name->name = std::move(text);
  return name;
}

Expr *AstBuilder::primary(P::PrimaryContext *context) {
  const Span span = spanOf(context);
  if (alternative<P::NameUseContext>(context) || alternative<P::TypeUseContext>(context))
    return name(span, context->getText());
  if (alternative<P::IntegerContext>(context)) {
    auto *literal = file.make<IntegerLit>(span);
    readInteger(context->getText(), *literal);
    return literal;
  }
  if (alternative<P::FloatContext>(context)) {
    auto *literal = file.make<FloatLit>(span);
    readFloat(context->getText(), *literal);
    return literal;
  }
  if (auto *c = alternative<P::BoolContext>(context)) {
    auto *literal = file.make<BoolLit>(span);
    literal->value = c->TRUE() != nullptr;
    return literal;
  }
  if (alternative<P::MissingContext>(context)) return file.make<MissingLit>(span);
  if (auto *c = alternative<P::TextContext>(context)) return string(c->string());
  if (auto *c = alternative<P::ColumnContext>(context)) {
    auto *column = file.make<ColumnExpr>(span);
    column->name = c->label()->getText();
    return column;
  }
  if (auto *c = alternative<P::ParensContext>(context)) return parens(c);
  if (auto *c = alternative<P::ArrayContext>(context)) return array(c);
  return ifExpression(static_cast<P::IfContext *>(context));
}

Expr *AstBuilder::parens(P::ParensContext *context) {
  const Span span = spanOf(context);
  const auto elements = context->expression();
  if (elements.size() == 1) {
    if (!context->COMMA().empty())
      diagnostics.error(code::oneTuple, spanOf(context->COMMA(0)), "a tuple has at least two elements");
    Expr *inner = expression(elements[0]);
    inner->span = span;
    return inner;
  }
  auto *tuple = file.make<TupleExpr>(span);
  for (auto *element : elements) tuple->elements.push_back(expression(element));
  return tuple;
}

Expr *AstBuilder::array(P::ArrayContext *context) {
  const Span span = spanOf(context);
  const auto expressions = context->expression();
  if (context->clause().empty()) {
    auto *literal = file.make<ArrayLit>(span);
    for (auto *element : expressions) literal->elements.push_back(expression(element));
    return literal;
  }
  auto *comprehension = file.make<Comprehension>(span);
  comprehension->body = expression(expressions[0]);
  for (auto *clause : context->clause())
    comprehension->clauses.push_back({pattern(clause->pattern()), expression(clause->expression())});
  comprehension->condition = context->IF() ? expression(expressions[1]) : nullptr;
  return comprehension;
}

// `if a { } else if b { } else { }` nests to the right.
Expr *AstBuilder::ifExpression(P::IfContext *context) {
  const auto conditions = context->expression();
  const auto blocks = context->block();
  const Nest nest(*this, 2 * conditions.size(), spanOf(context));
  Block *otherwise = blocks.size() > conditions.size() ? block(blocks.back()) : nullptr;
  for (size_t i = conditions.size(); i-- > 0;) {
    const Span span = spanOf(context->IF(i)).to(otherwise ? otherwise->span : spanOf(blocks[i]));
    auto *expr = file.make<IfExpr>(span);
    expr->condition = expression(conditions[i]);
    expr->then = block(blocks[i]);
    expr->otherwise = otherwise;
    if (i == 0) return expr;
    auto *stmt = file.make<ExprStmt>(span);
    stmt->expr = expr;
    otherwise = file.make<Block>(span);
    otherwise->statements = {stmt};
  }
  return nullptr;
}

StringLit *AstBuilder::string(P::StringContext *context) {
  auto *literal = file.make<StringLit>(spanOf(context));
  for (size_t i = 0; i < context->children.size(); ++i) {
    if (auto *inner = Tree::ofRule<P::ExpressionContext>(context->children[i])) {
      StringLit::Piece piece;
      piece.span = spanOf(inner);
      piece.expr = expression(inner);
      literal->pieces.push_back(std::move(piece));
      continue;
    }
    auto *node = static_cast<antlr4::tree::TerminalNode *>(context->children[i]);
    const size_t type = node->getSymbol()->getType();
    if (type == P::TEXT) {
      StringLit::Piece piece;
      piece.span = spanOf(node);
      const auto text = std::string_view(source.text).substr(piece.span.begin, piece.span.end - piece.span.begin);
      piece.text = readText(text, piece.span, diagnostics);
      literal->pieces.push_back(std::move(piece));
    } else if (type == P::FORMAT) {
      literal->pieces.back().format = node->getText();
      literal->pieces.back().formatSpan = spanOf(node);
    }
  }
  return literal;
}

} // namespace dagger::syntax
