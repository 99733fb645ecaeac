// Places: what can be assigned or passed `inout`, and when two of them overlap.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::Place;
using hir::Subscript;

bool Checker::place(const ast::Expr *expr, Place &result, Shape &shape, bool forInout) {
  result.span = expr->span;
  switch (expr->kind) {
  case ast::ExprKind::Name: {
    const std::string &name = static_cast<const ast::NameExpr *>(expr)->name;
    Boundary crossed;
    Local *known = lookup(name, &crossed);
    if (!known) {
      Value value = this->name(*static_cast<const ast::NameExpr *>(expr), nullptr);
      if (!bad(value)) error(5001, expr->span, "`" + name + "` is a constant and cannot be changed");
      return false;
    }
    if (!known->var) {
      error(5001, expr->span, "`" + name + "` is a function and cannot be changed");
      return false;
    }
    if (bad(known->var->type)) return false;
    // What a lambda captured is a `let` of its own, so this comes first.
    bool isCaptured = known->why == Why::Captured;
    if (isCaptured || (crossed != Boundary::None && (known->why == Why::Var || known->why == Why::Let))) {
      const char *what = isCaptured || crossed == Boundary::Lambda ? "a lambda assigns"
                         : crossed == Boundary::Kernel             ? "a kernel assigns"
                                                                   : "a comprehension assigns";
      error(5012, expr->span, std::string(what) + " no variable from outside: `" + name + "`")
          .notes.push_back({known->span, "it is declared here"});
      return false;
    }
    if (!known->var->isMutable) {
      const char *what = known->why == Why::Param    ? "a parameter"
                         : known->why == Why::Loop   ? "a loop variable"
                         : known->why == Why::Index  ? "an index"
                         : known->why == Why::Extent ? "an extent"
                         : known->why == Why::Lane   ? "the lane"
                                                     : "a `let`";
      Diagnostic &d =
          error(5001, expr->span,
                "`" + name + "` is " + what + " and cannot be " + (forInout ? "passed `inout`" : "assigned"));
      d.notes.push_back({known->span, "it is declared here"});
      if (known->why == Why::Let)
        d.help = "declare it with `var`";
      else if (known->why == Why::Param)
        d.help = "copy it: `var own = " + name + "`, or declare the parameter `inout`";
      return false;
    }
    result.root = known->var;
    result.type = known->var->type;
    shape = known->shape;
    return true;
  }
  case ast::ExprKind::Member:
  case ast::ExprKind::TupleMember: {
    bool isMember = expr->kind == ast::ExprKind::Member;
    const ast::Expr *object = isMember ? static_cast<const ast::Member *>(expr)->object : static_cast<const ast::TupleMember *>(expr)->object;
    if (!place(object, result, shape, forInout))
      return false;
    result.span = expr->span;
    const hir::Type *type = elementOf(result.type);
    int64_t index = -1;
    if (isMember) {
      auto &name = static_cast<const ast::Member *>(expr)->name;
      for (size_t i = 0; i < type->fields.size(); ++i)
        if (type->fields[i] == name.text)
          index = int64_t(i);
      if (index < 0) {
        Diagnostic &d = error(3008, name.span, toString(result.type) + " has no field `" + name.text + "`");
        d.help = fieldHelp(name.text, type);
        return false;
      }
    } else {
      index = static_cast<const ast::TupleMember *>(expr)->index;
      if (!type->isTuple() || index < 0 || size_t(index) >= type->elements.size()) {
        error(3008, expr->span, toString(result.type) + " has no element " + std::to_string(index));
        return false;
      }
    }
    Place::Step step;
    step.kind = Place::Step::Field;
    step.field = int(index);
    const hir::Type *part = type->elements[size_t(index)];
    // points[i].x is element i of the array points.x.
    if (!result.path.empty() && result.path.back().kind != Place::Step::Field) {
      result.path.insert(result.path.end() - 1, step);
    } else {
      result.path.push_back(step);
      if (!result.type->isArray())
        shape = shape.element(size_t(index));
    }
    result.type = result.type->isArray() ? program->array(part, result.type->rank) : part;
    if (result.type->isArray() && shape.extents.empty())
      shape = unknownShape(result.type);
    return true;
  }
  case ast::ExprKind::Index: {
    auto &e = *static_cast<const ast::IndexExpr *>(expr);
    if (!place(e.object, result, shape, forInout))
      return false;
    if (!result.type->isArray()) {
      error(3017, expr->span, toString(result.type) + (result.type == strType ? " does not change in parts" : " has no subscripts"));
      return false;
    }
    if (!result.path.empty() && result.path.back().kind != Place::Step::Field) {
      if (state->context == Context::Kernel || state->context == Context::Group) {
        notYet(6009, expr->span, "assignment to a part of a part in a kernel is");
        return false;
      }
      result = openPart(result);
    }
    Value object = readPlace(result, shape);
    bool ok = true;
    const hir::Type *type = errorType;
    Place::Step step;
    step.kind = Place::Step::Subscripts;
    step.subscripts = subscripts(object, e, shape, type, ok);
    if (!ok)
      return false;
    result.path.push_back(step);
    result.type = type;
    result.span = expr->span;
    return true;
  }
  case ast::ExprKind::Call: {
    auto &e = *static_cast<const ast::Call *>(expr);
    if (e.callee->kind == ast::ExprKind::Member && static_cast<const ast::Member *>(e.callee)->name.text == "tile") {
      if (!place(static_cast<const ast::Member *>(e.callee)->object, result, shape, forInout))
        return false;
      if (!result.type->isArray() || (!result.path.empty() && result.path.back().kind != Place::Step::Field)) {
        error(5016, expr->span, "only a whole array has tiles");
        return false;
      }
      Value object = readPlace(result, shape);
      Place::Step step;
      step.kind = Place::Step::Tile;
      step.tile = tileIndices(object, e);
      if (step.tile.empty())
        return false;
      result.path.push_back(step);
      result.span = expr->span;
      shape = unknownShape(result.type);
      return true;
    }
    [[fallthrough]];
  }
  default: {
    Value value = check(expr);
    if (!bad(value))
      error(5016, expr->span, "this is a value, not a place: it cannot be " + std::string(forInout ? "passed `inout`" : "assigned")).help = "a place is a `var`, or a field, element, slice or tile of one";
    return false;
  }
  }
}

