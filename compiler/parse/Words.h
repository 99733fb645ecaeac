// The words of a file as the lexer gives them, newlines too, with its errors reported and repaired.
#pragma once
#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostics.h"
#include <antlr4-runtime.h>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

namespace dagger::syntax {

// ANTLR counts code points, spans count bytes.
class Offsets {
public:
  explicit Offsets(const SourceFile &source);
  uint32_t byte(size_t codePoint) const;
  Span span(size_t firstCodePoint, size_t endCodePoint) const {
    return {file, byte(firstCodePoint), byte(endCodePoint)};
  }
  Span span(const antlr4::Token *token) const { return span(token->getStartIndex(), token->getStopIndex() + 1); }

private:
  int file;
  uint32_t skipped;             // a byte order mark, which ANTLR drops
  uint32_t size;                // of the text
  std::vector<uint32_t> starts; // of each code point; empty when all are ASCII
};

struct Words {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;    // the last one is EOF
  std::unordered_set<const antlr4::Token *> brokenLines; // newlines that cut off a string
  std::unordered_set<size_t> openStrings;                // where those strings begin, in code points
  std::vector<ast::File::Comment> comments;
  bool tooMany = false; // more than maxTokens; reported, and the rest is missing
};

constexpr size_t maxFileBytes = 16u << 20, maxTokens = 1'000'000;

// `input` must outlive the result.
Words words(const SourceFile &source, const Offsets &offsets, antlr4::ANTLRInputStream &input,
            Diagnostics &diagnostics);

// A token of a file's text that the lexer did not make; [first, end) in code points.
std::unique_ptr<antlr4::Token> makeToken(const antlr4::Token *near, size_t type, size_t first, size_t end,
                                         const std::string &text);

} // namespace dagger::syntax
