#include "compiler/parse/Words.h"
#include "DaggerLexer.h"
#include "compiler/parse/Codes.h"
#include <algorithm>

namespace dagger::syntax {

using antlr4::Token;
using L = grammar::DaggerLexer;

Offsets::Offsets(const SourceFile &source)
    : file(source.id), skipped(source.text.compare(0, 3, "\xef\xbb\xbf") == 0 ? 3 : 0), size(source.text.size()) {
  const auto isAscii = [](char byte) { return !(byte & 0x80); };
  if (std::all_of(source.text.begin() + skipped, source.text.end(), isAscii)) return;
  for (uint32_t i = skipped; i < size; ++i)
    if ((source.text[i] & 0xc0) != 0x80) starts.push_back(i);
}

uint32_t Offsets::byte(size_t codePoint) const {
  if (starts.empty()) return std::min<size_t>(codePoint + skipped, size);
  return codePoint < starts.size() ? starts[codePoint] : size;
}

std::unique_ptr<Token> makeToken(const Token *near, size_t type, size_t first, size_t end, const std::string &text) {
  auto token = std::make_unique<antlr4::CommonToken>(type, text);
  token->setLine(near->getLine());
  token->setCharPositionInLine(near->getCharPositionInLine() + first - near->getStartIndex());
  token->setStartIndex(first);
  token->setStopIndex(end - 1);
  return token;
}

namespace {

std::string helpFor(std::string_view text) {
  if (text.find("\u201c") != text.npos || text.find("\u201d") != text.npos || text.find("\u201e") != text.npos)
    return "strings are written with straight quotes: \"text\"";
  if (text.find("\u00a0") != text.npos) return "this is a no-break space; write a plain one";
  switch (text[0]) {
  case '\'':
    return "strings are written with double quotes: \"text\"";
  case '!':
    return "write `not`";
  case '`':
    return "names stand without quotes";
  case '\\':
    return "a line goes on after an operator, a comma or an open bracket";
  case '$':
    return "a string takes values in braces: \"{name}\"";
  default:
    return "";
  }
}

class Lexing {
public:
  Lexing(const SourceFile &source, const Offsets &offsets, Diagnostics &diagnostics)
      : source(source), offsets(offsets), diagnostics(diagnostics) {}

  Words run(antlr4::ANTLRInputStream &input) {
    L lexer(&input);
    lexer.removeErrorListeners();
    size_t openStrings = 0;
    for (;;) {
      std::unique_ptr<Token> token = lexer.nextToken();
      if (lexer.openStrings().size() > openStrings) {
        const size_t begin = lexer.openStrings()[openStrings++];
        reportOpenString(begin, token.get());
        words.brokenLines.insert(token.get());
        words.openStrings.insert(begin);
      }
      if (token->getChannel() == L::COMMENTS)
        addComment(token.get());
      else if (token->getType() == Token::EOF) {
        words.tokens.push_back(std::move(token));
        return std::move(words);
      } else
        take(std::move(token));
      if (words.tokens.size() > maxTokens) {
        diagnostics
            .error(code::tooLarge, offsets.span(words.tokens.back().get()),
                   "this file has over a million words and marks")
            .help = "read data from a file with `read`, and split a program into modules";
        words.tooMany = true;
        return std::move(words);
      }
    }
  }

private:
  void take(std::unique_ptr<Token> token) {
    const Span span = offsets.span(token.get());
    const std::string_view text = std::string_view(source.text).substr(span.begin, span.end - span.begin);
    switch (token->getType()) {
    case L::BAD:
      // Of several on a line the first says enough.
      if (token->getLine() != badLine)
        diagnostics.error(code::badCharacter, span, "unexpected character " + quoted(text)).help = helpFor(text);
      badLine = token->getLine();
      return;
    case L::BAD_BRACE:
      diagnostics.error(code::braceInString, span, "this `}` closes nothing in the string").help =
          "a brace that is text is written `\\}`";
      return;
    case L::BAD_NAME:
      reportBadName(span, text);
      token = makeToken(token.get(), L::NAME, token->getStartIndex(), token->getStopIndex() + 1, std::string(text));
      break;
    case L::BAD_NUMBER:
      diagnostics.error(code::badNumber, span, "`" + std::string(text) + "` is no number");
      token = makeToken(token.get(), L::INT, token->getStartIndex(), token->getStopIndex() + 1, "0");
      break;
    case L::FLOAT:
      if (!words.tokens.empty() && words.tokens.back()->getType() == L::DOT && splitFloat(token.get())) return;
      break;
    }
    words.tokens.push_back(std::move(token));
  }

  static std::string quoted(std::string_view text) {
    if (static_cast<unsigned char>(text[0]) >= 0x20 && text[0] != 0x7f) return "`" + std::string(text) + "`";
    char code[8];
    snprintf(code, sizeof code, "U+%04X", static_cast<unsigned char>(text[0]));
    return code;
  }

  void reportBadName(Span span, std::string_view text) {
    const std::string help = helpFor(text);
    const std::string name(text);
    if (help.empty())
      diagnostics.error(code::badCharacter, span, "`" + name + "` is no name").help =
          "names are made of a-z, A-Z, 0-9 and _";
    else
      diagnostics.error(code::badCharacter, span, "unexpected character in `" + name + "`").help = help;
  }

  // `t.0.1` is lexed as t . 0.1
  bool splitFloat(const Token *number) {
    const Token *dot = words.tokens.back().get();
    const std::string text = number->getText();
    const size_t point = text.find('.');
    const bool plainParts = text.find_first_not_of("0123456789.") == std::string::npos;
    if (point == std::string::npos || !plainParts || dot->getStopIndex() + 1 != number->getStartIndex()) return false;
    const size_t begin = number->getStartIndex(), end = begin + text.size();
    words.tokens.push_back(makeToken(number, L::INT, begin, begin + point, text.substr(0, point)));
    words.tokens.push_back(makeToken(number, L::DOT, begin + point, begin + point + 1, "."));
    words.tokens.push_back(makeToken(number, L::INT, begin + point + 1, end, text.substr(point + 1)));
    return true;
  }

  void addComment(const Token *token) {
    const Span span = offsets.span(token);
    const auto before = std::string_view(source.text).substr(0, span.begin);
    const size_t last = before.find_last_not_of(" \t");
    const bool ownLine = last == before.npos || before[last] == '\n';
    words.comments.push_back({span, source.text.substr(span.begin, span.end - span.begin), ownLine});
  }

  void reportOpenString(size_t begin, const Token *newline) {
    Span span = offsets.span(begin, newline->getStartIndex());
    auto &error = diagnostics.error(code::openString, span, "this string is not closed on its line");
    const auto text = std::string_view(source.text).substr(span.begin + 1, span.end - span.begin - 1);
    // With a quote after a brace, the brace is more likely what was forgotten.
    if (text.find('{') != text.npos && text.rfind('"') != text.npos)
      error.help = "is a `}` missing in it? A brace that is text is written `\\{`";
    else
      error.help = "a string goes to the `\"` on the same line; write \\n for a line end in it";
  }

  const SourceFile &source;
  const Offsets &offsets;
  Diagnostics &diagnostics;
  size_t badLine = 0; // of the last unexpected character
  Words words;
};

} // namespace

Words words(const SourceFile &source, const Offsets &offsets, antlr4::ANTLRInputStream &input,
            Diagnostics &diagnostics) {
  return Lexing(source, offsets, diagnostics).run(input);
}

} // namespace dagger::syntax
