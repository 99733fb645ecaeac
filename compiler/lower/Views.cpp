// Arrays inside kernels and scalar functions: never in memory, each read computes its element.
#include "compiler/lower/Lowering.h"
#include "llvm/ADT/SetVector.h"
#include <utility>

using namespace mlir;

namespace dagger::lower {

std::shared_ptr<View> Lowering::viewOf(const Val &value, Location at) {
  if (value.view)
    return value.view;
  auto view = std::make_shared<View>();
  view->extents = extents(value.parts[0], at);
  view->read = [this, value, at](ValueRange indices) { return readElement(value, indices, at, true); };
  return view;
}

// A view is read later, perhaps after a variable has got another value: it keeps those that it was made with.
std::map<const Var *, Val> Lowering::keep(const hir::Block *block) {
  llvm::SetVector<const Var *> vars;
  freeVars(block, vars);
  for (const State::Point &p : state.points)
    if (p.fill)
      vars.insert(p.fill);
  std::map<const Var *, Val> kept;
  for (const Var *v : vars)
    if (auto it = state.env.find(v); it != state.env.end())
      kept.insert(*it);
  return kept;
}
Val Lowering::with(const std::map<const Var *, Val> &kept, const std::function<Val()> &make) {
  std::map<const Var *, Val> outer = state.env;
  for (const auto &[v, value] : kept)
    state.env[v] = value;
  Val out = make();
  state.env = std::move(outer);
  return out;
}

std::shared_ptr<View> Lowering::viewOf(const Expr *e) {
  Location at = loc(e->span);
  auto view = std::make_shared<View>();
  switch (e->op) {
  case Op::At: {
    for (const Expr *a : e->args)
      view->extents.push_back(emitIndex(a));
    auto points = state.points;
    points.push_back({e, e->outsideValue ? freshVar(e->outsideValue->type) : nullptr});
    auto kept = keep(e->blocks[0]);
    if (e->outsideValue)
      kept[points.back().fill] = Val(emitScalar(e->outsideValue));
    view->read = [this, e, at, points, kept, extents = view->extents](ValueRange indices) {
      auto saved = std::make_pair(state.points, state.point);
      state.points = points;
      state.point.clear();
      Val out = with(kept, [&] {
        for (auto [v, index, n] : llvm::zip_equal(e->indexVars, indices, extents))
          state.env[v] = fromIndex(array::BoundedOp::create(builder, at, index, n), scalarType(v->type), at);
        return emitBlock(e->blocks[0], e->type->isArray() ? e->type->element : nullptr);
      });
      std::tie(state.points, state.point) = saved;
      return out;
    };
    return view;
  }
  case Op::Map: {
    auto types = leaves(e->type);
    int rank = types.empty() ? 0 : types[0].rank;
    view->extents.resize(rank);
    SmallVector<Val> values;
    SmallVector<std::shared_ptr<View>> views;
    for (auto [k, a] : llvm::enumerate(e->args)) {
      Val value = emit(a);
      if (!a->type->isArray()) {
        values.push_back(value);
        views.push_back(nullptr);
        continue;
      }
      auto source = viewOf(value, at);
      values.push_back(Val());
      views.push_back(source);
      for (int axis = 0; axis < a->type->rank; ++axis) {
        int target = rank - a->type->rank + axis;
        if (k < e->stretch.size() && (e->stretch[k] >> axis & 1))
          continue;
        Value n = source->extents[axis];
        if (!view->extents[target]) {
          view->extents[target] = n;
        } else if (view->extents[target] != n) {
          Value differ = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::ne, view->extents[target], n);
          failIf(differ, 9003, "extents differ along axis " + std::to_string(target), at);
        }
      }
    }
    for (Value &n : view->extents)
      if (!n)
        n = constIndex(1, at);
    view->read = [this, e, at, rank, values, views, kept = keep(e->lambda->body)](ValueRange indices) {
      SmallVector<Val> elements;
      for (auto [k, source] : llvm::enumerate(views)) {
        if (!source) {
          elements.push_back(values[k]);
          continue;
        }
        Values own;
        int ownRank = int(source->extents.size());
        for (int axis = 0; axis < ownRank; ++axis) {
          bool stretches = k < e->stretch.size() && (e->stretch[k] >> axis & 1);
          own.push_back(stretches ? constIndex(0, at) : indices[rank - ownRank + axis]);
        }
        elements.push_back(source->read(own));
      }
      return with(kept, [&] { return call(e->lambda, elements); });
    };
    return view;
  }
  case Op::Slice: {
    for (const hir::Subscript &s : e->subscripts)
      if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask)
        return nullptr;
    Val array = emit(e->args[0]);
    return sliceView(array, box(array, e->subscripts, at), at).view;
  }
  case Op::Library: return viewLibrary(e).view;
  default: {
    if (e->op != Op::Local && e->op != Op::Field && e->op != Op::Call && e->op != Op::BlockExpr && e->op != Op::Reduce && e->op != Op::ArrayLit)
      return nullptr;
    return viewOf(emit(e), at);
  }
  }
}

Val Lowering::viewLibrary(const Expr *e) {
  Location at = loc(e->span);
  Val out;
  auto view = std::make_shared<View>();
  if (e->text == "zeros" || e->text == "fill") {
    bool isFill = e->text == "fill";
    Val value = isFill ? emit(e->args[0]) : zero(e->type->element, at);
    for (size_t i = isFill; i < e->args.size(); ++i)
      view->extents.push_back(emitIndex(e->args[i]));
    view->read = [value](ValueRange) { return value; };
  } else if (e->text == "iota") {
    view->extents.push_back(emitIndex(e->args[0]));
    view->read = [this, e, at](ValueRange indices) -> Val {
      hir::Type wide;
      wide.kind = TypeKind::Int;
      wide.width = 64;
      return convert(fromIndex(indices[0], builder.getI64Type(), at), &wide, e->type->element, at);
    };
  } else if (e->text == "transpose") {
    auto source = viewOf(emit(e->args[0]), at);
    view->extents = source->extents;
    std::reverse(view->extents.begin(), view->extents.end());
    view->read = [source](ValueRange indices) {
      Values own(indices);
      std::reverse(own.begin(), own.end());
      return source->read(own);
    };
  } else {
    return out;
  }
  out.view = view;
  return out;
}

} // namespace dagger::lower
