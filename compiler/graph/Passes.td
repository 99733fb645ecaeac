// The graph of a program as a pass, for dagger-opt.
#ifndef DAGGER_GRAPH_PASSES
#define DAGGER_GRAPH_PASSES
include "mlir/Pass/PassBase.td"

def PrintGraph : Pass<"print-graph", "::mlir::ModuleOp"> {
  let summary = "writes the module's graph to the standard output";
  let description = [{
    In: a module at VALUES, GRAPH or KERNELS. It stays as it is.
  }];
  let options = [Option<"format", "format", "std::string", "\"dot\"", "dot, json or svg">];
}
#endif
