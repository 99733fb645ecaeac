// Turns the parser's failures into the language's own errors.
#pragma once
#include "compiler/diag/Diagnostics.h"
#include "compiler/parse/Layout.h"

namespace dagger::syntax {

// Reports nothing that was reported before. Never repairs: a failure ends its statement, which the grammar catches.
class SyntaxErrors : public antlr4::DefaultErrorStrategy {
public:
  SyntaxErrors(const Layout &layout, const Offsets &offsets, Diagnostics &diagnostics)
      : layout(layout), offsets(offsets), diagnostics(diagnostics) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override {}

private:
  void report(antlr4::Token *found, const antlr4::misc::IntervalSet &expected);
  std::string describe(const antlr4::Token *token) const;

  const Layout &layout;
  const Offsets &offsets;
  Diagnostics &diagnostics;
};

} // namespace dagger::syntax
