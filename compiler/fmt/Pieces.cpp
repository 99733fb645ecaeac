#include "compiler/fmt/Pieces.h"
#include "DaggerLexer.h"
#include "compiler/parse/Layout.h"
#include <algorithm>

namespace dagger::fmt {

using L = grammar::DaggerLexer;

bool isOpener(const Piece &p) {
  return p.type == L::LPAREN || p.type == L::LBRACKET || p.type == L::LBRACE || p.type == L::RECORD_OPEN ||
         p.type == L::INTERP;
}
bool isCloser(const Piece &p) {
  return p.type == L::RPAREN || p.type == L::RBRACKET || p.type == L::RBRACE || p.type == L::INTERP_END;
}

namespace {

bool isName(size_t type) {
  return type == L::NAME || type == L::SCALAR || type == L::TABLE || type == L::GRAPH || type == L::LIST ||
         type == L::DECIMAL || type == L::TYPE_NAME;
}

// After one of these an operator is binary, a `(` a call's and a `[` a subscript's.
bool endsOperand(const Piece &p) {
  switch (p.type) {
  case L::INT:
  case L::FLOAT:
  case L::TRUE:
  case L::FALSE:
  case L::MISSING:
  case L::END_QUOTE:
  case L::RPAREN:
  case L::RBRACKET:
  case L::RBRACE:
  case L::QUESTION:
    return true;
  case L::GT:
    return p.isAngle;
  default:
    return isName(p.type);
  }
}

bool isOperator(size_t type) {
  switch (type) {
  case L::EQ:
  case L::NE:
  case L::LE:
  case L::GE:
  case L::LT:
  case L::GT:
  case L::SHL:
  case L::QUESTIONS:
  case L::POWER:
  case L::FLOOR:
  case L::STAR:
  case L::SLASH:
  case L::PERCENT:
  case L::MATMUL:
  case L::PLUS:
  case L::MINUS:
  case L::AMP:
  case L::CARET:
  case L::BAR:
    return true;
  default:
    return false;
  }
}

class Builder {
public:
  Builder(const ast::File &file, const SourceFile &source) : file(file), source(source), offsets(source) {}

  std::vector<Piece> run() {
    SourceManager nowhere;
    Diagnostics diagnostics(nowhere); // what parsed has no errors
    antlr4::ANTLRInputStream input(source.text);
    auto layout = syntax::layOut(source, offsets, syntax::words(source, offsets, input, diagnostics), diagnostics);
    bool startsStatement = true, afterSemicolon = false;
    for (size_t i = 0; i < layout.tokens.size(); ++i) {
      const antlr4::Token *token = layout.tokens[i].get();
      if (token->getType() == L::NL) {
        // After `>` the filter cannot know whether a type ended.
        startsStatement = !(last() && last()->type == L::GT && last()->isInfix);
        continue;
      }
      // Of the marks between statements the printer writes those that are needed.
      if (token->getType() == L::SEMI && (open.empty() || result[open.back()].type == L::LBRACE)) {
        startsStatement = afterSemicolon = true;
        continue;
      }
      add(token, startsStatement);
      const bool continues = token->getType() == L::DOT || token->getType() == L::LBRACE;
      result.back().needsSemicolon = afterSemicolon && continues && result.size() > 1;
      afterSemicolon = false;
      startsStatement = token->getType() == L::LBRACE && result.back().isBlock;
    }
    markTightOperators();
    return std::move(result);
  }

private:
  Piece *last() { return result.empty() ? nullptr : &result.back(); }

  void add(const antlr4::Token *token, bool startsStatement) {
    Piece piece;
    piece.type = token->getType();
    const Span span = offsets.span(token);
    piece.text = piece.type == antlr4::Token::EOF ? std::string_view() : textAt(span.begin, span.end);
    takeComments(piece, span.begin);
    piece.startsStatement = startsStatement;
    const bool afterOperand = last() && !startsStatement && !afterAnnotation && endsOperand(*last());
    if (piece.type == L::LT || piece.type == L::GT)
      piece.isAngle = std::binary_search(file.angles.begin(), file.angles.end(), span.begin);
    if (piece.type == L::MATMUL) piece.isAnnotation = startsStatement || afterAnnotation;
    piece.isPrefix = piece.type == L::NOT || piece.type == L::TILDE || (piece.type == L::MINUS && !afterOperand);
    piece.isInfix = isOperator(piece.type) && !piece.isPrefix && !piece.isAngle && !piece.isAnnotation;
    // Two `>` make one shift, and `>=` after `>` its assignment.
    if (last() && last()->type == L::GT && last()->isInfix && (piece.type == L::GT || piece.type == L::GE))
      piece.isInfix = piece.isPrefix = false;
    // Where the author wrote no spaces on either side, an operator may stay so.
    piece.isTight = piece.isInfix && end == span.begin && span.end < source.text.size() && source.text[span.end] > ' ';
    markBraces(piece);
    matchBrackets(piece);
    followAnnotation(piece);
    end = span.end;
    result.push_back(std::move(piece));
  }

  std::string_view textAt(size_t begin, size_t end) const {
    return std::string_view(source.text).substr(begin, end - begin);
  }

