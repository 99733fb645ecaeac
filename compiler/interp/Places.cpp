#include "compiler/interp/Places.h"
#include "compiler/interp/Compiler.h"
#include <algorithm>

namespace dagger::interp {

// ---- selecting ------------------------------------------------------------------------------------------------------

template <class F> void Selection::forEach(const ArrayObject &array, F &&each) const {
  if (count == 0)
    return;
  if (isLinear) {
    for (int64_t i = 0; i < count; ++i)
      each(axes[0].at(i), i);
    return;
  }
  int rank = array.rank;
  int64_t position[DG_MAX_RANK] = {}, stride[DG_MAX_RANK];
  for (int64_t axis = rank - 1, step = 1; axis >= 0; --axis) {
    stride[axis] = step;
    step *= array.extents[axis];
  }
  const Axis &inner = axes[size_t(rank - 1)];
  int64_t result = 0;
  for (;;) {
    int64_t base = 0;
    for (int axis = 0; axis < rank - 1; ++axis)
      base += axes[size_t(axis)].at(position[axis]) * stride[axis];
    for (int64_t i = 0; i < inner.count; ++i)
      each(base + inner.at(i), result++);
    int axis = rank - 2;
    while (axis >= 0 && ++position[axis] == axes[size_t(axis)].count)
      position[axis--] = 0;
    if (axis < 0)
      return;
  }
}

static void finish(Selection &selection) {
  selection.resultRank = 0;
  selection.count = 1;
  for (const Selection::Axis &axis : selection.axes) {
    selection.count *= axis.count;
    if (!axis.isDropped)
      selection.resultExtents[selection.resultRank++] = axis.count;
  }
}

static void selectMask(Frame &frame, Span span, const ArrayObject &mask, const ArrayObject &array, size_t axis,
                       Selection &selection) {
  Selection::Axis &selected = selection.axes.emplace_back();
  selected.isList = true;
  selection.isLinear = mask.rank > 1;
  for (int a = 0; a < mask.rank; ++a)
    if (mask.extents[a] != array.extents[axis + size_t(a)])
      fail(frame, span, failures::ExtentsDiffer,
           failures::extentsDiffer(mask.extents[a], array.extents[axis + size_t(a)], int64_t(axis) + a));
  for (int64_t i = 0; i < mask.count; ++i)
    if (at<bool>(mask.data + i))
      selected.list.push_back(i);
  selected.count = int64_t(selected.list.size());
}

Selection select(Frame &frame, Span span, const std::vector<SubscriptNode> &subscripts, const ArrayObject &array) {
  Selection selection;
  for (size_t axis = 0; axis < subscripts.size(); ++axis) {
    const SubscriptNode &s = subscripts[axis];
    int64_t extent = array.extents[axis];
    auto inRange = [&](int64_t index) {
      if (index < 0 || index >= extent)
        fail(frame, span, failures::IndexOutOfRange, failures::indexOutOfRange(index, int64_t(axis), extent));
      return index;
    };
    ArrayRef keep;
    if (s.kind == hir::Subscript::Mask) {
      selectMask(frame, span, *s.list->peek(frame, keep), array, axis, selection);
      continue;
    }
    Selection::Axis &selected = selection.axes.emplace_back();
    if (s.kind == hir::Subscript::Index) {
      selected.start = inRange(s.value->eval(frame));
      selected.count = 1;
      selected.isDropped = true;
    } else if (s.kind == hir::Subscript::Gather) {
      const ArrayRef &list = s.list->peek(frame, keep);
      selected.isList = true;
      selected.count = list->count;
      withScalar(s.listElement, [&]<class T>() {
        if constexpr (std::is_integral_v<T>)
          for (int64_t i = 0; i < list->count; ++i)
            selected.list.push_back(inRange(int64_t(at<T>(list->data + i * int64_t(sizeof(T))))));
      });
    } else {
      int64_t low = s.low ? s.low->eval(frame) : 0, high = s.high ? s.high->eval(frame) : extent;
      int64_t step = s.step ? s.step->eval(frame) : 1;
      if (step == 0)
        fail(frame, span, failures::BadExtentOrStep, failures::stepIsZero());
      if (low < 0 || high < low || high > extent)
        fail(frame, span, failures::SliceOutOfRange, failures::sliceOutOfRange(low, high, int64_t(axis), extent));
      uint64_t width = step < 0 ? 0 - uint64_t(step) : uint64_t(step);
      selected.start = step > 0 ? low : high - 1;
      selected.step = step;
      selected.count = high == low ? 0 : int64_t(uint64_t(high - low - 1) / width) + 1;
    }
  }
  finish(selection);
  return selection;
}

Selection selectTile(Frame &frame, Span span, const std::vector<IndexNode *> &tile, const ArrayObject &array) {
  Selection selection;
  for (int axis = 0; axis < array.rank; ++axis) {
    int64_t index = tile[size_t(axis)]->eval(frame), extent = array.extents[axis], chunk = array.chunk[axis];
    if (array.chunk[0] == 0)
      fail(frame, span, failures::BadExtentOrStep, "tiles of an array that was given no chunks");
    int64_t tiles = (extent + chunk - 1) / chunk;
    if (index < 0 || index >= tiles)
      fail(frame, span, failures::IndexOutOfRange, failures::indexOutOfRange(index, axis, tiles));
    Selection::Axis &selected = selection.axes.emplace_back();
    selected.start = index * chunk;
    selected.count = std::min(chunk, extent - selected.start);
  }
  finish(selection);
  return selection;
}

bool overlap(const Selection &a, const Selection &b) {
  if (a.isLinear || b.isLinear)
    return a.count && b.count; // masks of the whole array are compared as one: only empty ones are surely apart
  for (size_t axis = 0; axis < a.axes.size(); ++axis) {
    std::vector<int64_t> left, right, both;
    for (int64_t i = 0; i < a.axes[axis].count; ++i)
      left.push_back(a.axes[axis].at(i));
    for (int64_t i = 0; i < b.axes[axis].count; ++i)
      right.push_back(b.axes[axis].at(i));
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(both));
    if (both.empty())
      return false;
  }
  return true;
}

