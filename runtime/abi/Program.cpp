// dg_run: a program from its command line to its exit code.
#include "runtime/abi/Arguments.h"
#include "runtime/abi/Provisional.h"
#include "runtime/sched/Heap.h"
#include "runtime/sched/Runtime.h"
#include "runtime/trace/Progress.h"
#include "runtime/trace/Recorder.h"
#include "runtime/trace/Statistics.h"
#include "runtime/trace/Timeline.h"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <sched.h>
#include <unistd.h>

using namespace dagger::rt;

namespace {

int availableThreads() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return std::max(CPU_COUNT(&set), 1);
  return std::max(int(sysconf(_SC_NPROCESSORS_ONLN)), 1);
}

// What the host thread runs behind an edge: separate, so that nothing of the caller lives in registers across the return.
__attribute__((noinline)) const Failure *behindEdge(Runtime &runtime, void (*run)(Runtime &, void *), void *argument) {
  jmp_buf edge;
  runtime.host.edge = &edge;
  runtime.host.failure = nullptr;
  runtime.host.sites = nullptr;
  dg_context *outer = currentContext;
  currentContext = &runtime.host;
  if (_setjmp(edge) == 0)
    run(runtime, argument);
  currentContext = outer;
  return runtime.host.failure;
}

struct Body {
  void (*main)(dg_context *, const void *const *);
  void (*test)(dg_context *);
  const void *const *arguments;
};

void runBody(Runtime &runtime, void *argument) {
  auto *body = static_cast<Body *>(argument);
  if (body->main)
    body->main(&runtime.host, body->arguments);
  else
    body->test(&runtime.host);
}

// Completes what stands before a failure, or everything; unwinds with the failure that counts.
void settleAll(Runtime &runtime, void *failure) {
  runtime.settle(static_cast<const Failure *>(failure));
  runtime.scheduler.drain();
  // If nobody looked at a failure, the program fails at its end.
  runtime.settle(runtime.log.earliest());
}

// Runs one body to its end; null if nothing failed.
const Failure *runToEnd(Runtime &runtime, Body body) {
  const Failure *failure = behindEdge(runtime, runBody, &body);
  failure = behindEdge(runtime, settleAll, const_cast<Failure *>(failure));
  if (failure)
    runtime.cancelled.store(failure, std::memory_order_release);
  runtime.effects.flush();
  return failure;
}

struct Host {
  const dg_program &program;
  Arguments &arguments;
  Limits limits;
  int code = 0;

  // False if standard output could not take all of it.
  bool outputIsWhole(Runtime &runtime) {
    int error = runtime.effects.outputError();
    if (!error)
      return true;
    if (error != EPIPE) // who closed the pipe has what they wanted, as with `head`
      std::fprintf(stderr, "error: cannot write to standard output: %s\n", std::strerror(error));
    code = 1;
    return false;
  }

  void report(Runtime &runtime, Statistics &statistics) {
    uint64_t ran, stolen, slept; // nodes of the graph, each of which may be many tasks
    runtime.scheduler.statistics(ran, stolen, slept);
    std::fprintf(stderr,
                 "dagger: %d threads, %llu submissions of which %llu were replayed, %llu tasks in %llu nodes of the graph, %llu taken from another "
                 "thread, %llu sleeps\n",
                 runtime.scheduler.threads(), (unsigned long long)runtime.sequence, (unsigned long long)runtime.replayed,
                 (unsigned long long)statistics.tasks(), (unsigned long long)ran, (unsigned long long)stolen, (unsigned long long)slept);
    std::fputs(statistics.report().c_str(), stderr);
  }

  // Files that were to be written: says which could not be.
  void check(bool isWritten, const std::string &error) {
    if (isWritten)
      return;
    std::fprintf(stderr, "error: %s\n", error.c_str());
    code = 1;
  }

