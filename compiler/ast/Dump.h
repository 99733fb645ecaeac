// The syntax tree as text: one declaration or statement a line, blocks indented by two, operators fully parenthesized.
#pragma once
#include "compiler/ast/Ast.h"
#include <string>

namespace dagger::ast {

// Stable: depends on the tree alone, neither on spans nor on comments.
std::string dump(const File &file);

// On one line, as it would be written with every operation in parentheses.
std::string dump(const Expr &expr);
std::string dump(const TypeExpr &type);

} // namespace dagger::ast
