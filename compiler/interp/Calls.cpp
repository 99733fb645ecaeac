// Calls of functions, tasks, group kernels and externs.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Extern.h"
#include <alloca.h>

namespace dagger::interp {
namespace {

struct CallPlan {
  struct Argument { Node *value = nullptr; int place = -1; }; // in the order of the parameters
  Code *code = nullptr;
  const hir::Function *callee = nullptr;
  Mode mode = Mode::Strict; // of the caller
  std::vector<Argument> args;
  std::vector<PlaceNode> places;
  ExternFunction *external = nullptr;
  bool isSimple = false;
  Span span;

  // Only a fn in graph code, or one that runs inside a task, goes on with failed arguments.
  bool isOperation() const { return callee->kind != hir::FunctionKind::Fn && callee->kind != hir::FunctionKind::Test; }

  [[gnu::noinline]] void invoke(Frame &caller, std::byte *result) const {
    Machine &machine = *caller.machine;
    if (static_cast<const char *>(__builtin_frame_address(0)) < machine.stackLimit)
      fail(caller, span, failures::RecursionTooDeep, failures::recursionTooDeep());
    if (!code->isReady)
      located(caller, span, [&] { machine.prepare(*code); });
    void *memory = alloca(code->frameSize);
    memset(memory, 0, code->frameSize);
    Frame &frame = *new (memory) Frame{&caller, span, code, &machine, caller.scope, result};
    FrameGuard guard{frame};
    if (isSimple)
      invokeSimply(caller, frame);
    else
      invokeFully(caller, frame);
  }

  // A fn in strict code with at most one inout place, which is all of a variable: nothing to catch, nothing to compare.
  void invokeSimply(Frame &caller, Frame &frame) const {
    size_t placeAt = 0;
    for (size_t i = 0; i < args.size(); ++i)
      if (args[i].value)
        args[i].value->evalTo(caller, frame.slot(code->params[i].offset));
      else
        placeAt = i;
    if (places.empty())
      return run(frame);
    std::byte *param = frame.slot(code->params[placeAt].offset), *place = caller.slot(places[0].slot);
    places[0].whole->move(param, place);
    run(frame);
    places[0].whole->move(place, param);
  }

  void run(Frame &frame) const {
    try {
      code->body->run(frame);
    } catch (Escape &) {
      // `return` inside an operand: the value is in place.
    }
  }

  void failPlaces(Frame &caller, const FailureRef &failure) const {
    for (const PlaceNode &place : places)
      setFailed(caller, caller.slot(place.slot), place.whole, failure);
  }

  void evaluateArguments(Frame &caller, Frame &frame, std::vector<Selection> &selections) const {
    for (size_t i = 0; i < args.size(); ++i) {
      std::byte *slot = frame.slot(code->params[i].offset);
      try {
        if (args[i].value)
          args[i].value->evalTo(caller, slot);
        else
          selections[size_t(args[i].place)] = places[size_t(args[i].place)].resolve(caller);
      } catch (Fail &failure) {
        if (!isCaught(mode, failure.kind))
          throw;
        setFailed(caller, slot, code->params[i].layout, failure.failure);
      }
    }
    checkOverlaps(caller, frame, selections);
    for (size_t i = 0; i < args.size(); ++i) {
      std::byte *slot = frame.slot(code->params[i].offset);
      if (!args[i].value && !failedIn(slot)) {
        const PlaceNode &place = places[size_t(args[i].place)];
        located(caller, span, [&] { place.take(caller, selections[size_t(args[i].place)], slot); });
      }
    }
  }

  void checkOverlaps(Frame &caller, Frame &frame, const std::vector<Selection> &selections) const {
    std::vector<bool> failed(places.size()); // a place that is out of range meets nothing
    for (size_t i = 0; i < args.size(); ++i)
      if (!args[i].value)
        failed[size_t(args[i].place)] = failedIn(frame.slot(code->params[i].offset));
    for (size_t i = 0; i < places.size(); ++i)
      for (size_t k = i + 1; k < places.size(); ++k) {
        const PlaceNode &a = places[i], &b = places[k];
        if (a.root != b.root || failed[i] || failed[k])
          continue;
        size_t common = std::min(a.fields.size(), b.fields.size());
        if (!std::equal(a.fields.begin(), a.fields.begin() + int64_t(common), b.fields.begin()))
          continue;
        if (!a.isWhole() && !b.isWhole() && !overlap(selections[i], selections[k]))
          continue;
        fail(caller, span, failures::PlacesOverlap,
             failures::placesOverlap(written(caller, a), written(caller, b)));
      }
  }