ArrayRef gather(const ArrayObject &array, const Selection &selection) {
  ArrayRef result = ArrayRef::create(array.element, selection.resultRank, selection.resultExtents);
  const Layout *element = array.element;
  size_t size = element->size;
  selection.forEach(array, [&](int64_t from, int64_t to) {
    element->copy(result->data + size_t(to) * size, array.data + size_t(from) * size);
  });
  return result;
}

// ---- places ---------------------------------------------------------------------------------------------------------

static void throwIfFailed(Frame &frame, const std::vector<size_t> &checks) {
  for (size_t offset : checks)
    if (const FailureRef *failed = failedIn(frame.slot(offset)))
      throw Fail{*failed, Fail::Future};
}

Selection PlaceNode::resolve(Frame &frame) const {
  if (isWhole())
    return {};
  throwIfFailed(frame, checks);
  ArrayObject &array = *at<ArrayRef>(frame.slot(slot));
  if (isTile)
    return selectTile(frame, span, tile, array);
  if (hasSubscripts)
    return select(frame, span, subscripts, array);
  Selection all;
  for (int axis = 0; axis < array.rank; ++axis)
    all.axes.push_back({0, 1, array.extents[axis], false, false, {}});
  finish(all);
  return all;
}

void PlaceNode::check(Frame &frame) const {
  throwIfFailed(frame, checks);
  if (const FailureRef *failed = failureIn(frame.slot(slot), whole))
    throw Fail{*failed, Fail::Future};
}

void PlaceNode::take(Frame &frame, const Selection &selection, std::byte *to) const {
  if (isWhole()) { // moved, so that an array is not shared while the callee changes it
    std::swap(failedIn(to), failedIn(frame.slot(slot)));
    whole->move(to, frame.slot(slot));
    return;
  }
  throwIfFailed(frame, checks);
  ArrayObject &array = *at<ArrayRef>(frame.slot(slot));
  if (isElement) {
    const Layout *part = field ? field : array.element;
    selection.forEach(array, [&](int64_t from, int64_t) {
      part->copy(to, array.data + size_t(from) * array.element->size + fieldOffset);
    });
  } else if (field) {
    ArrayRef part = ArrayRef::create(field, selection.resultRank, selection.resultExtents);
    selection.forEach(array, [&](int64_t from, int64_t i) {
      field->copy(part->data + size_t(i) * field->size, array.data + size_t(from) * array.element->size + fieldOffset);
    });
    at<ArrayRef>(to) = std::move(part);
  } else {
    at<ArrayRef>(to) = gather(array, selection);
  }
}