Value Checker::readPlace(const Place &place, const Shape &shape) {
  Value value = readVar(place.root, {}, place.span);
  for (size_t i = 0; i < place.path.size(); ++i) {
    const Place::Step &step = place.path[i];
    switch (step.kind) {
    case Place::Step::Field: value = field(value, step.field, place.span); break;
    case Place::Step::Subscripts: {
      bool allIndex = true;
      for (const Subscript &s : step.subscripts)
        allIndex &= s.kind == Subscript::Index;
      std::vector<hir::Expr *> args = {value.expr};
      if (allIndex) {
        for (const Subscript &s : step.subscripts)
          args.push_back(s.value);
        value = make(Op::Element, value.type()->element, place.span, args);
      } else {
        bool whole = step.subscripts.size() == 1 && step.subscripts[0].kind == Subscript::Mask;
        int rank = 0;
        for (const Subscript &s : step.subscripts)
          rank += s.kind != Subscript::Index;
        value = make(Op::Slice, program->array(value.type()->element, whole ? 1 : rank), place.span, args);
        value.expr->subscripts = step.subscripts;
      }
      break;
    }
    case Place::Step::Tile: {
      std::vector<hir::Expr *> args = {value.expr};
      args.insert(args.end(), step.tile.begin(), step.tile.end());
      value = make(Op::Tile, value.type(), place.span, args);
      break;
    }
    }
  }
  value.shape = shape;
  if (value.type()->isArray() && value.shape.extents.empty())
    value.shape = unknownShape(value.type());
  return value;
}

// Gives every subscript that is no constant or variable a name, so that reading and writing the place evaluate it once.
void Checker::evaluateOnce(Place &place) {
  auto fix = [&](hir::Expr *&expr) {
    if (expr)
      expr = once({expr, {}, false}, "subscript").expr;
  };
  for (Place::Step &step : place.path) {
    for (Subscript &s : step.subscripts) {
      fix(s.value);
      fix(s.low);
      fix(s.high);
      fix(s.step);
    }
    for (hir::Expr *&index : step.tile)
      fix(index);
  }
}

bool Checker::sameExpr(const hir::Expr *a, const hir::Expr *b) const {
  if (!a || !b)
    return a == b;
  Extent x = extentOf(a), y = extentOf(b);
  if (x.kind != Extent::Unknown && equal(x, y))
    return true;
  return a->op == Op::Local && b->op == Op::Local && a->var == b->var;
}

