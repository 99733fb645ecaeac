// Expressions: names, members, conditionals, comprehensions, and the way to all others.
#include "compiler/sema/Checker.h"
#include <algorithm>

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

Value Checker::check(const ast::Expr *expr, const hir::Type *hint) {
  if (!expr)
    return poison({});
  if (depth > 400) {
    if (!toldDepth)
      error(3028, expr->span, "this is nested too deeply").help = "name its parts with `let`";
    toldDepth = true;
    return poison(expr->span);
  }
  ++depth;
  if (hint && bad(hint))
    hint = nullptr;
  Value value = checkInner(expr, hint);
  --depth;
  return value;
}

Value Checker::checkInner(const ast::Expr *expr, const hir::Type *hint) {
  Span span = expr->span;
  switch (expr->kind) {
  case ast::ExprKind::Integer: return integerLiteral(*static_cast<const ast::IntegerLit *>(expr), hint, false, span);
  case ast::ExprKind::Float: return floatLiteral(*static_cast<const ast::FloatLit *>(expr), hint, false, span);
  case ast::ExprKind::Bool: return constant(boolType, span, static_cast<const ast::BoolLit *>(expr)->value);
  case ast::ExprKind::Missing: notYet(6007, span, "optional values are"); return poison(span);
  case ast::ExprKind::String: return stringLiteral(*static_cast<const ast::StringLit *>(expr));
  case ast::ExprKind::Name: return name(*static_cast<const ast::NameExpr *>(expr), hint);
  case ast::ExprKind::Column: notYet(6001, span, "tables are"); return poison(span);
  case ast::ExprKind::Tuple: {
    auto &tuple = *static_cast<const ast::TupleExpr *>(expr);
    if (tuple.elements.empty())
      return nothing(span);
    std::vector<const hir::Type *> types;
    std::vector<hir::Expr *> args;
    Shape shape;
    bool ok = true;
    for (size_t i = 0; i < tuple.elements.size(); ++i) {
      const hir::Type *elementHint = hint && hint->isTuple() && i < hint->elements.size() ? hint->elements[i] : nullptr;
      Value value = check(tuple.elements[i], elementHint);
      if (!bad(value) && value.type() == voidType) {
        error(3024, value.expr->span, "this has no value");
        ok = false;
      }
      ok &= !bad(value);
      types.push_back(value.type());
      args.push_back(value.expr);
      shape.elements.push_back(value.shape);
    }
    if (!ok)
      return poison(span);
    return make(Op::Tuple, program->tuple(types), span, args, shape);
  }
  case ast::ExprKind::Array: return arrayLiteral(*static_cast<const ast::ArrayLit *>(expr), hint);
  case ast::ExprKind::Comprehension: return comprehension(*static_cast<const ast::Comprehension *>(expr), hint);
  case ast::ExprKind::Record: return recordLiteral(*static_cast<const ast::RecordLit *>(expr));
  case ast::ExprKind::If: return ifExpr(*static_cast<const ast::IfExpr *>(expr), hint, true);
  case ast::ExprKind::Lambda:
    error(3022, span, "a lambda can only be named with `let`, called, or passed where a function is wanted");
    return poison(span);
  case ast::ExprKind::InlineKernel: return inlineKernel(*static_cast<const ast::InlineKernel *>(expr), hint);
  case ast::ExprKind::Unary: return unary(*static_cast<const ast::Unary *>(expr), hint);
  case ast::ExprKind::Binary: return binary(*static_cast<const ast::Binary *>(expr), hint);
  case ast::ExprKind::Range:
    error(3029, span, "a range stands in a `for`, a comprehension or a subscript").help = "write `iota(n)` for the array 0, 1, …";
    return poison(span);
  case ast::ExprKind::Member: return member(*static_cast<const ast::Member *>(expr), hint);
  case ast::ExprKind::TupleMember: {
    auto &m = *static_cast<const ast::TupleMember *>(expr);
    Value object = check(m.object);
    if (bad(object))
      return poison(span);
    const hir::Type *type = elementOf(object.type());
    if (!type->isTuple() || m.index < 0 || size_t(m.index) >= type->elements.size()) {
      error(3008, span, toString(object.type()) + " has no element " + std::to_string(m.index));
      return poison(span);
    }
    return field(object, int(m.index), span);
  }
  case ast::ExprKind::Call: return call(*static_cast<const ast::Call *>(expr), hint);
  case ast::ExprKind::Index: return index(*static_cast<const ast::IndexExpr *>(expr));
  case ast::ExprKind::BlockExpr: {
    Nested nested = inBlock(span, [&] {
      BlockResult result = statements(*static_cast<const ast::BlockExpr *>(expr)->block, true, hint);
      if (result.hasValue || result.diverges) {
        if (!result.value.expr)
          result.value = nothing(span);
        result.value.diverges = result.diverges;
        return result.value;
      }
      return nothing(span);
    });
    return blockValue(nested, span);
  }
  }
  return poison(span);
}

