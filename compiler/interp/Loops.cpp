// Maps, point kernels and comprehensions: one evaluation of a body for each element.
#include "compiler/interp/Compiler.h"

namespace dagger::interp {
namespace {

inline void load(const Layout *layout, std::byte *to, const std::byte *from) {
  if (!layout->isTrivial)
    return layout->copy(to, from);
  switch (layout->size) {
  case 1: *to = *from; return;
  case 2: memcpy(to, from, 2); return;
  case 4: memcpy(to, from, 4); return;
  case 8: memcpy(to, from, 8); return;
  default: memcpy(to, from, 16); return;
  }
}

// Where the elements of a result go: one array, or one for each element of a tuple.
struct Sink {
  const Layout *element = nullptr;             // of the body's value
  std::vector<const Layout *> parts;           // Tuple of Arrays: their element types; empty: one array
  size_t temporary = 0;                        // for the body's tuple, then

  std::vector<ArrayRef> create(int rank, const int64_t *extents) const {
    std::vector<ArrayRef> arrays;
    if (parts.empty())
      arrays.push_back(ArrayRef::create(element, rank, extents));
    for (const Layout *part : parts)
      arrays.push_back(ArrayRef::create(part, rank, extents));
    return arrays;
  }
  void store(Frame &frame, Node &body, std::vector<ArrayRef> &arrays, int64_t i) const {
    if (parts.empty()) {
      body.evalTo(frame, arrays[0]->data + i * int64_t(element->size));
      return;
    }
    std::byte *tuple = frame.slot(temporary);
    body.evalTo(frame, tuple);
    for (size_t k = 0; k < parts.size(); ++k)
      parts[k]->copy(arrays[k]->data + i * int64_t(parts[k]->size), tuple + element->fields[k].first);
  }
  void finish(std::vector<ArrayRef> &arrays, const Layout *layout, std::byte *to) const {
    if (parts.empty()) {
      at<ArrayRef>(to) = std::move(arrays[0]);
      return;
    }
    for (size_t k = 0; k < parts.size(); ++k) {
      std::byte *field = to + layout->fields[k].first;
      clearFailed(field);
      at<ArrayRef>(field) = std::move(arrays[k]);
    }
  }
};

// An operation that gives an array or a tuple of arrays has two faces; this is the one for arrays.
struct AsArray final : ArrayNode {
  Node *operation;
  explicit AsArray(Node *operation) : operation(operation) {}
  ArrayRef eval(Frame &frame) override {
    ArrayRef result;
    operation->evalTo(frame, reinterpret_cast<std::byte *>(&result));
    return result;
  }
};

struct MapNode final : Node {
  struct Arg {
    Node *value;
    size_t slot;             // of the lambda's parameter
    const Layout *element;
    int rank;                // 0: a scalar
    uint32_t stretch;
  };
  std::vector<Arg> args;
  Node *body;
  Sink sink;
  const Layout *result;
  MapNode(std::vector<Arg> args, Node *body, Sink sink, const Layout *result)
      : args(std::move(args)), body(body), sink(std::move(sink)), result(result) {}

  void evalTo(Frame &frame, std::byte *to) override {
    int rank = 0;
    for (const Arg &arg : args)
      rank = std::max(rank, arg.rank);
    int64_t extents[DG_MAX_RANK];
    bool isKnown[DG_MAX_RANK] = {};
    std::fill(extents, extents + rank, 1);
    struct Stream { const Arg *arg; const std::byte *at; int64_t steps[DG_MAX_RANK]; };
    std::vector<ArrayRef> held;
    std::vector<Stream> streams;
    for (const Arg &arg : args) {
      if (arg.rank == 0) {
        arg.value->evalTo(frame, frame.slot(arg.slot));
        continue;
      }
      const ArrayRef &array = held.emplace_back(static_cast<ArrayNode *>(arg.value)->eval(frame));
      Stream stream{&arg, array->data, {}};
      int64_t step = int64_t(arg.element->size);
      for (int axis = arg.rank - 1; axis >= 0; --axis) {
        int whole = axis + rank - arg.rank;
        int64_t extent = array->extents[axis];
        if (!(arg.stretch >> axis & 1)) {
          if (isKnown[whole] && extents[whole] != extent)
            fail(frame, span, failures::ExtentsDiffer, failures::extentsDiffer(extents[whole], extent, whole));
          extents[whole] = extent;
          isKnown[whole] = true;
          stream.steps[whole] = step;
        }
        step *= extent;
      }
      streams.push_back(stream);
    }
    std::vector<ArrayRef> arrays = located(frame, span, [&] { return sink.create(rank, extents); });
    int64_t count = arrays[0]->count, position[DG_MAX_RANK] = {};
    int last = rank - 1;
    for (int64_t i = 0; i < count;) {
      for (int64_t k = 0; k < extents[last]; ++k, ++i) {
        for (Stream &stream : streams) {
          load(stream.arg->element, frame.slot(stream.arg->slot), stream.at);
          stream.at += stream.steps[last];
        }
        sink.store(frame, *body, arrays, i);
      }
      // To the next row: what the last axis walked is taken back.
      int axis = last - 1;
      while (axis >= 0 && ++position[axis] == extents[axis])
        position[axis--] = 0;
      for (size_t s = 0; s < streams.size(); ++s) {
        Stream &stream = streams[s];
        stream.at = held[s]->data;
        for (int a = 0; a < last; ++a)
          stream.at += position[a] * stream.steps[a];
      }
      if (axis < 0)
        break;
    }
    sink.finish(arrays, result, to);
  }
};

struct AtNode final : Node {
  std::vector<IndexNode *> extentNodes;
  std::vector<size_t> slots;
  Node *body;
  Sink sink;
  const Layout *result;
  AtNode(std::vector<IndexNode *> extentNodes, std::vector<size_t> slots, Node *body, Sink sink, const Layout *result)
      : extentNodes(std::move(extentNodes)), slots(std::move(slots)), body(body), sink(std::move(sink)), result(result) {}

