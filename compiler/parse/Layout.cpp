#include "compiler/parse/Layout.h"
#include "DaggerLexer.h"
#include "compiler/parse/Codes.h"
#include <algorithm>
#include <bitset>

namespace dagger::syntax {

using antlr4::Token;
using L = grammar::DaggerLexer;

namespace {

using TokenSet = std::bitset<128>;
TokenSet setOf(std::initializer_list<size_t> types) {
  TokenSet set;
  for (size_t type : types) set.set(type);
  return set;
}
bool in(const TokenSet &set, size_t type) { return type < set.size() && set[type]; }

// A line that ends with one of these goes on. Not `>`: it may close a type.
const TokenSet continuing =
    setOf({L::PIPE,   L::FAT_ARROW, L::ARROW,    L::EQ,      L::NE,        L::LE,        L::GE,         L::LT,
           L::SHL,    L::PLUS_EQ,   L::MINUS_EQ, L::STAR_EQ, L::SLASH_EQ,  L::FLOOR_EQ,  L::PERCENT_EQ, L::POWER_EQ,
           L::AMP_EQ, L::CARET_EQ,  L::BAR_EQ,   L::SHL_EQ,  L::MATMUL_EQ, L::QUESTIONS, L::POWER,      L::FLOOR,
           L::STAR,   L::SLASH,     L::PERCENT,  L::MATMUL,  L::PLUS,      L::MINUS,     L::TILDE,      L::AMP,
           L::CARET,  L::BAR,       L::DOTS,     L::DOT,     L::COMMA,     L::ASSIGN,    L::COLON,      L::LBRACE,
           L::AND,    L::OR,        L::NOT,      L::IN,      L::NL,        L::SEMI});
// A line that begins with one of these goes on with the line before. A kernel's `at` is seen to apart.
const TokenSet continued = setOf({L::PIPE, L::DOT, L::ELSE, L::LBRACE, L::RBRACE});
// These stand in no brackets but a block's, so at the start of a line they show that a bracket was left open.
const TokenSet declarationWords = setOf({L::FN, L::TASK, L::KERNEL, L::RECORD, L::EXTERN, L::IMPORT, L::CONST});
const TokenSet statementWords =
    declarationWords | setOf({L::LET, L::VAR, L::WHILE, L::BREAK, L::CONTINUE, L::RETURN, L::ASSERT, L::BARRIER});
const TokenSet contextualWords =
    setOf({L::AS, L::BY, L::FROM, L::TEST, L::GROUP, L::OUTSIDE, L::SHARED, L::ATOMIC, L::PARALLEL});
const TokenSet names = contextualWords | setOf({L::NAME, L::SCALAR, L::TABLE, L::GRAPH, L::LIST, L::DECIMAL});
const TokenSet operandEnds = names | setOf({L::TYPE_NAME, L::INT, L::FLOAT, L::TRUE, L::FALSE, L::MISSING, L::END_QUOTE,
                                            L::RPAREN, L::RBRACKET, L::RBRACE});
const TokenSet operandStarts = names | setOf({L::TYPE_NAME, L::INT, L::FLOAT, L::TRUE, L::FALSE, L::MISSING, L::QUOTE,
                                              L::LPAREN, L::LBRACKET, L::MINUS, L::TILDE, L::IF, L::DOT});

// What the next `{` at a level of brackets opens: after these words a block, not a record literal.
enum class Header { None, Block, Record, Kernel };

struct Level {
  char kind = 0; // ( [ { " or r, a record literal's brace, or i, an interpolation; 0 is the file itself
  const Token *opener = nullptr;
  Header header = Header::None;
};

std::string closerOf(char kind) { return kind == '(' ? ")" : kind == '[' ? "]" : "}"; }
size_t closerType(char kind) {
  switch (kind) {
  case '(':
    return L::RPAREN;
  case '[':
    return L::RBRACKET;
  case '"':
    return L::END_QUOTE;
  case 'i':
    return L::INTERP_END;
  default:
    return L::RBRACE;
  }
}

class Filter {
public:
  Filter(const SourceFile &source, const Offsets &offsets, Words input, Diagnostics &diagnostics,
         const std::unordered_set<size_t> &neverClosed)
      : source(source), offsets(offsets), input(std::move(input)), diagnostics(diagnostics), neverClosed(neverClosed),
        levels(1) {}

  Layout run() {
    for (next = 0; next < input.tokens.size() && !out.tooDeep;) {
      std::unique_ptr<Token> token = std::move(input.tokens[next++]);
      if (token->getType() == L::NL)
        takeNewline(std::move(token));
      else
        take(std::move(token));
    }
    return std::move(out);
  }

private:
  // ---- the tokens --------------------------------------------------------------------------------------------------

