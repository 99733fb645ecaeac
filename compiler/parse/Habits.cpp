#include "compiler/parse/Habits.h"
#include "DaggerParser.h"

namespace dagger::syntax {

using antlr4::Token;
using antlr4::misc::IntervalSet;
using P = grammar::DaggerParser;

namespace {

using Row = std::pair<const char *, const char *>;

template <size_t N> std::string lookUp(const Row (&table)[N], const std::string &word) {
  for (const auto &[key, value] : table)
    if (word == key) return value;
  return "";
}

bool has(const IntervalSet &set, size_t type) { return set.contains(type); }

Token *neighbour(antlr4::TokenStream &tokens, const Token *token, ssize_t distance) {
  const ssize_t index = ssize_t(token->getTokenIndex()) + distance;
  return index >= 0 && size_t(index) < tokens.size() ? tokens.get(size_t(index)) : nullptr;
}

bool isType(const Token *token, size_t type) { return token && token->getType() == type; }

bool isDoubled(antlr4::TokenStream &tokens, const Token *found) {
  const Token *previous = neighbour(tokens, found, -1);
  return isType(previous, found->getType()) && previous->getStopIndex() + 1 == found->getStartIndex();
}

// `x = 1 // one`
bool followsSlashes(antlr4::TokenStream &tokens, const Token *found) {
  for (const Token *token = neighbour(tokens, found, -1); token && token->getLine() == found->getLine();
       token = neighbour(tokens, token, -1))
    if (token->getType() == P::FLOOR) return true;
  return false;
}

bool isInSignature(antlr4::TokenStream &tokens, const Token *found) {
  for (const Token *token = found; token && token->getLine() == found->getLine(); token = neighbour(tokens, token, -1))
    if (isType(token, P::FN) || isType(token, P::TASK) || isType(token, P::KERNEL)) return true;
  return false;
}

} // namespace

std::string declarationHint(const std::string &word) {
  static constexpr Row table[] = {{"def", "a function is declared with `fn`"},
                                  {"func", "a function is declared with `fn`"},
                                  {"function", "a function is declared with `fn`"},
                                  {"proc", "a function is declared with `fn`"},
                                  {"struct", "a record is declared with `record`"},
                                  {"class", "a record is declared with `record`"},
                                  {"type", "a record is declared with `record`"},
                                  {"use", "a module is named with `import`"},
                                  {"include", "a module is named with `import`"},
                                  {"static", "a constant is declared with `const`"},
                                  {"//", "a comment begins with `#`"},
                                  {"/", "a comment begins with `#`"}};
  return lookUp(table, word);
}

std::string statementHint(const std::string &word) {
  static constexpr Row table[] = {{"elif", "write `else if` after the `}`"},
                                  {"elseif", "write `else if` after the `}`"},
                                  {"mut", "write `var`"},
                                  {"loop", "write `while true`"},
                                  {"match", "write `if ... else if ...`"},
                                  {"switch", "write `if ... else if ...`"}};
  return lookUp(table, word);
}

std::string typeHint(const std::string &word) {
  static constexpr Row table[] = {{"int", "i64"},      {"integer", "i64"},  {"long", "i64"},   {"short", "i16"},
                                  {"byte", "u8"},      {"char", "str"},     {"uint", "u64"},   {"float", "f64"},
                                  {"double", "f64"},   {"real", "f64"},     {"string", "str"}, {"text", "str"},
                                  {"boolean", "bool"}, {"complex", "c128"}, {"half", "f16"}};
  return lookUp(table, word);
}

std::string mistakeHint(antlr4::TokenStream &tokens, Token *found, const IntervalSet &expected) {
  const size_t type = found->getType();
  const Token *previous = neighbour(tokens, found, -1);
  if (type == P::INTERP_END && isType(previous, P::INTERP)) return "a brace that is text is written `\\{`";
  if (isDoubled(tokens, found)) {
    if (type == P::AMP) return "write `and`";
    if (type == P::BAR) return "write `or`";
    if (type == P::PLUS) return "write `+= 1`";
  }
  if (type == P::STAR && isType(previous, P::SLASH) && previous->getStopIndex() + 1 == found->getStartIndex())
    return "a comment begins with `#`";
  switch (type) {
  case P::ASSIGN:
    if (has(expected, P::COLON) && !has(expected, P::PIPE)) return "a field is written `name: value`";
    return has(expected, P::PIPE) || has(expected, P::LBRACE) ? "compare with `==`" : "";
  case P::COLON:
    if (has(expected, P::RBRACKET)) return "a slice is written `a..b`";
    if (has(expected, P::LBRACE) && isInSignature(tokens, found)) return "a result is written `-> f64`";
    return has(expected, P::LBRACE) ? "a block stands in braces: { ... }" : "";
  case P::AT:
    return has(expected, P::IF) ? "a kernel behind a sign stands in parentheses: -(at (i) in (n) => ...)" : "";
  case P::FN:
    return has(expected, P::IF) ? "a function value is a lambda: x => 2.0 * x" : "";
  case P::IF:
    return has(expected, P::COMMA) || has(expected, P::RPAREN) ? "write if a { b } else { c }" : "";
  case P::IN:
    return has(expected, P::COMMA) ? "the header stands without parentheses: for i in 0..n { ... }" : "";
  case P::COMMA:
  case P::RBRACKET:
    return has(expected, P::SEMI) ? "the type of an array is written [f64; n, m]" : "";
  default:
    return "";
  }
}

std::string endHint(antlr4::TokenStream &tokens, Token *found) {
  switch (found->getType()) {
  case P::QUESTION:
  case P::IF:
    return "write if a { b } else { c }";
  case P::COMMA:
    return "a tuple stands in parentheses: (a, b)";
  case P::ARROW:
    return "a lambda is written x => 2.0 * x";
  case P::COLON:
    return isType(neighbour(tokens, found, 1), P::ASSIGN) ? "write let x = 1.0" : "";
  default:
    break;
  }
  if (followsSlashes(tokens, found)) return "a comment begins with `#`";
  const Token *word = neighbour(tokens, found, -1);
  return isType(word, P::NAME) ? statementHint(word->getText()) : "";
}

std::string startHint(Token *found) {
  if (found->getType() == P::FLOOR || found->getType() == P::SLASH) return "a comment begins with `#`";
  return "write it at the end of the line before, so that the expression goes on";
}

std::string snakeCase(const std::string &name) {
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool isUpper = name[i] >= 'A' && name[i] <= 'Z';
    const bool afterLower = i > 0 && !(name[i - 1] >= 'A' && name[i - 1] <= 'Z') && name[i - 1] != '_';
    if (isUpper && afterLower) result += '_';
    result += isUpper ? char(name[i] + 32) : name[i];
  }
  return result;
}

std::string camelCase(const std::string &name) {
  std::string result;
  bool starts = true;
  for (const char c : name) {
    if (c != '_') result += starts && c >= 'a' && c <= 'z' ? char(c - 32) : c;
    starts = c == '_';
  }
  return result;
}

} // namespace dagger::syntax
