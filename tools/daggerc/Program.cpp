#include "tools/daggerc/Program.h"
#include "compiler/driver/SourceText.h"
#include "tools/daggerc/Better.h"
#include "tools/daggerc/Cache.h"
#include "tools/daggerc/Installation.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <unistd.h>

namespace dagger {
namespace {

std::string absolutePath(const std::string &path) {
  std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), &free);
  return resolved ? resolved.get() : path;
}

// All that the machine code depends on, but for the imported files, which the entry itself lists. The path counts as the
// user wrote it, because messages carry it, and resolved, because imports are relative to it.
Digest keyOf(const std::string &path, const std::string &text, const Options &options, bool tests) {
  Digester digester;
  digester.add(DAGGER_VERSION).add(path).add(absolutePath(path)).add(text).add(options.checked ? "checked" : "").add(tests ? "tests" : "").add(std::to_string(options.vectorBits));
  for (const char *library : {"libdagger_compiler.so", "libdagger_frontend.so"})
    digester.add(buildId(installation().library(library)));
  return digester.add(processorIdentity()).digest();
}

// The program in the shared object at `path`. The runtime is opened first and for all to see: programs leave its symbols
// undefined.
const dg_program *open(const std::string &path) {
  functionOf("libdagger_runtime.so", "dg_run", true);
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    reportError(7006, std::string("the compiled program cannot be opened: ") + dlerror());
    return nullptr;
  }
  auto *program = static_cast<const dg_program *>(dlsym(handle, "dg_program_entry"));
  if (!program) reportError(7006, std::string("the compiled program cannot be opened: ") + dlerror());
  return program;
}

} // namespace

Compiled::Compiled(const dagger_compile_request &request)
    : result(reinterpret_cast<dagger_compile_fn *>(functionOf("libdagger_compiler.so", "dagger_compile"))(&request)) {}

Compiled::~Compiled() {
  reinterpret_cast<dagger_compile_free_fn *>(functionOf("libdagger_compiler.so", "dagger_compile_free"))(result);
}

dagger_compile_request requestFor(const std::string &path, const std::string &text, const Options &options) {
  static const std::string resources = installation().resources();
  dagger_compile_request request{};
  request.version = DAGGER_COMPILER_VERSION;
  request.path = path.c_str();
  request.text = text.data();
  request.text_bytes = text.size();
  request.resources = resources.c_str();
  request.checked = options.checked;
  request.vector_bits = options.vectorBits;
  request.color = useColor();
  return request;
}

namespace {
// What a cached entry depends on besides its key.
std::vector<CachedSource> sourcesOf(const Compiled &compiled) {
  std::vector<CachedSource> sources;
  for (size_t i = 0; i < compiled->source_count; ++i) {
    const dagger_source &read = compiled->sources[i];
    sources.push_back({read.path, digestOf({read.text, read.text_bytes})});
  }
  return sources;
}

// A program with provisional kernels is for this process alone: the cache gets the one that is made meanwhile.
LoadedProgram beginHastily(Cache &cache, const Digest &key, const std::string &temporary, Compiled &compiled, Claim claim) {
  LoadedProgram loaded;
  loaded.program = open(temporary);
  unlink(temporary.c_str());
  if (!loaded.program) {
    loaded.exitCode = 1;
    return loaded;
  }
  auto make = [&cache, &compiled, key] {
    std::string made = cache.unfinished(key);
    auto *rest = reinterpret_cast<dagger_compile_rest_fn *>(functionOf("libdagger_compiler.so", "dagger_compile_rest"));
    if (!rest(&*compiled, made.c_str())) {
      unlink(made.c_str());
      return false;
    }
    cache.store(key, made, sourcesOf(compiled));
    return true;
  };
  auto find = [&cache, key]() -> const dg_program * {
    std::optional<std::string> object = cache.find(key);
    return object ? open(*object) : nullptr;
  };
  static std::optional<Better> better; // until the process ends: the program's threads ask it
  better.emplace(make, find, std::move(claim));
  loaded.better = better->source();
  return loaded;
}
} // namespace

LoadedProgram loadProgram(const std::string &path, const Options &options, bool tests, bool hasty) {
  static Cache cache; // its temporary files live as long as the programs that are open
  LoadedProgram loaded;
  SourceText source = readSource(path);
  if (!source) {
    reportError(source.code, source.problem, source.help);
    loaded.exitCode = 2;
    return loaded;
  }
  Digest key = keyOf(path, source.text, options, tests);
  std::optional<std::string> object = cache.find(key);
  hasty = hasty && options.vectorBits == 0 && cache.isKept();
  // Somebody else may be at work on it: then it is compiled for this process alone, which begins as soon as the other one did.
  Claim claim = !object && hasty ? cache.claim(key) : Claim();
  if (!object && claim.take(false) && hasty && (object = cache.find(key))) claim.finish(); // made since it was looked for
  if (!object) {
    dagger_compile_request request = requestFor(path, source.text, options);
    std::string temporary = cache.temporary();
    request.output = DAGGER_SHARED_OBJECT;
    request.output_path = temporary.c_str();
    request.tests = tests;
    request.quick = options.vectorBits == 0; // who says how wide vectors may be wants them everywhere
    request.hasty = hasty;
    auto compiled = std::make_unique<Compiled>(request);
    fputs((*compiled)->diagnostics, stderr);
    if (!(*compiled)->ok) {
      unlink(temporary.c_str());
      if (claim.isHad()) claim.finish();
      loaded.exitCode = 1;
      return loaded;
    }
    // The child works on it; to free it here would only copy the pages that both have.
    if ((*compiled)->provisional) return beginHastily(cache, key, temporary, *compiled.release(), std::move(claim));
    object = cache.store(key, temporary, sourcesOf(*compiled));
    if (claim.isHad()) claim.finish();
  }
  loaded.program = open(*object);
  if (!loaded.program) loaded.exitCode = 1;
  return loaded;
}

} // namespace dagger
