// From source text to syntax tree.
#pragma once
#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostics.h"
#include <memory>

namespace dagger {

// Parses one file. Never null and never throws: statements and declarations with errors are reported to `diagnostics`
// and left out of the tree, and what stands around them is in it. Files over 16 MiB, over a million tokens, or nested
// deeper than 256 brackets are refused with an error. Safe to call from several threads with different Diagnostics.
std::unique_ptr<ast::File> parse(const SourceFile &source, Diagnostics &diagnostics);

} // namespace dagger