Checker::Overlap Checker::overlap(const Place &a, const Place &b) {
  if (a.root != b.root)
    return Overlap::No;
  for (size_t i = 0; i < a.path.size() && i < b.path.size(); ++i) {
    const Place::Step &x = a.path[i], &y = b.path[i];
    if (x.kind != y.kind)
      return Overlap::Maybe;
    if (x.kind == Place::Step::Field) {
      if (x.field != y.field)
        return Overlap::No;
      continue;
    }
    Overlap result = Overlap::Yes;
    auto compareIndex = [&](const hir::Expr *p, const hir::Expr *q) {
      if (sameExpr(p, q))
        return Overlap::Yes;
      return differ(extentOf(p), extentOf(q)) ? Overlap::No : Overlap::Maybe;
    };
    size_t count = x.kind == Place::Step::Tile ? x.tile.size() : x.subscripts.size();
    if (count != (x.kind == Place::Step::Tile ? y.tile.size() : y.subscripts.size()))
      return Overlap::Maybe;
    for (size_t axis = 0; axis < count; ++axis) {
      Overlap here = Overlap::Maybe;
      if (x.kind == Place::Step::Tile) {
        here = compareIndex(x.tile[axis], y.tile[axis]);
      } else {
        const Subscript &p = x.subscripts[axis], &q = y.subscripts[axis];
        auto isAll = [](const Subscript &s) { return s.kind == Subscript::Range && !s.low && !s.high && !s.step; };
        if (p.kind == Subscript::Index && q.kind == Subscript::Index) {
          here = compareIndex(p.value, q.value);
        } else if (isAll(p) || isAll(q)) {
          here = isAll(p) && isAll(q) ? Overlap::Yes : (p.kind == Subscript::Index || q.kind == Subscript::Index) ? Overlap::Yes : Overlap::Maybe;
        } else if (p.kind == Subscript::Range && q.kind == Subscript::Range && !p.step && !q.step) {
          auto before = [&](const hir::Expr *high, const hir::Expr *low) {
            if (!high || !low)
              return false;
            Extent h = extentOf(high), l = extentOf(low);
            return h.comparable(l) && h.number <= l.number;
          };
          auto holds = [&](const Subscript &s, const hir::Expr *low) { // the range s is known to hold the element `low`
            Extent first = s.low ? extentOf(s.low) : Extent::of(0), at = low ? extentOf(low) : Extent::of(0);
            Extent end = s.high ? extentOf(s.high) : Extent();
            return first.comparable(at) && at.comparable(end) && first.number <= at.number && at.number < end.number;
          };
          if (before(p.high, q.low) || before(q.high, p.low))
            here = Overlap::No;
          else if ((sameExpr(p.low, q.low) && sameExpr(p.high, q.high)) || (holds(p, q.low) && holds(q, q.low)) || (holds(q, p.low) && holds(p, p.low)))
            here = Overlap::Yes;
        }
      }
      if (here == Overlap::No)
        return Overlap::No;
      if (here == Overlap::Maybe)
        result = Overlap::Maybe;
    }
    return result;
  }
  return Overlap::Yes;
}

// In a group kernel, what other lanes may write too is written by `atomic` alone.
void Checker::checkGroupWrite(const Place &place) {
  if (state->context != Context::Group || state->kernel)
    return;
  const hir::Function *function = state->function;
  for (const hir::Param &param : function->params) {
    if (param.var != place.root || !param.isInout)
      continue;
    bool own = !place.path.empty() && place.path.back().kind == Place::Step::Subscripts && place.path.back().subscripts.size() == function->indexVars.size();
    if (own)
      for (size_t i = 0; i < function->indexVars.size(); ++i) {
        const Subscript &s = place.path.back().subscripts[i];
        own &= s.kind == Subscript::Index && s.value->op == Op::Local && s.value->var == function->indexVars[i];
      }
    if (!own)
      error(5015, place.span, "a kernel writes `" + place.root->name + "` plainly only at its own point").help = "write `atomic " + place.root->name + "[…] += …`";
  }
}

void Checker::assign(const ast::AssignStmt &stmt) {
  size_t firstPart = openParts.size();
  assignTo(stmt, firstPart);
  openParts.resize(firstPart); // where it failed
}

