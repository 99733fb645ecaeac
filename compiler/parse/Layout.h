// Between lexer and parser: newlines that end no statement go, words that are names here become names, the `{` of a
// record literal gets a token of its own, and brackets that are never closed are reported where they were opened.
#pragma once
#include "compiler/parse/Words.h"

namespace dagger::syntax {

struct Layout {
  std::vector<std::unique_ptr<antlr4::Token>> tokens; // the last one is EOF; every bracket is closed
  std::vector<uint16_t> depths;                       // blocks open around each token
  std::vector<bool> reported;                         // tokens at which a parse error would be the second one
  std::unordered_set<size_t> neverClosed;             // where the ( and [ begin that were reported so, in code points
  bool tooDeep = false; // more than maxBrackets open at once; reported, and the rest is missing
};

constexpr size_t maxBrackets = 256;

// That a bracket is never closed shows lines later. Knowing from a first run which ones are, a second ends them with
// their lines, so that the statements between are parsed.
Layout layOut(const SourceFile &source, const Offsets &offsets, Words words, Diagnostics &diagnostics,
              const std::unordered_set<size_t> &neverClosed = {});

} // namespace dagger::syntax