Value Checker::checkScalar(const ast::Expr *expr, const hir::Type *type, const std::string &what) {
  return expect(check(expr, type), type, what);
}

Value Checker::name(const ast::NameExpr &expr, const hir::Type *hint) {
  Span span = expr.span;
  if (Local *known = lookup(expr.name)) {
    if (known->function) {
      error(2007, span, "`" + expr.name + "` is a function: it can be called, or passed where a function is wanted");
      return poison(span);
    }
    return local(*known, span);
  }
  if (isFailedImport(expr.name))
    return poison(span);
  auto decl = state->module->decls.find(expr.name);
  if (decl != state->module->decls.end()) {
    if (decl->second->kind == ast::DeclKind::Const)
      return constantNamed(*state->module, *static_cast<const ast::ConstDecl *>(decl->second), span, hint);
    const char *what = decl->second->kind == ast::DeclKind::Record ? "a type" : decl->second->kind == ast::DeclKind::Import ? "a module" : "a function";
    error(2007, span, "`" + expr.name + "` is " + what + ", not a value");
    return poison(span);
  }
  if (scalarNamed(expr.name) || state->typeParams.count(expr.name)) {
    error(2007, span, "`" + expr.name + "` is a type, not a value").help = "call it to convert: " + expr.name + "(x)";
    return poison(span);
  }
  if (expr.name == "math" || expr.name == "random" || expr.name == "plot") {
    error(2007, span, "`" + expr.name + "` is a module, not a value");
    return poison(span);
  }
  if (isLibraryName(expr.name)) {
    error(2007, span, "`" + expr.name + "` is a function: it can be called, or passed where a function is wanted");
    return poison(span);
  }
  unknownName(expr.name, span);
  return poison(span);
}

// A constant is elaborated anew where it is used, so that one of literals adapts.
Value Checker::constantNamed(const Module &module, const ast::ConstDecl &decl, Span span, const hir::Type *hint) {
  knownConstants.insert(&decl);
  if (constDepth > 32) {
    error(2004, decl.name.span, "constant `" + decl.name.text + "` depends on itself");
    return poison(span);
  }
  FunctionState inside;
  hir::Block *block = program->block(span);
  inside.module = &module;
  inside.sink = &block->statements;
  inside.function = state ? state->function : nullptr;
  scopes.push_back({});
  inside.scope = &scopes.back();
  FunctionState *saved = state;
  state = &inside;
  ++constDepth;
  Value value = check(decl.value, isFlexible(decl.value) ? hint : nullptr);
  --constDepth;
  state = saved;
  if (!bad(value) && value.type() == voidType) {
    error(3024, decl.value->span, "constant `" + decl.name.text + "` has no value");
    return poison(span);
  }
  if (bad(value))
    return poison(span);
  if (!block->statements.empty()) {
    block->value = value.expr;
    Value result = make(Op::BlockExpr, value.type(), span, {}, value.shape);
    result.expr->blocks = {block};
    return result;
  }
  return value;
}

Value Checker::field(const Value &object, int index, Span span) {
  const hir::Type *type = object.type();
  if (type->isArray()) {
    Value result = make(Op::Field, program->array(type->element->elements[size_t(index)], type->rank), span, {object.expr}, object.shape);
    result.expr->intValue = index;
    return result;
  }
  Value result = make(Op::Field, type->elements[size_t(index)], span, {object.expr}, object.shape.element(size_t(index)));
  if (result.type()->isArray() && result.shape.extents.empty())
    result.shape = unknownShape(result.type());
  result.expr->intValue = index;
  return result;
}