  void runMain() {
    Runtime runtime(limits);
    if (arguments.options.better)
      runtime.provisional = std::make_unique<Provisional>(*arguments.options.better);
    std::string error;
    Recorder recorder(runtime, arguments.options.graph);
    std::optional<Timeline> timeline;
    std::optional<Statistics> statistics;
    if (arguments.options.trace)
      timeline.emplace(runtime, arguments.options.trace, error);
    if (!error.empty())
      return check(false, error);
    if (arguments.options.statistics)
      statistics.emplace(runtime);
    std::optional<Progress> progress;
    if (Progress::isWanted())
      progress.emplace(runtime);
    const Failure *failure = runToEnd(runtime, {program.main, nullptr, arguments.data()});
    progress.reset();
    if (failure) {
      std::fputs(failure->show().c_str(), stderr);
      code = 1;
    }
    outputIsWhole(runtime);
    runtime.scheduler.drain();
    if (statistics)
      report(runtime, *statistics);
    check(recorder.write(error), error);
    if (timeline)
      check(timeline->finish(error), error);
  }

  void runTests() {
    int failed = 0;
    for (int i = 0; i < program.test_count && code == 0; ++i) {
      Runtime runtime(limits);
      const dg_test &test = program.tests[i];
      const Failure *failure = runToEnd(runtime, {nullptr, test.body, nullptr});
      if (!outputIsWhole(runtime))
        return;
      std::printf("%s %s\n", failure ? "FAIL" : "ok  ", test.title);
      if (failure) {
        ++failed;
        std::fputs(failure->show().c_str(), stdout);
      }
      std::fflush(stdout);
    }
    if (failed)
      std::printf("%d of %d tests failed\n", failed, program.test_count);
    else
      std::printf("%d test%s passed\n", program.test_count, program.test_count == 1 ? "" : "s");
    if (std::fflush(stdout)) {
      std::fprintf(stderr, "error: cannot write to standard output: %s\n", std::strerror(errno));
      code = 1;
    }
    if (failed)
      code = 1;
  }

  void run() {
    if (arguments.options.run_tests)
      runTests();
    else
      runMain();
  }
};

void *hostMain(void *argument) {
  ThreadHeap heap;
  watchStack();
  static_cast<Host *>(argument)->run();
  unwatchStack();
  return nullptr;
}

} // namespace

int dg_run(const dg_program *program, int argc, char **argv, const dg_options *options, int standalone) {
  if (program->version != DG_ABI_VERSION) {
    std::fprintf(stderr, "error: the program was compiled for version %u of Dagger's runtime, this is version %u\n",
                 program->version, DG_ABI_VERSION);
    return 2;
  }
  std::fflush(stdout); // The program writes to the descriptor itself.
  Arguments arguments(*program, options ? *options : dg_options{});
  std::string error;
  bool tests = arguments.options.run_tests;
  if (!arguments.readEnvironment(error)) {
    std::fprintf(stderr, "error: %s\n", error.c_str());
    return 2;
  }
  if (!tests) {
    if (!arguments.parse(argc, argv, standalone, error)) {
      std::fprintf(stderr, "error: %s\n", error.c_str());
      return 2;
    }
    if (arguments.helpWanted) {
      std::fputs(arguments.help(argc > 0 ? argv[0] : "program", standalone).c_str(), stdout);
      return std::fflush(stdout) ? 1 : 0;
    }
    if (!program->main) {
      std::fprintf(stderr, "error: the program has no main\n");
      return 2;
    }
    if (!Recorder::isWritable(arguments.options.graph)) {
      std::fprintf(stderr, "error: --%sgraph %s: the name must end in .dot, .json or .svg\n", standalone ? "dagger-" : "",
                   arguments.options.graph);
      return 2;
    }
  }
  Limits limits;
  limits.threads = arguments.options.threads > 0 ? arguments.options.threads : availableThreads();
  limits.chunkBytes = arguments.options.chunk_bytes;
  limits.windowBytes = std::min<int64_t>(limits.windowBytes, int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 8);
  if (const char *stats = std::getenv("DAGGER_STATS"); stats && *stats && std::strcmp(stats, "0") != 0)
    arguments.options.statistics = 1;
  // A reader of our output that goes away is an error of writing, not a signal.
  struct sigaction ignore = {}, before = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  Host host{*program, arguments, limits};
  keepFreedMemory();
  // The host runs on a stack of the workers' kind, so that its recursion fails in the same way.
  StackThread thread;
  if (int failed = thread.start(size_t(256) << 20, hostMain, &host)) {
    std::fprintf(stderr, "error: cannot start a thread: %s\n", std::strerror(failed));
    host.code = 1;
  }
  thread.join();
  sigaction(SIGPIPE, &before, nullptr);
  return host.code;
}

uint32_t dg_version(void) { return DG_ABI_VERSION; }
