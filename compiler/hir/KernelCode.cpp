#include "compiler/hir/KernelCode.h"
#include "compiler/hir/Walker.h"
#include <algorithm>
#include <set>

namespace dagger::hir {

bool hasArray(const Type *type) {
  return type && (type->isArray() || (type->isTuple() && std::any_of(type->elements.begin(), type->elements.end(), hasArray)));
}
bool hasText(const Type *type) {
  if (type && type->isArray())
    type = type->element;
  return type && (type->kind == TypeKind::Str || (type->isTuple() && std::any_of(type->elements.begin(), type->elements.end(), hasText)));
}

namespace {
// What a statement has the host submit, closed over the functions that it calls.
struct Submissions {
  bool tasks = false, arrays = false;
  std::set<const Function *> seen;
  Walker walker;

  Submissions() {
    walker.onExpr = [this](const Expr *e) { look(e); };
    walker.onStmt = [this](const Stmt *s) {
      if (s->kind == StmtKind::Assign && !s->place.path.empty() && s->place.path.back().kind != Place::Step::Field)
        arrays = true;
      return true;
    };
  }
  void look(const Expr *e) {
    switch (e->op) {
    case Op::Map:
    case Op::At:
    case Op::Reduce:
    case Op::Scan:
    case Op::Comprehension: arrays = true; return;
    case Op::Library: arrays |= hasArray(e->type) || std::any_of(e->args.begin(), e->args.end(), [](const Expr *a) { return hasArray(a->type); }); return;
    case Op::Call:
      if (e->callee->kind != FunctionKind::Fn)
        tasks = true;
      else if (seen.insert(e->callee).second)
        walker.block(e->callee->body);
      return;
    default: return;
    }
  }
};
} // namespace

bool computesArrays(const Stmt *s) {
  Submissions found;
  found.walker.stmt(s);
  return found.arrays;
}
bool callsTasks(const Stmt *s) {
  Submissions found;
  found.walker.stmt(s);
  return found.tasks;
}

bool KernelCode::isArray(const Expr *e) {
  bool isView = e->op == Op::Map || e->op == Op::At || e->op == Op::Slice || e->op == Op::Field;
  if (e->op == Op::Slice)
    for (const Subscript &s : e->subscripts)
      isView &= s.kind == Subscript::Index || s.kind == Subscript::Range;
  if (e->op == Op::Library)
    isView = e->text == "zeros" || e->text == "fill" || e->text == "iota" || e->text == "transpose";
  if (e->op == Op::ArrayLit)
    isView = e->type->rank == 1 && !hasText(e->type);
  if (e->op == Op::Call)
    isView = isFunction(e->callee);
  if (e->op == Op::Reduce)
    isView = true; // along one axis
  return e->op == Op::Local || (isView && std::all_of(e->args.begin(), e->args.end(), [&](const Expr *a) { return !a->type->isArray() || isArray(a); }));
}

namespace {
bool holdsExpr(KernelCode &code, const Expr *e) {
  auto isPlain = [&](const Expr *a) { return !a->type->isArray() || code.isArray(a); };
  switch (e->op) {
  case Op::Call: return code.isFunction(e->callee) && std::all_of(e->args.begin(), e->args.end(), isPlain);
  case Op::Comprehension:
  case Op::Scan:
  case Op::Tile:
  case Op::Tiles: return false;
  case Op::If:
  case Op::Tuple: return !hasArray(e->type);
  case Op::Eq:
  case Op::Ne: return !hasArray(e->args[0]->type);
  case Op::Slice:
  case Op::ArrayLit: return code.isArray(e);
  case Op::Reduce: return !hasText(e->args[0]->type) && std::all_of(e->args.begin(), e->args.end(), isPlain);
  case Op::Element:
  case Op::Extent:
  case Op::OffsetRead: return isPlain(e->args[0]);
  case Op::Format:
    return std::all_of(e->args.begin(), e->args.end(), [](const Expr *a) {
      bool isNarrow = a->type->kind == TypeKind::Float && a->type->width == 16;
      return a->type->isScalar() && !isNarrow && a->type->kind != TypeKind::Complex;
    });
  case Op::Library:
    if (e->type->isArray())
      return code.isArray(e);
    return e->type->kind != TypeKind::Void && (e->text.starts_with("str.") || e->text == "random.uniform_at" || e->text == "random.normal_at") &&
           std::none_of(e->args.begin(), e->args.end(), [](const Expr *a) { return hasArray(a->type); });
  default: return true;
  }
}
} // namespace

std::optional<Span> KernelCode::obstacle(const Block *block) {
  std::optional<Span> found;
  auto meet = [&](bool holds, Span span) {
    if (!holds && !found)
      found = span;
  };
  Walker walker;
  walker.onExpr = [&](const Expr *e) { meet(holdsExpr(*this, e), e->span); };
  walker.onStmt = [&](const Stmt *s) {
    switch (s->kind) {
    case StmtKind::Let: meet(!hasArray(s->var->type) || (!s->var->isMutable && s->value && isArray(s->value)), s->span); break;
    case StmtKind::Assign:
      meet(!hasArray(s->place.root->type), s->span);
      break;
    case StmtKind::Print:
    case StmtKind::Barrier:
    case StmtKind::Atomic:
    case StmtKind::Shared: meet(false, s->span); break;
    default: break;
    }
    return true;
  };
  walker.block(block);
  return found;
}

bool KernelCode::isFunction(const Function *f) {
  if (f->kind == FunctionKind::Extern) // of numbers: a C function that is no task
    return f->library.empty() && f->result->isScalar() &&
           std::all_of(f->params.begin(), f->params.end(), [](const Param &p) { return !p.isInout && p.var->type->isScalar(); });
  if (f->kind != FunctionKind::Fn || !f->body || f->mayPrint || f->callsTasks || (f->isRecursive && !f->isScalar))
    return false;
  auto [it, isNew] = functions.try_emplace(f, true); // true while a recursive one is looked at
  if (!isNew)
    return it->second;
  bool is = holds(f->body);
  for (const Param &p : f->params)
    is &= !p.isInout;
  return functions[f] = is;
}

// ---- group kernels --------------------------------------------------------------------------------------------------

namespace {
// Whether the lanes wait for each other in it, or may leave it.
bool hasEdge(const Stmt *s) {
  bool has = false;
  Walker walker;
  walker.onStmt = [&](const Stmt *inner) {
    has |= inner->kind == StmtKind::Barrier || inner->kind == StmtKind::Break || inner->kind == StmtKind::Continue;
    return true;
  };
  walker.stmt(s);
  return has;
}
bool writesArray(const Stmt *s) {
  bool writes = false;
  Walker walker;
  walker.onAssign = [&](const Var *root) { writes |= hasArray(root->type); };
  walker.stmt(s);
  return writes;
}
bool mentions(const Stmt *s, const Var *v) {
  bool found = false;
  Walker walker;
  walker.onExpr = [&](const Expr *e) { found |= e->op == Op::Local && e->var == v; };
  walker.onAssign = [&](const Var *root) { found |= root == v; };
  walker.stmt(s);
  return found;
}

struct GroupChecker {
  KernelCode &code;
  std::optional<Span> found;

