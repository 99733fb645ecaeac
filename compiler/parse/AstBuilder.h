// The syntax tree of a parse tree. What the grammar leaves open is checked here: the order of operators, what may stand
// before a record literal's brace, that comparisons don't chain.
#pragma once
#include "DaggerParser.h"
#include "compiler/parse/Precedence.h"
#include "compiler/parse/Words.h"

namespace dagger::syntax {

using grammar::alternative;

class AstBuilder {
public:
  AstBuilder(ast::File &file, const SourceFile &source, const Offsets &offsets, Diagnostics &diagnostics)
      : file(file), source(source), offsets(offsets), diagnostics(diagnostics) {}

  // Leaves out what failed to parse.
  void build(grammar::DaggerParser::FileContext *context);

private:
  using P = grammar::DaggerParser;
  using Context = antlr4::ParserRuleContext;
  using Tree = grammar::ContextBase;

  // ---- declarations
  ast::Decl *declaration(P::DeclarationContext *context);
  ast::Decl *import(P::ImportDeclContext *context, Span span);
  ast::Decl *constant(P::ConstDeclContext *context, Span span);
  ast::Decl *record(P::RecordDeclContext *context, Span span);
  ast::Decl *function(P::FunctionDeclContext *context, Span span);
  ast::Decl *kernel(P::KernelDeclContext *context, Span span);
  ast::Decl *externTask(P::ExternDeclContext *context, Span span);
  ast::Decl *test(P::TestDeclContext *context, Span span);
  std::vector<ast::TypeParam> typeParams(P::TypeParamsContext *context);
  std::vector<ast::Param> params(P::ParamsContext *context);
  ast::Annotation annotation(P::AnnotationContext *context);
  std::vector<ast::Annotation> annotations(const std::vector<P::AnnotationContext *> &contexts);
  std::string docBefore(antlr4::Token *token);
  std::string plainString(P::StringContext *context);

  // ---- types
  ast::TypeExpr *type(P::TypeContext *context);
  std::vector<ast::TypeExpr *> typeArgs(P::TypeArgsContext *context);
  ast::Extent extent(P::ExtentContext *context);

  // ---- statements
  ast::Stmt *brokenDeclaration(P::StatementContext *context);
  ast::Block *block(P::BlockContext *context);
  ast::Stmt *statement(P::StatementContext *context);
  ast::Stmt *simpleStatement(P::SimpleStatementContext *context);
  ast::Pattern pattern(P::PatternContext *context);

  // ---- expressions
  struct Item { // of an operation: an operator, a sign, or an operand that is built when its turn comes
    std::string op;
    Span span;
    P::OperandContext *operand = nullptr;
    bool isPrefix = false;
    P::InlineKernelContext *kernel = nullptr; // instead of an operand, at the end
  };
  struct Operation {
    std::vector<Item> items;
    size_t next = 0;
    bool atBinary(Precedence loosest) const;
  };
  // Guards the stack of whoever walks the tree: counts the levels above a node.
  struct Nest {
    Nest(AstBuilder &builder, size_t levels, Span span);
    ~Nest() { builder.depth -= levels; }
    AstBuilder &builder;
    size_t levels;
  };
  struct TooDeep {
    Span span;
  };

  ast::Expr *expression(P::ExpressionContext *context);
  ast::Expr *inlineKernel(P::InlineKernelContext *context);
  ast::Expr *body(P::BodyContext *context);
  Operation flatten(P::OperationContext *context);
  ast::Expr *operation(P::OperationContext *context);
  ast::Expr *prefixed(Operation &operation, Precedence loosest);
  ast::Expr *binary(Operation &operation, Precedence loosest);
  ast::Expr *combine(const Item &op, ast::Expr *lhs, ast::Expr *rhs);
  ast::Expr *operand(P::OperandContext *context);
  ast::Expr *suffixed(ast::Expr *object, P::SuffixContext *context);
  ast::Expr *member(ast::Expr *object, P::MemberSuffixContext *context, Span span);
  ast::Expr *recordLiteral(ast::Expr *type, P::RecordSuffixContext *context, Span span);
  ast::Expr *primary(P::PrimaryContext *context);
  ast::Expr *parens(P::ParensContext *context);
  ast::Expr *array(P::ArrayContext *context);
  ast::Expr *ifExpression(P::IfContext *context);
  ast::Expr *name(Span span, std::string text);
  ast::StringLit *string(P::StringContext *context);
  ast::Subscript subscript(P::SubscriptContext *context);
  ast::Argument argument(P::ArgumentContext *context);
  std::vector<ast::Argument> arguments(P::ArgumentsContext *context);
  std::vector<ast::Name> names(const std::vector<P::NameContext *> &contexts);
  ast::Name nameOf(Context *context) { return {context->getText(), spanOf(context)}; }

  Span spanOf(Context *context) const;
  Span spanOf(antlr4::tree::TerminalNode *node) const { return offsets.span(node->getSymbol()); }
  Span spanOf(antlr4::Token *token) const { return offsets.span(token); }

  ast::File &file;
  const SourceFile &source;
  const Offsets &offsets;
  Diagnostics &diagnostics;
  size_t depth = 0;
};

} // namespace dagger::syntax
