// `for` and `while`: what they go over, and what may leave them.
#include "compiler/sema/Checker.h"
#include <algorithm>
#include <cstring>
#include <utility>

namespace dagger::sema {

using hir::Op;
using hir::StmtKind;

// What is known of lanes and barriers while a loop is checked. The loop around it has this one's barriers too.
struct Checker::LoopGuard {
  explicit LoopGuard(Checker &checker)
      : checker(checker), isDivergent(checker.state->isDivergent), divergentExit(checker.state->divergentExit),
        barriers(std::exchange(checker.state->loopBarriers, {})) {
    checker.state->divergentExit = false;
  }
  // Behind the body.
  void end() {
    auto *state = checker.state;
    if (state->divergentExit && !state->isDivergent && !state->loopBarriers.empty())
      checker.error(5008, state->loopBarriers[0], "a `barrier` stands in a loop that some lanes may leave before others");
    state->isDivergent = isDivergent;
    state->divergentExit = divergentExit;
    barriers.insert(barriers.end(), state->loopBarriers.begin(), state->loopBarriers.end());
    state->loopBarriers = std::move(barriers);
  }

  Checker &checker;
  bool isDivergent, divergentExit;
  std::vector<Span> barriers;
};

Checker::RangeBounds Checker::rangeBounds(const ast::RangeExpr &range) {
  RangeBounds bounds;
  if (!range.low || !range.high) {
    error(3029, range.span, "this range needs both ends");
    return bounds;
  }
  auto [low, high] = operands(range.low, range.high, i64);
  bounds.low = low;
  bounds.high = high;
  if (bad(low) || bad(high)) {
    if (range.step)
      check(range.step, i64);
    return bounds;
  }
  for (const Value *end : {&low, &high})
    if (!isInteger(end->type())) {
      mismatch(end->expr->span, i64, end->type(), "the ends of a range are integers");
      return bounds;
    }
  if (!sameOperands(low, high, range.span, ".."))
    return bounds;
  if (range.step) {
    bounds.step = expect(check(range.step, low.type()), low.type(), "the step of a range");
    if (bad(bounds.step))
      return bounds;
    if (auto constant = foldInteger(bounds.step.expr); constant && *constant == 0) {
      error(3029, range.step->span, "the step of a range cannot be 0");
      return bounds;
    }
  }
  bounds.ok = true;
  return bounds;
}

// How often a clause runs, and what its pattern stands for at each index.
Checker::Iteration Checker::iterate(const ast::Pattern &pattern, const ast::Expr *in) {
  Iteration iteration;
  if (in->kind == ast::ExprKind::Range) {
    auto &range = *static_cast<const ast::RangeExpr *>(in);
    RangeBounds bounds = rangeBounds(range);
    if (!bounds.ok)
      return iteration;
    if (pattern.isTuple()) {
      error(3023, pattern.span, "a range gives one number at a time");
      return iteration;
    }
    const hir::Type *type = bounds.low.type();
    Span span = in->span;
    Value low = once(convertScalar(bounds.low, i64, span), "low"), high = convertScalar(bounds.high, i64, span);
    Value step = bounds.step.expr ? once(convertScalar(bounds.step, i64, span), "step") : Value();
    bool fromZero = low.expr->op == Op::Const && low.expr->intValue == 0;
    auto zero = [&] { return integer(0, span).expr; };
    hir::Expr *count = fromZero ? high.expr : node(Op::Sub, i64, span, {high.expr, low.expr});
    if (step.expr) {
      high = once(high, "high");
      count = fromZero ? high.expr : node(Op::Sub, i64, span, {high.expr, low.expr});
      hir::Expr *size = node(Op::Math, i64, span, {step.expr});
      size->text = "abs";
      count = node(Op::FloorDiv, i64, span, {node(Op::Sub, i64, span, {node(Op::Add, i64, span, {count, size}), integer(1, span).expr}), size});
    }
    // An empty range has no elements, however far its ends are apart.
    Extent known = extentOf(count);
    if (known.kind == Extent::Number) {
      iteration.count = integer(std::max<int64_t>(known.number, 0), span);
    } else if (count->op == Op::Extent || (count->op == Op::Local && known.kind == Extent::Symbol && known.axis >= 0)) {
      iteration.count = {count, {}, false};
    } else {
      hir::Expr *positive = node(Op::Math, i64, span, {zero(), count});
      positive->text = "max";
      iteration.count = {positive, {}, false};
    }
    iteration.ok = true;
    iteration.bind = [this, pattern, low, high, step, fromZero, type, span](const Value &index) {
      if (fromZero && !step.expr && type == i64) {
        Local local;
        local.var = index.expr->var;
        local.why = Why::Loop;
        bind(pattern.name, local, pattern.span);
        return;
      }
      hir::Expr *value = index.expr;
      if (step.expr) {
        value = node(Op::Mul, i64, span, {value, step.expr});
        // A negative step walks down from the last element.
        hir::Expr *last = node(Op::Sub, i64, span, {high.expr, integer(1, span).expr});
        hir::Expr *start = low.expr;
        if (auto constant = foldInteger(step.expr))
          start = *constant < 0 ? last : low.expr;
        else
          start = ifNode(node(Op::Lt, boolType, span, {step.expr, integer(0, span).expr}), last, low.expr, span);
        value = node(Op::Add, i64, span, {start, value});
      } else {
        value = node(Op::Add, i64, span, {low.expr, value});
      }
      Value number{value, {}, false};
      declareVar(pattern.name, convertScalar(number, type, span), false, pattern.span, Why::Loop);
    };
    return iteration;
  }
  Value array = check(in);
  if (bad(array))
    return iteration;
  if (!array.type()->isArray()) {
    Diagnostic &d = error(3029, in->span, "expected a range or an array to go through, found " + toString(array.type()));
    if (isInteger(array.type()))
      d.help = "write `0..n`";
    else if (array.type() == strType)
      d.help = "go through its indices, `for i in 0..len(s)`, and take s[i..i+1], or through `bytes(s)`";
    return iteration;
  }
  array = once(array, "items");
  iteration.count = extent(array, 0, in->span);
  iteration.ok = true;
  iteration.bind = [this, pattern, array, in](const Value &index) {
    Span span = in->span;
    Value item;
    if (array.type()->rank == 1) {
      item = make(Op::Element, array.type()->element, span, {array.expr, index.expr});
    } else {
      Shape shape;
      for (size_t axis = 1; axis < array.shape.extents.size(); ++axis)
        shape.extents.push_back(array.shape.extents[axis]);
      item = make(Op::Slice, program->array(array.type()->element, array.type()->rank - 1), span, {array.expr}, shape);
      hir::Subscript first;
      first.value = index.expr;
      item.expr->subscripts.push_back(first);
      for (int axis = 1; axis < array.type()->rank; ++axis) {
        hir::Subscript all;
        all.kind = hir::Subscript::Range;
        item.expr->subscripts.push_back(all);
      }
    }
    destructure(pattern, item, false, Why::Loop);
  };
  return iteration;
}

bool Checker::forStmt(const ast::ForStmt &stmt) {
  Span span = stmt.span;
  if (stmt.isParallel && !mayBeParallel()) {
    Diagnostic &d = error(5021, {span.file, span.begin, span.begin + uint32_t(strlen("parallel for"))}, "`parallel for` stands in the body of a task with `@threads(n)`");
    d.help = state->context == Context::Task && !state->inLambda && !state->inKernel && !state->inComprehension
                 ? "write `@threads(4)` before the task, or leave `parallel` out"
                 : "in graph code everything runs at once that can: leave `parallel` out";
  }
  hir::Expr *low = nullptr, *high = nullptr, *step = nullptr;
  hir::Var *var = nullptr;
  Iteration iteration;
  bool direct = false, ok = true;
  if (stmt.in->kind == ast::ExprKind::Range && !stmt.pattern.isTuple()) {
    RangeBounds bounds = rangeBounds(*static_cast<const ast::RangeExpr *>(stmt.in));
    ok = bounds.ok;
    direct = true;
    var = newVar(stmt.pattern.name, ok ? bounds.low.type() : errorType, false, stmt.pattern.span);
    if (ok) {
      low = bounds.low.expr;
      high = bounds.high.expr;
      if (bounds.step.expr) {
        step = bounds.step.expr;
        auto one = [&] { return constant(bounds.low.type(), span, 1).expr; };
        auto less = [&](hir::Expr *e) { return node(Op::Sub, e->type, e->span, {e, one()}); };
        auto known = foldInteger(step);
        if (known && *known < 0) {
          // a..b by -1 holds the elements of a..b, from the last.
          std::swap(low, high);
          low = less(low);
          high = less(high);
        } else if (!known) {
          step = once(bounds.step, "step").expr;
          low = once(bounds.low, "low").expr;
          high = once(bounds.high, "high").expr;
          auto down = [&] { return node(Op::Lt, boolType, span, {step, constant(step->type, span, 0).expr}); };
          hir::Expr *first = ifNode(down(), less(high), low, span);
          high = ifNode(down(), less(low), high, span);
          low = first;
        }
      }
    }
  } else {
    iteration = iterate(stmt.pattern, stmt.in);
    ok = iteration.ok;
    var = newVar(stmt.pattern.isTuple() ? "i" : stmt.pattern.name, i64, false, stmt.pattern.span);
    if (ok) {
      low = integer(0, span).expr;
      high = iteration.count.expr;
    }
  }
  LoopGuard loop(*this);
  if (state->context == Context::Group && ok && (isDivergent(low) || isDivergent(high) || isDivergent(step))) {
    state->isDivergent = true;
    state->divergent.insert(var);
  }
  ++state->loops;
  hir::Block *body = inBlock(stmt.body->span, [&] {
    if (!ok)
      destructure(stmt.pattern, poison(span), false, Why::Loop);
    else if (direct) {
      Local local;
      local.var = var;
      local.why = Why::Loop;
      bind(stmt.pattern.name, local, stmt.pattern.span);
    } else {
      iteration.bind(readVar(var, {}, stmt.pattern.span));
    }
    ScopeGuard guard(*this);
    statements(*stmt.body, false, nullptr);
    return nothing(span);
  }).block;
  --state->loops;
  loop.end();
  if (!ok)
    return false;
  hir::Stmt *result = emit(StmtKind::For, span);
  result->var = var;
  result->value = low;
  result->high = high;
  result->step = step;
  result->body = body;
  result->isParallel = stmt.isParallel;
  return false;
}

bool Checker::mayBeParallel() const {
  if (state->context != Context::Task || state->inLambda || state->inKernel || state->inComprehension || !state->function)
    return false;
  const auto &list = state->function->annotations;
  return std::any_of(list.begin(), list.end(), [](const hir::Annotation &a) { return a.name == "threads"; });
}

bool Checker::whileStmt(const ast::WhileStmt &stmt) {
  Nested test = inBlock(stmt.condition->span, [&] { return condition(stmt.condition); });
  LoopGuard loop(*this);
  if (state->context == Context::Group && !bad(test.value))
    state->isDivergent |= isDivergent(test.value.expr);
  ++state->loops;
  hir::Block *body = plainBlock(*stmt.body);
  --state->loops;
  if (state->context == Context::Group && !bad(test.value) && !state->isDivergent)
    state->divergentExit |= isDivergent(test.value.expr);
  loop.end();
  if (bad(test.value))
    return false;
  hir::Stmt *result = emit(StmtKind::While, stmt.span);
  result->value = blockValue(test, stmt.condition->span).expr;
  result->body = body;
  // `while true` is left by `break` or `return` alone.
  if (result->value->op != Op::Const || !result->value->intValue)
    return false;
  bool leaves = false;
  Visitor visitor;
  visitor.stmt = [&](const ast::Stmt &inner) { leaves |= inner.kind == ast::StmtKind::Break; };
  walk(stmt.body, visitor);
  return !leaves;
}

} // namespace dagger::sema
