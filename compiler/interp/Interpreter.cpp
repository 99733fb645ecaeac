#include "compiler/interp/Interpreter.h"
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"
#include <ostream>
#include <pthread.h>
#include <sys/mman.h>

namespace dagger::interp {
namespace {

void store(const hir::Type *type, const Value &value, std::byte *to) {
  withScalar(type, [&]<class T>() {
    if constexpr (std::is_same_v<T, Str>)
      at<T>(to) = Str(value.text);
    else if constexpr (isComplex<T>)
      at<T>(to) = T(typename T::value_type(value.floatValue), typename T::value_type(value.imagValue));
    else if constexpr (isFloat<T>)
      at<T>(to) = T(value.floatValue);
    else
      at<T>(to) = T(value.intValue);
  });
}

bool execute(Machine &machine, const hir::Function &entry, const std::vector<Value> &args) {
  Frame outside;
  outside.machine = &machine;
  Code &code = machine.codeOf(entry, Mode::Graph);
  FailureRef failure;
  try {
    located(outside, entry.span, [&] { machine.prepare(code); });
    std::vector<uint64_t> memory(code.frameSize / 8 + 1); // zeros
    std::vector<uint64_t> result(code.result->size / 8 + 1);
    Scope scope;
    Frame &frame = *new (memory.data())
        Frame{nullptr, {}, &code, &machine, &scope, reinterpret_cast<std::byte *>(result.data())};
    FrameGuard guard{frame};
    for (size_t i = 0; i < args.size() && i < code.params.size(); ++i)
      store(code.params[i].layout->type, args[i], frame.slot(code.params[i].offset));
    try {
      code.body->run(frame);
    } catch (Escape &) {
      // `return` inside an operand
    } catch (Fail &failed) {
      failure = failed.failure;
    }
    if (!failure)
      failure = scope.first; // what nothing looked at
    code.result->clear(frame.result);
  } catch (Fail &failed) {
    failure = failed.failure;
  } catch (PlainFailure &failed) {
    auto record = std::make_shared<FailureRecord>();
    record->code = failed.code;
    record->message = failed.message;
    failure = record;
  }
  machine.out.flush();
  if (failure)
    print(*failure, machine.program.sources, machine.err);
  return !failure;
}

struct Job {
  Machine &machine;
  const hir::Function &entry;
  const std::vector<Value> &args;
  bool isDone = false;
};

// Recursion in the program is recursion of the interpreter: it runs on a stack of its own, which the system backs with
// memory only as far as it is used.
bool onLargeStack(Machine &machine, const hir::Function &entry, const std::vector<Value> &args) {
  size_t bytes = machine.options.stackBytes;
  void *stack = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  Job job{machine, entry, args};
  if (stack == MAP_FAILED) {
    machine.err << "error[DG9010]: " << failures::outOfMemory(bytes) << '\n';
    return false;
  }
  constexpr size_t Reserve = size_t(1) << 18; // for the library's own calls below the deepest of the program's
  machine.stackLimit = static_cast<const char *>(stack) + Reserve;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, bytes);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, [](void *argument) -> void * {
    Job &job = *static_cast<Job *>(argument);
    job.isDone = execute(job.machine, job.entry, job.args);
    return nullptr;
  }, &job);
  pthread_attr_destroy(&attributes);
  if (error == 0)
    pthread_join(thread, nullptr);
  else
    machine.err << "error[DG9010]: " << failures::outOfMemory(bytes) << '\n';
  munmap(stack, bytes);
  return job.isDone;
}

} // namespace

int run(const hir::Program &program, const hir::Function &entry, const std::vector<Value> &args, std::ostream &out,
        std::ostream &err, Options options) {
  Machine machine(program, out, err, options);
  return onLargeStack(machine, entry, args) ? 0 : 1;
}

bool runTest(const hir::Program &program, const hir::Function &test, std::ostream &out, std::ostream &err, Options options) {
  return run(program, test, {}, out, err, options) == 0;
}

} // namespace dagger::interp
