// From a function of the typed program to nodes, in one mode.
#pragma once
#include "compiler/interp/Places.h"
#include <set>

namespace dagger::interp {

class Compiler {
public:
  Compiler(Machine &machine, Code &code) : machine(machine), code(code), mode(code.mode) {}
  void function(); // fills the code

private:
  Machine &machine;
  Code &code;
  Mode mode;
  std::unordered_map<const hir::Var *, size_t> slots;
  std::unordered_map<const hir::Var *, const hir::Expr *> kernels; // index variable: its At

  // GroupKernel: the index variables and what is set from them; whether a lane lies past the end.
  std::set<const hir::Var *> point;
  size_t pastSlot = 0;

  // ---- slots
  size_t slotOf(const hir::Var *var);
  size_t newSlot(const Layout *layout);
  const Layout *layout(const hir::Type *type) { return machine.layouts.of(type); }
  bool isLazy() const { return mode != Mode::Strict; }
  template <class N, class... Args> N *make(Span span, Args &&...args) {
    return machine.node<N>(span, std::forward<Args>(args)...);
  }
  // Compiles with failures leaving at once; `body` must be what runs inside one operation.
  template <class F> auto strictly(F &&body) {
    Mode before = mode;
    mode = Mode::Strict;
    auto result = body();
    mode = before;
    return result;
  }

  // ---- expressions
  Node *expr(const hir::Expr *e);
  Node *exprHere(const hir::Expr *e); // without sequencing
  template <class T> Typed<T> *typed(const hir::Expr *e) { return static_cast<Typed<T> *>(expr(e)); }
  ArrayNode *array(const hir::Expr *e) { return typed<ArrayRef>(e); }
  IndexNode *index(const hir::Expr *e);       // any integer type
  std::vector<IndexNode *> indices(const std::vector<hir::Expr *> &list, size_t from = 0);
  Node *looked(const hir::Expr *e);           // as a look at it
  IndexNode *lookedIndex(const hir::Expr *e);
  template <class T> Typed<T> *lookedTyped(const hir::Expr *e) { return static_cast<Typed<T> *>(looked(e)); }
  Node *blockExpr(const hir::Block *block);

  // Effects of an operand must happen even if one before it failed: such operands become variables of their own.
  bool hasEffects(const hir::Expr *e);
  bool hasEffects(const hir::Block *block);
  const hir::Expr *sequenced(const hir::Expr *e);
  std::unordered_map<const hir::Expr *, bool> effects;

  Node *constant(const hir::Expr *e);
  Node *local(const hir::Expr *e);
  Node *field(const hir::Expr *e);
  Node *tuple(const hir::Expr *e);
  Node *ifExpr(const hir::Expr *e);
  Node *operatorNode(const hir::Expr *e);     // Operators.cpp
  Node *convert(const hir::Expr *e);          // Convert.cpp
  Node *math(const hir::Expr *e);             // MathNodes.cpp
  Node *format(const hir::Expr *e);           // Text.cpp
  Node *extent(const hir::Expr *e);           // Arrays.cpp
  Node *arrayLiteral(const hir::Expr *e);
  Node *element(const hir::Expr *e);
  Node *offsetRead(const hir::Expr *e);
  Node *slice(const hir::Expr *e);            // Places.cpp
  Node *tile(const hir::Expr *e);
  Node *tiles(const hir::Expr *e);
  Node *map(const hir::Expr *e);              // Loops.cpp
  Node *kernel(const hir::Expr *e);
  Node *comprehension(const hir::Expr *e);
  Node *reduce(const hir::Expr *e);           // Reductions.cpp
  Node *scan(const hir::Expr *e);
  Node *call(const hir::Expr *e);             // Calls.cpp
  Node *library(const hir::Expr *e);          // Library.cpp

  // A tuple-typed expression's slot, if it has one in the frame: its offset, and those whose failure would be its own.
  struct Path { size_t offset; std::vector<size_t> checks; };
  bool pathOf(const hir::Expr *e, Path &path);
  Node *readSlot(const hir::Type *type, Span span, Path path);
  // Variables that `e`'s lambda and blocks use and do not declare: an operation with a failed one fails.
  Node *guarded(const hir::Expr *e, Node *operation);

  // ---- statements
  Action *statement(const hir::Stmt *s);      // GroupKernel.cpp: with the rule for lanes past the end
  Action *anyStatement(const hir::Stmt *s);
  Sequence *statements(const hir::Block *block);
  Action *tail(const hir::Expr *value);       // evaluates into the function's result and returns
  Action *tail(const hir::Block *block);
  Action *ifAction(const hir::Expr *e, bool isTail);
  Action *let(const hir::Stmt *s);
  Action *assign(const hir::Stmt *s);
  Action *forLoop(const hir::Stmt *s);
  Action *print(const hir::Stmt *s);
  Action *atomic(const hir::Stmt *s);
  void groupKernel();

  SubscriptNode subscript(const hir::Subscript &s); // Places.cpp
  PlaceNode place(const hir::Place &p);
};

} // namespace dagger::interp