  void meet(bool holds, Span span) {
    if (!holds && !found)
      found = span;
  }
  // A function with inout parameters is put in line: it holds what the kernel could.
  bool isInlined(const Function *f) {
    return f->kind == FunctionKind::Fn && f->body && !f->isRecursive && !f->mayPrint && !f->callsTasks && code.holds(f->body) && !hasArray(f->result) &&
           std::all_of(f->params.begin(), f->params.end(), [](const Param &p) { return !p.isInout || !hasArray(p.var->type); });
  }
  void expr(const Expr *e) {
    bool isCall = e->op == Op::Call && isInlined(e->callee);
    meet(isCall || holdsExpr(code, e), e->span);
  }
  // What a variable meets before it is used for the last time.
  struct Life {
    bool barrier = false, write = false;
  };
  void statement(const Stmt *s, Life life) {
    switch (s->kind) {
    case StmtKind::Let: {
      bool isTemporary = hasArray(s->var->type) || hasText(s->var->type);
      meet(!isTemporary || !life.barrier, s->span);
      meet(!hasArray(s->var->type) || (!s->var->isMutable && s->value && code.isArray(s->value) && !(life.write && readsMemory(s->value))), s->span);
      break;
    }
    case StmtKind::Assign:
    case StmtKind::Atomic:
      if (hasArray(s->place.root->type)) {
        meet(!s->place.path.empty() && s->place.path.back().kind == Place::Step::Subscripts, s->span);
        for (const Place::Step &step : s->place.path)
          for (const Subscript &sub : step.subscripts)
            meet(sub.kind == Subscript::Index, s->span);
      }
      meet(!hasText(s->place.root->type) || !hasArray(s->place.root->type), s->span);
      break;
    case StmtKind::Print: meet(false, s->span); break;
    default: break;
    }
  }
  // What stands in shared memory or an updated array changes: it has a value only where it is read.
  bool readsMemory(const Expr *e) {
    bool reads = false;
    Walker walker;
    walker.onExpr = [&](const Expr *x) { reads |= x->op == Op::Local && x->var->isMutable && x->type->isArray(); };
    walker.expr(e);
    return reads;
  }
  void block(const Block *b) {
    for (size_t k = 0; k < b->statements.size(); ++k) {
      const Stmt *s = b->statements[k];
      if (s->kind == StmtKind::Eval && s->value->op == Op::If) {
        header(s->value->args[0]);
        for (const Block *inner : s->value->blocks)
          if (inner)
            block(inner);
        continue;
      }
      if (s->body) {
        for (const Expr *e : {s->value, s->high, s->step})
          header(e);
        block(s->body);
        continue;
      }
      Life life, sofar;
      for (size_t next = k + 1; s->kind == StmtKind::Let && next < b->statements.size(); ++next) {
        sofar.barrier |= hasEdge(b->statements[next]);
        sofar.write |= writesArray(b->statements[next]);
        if (mentions(b->statements[next], s->var))
          life = sofar;
      }
      statement(s, life);
      Walker walker;
      walker.onExpr = [&](const Expr *e) { expr(e); };
      walker.onStmt = [&](const Stmt *inner) {
        if (inner != s)
          statement(inner, {false, true});
        return true;
      };
      walker.stmt(s);
    }
    if (b->value)
      header(b->value);
  }
  void header(const Expr *e) {
    Walker walker;
    walker.onExpr = [&](const Expr *x) { expr(x); };
    walker.expr(e);
  }
};
} // namespace

std::optional<Span> KernelCode::groupObstacle(const Function *f) {
  GroupChecker checker{*this, {}};
  checker.block(f->body);
  return checker.found;
}

} // namespace dagger::hir
