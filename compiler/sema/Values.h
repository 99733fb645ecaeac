// What the checker knows about a value besides its type: its extents, as far as they are known before the program runs.
#pragma once
#include "compiler/hir/Hir.h"
#include <functional>
#include <memory>

namespace dagger::sema {

// One extent: a number, a symbol plus a number, or unknown. A symbol is an immutable integer variable (axis < 0) or one
// axis of an immutable array variable.
struct Extent {
  enum Kind { Unknown, Number, Symbol } kind = Unknown;
  int64_t number = 0;                  // Number: the extent; Symbol: what is added
  const hir::Var *var = nullptr;
  int axis = -1;
  static Extent of(int64_t number) { return {Number, number, nullptr, -1}; }
  static Extent symbol(const hir::Var *var, int axis = -1) { return {Symbol, 0, var, axis}; }
  bool isNumber(int64_t n) const { return kind == Number && number == n; }
  // Both are numbers, or both the same symbol: then `number` decides.
  bool comparable(const Extent &other) const { return kind != Unknown && kind == other.kind && var == other.var && axis == other.axis; }
};
std::string toString(const Extent &);

// The extents of an array, or of a tuple's elements.
struct Shape {
  std::vector<Extent> extents;
  std::vector<Shape> elements;
  Shape element(size_t i) const { return i < elements.size() ? elements[i] : Shape(); }
};

// An elaborated expression. `expr` is never null; its type is the error type where something was reported already.
struct Value {
  hir::Expr *expr = nullptr;
  Shape shape;
  bool diverges = false;               // no path comes out of it
  const hir::Type *type() const { return expr->type; }
};

} // namespace dagger::sema
