// Runs the phases, and stops where it is asked to.
#include "compiler/pipeline/Phases.h"
#include "compiler/graph/Graph.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace dagger::pipeline {

std::optional<Stage> stageByName(StringRef name) {
  return llvm::StringSwitch<std::optional<Stage>>(name).Case("values", Stage::Values).Case("graph", Stage::Graph).Case("kernels", Stage::Kernels)
      .Case("host", Stage::Host).Case("llvm", Stage::Llvm).Case("asm", Stage::Asm).Default(std::nullopt);
}

bool runPhases(ModuleOp module, const PhaseOptions &options, PhaseResult &result, std::string &error) {
  // Errors of the passes are the compiler's own: they are collected for the report.
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream stream(error);
    stream << diagnostic.getLocation() << ": " << diagnostic.str() << "\n";
    return success();
  });
  for (Stage stage : {Stage::Values, Stage::Graph, Stage::Kernels, Stage::Host}) {
    PassManager passes(module.getContext());
    passes.enableVerifier(false); // once at the phase's end is enough: behind each pass it takes a third of their time
    addPhase(passes, stage, options.isQuick);
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

} // namespace dagger::pipeline
