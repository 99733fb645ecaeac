#include "compiler/parse/SyntaxErrors.h"
#include "DaggerParser.h"
#include "compiler/parse/Codes.h"
#include "compiler/parse/Habits.h"

namespace dagger::syntax {

using antlr4::Token;
using P = grammar::DaggerParser;
using antlr4::misc::IntervalSet;
using grammar::Misplaced;

namespace {

bool isReservedWord(size_t type) { return type >= P::IMPORT && type <= P::MISSING; }
bool isDeclarationWord(size_t type) { return (type >= P::IMPORT && type <= P::EXTERN) || type == P::TEST; }
bool isInfix(size_t type) {
  return (type >= P::EQ && type <= P::SHL) || (type >= P::PLUS_EQ && type <= P::BAR) || type == P::IN ||
         type == P::AND || type == P::OR || type == P::ASSIGN || type == P::DOTS;
}
bool has(const IntervalSet &set, size_t type) { return set.contains(type); }

std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : i + 1 == parts.size() ? " or " : ", ") + parts[i];
  return text;
}

// What a set of tokens is called: the construct that begins with all of them, or the few that tell most. Operators
// are left out, since they can stand after any operand.
std::string nameOfSet(const IntervalSet &expected) {
  if (has(expected, P::IMPORT) && has(expected, P::FN)) return "a declaration";
  if (has(expected, P::INT) && has(expected, P::LBRACKET) && has(expected, P::IF))
    return has(expected, P::LET) ? "a statement" : "an expression";
  if (has(expected, P::SCALAR) && has(expected, P::LBRACKET)) return "a type";
  if (has(expected, P::PLUS_EQ) && has(expected, P::ASSIGN) && !has(expected, P::NL)) return "an assignment";
  if (has(expected, P::NAME) && has(expected, P::INT)) return has(expected, P::TYPE_NAME) ? "a name" : "an extent";
  std::vector<std::string> parts;
  if (has(expected, P::NAME))
    parts.push_back("a name");
  else if (has(expected, P::TYPE_NAME))
    parts.push_back("the name of a type");
  const bool followsOperand = has(expected, P::PIPE), endsLine = has(expected, P::NL);
  const std::pair<size_t, const char *> marks[] = {{P::COMMA, "`,`"},      {P::RPAREN, "`)`"},     {P::RBRACKET, "`]`"},
                                                   {P::INTERP_END, "`}`"}, {P::FAT_ARROW, "`=>`"}, {P::FROM, "`from`"},
                                                   {P::AT, "`at`"},        {P::FOR, "`for`"},      {P::TASK, "`task`"},
                                                   {P::QUOTE, "a string"}, {P::LBRACE, "`{`"}};
  for (const auto &[type, text] : marks)
    if (has(expected, type)) parts.push_back(text);
  // These follow operands too, and say nothing there.
  const std::pair<size_t, const char *> alone[] = {{P::COLON, "`:`"},  {P::ASSIGN, "`=`"}, {P::IN, "`in`"},
                                                   {P::LPAREN, "`(`"}, {P::GT, "`>`"},     {P::SEMI, "`;`"}};
  for (const auto &[type, text] : alone)
    if (has(expected, type) && !followsOperand && !endsLine) parts.push_back(text);
  if (endsLine)
    parts.push_back("the end of the line");
  else if (has(expected, P::RBRACE))
    parts.push_back("`}`");
  return join(parts);
}

} // namespace

std::string SyntaxErrors::describe(const Token *token) const {
  switch (token->getType()) {
  case Token::EOF:
    return "the end of the file";
  case P::NL:
    return "the end of the line";
  case P::QUOTE:
  case P::TEXT:
    return "a string";
  case P::INTERP_END:
    return "`}`";
  default:
    return "`" + token->getText() + "`";
  }
}

Token *SyntaxErrors::before(const Token *token, size_t back) const {
  return token->getTokenIndex() >= back ? tokens.get(token->getTokenIndex() - back) : nullptr;
}

void SyntaxErrors::reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) {
  Token *found = error.getOffendingToken();
  if (layout.reported[found->getTokenIndex()]) return;
  if (const auto *misplaced = dynamic_cast<const Misplaced *>(&error)) return reportMisplaced(*misplaced);
  // Of a failed prediction the set at its start is known only, and says something only if it failed right there.
  const auto *prediction = dynamic_cast<const antlr4::NoViableAltException *>(&error);
  IntervalSet expected;
  if (!prediction || prediction->getStartToken() == found)
    expected = parser->getExpectedTokens();
  else if (prediction->getStartToken() == before(found) && isInfix(before(found)->getType()))
    expected = parser->getATN().nextTokens(parser->getATN().ruleToStartState[P::RuleOperand]);
  // Among parameters the parser only knows that none begins with such a word.
  const bool isParam = dynamic_cast<P::ParamsContext *>(error.getCtx()) && before(found) &&
                       (before(found)->getType() == P::LPAREN || before(found)->getType() == P::COMMA);
  if (isParam && isReservedWord(found->getType())) {
    diagnostics.error(code::reservedWord, offsets.span(found),
                      "`" + found->getText() + "` is a word of the language and cannot be a name");
    return;
  }
  if (!reportNumber(found) && !reportName(found, expected) && !reportType(found, expected, error))
    report(found, nameOfSet(expected)).help = mistakeHint(tokens, found, expected);
}