Value Checker::member(const ast::Member &expr, const hir::Type *hint) {
  const std::string &name = expr.name.text;
  if (expr.object->kind == ast::ExprKind::Name) {
    auto &object = *static_cast<const ast::NameExpr *>(expr.object);
    if (!lookup(object.name)) {
      if (const Module *module = moduleNamed(object.name, object.span)) {
        auto decl = module->decls.find(name);
        if (decl != module->decls.end() && decl->second->kind == ast::DeclKind::Const)
          return constantNamed(*module, *static_cast<const ast::ConstDecl *>(decl->second), expr.span, hint);
        if (object.name == "math" && module->decls.find(name) == module->decls.end()) {
          Value value = mathConstant(name, expr.span, hint);
          if (value.expr)
            return value;
        }
        if (decl != module->decls.end() || mathArity(name) || isLibraryName(object.name + "." + name)) {
          error(2007, expr.span, "`" + object.name + "." + name + "` is a function: it can be called, or passed where a function is wanted");
          return poison(expr.span);
        }
        Diagnostic &d = error(2005, expr.name.span, "module `" + object.name + "` has no `" + name + "`");
        std::vector<std::string> candidates;
        for (const auto &[known, declaration] : module->decls)
          candidates.push_back(known);
        for (const auto &[known, entry] : libraryTable())
          if (known.rfind(object.name + ".", 0) == 0)
            candidates.push_back(known.substr(object.name.size() + 1));
        if (object.name == "math") {
#define DG_MATH(name, arity, domain) candidates.push_back(#name);
#include "compiler/hir/Math.def"
#undef DG_MATH
        }
        if (auto near = nearest(name, candidates))
          d.help = "did you mean `" + *near + "`?";
        return poison(expr.span);
      }
      int code = 0;
      if (object.name == "graph" && !state->module->decls.count("graph")) {
        notYet(6002, expr.span, notThereYet("graph", code));
        return poison(expr.span);
      }
    }
  }
  Value object = check(expr.object);
  if (bad(object))
    return poison(expr.span);
  const hir::Type *type = object.type();
  if (type->isArray() && name == "T") {
    Shape shape = object.shape;
    std::reverse(shape.extents.begin(), shape.extents.end());
    return library("transpose", type, expr.span, {object.expr}, shape);
  }
  if (type->isArray() && name == "tiles")
    return make(Op::Tiles, i64, expr.span, {object.expr});
  const hir::Type *element = elementOf(type);
  if (element->isTuple())
    for (size_t i = 0; i < element->fields.size(); ++i)
      if (element->fields[i] == name)
        return field(object, int(i), expr.span);
  Diagnostic &d = error(3008, expr.name.span, toString(type) + " has no field `" + name + "`");
  if (element->isTuple()) {
    d.help = fieldHelp(name, element);
  } else if (name == "len" || name == "length" || name == "size") {
    d.help = "write `len(…)`";
  }
  return poison(expr.span);
}

Value Checker::condition(const ast::Expr *expr) {
  Value value = check(expr, boolType);
  if (bad(value) || value.type() == boolType)
    return value;
  Diagnostic &d = error(3007, expr->span, "a condition is one bool, this is " + toString(value.type()));
  if (elementOf(value.type()) == boolType)
    d.help = "write all(" + quote(expr->span) + ") or any(" + quote(expr->span) + ")";
  else if (isNumber(value.type()))
    d.help = "compare it: " + quote(expr->span) + " != 0";
  return poison(expr->span);
}

