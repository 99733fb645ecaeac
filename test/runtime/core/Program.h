// A program for a test: a function in place of compiled host code, run by dg_run with its output caught.
#pragma once
#include "dagger/runtime.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace dagger::test {

struct Outcome {
  int code;
  std::string out, err;
};

// A file in place of one of the standard descriptors, until `take`.
class Caught {
  int descriptor, saved;
  std::FILE *file;

public:
  explicit Caught(int descriptor) : descriptor(descriptor), saved(dup(descriptor)), file(std::tmpfile()) {
    std::fflush(nullptr);
    dup2(fileno(file), descriptor);
  }
  std::string take() {
    std::fflush(nullptr);
    dup2(saved, descriptor);
    close(saved);
    std::string text;
    std::rewind(file);
    char part[4096];
    for (size_t n; (n = std::fread(part, 1, sizeof part, file));)
      text.append(part, n);
    std::fclose(file);
    return text;
  }
};

inline std::function<void(dg_context *, const void *const *)> &body() {
  static std::function<void(dg_context *, const void *const *)> f;
  return f;
}

struct Settings {
  int threads = 3;
  int64_t chunkBytes = 0;
  const char *graph = nullptr;
  std::vector<dg_parameter> parameters = {};
  std::vector<std::string> arguments = {};
  bool standalone = false;
  const dg_better *better = nullptr;
};

inline Outcome run(std::function<void(dg_context *, const void *const *)> main, const Settings &settings = {}) {
  body() = std::move(main);
  dg_program program = {};
  program.version = DG_ABI_VERSION;
  program.name = "prog";
  program.parameters = settings.parameters.data();
  program.parameter_count = int32_t(settings.parameters.size());
  program.main = [](dg_context *context, const void *const *arguments) { body()(context, arguments); };
  dg_options options = {};
  options.threads = settings.threads;
  options.chunk_bytes = settings.chunkBytes;
  options.graph = settings.graph;
  options.better = settings.better;
  std::vector<char *> argv = {const_cast<char *>("prog")};
  for (const std::string &argument : settings.arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  Caught out(1), err(2);
  int code = dg_run(&program, int(argv.size()), argv.data(), &options, settings.standalone);
  Outcome outcome{code, "", ""};
  outcome.err = err.take();
  outcome.out = out.take();
  return outcome;
}

inline Outcome run(std::function<void(dg_context *)> main, const Settings &settings = {}) {
  return run([main = std::move(main)](dg_context *context, const void *const *) { main(context); }, settings);
}

inline void print(dg_context *context, const std::string &text) {
  // No memory that an unwinding print could leave behind.
  alignas(dg_str) static thread_local char memory[8192];
  ASSERT_LT(text.size() + sizeof(dg_str), sizeof memory);
  auto *str = reinterpret_cast<dg_str *>(memory);
  str->refs = -1;
  str->bytes = int64_t(text.size());
  std::memcpy(str->data, text.c_str(), text.size() + 1);
  dg_print(context, str, nullptr);
}

// An operand that follows the index space axis by axis.
inline dg_operand follows(uint8_t access, uint8_t type, int rank, int halo = 0) {
  dg_operand o = {};
  o.access = access;
  o.type = type;
  o.rank = uint8_t(rank);
  for (int axis = 0; axis < rank; ++axis) {
    o.axes[axis] = int8_t(axis);
    o.scale[axis] = 1;
    o.halo_low[axis] = o.halo_high[axis] = halo;
  }
  return o;
}

inline dg_operand all(uint8_t access, uint8_t type, int rank) {
  dg_operand o = {};
  o.access = access;
  o.type = type;
  o.rank = uint8_t(rank);
  for (int axis = 0; axis < rank; ++axis)
    o.axes[axis] = -1;
  return o;
}

inline constexpr dg_location at(int line, const char *function = "main", const dg_location *caller = nullptr) {
  return dg_location{"prog.dg", function, line, 5, caller};
}

template <typename T> T &element(dg_array *a, int64_t i) { return reinterpret_cast<T *>(a->data)[i * a->strides[0]]; }
template <typename T> T scalar(dg_context *context, dg_array *a) {
  dg_array_look(context, a, nullptr);
  return *reinterpret_cast<T *>(a->data);
}

// 0, 1, 2, ... in chunks of one element.
inline dg_array *tiles(dg_context *c, int64_t n) {
  int64_t chunk = 1;
  dg_array *a = dg_array_rechunk(c, dg_array_new(c, DG_I64, 1, &n, 0, nullptr), &chunk, nullptr);
  for (int64_t i = 0; i < n; ++i)
    element<int64_t>(a, i) = i;
  return a;
}

} // namespace dagger::test
