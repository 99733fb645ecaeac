// `parallel for`: where it may stand, and that its turns cannot meet. What a turn writes is its own, or an element that
// has the loop variable as a subscript, of an array of which every turn touches no other elements.
#include "compiler/hir/Walker.h"
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::StmtKind;

namespace {

// The variable that a chain of fields begins with; null if it begins with something else.
const hir::Expr *rootOf(const hir::Expr *e) {
  while (e->op == Op::Field) e = e->args[0];
  return e->op == Op::Local ? e : nullptr;
}

bool isVar(const hir::Expr *e, const hir::Var *var) { return e && e->op == Op::Local && e->var == var; }

struct Loop {
  const hir::Stmt &loop;
  const std::function<Diagnostic &(Span, const std::string &)> &error;
  std::set<const hir::Var *> declared;
  struct Written {
    int axis;
    Span span;
  };
  std::map<const hir::Var *, Written> written;
  std::set<const hir::Expr *> elsewhere; // in code that a turn hands on: kernels, comprehensions, lambdas

  std::string turn() const { return "`" + loop.var->name + "`"; }

  void check() {
    declared.insert(loop.var);
    hir::Walker first;
    first.onDeclare = [&](const hir::Var *v) { declared.insert(v); };
    first.onExpr = [&](const hir::Expr *e) {
      if (!e->lambda && e->op != Op::At && e->op != Op::Comprehension) return;
      hir::Walker inner;
      inner.onExpr = [&](const hir::Expr *part) { elsewhere.insert(part); };
      if (e->lambda) inner.block(e->lambda->body);
      for (const hir::Block *b : e->blocks) inner.block(b);
      inner.block(e->conditionBlock);
    };
    first.block(loop.body);

    hir::Walker exits;
    exits.onStmt = [&](const hir::Stmt *s) {
      if (s->kind == StmtKind::Break)
        error(s->span, "`break` cannot leave a `parallel for`, whose turns run at once").help =
            "use `for`, or `continue`, which ends one turn";
      return s->kind != StmtKind::For && s->kind != StmtKind::While; // what is in there leaves another loop
    };
    exits.block(loop.body);

    hir::Walker writes;
    writes.onStmt = [&](const hir::Stmt *s) {
      if (s->kind == StmtKind::Return)
        error(s->span, "`return` cannot leave a `parallel for`, whose turns run at once").help = "use `for`";
      if (s->kind == StmtKind::For && s->isParallel)
        error(s->span, "a `parallel for` stands in another one").help =
            "leave the inner one out: the turns of the outer one have all threads";
      if (s->kind == StmtKind::Assign) write(s->place);
      return true;
    };
    writes.onExpr = [&](const hir::Expr *e) {
      for (const hir::Place &place : e->places) write(place);
    };
    writes.block(loop.body);

    std::set<const hir::Expr *> seen; // variables that a use around them has answered for
    hir::Walker reads;
    reads.onExpr = [&](const hir::Expr *e) { read(e, seen); };
    reads.block(loop.body);
  }

  void write(const hir::Place &place) {
    if (declared.count(place.root)) return;
    std::string name = "`" + place.root->name + "`";
    const hir::Place::Step *last = place.path.empty() ? nullptr : &place.path.back();
    if (!last || last->kind == hir::Place::Step::Field) {
      Diagnostic &d = error(place.span, "all turns of the `parallel for` share " + name + ", and they run at once");
      d.notes.push_back({place.root->span, "it is declared here, outside of the loop"});
      d.help = "let each turn write an element of an array, and combine them behind the loop: `sum(parts)`, "
               "`reduce(parts, init, f)`";
      return;
    }
    int axis = -1;
    bool isElement = last->kind == hir::Place::Step::Subscripts;
    for (size_t k = 0; isElement && k < last->subscripts.size(); ++k) {
      const hir::Subscript &s = last->subscripts[k];
      isElement = s.kind == hir::Subscript::Index;
      if (isElement && axis < 0 && isVar(s.value, loop.var)) axis = int(k);
    }
    if (!isElement) {
      error(place.span, "a `parallel for` writes " + name + " element by element").help =
          "write a loop over the other subscripts";
      return;
    }
    if (axis < 0) {
      error(place.span, "two turns of the `parallel for` may write the same element of " + name).help =
          turn() + " itself must be one of the subscripts";
      return;
    }
    auto [it, isNew] = written.try_emplace(place.root, Written{axis, place.span});
    if (!isNew && it->second.axis != axis)
      error(place.span, "two turns of the `parallel for` may write the same element of " + name)
          .notes.push_back({it->second.span, "here " + turn() + " is another subscript"});
  }

  void read(const hir::Expr *e, std::set<const hir::Expr *> &seen) {
    const hir::Expr *root = nullptr;
    bool isOwn = false;
    if (e->op == Op::Element && (root = rootOf(e->args[0]))) {
      auto it = written.find(root->var);
      isOwn = it != written.end() && isVar(e->args[size_t(it->second.axis) + 1], loop.var) && !elsewhere.count(e);
    } else if (e->op == Op::Extent || (e->op == Op::Field && e->type->isScalar())) {
      root = rootOf(e->op == Op::Extent ? e->args[0] : e);
      isOwn = root; // what no turn changes
    } else if (e->op == Op::Local) {
      root = e;
    }
    if (!root || !written.count(root->var) || (!seen.insert(root).second)) return;
    if (isOwn) return;
    const Written &own = written.at(root->var);
    Diagnostic &d =
        error(e->span, "other turns of the `parallel for` may write what is read of `" + root->var->name + "` here");
    d.notes.push_back({own.span, "each turn writes elements of its own"});
    d.help = "a turn reads single elements, with " + turn() + " as subscript " + std::to_string(own.axis + 1) +
             " as well; for the values from before the loop make a copy there";
  }
};
} // namespace

void Checker::checkParallelLoops() {
  for (hir::Function &function : program->functionArena) {
    hir::Walker walker;
    walker.onStmt = [&](const hir::Stmt *s) {
      if (s->kind != StmtKind::For || !s->isParallel) return true;
      std::function<Diagnostic &(Span, const std::string &)> report =
          [&](Span span, const std::string &text) -> Diagnostic & { return error(5022, span, text); };
      Loop{*s, report}.check();
      Span body = s->body->span;
      auto isInside = [&](Span span) {
        return span.file == body.file && body.begin <= span.begin && span.end <= body.end;
      };
      for (const Effect &effect : effects)
        if (effect.function == &function && isInside(effect.span))
          report(effect.span, "nothing " + effect.what + " in a `parallel for`, whose turns run at once");
      for (const Edge &edge : edges)
        if (edge.from == &function && edge.to->mayPrint && isInside(edge.span))
          report(edge.span, "`" + edge.to->name + "` prints: it cannot be called in a `parallel for`");
      return true;
    };
    walker.block(function.body);
  }
}

} // namespace dagger::sema