Diagnostic &SyntaxErrors::report(Token *found, const std::string &expected) {
  const std::string what = describe(found);
  return diagnostics.error(code::unexpected, offsets.span(found),
                           expected.empty() ? "unexpected " + what : "expected " + expected + ", found " + what);
}

void SyntaxErrors::reportMisplaced(const Misplaced &error) {
  Token *found = error.getOffendingToken();
  const size_t type = found->getType();
  const Span span = offsets.span(found);
  const std::string text = found->getText();
  switch (error.place) {
  case Misplaced::NoStatement:
    if (isDeclarationWord(type))
      diagnostics.error(code::misplaced, span, "`" + text + "` stands at top level only").help =
          type == P::FN ? "a function in a function is a lambda: let f = x => 2.0 * x" : "";
    else if (isInfix(type))
      diagnostics.error(code::lineStart, span, "a line cannot begin with `" + text + "`").help = startHint(found);
    else
      report(found, "a statement");
    return;
  case Misplaced::NoDeclaration:
    if (type == P::LET || type == P::VAR)
      diagnostics.error(code::misplaced, span, "there are no variables at top level").help =
          "declare a `const`, or put it into a function";
    else if (const std::string help = declarationHint(text); !help.empty())
      report(found, "a declaration").help = help;
    else
      diagnostics.error(code::misplaced, span, "expected a declaration, found " + describe(found)).help =
          "statements stand in functions; a program begins with fn main() { ... }";
    return;
  case Misplaced::AfterStatement:
  case Misplaced::AfterDeclaration:
    if (reportNumber(found)) return;
    report(found, "the end of the line").help = endHint(tokens, found);
    return;
  }
}

// `.5` and `5.`
bool SyntaxErrors::reportNumber(Token *found) {
  const Token *point = before(found), *whole = before(found, 2);
  if (!point || point->getType() != P::DOT) return false;
  const bool endsIt = found->getType() == P::INT && point->getStopIndex() + 1 == found->getStartIndex();
  const bool beginsIt = whole && whole->getType() == P::INT && whole->getStopIndex() + 1 == point->getStartIndex();
  if (!endsIt && !beginsIt) return false;
  const Span span = endsIt ? offsets.span(point).to(offsets.span(found)) : offsets.span(whole).to(offsets.span(point));
  diagnostics.error(code::badNumber, span, "a float has digits on both sides of its point").help =
      endsIt ? "write 0." + found->getText() : "write " + whole->getText() + ".0";
  return true;
}

// A name that is none, or is written as another kind of name.
bool SyntaxErrors::reportName(Token *found, const IntervalSet &expected) {
  const size_t type = found->getType();
  const Span span = offsets.span(found);
  const std::string text = found->getText();
  const bool wantsName = has(expected, P::NAME) && !has(expected, P::INT);
  const Token *previous = before(found);
  // What may be left out is not expected: the fields of a record.
  const bool isField = isReservedWord(type) && tokens.get(found->getTokenIndex() + 1)->getType() == P::COLON;
  const bool isOnLine = previous && previous->getLine() == found->getLine();
  if (isField || (wantsName && isReservedWord(type) && isOnLine)) {
    diagnostics.error(code::reservedWord, span, "`" + text + "` is a word of the language and cannot be a name");
    return true;
  }
  if (wantsName && !has(expected, P::TYPE_NAME) && type == P::TYPE_NAME) {
    diagnostics.error(code::nameCase, span, "this name is written in snake_case; CamelCase is for types").help =
        "write `" + snakeCase(text) + "`";
    return true;
  }
  if (has(expected, P::TYPE_NAME) && !has(expected, P::NAME) && type == P::NAME) {
    diagnostics.error(code::nameCase, span, "the name of a type is written in CamelCase").help =
        "write `" + camelCase(text) + "`";
    return true;
  }
  return false;
}

bool SyntaxErrors::reportType(Token *found, const IntervalSet &expected, const antlr4::RecognitionException &error) {
  const Token *word = before(found);
  if (!word || word->getType() != P::NAME) return false;
  // Where a `]` may follow, the word is an extent.
  if (dynamic_cast<P::TypeContext *>(error.getCtx()) && !has(expected, P::RBRACKET)) {
    static const std::vector<std::string> scalars = {"bool", "i8",  "i16",  "i32", "i64",  "u8",
                                                     "u16",  "u32", "u64",  "f16", "bf16", "f32",
                                                     "f64",  "c64", "c128", "str", "date", "timestamp"};
    const std::string text = word->getText();
    std::string known = typeHint(text);
    if (known.empty()) known = nearest(text, scalars).value_or("");
    diagnostics.error(code::missingType, offsets.span(word), "`" + text + "` is no type").help =
        known.empty() ? "types are i64, f64, str and the like, or a record's, whose name is CamelCase"
                      : "write `" + known + "`";
    return true;
  }
  const bool endsParam = found->getType() == P::COMMA || found->getType() == P::RPAREN;
  if (dynamic_cast<P::ParamContext *>(error.getCtx()) && endsParam) {
    const std::string text = word->getText();
    diagnostics.error(code::missingType, offsets.span(word), "the parameter `" + text + "` has no type").help =
        "signatures are written in full: " + text + ": f64";
    return true;
  }
  return false;
}

void SyntaxErrors::recover(antlr4::Parser *, std::exception_ptr) { throw antlr4::ParseCancellationException(); }

Token *SyntaxErrors::recoverInline(antlr4::Parser *parser) { throw antlr4::InputMismatchException(parser); }

} // namespace dagger::syntax
