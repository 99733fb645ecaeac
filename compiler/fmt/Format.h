// The formatter: one way to write spaces and indentation, the author's way to break lines.
#pragma once
#include "compiler/ast/Ast.h"
#include <string>

namespace dagger {

// The text of `source` with its layout put in order. `file` is what parse() made of `source` without any error; of a
// file with errors the result is unspecified. Keeps every token but a `;` at a line's end, and every comment.
// Formatting the result again changes nothing. Lines over 120 columns are broken where they can be.
std::string format(const ast::File &file, const SourceFile &source);

} // namespace dagger
