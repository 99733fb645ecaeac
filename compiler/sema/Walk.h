// Visits every expression below one, itself included, before anything is resolved.
#pragma once
#include "compiler/ast/Ast.h"
#include <functional>
#include <set>
#include <string>

namespace dagger::sema {

struct Visitor {
  std::function<bool(const ast::Expr &)> expr;  // false: not into its parts
  std::function<void(const ast::Stmt &)> stmt;
};
void walk(const ast::Expr *, const Visitor &);
void walk(const ast::Block *, const Visitor &);
void namesOf(const ast::Pattern &, std::set<std::string> &names);

} // namespace dagger::sema
