// The values of numbers and the text of strings.
#pragma once
#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostics.h"

namespace dagger::syntax {

void readInteger(std::string text, ast::IntegerLit &literal);
void readFloat(std::string text, ast::FloatLit &literal);

// Text between quotes and braces with its escapes resolved: \n \t \r \0 \\ \" \{ \} \u{1f600}.
std::string readText(std::string_view text, Span span, Diagnostics &diagnostics);

} // namespace dagger::syntax
