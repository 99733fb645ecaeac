// Array literals, extents and single elements.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"

namespace dagger::interp {
namespace {

struct ExtentNode final : IndexNode {
  ArrayNode *array;
  int axis;
  ExtentNode(ArrayNode *array, int axis) : array(array), axis(axis) {}
  int64_t eval(Frame &frame) override {
    ArrayRef keep;
    return array->peek(frame, keep)->extents[axis];
  }
};

struct ArrayLiteralNode final : ArrayNode {
  const Layout *element;
  int rank;
  std::vector<Node *> args;
  size_t temporary; // an element, or an array that is stacked
  bool stacks;
  ArrayLiteralNode(const Layout *element, int rank, std::vector<Node *> args, size_t temporary, bool stacks)
      : element(element), rank(rank), args(std::move(args)), temporary(temporary), stacks(stacks) {}
  ArrayRef eval(Frame &frame) override {
    int64_t extents[DG_MAX_RANK] = {int64_t(args.size())};
    if (!stacks) {
      ArrayRef result = ArrayRef::create(element, 1, extents);
      for (size_t i = 0; i < args.size(); ++i) {
        args[i]->evalTo(frame, frame.slot(temporary));
        element->copy(result->data + i * element->size, frame.slot(temporary));
      }
      return result;
    }
    ArrayRef result;
    for (size_t i = 0; i < args.size(); ++i) {
      args[i]->evalTo(frame, frame.slot(temporary));
      ArrayRef part = at<ArrayRef>(frame.slot(temporary));
      if (i == 0) {
        std::copy(part->extents, part->extents + rank - 1, extents + 1);
        result = located(frame, span, [&] { return ArrayRef::create(element, rank, extents); });
      }
      for (int axis = 0; axis + 1 < rank; ++axis)
        if (part->extents[axis] != extents[axis + 1])
          fail(frame, span, failures::ExtentsDiffer, failures::extentsDiffer(extents[axis + 1], part->extents[axis], axis));
      for (int64_t k = 0; k < part->count; ++k)
        element->copy(result->data + (int64_t(i) * part->count + k) * int64_t(element->size),
                      part->data + k * int64_t(element->size));
    }
    return result;
  }
};

// Where an array is read from. In strict code most are variables, which are reached without a call.
struct Source {
  ArrayNode *array;
  size_t slot; // 0: no variable
  const ArrayObject &get(Frame &frame, ArrayRef &keep) const {
    return slot ? *at<ArrayRef>(frame.slot(slot)) : *array->peek(frame, keep);
  }
};

inline int64_t positionOf(Frame &frame, Span span, const ArrayObject &array, IndexNode *const *indices, size_t rank) {
  int64_t position = 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t index = indices[axis]->eval(frame), extent = array.extents[axis];
    if (uint64_t(index) >= uint64_t(extent)) [[unlikely]]
      fail(frame, span, failures::IndexOutOfRange, failures::indexOutOfRange(index, int64_t(axis), extent));
    position = position * extent + index;
  }
  return position;
}

// Rank 0: any, known when it runs.
template <class T, size_t Rank> struct ElementNode final : Typed<T> {
  Source source;
  std::vector<IndexNode *> indices;
  ElementNode(Source source, std::vector<IndexNode *> indices) : source(source), indices(std::move(indices)) {}
  T eval(Frame &frame) override {
    ArrayRef keep;
    const ArrayObject &object = source.get(frame, keep);
    int64_t position = positionOf(frame, this->span, object, indices.data(), Rank ? Rank : indices.size());
    return at<T>(object.data + position * int64_t(sizeof(T)));
  }
};
struct TupleElementNode final : Node {
  ArrayNode *array;
  std::vector<IndexNode *> indices;
  TupleElementNode(ArrayNode *array, std::vector<IndexNode *> indices) : array(array), indices(std::move(indices)) {}
  void evalTo(Frame &frame, std::byte *to) override {
    ArrayRef keep;
    ArrayRef from = array->peek(frame, keep);
    int64_t position = positionOf(frame, span, *from, indices.data(), indices.size());
    from->element->copy(to, from->data + position * int64_t(from->element->size));
  }
};

// Where an index outside of an axis leads; false: to the value that stands for everything outside.
inline bool bring(int64_t &index, int64_t extent, hir::Outside rule) {
  if (uint64_t(index) < uint64_t(extent)) [[likely]]
    return true;
  switch (rule) {
  case hir::Outside::Clamp: index = index < 0 ? 0 : extent - 1; return true;
  case hir::Outside::Wrap:
    if (extent > 0)
      index = ((index % extent) + extent) % extent;
    return true;
  case hir::Outside::Reflect: {
    if (extent == 1)
      return index = 0, true;
    if (extent > 0) {
      int64_t period = 2 * (extent - 1);
      index = ((index % period) + period) % period;
      if (index >= extent)
        index = period - index;
    }
    return true;
  }
  default: return rule == hir::Outside::None;
  }
}

struct OffsetAxis { size_t indexSlot; int64_t offset; };

struct OffsetRead {
  Source source;
  std::vector<OffsetAxis> axes;
  hir::Outside rule;
  // The element's place; null: what stands for everything outside. Rank 0: any, known when it runs.
  template <size_t Rank> const std::byte *find(Frame &frame, Span span, ArrayRef &keep) const {
    const ArrayObject &object = source.get(frame, keep);
    int64_t position = 0;
    for (size_t axis = 0; axis < (Rank ? Rank : axes.size()); ++axis) {
      int64_t index = at<int64_t>(frame.slot(axes[axis].indexSlot)) + axes[axis].offset, extent = object.extents[axis];
      int64_t written = index;
      if (!bring(index, extent, rule))
        return nullptr;
      if (uint64_t(index) >= uint64_t(extent)) [[unlikely]] // nothing to bring it to: the axis is empty
        fail(frame, span, failures::IndexOutOfRange, failures::indexOutOfRange(written, int64_t(axis), extent));
      position = position * extent + index;
    }
    return object.data + position * int64_t(object.element->size);
  }
};

template <class T, size_t Rank> struct OffsetReadNode final : Typed<T> {
  OffsetRead read;
  Typed<T> *outside;
  OffsetReadNode(OffsetRead read, Typed<T> *outside) : read(std::move(read)), outside(outside) {}
  T eval(Frame &frame) override {
    ArrayRef keep;
    const std::byte *element = read.find<Rank>(frame, this->span, keep);
    return element ? at<T>(element) : outside->eval(frame);
  }
};
struct TupleOffsetRead final : Node {
  OffsetRead read;
  Node *outside;
  const Layout *layout;
  TupleOffsetRead(OffsetRead read, Node *outside, const Layout *layout)
      : read(std::move(read)), outside(outside), layout(layout) {}
  void evalTo(Frame &frame, std::byte *to) override {
    ArrayRef keep;
    if (const std::byte *element = read.find<0>(frame, span, keep))
      layout->copy(to, element);
    else
      outside->evalTo(frame, to);
  }
};

} // namespace