void Checker::assignTo(const ast::AssignStmt &stmt, size_t firstPart) {
  if (stmt.op == "=" && stmt.place->kind == ast::ExprKind::Name) {
    const std::string &name = static_cast<const ast::NameExpr *>(stmt.place)->name;
    if (!lookup(name) && !state->module->decls.contains(name) && !isLibraryName(name) && !nearest(name, visibleNames())) {
      error(2001, stmt.place->span, "nothing here is called `" + name + "`").help = "declare it: `let " + name + " = …`, or `var " + name + " = …` if it changes";
      check(stmt.value);
      declareVar(name, poison(stmt.place->span), true, stmt.place->span, Why::Var);
      return;
    }
  }
  Place target;
  Shape shape;
  if (!place(stmt.place, target, shape, false)) {
    check(stmt.value);
    return;
  }
  checkGroupWrite(target);
  // What is assigned may change what the part is of, so it comes first; but a product stays where it is fused.
  auto read = [&](Value &assigned, bool isFused) {
    if (openParts.size() == firstPart || bad(assigned))
      return;
    if (!isFused)
      assigned = once(assigned, "value");
    readParts(firstPart);
  };
  Value value;
  bool isSlice = !target.path.empty() && target.path.back().kind == Place::Step::Subscripts && target.type->isArray();
  if (stmt.op == "=") {
    value = check(stmt.value, isSlice && isFlexible(stmt.value) && stmt.value->kind != ast::ExprKind::Array ? target.type->element : target.type);
    read(value, false);
  } else {
    std::string op = stmt.op.substr(0, stmt.op.size() - 1);
    evaluateOnce(target);
    const hir::Type *hint = elementOf(target.type);
    Value operand = check(stmt.value, op == "/" && isInteger(hint) ? f64 : hint);
    bool product = stmt.value->kind == ast::ExprKind::Binary && static_cast<const ast::Binary *>(stmt.value)->op == "*";
    if (bad(operand))
      return;
    if (operand.type() == voidType) {
      error(3024, stmt.value->span, "this has no value");
      return;
    }
    read(operand, product);
    Value old = readPlace(target, shape);
    value = arithmetic(op, old, operand, stmt.span, stmt.opSpan, false, product);
  }
  if (bad(value))
    return;
  Span span = stmt.value->span;
  if (isSlice && value.type() == target.type->element) {
    // A scalar fills the slice.
    evaluateOnce(target);
    value = once(value, "value");
    Place root = target;
    Place::Step last = root.path.back();
    root.path.pop_back();
    Value array = readVar(root.root, {}, span);
    for (const Place::Step &step : root.path)
      array = field(array, step.field, span);
    std::vector<hir::Expr *> args = {value.expr};
    auto zero = [&] { return integer(0, span).expr; };
    for (size_t axis = 0; axis < last.subscripts.size(); ++axis) {
      const Subscript &s = last.subscripts[axis];
      if (s.kind == Subscript::Gather) {
        args.push_back(node(Op::Extent, i64, span, {s.value}));
      } else if (s.kind == Subscript::Mask) {
        Value count = reduceOver(hir::ReduceKind::Count, {s.value, unknownShape(s.value->type), false}, -1, nullptr, span);
        args.push_back(count.expr);
      } else if (s.kind == Subscript::Range) {
        hir::Expr *high = s.high;
        if (!high) {
          high = node(Op::Extent, i64, span, {array.expr});
          high->intValue = int64_t(axis);
        }
        hir::Expr *count = s.low ? node(Op::Sub, i64, span, {high, s.low}) : high;
        if (s.step) { // as many steps as begin inside
          hir::Expr *size = node(Op::Math, i64, span, {s.step});
          size->text = "abs";
          hir::Expr *up = node(Op::Sub, i64, span, {node(Op::Add, i64, span, {count, size}), integer(1, span).expr});
          count = node(Op::FloorDiv, i64, span, {up, size});
        }
        hir::Expr *positive = node(Op::Math, i64, span, {zero(), count});
        positive->text = "max";
        args.push_back(positive);
      }
    }
    value = library("fill", target.type, span, args, shape);
  }
  value = expect(value, target.type, target.path.empty() ? "`" + target.root->name + "` keeps its type" : "");
  if (bad(value))
    return;
  Local *root = nullptr;
  if (stmt.place->kind == ast::ExprKind::Name)
    root = lookup(static_cast<const ast::NameExpr *>(stmt.place)->name);
  if (root) // @chunks was said of the variable, whatever it holds
    value = applyChunks(value, root->chunks);
  bool fixedShape = isSlice || (root && root->why == Why::Inout && target.type->isArray());
  if (fixedShape)
    for (size_t axis = 0; axis < shape.extents.size() && axis < value.shape.extents.size(); ++axis) {
      if (differ(shape.extents[axis], value.shape.extents[axis])) {
        error(4001, span, "the extents differ: the place has " + toString(shape.extents[axis]) + " along axis " + std::to_string(axis) + ", the value " + toString(value.shape.extents[axis]));
        return;
      }
      if (root && !equal(shape.extents[axis], value.shape.extents[axis])) {
        value = once(value, "value");
        hir::Stmt *checkStmt = emit(hir::StmtKind::CheckExtent, span);
        hir::Expr *actual = node(Op::Extent, i64, span, {value.expr}), *expected = node(Op::Extent, i64, span, {readVar(root->var, {}, span).expr});
        actual->intValue = expected->intValue = int64_t(axis);
        checkStmt->value = actual;
        checkStmt->high = expected;
        checkStmt->text = "extent " + std::to_string(axis) + " of inout `" + root->var->name + "` stays as it is";
      }
    }
  hir::Stmt *result = emit(hir::StmtKind::Assign, stmt.span);
  result->place = target;
  result->value = value.expr;
  writeParts(firstPart);
  if (state->context == Context::Group && (state->isDivergent || isDivergent(value.expr)))
    state->divergent.insert(target.root);
}

} // namespace dagger::sema
