// Runs the phases, and stops where it is asked to.
#include "compiler/pipeline/Phases.h"
#include "compiler/graph/Graph.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace dagger::pipeline {

std::optional<Stage> stageByName(StringRef name) {
  return llvm::StringSwitch<std::optional<Stage>>(name).Case("values", Stage::Values).Case("graph", Stage::Graph).Case("kernels", Stage::Kernels)
      .Case("host", Stage::Host).Case("llvm", Stage::Llvm).Case("asm", Stage::Asm).Default(std::nullopt);
}

// Marks what is brief, and numbers what may be provisional. If there is any of that, keeps the module as it is for later, and says in it
// that it is made in a hurry.
static bool mark(ModuleOp module, bool isHasty, PhaseResult &result) {
  PassManager passes(module.getContext());
  passes.enableVerifier(false);
  addMarks(passes, isHasty);
  if (failed(passes.run(module))) return false;
  bool isAny = module.walk([](task::LaunchOp launch) { return launch->hasAttr(task::provisionalAttr) ? WalkResult::interrupt() : WalkResult::advance(); }).wasInterrupted();
  if (!isAny) return true;
  result.rest = module.clone();
  module->setAttr(task::hastyAttr, UnitAttr::get(module.getContext()));
  return true;
}

static bool hasComplex(ModuleOp module) {
  return module.walk([](Operation *op) { return isa_and_nonnull<complex::ComplexDialect>(op->getDialect()) ? WalkResult::interrupt() : WalkResult::advance(); })
      .wasInterrupted();
}

static bool runFrom(ArrayRef<Stage> stages, ModuleOp module, const PhaseOptions &options, PhaseResult &result, std::string &error) {
  // Errors of the passes are the compiler's own: they are collected for the report.
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream stream(error);
    stream << diagnostic.getLocation() << ": " << diagnostic.str() << "\n";
    return success();
  });
  for (Stage stage : stages) {
    if (stage == Stage::Kernels && (options.isQuick || options.isHasty) && !mark(module, options.isHasty && options.stopAt == Stage::Object, result)) return false;
    PassManager passes(module.getContext());
    passes.enableVerifier(false); // once at the phase's end is enough: behind each pass it takes a third of their time
    addPhase(passes, stage, stage == Stage::Host && hasComplex(module));
    if (failed(passes.run(module))) return false;
    if (stage == options.stopAt && !options.graphFormat.empty()) {
      std::optional<std::string> text = graph::dump(module, options.graphFormat);
      if (!text) {
        error += "there is no graph format `" + options.graphFormat + "`\n";
        return false;
      }
      result.text = std::move(*text);
      return true;
    }
    if (stage == options.stopAt) {
      llvm::raw_string_ostream stream(result.text);
      module.print(stream, OpPrintingFlags().enableDebugInfo(false));
      return true;
    }
  }
  if (options.stopAt == Stage::Object) return codegen::emitObjects(module, options.cpu, result.objects, error);
  auto kind = options.stopAt == Stage::Llvm ? codegen::CpuText::Llvm : codegen::CpuText::Assembly;
  return codegen::emitText(module, options.cpu, kind, result.text, error);
}

bool runPhases(ModuleOp module, const PhaseOptions &options, PhaseResult &result, std::string &error) {
  return runFrom({Stage::Values, Stage::Graph, Stage::Kernels, Stage::Host}, module, options, result, error);
}

bool finishPhases(ModuleOp rest, const PhaseOptions &options, PhaseResult &result, std::string &error) {
  PhaseOptions well = options;
  well.isQuick = well.isHasty = false; // it is marked already
  return runFrom({Stage::Kernels, Stage::Host}, rest, well, result, error);
}

} // namespace dagger::pipeline
