// The tokens of a program with what the formatter needs to know about each.
#pragma once
#include "compiler/ast/Ast.h"
#include <string_view>
#include <vector>

namespace dagger::fmt {

struct Comment {
  std::string_view text;
  bool blankBefore = false; // an empty line stands before it
};

struct Piece {
  size_t type = 0;       // of DaggerLexer
  std::string_view text; // in the source
  size_t match = 0;      // of a bracket: its partner

  // What the author did.
  bool breakBefore = false;   // it begins a line; the formatter may change this
  bool blankBefore = false;   // after an empty line
  std::vector<Comment> above; // comments on lines of their own before it
  std::string_view trailing;  // a comment after it on its line, or empty

  // What it is.
  bool startsStatement = false;
  bool needsSemicolon = false; // a line that begins with it goes on with the line before, but this is a statement
  bool isPrefix = false;       // a sign or `not`
  bool isInfix = false;        // a binary operator
  bool isTight = false;        // one that stands without spaces
  bool isAngle = false;        // < > around types
  bool isAnnotation = false;   // the @ of one
  bool isBlock = false;        // a brace around statements
  bool isFields = false;       // a brace of a record's declaration
  bool ownLine = false;        // a { that stands on a line of its own
};

// The last piece is the end of the file.
std::vector<Piece> pieces(const ast::File &file, const SourceFile &source);

bool isOpener(const Piece &piece);
bool isCloser(const Piece &piece);
bool needsSpace(const Piece &previous, const Piece &piece);

} // namespace dagger::fmt