Node *Compiler::extent(const hir::Expr *e) {
  return make<ExtentNode>(e->span, static_cast<ArrayNode *>(looked(e->args[0])), int(e->intValue));
}

Node *Compiler::arrayLiteral(const hir::Expr *e) {
  std::vector<Node *> args;
  for (const hir::Expr *arg : e->args)
    args.push_back(expr(arg));
  const hir::Type *argType = e->args.empty() ? e->type->element : e->args[0]->type;
  return make<ArrayLiteralNode>(e->span, layout(e->type->element), e->type->rank, std::move(args),
                                newSlot(layout(argType)), argType->isArray());
}

Node *Compiler::element(const hir::Expr *e) {
  auto *from = static_cast<ArrayNode *>(looked(e->args[0]));
  std::vector<IndexNode *> list = indices(e->args, 1);
  if (e->type->isTuple())
    return make<TupleElementNode>(e->span, from, std::move(list));
  Path path;
  Source source{from, !isLazy() && pathOf(e->args[0], path) ? path.offset : 0};
  return withScalar(e->type, [&]<class T>() -> Node * {
    switch (list.size()) {
    case 1: return make<ElementNode<T, 1>>(e->span, source, std::move(list));
    case 2: return make<ElementNode<T, 2>>(e->span, source, std::move(list));
    default: return make<ElementNode<T, 0>>(e->span, source, std::move(list));
    }
  });
}

Node *Compiler::offsetRead(const hir::Expr *e) {
  ArrayNode *from = array(e->args[0]);
  const hir::Expr *kernel = kernels.at(e->indexVars[0]);
  Path path;
  OffsetRead read{{from, !isLazy() && pathOf(e->args[0], path) ? path.offset : 0}, {}, kernel->outside};
  for (size_t i = 0; i < e->offsets.size(); ++i)
    read.axes.push_back({slotOf(e->indexVars[i]), e->offsets[i]});
  Node *outside = kernel->outside == hir::Outside::Value ? expr(kernel->outsideValue) : nullptr;
  if (e->type->isTuple())
    return make<TupleOffsetRead>(e->span, std::move(read), outside, layout(e->type));
  return withScalar(e->type, [&]<class T>() -> Node * {
    auto *value = static_cast<Typed<T> *>(outside);
    switch (read.axes.size()) {
    case 1: return make<OffsetReadNode<T, 1>>(e->span, std::move(read), value);
    case 2: return make<OffsetReadNode<T, 2>>(e->span, std::move(read), value);
    default: return make<OffsetReadNode<T, 0>>(e->span, std::move(read), value);
    }
  });
}

} // namespace dagger::interp