  void takeNewline(std::unique_ptr<Token> token) {
    if (input.brokenLines.count(token.get())) closeString(token.get());
    if (!newline) newline = std::move(token);
  }

  // The line's end cut off a string: what was opened in it ends with it. If the string holds closing brackets, they
  // were meant for those around it.
  void closeString(const Token *lineEnd) {
    inOpenString = false;
    size_t level = 1;
    while (level < levels.size() && levels[level].kind != '"') ++level;
    if (level == levels.size()) return;
    const Token *quote = levels[level].opener;
    const auto begin = offsets.span(quote).begin, end = offsets.span(lineEnd).begin;
    if (std::string_view(source.text).substr(begin, end - begin).find_first_of(")]") != std::string_view::npos)
      while (level > 1 && (levels[level - 1].kind == '(' || levels[level - 1].kind == '[')) --level;
    closeDownTo(level, lineEnd);
  }

  void take(std::unique_ptr<Token> token) {
    size_t type = token->getType();
    if (newline || previous == 0) type = startLine(token.get());
    if (in(contextualWords, type) && !isWordHere(token.get())) {
      static_cast<antlr4::CommonToken *>(token.get())->setType(L::NAME);
      type = L::NAME;
    }
    switch (type) {
    case L::IF:
    case L::FOR:
    case L::WHILE:
    case L::FN:
    case L::TASK:
    case L::TEST:
      levels.back().header = Header::Block;
      break;
    case L::RECORD:
      levels.back().header = Header::Record;
      break;
    case L::KERNEL:
      levels.back().header = Header::Kernel;
      break;
    case L::SEMI:
      levels.back().header = Header::None;
      break;
    case L::LPAREN:
      push('(', token.get());
      break;
    case L::LBRACKET:
      push('[', token.get());
      break;
    case L::INTERP:
      push('i', token.get());
      break;
    case L::QUOTE:
      inOpenString = inOpenString || input.openStrings.count(token->getStartIndex());
      push('"', token.get());
      break;
    case L::END_QUOTE:
      levels.pop_back();
      break;
    case L::LBRACE: {
      const bool isBlock =
          previous != L::TYPE_NAME || (levels.back().header != Header::None && !isRecordInHeader(token.get()));
      // The header goes on after a record literal in it.
      if (isBlock) levels.back().header = Header::None;
      if (!isBlock) static_cast<antlr4::CommonToken *>(token.get())->setType(L::RECORD_OPEN);
      Token *brace = token.get();
      if (isBlock) {
        emit(std::move(token));
        push('{', brace);
        ++blocks;
        return;
      }
      push('r', brace);
      break;
    }
    case L::RPAREN:
      if (!closeWith('(', token.get())) return;
      break;
    case L::RBRACKET:
      if (!closeWith('[', token.get())) return;
      break;
    case L::INTERP_END:
      if (!closeWith('i', token.get())) return;
      break;
    case L::RBRACE:
      if (!closeBrace(token.get())) return;
      break;
    case Token::EOF:
      closeEverything(token.get());
      break;
    }
    emit(std::move(token));
  }

  // A contextual word is a word only where the grammar can want it; everywhere else it is a name.
  bool isWordHere(const Token *token) const {
    const size_t after = typeAfter();
    const bool startsStatement = previous == 0 || previous == L::NL || previous == L::SEMI || previous == L::LBRACE;
    switch (token->getType()) {
    case L::AS:
      return in(operandEnds, previous) && (in(names, after) || after == L::TYPE_NAME);
    case L::BY:
      return in(operandEnds, previous) || (previous == L::DOTS && in(operandStarts, after));
    case L::FROM:
    case L::TEST:
      return after == L::QUOTE;
    case L::GROUP:
      return previous == L::RPAREN && after == L::LPAREN;
    case L::OUTSIDE:
      return previous == L::RPAREN;
    case L::SHARED:
    case L::ATOMIC:
      return startsStatement && in(names, after);
    default:
      return after == L::FOR; // parallel
    }
  }

  // After `{` a name and a colon are a field: no statement begins so. Not so in the declaration of a record.
  bool isRecordInHeader(const Token *brace) {
    if (levels.back().header == Header::Record || !(in(names, typeAfter()) || typeAfter() == L::TYPE_NAME) ||
        next + 1 >= input.tokens.size() || input.tokens[next + 1]->getType() != L::COLON)
      return false;
    diagnostics.error(code::recordInHeader, offsets.span(out.tokens.back().get()).to(offsets.span(brace)),
                      "a record literal stands in parentheses here");
    return true;
  }

