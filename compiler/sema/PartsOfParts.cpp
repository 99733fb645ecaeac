// Parts of parts as places: a slice of a tile, an element of a slice.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Place;

// A part of a part is a part of a variable that is read before and written back behind what changes it.
Place Checker::openPart(Place outer) {
  evaluateOnce(outer);
  Place inner;
  inner.root = newVar("part", outer.type, true, outer.span);
  inner.type = outer.type;
  inner.span = outer.span;
  openParts.push_back({std::move(outer), inner.root});
  return inner;
}

void Checker::readParts(size_t first) {
  for (size_t i = first; i < openParts.size(); ++i) {
    hir::Stmt *read = emit(hir::StmtKind::Let, openParts[i].outer.span);
    read->var = openParts[i].part;
    read->value = readPlace(openParts[i].outer, {}).expr;
  }
}

void Checker::writeParts(size_t first) {
  for (; openParts.size() > first; openParts.pop_back()) {
    hir::Stmt *write = emit(hir::StmtKind::Assign, openParts.back().outer.span);
    write->place = openParts.back().outer;
    write->value = readVar(openParts.back().part, {}, write->span).expr;
  }
}

// The place of the program that a place is in.
const Place &Checker::outermost(const Place &place) const {
  for (const OpenPart &open : openParts)
    if (open.part == place.root) return outermost(open.outer);
  return place;
}

// Whether this may be a part of a part: a subscript or tile on a subscript or tile, perhaps with fields between and
// behind.
static bool isPartOfPart(const ast::Expr *expr) {
  int parts = 0;
  for (;;) {
    if (expr->kind == ast::ExprKind::Index) {
      ++parts;
      expr = static_cast<const ast::IndexExpr *>(expr)->object;
    } else if (expr->kind == ast::ExprKind::Call) {
      ++parts;
      expr = static_cast<const ast::Call *>(expr)->callee;
    } else if (expr->kind == ast::ExprKind::Member) {
      expr = static_cast<const ast::Member *>(expr)->object;
    } else if (expr->kind == ast::ExprKind::TupleMember) {
      expr = static_cast<const ast::TupleMember *>(expr)->object;
    } else {
      return parts > 1;
    }
  }
}

// A call that changes parts of parts has statements around it, that read and write them back.
Value Checker::callFunction(const FunctionInfo &info, const ast::Call *callExpr,
                            const std::vector<ast::Argument> *arguments, std::vector<Value> given,
                            const hir::Type *hint, Span span) {
  if (!arguments || std::none_of(arguments->begin(), arguments->end(),
                                 [](const ast::Argument &a) { return a.isInout && isPartOfPart(a.value); }))
    return callPlainly(info, callExpr, arguments, std::move(given), hint, span);
  size_t firstPart = openParts.size();
  auto whole = [&] {
    Value value = callPlainly(info, callExpr, arguments, std::move(given), hint, span);
    if (bad(value)) {
      openParts.resize(firstPart);
      return value;
    }
    if (value.type() == voidType) {
      emit(hir::StmtKind::Eval, span)->value = value.expr;
      value = nothing(span);
    } else {
      value = once(value, "result");
    }
    writeParts(firstPart);
    return value;
  };
  return info.result ? blockValue(inBlock(span, whole), span) : whole();
}

} // namespace dagger::sema
