// The formats by name, and the pass.
#include "compiler/graph/Graph.h"

namespace dagger::graph {
#define GEN_PASS_DEF_PRINTGRAPH
#include "compiler/graph/Passes.h.inc"

std::optional<std::string> dump(mlir::ModuleOp module, llvm::StringRef format) {
  if (format == "dot")
    return writeDot(collect(module));
  if (format == "json")
    return writeJson(collect(module));
  if (format == "svg")
    return writeSvg(collect(module));
  return std::nullopt;
}

namespace {
struct PrintGraph : impl::PrintGraphBase<PrintGraph> {
  using PrintGraphBase::PrintGraphBase;
  void runOnOperation() override {
    std::optional<std::string> text = dump(getOperation(), format);
    if (!text) {
      getOperation().emitError() << "there is no format `" << format << "`: one of dot, json, svg";
      return signalPassFailure();
    }
    llvm::outs() << *text;
    markAllAnalysesPreserved();
  }
};
} // namespace
} // namespace dagger::graph
