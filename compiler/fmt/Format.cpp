#include "compiler/fmt/Format.h"
#include "DaggerLexer.h"
#include "compiler/fmt/Pieces.h"
#include <algorithm>

namespace dagger {

using namespace fmt;
using L = grammar::DaggerLexer;

namespace {

constexpr size_t indentWidth = 4, maxColumns = 120;

size_t columns(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; });
}

// Decides where lines break.
class Breaks {
public:
  explicit Breaks(std::vector<Piece> &pieces) : pieces(pieces) {}

  void settle() {
    for (size_t i = 1; i < pieces.size(); ++i) keepOrJoin(i);
    // Outer blocks see what inner ones decided, and the arms of an `if` all look alike.
    for (size_t i = pieces.size(); i-- > 0;)
      if (pieces[i].type == L::LBRACE && isMultiline(i)) expand(i);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i + 1 < pieces.size(); ++i)
        if (pieces[i].type == L::RBRACE && pieces[i + 1].type == L::ELSE) changed = alignArms(i) || changed;
    }
  }

  // The statements of a block on lines of their own.
  void expand(size_t brace) {
    const size_t end = pieces[brace].match;
    for (size_t i = brace + 1; i <= end; ++i) {
      if (i == brace + 1 || i == end || pieces[i].startsStatement || afterComma(brace, i)) pieces[i].breakBefore = true;
      if (isOpener(pieces[i])) i = pieces[i].match;
    }
  }

  bool isMultiline(size_t brace) const {
    for (size_t i = brace + 1; i <= pieces[brace].match; ++i)
      if (pieces[i].breakBefore) return true;
    return false;
  }

private:
  bool afterComma(size_t brace, size_t i) const { return pieces[brace].isFields && pieces[i - 1].type == L::COMMA; }

  // The author's breaks stay, except before what belongs to the end of the line before.
  void keepOrJoin(size_t i) {
    Piece &piece = pieces[i];
    const Piece &previous = pieces[i - 1];
    if (!previous.trailing.empty() || !piece.above.empty()) {
      piece.breakBefore = true;
      return;
    }
    const bool belongsToLine = (piece.type == L::LBRACE && !piece.ownLine) || piece.type == L::ELSE ||
                               piece.type == L::COMMA || piece.type == L::COLON || piece.type == L::SEMI ||
                               piece.type == L::RECORD_OPEN || (previous.isPrefix && !piece.startsStatement);
    const bool isEmptyBlock = isCloser(piece) && piece.match == i - 1;
    if (belongsToLine || isEmptyBlock) piece.breakBefore = false;
    if (piece.type == antlr4::Token::EOF) piece.breakBefore = true;
  }

  bool alignArms(size_t closer) {
    size_t next = closer + 2; // after `else`
    while (next < pieces.size() && pieces[next].type != L::LBRACE)
      next = isOpener(pieces[next]) ? pieces[next].match + 1 : next + 1;
    const size_t first = pieces[closer].match;
    if (next >= pieces.size() || isMultiline(first) == isMultiline(next)) return false;
    const size_t single = isMultiline(first) ? next : first;
    if (pieces[single].match == single + 1) return false; // nothing in it to stand on lines
    expand(single);
    return true;
  }

  std::vector<Piece> &pieces;
};

class Printer {
public:
  explicit Printer(const std::vector<Piece> &pieces) : pieces(pieces) {}

  // First and last piece of each line that is too long.
  std::vector<std::pair<size_t, size_t>> longLines;

  std::string print() {
    levels.push_back({});
    for (size_t i = 0; i < pieces.size(); ++i) {
      piece(i);
      if (isOpener(pieces[i]))
        push(i);
      else if (isCloser(pieces[i]) && levels.size() > 1)
        levels.pop_back();
    }
    alignComments();
    std::string text;
    for (Line &line : lines) {
      text += line.text;
      if (!line.trailing.empty()) text.append(line.commentColumn - columns(line.text), ' ').append(line.trailing);
      text += '\n';
    }
    return text;
  }

private:
  struct Level {
    bool isStatements = true; // of a file or block, where lines begin statements
    size_t inner = 0;         // where lines in it begin
    size_t closer = 0;        // where its closing bracket does
  };
  struct Line {
    std::string text;
    std::string_view trailing; // its comment
    size_t commentColumn = 0;
    size_t firstPiece = 0;
  };

  Line &line() { return lines.back(); }

  void piece(size_t i) {
    const Piece &p = pieces[i];
    const bool atEnd = p.type == antlr4::Token::EOF;
    const bool begins = i == 0 || p.breakBefore || atEnd;
    if (begins) {
      if (p.needsSemicolon) line().text += ';';
      endLine(i);
      const size_t indent = indentOf(p);
      const bool afterOpener = i == 0 || isOpener(pieces[i - 1]);
      for (size_t c = 0; c < p.above.size(); ++c) {
        const size_t column = isCloser(p) ? levels.back().inner : indent;
        beginLine(i, column, p.above[c].blankBefore && !(c == 0 && afterOpener));
        line().text += p.above[c].text;
      }
      if (atEnd) return;
      beginLine(i, indent, p.blankBefore && !(afterOpener && p.above.empty()) && !isCloser(p));
    } else if (p.startsStatement && !isCloser(p) && pieces[i - 1].type != L::LBRACE) {
      line().text += "; ";
    } else if (needsSpace(pieces[i - 1], p)) {
      line().text += ' ';
    }
    line().text += p.text;
    line().trailing = p.trailing;
  }

