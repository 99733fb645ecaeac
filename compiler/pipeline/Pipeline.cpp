#include "compiler/pipeline/Pipeline.h"
#include "compiler/lower/Lower.h"
#include "compiler/pipeline/Phases.h"

namespace dagger::pipeline {

namespace {
std::unique_ptr<mlir::MLIRContext> makeContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

PhaseOptions phaseOptions(const Options &options, Stage stage, const std::string &graphFormat) {
  PhaseOptions phases;
  phases.stopAt = stage;
  phases.graphFormat = graphFormat;
  phases.isQuick = options.isQuick;
  phases.isHasty = options.isHasty;
  phases.cpu.vectorBits = options.vectorBits;
  return phases;
}

struct RestOfModule final : Rest {
  RestOfModule(std::unique_ptr<mlir::MLIRContext> context, mlir::OwningOpRef<mlir::ModuleOp> module, const PhaseOptions &options)
      : context(std::move(context)), module(std::move(module)), options(options) {}

  std::optional<std::vector<std::string>> finish(std::string &problem) override {
    PhaseResult result;
    if (!finishPhases(*module, options, result, problem)) return std::nullopt;
    return std::move(result.objects);
  }

  std::unique_ptr<mlir::MLIRContext> context; // of the module, which goes first
  mlir::OwningOpRef<mlir::ModuleOp> module;
  PhaseOptions options;
};
} // namespace

static std::optional<PhaseResult> run(const hir::Program &program, const Options &options, const PhaseOptions &phases,
                                      mlir::MLIRContext &context, Diagnostics &diagnostics) {
  lower::Options lowerOptions;
  lowerOptions.tests = options.tests;
  mlir::OwningOpRef<mlir::ModuleOp> module = lower::lower(program, context, lowerOptions, diagnostics);
  if (!module) return std::nullopt;
  PhaseResult result;
  std::string error;
  if (!runPhases(*module, phases, result, error)) {
    diagnostics.error(6099, program.main ? program.main->span : Span(), "the compiler failed on this program; this is a fault of the compiler")
        .notes.push_back({Span(), error});
    return std::nullopt;
  }
  return result;
}

std::optional<Objects> compile(const hir::Program &program, const Options &options, Diagnostics &diagnostics) {
  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  PhaseOptions phases = phaseOptions(options, Stage::Object, {});
  std::optional<PhaseResult> result = run(program, options, phases, *context, diagnostics);
  if (!result) return std::nullopt;
  Objects made{std::move(result->objects), nullptr};
  if (result->rest) made.rest = std::make_unique<RestOfModule>(std::move(context), std::move(result->rest), phases);
  return made;
}

std::optional<std::string> emitStage(const hir::Program &program, const Options &options, const std::string &stage, Diagnostics &diagnostics) {
  size_t dot = stage.find('.');
  std::string name = stage.substr(0, dot), format = dot == std::string::npos ? "" : stage.substr(dot + 1);
  std::optional<Stage> wanted = stageByName(name);
  bool isDrawn = wanted == Stage::Values || wanted == Stage::Graph || wanted == Stage::Kernels;
  if (!wanted) {
    diagnostics.error(7004, Span(), "there is no stage `" + name + "`").help = "one of values, graph, kernels, host, llvm, asm";
    return std::nullopt;
  }
  if (dot != std::string::npos && (!isDrawn || (format != "dot" && format != "json" && format != "svg"))) {
    diagnostics.error(7004, Span(), "stage `" + name + "` has no format `" + format + "`").help =
        "values, graph and kernels can be had as dot, json or svg";
    return std::nullopt;
  }
  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  std::optional<PhaseResult> result = run(program, options, phaseOptions(options, *wanted, format), *context, diagnostics);
  return result ? std::optional(result->text) : std::nullopt;
}

} // namespace dagger::pipeline