Value Checker::ifExpr(const ast::IfExpr &expr, const hir::Type *hint, bool wantValue) {
  Value test = condition(expr.condition);
  // Inside, what the condition looked at may guard a subscript; and lanes may part.
  size_t guards = state->kernel ? state->kernel->guarded.size() : 0;
  if (state->kernel) {
    Visitor visitor;
    visitor.expr = [&](const ast::Expr &e) {
      if (e.kind == ast::ExprKind::Name)
        if (Local *known = lookup(static_cast<const ast::NameExpr &>(e).name); known && known->why == Why::Index)
          state->kernel->guarded.push_back(known->var);
      return true;
    };
    walk(expr.condition, visitor);
  }
  bool savedDivergent = state->isDivergent;
  if (!bad(test) && state->context == Context::Group)
    state->isDivergent |= isDivergent(test.expr);

  Nested branches[2];
  const ast::Block *blocks[2] = {expr.then, expr.otherwise};
  bool diverges[2] = {false, false};
  auto branch = [&](int i, const hir::Type *branchHint) {
    branches[i] = inBlock(blocks[i]->span, [&] {
      BlockResult result = statements(*blocks[i], wantValue && expr.otherwise, branchHint);
      diverges[i] = result.diverges;
      return result.hasValue ? result.value : nothing(blocks[i]->span);
    });
  };
  if (!expr.otherwise) {
    branch(0, nullptr);
  } else {
    int first = wantValue && !hint && isFlexible(expr.then) && !isFlexible(expr.otherwise) ? 1 : 0;
    if (wantValue && !hint && isFlexible(expr.then) && isFlexible(expr.otherwise)) {
      hint = i64;
      for (const ast::Block *block : blocks)
        if (naturalType(static_cast<const ast::ExprStmt *>(block->statements[0])->expr) == f64)
          hint = f64;
    }
    branch(first, hint);
    const hir::Type *firstType = branches[first].value.type();
    bool known = !diverges[first] && firstType != voidType && !bad(firstType);
    branch(1 - first, known ? firstType : hint);
  }
  state->isDivergent = savedDivergent;
  if (state->kernel)
    state->kernel->guarded.resize(std::min(guards, state->kernel->guarded.size()));
  if (bad(test))
    return poison(expr.span);
  if (!expr.otherwise) {
    if (wantValue)
      error(3013, expr.span, "an `if` without `else` has no value").help = "add an `else`";
    Value result = make(Op::If, wantValue ? errorType : voidType, expr.span, {test.expr});
    result.expr->blocks = {branches[0].block, nullptr};
    return result;
  }
  if (bad(branches[0].value) || bad(branches[1].value))
    return poison(expr.span);
  const hir::Type *type = voidType;
  Shape shape;
  bool allDiverge = diverges[0] && diverges[1];
  if (wantValue && !allDiverge) {
    const hir::Type *a = branches[0].value.type(), *b = branches[1].value.type();
    if (diverges[0] || diverges[1]) {
      int live = diverges[0] ? 1 : 0;
      type = branches[live].value.type();
      shape = branches[live].value.shape;
    } else if (a != b) {
      const Value &second = branches[1].value;
      Span where = branches[1].block->value ? second.expr->span : expr.otherwise->span;
      if (a == voidType || b == voidType) {
        int empty = a == voidType ? 0 : 1;
        error(3012, blocks[empty]->span, "this branch has no value, the other has " + toString(empty ? a : b));
      } else {
        Diagnostic &d = error(3012, where, "the branches differ: expected " + toString(a) + ", found " + toString(b));
        d.notes.push_back({branches[0].value.expr->span, "the first branch is " + toString(a)});
        if (isNumber(elementOf(a)) && isNumber(elementOf(b)))
          d.help = isFloat(elementOf(b)) && isInteger(elementOf(a)) ? "convert the other: " + toString(elementOf(b)) + "(" + quote(branches[0].value.expr->span) + ")" : "convert it: " + toString(elementOf(a)) + "(" + quote(where) + ")";
      }
      return poison(expr.span);
    } else {
      type = a;
      shape = join(branches[0].value.shape, branches[1].value.shape);
    }
  }
  Value result = make(Op::If, type, expr.span, {test.expr}, shape);
  result.expr->blocks = {branches[0].block, branches[1].block};
  result.diverges = allDiverge;
  return result;
}