  void evalTo(Frame &frame, std::byte *to) override {
    int rank = int(slots.size());
    int64_t extents[DG_MAX_RANK], position[DG_MAX_RANK] = {};
    for (int axis = 0; axis < rank; ++axis)
      extents[axis] = extentNodes[size_t(axis)]->eval(frame);
    std::vector<ArrayRef> arrays = located(frame, span, [&] { return sink.create(rank, extents); });
    int64_t count = arrays[0]->count, inner = extents[rank - 1];
    for (int64_t i = 0; i < count;) {
      for (int axis = 0; axis + 1 < rank; ++axis)
        at<int64_t>(frame.slot(slots[size_t(axis)])) = position[axis];
      for (int64_t k = 0; k < inner; ++k, ++i) {
        at<int64_t>(frame.slot(slots[size_t(rank - 1)])) = k;
        sink.store(frame, *body, arrays, i);
      }
      int axis = rank - 2;
      while (axis >= 0 && ++position[axis] == extents[axis])
        position[axis--] = 0;
    }
    sink.finish(arrays, result, to);
  }
};

struct ComprehensionNode final : ArrayNode {
  std::vector<IndexNode *> extentNodes;
  std::vector<size_t> slots;
  Node *body;
  const Layout *bodyLayout;
  size_t temporary;
  Typed<bool> *condition; // null: none
  const Layout *element;
  int rank;
  Mode mode;
  ComprehensionNode(std::vector<IndexNode *> extentNodes, std::vector<size_t> slots, Node *body, const Layout *bodyLayout,
                    size_t temporary, Typed<bool> *condition, const Layout *element, int rank, Mode mode)
      : extentNodes(std::move(extentNodes)), slots(std::move(slots)), body(body), bodyLayout(bodyLayout),
        temporary(temporary), condition(condition), element(element), rank(rank), mode(mode) {}