void PlaceNode::put(Frame &frame, const Selection &selection, std::byte *from, const Layout *layout) const {
  std::byte *to = frame.slot(slot);
  if (isWhole()) {
    clearFailed(to);
    std::swap(failedIn(to), failedIn(from));
    whole->move(to, from);
    return;
  }
  ArrayObject &array = at<ArrayRef>(to).own();
  const Layout *part = field ? field : array.element;
  size_t stride = array.element->size;
  auto target = [&](int64_t i) { return array.data + size_t(i) * stride + fieldOffset; };
  if (!layout->type->isArray()) { // one value for all
    selection.forEach(array, [&](int64_t i, int64_t) { part->copy(target(i), from); });
    return;
  }
  const ArrayObject &values = *at<ArrayRef>(from);
  int offset = selection.resultRank - values.rank; // a value of lower rank goes to each row
  for (int axis = 0; axis < values.rank; ++axis)
    if (offset < 0 || values.extents[axis] != selection.resultExtents[axis + offset])
      fail(frame, span, failures::ExtentsDiffer,
           failures::extentsDiffer(offset < 0 ? 0 : selection.resultExtents[axis + offset], values.extents[axis], axis));
  selection.forEach(array, [&](int64_t i, int64_t k) {
    part->copy(target(i), values.data + size_t(k % values.count) * part->size);
  });
}

// ---- compiling ------------------------------------------------------------------------------------------------------

SubscriptNode Compiler::subscript(const hir::Subscript &s) {
  SubscriptNode node{s.kind};
  if (s.kind == hir::Subscript::Gather || s.kind == hir::Subscript::Mask) {
    node.list = array(s.value);
    node.listElement = s.value->type->element;
  } else {
    node.value = s.value ? index(s.value) : nullptr;
    node.low = s.low ? index(s.low) : nullptr;
    node.high = s.high ? index(s.high) : nullptr;
    node.step = s.step ? index(s.step) : nullptr;
  }
  return node;
}

PlaceNode Compiler::place(const hir::Place &p) {
  PlaceNode node;
  node.root = p.root;
  node.span = p.span;
  node.slot = slotOf(p.root);
  node.whole = layout(p.root->type);
  if (isLazy())
    node.checks.push_back(node.slot);
  for (const hir::Place::Step &step : p.path) {
    if (step.kind == hir::Place::Step::Field) {
      node.fields.push_back(step.field);
      if (node.whole->type->isTuple()) {
        auto [offset, field] = node.whole->fields[size_t(step.field)];
        node.slot += offset;
        node.whole = field;
        if (isLazy())
          node.checks.push_back(node.slot);
      } else {
        const Layout *tuple = node.field ? node.field : layout(node.whole->type->element);
        node.fieldOffset += tuple->fields[size_t(step.field)].first;
        node.field = tuple->fields[size_t(step.field)].second;
      }
    } else if (step.kind == hir::Place::Step::Tile) {
      node.isTile = true;
      for (const hir::Expr *e : step.tile)
        node.tile.push_back(index(e));
    } else {
      node.hasSubscripts = node.isElement = true;
      for (const hir::Subscript &s : step.subscripts) {
        node.subscripts.push_back(subscript(s));
        node.isElement = node.isElement && s.kind == hir::Subscript::Index;
      }
    }
  }
  if (p.path.empty())
    for (const hir::Expr *e : p.root->chunks)
      node.chunks.push_back(index(e));
  return node;
}

void PlaceNode::rechunk(Frame &frame) const {
  if (chunks.empty())
    return;
  ArrayRef &array = at<ArrayRef>(frame.slot(slot));
  array.own();
  for (size_t axis = 0; axis < chunks.size(); ++axis)
    array->chunk[axis] = chunks[axis]->eval(frame);
}

