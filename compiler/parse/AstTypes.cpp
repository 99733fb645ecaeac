#include "compiler/parse/AstBuilder.h"
#include "compiler/parse/Literals.h"

namespace dagger::syntax {

using ast::TypeExpr;

std::vector<TypeExpr *> AstBuilder::typeArgs(P::TypeArgsContext *context) {
  std::vector<TypeExpr *> args;
  if (!context) return args;
  file.angles.push_back(spanOf(context->LT()).begin);
  file.angles.push_back(spanOf(context->GT()).begin);
  for (auto *arg : context->type()) args.push_back(type(arg));
  return args;
}

ast::Extent AstBuilder::extent(P::ExtentContext *context) {
  ast::Extent extent;
  extent.span = spanOf(context);
  if (context->INT()) {
    ast::IntegerLit number;
    readInteger(context->getText(), number);
    extent.kind = ast::Extent::Number;
    // One that does not fit is negative, which no extent may be.
    extent.number = number.tooBig || number.value > uint64_t(INT64_MAX) ? -1 : int64_t(number.value);
    extent.name = context->getText();
  } else if (const std::string text = context->getText(); text != "_") {
    extent.kind = ast::Extent::Named;
    extent.name = text;
  }
  return extent;
}

TypeExpr *AstBuilder::type(P::TypeContext *context) {
  TypeExpr *type = file.make<TypeExpr>(spanOf(context));
  type->optional = context->QUESTION() != nullptr;
  if (context->LBRACKET()) {
    type->kind = TypeExpr::Array;
    type->args = {this->type(context->type(0))};
    for (auto *extent : context->extent()) type->extents.push_back(this->extent(extent));
  } else if (context->LPAREN() && !context->DECIMAL()) {
    for (auto *arg : context->type()) type->args.push_back(this->type(arg));
    type->kind = context->ARROW() ? TypeExpr::Function : TypeExpr::Tuple;
    if (type->kind == TypeExpr::Tuple && type->args.size() == 1) {
      // Parentheses around one type only group.
      TypeExpr *inner = type->args[0];
      inner->optional = inner->optional || type->optional;
      return inner;
    }
  } else if (context->TYPE_NAME()) {
    type->kind = TypeExpr::Named;
    for (auto *part : context->name()) type->name += part->getText() + ".";
    type->name += context->TYPE_NAME()->getText();
    type->args = typeArgs(context->typeArgs());
  } else if (context->DECIMAL()) {
    type->kind = TypeExpr::Scalar;
    type->name = "decimal";
    for (auto *number : context->expression()) type->numbers.push_back(expression(number));
  } else if (context->SCALAR()) {
    type->kind = TypeExpr::Scalar;
    type->name = context->SCALAR()->getText();
  } else {
    type->kind = context->TABLE() ? TypeExpr::Table : context->GRAPH() ? TypeExpr::Graph : TypeExpr::List;
    type->args = typeArgs(context->typeArgs());
  }
  return type;
}

} // namespace dagger::syntax
