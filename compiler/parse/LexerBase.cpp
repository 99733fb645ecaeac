#include "compiler/parse/LexerBase.h"

namespace dagger::grammar {

// Outside of strings no bracket matters to the lexer.
void DaggerLexerBase::open(char bracket) {
  if (!brackets.empty()) brackets.push_back(bracket);
}

void DaggerLexerBase::close(char bracket) {
  if (!brackets.empty() && brackets.back() == bracket) brackets.pop_back();
}

void DaggerLexerBase::closeBrace(size_t interpolationEnd) {
  // A forgotten `)` must not hide the end of the interpolation.
  while (!brackets.empty() && (brackets.back() == '(' || brackets.back() == '[')) brackets.pop_back();
  if (brackets.empty()) return;
  const bool isInterpolation = brackets.back() == 'i';
  brackets.pop_back();
  if (!isInterpolation) return;
  popMode();
  setType(interpolationEnd);
}

void DaggerLexerBase::colon(size_t formatMode) {
  if (!brackets.empty() && brackets.back() == 'i') pushMode(formatMode);
}

void DaggerLexerBase::beginString() { strings.push_back(tokenStartCharIndex); }
void DaggerLexerBase::endString() { strings.pop_back(); }
void DaggerLexerBase::beginInterpolation() { brackets.push_back('i'); }

void DaggerLexerBase::endFormat() {
  brackets.pop_back();
  popMode();
  popMode();
}

// A string ends on its line, with all that is in it: one missing quote must not eat the file.
void DaggerLexerBase::newline() {
  if (strings.empty()) return;
  unterminated.push_back(strings.front());
  strings.clear();
  brackets.clear();
  modeStack.clear();
  setMode(DEFAULT_MODE);
}

} // namespace dagger::grammar