  ArrayRef eval(Frame &frame) override {
    size_t axes = slots.size();
    int64_t extents[DG_MAX_RANK] = {}, position[DG_MAX_RANK] = {}, turns = 1;
    for (size_t axis = 0; axis < axes; ++axis) {
      extents[axis] = extentNodes[axis]->eval(frame);
      if (extents[axis] < 0)
        fail(frame, extentNodes[axis]->span, failures::BadExtentOrStep, failures::negativeExtent(extents[axis]));
      turns *= extents[axis];
    }
    // Every element is computed, in order, whether or not one before it failed: a task's output is part of the program's.
    bool stacks = bodyLayout->type->isArray();
    FailureRef first;
    std::vector<ArrayRef> parts;
    ArrayRef scalars;
    int64_t filled = 0;
    if (!stacks)
      scalars = located(frame, span, [&] { return ArrayRef::create(element, int(axes), extents); });
    for (int64_t i = 0; i < turns; ++i) {
      for (size_t axis = 0; axis < axes; ++axis)
        at<int64_t>(frame.slot(slots[axis])) = position[axis];
      for (size_t axis = axes; axis-- > 0;) {
        if (++position[axis] < extents[axis])
          break;
        position[axis] = 0;
      }
      if (condition && !condition->eval(frame))
        continue;
      std::byte *made = frame.slot(temporary);
      try {
        body->evalTo(frame, made);
        if (const FailureRef *failed = failureIn(made, bodyLayout)) {
          first = first ? first : *failed;
          continue;
        }
      } catch (Fail &failure) {
        if (!isCaught(mode, failure.kind))
          throw;
        first = first ? first : failure.failure;
        continue;
      }
      if (stacks)
        parts.push_back(std::move(at<ArrayRef>(made)));
      else
        element->copy(scalars->data + filled++ * int64_t(element->size), made);
    }
    if (first)
      throw Fail{first, Fail::Future};
    if (condition)
      extents[0] = stacks ? int64_t(parts.size()) : filled;
    if (!stacks && !condition)
      return scalars;
    if (stacks && !parts.empty())
      std::copy(parts[0]->extents, parts[0]->extents + parts[0]->rank, extents + axes);
    ArrayRef result = located(frame, span, [&] { return ArrayRef::create(element, rank, extents); });
    int64_t written = 0;
    auto append = [&](const ArrayObject &from, int64_t count) {
      for (int64_t k = 0; k < count; ++k)
        element->copy(result->data + written++ * int64_t(element->size), from.data + k * int64_t(element->size));
    };
    if (!stacks)
      append(*scalars, filled);
    for (const ArrayRef &part : parts) {
      for (int axis = 0; axis < part->rank; ++axis)
        if (part->extents[axis] != extents[axes + size_t(axis)])
          fail(frame, span, failures::ExtentsDiffer,
               failures::extentsDiffer(extents[axes + size_t(axis)], part->extents[axis], axis));
      append(*part, part->count);
    }
    return result;
  }
};

} // namespace

static Sink sinkOf(const hir::Expr *e, const Layout *body, auto &&layout, auto &&newSlot) {
  Sink sink;
  sink.element = body;
  if (e->type->isTuple()) {
    for (const hir::Type *part : e->type->elements)
      sink.parts.push_back(layout(part->element));
    sink.temporary = newSlot(body);
  }
  return sink;
}

Node *Compiler::map(const hir::Expr *e) {
  std::vector<MapNode::Arg> args;
  for (size_t i = 0; i < e->args.size(); ++i) {
    const hir::Expr *arg = e->args[i];
    const hir::Var *param = e->lambda->params[i];
    MapNode::Arg &node = args.emplace_back();
    node.value = expr(arg);
    node.slot = slotOf(param);
    node.element = layout(param->type);
    node.rank = arg->type->isArray() ? arg->type->rank : 0;
    node.stretch = i < e->stretch.size() ? e->stretch[i] : 0;
  }
  Node *body = strictly([&] { return blockExpr(e->lambda->body); });
  Sink sink = sinkOf(e, layout(e->lambda->body->value->type), [&](auto *t) { return layout(t); },
                     [&](auto *l) { return newSlot(l); });
  Node *operation = make<MapNode>(e->span, std::move(args), body, std::move(sink), layout(e->type));
  return e->type->isArray() ? make<AsArray>(e->span, operation) : operation;
}

Node *Compiler::kernel(const hir::Expr *e) {
  std::vector<IndexNode *> extents = indices(e->args);
  std::vector<size_t> slots;
  for (const hir::Var *var : e->indexVars) {
    slots.push_back(slotOf(var));
    kernels[var] = e;
  }
  Node *body = strictly([&] { return blockExpr(e->blocks[0]); });
  Sink sink = sinkOf(e, layout(e->blocks[0]->value->type), [&](auto *t) { return layout(t); },
                     [&](auto *l) { return newSlot(l); });
  Node *operation = make<AtNode>(e->span, std::move(extents), std::move(slots), body, std::move(sink), layout(e->type));
  return e->type->isArray() ? make<AsArray>(e->span, operation) : operation;
}

Node *Compiler::comprehension(const hir::Expr *e) {
  std::vector<IndexNode *> extents = indices(e->args);
  std::vector<size_t> slots;
  for (const hir::Var *var : e->indexVars)
    slots.push_back(slotOf(var));
  Typed<bool> *condition = nullptr;
  if (e->conditionBlock) {
    hir::Expr &block = machine.exprs.emplace_back(
        hir::Expr{hir::Op::BlockExpr, e->conditionBlock->value->type, e->conditionBlock->span});
    block.blocks = {e->conditionBlock};
    condition = lookedTyped<bool>(&block);
  }
  Node *body = blockExpr(e->blocks[0]);
  const Layout *bodyLayout = layout(e->blocks[0]->value->type);
  return make<ComprehensionNode>(e->span, std::move(extents), std::move(slots), body, bodyLayout, newSlot(bodyLayout),
                                 condition, layout(e->type->element), e->type->rank, mode);
}

} // namespace dagger::interp
