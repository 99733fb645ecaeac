#include "compiler/pipeline/Pipeline.h"
#include "compiler/lower/Lower.h"
#include "compiler/pipeline/Phases.h"

namespace dagger::pipeline {

static std::optional<PhaseResult> run(const hir::Program &program, const Options &options, Stage stage, Diagnostics &diagnostics,
                                      const std::string &graphFormat = {}) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  lower::Options lowerOptions;
  lowerOptions.tests = options.tests;
  mlir::OwningOpRef<mlir::ModuleOp> module = lower::lower(program, context, lowerOptions, diagnostics);
  if (!module) return std::nullopt;
  PhaseOptions phases;
  phases.stopAt = stage;
  phases.graphFormat = graphFormat;
  phases.isQuick = options.isQuick;
  phases.cpu.vectorBits = options.vectorBits;
  PhaseResult result;
  std::string error;
  if (!runPhases(*module, phases, result, error)) {
    diagnostics.error(6099, program.main ? program.main->span : Span(), "the compiler failed on this program; this is a fault of the compiler")
        .notes.push_back({Span(), error});
    return std::nullopt;
  }
  return result;
}

std::optional<std::vector<std::string>> compile(const hir::Program &program, const Options &options, Diagnostics &diagnostics) {
  std::optional<PhaseResult> result = run(program, options, Stage::Object, diagnostics);
  if (!result) return std::nullopt;
  return std::move(result->objects);
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
  std::optional<PhaseResult> result = run(program, options, *wanted, diagnostics, format);
  return result ? std::optional(result->text) : std::nullopt;
}

} // namespace dagger::pipeline
