// libdagger_frontend.so's one entry: reads the program and does one thing with it.
#include "compiler/driver/FrontendApi.h"
#include "compiler/ast/Dump.h"
#include "compiler/driver/Arguments.h"
#include "compiler/driver/ProgramLoader.h"
#include "compiler/driver/SourceText.h"
#include "compiler/fmt/Format.h"
#include <cstdio>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace dagger {
namespace {

class Action {
public:
  explicit Action(const dagger_frontend_request &request) : request(request), path(request.path) {}

  int perform() {
    SourceText source = readSource(path);
    if (!source) return usage(source.code, source.problem, source.help);
    const ast::File &file = loader.root(path, source.text);
    switch (request.action) {
    case DAGGER_FORMAT:
    case DAGGER_FORMAT_CHECK: return formatted(file, source.text);
    case DAGGER_EMIT_AST:
      if (report()) return DAGGER_EXIT_FAILED;
      std::cout << ast::dump(file);
      return DAGGER_EXIT_OK;
    default: break;
    }
    std::unique_ptr<hir::Program> program = loader.check({request.checked != 0, request.resources});
    if (report() || !program) return DAGGER_EXIT_FAILED;
    switch (request.action) {
    case DAGGER_EMIT_HIR: std::cout << hir::dump(*program); return DAGGER_EXIT_OK;
    case DAGGER_REFERENCE_RUN: return interpret(*program);
    case DAGGER_REFERENCE_TEST: return test(*program);
    default: return DAGGER_EXIT_OK;
    }
  }

private:
  int usage(int code, const std::string &problem, const std::string &help = "") {
    fprintf(stderr, "%serror[DG%04d]%s: %s\n", request.color ? "\033[1;31m" : "", code, request.color ? "\033[0m" : "", problem.c_str());
    if (!help.empty()) fprintf(stderr, "  = help: %s\n", help.c_str());
    return DAGGER_EXIT_USAGE;
  }

  // Whether there were errors.
  bool report() {
    if (!loader.diagnostics.hasErrors()) return false;
    loader.diagnostics.print(std::cerr, request.color);
    return true;
  }

  int formatted(const ast::File &file, const std::string &text) {
    if (report()) return DAGGER_EXIT_FAILED;
    std::string result = format(file, loader.sources.get(file.source));
    if (result == text) return DAGGER_EXIT_OK;
    std::cout << path << "\n";
    if (request.action == DAGGER_FORMAT_CHECK) return DAGGER_EXIT_FAILED;
    return replace(result);
  }

  // Written beside the file and renamed, so that a kill leaves the old text or the new one. A link stays a link.
  int replace(const std::string &text) {
    std::unique_ptr<char, decltype(&free)> target(realpath(path.c_str(), nullptr), &free);
    std::string temporary = std::string(target ? target.get() : path.c_str()) + ".XXXXXX";
    int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
    struct stat info;
    bool written = descriptor >= 0 && stat(path.c_str(), &info) == 0 && fchmod(descriptor, info.st_mode & 07777) == 0;
    for (size_t at = 0; written && at < text.size();) {
      ssize_t got = write(descriptor, text.data() + at, text.size() - at);
      written = got > 0;
      at += written ? size_t(got) : 0;
    }
    if (descriptor >= 0) written &= close(descriptor) == 0;
    if (written && target && rename(temporary.c_str(), target.get()) == 0) return DAGGER_EXIT_OK;
    std::string problem = "cannot write `" + path + "`: " + strerror(errno);
    if (descriptor >= 0) unlink(temporary.c_str());
    usage(7001, problem);
    return DAGGER_EXIT_FAILED;
  }

  int interpret(const hir::Program &program) {
    if (!program.main) {
      usage(7008, "`" + path + "` has no `main`", "a program starts there: fn main() { ... }");
      return DAGGER_EXIT_FAILED;
    }
    std::vector<std::string> arguments(request.arguments, request.arguments + request.argument_count);
    ParsedArguments parsed = parseArguments(*program.main, path, arguments);
    if (!parsed.help.empty()) {
      std::cout << parsed.help;
      return DAGGER_EXIT_OK;
    }
    if (!parsed.problem.empty()) {
      fprintf(stderr, "error: %s\n", parsed.problem.c_str());
      return DAGGER_EXIT_USAGE;
    }
    int code = interp::run(program, *program.main, std::move(parsed.values), std::cout, std::cerr);
    std::cout.flush();
    return code;
  }

  // Reported as the runtime reports compiled tests.
  int test(const hir::Program &program) {
    size_t failed = 0, count = program.tests.size();
    for (const hir::Function *one : program.tests) {
      std::ostringstream failure;
      bool passed = interp::runTest(program, *one, std::cout, failure);
      std::cout << (passed ? "ok   " : "FAIL ") << one->title << "\n" << failure.str() << std::flush;
      failed += !passed;
    }
    if (failed)
      std::cout << failed << " of " << count << " tests failed\n";
    else
      std::cout << count << " test" << (count == 1 ? "" : "s") << " passed\n";
    return failed ? DAGGER_EXIT_FAILED : DAGGER_EXIT_OK;
  }

  const dagger_frontend_request &request;
  std::string path;
  ProgramLoader loader;
};

} // namespace
} // namespace dagger

int dagger_frontend(const dagger_frontend_request *request) {
  if (request->version != DAGGER_FRONTEND_VERSION) {
    fprintf(stderr, "libdagger_frontend.so is version %d, version %u was asked for\n", DAGGER_FRONTEND_VERSION, request->version);
    return DAGGER_EXIT_USAGE;
  }
  int code = dagger::Action(*request).perform();
  errno = 0;
  std::cout.flush();
  if (std::cout)
    return code;
  fprintf(stderr, "error: cannot write to standard output%s%s\n", errno ? ": " : "", errno ? strerror(errno) : "");
  return DAGGER_EXIT_FAILED;
}