  size_t typeAfter() const { return next < input.tokens.size() ? input.tokens[next]->getType() : size_t(Token::EOF); }

  // ---- lines -------------------------------------------------------------------------------------------------------

  bool isLayout() const { return levels.back().kind == 0 || levels.back().kind == '{'; }

  // Whether the annotation that begins here stands before a declaration: what begins the first line without one.
  bool annotatesDeclaration() {
    if (next >= annotationsEnd) {
      // Many annotations in a row are gone through once.
      annotationsEnd = next;
      bool beginsLine = false;
      for (; annotationsEnd < input.tokens.size(); ++annotationsEnd) {
        const size_t type = input.tokens[annotationsEnd]->getType();
        annotatesDecl = in(declarationWords, type);
        if (annotatesDecl || (beginsLine && type != L::NL && type != L::MATMUL)) break;
        beginsLine = type == L::NL;
      }
    }
    return annotatesDecl;
  }

  // Of a bracket that is known to be never closed: whether this line, by its indentation, is no longer in it.
  bool isBeyondOpenBracket(const Token *token) const {
    const Token *opener = levels.back().opener;
    return neverClosed.count(opener->getStartIndex()) && token->getCharPositionInLine() <= indentOf(opener) &&
           !in(continued, token->getType()) && token->getType() != L::RPAREN && token->getType() != L::RBRACKET;
  }

  // Emits the newline before `token` if it ends a statement.
  size_t startLine(const Token *token) {
    const size_t type = token->getType();
    const bool declares = in(declarationWords, type) || (type == L::TEST && typeAfter() == L::QUOTE) ||
                          (type == L::MATMUL && annotatesDeclaration());
    if (declares && token->getCharPositionInLine() == 0 && levels.size() > 1)
      closeEverything(token);
    else if (!isLayout() && (in(statementWords, type) || isBeyondOpenBracket(token)))
      closeToBlock(token);
    std::unique_ptr<Token> ended = std::move(newline);
    const bool isKernels =
        levels.back().header == Header::Kernel && (type == L::AT || type == L::OUTSIDE || type == L::GROUP);
    // Without a header that it belongs to, a block is a statement.
    const bool isOwnBlock = type == L::LBRACE && levels.back().kind == '{' && levels.back().header == Header::None &&
                            previous != L::ELSE && previous != L::TYPE_NAME;
    const bool goesOn = in(continued, type) && !isOwnBlock;
    if (!ended || !isLayout() || previous == 0 || in(continuing, previous) || goesOn || isKernels) return type;
    levels.back().header = Header::None;
    // A line that was cut short by an open bracket lacks what should have followed, too.
    emit(std::move(ended), out.reported.back());
    return type;
  }

  // ---- brackets ----------------------------------------------------------------------------------------------------

  void push(char kind, const Token *token) {
    levels.push_back({kind, token});
    if (levels.size() <= maxBrackets + 1) return;
    diagnostics.error(code::tooDeep, offsets.span(token), "brackets are nested more than 256 deep here");
    out.tooDeep = true;
  }

  // Of these the result is false if the token is to be left out.
  bool closeWith(char kind, Token *token) {
    size_t level = levels.size() - 1;
    while (level > 0 && levels[level].kind != kind && levels[level].kind != '{' && levels[level].kind != 'i') --level;
    if (levels[level].kind != kind) return closeOther(token);
    if (level + 1 < levels.size()) {
      reportUnclosed(levels.back(), token);
      closeDownTo(level + 1, token);
    }
    levels.pop_back();
    return true;
  }

  // A closing bracket whose opening one is not there. Closes another one that is open in its place, or is left out.
  bool closeOther(Token *token) {
    const Span span = offsets.span(token);
    const std::string found = source.text.substr(span.begin, 1);
    const Level level = levels.back();
    if (inOpenString) return false;
    if (level.kind != '(' && level.kind != '[') {
      diagnostics.error(code::stray, span, "this `" + found + "` closes nothing");
      return false;
    }
    auto &error =
        diagnostics.error(code::unclosed, span, "expected `" + closerOf(level.kind) + "`, found `" + found + "`");
    error.notes.push_back({offsets.span(level.opener), "the `" + std::string(1, level.kind) + "` is opened here"});
    static_cast<antlr4::CommonToken *>(token)->setType(closerType(level.kind));
    levels.pop_back();
    return true;
  }

