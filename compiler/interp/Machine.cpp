// Failures in frames, and the bookkeeping of compiled functions.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Extern.h"

namespace dagger::interp {

void fail(Frame &frame, Span span, int32_t code, std::string message) {
  auto record = std::make_shared<FailureRecord>();
  record->code = code;
  record->message = std::move(message);
  constexpr size_t MostSites = 64; // of a deep recursion the innermost calls are shown
  Span at = span;
  Frame *f = &frame;
  if (f->code && f->code->function->kind == hir::FunctionKind::Extern) {
    // It has no line of the program: its place is the call, which is then not another one.
    record->task = f->code->function;
    record->sites.push_back({f->callSite, f->code->function});
    f = f->caller;
    at = f->callSite;
    f = f->caller;
  }
  for (; f && f->code; f = f->caller) {
    if (record->sites.size() < MostSites)
      record->sites.push_back({at, f->code->function});
    hir::FunctionKind kind = f->code->function->kind;
    if (!record->task && kind != hir::FunctionKind::Fn && kind != hir::FunctionKind::Test)
      record->task = f->code->function;
    at = f->callSite;
  }
  throw Fail{std::move(record), Fail::Operation};
}

void setFailed(Frame &frame, std::byte *value, const Layout *layout, FailureRef failure) {
  if (!frame.scope->first)
    frame.scope->first = failure;
  clearFailed(value);
  layout->clear(value);
  failedIn(value) = new FailureRef(std::move(failure));
}

const FailureRef *failureIn(std::byte *value, const Layout *layout) {
  if (layout->type->isTuple())
    for (auto &[offset, field] : layout->fields) {
      if (const FailureRef *failed = failedIn(value + offset))
        return failed;
      if (const FailureRef *failed = failureIn(value + offset, field))
        return failed;
    }
  return nullptr;
}

FrameGuard::~FrameGuard() {
  for (const Code::Slot &slot : frame.code->owners)
    slot.layout->clear(frame.slot(slot.offset));
  for (const Code::Slot &slot : frame.code->checked)
    clearFailed(frame.slot(slot.offset));
}

Code &Machine::codeOf(const hir::Function &function, Mode mode) {
  std::unique_ptr<Code> &code = codes[size_t(mode)][&function];
  if (!code) {
    code = std::make_unique<Code>();
    code->function = &function;
    code->mode = mode;
  }
  return *code;
}

void Machine::prepare(Code &code) {
  Compiler(*this, code).function();
  code.isReady = true;
}

ExternFunction &Machine::externOf(const hir::Function &function) {
  std::unique_ptr<ExternFunction> &external = externs[&function];
  if (!external)
    external = std::make_unique<ExternFunction>(function);
  return *external;
}

Machine::Machine(const hir::Program &program, std::ostream &out, std::ostream &err, Options options)
    : program(program), out(out), err(err), options(options) {}
Machine::~Machine() = default;

} // namespace dagger::interp
