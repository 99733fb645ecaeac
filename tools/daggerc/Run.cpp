// `run` and `test`, and `graph` of what ran: the program runs in this process.
#include "tools/daggerc/Frontend.h"
#include "tools/daggerc/Installation.h"
#include "tools/daggerc/Program.h"
#include <algorithm>
#include <sys/wait.h>
#include <unistd.h>

namespace dagger {
namespace {

int execute(const std::string &path, const Options &options, bool tests) {
  // Who measures a program wants the code that it will have.
  const char *statistics = getenv("DAGGER_STATS");
  bool isMeasured = options.statistics || !options.trace.empty() || !options.graph.empty() || (statistics && *statistics);
  LoadedProgram loaded = loadProgram(path, options, tests, !tests && !options.optimized && !isMeasured);
  if (!loaded.program) return loaded.exitCode;
  dg_options runtime{};
  runtime.threads = options.threads;
  runtime.chunk_bytes = options.chunkBytes;
  runtime.graph = options.graph.empty() ? nullptr : options.graph.c_str();
  runtime.trace = options.trace.empty() ? nullptr : options.trace.c_str();
  runtime.statistics = options.statistics;
  runtime.run_tests = tests;
  runtime.better = loaded.better;
  std::vector<char *> arguments{const_cast<char *>(path.c_str())};
  for (const std::string &argument : options.arguments) arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  using Run = int(const dg_program *, int, char **, const dg_options *, int);
  auto *run = reinterpret_cast<Run *>(functionOf("libdagger_runtime.so", "dg_run", true));
  return run(loaded.program, int(arguments.size()) - 1, arguments.data(), &runtime, 0);
}

} // namespace

int runProgram(const Options &options) {
  if (options.reference) return frontendOnAll(DAGGER_REFERENCE_RUN, options);
  return execute(options.files[0], options, false);
}

int testPrograms(const Options &options) {
  if (options.reference) return frontendOnAll(DAGGER_REFERENCE_TEST, options);
  if (options.files.size() == 1) return execute(options.files[0], options, true);
  // A process for each file: what one leaves behind, or a crash, does not reach the next.
  int worst = 0;
  for (const std::string &path : options.files) {
    fflush(nullptr);
    pid_t child = fork();
    if (child == 0) {
      int code = execute(path, options, true);
      fflush(nullptr);
      _exit(code);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
      perror("daggerc: cannot start a test");
      return 1;
    }
    if (WIFSIGNALED(status)) fprintf(stderr, "%s: the tests ended with signal %d\n", path.c_str(), WTERMSIG(status));
    worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  return worst;
}

} // namespace dagger