namespace {

struct SliceNode final : ArrayNode {
  ArrayNode *from;
  std::vector<SubscriptNode> subscripts;
  SliceNode(ArrayNode *from, std::vector<SubscriptNode> subscripts) : from(from), subscripts(std::move(subscripts)) {}
  ArrayRef eval(Frame &frame) override {
    ArrayRef keep;
    ArrayRef array = from->peek(frame, keep);
    Selection selection = select(frame, span, subscripts, *array);
    return located(frame, span, [&] { return gather(*array, selection); });
  }
};

struct TileNode final : ArrayNode {
  ArrayNode *from;
  std::vector<IndexNode *> tile;
  TileNode(ArrayNode *from, std::vector<IndexNode *> tile) : from(from), tile(std::move(tile)) {}
  ArrayRef eval(Frame &frame) override {
    ArrayRef keep;
    ArrayRef array = from->peek(frame, keep);
    Selection selection = selectTile(frame, span, tile, *array);
    return located(frame, span, [&] { return gather(*array, selection); });
  }
};

struct TilesNode final : IndexNode {
  ArrayNode *from;
  int axis;
  TilesNode(ArrayNode *from, int axis) : from(from), axis(axis) {}
  int64_t eval(Frame &frame) override {
    ArrayRef keep;
    const ArrayRef &array = from->peek(frame, keep);
    if (array->chunk[0] == 0)
      fail(frame, span, failures::BadExtentOrStep, "tiles of an array that was given no chunks");
    return (array->extents[axis] + array->chunk[axis] - 1) / array->chunk[axis];
  }
};

// x = e
struct AssignAction final : Action {
  Node *value;
  PlaceNode place;
  const Layout *layout;
  size_t temporary;
  Mode mode;
  AssignAction(Node *value, PlaceNode place, const Layout *layout, size_t temporary, Mode mode)
      : value(value), place(std::move(place)), layout(layout), temporary(temporary), mode(mode) {}
  Flow run(Frame &frame) override {
    try {
      std::byte *made = frame.slot(temporary);
      value->evalTo(frame, made);
      Selection selection = place.resolve(frame);
      located(frame, span, [&] { place.put(frame, selection, made, layout); });
    } catch (Fail &failure) {
      if (!isCaught(mode, failure.kind))
        throw;
      setFailed(frame, frame.slot(place.slot), place.whole, failure.failure);
    }
    return Flow::Next;
  }
};

// x = e for a variable that cannot hold a failed value
template <class T> struct StoreAction final : Action {
  Typed<T> *value;
  size_t offset;
  StoreAction(Typed<T> *value, size_t offset) : value(value), offset(offset) {}
  Flow run(Frame &frame) override {
    at<T>(frame.slot(offset)) = value->eval(frame);
    return Flow::Next;
  }
};

// a[i, j] = e
template <class T> struct ElementStore final : Action {
  Typed<T> *value;
  size_t slot;
  std::vector<IndexNode *> indices;
  ElementStore(Typed<T> *value, size_t slot, std::vector<IndexNode *> indices)
      : value(value), slot(slot), indices(std::move(indices)) {}
  Flow run(Frame &frame) override {
    T made = value->eval(frame);
    ArrayRef &ref = at<ArrayRef>(frame.slot(slot));
    int64_t position = 0;
    for (size_t axis = 0; axis < indices.size(); ++axis) {
      int64_t index = indices[axis]->eval(frame), extent = ref->extents[axis];
      if (uint64_t(index) >= uint64_t(extent)) [[unlikely]]
        fail(frame, span, failures::IndexOutOfRange, failures::indexOutOfRange(index, int64_t(axis), extent));
      position = position * extent + index;
    }
    ArrayObject &array = ref->refs == 1 ? *ref : located(frame, span, [&]() -> std::reference_wrapper<ArrayObject> {
      return ref.own();
    }).get();
    at<T>(array.data + position * int64_t(sizeof(T))) = std::move(made);
    return Flow::Next;
  }
};

template <class T> struct AtomicAction final : Action {
  using Combine = T (*)(T, T);
  Typed<T> *value;
  PlaceNode place;
  Combine combine;
  AtomicAction(Typed<T> *value, PlaceNode place, Combine combine)
      : value(value), place(std::move(place)), combine(combine) {}
  Flow run(Frame &frame) override {
    T operand = value->eval(frame);
    Selection selection = place.resolve(frame);
    if (place.isWhole()) {
      T &target = at<T>(frame.slot(place.slot));
      target = combine(target, operand);
      return Flow::Next;
    }
    ArrayObject &array = at<ArrayRef>(frame.slot(place.slot)).own();
    selection.forEach(array, [&](int64_t i, int64_t) {
      T &target = at<T>(array.data + i * int64_t(array.element->size) + int64_t(place.fieldOffset));
      target = combine(target, operand);
    });
    return Flow::Next;
  }
};

} // namespace

