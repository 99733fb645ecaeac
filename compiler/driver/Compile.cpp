// libdagger_compiler.so's entry: reads and checks the program, and has the pipeline make code of it.
#include "compiler/driver/CompilerApi.h"
#include "compiler/driver/Link.h"
#include "compiler/driver/ProgramLoader.h"
#include "compiler/hir/Walker.h"
#include "compiler/pipeline/Pipeline.h"
#include <filesystem>
#include <set>
#include <sstream>

namespace dagger {
namespace {

// The result and all that its pointers point into.
struct Result : dagger_compile_result {
  Result() : dagger_compile_result{} {}
  ProgramLoader loader;
  std::string diagnosticsText, stageText;
  std::vector<std::string> sourcePaths, libraryArguments;
  std::vector<dagger_source> sourceList;
  std::vector<const char *> libraryList;
  std::unique_ptr<pipeline::Rest> rest;
  std::vector<std::string> restArguments; // what it is linked with
};

std::string absolutePath(const std::string &path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// Errors that have no place in a source.
void addProblem(Result &result, int code, const std::string &problem, const std::string &help = "") {
  char number[16];
  snprintf(number, sizeof number, "DG%04d", code);
  result.diagnosticsText += std::string("error[") + number + "]: " + problem + "\n";
  if (!help.empty()) result.diagnosticsText += "  = help: " + help + "\n";
}

void addDiagnostics(Result &result, bool color) {
  std::ostringstream text;
  result.loader.diagnostics.print(text, color);
  result.diagnosticsText += text.str();
}

bool hasParallelLoop(const hir::Program &program) {
  bool found = false;
  hir::Walker walker;
  walker.onStmt = [&](const hir::Stmt *s) {
    found |= s->isParallel;
    return !found;
  };
  for (const hir::Function *function : program.functions) walker.block(function->body);
  return found;
}

// What the program is linked with: OpenMP's runtime if it needs it, and what its externs are in; relative names are beside the
// file that declares them.
std::vector<std::string> libraries(const hir::Program &program, bool throughCompiler) {
  std::vector<std::string> arguments;
  if (hasParallelLoop(program)) arguments = openmpArguments(throughCompiler);
  std::set<std::pair<std::string, std::string>> seen;
  for (const hir::Function *function : program.functions) {
    if (function->kind != hir::FunctionKind::Extern || function->library.empty()) continue;
    std::string folder = ".";
    if (function->span.valid()) {
      std::filesystem::path source = program.sources->get(function->span.file).path;
      if (source.has_parent_path()) folder = source.parent_path().string();
    }
    if (!seen.emplace(folder, function->library).second) continue;
    for (std::string &argument : linkerArguments(function->library, folder, throughCompiler)) arguments.push_back(std::move(argument));
  }
  return arguments;
}

bool compile(const dagger_compile_request &request, Result &result) {
  result.loader.root(request.path, std::string(request.text, request.text_bytes));
  std::unique_ptr<hir::Program> program = result.loader.check({request.checked != 0, request.resources});
  if (!program || result.loader.diagnostics.hasErrors()) return false;
  if (!request.tests && !program->main) {
    addProblem(result, 7008, std::string("`") + request.path + "` has no `main`", "a program starts there: fn main() { ... }");
    return false;
  }

  pipeline::Options options;
  options.isQuick = request.quick;
  options.isHasty = request.hasty;
  options.vectorBits = request.vector_bits;
  options.tests = request.tests;
  if (request.output == DAGGER_STAGE_TEXT) {
    std::optional<std::string> text = pipeline::emitStage(*program, options, request.stage, result.loader.diagnostics);
    if (text) result.stageText = std::move(*text);
    return text.has_value();
  }
  std::optional<pipeline::Objects> made = pipeline::compile(*program, options, result.loader.diagnostics);
  if (!made) return false;
  bool isShared = request.output == DAGGER_SHARED_OBJECT;
  if (isShared) result.restArguments = libraries(*program, false);
  else result.libraryArguments = libraries(*program, true);
  std::string problem = isShared ? linkShared(made->objects, request.output_path, result.restArguments)
                                 : linkRelocatable(made->objects, request.output_path);
  result.rest = std::move(made->rest);
  result.provisional = result.rest != nullptr;
  if (!problem.empty()) addProblem(result, 7006, "the program cannot be linked: " + problem);
  return problem.empty();
}

} // namespace
} // namespace dagger

dagger_compile_result *dagger_compile(const dagger_compile_request *request) {
  using namespace dagger;
  auto *result = new Result;
  result->owner = result;
  if (request->version != DAGGER_COMPILER_VERSION)
    addProblem(*result, 7006, "libdagger_compiler.so is version " + std::to_string(DAGGER_COMPILER_VERSION) + ", version " +
                                  std::to_string(request->version) + " was asked for");
  else
    result->ok = compile(*request, *result);
  addDiagnostics(*result, request->color);

  const SourceManager &sources = result->loader.sources;
  for (int id = 1; id < sources.size(); ++id) result->sourcePaths.push_back(absolutePath(sources.get(id).path));
  for (int id = 1; id < sources.size(); ++id) {
    const std::string &text = sources.get(id).text;
    result->sourceList.push_back({result->sourcePaths[size_t(id) - 1].c_str(), text.data(), text.size()});
  }
  for (const std::string &argument : result->libraryArguments) result->libraryList.push_back(argument.c_str());
  result->diagnostics = result->diagnosticsText.c_str();
  result->text = result->stageText.c_str();
  result->sources = result->sourceList.data();
  result->source_count = result->sourceList.size();
  result->libraries = result->libraryList.data();
  result->library_count = result->libraryList.size();
  return result;
}

int32_t dagger_compile_rest(dagger_compile_result *made, const char *outputPath) {
  using namespace dagger;
  auto &result = *static_cast<Result *>(made->owner);
  std::string problem;
  std::optional<std::vector<std::string>> objects;
  if (result.rest) objects = result.rest->finish(problem);
  result.rest.reset();
  if (objects) problem = linkShared(*objects, outputPath, result.restArguments);
  if (objects && problem.empty()) return 1;
  addProblem(result, 7006, "the program cannot be made faster: " + problem);
  result.diagnostics = result.diagnosticsText.c_str();
  return 0;
}

void dagger_compile_free(dagger_compile_result *result) {
  if (result) delete static_cast<dagger::Result *>(result->owner);
}