  bool closeBrace(Token *token) {
    size_t level = levels.size() - 1;
    while (level > 0 && (levels[level].kind == '(' || levels[level].kind == '[')) --level;
    if (levels[level].kind != '{' && levels[level].kind != 'r') {
      if (!inOpenString) diagnostics.error(code::stray, offsets.span(token), "this `}` closes nothing");
      return false;
    }
    if (level + 1 < levels.size()) {
      reportUnclosed(levels.back(), token);
      closeDownTo(level + 1, token);
    }
    if (!suspect && levels.back().kind == '{' && isFirstOnLine(token) &&
        indentOf(token) != indentOf(levels.back().opener))
      suspect = levels.back().opener;
    if (levels.back().kind == '{') --blocks;
    levels.pop_back();
    if (blocks == 0) suspect = nullptr;
    return true;
  }

  void closeToBlock(const Token *found) {
    reportUnclosed(levels.back(), found);
    size_t level = levels.size() - 1;
    while (levels[level].kind != 0 && levels[level].kind != '{') --level;
    closeDownTo(level + 1, found);
  }

  void closeEverything(const Token *found) {
    if (levels.size() == 1) return;
    Level level = levels.back();
    // If some `}` before stood at the indentation of another block, it was that one's, and its own is missing.
    if (isLayout() && suspect) level.opener = suspect;
    reportUnclosed(level, found);
    closeDownTo(1, found);
    suspect = nullptr;
  }

  // Closes the levels from the top to `keep` with tokens of no length.
  void closeDownTo(size_t keep, const Token *before) {
    // With the line that was left open, not with the one that shows it.
    const size_t at = newline ? newline->getStartIndex() : before->getStartIndex();
    // What the parser finds wrong in brackets that are not closed may well come from that.
    const auto isBracket = [](const Level &level) { return level.kind != '{'; };
    if (const auto first = std::find_if(levels.begin() + keep, levels.end(), isBracket); first != levels.end())
      markReported(first->opener);
    while (levels.size() > keep) {
      if (levels.back().kind == '{') --blocks;
      const char kind = levels.back().kind;
      levels.pop_back();
      emit(makeToken(before, closerType(kind), at, at, ""), true);
    }
  }

  void reportUnclosed(const Level &level, const Token *found) {
    if (inOpenString) return;
    const Span span = offsets.span(level.opener);
    const std::string opener = source.text.substr(span.begin, 1);
    auto &error = diagnostics.error(code::unclosed, span, "this `" + opener + "` is never closed");
    if (level.kind == '(' || level.kind == '[') out.neverClosed.insert(level.opener->getStartIndex());
    const Span place = offsets.span(found);
    if (found->getType() == Token::EOF)
      error.notes.push_back({{}, "the file ends without its `" + closerOf(level.kind) + "`"});
    else
      error.notes.push_back({place, "expected `" + closerOf(level.kind) + "` before this"});
  }

  // ---- output ------------------------------------------------------------------------------------------------------

  // All that came after `opener`.
  void markReported(const Token *opener) {
    for (size_t i = out.tokens.size(); i-- > 0 && out.tokens[i].get() != opener;) out.reported[i] = true;
  }

  void emit(std::unique_ptr<Token> token, bool reported = false) {
    previous = token->getType();
    out.depths.push_back(blocks);
    out.reported.push_back(reported);
    out.tokens.push_back(std::move(token));
  }

  bool isFirstOnLine(const Token *token) const { return indentOf(token) == token->getCharPositionInLine(); }

  // The indentation of the line that a token stands on. All before it on the line is ASCII.
  size_t indentOf(const Token *token) const {
    const auto line = source.line(int(token->getLine()));
    return std::min(line.find_first_not_of(" \t"), line.size());
  }

  const SourceFile &source;
  const Offsets &offsets;
  Words input;
  size_t next = 0; // of the input
  Diagnostics &diagnostics;
  const std::unordered_set<size_t> &neverClosed;
  std::vector<Level> levels;
  const Token *suspect = nullptr; // a `{` whose `}` stands at another indentation
  std::unique_ptr<Token> newline; // before the next token
  size_t annotationsEnd = 0;      // of the annotations that were looked through last,
  bool annotatesDecl = false;     // and whether a declaration follows them
  bool inOpenString = false;      // which was reported, and with it all that is odd on the rest of its line
  size_t previous = 0;            // the type of the last token of the output
  uint16_t blocks = 0;
  Layout out;
};

} // namespace

Layout layOut(const SourceFile &source, const Offsets &offsets, Words words, Diagnostics &diagnostics,
              const std::unordered_set<size_t> &neverClosed) {
  return Filter(source, offsets, std::move(words), diagnostics, neverClosed).run();
}

} // namespace dagger::syntax
