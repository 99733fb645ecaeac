// Ways out for what other languages write.
#pragma once
#include <antlr4-runtime.h>
#include <string>

namespace dagger::syntax {

// Each is a hint for a message, or empty.
std::string declarationHint(const std::string &word); // a word that begins a declaration elsewhere
std::string statementHint(const std::string &word);   // a word that begins a statement elsewhere
std::string typeHint(const std::string &word);        // the type that is called so elsewhere

// For a token that was found where one of `expected` should stand.
std::string mistakeHint(antlr4::TokenStream &tokens, antlr4::Token *found, const antlr4::misc::IntervalSet &expected);

// For a token where a statement should have ended.
std::string endHint(antlr4::TokenStream &tokens, antlr4::Token *found);

// For an operator where a statement should begin.
std::string startHint(antlr4::Token *found);

std::string snakeCase(const std::string &name);
std::string camelCase(const std::string &name);

} // namespace dagger::syntax
