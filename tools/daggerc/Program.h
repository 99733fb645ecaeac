// From a source file to a program in this process: through the cache, or through the compiler.
#pragma once
#include "compiler/driver/CompilerApi.h"
#include "dagger/runtime.h"
#include "tools/daggerc/Commands.h"
#include <functional>
#include <optional>

namespace dagger {

// What dagger_compile made, freed with this.
class Compiled {
public:
  explicit Compiled(const dagger_compile_request &request);
  ~Compiled();
  Compiled(const Compiled &) = delete;
  Compiled &operator=(const Compiled &) = delete;
  const dagger_compile_result *operator->() const { return result; }
  dagger_compile_result &operator*() const { return *result; }

private:
  dagger_compile_result *result;
};

// A request for `path` with everything but the output filled in; `text` must outlive it.
dagger_compile_request requestFor(const std::string &path, const std::string &text, const Options &options);

struct LoadedProgram {
  const dg_program *program = nullptr; // null: it has errors, which have been printed, or cannot be opened
  const dg_better *better = nullptr;   // null: its kernels are what they will be. Lives as long as the process
  int exitCode = 0;
};

// The program at `path`, or its tests, opened. `hasty`: kernels may be provisional, if nobody has compiled it before.
LoadedProgram loadProgram(const std::string &path, const Options &options, bool tests, bool hasty);

} // namespace dagger