  // Comments and line breaks between the last piece and this one.
  void takeComments(Piece &piece, uint32_t begin) {
    const auto linesBetween = [&](uint32_t from, uint32_t to) {
      const auto text = textAt(from, to);
      return std::count(text.begin(), text.end(), '\n');
    };
    uint32_t from = end;
    for (; comment < file.comments.size() && file.comments[comment].span.begin < begin; ++comment) {
      const ast::File::Comment &c = file.comments[comment];
      std::string_view text = textAt(c.span.begin, c.span.end);
      text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
      // After a `;` that is not printed, a comment on another line than the last piece stands on its own.
      if (last() && linesBetween(end, c.span.begin) == 0)
        last()->trailing = text;
      else
        piece.above.push_back({text, linesBetween(from, c.span.begin) > 1});
      from = c.span.end;
    }
    const auto lines = linesBetween(from, begin);
    piece.breakBefore = linesBetween(end, begin) > 0;
    piece.blankBefore = lines > 1;
  }

  void markBraces(Piece &piece) {
    if (piece.type != L::LBRACE) return;
    piece.isFields = result.size() >= 2 && result[result.size() - 2].type == L::RECORD;
    piece.isBlock = !piece.isFields;
    // A kernel's body may begin a line, below its `at`.
    piece.ownLine = isKernelHeader && piece.breakBefore;
    isKernelHeader = false;
  }

  void matchBrackets(Piece &piece) {
    if (piece.type == L::KERNEL) isKernelHeader = true;
    if (isOpener(piece)) {
      open.push_back(result.size());
    } else if (isCloser(piece) && !open.empty()) {
      piece.match = open.back();
      Piece &opener = result[open.back()];
      opener.match = result.size();
      piece.isBlock = opener.isBlock;
      piece.isFields = opener.isFields;
      open.pop_back();
    }
  }

  // An annotation is `@`, a name, and arguments if a `(` follows. What stands after it begins an operand.
  void followAnnotation(const Piece &piece) {
    afterAnnotation = false;
    if (piece.isAnnotation)
      annotationName = result.size() + 1;
    else if (annotationName && result.size() == annotationName) {
      annotationName = 0;
      annotationParen = result.size() + 1;
      afterAnnotation = true;
    } else if (piece.type == L::RPAREN && piece.match == annotationParen && annotationParen)
      afterAnnotation = true;
  }

  // Within a subscript, and in a range, operators may stand without spaces: u[i-1, j], k+1..n.
  void markTightOperators() {
    struct Segment {
      bool isSubscript = false, hasRange = false;
      std::vector<size_t> operators;
    };
    std::vector<Segment> segments(1);
    const auto close = [&] {
      Segment &segment = segments.back();
      for (size_t op : segment.operators) result[op].isTight = segment.isSubscript || segment.hasRange;
      segment.operators.clear();
      segment.hasRange = false;
    };
    for (size_t i = 0; i < result.size(); ++i) {
      const Piece &piece = result[i];
      if (piece.isTight) segments.back().operators.push_back(i);
      segments.back().hasRange = segments.back().hasRange || piece.type == L::DOTS;
      const bool separates = piece.type == L::COMMA || piece.type == L::ASSIGN || piece.type == L::IN ||
                             piece.type == L::FAT_ARROW || piece.type == L::COLON || piece.startsStatement;
      if (separates || piece.type == L::LBRACE || piece.type == L::RBRACE) close();
      if (isOpener(piece)) {
        segments.push_back({});
        segments.back().isSubscript =
            piece.type == L::LBRACKET && i > 0 && !piece.startsStatement && endsOperand(result[i - 1]);
      } else if (isCloser(piece) && segments.size() > 1) {
        close();
        segments.pop_back();
      }
    }
    close();
  }

  const ast::File &file;
  const SourceFile &source;
  const syntax::Offsets offsets;
  std::vector<Piece> result;
  std::vector<size_t> open;                       // brackets
  size_t comment = 0;                             // the next of the file's
  uint32_t end = 0;                               // of the last piece, in bytes
  size_t annotationName = 0, annotationParen = 0; // indexes of pieces
  bool afterAnnotation = false;
  bool isKernelHeader = false;
};

} // namespace

std::vector<Piece> pieces(const ast::File &file, const SourceFile &source) { return Builder(file, source).run(); }

bool needsSpace(const Piece &a, const Piece &b) {
  // Inside of strings nothing moves.
  if (a.type == L::QUOTE || a.type == L::TEXT || b.type == L::TEXT || b.type == L::END_QUOTE || a.type == L::INTERP ||
      b.type == L::INTERP || b.type == L::INTERP_END || b.type == L::FORMAT)
    return false;
  if (a.type == L::LPAREN || a.type == L::LBRACKET || a.type == L::DOT || a.isAnnotation) return false;
  if (b.type == L::RPAREN || b.type == L::RBRACKET || b.type == L::COMMA || b.type == L::SEMI || b.type == L::COLON ||
      b.type == L::QUESTION)
    return false;
  if (a.type == L::LBRACE || a.type == L::RECORD_OPEN) return b.type != L::RBRACE;
  if (a.isPrefix && a.type != L::NOT) return false;
  if (a.type == L::DOTS || b.type == L::DOTS)
    return b.type == L::BY || a.type == L::COMMA || (b.type == L::DOTS && !endsOperand(a));
  if (a.isTight || b.isTight) return false;
  if (b.type == L::DOT) return !endsOperand(a);
  if (b.isAngle || (a.isAngle && a.type == L::LT)) return false;
  // `>>` and `>>=`
  if (a.type == L::GT && (b.type == L::GT || b.type == L::GE) && !b.isInfix) return false;
  if (b.type == L::LPAREN)
    return !(isName(a.type) || a.type == L::RPAREN || a.type == L::RBRACKET || a.type == L::END_QUOTE || a.isAngle);
  if (b.type == L::LBRACKET) return !endsOperand(a);
  return true;
}

} // namespace dagger::fmt