  void beginLine(size_t firstPiece, size_t indent, bool blankBefore) {
    if (blankBefore && !lines.empty()) lines.push_back({});
    lines.push_back({std::string(indent, ' '), {}, 0, firstPiece});
    lineIndent = indent;
  }

  void endLine(size_t next) {
    if (!lines.empty() && next > line().firstPiece && columns(line().text) > maxColumns)
      longLines.push_back({line().firstPiece, next - 1});
  }

  size_t indentOf(const Piece &p) const {
    const Level &level = levels.back();
    if (isCloser(p)) return level.closer;
    const bool continues =
        level.isStatements && !p.startsStatement && !p.isBlock && p.type != L::ELSE && p.type != antlr4::Token::EOF;
    return continues ? level.inner + indentWidth : level.inner;
  }

  void push(size_t i) {
    const Piece &opener = pieces[i];
    const Level &outer = levels.back();
    Level level;
    level.isStatements = opener.isBlock;
    if (opener.isBlock || opener.isFields) {
      // The body of a header that took several lines is indented from its first.
      level.closer = outer.isStatements && !isContinued(i) ? outer.inner : lineIndent;
      level.inner = level.closer + indentWidth;
    } else if (pieces[i + 1].breakBefore) {
      level.closer = lineIndent;
      level.inner = lineIndent + indentWidth;
    } else {
      level.inner = columns(line().text) + (opener.type == L::RECORD_OPEN ? 1 : 0);
      level.closer = level.inner;
    }
    levels.push_back(level);
  }

  // A block that ends a line which goes on with the statement, such as that of `|> map(x => {`, but not a header's.
  bool isContinued(size_t i) const { return pieces[i - (i > 0)].type == L::FAT_ARROW; }

  // Comments on neighbouring lines stand below each other.
  void alignComments() {
    for (size_t i = 0; i < lines.size();) {
      size_t end = i, column = 0;
      for (; end < lines.size() && !lines[end].trailing.empty(); ++end)
        column = std::max(column, columns(lines[end].text) + 2);
      for (size_t k = i; k < end; ++k)
        lines[k].commentColumn = column <= maxColumns ? column : columns(lines[k].text) + 2;
      i = std::max(end, i + 1);
    }
  }

  const std::vector<Piece> &pieces;
  std::vector<Level> levels;
  std::vector<Line> lines;
  size_t lineIndent = 0;
};

// Adds breaks to one line that is too long: before the `|>` of its statement, or else in the widest bracket or block
// that can be broken. False if there is none.
class Breaker {
public:
  Breaker(std::vector<Piece> &pieces, Breaks &breaks) : pieces(pieces), breaks(breaks) {}

  bool breakLine(size_t first, size_t last) { return breakPipes(first, last) || breakGroup(first, last); }

private:
  bool breakPipes(size_t first, size_t last) {
    bool broke = false;
    for (size_t i = first; i <= last; ++i) {
      if (isOpener(pieces[i]) && pieces[i].match <= last)
        i = pieces[i].match;
      else if (pieces[i].type == L::PIPE && i != first)
        broke = pieces[i].breakBefore = true;
    }
    return broke;
  }

  bool breakGroup(size_t first, size_t last) {
    size_t best = 0, bestWidth = 0;
    for (size_t i = first; i <= last; ++i) {
      if (!isOpener(pieces[i]) || pieces[i].match > last) continue;
      const size_t width = pieces[pieces[i].match].text.data() - pieces[i].text.data();
      if (isBreakable(i)) {
        if (width > bestWidth) best = i, bestWidth = width;
        i = pieces[i].match;
      }
    }
    if (!bestWidth) return false;
    if (pieces[best].isBlock || pieces[best].isFields)
      breaks.expand(best);
    else
      breakList(best);
    return true;
  }

  // Blocks, and lists of several things; not subscripts, nor what is in strings.
  bool isBreakable(size_t opener) const {
    const Piece &piece = pieces[opener];
    if (piece.match == opener + 1 || piece.type == L::INTERP) return false;
    if (piece.type == L::LBRACE || piece.type == L::RECORD_OPEN) return true;
    if (piece.type == L::LBRACKET && opener > 0 && !needsSpace(pieces[opener - 1], piece) &&
        !isOpener(pieces[opener - 1]))
      return false;
    for (size_t i = opener + 1; i < piece.match; ++i) {
      if (isOpener(pieces[i]))
        i = pieces[i].match;
      else if (pieces[i].type == L::COMMA)
        return true;
    }
    return false;
  }

  void breakList(size_t opener) {
    const size_t end = pieces[opener].match;
    pieces[opener + 1].breakBefore = pieces[end].breakBefore = true;
    for (size_t i = opener + 1; i < end; ++i) {
      if (isOpener(pieces[i]))
        i = pieces[i].match;
      else if (pieces[i].type == L::COMMA && i + 1 < end)
        pieces[i + 1].breakBefore = true;
    }
  }

  std::vector<Piece> &pieces;
  Breaks &breaks;
};

} // namespace

std::string format(const ast::File &file, const SourceFile &source) {
  std::vector<Piece> pieces = fmt::pieces(file, source);
  Breaks breaks(pieces);
  Breaker breaker(pieces, breaks);
  breaks.settle();
  for (;;) {
    Printer printer(pieces);
    std::string text = printer.print();
    bool broke = false;
    for (const auto &[first, last] : printer.longLines) broke = breaker.breakLine(first, last) || broke;
    if (!broke) return text;
    breaks.settle();
  }
}

} // namespace dagger
