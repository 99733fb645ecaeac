// Subscripts: elements, slices, gathers, masks, and reads at constant offsets in point kernels.
#include "compiler/sema/Checker.h"
#include <algorithm>

namespace dagger::sema {

using hir::Op;
using hir::Subscript;

// The index variable and the constant of `i`, `i + c`, `i - c`, `c + i`.
bool Checker::constantOffset(const hir::Expr *expr, hir::Var *&indexVar, int64_t &offset) {
  auto isIndex = [&](const hir::Expr *e) {
    if (e->op != Op::Local)
      return false;
    for (const KernelFrame *frame = state->kernel; frame; frame = frame->parent)
      for (const hir::Var *var : frame->indexVars)
        if (var == e->var)
          return true;
    return false;
  };
  if (isIndex(expr)) {
    indexVar = expr->var;
    offset = 0;
    return true;
  }
  if ((expr->op != Op::Add && expr->op != Op::Sub) || expr->type != i64)
    return false;
  const hir::Expr *a = expr->args[0], *b = expr->args[1];
  if (expr->op == Op::Add && isIndex(b))
    std::swap(a, b);
  auto constant = foldInteger(b);
  if (!isIndex(a) || !constant || *constant < -1000000 || *constant > 1000000)
    return false;
  indexVar = a->var;
  offset = expr->op == Op::Sub ? -*constant : *constant;
  return true;
}

// Without a rule for what is outside, an offset must stay inside.
void Checker::checkOffset(const hir::Expr *subscript, const Extent &extent, const hir::Type *type, Span span, const std::string &array) {
  hir::Var *var = nullptr;
  int64_t offset = 0;
  if (!constantOffset(subscript, var, offset))
    return;
  for (const KernelFrame *frame = state->kernel; frame; frame = frame->parent)
    for (size_t i = 0; i < frame->indexVars.size(); ++i) {
      if (frame->indexVars[i] != var)
        continue;
      for (const KernelFrame *inner = state->kernel; inner; inner = inner->parent)
        for (const hir::Var *guarded : inner->guarded)
          if (guarded == var)
            return;
      const Extent &space = frame->extents[i];
      bool below = offset < 0;
      bool above = offset >= 0 && space.comparable(extent) && __int128(space.number) + offset > extent.number;
      if (!below && !above)
        return;
      Diagnostic &d = error(4004, span, "this can read outside of " + array + (below ? ": `" + var->name + "` starts at 0" : ""));
      if (above)
        d.notes.push_back({{}, "`" + var->name + "` goes up to " + toString(space) + " (exclusive), the extent here is " + toString(extent)});
      if (frame->outside == hir::Outside::Value && frame->outsideType)
        d.notes.push_back({{}, "the value outside is " + toString(frame->outsideType) + ", what is read is " + toString(type)});
      d.help = "say what is read there: `outside clamp`, `wrap`, `reflect` or a value";
      return;
    }
}

// Whether an index at this offset is known to stay inside.
static bool staysInside(const Extent &space, const Extent &extent, int64_t offset) {
  return offset == 0 && space.comparable(extent) && space.number <= extent.number;
}

// An axis that follows the rule of its kernel in a read whose other subscripts are gathers: the rule as arithmetic on the
// index, or, where a value stands for what is outside, the condition under which nothing does.
hir::Expr *Checker::ruledIndex(hir::Outside rule, hir::Expr *index, hir::Expr *extent, hir::Expr *&isInside) {
  const Span span = index->span;
  auto op = [&](Op code, hir::Expr *a, hir::Expr *b) { return node(code, i64, span, {a, b}); };
  auto less = [&](hir::Expr *a, hir::Expr *b) { return node(Op::Lt, boolType, span, {a, b}); };
  hir::Expr *zero = integer(0, span).expr, *one = integer(1, span).expr, *two = integer(2, span).expr;
  auto atLeast = [&](hir::Expr *a, hir::Expr *least) { return ifNode(less(a, least), least, a, span); };
  hir::Expr *last = op(Op::Sub, extent, one);
  switch (rule) {
  case hir::Outside::Clamp: {
    hir::Expr *up = atLeast(index, zero);
    return ifNode(less(last, up), last, up, span);
  }
  case hir::Outside::Wrap: return op(Op::Mod, index, atLeast(extent, one));
  case hir::Outside::Reflect: {
    hir::Expr *period = atLeast(op(Op::Mul, two, last), one), *wave = op(Op::Mod, index, period);
    return ifNode(less(last, wave), op(Op::Sub, period, wave), wave, span);
  }
  case hir::Outside::Value: {
    hir::Expr *inside = ifNode(less(index, zero), constant(boolType, span, 0).expr, less(index, extent), span);
    isInside = isInside ? ifNode(isInside, inside, constant(boolType, span, 0).expr, span) : inside;
    return index;
  }
  case hir::Outside::None: break;
  }
  return index;
}

static std::string describe(const ast::Expr *object) {
  if (object->kind == ast::ExprKind::Name)
    return "`" + static_cast<const ast::NameExpr *>(object)->name + "`";
  return "the array";
}

std::vector<Subscript> Checker::subscripts(const Value &object, const ast::IndexExpr &expr, Shape &shape, const hir::Type *&type, bool &ok) {
  std::vector<Subscript> result;
  const hir::Type *array = object.type();
  const size_t rank = size_t(array->rank);
  shape = {};
  // One mask of the array's own rank.
  if (expr.subscripts.size() == 1 && rank > 1 && expr.subscripts[0].kind == ast::Subscript::Value && expr.subscripts[0].value->kind != ast::ExprKind::Range) {
    Value mask = check(expr.subscripts[0].value, i64);
    if (bad(mask)) {
      ok = false;
      return result;
    }
    if (mask.type()->isArray() && mask.type()->element == boolType && mask.type()->rank == array->rank) {
      Subscript subscript;
      subscript.kind = Subscript::Mask;
      subscript.value = mask.expr;
      result.push_back(subscript);
      shape.extents.push_back({});
      type = program->array(array->element, 1);
      return result;
    }
  }
  if (expr.subscripts.size() != rank) {
    Diagnostic &d = error(4002, expr.span, "the number of subscripts is the rank: expected " + std::to_string(rank) + ", found " + std::to_string(expr.subscripts.size()));
    if (expr.subscripts.size() < rank)
      d.help = "write `..` for all of an axis";
    ok = false;
    return result;
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    const ast::Subscript &written = expr.subscripts[axis];
    Extent extent = axis < object.shape.extents.size() ? object.shape.extents[axis] : Extent();
    Subscript subscript;
    const ast::Expr *low = written.low, *high = written.high, *step = written.step;
    bool isRange = written.kind == ast::Subscript::Slice;
    if (!isRange && written.value && written.value->kind == ast::ExprKind::Range) {
      auto &range = *static_cast<const ast::RangeExpr *>(written.value);
      isRange = true;
      low = range.low;
      high = range.high;
      step = range.step;
    }
    if (isRange) {
      subscript.kind = Subscript::Range;
      auto bound = [&](const ast::Expr *e) -> hir::Expr * {
        if (!e)
          return nullptr;
        Value value = check(e, i64);
        if (bad(value) || !isInteger(value.type())) {
          if (!bad(value))
            mismatch(e->span, i64, value.type(), "the bounds of a range are integers");
          ok = false;
          return nullptr;
        }
        return convertScalar(value, i64, e->span).expr;
      };
      subscript.low = bound(low);
      subscript.high = bound(high);
      subscript.step = bound(step);
      if (subscript.step)
        if (auto constant = foldInteger(subscript.step); constant && *constant == 0) {
          error(3029, step->span, "the step of a range cannot be 0");
          ok = false;
        }
      Extent from = subscript.low ? extentOf(subscript.low) : Extent::of(0), to = subscript.high ? extentOf(subscript.high) : extent;
      if (to.kind == Extent::Number && extent.kind == Extent::Number && to.number > extent.number) {
        error(4007, high->span, "the range ends at " + std::to_string(to.number) + ", the extent is " + std::to_string(extent.number));
        ok = false;
      }
      Extent count;
      if (!subscript.step) {
        if (to.comparable(from)) {
          int64_t n;
          if (!__builtin_sub_overflow(to.number, from.number, &n))
            count = Extent::of(std::max<int64_t>(n, 0));
        } else if (from.kind == Extent::Number && to.kind == Extent::Symbol) {
          count = to;
          if (__builtin_sub_overflow(to.number, from.number, &count.number))
            count = {};
        }
      }
      shape.extents.push_back(count);
      result.push_back(subscript);
      continue;
    }
    Value value = check(written.value, i64);
    if (bad(value)) {
      ok = false;
      continue;
    }
    subscript.value = value.expr;
    const hir::Type *indexType = value.type();
    if (isInteger(indexType)) {
      subscript.kind = Subscript::Index;
      if (auto constant = foldInteger(value.expr)) {
        if (*constant < 0 && indexType->isSigned) {
          error(4007, written.span, "index " + std::to_string(*constant) + " is out of range: negative ones are").help = "count from the end with `len(…) - 1`";
          ok = false;
        } else if (extent.kind == Extent::Number && *constant >= extent.number) {
          error(4007, written.span, "index " + std::to_string(*constant) + " is out of range: the extent is " + std::to_string(extent.number));
          ok = false;
        }
      }
    } else if (indexType->isArray() && indexType->rank == 1 && isInteger(indexType->element)) {
      subscript.kind = Subscript::Gather;
      shape.extents.push_back(value.shape.extents.empty() ? Extent() : value.shape.extents[0]);
    } else if (indexType->isArray() && indexType->rank == 1 && indexType->element == boolType) {
      subscript.kind = Subscript::Mask;
      if (!value.shape.extents.empty() && differ(value.shape.extents[0], extent)) {
        error(4001, written.span, "the extents differ: the mask has " + toString(value.shape.extents[0]) + ", the array has " + toString(extent) + " along axis " + std::to_string(axis));
        ok = false;
      }
      shape.extents.push_back({});
    } else {
      Diagnostic &d = error(3017, written.span, "a subscript is an integer, a range, an index array or a mask; this is " + toString(indexType));
      if (isFloat(indexType))
        d.help = "convert it: i64(…)";
      ok = false;
    }
    result.push_back(subscript);
  }
  type = shape.extents.empty() ? array->element : program->array(array->element, int(shape.extents.size()));
  return result;
}

Value Checker::stringSlice(Value object, const ast::IndexExpr &expr) {
  const ast::Expr *low = nullptr, *high = nullptr, *step = nullptr;
  bool ok = expr.subscripts.size() == 1;
  if (ok) {
    const ast::Subscript &s = expr.subscripts[0];
    low = s.low;
    high = s.high;
    step = s.step;
    if (s.kind == ast::Subscript::Value) {
      ok = s.value->kind == ast::ExprKind::Range;
      if (ok) {
        auto &range = *static_cast<const ast::RangeExpr *>(s.value);
        low = range.low;
        high = range.high;
        step = range.step;
      }
    }
  }
  if (!ok || step) {
    error(3017, expr.span, "a part of a text is written s[a..b]").help = "the code point at i is s[i..i+1]";
    return poison(expr.span);
  }
  object = once(object, "text");
  Value from = low ? checkScalar(low, i64, "") : integer(0, expr.span);
  Value to;
  if (high) {
    to = checkScalar(high, i64, "");
  } else {
    to = library("str.len", i64, expr.span, {object.expr});
  }
  if (bad(from) || bad(to))
    return poison(expr.span);
  return library("str.slice", strType, expr.span, {object.expr, from.expr, to.expr});
}

Value Checker::index(const ast::IndexExpr &expr) {
  Value object = check(expr.object);
  if (bad(object)) {
    for (const auto &s : expr.subscripts)
      for (const ast::Expr *part : {s.value, s.low, s.high, s.step})
        if (part && part->kind != ast::ExprKind::Range)
          check(part);
    return poison(expr.span);
  }
  if (object.type() == strType)
    return stringSlice(object, expr);
  if (!object.type()->isArray()) {
    Diagnostic &d = error(3017, expr.span, toString(object.type()) + " has no subscripts");
    if (object.type()->isTuple())
      d.help = "write `.0` for the first element of a tuple, `.name` for a field";
    return poison(expr.span);
  }
  bool ok = true;
  Shape shape;
  const hir::Type *type = errorType;
  std::vector<Subscript> subs = subscripts(object, expr, shape, type, ok);
  if (!ok)
    return poison(expr.span);
  bool allIndex = true;
  for (const Subscript &s : subs)
    allIndex &= s.kind == Subscript::Index;
  if (!allIndex) {
    Value result = make(Op::Slice, type, expr.span, {object.expr}, shape);
    result.expr->subscripts = std::move(subs);
    return result;
  }
  // Constant offsets of one kernel's index variables, under its rule for what is outside.
  KernelFrame *ruled = nullptr;
  bool isPoint = true; // the kernel's own, and known to be inside
  std::vector<hir::Var *> vars;
  std::vector<int64_t> offsets;
  bool constantOffsets = state->kernel != nullptr;
  for (size_t axis = 0; axis < subs.size(); ++axis) {
    const Subscript &s = subs[axis];
    hir::Var *var = nullptr;
    int64_t offset = 0;
    if (!constantOffsets || !constantOffset(s.value, var, offset)) {
      constantOffsets = false;
      break;
    }
    KernelFrame *owner = state->kernel;
    while (owner && std::find(owner->indexVars.begin(), owner->indexVars.end(), var) == owner->indexVars.end())
      owner = owner->parent;
    constantOffsets = owner && owner->outside != hir::Outside::None && (!ruled || ruled == owner);
    ruled = owner;
    isPoint &= owner && axis < object.shape.extents.size() &&
               staysInside(owner->extents[size_t(std::find(owner->indexVars.begin(), owner->indexVars.end(), var) - owner->indexVars.begin())], object.shape.extents[axis], offset);
    vars.push_back(var);
    offsets.push_back(offset);
  }
  // A literal value takes the type of what is read under the rule, not of what is only read at the point.
  auto rules = [&](KernelFrame &frame, bool isPoint) {
    return frame.outside != hir::Outside::None && (frame.outside != hir::Outside::Value || ((!isPoint || frame.outsideType || frame.hint == type) && outsideFor(frame, type)));
  };
  if (constantOffsets && ruled && rules(*ruled, isPoint) && (!ruled->outsideType || ruled->outsideType == type)) {
    Value result = make(Op::OffsetRead, type, expr.span, {object.expr});
    result.expr->indexVars = vars;
    result.expr->offsets = offsets;
    return result;
  }
  hir::Expr *isInside = nullptr, *outsideValue = nullptr;
  for (size_t axis = 0; axis < subs.size() && state->kernel; ++axis) {
    hir::Var *var = nullptr;
    int64_t offset = 0;
    KernelFrame *owner = constantOffset(subs[axis].value, var, offset) ? state->kernel : nullptr;
    while (owner && std::find(owner->indexVars.begin(), owner->indexVars.end(), var) == owner->indexVars.end())
      owner = owner->parent;
    Extent extent = axis < object.shape.extents.size() ? object.shape.extents[axis] : Extent();
    size_t which = owner ? size_t(std::find(owner->indexVars.begin(), owner->indexVars.end(), var) - owner->indexVars.begin()) : 0;
    if (owner && staysInside(owner->extents[which], extent, offset))
      continue;
    if (owner && rules(*owner, false)) {
      hir::Expr *count = node(Op::Extent, i64, expr.span, {object.expr});
      count->intValue = int64_t(axis);
      subs[axis].value = ruledIndex(owner->outside, subs[axis].value, count, isInside);
      if (owner->outside == hir::Outside::Value && !outsideValue)
        outsideValue = outsideFor(*owner, type);
    } else {
      checkOffset(subs[axis].value, extent, type, expr.subscripts[axis].span.valid() ? expr.subscripts[axis].span : expr.span, describe(expr.object));
    }
  }
  std::vector<hir::Expr *> args = {object.expr};
  for (const Subscript &s : subs)
    args.push_back(s.value);
  Value element = make(Op::Element, type, expr.span, args);
  if (isInside)
    element.expr = ifNode(isInside, element.expr, outsideValue, expr.span);
  return element;
}

hir::Expr *Checker::tileIndex(const ast::Expr *expr) {
  Value value = check(expr, i64);
  if (bad(value))
    return nullptr;
  if (!isInteger(value.type())) {
    mismatch(expr->span, i64, value.type(), "the indices of a tile are integers");
    return nullptr;
  }
  return convertScalar(value, i64, expr->span).expr;
}

std::vector<hir::Expr *> Checker::tileIndices(const Value &array, const ast::Call &call) {
  std::vector<hir::Expr *> indices;
  if (int(call.args.size()) != array.type()->rank) {
    error(4002, call.span, "the number of tile indices is the rank: expected " + std::to_string(array.type()->rank) + ", found " + std::to_string(call.args.size()));
    return {};
  }
  for (const ast::Argument &argument : call.args) {
    hir::Expr *index = tileIndex(argument.value);
    if (!index)
      return {};
    indices.push_back(index);
  }
  return indices;
}

} // namespace dagger::sema