  static std::string written(Frame &frame, const PlaceNode &place) {
    const SourceManager *sources = frame.machine->program.sources;
    if (!sources || !place.span.valid())
      return place.root->name;
    return sources->get(place.span.file).text.substr(place.span.begin, place.span.end - place.span.begin);
  }

  void invokeFully(Frame &caller, Frame &frame) const {
    std::vector<Selection> selections(places.size());
    bool runs = isOperation();
    Scope scope;
    FailureRef failure; // of a task, kernel or extern
    try {
      evaluateArguments(caller, frame, selections);
    } catch (Fail &failed) {
      if (isCaught(mode, failed.kind) && !places.empty())
        failPlaces(caller, failed.failure);
      throw;
    }
    if (!runs) {
      try {
        run(frame);
      } catch (Fail &failed) {
        if (!isCaught(mode, failed.kind))
          throw;
        putBack(caller, frame, selections);
        throw;
      }
      putBack(caller, frame, selections);
      return;
    }
    Fail::Kind kind = callee->kind == hir::FunctionKind::GroupKernel ? Fail::Operation : Fail::Future;
    if (mode != Mode::Strict)
      for (size_t i = 0; i < args.size() && !failure; ++i) {
        std::byte *slot = frame.slot(code->params[i].offset);
        const FailureRef *failed = failedIn(slot);
        if (!failed)
          failed = failureIn(slot, code->params[i].layout);
        if (failed)
          failure = *failed, kind = Fail::Future;
      }
    if (!failure)
      try {
        frame.scope = &scope;
        if (external)
          external->call(frame, *code, frame.result);
        else
          run(frame);
        failure = scope.first; // a nested task failed and nothing looked at it
      } catch (Fail &failed) {
        failure = failed.failure;
      }
    if (failure) {
      failPlaces(caller, failure);
      throw Fail{failure, kind};
    }
    putBack(caller, frame, selections);
  }

  void putBack(Frame &caller, Frame &frame, std::vector<Selection> &selections) const {
    for (size_t i = 0; i < args.size(); ++i) {
      if (args[i].value)
        continue;
      const PlaceNode &place = places[size_t(args[i].place)];
      const Code::Slot &param = code->params[i];
      std::byte *slot = frame.slot(param.offset);
      if (const FailureRef *failed = failedIn(slot))
        setFailed(caller, caller.slot(place.slot), place.whole, *failed);
      else
        located(caller, span, [&] {
          place.put(caller, selections[size_t(args[i].place)], slot, param.layout);
          place.rechunk(caller);
        });
    }
  }
};

template <class T> struct CallNode final : Typed<T> {
  CallPlan plan;
  explicit CallNode(CallPlan plan) : plan(std::move(plan)) {}
  T eval(Frame &frame) override {
    T result{};
    plan.invoke(frame, reinterpret_cast<std::byte *>(&result));
    return result;
  }
};
struct TupleCall final : Node { // and calls without a value
  CallPlan plan;
  explicit TupleCall(CallPlan plan) : plan(std::move(plan)) {}
  void evalTo(Frame &frame, std::byte *to) override { plan.invoke(frame, to); }
};

} // namespace

Node *Compiler::call(const hir::Expr *e) {
  const hir::Function &callee = *e->callee;
  Mode inner = Mode::Strict;
  if (callee.kind == hir::FunctionKind::Task)
    inner = callee.callsTasks ? Mode::Task : Mode::Strict;
  else if (callee.kind == hir::FunctionKind::Fn && (mode == Mode::Graph || !callee.isScalar))
    inner = mode;
  CallPlan plan;
  plan.code = &machine.codeOf(callee, inner);
  plan.callee = &callee;
  plan.mode = mode;
  plan.span = e->span;
  if (callee.kind == hir::FunctionKind::Extern)
    plan.external = &machine.externOf(callee);
  size_t nextArg = 0, nextPlace = 0;
  for (const hir::Param &param : callee.params)
    if (param.isInout) {
      plan.args.push_back({nullptr, int(plan.places.size())});
      plan.places.push_back(place(e->places[nextPlace++]));
    } else {
      plan.args.push_back({expr(e->args[nextArg++]), -1});
    }
  plan.isSimple = mode == Mode::Strict && callee.kind == hir::FunctionKind::Fn &&
                  (plan.places.empty() || (plan.places.size() == 1 && plan.places[0].isWhole() && plan.places[0].chunks.empty()));
  if (!hasCell(e->type))
    return make<TupleCall>(e->span, std::move(plan));
  return withValue(e->type, [&]<class T>() -> Node * { return make<CallNode<T>>(e->span, std::move(plan)); });
}

} // namespace dagger::interp