Node *Compiler::slice(const hir::Expr *e) {
  ArrayNode *from = array(e->args[0]);
  std::vector<SubscriptNode> subscripts;
  for (const hir::Subscript &s : e->subscripts)
    subscripts.push_back(subscript(s));
  return make<SliceNode>(e->span, from, std::move(subscripts));
}

Node *Compiler::tile(const hir::Expr *e) {
  ArrayNode *from = array(e->args[0]);
  std::vector<IndexNode *> tile;
  for (size_t i = 1; i < e->args.size(); ++i)
    tile.push_back(index(e->args[i]));
  return make<TileNode>(e->span, from, std::move(tile));
}

Node *Compiler::tiles(const hir::Expr *e) {
  return make<TilesNode>(e->span, static_cast<ArrayNode *>(looked(e->args[0])), int(e->intValue));
}

Action *Compiler::assign(const hir::Stmt *s) {
  Node *value = expr(s->value);
  PlaceNode target = place(s->place);
  const Layout *valueLayout = layout(s->value->type);
  if (!isLazy() && !valueLayout->type->isTuple()) {
    if (target.isWhole())
      return withValue(valueLayout->type, [&]<class T>() -> Action * {
        return make<StoreAction<T>>(s->span, static_cast<Typed<T> *>(value), target.slot);
      });
    if (target.isElement && !target.field && !valueLayout->type->isArray()) {
      std::vector<IndexNode *> indices;
      for (const SubscriptNode &subscript : target.subscripts)
        indices.push_back(subscript.value);
      return withScalar(valueLayout->type, [&]<class T>() -> Action * {
        return make<ElementStore<T>>(s->place.span, static_cast<Typed<T> *>(value), target.slot, std::move(indices));
      });
    }
  }
  if (!target.span.valid())
    target.span = s->span;
  return make<AssignAction>(s->span, value, std::move(target), valueLayout, newSlot(valueLayout), mode);
}

Action *Compiler::atomic(const hir::Stmt *s) {
  return withScalar(s->place.type, [&]<class T>() -> Action * {
    if constexpr (isInteger<T>) {
      T (*combine)(T, T) = nullptr;
      switch (s->op) {
      case hir::Op::Add: combine = [](T a, T b) { return T(std::make_unsigned_t<T>(a) + std::make_unsigned_t<T>(b)); }; break;
      case hir::Op::Sub: combine = [](T a, T b) { return T(std::make_unsigned_t<T>(a) - std::make_unsigned_t<T>(b)); }; break;
      case hir::Op::BitAnd: combine = [](T a, T b) { return T(a & b); }; break;
      case hir::Op::BitOr: combine = [](T a, T b) { return T(a | b); }; break;
      case hir::Op::BitXor: combine = [](T a, T b) { return T(a ^ b); }; break;
      default:
        if (s->text == "min")
          combine = [](T a, T b) { return std::min(a, b); };
        else if (s->text == "max")
          combine = [](T a, T b) { return std::max(a, b); };
        else
          throw PlainFailure{NotInterpreted, "the reference execution has no such atomic operation"};
      }
      Typed<T> *value = typed<T>(s->value);
      PlaceNode target = place(s->place);
      if (!target.span.valid())
        target.span = s->span;
      return make<AtomicAction<T>>(s->span, value, std::move(target), combine);
    } else {
      throw PlainFailure{NotInterpreted, "an atomic operation on " + hir::toString(s->place.type)};
    }
  });
}

} // namespace dagger::interp
