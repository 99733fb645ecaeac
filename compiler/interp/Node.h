// The executable tree: each function is compiled once into nodes that evaluate themselves in a frame.
#pragma once
#include "compiler/interp/Failure.h"
#include "compiler/interp/Interpreter.h"
#include <deque>
#include <functional>

namespace dagger::interp {

struct Code;
struct Machine;

// The failures that nothing has looked at yet, of the program or of one task call; the earliest is kept.
struct Scope { FailureRef first; };

// One activation. The function's slots follow it in memory; offsets count from the frame's own address.
struct Frame {
  Frame *caller = nullptr;
  Span callSite;                 // in the caller
  const Code *code = nullptr;
  Machine *machine = nullptr;
  Scope *scope = nullptr;
  std::byte *result = nullptr;   // where the function's value goes
  std::byte *slot(size_t offset) { return reinterpret_cast<std::byte *>(this) + offset; }
};

// How failures behave in a piece of code (README.md, "Failures").
enum class Mode : uint8_t {
  Graph,  // any failure makes a failed value until it is looked at
  Task,   // so does a failed task call; any other failure ends the task
  Strict, // every failure leaves at once: kernels, lambdas, code that calls no task
};

// Ends the operation that runs, with the place and the calls that led there.
[[noreturn]] void fail(Frame &frame, Span span, int32_t code, std::string message);
// Runs `action`, adding the place to a PlainFailure.
template <class Action> auto located(Frame &frame, Span span, Action &&action) {
  try {
    return action();
  } catch (PlainFailure &failure) {
    fail(frame, span, failure.code, std::move(failure.message));
  }
}

inline bool isCaught(Mode mode, Fail::Kind kind) {
  return mode == Mode::Graph ? kind != Fail::Stop : mode == Mode::Task && kind == Fail::Future;
}
// Makes the slot's value a failed one.
void setFailed(Frame &frame, std::byte *value, const Layout *layout, FailureRef failure);
// The first failure in a slot of this layout, or null.
const FailureRef *failureIn(std::byte *value, const Layout *layout);

struct Node {
  Span span;
  virtual ~Node() = default;
  virtual void evalTo(Frame &frame, std::byte *to) = 0; // assigns the value
};

template <class T> struct Typed : Node {
  virtual T eval(Frame &frame) = 0;
  void evalTo(Frame &frame, std::byte *to) override { at<T>(to) = eval(frame); }
  // The object where it stands if it has a place, else in `keep`: spares arrays their counting.
  virtual const T &peek(Frame &frame, T &keep) { return keep = eval(frame); }
};
using IndexNode = Typed<int64_t>;
using ArrayNode = Typed<ArrayRef>;

enum class Flow : uint8_t { Next, Break, Continue, Return };
// `break`, `continue` and `return` out of a block that is an operand.
struct Escape { Flow flow; };

struct Action {
  Span span;
  virtual ~Action() = default;
  virtual Flow run(Frame &frame) = 0;
};

struct Sequence final : Action {
  std::vector<Action *> actions;
  Flow run(Frame &frame) override {
    for (Action *action : actions)
      if (Flow flow = action->run(frame); flow != Flow::Next) [[unlikely]]
        return flow;
    return Flow::Next;
  }
};

// A function in one mode.
struct Code {
  const hir::Function *function = nullptr;
  Mode mode = Mode::Strict;
  bool isReady = false;
  size_t frameSize = sizeof(Frame);
  struct Slot { size_t offset; const Layout *layout; };
  std::vector<Slot> params;
  std::vector<Slot> owners;       // slots that hold handles, for releasing
  std::vector<Slot> checked;      // all slots, in lazy modes: their failure pointers are released as well
  const Layout *result = nullptr;
  Action *body = nullptr;
};

// One run of a program: its compiled functions, output and limits.
struct Machine {
  const hir::Program &program;
  Layouts layouts;
  std::ostream &out, &err;
  Options options;
  std::deque<std::unique_ptr<Node>> nodes;
  std::deque<std::unique_ptr<Action>> actions;
  std::deque<hir::Expr> exprs;    // nodes that the interpreter rewrites into
  std::deque<hir::Block> blocks;
  std::deque<hir::Stmt> stmts;
  std::deque<hir::Var> vars;
  std::unordered_map<const hir::Function *, std::unique_ptr<Code>> codes[3];
  const char *stackLimit = nullptr; // the lowest address that calls may use

  std::unordered_map<const hir::Function *, std::unique_ptr<class ExternFunction>> externs;

  Machine(const hir::Program &program, std::ostream &out, std::ostream &err, Options options);
  ~Machine();
  // Not compiled yet: `prepare` does that at the first call, so that recursion needs no care.
  Code &codeOf(const hir::Function &function, Mode mode);
  class ExternFunction &externOf(const hir::Function &function);
  void prepare(Code &code);
  template <class N, class... Args> N *node(Span span, Args &&...args) {
    auto owned = std::make_unique<N>(std::forward<Args>(args)...);
    owned->span = span;
    N *result = owned.get();
    if constexpr (std::is_base_of_v<Node, N>)
      nodes.push_back(std::move(owned));
    else
      actions.push_back(std::move(owned));
    return result;
  }
};

// Releases what a frame holds, whichever way it is left.
struct FrameGuard {
  Frame &frame;
  ~FrameGuard();
};

} // namespace dagger::interp
