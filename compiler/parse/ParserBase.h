// What the parser's rules call: where statements end, and how parsing goes on after one that failed.
#pragma once
#include <antlr4-runtime.h>
#include <cstdint>
#include <vector>

namespace dagger::grammar {

// Thrown through the parser when rules nest too deep for the stack of whoever walks the tree.
struct NestedTooDeep {
  antlr4::Token *where;
};

// A token where no statement or declaration can begin, or where one should have ended.
class Misplaced : public antlr4::InputMismatchException {
public:
  enum Place { NoStatement, NoDeclaration, AfterStatement, AfterDeclaration };
  Misplaced(antlr4::Parser *parser, Place place) : InputMismatchException(parser), place(place) {}
  const Place place;
};

class DaggerParserBase : public antlr4::Parser {
public:
  using Parser::Parser;

  // With the number of blocks open around each token, failed statements are reported and left out of the tree;
  // without, the first failure ends the parse with a ParseCancellationException. `depths` must outlive the parser.
  void recoverWith(const std::vector<uint16_t> *depths) { blockDepths = depths; }

  void enterRule(antlr4::ParserRuleContext *context, size_t state, size_t rule) override;

protected:
  // As ANTLR's, which ask what a parent is by a dynamic cast: all of them are rules' contexts here.
  void addContextToParseTree() override;
  void exitRule();

  void endOfStatement();
  void endOfDeclaration();
  [[noreturn]] void noStatement();
  [[noreturn]] void noDeclaration();
  void reportAndRecover(antlr4::RecognitionException &error, antlr4::ParserRuleContext *context);
  void recover(antlr4::ParserRuleContext *context);

private:
  const std::vector<uint16_t> *blockDepths = nullptr;
};

} // namespace dagger::grammar
