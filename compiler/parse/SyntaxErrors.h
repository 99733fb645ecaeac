// Turns the parser's failures into the language's own errors.
#pragma once
#include "compiler/diag/Diagnostics.h"
#include "compiler/parse/Layout.h"
#include "compiler/parse/ParserBase.h"

namespace dagger::syntax {

// Reports nothing that was reported before. Never repairs: a failure ends its statement, which the grammar catches.
class SyntaxErrors : public antlr4::DefaultErrorStrategy {
public:
  SyntaxErrors(antlr4::TokenStream &tokens, const Layout &layout, const Offsets &offsets, Diagnostics &diagnostics)
      : tokens(tokens), layout(layout), offsets(offsets), diagnostics(diagnostics) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override {}

private:
  void reportMisplaced(const grammar::Misplaced &error);
  bool reportNumber(antlr4::Token *found);
  bool reportName(antlr4::Token *found, const antlr4::misc::IntervalSet &expected);
  bool reportType(antlr4::Token *found, const antlr4::misc::IntervalSet &expected,
                  const antlr4::RecognitionException &error);
  Diagnostic &report(antlr4::Token *found, const std::string &expected);
  std::string describe(const antlr4::Token *token) const;
  // The token `back` places before `token`, or null.
  antlr4::Token *before(const antlr4::Token *token, size_t back = 1) const;

  antlr4::TokenStream &tokens;
  const Layout &layout;
  const Offsets &offsets;
  Diagnostics &diagnostics;
};

} // namespace dagger::syntax
