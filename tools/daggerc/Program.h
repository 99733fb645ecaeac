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
  const dagger_compile_result &operator*() const { return *result; }

private:
  dagger_compile_result *result;
};

// A request for `path` with everything but the output filled in; `text` must outlive it.
dagger_compile_request requestFor(const std::string &path, const std::string &text, const Options &options);

// The program at `path`, or its tests, opened. Nothing if it has errors: they have been printed, and `exitCode` is set.
const dg_program *loadProgram(const std::string &path, const Options &options, bool tests, int &exitCode);

} // namespace dagger