Value Checker::comprehension(const ast::Comprehension &expr, const hir::Type *hint) {
  Span span = expr.span;
  std::vector<Iteration> iterations;
  bool ok = true;
  std::set<std::string> earlier;
  for (const auto &clause : expr.clauses) {
    const ast::NameExpr *dependence = nullptr;
    Visitor visitor;
    visitor.expr = [&](const ast::Expr &e) {
      if (e.kind == ast::ExprKind::Name && earlier.contains(static_cast<const ast::NameExpr &>(e).name))
        dependence = static_cast<const ast::NameExpr *>(&e);
      return e.kind != ast::ExprKind::Lambda && e.kind != ast::ExprKind::Comprehension && e.kind != ast::ExprKind::InlineKernel;
    };
    walk(clause.in, visitor);
    if (dependence) {
      error(3029, dependence->span, "what one `for` of a comprehension goes through cannot depend on another's `" + dependence->name + "`").help = "go through all and leave out what is too much: [… for i in 0..n for j in 0..n if j >= i]";
      iterations.push_back({});
    } else {
      iterations.push_back(iterate(clause.pattern, clause.in));
    }
    ok &= iterations.back().ok;
    namesOf(clause.pattern, earlier);
  }
  std::vector<hir::Var *> indexVars;
  std::vector<hir::Expr *> counts;
  Shape shape;
  auto addAxis = [&](const std::string &name, Span at, hir::Expr *count) {
    indexVars.push_back(newVar(name, i64, false, at));
    if (ok) {
      counts.push_back(count);
      shape.extents.push_back(expr.condition ? Extent() : extentOf(count));
    }
  };
  // A condition leaves one axis, so its points are numbered in row-major order.
  bool isFlat = expr.condition && iterations.size() > 1;
  if (isFlat) {
    hir::Expr *points = nullptr;
    for (Iteration &iteration : iterations)
      if (ok) {
        iteration.count = once(iteration.count, "count");
        points = points ? node(Op::Mul, i64, span, {points, iteration.count.expr}) : iteration.count.expr;
      }
    addAxis("point", span, points);
  } else {
    for (size_t i = 0; i < iterations.size(); ++i)
      addAxis(expr.clauses[i].pattern.name.empty() ? "i" : expr.clauses[i].pattern.name, expr.clauses[i].pattern.span, iterations[i].count.expr);
  }
  auto position = [&](size_t i) {
    Span at = expr.clauses[i].pattern.span;
    if (!isFlat || !ok)
      return readVar(indexVars[isFlat ? 0 : i], {}, at);
    hir::Expr *rest = readVar(indexVars[0], {}, at).expr;
    for (size_t k = iterations.size(); --k > i;)
      rest = node(Op::FloorDiv, i64, at, {rest, iterations[k].count.expr});
    return once({i == 0 ? rest : node(Op::Mod, i64, at, {rest, iterations[i].count.expr}), {}, false}, expr.clauses[i].pattern.name);
  };
  int savedLoops = state->loops;
  bool savedIn = state->inComprehension;
  state->loops = 0;
  state->inComprehension = true;
  auto bindAll = [&] {
    for (size_t i = 0; i < iterations.size(); ++i)
      if (iterations[i].ok)
        iterations[i].bind(position(i));
      else // so that its name is known, and silent
        destructure(expr.clauses[i].pattern, poison(span), false, Why::Loop);
  };
  hir::Block *conditionBlock = nullptr;
  if (expr.condition) {
    Nested nested = inBlock(expr.condition->span, [&] {
      ScopeGuard guard(*this, Boundary::Comprehension);
      bindAll();
      return condition(expr.condition);
    });
    conditionBlock = nested.block;
    ok &= !bad(nested.value);
  }
  const hir::Type *bodyHint = nullptr;
  if (hint && hint->isArray())
    bodyHint = hint->rank > int(indexVars.size()) ? program->array(hint->element, hint->rank - int(indexVars.size())) : hint->element;
  Nested body = inBlock(expr.body->span, [&] {
    ScopeGuard guard(*this, Boundary::Comprehension);
    bindAll();
    return check(expr.body, bodyHint);
  });
  state->loops = savedLoops;
  state->inComprehension = savedIn;
  if (!ok || bad(body.value))
    return poison(span);
  const hir::Type *element = body.value.type();
  int rank = int(indexVars.size());
  if (element == voidType) {
    error(3024, expr.body->span, "the body of a comprehension has no value").help = "write a `for` loop";
    return poison(span);
  }
  if (element->isArray()) {
    rank += element->rank;
    for (Extent extent : body.value.shape.extents)
      shape.extents.push_back(extent.kind == Extent::Number ? extent : Extent());
    element = element->element;
  } else if (!element->isElement()) {
    error(3027, expr.body->span, "the elements of an array can only be scalars, text, or tuples and records of those");
    return poison(span);
  }
  if (rank > 8) {
    error(4002, span, "the rank of an array is 1 to 8, not " + std::to_string(rank));
    return poison(span);
  }
  Value result = make(Op::Comprehension, program->array(element, rank), span, counts, shape);
  result.expr->indexVars = indexVars;
  result.expr->blocks = {body.block};
  result.expr->conditionBlock = conditionBlock;
  return result;
}

} // namespace dagger::sema
