#include "compiler/pipeline/Pipeline.h"
#include "compiler/lower/Lower.h"
#include "compiler/pipeline/Phases.h"

namespace dagger::pipeline {

static std::optional<PhaseResult> run(const hir::Program &program, const Options &options, Stage stage, Diagnostics &diagnostics) {
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

std::optional<std::string> compile(const hir::Program &program, const Options &options, Diagnostics &diagnostics) {
  std::optional<PhaseResult> result = run(program, options, Stage::Object, diagnostics);
  if (!result) return std::nullopt;
  return std::string(result->object.begin(), result->object.end());
}

std::optional<std::string> emitStage(const hir::Program &program, const Options &options, const std::string &stage, Diagnostics &diagnostics) {
  std::optional<Stage> wanted = stageByName(stage);
  if (!wanted) {
    diagnostics.error(7009, Span(), "there is no stage `" + stage + "`").help = "one of values, graph, kernels, host, llvm, asm";
    return std::nullopt;
  }
  std::optional<PhaseResult> result = run(program, options, *wanted, diagnostics);
  return result ? std::optional(result->text) : std::nullopt;
}

} // namespace dagger::pipeline
