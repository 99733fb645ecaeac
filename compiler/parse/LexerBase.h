// What the lexer's rules call: which `}` and `:` belong to an interpolation, and where strings were left open.
#pragma once
#include <antlr4-runtime.h>
#include <string>
#include <vector>

namespace dagger::grammar {

class DaggerLexerBase : public antlr4::Lexer {
public:
  using Lexer::Lexer;
  // Where each string begins that was not closed on its line, in code points, in order.
  const std::vector<size_t> &openStrings() const { return unterminated; }

protected:
  void open(char bracket);
  void close(char bracket);
  void closeBrace(size_t interpolationEnd);
  void colon(size_t formatMode);
  void beginString();
  void endString();
  void beginInterpolation();
  void endFormat();
  void newline();

private:
  std::string brackets;        // open ones inside interpolations, an `i` for each interpolation itself
  std::vector<size_t> strings; // where the open strings begin
  std::vector<size_t> unterminated;
};

} // namespace dagger::grammar
