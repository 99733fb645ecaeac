#include "compiler/parse/SyntaxErrors.h"
#include "DaggerParser.h"
#include "compiler/parse/Codes.h"

namespace dagger::syntax {

using antlr4::Token;
using P = grammar::DaggerParser;
using antlr4::misc::IntervalSet;

namespace {

// What a set of tokens is called, from the most telling to the least.
std::string describe(const IntervalSet &expected) {
  const auto has = [&](ssize_t type) { return expected.contains(size_t(type)); };
  if (has(P::INT) && has(P::LBRACKET) && has(P::IF))
    return has(P::LET) ? "a statement" : "an expression";
  if (has(P::IMPORT) && has(P::FN))
    return "a declaration";
  if (has(P::SCALAR) && has(P::LBRACKET))
    return "a type";
  if (has(P::NAME) && has(P::INT))
    return has(P::TYPE_NAME) ? "a name" : "an extent";
  std::vector<std::string> parts;
  if (has(P::NAME))
    parts.push_back(has(P::LPAREN) ? "a name or `(`" : "a name");
  else if (has(P::TYPE_NAME))
    parts.push_back("a type's name");
  const std::pair<ssize_t, const char *> marks[] = {
      {P::COMMA, "`,`"}, {P::RPAREN, "`)`"}, {P::RBRACKET, "`]`"}, {P::INTERP_END, "`}`"}, {P::COLON, "`:`"},
      {P::ASSIGN, "`=`"}, {P::FAT_ARROW, "`=>`"}, {P::IN, "`in`"}, {P::FROM, "`from`"}, {P::AT, "`at`"},
      {P::FOR, "`for`"}, {P::TASK, "`task`"}, {P::QUOTE, "a string"}, {P::LBRACE, "`{`"}, {P::SEMI, "`;`"}};
  const bool endsLine = has(P::NL);
  for (const auto &[type, text] : marks)
    if (has(type) && !(endsLine && (type == P::SEMI || type == P::ASSIGN)) && !(type == P::COLON && has(P::INTERP_END)))
      parts.push_back(text);
  if (!endsLine && has(P::LPAREN) && !has(P::NAME) && !has(P::PIPE))
    parts.push_back("`(`");
  if (!endsLine && has(P::GT) && !has(P::PIPE))
    parts.push_back("`>`");
  if (endsLine)
    parts.push_back("the end of the line");
  else if (has(P::RBRACE))
    parts.push_back("`}`");
  if (parts.empty())
    return "";
  std::string text = parts[0];
  for (size_t i = 1; i < parts.size(); ++i)
    text += (i + 1 == parts.size() ? " or " : ", ") + parts[i];
  return text;
}

} // namespace

std::string SyntaxErrors::describe(const Token *token) const {
  switch (token->getType()) {
  case Token::EOF: return "the end of the file";
  case P::NL: return "the end of the line";
  case P::QUOTE: case P::TEXT: return "a string";
  case P::INTERP_END: return "`}`";
  default: return "`" + token->getText() + "`";
  }
}

// Of a failed prediction the set at its start is known only, and it says something only if it failed right there.
void SyntaxErrors::reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) {
  Token *found = error.getOffendingToken();
  IntervalSet expected;
  const auto *prediction = dynamic_cast<const antlr4::NoViableAltException *>(&error);
  if (!prediction || prediction->getStartToken() == found)
    expected = parser->getExpectedTokens();
  if (layout.reported[found->getTokenIndex()])
    return;
  report(found, expected);
}

void SyntaxErrors::report(Token *found, const IntervalSet &expected) {
  const std::string wanted = syntax::describe(expected);
  const std::string message =
      wanted.empty() ? "unexpected " + describe(found) : "expected " + wanted + ", found " + describe(found);
  diagnostics.error(code::unexpected, offsets.span(found), message);
}

void SyntaxErrors::recover(antlr4::Parser *, std::exception_ptr) { throw antlr4::ParseCancellationException(); }

Token *SyntaxErrors::recoverInline(antlr4::Parser *parser) { throw antlr4::InputMismatchException(parser); }

} // namespace dagger::syntax
