// `build`, `emit` and `graph --level`: what the compiler makes goes to a file or to the terminal.
#include "compiler/driver/SourceText.h"
#include "tools/daggerc/Frontend.h"
#include "tools/daggerc/Installation.h"
#include "tools/daggerc/Program.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dagger {
namespace {

// A file name that no one else has, removed with this.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const char *suffix) {
    path = (std::filesystem::temp_directory_path() / "dagger-XXXXXX").string() + suffix;
    int file = mkstemps(path.data(), int(strlen(suffix)));
    if (file < 0) {
      fprintf(stderr, "daggerc: cannot write to `%s`: %s\n", path.c_str(), strerror(errno));
      exit(1);
    }
    close(file);
  }
  ~TemporaryFile() { unlink(path.c_str()); }
};

// Runs a command found on $PATH; its output goes where ours does. -1 if it is not there.
int spawn(const std::vector<std::string> &command) {
  std::vector<char *> words;
  words.reserve(command.size() + 1);
  for (const std::string &word : command) words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);
  pid_t child;
  if (posix_spawnp(&child, words[0], nullptr, nullptr, words.data(), environ) != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// The system's compiler driver knows where libc and its startup files lie.
int link(const std::string &object, const std::string &output, const dagger_compile_result &compiled, bool isStatic) {
  std::string folder = installation().prefix + "/lib";
  std::vector<std::string> arguments{"-o", output, object, installation().library("libdagger_main.a")};
  if (isStatic) {
    std::ifstream list(installation().library("dagger_runtime.link"));
    if (!list) {
      fprintf(stderr, "daggerc: this installation of Dagger is not complete: there is no %s/dagger_runtime.link\n", folder.c_str());
      return 2;
    }
    arguments.push_back(installation().library("libdagger_runtime_static.a"));
    for (std::string word; list >> word;) arguments.push_back(word);
  } else {
    arguments.insert(arguments.end(), {"-L" + folder, "-ldagger_runtime", "-lm", "-Wl,-rpath," + folder});
  }
  for (size_t i = 0; i < compiled.library_count; ++i) arguments.push_back(compiled.libraries[i]);
  for (const char *driver : {"cc", "clang-22", "clang", "gcc"}) {
    std::vector<std::string> command{driver};
    command.insert(command.end(), arguments.begin(), arguments.end());
    int code = spawn(command);
    if (code == -1 || code == 127) continue;
    if (code != 0) reportError(7007, "`" + std::string(driver) + "` could not link `" + output + "`");
    return code == 0 ? 0 : 1;
  }
  reportError(7007, "no C compiler is there to link `" + output + "`", "install gcc or clang, or use `daggerc run`");
  return 1;
}

int printStage(const Options &options, const std::string &stage) {
  SourceText source = readSource(options.files[0]);
  if (!source) {
    reportError(source.code, source.problem, source.help);
    return 2;
  }
  dagger_compile_request request = requestFor(options.files[0], source.text, options);
  request.output = DAGGER_STAGE_TEXT;
  request.stage = stage.c_str();
  Compiled compiled(request);
  fputs(compiled->diagnostics, stderr);
  fputs(compiled->text, stdout);
  return compiled->ok ? 0 : 1;
}

} // namespace

int buildProgram(const Options &options) {
  const std::string &path = options.files[0];
  SourceText source = readSource(path);
  if (!source) {
    reportError(source.code, source.problem, source.help);
    return 2;
  }
  std::string output = options.output;
  if (output.empty()) {
    output = std::filesystem::path(path).stem().string();
    if (output == std::filesystem::path(path).filename()) {
      reportError(7004, "the executable would have the name of its source", "name it: -o FILE");
      return 2;
    }
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(output, ignored) || std::filesystem::equivalent(output, path, ignored)) {
    reportError(7004, "cannot write the executable to `" + output + "`: that is " +
                          (std::filesystem::is_directory(output, ignored) ? "a folder" : "the program's source"));
    return 2;
  }
  TemporaryFile object(".o");
  dagger_compile_request request = requestFor(path, source.text, options);
  request.output = DAGGER_OBJECT;
  request.output_path = object.path.c_str();
  Compiled compiled(request);
  fputs(compiled->diagnostics, stderr);
  if (!compiled->ok) return 1;
  return link(object.path, output, *compiled, options.isStatic);
}

int emitStage(const Options &options) {
  const std::string &path = options.files[0];
  if (!options.output.empty() && !freopen(options.output.c_str(), "w", stdout)) {
    reportError(7001, "cannot write `" + options.output + "`: " + strerror(errno));
    return 2;
  }
  if (options.stage == "ast" || options.stage == "hir")
    return frontend(options.stage == "ast" ? DAGGER_EMIT_AST : DAGGER_EMIT_HIR, path, options);
  return printStage(options, options.stage);
}

// The compiler's stages have names for their graphs: values.svg.
int drawProgram(const Options &given) {
  Options options = given;
  std::string &output = options.output, suffix = std::filesystem::path(output).extension().string();
  std::string format = !options.format.empty() ? options.format : output.empty() ? "svg" : suffix.substr(suffix.empty() ? 0 : 1);
  if (format != "svg" && format != "dot" && format != "json") {
    reportError(7004, "`" + output + "` does not say which format it is to have", "its name ends in .svg, .dot or .json");
    return 2;
  }
  bool isPrinted = output.empty() && !options.level.empty();
  if (output.empty()) output = std::filesystem::path(options.files[0]).stem().string() + "." + format;
  if (!output.ends_with("." + format)) {
    reportError(7004, "`" + output + "` does not end in ." + format, "the name of the file and --format must agree; one of them is enough");
    return 2;
  }
  if (options.level.empty()) {
    options.graph = output;
    return runProgram(options);
  }
  if (!options.arguments.empty()) {
    reportError(7004, "`" + options.arguments[0] + "` is an argument of main, and nothing runs with --level",
                "without --level the program runs, and what ran is drawn");
    return 2;
  }
  SourceText source = readSource(options.files[0]); // before the output is emptied
  if (!source) {
    reportError(source.code, source.problem, source.help);
    return 2;
  }
  if (!isPrinted && !freopen(output.c_str(), "w", stdout)) {
    reportError(7001, "cannot write `" + output + "`: " + strerror(errno));
    return 2;
  }
  return printStage(options, options.level + "." + format);
}

} // namespace dagger
