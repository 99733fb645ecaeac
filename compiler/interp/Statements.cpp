// Statements and function bodies.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Places.h"
#include "compiler/interp/Scalars.h"
#include "compiler/interp/Text.h"
#include <ostream>

namespace dagger::interp {
namespace {

struct LetAction final : Action {
  Node *value;
  size_t offset;
  LetAction(Node *value, size_t offset) : value(value), offset(offset) {}
  Flow run(Frame &frame) override {
    value->evalTo(frame, frame.slot(offset));
    return Flow::Next;
  }
};

// In graph code and in tasks that call tasks a variable may come to hold a failed value.
struct LazyLet final : Action {
  Node *value;
  size_t offset;
  const Layout *layout;
  Mode mode;
  LazyLet(Node *value, size_t offset, const Layout *layout, Mode mode)
      : value(value), offset(offset), layout(layout), mode(mode) {}
  Flow run(Frame &frame) override {
    std::byte *slot = frame.slot(offset);
    clearFailed(slot);
    try {
      value->evalTo(frame, slot);
    } catch (Fail &failure) {
      if (!isCaught(mode, failure.kind))
        throw;
      setFailed(frame, slot, layout, failure.failure);
    }
    return Flow::Next;
  }
};

struct ClearAction final : Action {
  size_t offset;
  const Layout *layout;
  ClearAction(size_t offset, const Layout *layout) : offset(offset), layout(layout) {}
  Flow run(Frame &frame) override {
    clearFailed(frame.slot(offset));
    layout->clear(frame.slot(offset));
    return Flow::Next;
  }
};

struct EvalAction final : Action {
  Node *value;
  size_t offset;
  EvalAction(Node *value, size_t offset) : value(value), offset(offset) {}
  Flow run(Frame &frame) override {
    value->evalTo(frame, frame.slot(offset));
    return Flow::Next;
  }
};

struct ReturnAction final : Action {
  Node *value; // null: none
  explicit ReturnAction(Node *value) : value(value) {}
  Flow run(Frame &frame) override {
    if (value)
      value->evalTo(frame, frame.result);
    return Flow::Return;
  }
};

struct JumpAction final : Action {
  Flow flow;
  explicit JumpAction(Flow flow) : flow(flow) {}
  Flow run(Frame &) override { return flow; }
};

struct IfAction final : Action {
  Typed<bool> *condition;
  Action *then, *otherwise; // otherwise may be null
  IfAction(Typed<bool> *condition, Action *then, Action *otherwise)
      : condition(condition), then(then), otherwise(otherwise) {}
  Flow run(Frame &frame) override {
    if (condition->eval(frame))
      return then->run(frame);
    return otherwise ? otherwise->run(frame) : Flow::Next;
  }
};

// One turn of a loop; true: the loop ends, with `flow`.
bool turn(Frame &frame, Action &body, Flow &flow) {
  try {
    flow = body.run(frame);
  } catch (Escape &escape) {
    flow = escape.flow;
  }
  if (flow == Flow::Return)
    return true;
  bool ends = flow == Flow::Break;
  flow = Flow::Next;
  return ends;
}

template <class T> struct ForAction final : Action {
  Typed<T> *low, *high, *step; // step null: 1
  size_t offset;
  Action *body;
  ForAction(Typed<T> *low, Typed<T> *high, Typed<T> *step, size_t offset, Action *body)
      : low(low), high(high), step(step), offset(offset), body(body) {}
  Flow run(Frame &frame) override {
    using Wider = __int128;
    Wider from = low->eval(frame), to = high->eval(frame), by = step ? Wider(step->eval(frame)) : 1;
    if (by == 0)
      fail(frame, step->span, failures::BadExtentOrStep, failures::stepIsZero());
    Flow flow = Flow::Next;
    constexpr Wider least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
    if (from >= least && from <= most && to <= most - by && by > 0) [[likely]] {
      int64_t end = int64_t(to), stride = int64_t(by);
      for (int64_t i = int64_t(from); i < end; i += stride) {
        at<T>(frame.slot(offset)) = T(i);
        if (turn(frame, *body, flow))
          return flow;
      }
      return flow;
    }
    for (Wider i = from; by > 0 ? i < to : i > to; i += by) {
      at<T>(frame.slot(offset)) = T(i);
      if (turn(frame, *body, flow))
        return flow;
    }
    return flow;
  }
};

struct WhileAction final : Action {
  Typed<bool> *condition;
  Action *body;
  WhileAction(Typed<bool> *condition, Action *body) : condition(condition), body(body) {}
  Flow run(Frame &frame) override {
    Flow flow = Flow::Next;
    while (condition->eval(frame))
      if (turn(frame, *body, flow))
        break;
    return flow;
  }
};

[[noreturn]] void stop(Frame &frame, Span span, int32_t code, std::string message, Mode mode) {
  try {
    fail(frame, span, code, std::move(message));
  } catch (Fail &failure) {
    throw Fail{failure.failure, mode == Mode::Graph ? Fail::Stop : Fail::Operation};
  }
}

struct AssertAction final : Action {
  Typed<bool> *condition;
  Typed<Str> *message;
  Mode mode;
  AssertAction(Typed<bool> *condition, Typed<Str> *message, Mode mode)
      : condition(condition), message(message), mode(mode) {}
  Flow run(Frame &frame) override {
    if (!condition->eval(frame)) {
      Str text = message ? message->eval(frame) : Str();
      stop(frame, span, failures::AssertionFailed, failures::assertionFailed(text.view()), mode);
    }
    return Flow::Next;
  }
};

struct CheckExtentAction final : Action {
  IndexNode *value, *expected;
  std::string text;
  Mode mode;
  CheckExtentAction(IndexNode *value, IndexNode *expected, std::string text, Mode mode)
      : value(value), expected(expected), text(std::move(text)), mode(mode) {}
  Flow run(Frame &frame) override {
    int64_t a = value->eval(frame), b = expected->eval(frame);
    if (a != b)
      stop(frame, span, failures::ExtentsDiffer, "extents differ: " + std::to_string(a) + " and " + std::to_string(b) +
                                      (text.empty() ? "" : ": " + text), mode);
    return Flow::Next;
  }
};

struct PrintAction final : Action {
  struct Arg { Node *value; const hir::Type *type; size_t slot; };
  std::vector<Arg> args;
  explicit PrintAction(std::vector<Arg> args) : args(std::move(args)) {}
  Flow run(Frame &frame) override {
    std::string line;
    for (const Arg &arg : args) {
      arg.value->evalTo(frame, frame.slot(arg.slot));
      if (&arg != &args[0])
        line += ' ';
      line += show(arg.type, frame.slot(arg.slot));
      if (arg.type->isArray()) // kept, it would be shared, and copied at its next update
        at<ArrayRef>(frame.slot(arg.slot)) = {};
    }
    frame.machine->out << line << '\n';
    return Flow::Next;
  }
};

} // namespace

size_t Compiler::newSlot(const Layout *layout) {
  size_t offset = code.frameSize + 8;
  code.frameSize = offset + (layout->size + 7) / 8 * 8;
  if (!layout->isTrivial)
    code.owners.push_back({offset, layout});
  if (isLazy() || code.mode != Mode::Strict)
    code.checked.push_back({offset, layout});
  return offset;
}

size_t Compiler::slotOf(const hir::Var *var) {
  auto known = slots.find(var);
  if (known != slots.end())
    return known->second;
  return slots[var] = newSlot(layout(var->type));
}

Sequence *Compiler::statements(const hir::Block *block) {
  auto *sequence = make<Sequence>(block->span);
  for (const hir::Stmt *s : block->statements)
    sequence->actions.push_back(statement(s));
  return sequence;
}

Action *Compiler::ifAction(const hir::Expr *e, bool isTail) {
  auto *condition = lookedTyped<bool>(e->args[0]);
  Action *branch[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    if (i >= e->blocks.size() || !e->blocks[i])
      continue;
    if (isTail) {
      branch[i] = tail(e->blocks[i]);
      continue;
    }
    Sequence *sequence = statements(e->blocks[i]);
    if (const hir::Expr *value = e->blocks[i]->value) { // for its effect
      hir::Stmt &eval = machine.stmts.emplace_back(hir::Stmt{hir::StmtKind::Eval, value->span});
      eval.value = const_cast<hir::Expr *>(value);
      sequence->actions.push_back(statement(&eval));
    }
    branch[i] = sequence;
  }
  return make<IfAction>(e->span, condition, branch[0], branch[1]);
}

Action *Compiler::tail(const hir::Expr *value) {
  if (value->type->kind == hir::TypeKind::Void) {
    hir::Stmt &eval = machine.stmts.emplace_back(hir::Stmt{hir::StmtKind::Eval, value->span});
    eval.value = const_cast<hir::Expr *>(value);
    return statement(&eval);
  }
  if (value->op == hir::Op::If)
    return ifAction(value, true);
  if (value->op == hir::Op::BlockExpr)
    return tail(value->blocks[0]);
  return make<ReturnAction>(value->span, expr(value));
}

Action *Compiler::tail(const hir::Block *block) {
  Sequence *sequence = statements(block);
  if (block->value)
    sequence->actions.push_back(tail(block->value));
  return sequence;
}

Action *Compiler::let(const hir::Stmt *s) {
  size_t offset = slotOf(s->var);
  if (!s->value)
    return make<ClearAction>(s->span, offset, layout(s->var->type));
  Node *value = expr(s->value);
  if (isLazy())
    return make<LazyLet>(s->span, value, offset, layout(s->var->type), mode);
  return make<LetAction>(s->span, value, offset);
}

Action *Compiler::forLoop(const hir::Stmt *s) {
  return withScalar(s->var->type, [&]<class T>() -> Action * {
    if constexpr (isInteger<T>) {
      Typed<T> *low = lookedTyped<T>(s->value), *high = lookedTyped<T>(s->high);
      Typed<T> *step = nullptr;
      if (s->step) {
        if (layout(s->step->type) == layout(s->var->type)) {
          step = lookedTyped<T>(s->step);
        } else { // an unsigned variable may walk down by a signed step
          throw PlainFailure{NotInterpreted, "the step of a loop has type " + hir::toString(s->step->type) + ", its variable " +
                                           hir::toString(s->var->type)};
        }
      }
      size_t offset = slotOf(s->var);
      return make<ForAction<T>>(s->span, low, high, step, offset, statements(s->body));
    } else {
      throw PlainFailure{NotInterpreted, "a loop over " + hir::toString(s->var->type)};
    }
  });
}

Action *Compiler::print(const hir::Stmt *s) {
  if (isLazy()) { // effects of later arguments come before the look at an earlier one
    size_t last = 0;
    for (size_t i = 1; i < s->args.size(); ++i)
      if (hasEffects(s->args[i]))
        last = i;
    if (last) {
      auto *sequence = make<Sequence>(s->span);
      hir::Stmt &inner = machine.stmts.emplace_back(*s);
      for (size_t i = 0; i <= last; ++i) {
        const hir::Expr *arg = s->args[i];
        hir::Var &var = machine.vars.emplace_back(hir::Var{"", -1, arg->type, false, arg->span, nullptr});
        hir::Expr &read = machine.exprs.emplace_back(hir::Expr{hir::Op::Local, arg->type, arg->span});
        read.var = &var;
        sequence->actions.push_back(make<LazyLet>(arg->span, expr(arg), slotOf(&var), layout(arg->type), mode));
        inner.args[i] = &read;
      }
      sequence->actions.push_back(print(&inner));
      return sequence;
    }
  }
  std::vector<PrintAction::Arg> args;
  for (const hir::Expr *arg : s->args)
    args.push_back({looked(arg), arg->type, newSlot(layout(arg->type))});
  return make<PrintAction>(s->span, std::move(args));
}

Action *Compiler::anyStatement(const hir::Stmt *s) {
  using hir::StmtKind;
  switch (s->kind) {
  case StmtKind::Let: return let(s);
  case StmtKind::Assign: return assign(s);
  case StmtKind::Eval: {
    const hir::Expr *e = s->value;
    if (e->op == hir::Op::If)
      return ifAction(e, false);
    if (e->op == hir::Op::BlockExpr && !e->blocks[0]->value)
      return statements(e->blocks[0]);
    if (e->type->kind == hir::TypeKind::Void)
      return make<EvalAction>(s->span, looked(e), newSlot(layout(e->type)));
    return make<EvalAction>(s->span, looked(e), newSlot(layout(e->type)));
  }
  case StmtKind::For: return forLoop(s);
  case StmtKind::While: {
    auto *condition = lookedTyped<bool>(s->value);
    return make<WhileAction>(s->span, condition, statements(s->body));
  }
  case StmtKind::Break: return make<JumpAction>(s->span, Flow::Break);
  case StmtKind::Continue: return make<JumpAction>(s->span, Flow::Continue);
  case StmtKind::Return:
    if (s->value && s->value->type->kind == hir::TypeKind::Void) {
      auto *sequence = make<Sequence>(s->span);
      sequence->actions = {tail(s->value), make<JumpAction>(s->span, Flow::Return)};
      return sequence;
    }
    return make<ReturnAction>(s->span, s->value ? expr(s->value) : nullptr);
  case StmtKind::Assert: {
    auto *condition = lookedTyped<bool>(s->value);
    return make<AssertAction>(s->span, condition, s->message ? lookedTyped<Str>(s->message) : nullptr, mode);
  }
  case StmtKind::Print: return print(s);
  case StmtKind::Block: return statements(s->body);
  case StmtKind::CheckExtent: {
    IndexNode *value = lookedIndex(s->value);
    return make<CheckExtentAction>(s->span, value, lookedIndex(s->high), s->text, mode);
  }
  case StmtKind::Atomic: return atomic(s);
  case StmtKind::Barrier:
  case StmtKind::Shared: break; // GroupKernel.cpp
  }
  throw PlainFailure{NotInterpreted, "a barrier or shared memory outside a group kernel"};
}

void Compiler::function() {
  const hir::Function &f = *code.function;
  code.result = layout(f.result);
  for (const hir::Param &param : f.params)
    code.params.push_back({slotOf(param.var), layout(param.var->type)});
  if (f.kind == hir::FunctionKind::GroupKernel)
    groupKernel();
  else if (f.body)
    code.body = tail(f.body);
}

} // namespace dagger::interp
