// Constants, variables, tuples, blocks and branches; what is common to all expressions.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"

namespace dagger::interp {
namespace {

template <class T> struct ConstNode final : Typed<T> {
  T value;
  explicit ConstNode(T value) : value(std::move(value)) {}
  T eval(Frame &) override { return value; }
};

template <class T> struct LocalNode final : Typed<T> {
  size_t offset;
  explicit LocalNode(size_t offset) : offset(offset) {}
  T eval(Frame &frame) override { return at<T>(frame.slot(offset)); }
  const T &peek(Frame &frame, T &) override { return at<T>(frame.slot(offset)); }
};

void check(Frame &frame, const std::vector<size_t> &checks) {
  for (size_t offset : checks)
    if (const FailureRef *failed = failedIn(frame.slot(offset))) [[unlikely]]
      throw Fail{*failed, Fail::Future};
}

template <class T> struct CheckedLocal final : Typed<T> {
  size_t offset;
  std::vector<size_t> checks;
  CheckedLocal(size_t offset, std::vector<size_t> checks) : offset(offset), checks(std::move(checks)) {}
  T eval(Frame &frame) override { return check(frame, checks), at<T>(frame.slot(offset)); }
  const T &peek(Frame &frame, T &) override { return check(frame, checks), at<T>(frame.slot(offset)); }
};

struct TupleLocal final : Node {
  const Layout *layout;
  size_t offset;
  std::vector<size_t> checks;
  TupleLocal(const Layout *layout, size_t offset, std::vector<size_t> checks)
      : layout(layout), offset(offset), checks(std::move(checks)) {}
  void evalTo(Frame &frame, std::byte *to) override {
    check(frame, checks);
    layout->copy(to, frame.slot(offset));
  }
};

struct TupleNode final : Node {
  const Layout *layout;
  std::vector<Node *> elements;
  Mode mode;
  TupleNode(const Layout *layout, std::vector<Node *> elements, Mode mode)
      : layout(layout), elements(std::move(elements)), mode(mode) {}
  void evalTo(Frame &frame, std::byte *to) override {
    for (size_t i = 0; i < elements.size(); ++i) {
      std::byte *field = to + layout->fields[i].first;
      clearFailed(field);
      try {
        elements[i]->evalTo(frame, field);
      } catch (Fail &failure) {
        if (!isCaught(mode, failure.kind))
          throw;
        setFailed(frame, field, layout->fields[i].second, failure.failure);
      }
    }
  }
};

// A field of a tuple that has no place: the tuple is made in a slot of the frame.
template <class T> struct FieldNode final : Typed<T> {
  Node *tuple;
  size_t slot, field;
  FieldNode(Node *tuple, size_t slot, size_t field) : tuple(tuple), slot(slot), field(field) {}
  T eval(Frame &frame) override {
    tuple->evalTo(frame, frame.slot(slot));
    std::byte *value = frame.slot(slot) + field;
    if (const FailureRef *failed = failedIn(value))
      throw Fail{*failed, Fail::Future};
    return at<T>(value);
  }
};
struct TupleFieldNode final : Node {
  Node *tuple;
  const Layout *layout;
  size_t slot, field;
  TupleFieldNode(Node *tuple, const Layout *layout, size_t slot, size_t field)
      : tuple(tuple), layout(layout), slot(slot), field(field) {}
  void evalTo(Frame &frame, std::byte *to) override {
    tuple->evalTo(frame, frame.slot(slot));
    std::byte *value = frame.slot(slot) + field;
    if (const FailureRef *failed = failedIn(value))
      throw Fail{*failed, Fail::Future};
    layout->copy(to, value);
  }
};

// The array of one field of an array of tuples.
struct ArrayFieldNode final : ArrayNode {
  ArrayNode *tuples;
  const Layout *field;
  size_t offset;
  ArrayFieldNode(ArrayNode *tuples, const Layout *field, size_t offset) : tuples(tuples), field(field), offset(offset) {}
  ArrayRef eval(Frame &frame) override {
    ArrayRef keep;
    const ArrayRef &from = tuples->peek(frame, keep);
    ArrayRef result = located(frame, span, [&] { return ArrayRef::create(field, from->rank, from->extents); });
    for (int64_t i = 0; i < from->count; ++i)
      field->copy(result->data + i * int64_t(field->size), from->data + i * int64_t(from->element->size) + offset);
    return result;
  }
};

// Looking at a failed value stops what runs.
template <class T> struct LookNode final : Typed<T> {
  Typed<T> *value;
  explicit LookNode(Typed<T> *value) : value(value) {}
  T eval(Frame &frame) override {
    try {
      return value->eval(frame);
    } catch (Fail &failure) {
      throw Fail{failure.failure, Fail::Stop};
    }
  }
  const T &peek(Frame &frame, T &keep) override {
    try {
      return value->peek(frame, keep);
    } catch (Fail &failure) {
      throw Fail{failure.failure, Fail::Stop};
    }
  }
};
struct TupleLook final : Node {
  Node *value;
  const Layout *layout;
  TupleLook(Node *value, const Layout *layout) : value(value), layout(layout) {}
  void evalTo(Frame &frame, std::byte *to) override {
    try {
      value->evalTo(frame, to);
    } catch (Fail &failure) {
      throw Fail{failure.failure, Fail::Stop};
    }
    if (const FailureRef *failed = failureIn(to, layout))
      throw Fail{*failed, Fail::Stop};
  }
};

template <class T> struct IfNode final : Typed<T> {
  Typed<bool> *condition;
  Typed<T> *then, *otherwise;
  IfNode(Typed<bool> *condition, Typed<T> *then, Typed<T> *otherwise)
      : condition(condition), then(then), otherwise(otherwise) {}
  T eval(Frame &frame) override { return condition->eval(frame) ? then->eval(frame) : otherwise->eval(frame); }
};
struct TupleIf final : Node {
  Typed<bool> *condition;
  Node *then, *otherwise;
  TupleIf(Typed<bool> *condition, Node *then, Node *otherwise) : condition(condition), then(then), otherwise(otherwise) {}
  void evalTo(Frame &frame, std::byte *to) override {
    (condition->eval(frame) ? then : otherwise)->evalTo(frame, to);
  }
};

void runBlock(Frame &frame, Sequence &statements) {
  if (Flow flow = statements.run(frame); flow != Flow::Next) [[unlikely]]
    throw Escape{flow};
}
template <class T> struct BlockNode final : Typed<T> {
  Sequence *statements;
  Typed<T> *value;
  BlockNode(Sequence *statements, Typed<T> *value) : statements(statements), value(value) {}
  T eval(Frame &frame) override {
    runBlock(frame, *statements);
    return value->eval(frame);
  }
};
struct TupleBlock final : Node {
  Sequence *statements;
  Node *value;
  TupleBlock(Sequence *statements, Node *value) : statements(statements), value(value) {}
  void evalTo(Frame &frame, std::byte *to) override {
    runBlock(frame, *statements);
    value->evalTo(frame, to);
  }
};
// A branch that does not come to its value: it returns, breaks or continues.
template <class T> struct NeverNode final : Typed<T> {
  Sequence *statements;
  explicit NeverNode(Sequence *statements) : statements(statements) {}
  T eval(Frame &frame) override {
    runBlock(frame, *statements);
    fail(frame, this->span, NotInterpreted, "a block ended without its value");
  }
};
struct TupleNever final : Node {
  Sequence *statements;
  explicit TupleNever(Sequence *statements) : statements(statements) {}
  void evalTo(Frame &frame, std::byte *) override {
    runBlock(frame, *statements);
    fail(frame, span, NotInterpreted, "a block ended without its value");
  }
};

// Stands before an operation whose lambda or kernel body reads variables unchecked.
template <class T> struct GuardNode final : Typed<T> {
  Typed<T> *operation;
  std::vector<std::pair<size_t, const Layout *>> captured;
  GuardNode(Typed<T> *operation, std::vector<std::pair<size_t, const Layout *>> captured)
      : operation(operation), captured(std::move(captured)) {}
  T eval(Frame &frame) override {
    for (auto &[offset, layout] : captured) {
      if (const FailureRef *failed = failedIn(frame.slot(offset)))
        throw Fail{*failed, Fail::Future};
      if (const FailureRef *failed = failureIn(frame.slot(offset), layout))
        throw Fail{*failed, Fail::Future};
    }
    return operation->eval(frame);
  }
};
struct TupleGuard final : Node {
  Node *operation;
  std::vector<std::pair<size_t, const Layout *>> captured;
  TupleGuard(Node *operation, std::vector<std::pair<size_t, const Layout *>> captured)
      : operation(operation), captured(std::move(captured)) {}
  void evalTo(Frame &frame, std::byte *to) override {
    for (auto &[offset, layout] : captured) {
      if (const FailureRef *failed = failedIn(frame.slot(offset)))
        throw Fail{*failed, Fail::Future};
      if (const FailureRef *failed = failureIn(frame.slot(offset), layout))
        throw Fail{*failed, Fail::Future};
    }
    operation->evalTo(frame, to);
  }
};

} // namespace

Node *Compiler::expr(const hir::Expr *e) {
  if (isLazy())
    if (const hir::Expr *rewritten = sequenced(e); rewritten != e)
      return blockExpr(rewritten->blocks[0]);
  return exprHere(e);
}

Node *Compiler::exprHere(const hir::Expr *e) {
  using hir::Op;
  switch (e->op) {
  case Op::Const: return constant(e);
  case Op::Local: return local(e);
  case Op::Convert: return convert(e);
  case Op::Math: return math(e);
  case Op::If: return ifExpr(e);
  case Op::BlockExpr: return blockExpr(e->blocks[0]);
  case Op::Call: return call(e);
  case Op::Tuple: return tuple(e);
  case Op::Field: return field(e);
  case Op::Format: return format(e);
  case Op::Extent: return extent(e);
  case Op::ArrayLit: return arrayLiteral(e);
  case Op::Element: return element(e);
  case Op::OffsetRead: return offsetRead(e);
  case Op::Slice: return slice(e);
  case Op::Tile: return tile(e);
  case Op::Tiles: return tiles(e);
  case Op::Map: return guarded(e, map(e));
  case Op::At: return guarded(e, kernel(e));
  case Op::Comprehension: return comprehension(e);
  case Op::Reduce: return guarded(e, reduce(e));
  case Op::Scan: return guarded(e, scan(e));
  case Op::Library: return library(e);
  default: return operatorNode(e);
  }
}

Node *Compiler::constant(const hir::Expr *e) {
  return withScalar(e->type, [&]<class T>() -> Node * {
    if constexpr (std::is_same_v<T, Str>)
      return make<ConstNode<Str>>(e->span, Str(e->text));
    else if constexpr (isComplex<T>)
      return make<ConstNode<T>>(e->span, T(typename T::value_type(e->floatValue), typename T::value_type(e->imagValue)));
    else if constexpr (isFloat<T>)
      return make<ConstNode<T>>(e->span, T(e->floatValue));
    else
      return make<ConstNode<T>>(e->span, T(e->intValue));
  });
}

bool Compiler::pathOf(const hir::Expr *e, Path &path) {
  if (e->op == hir::Op::Local) {
    path = {slotOf(e->var), {}};
    if (isLazy())
      path.checks.push_back(path.offset);
    return true;
  }
  if (e->op != hir::Op::Field || !e->args[0]->type->isTuple() || !pathOf(e->args[0], path))
    return false;
  path.offset += layout(e->args[0]->type)->fields[size_t(e->intValue)].first;
  if (isLazy())
    path.checks.push_back(path.offset);
  return true;
}

Node *Compiler::readSlot(const hir::Type *type, Span span, Path path) {
  if (type->isTuple())
    return make<TupleLocal>(span, layout(type), path.offset, path.checks);
  return withValue(type, [&]<class T>() -> Node * {
    if (path.checks.empty())
      return make<LocalNode<T>>(span, path.offset);
    return make<CheckedLocal<T>>(span, path.offset, path.checks);
  });
}

Node *Compiler::local(const hir::Expr *e) {
  Path path;
  pathOf(e, path);
  return readSlot(e->var->type, e->span, path);
}

Node *Compiler::field(const hir::Expr *e) {
  const hir::Expr *from = e->args[0];
  if (from->type->isArray()) {
    const auto &[offset, field] = layout(from->type->element)->fields[size_t(e->intValue)];
    return make<ArrayFieldNode>(e->span, array(from), field, offset);
  }
  Path path;
  if (pathOf(e, path))
    return readSlot(e->type, e->span, path);
  Node *tuple = expr(from);
  const Layout *tupleLayout = layout(from->type);
  size_t slot = newSlot(tupleLayout), offset = tupleLayout->fields[size_t(e->intValue)].first;
  if (e->type->isTuple())
    return make<TupleFieldNode>(e->span, tuple, layout(e->type), slot, offset);
  return withValue(e->type, [&]<class T>() -> Node * { return make<FieldNode<T>>(e->span, tuple, slot, offset); });
}

Node *Compiler::tuple(const hir::Expr *e) {
  std::vector<Node *> elements;
  for (const hir::Expr *arg : e->args)
    elements.push_back(expr(arg));
  return make<TupleNode>(e->span, layout(e->type), std::move(elements), mode);
}

Node *Compiler::looked(const hir::Expr *e) {
  Node *value = expr(e);
  if (!isLazy() || e->op == hir::Op::Const)
    return value;
  if (!hasCell(e->type))
    return make<TupleLook>(e->span, value, layout(e->type));
  return withValue(e->type, [&]<class T>() -> Node * {
    return make<LookNode<T>>(e->span, static_cast<Typed<T> *>(value));
  });
}

IndexNode *Compiler::lookedIndex(const hir::Expr *e) {
  IndexNode *value = index(e);
  return isLazy() && e->op != hir::Op::Const ? make<LookNode<int64_t>>(e->span, value) : value;
}

std::vector<IndexNode *> Compiler::indices(const std::vector<hir::Expr *> &list, size_t from) {
  std::vector<IndexNode *> result;
  for (size_t i = from; i < list.size(); ++i)
    result.push_back(lookedIndex(list[i]));
  return result;
}

Node *Compiler::blockExpr(const hir::Block *block) {
  const hir::Expr *value = block->value;
  if (value && block->statements.empty())
    return expr(value);
  Sequence *before = statements(block);
  Node *last = expr(value);
  if (!hasCell(value->type))
    return make<TupleBlock>(block->span, before, last);
  return withValue(value->type, [&]<class T>() -> Node * {
    return make<BlockNode<T>>(block->span, before, static_cast<Typed<T> *>(last));
  });
}

Node *Compiler::ifExpr(const hir::Expr *e) {
  auto *condition = lookedTyped<bool>(e->args[0]);
  Node *branch[2];
  for (int i = 0; i < 2; ++i) {
    const hir::Block *block = e->blocks[size_t(i)];
    if (block->value && block->value->type->kind != hir::TypeKind::Void)
      branch[i] = blockExpr(block);
    else if (!hasCell(e->type))
      branch[i] = make<TupleNever>(block->span, statements(block));
    else
      branch[i] = withValue(e->type, [&]<class T>() -> Node * { return make<NeverNode<T>>(block->span, statements(block)); });
  }
  if (!hasCell(e->type))
    return make<TupleIf>(e->span, condition, branch[0], branch[1]);
  return withValue(e->type, [&]<class T>() -> Node * {
    return make<IfNode<T>>(e->span, condition, static_cast<Typed<T> *>(branch[0]), static_cast<Typed<T> *>(branch[1]));
  });
}

// ---- what runs inside an operation ----------------------------------------------------------------------------------

namespace {

// Collects the variables that a piece of code reads; those it declares itself are found in it as well, and left out.
struct Captures {
  std::vector<const hir::Var *> read, declared;
  void add(const hir::Block *block) {
    if (!block)
      return;
    for (const hir::Stmt *s : block->statements)
      add(s);
    add(block->value);
  }
  void add(const hir::Place &place) {
    if (!place.root)
      return;
    read.push_back(place.root);
    for (const hir::Place::Step &step : place.path) {
      add(step.subscripts);
      for (const hir::Expr *tile : step.tile)
        add(tile);
    }
  }
  void add(const std::vector<hir::Subscript> &subscripts) {
    for (const hir::Subscript &s : subscripts)
      add(s.value), add(s.low), add(s.high), add(s.step);
  }
  void add(const hir::Stmt *s) {
    if (s->var)
      declared.push_back(s->var);
    add(s->place), add(s->value), add(s->high), add(s->step), add(s->message), add(s->body);
    for (const hir::Expr *arg : s->args)
      add(arg);
  }
  void add(const hir::Expr *e) {
    if (!e)
      return;
    if (e->op == hir::Op::Local)
      read.push_back(e->var);
    for (const hir::Expr *arg : e->args)
      add(arg);
    inside(e);
    add(e->subscripts);
    for (const hir::Place &place : e->places)
      add(place);
  }
  void inside(const hir::Expr *e) {
    if (e->lambda) {
      declared.insert(declared.end(), e->lambda->params.begin(), e->lambda->params.end());
      add(e->lambda->body);
    }
    for (const hir::Block *block : e->blocks)
      add(block);
    add(e->conditionBlock);
    if (e->op != hir::Op::OffsetRead)
      declared.insert(declared.end(), e->indexVars.begin(), e->indexVars.end());
    add(e->outsideValue);
  }
};

} // namespace

Node *Compiler::guarded(const hir::Expr *e, Node *operation) {
  if (!isLazy())
    return operation;
  Captures captures;
  captures.inside(e);
  std::vector<std::pair<size_t, const Layout *>> captured;
  for (const hir::Var *var : captures.read) {
    bool isOwn = std::find(captures.declared.begin(), captures.declared.end(), var) != captures.declared.end();
    if (!isOwn && (captured.empty() || captured.back().first != slotOf(var)))
      captured.push_back({slotOf(var), layout(var->type)});
  }
  if (captured.empty())
    return operation;
  if (e->type->isTuple())
    return make<TupleGuard>(e->span, operation, std::move(captured));
  return withValue(e->type, [&]<class T>() -> Node * {
    return make<GuardNode<T>>(e->span, static_cast<Typed<T> *>(operation), std::move(captured));
  });
}

} // namespace dagger::interp
