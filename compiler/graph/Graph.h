// The graph of a program, from a module at VALUES, GRAPH or KERNELS. See README.md.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <optional>
#include <string>
#include <vector>

namespace dagger::graph {

#define GEN_PASS_DECL
#include "compiler/graph/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/graph/Passes.h.inc"

// A function, loop or branch: what it holds is drawn in it. `parent` is an index of boxes, -1 at the top.
struct Box {
  std::string kind; // function, plan, loop, branch
  std::string label;
  int parent = -1;
};

struct Node {
  std::string kind;                 // map, stencil, blocks, combine, scan, task, library, effect, array, look
  std::string name;                 // as the program names it, or the operation
  std::vector<std::string> details; // index space, then how each operand is reached
  std::string place;                // file:line:column, empty where unknown
  int box = -1;
};

struct Edge {
  int from, to;     // indices of nodes
  std::string type; // of what passes: "f64[_, _]"
  bool nextTurn;    // from one turn of a loop to the next
};

struct Graph {
  std::vector<Box> boxes;
  std::vector<Node> nodes; // in the program's order; those of a box and of the boxes in it are contiguous
  std::vector<Edge> edges;
};

Graph collect(mlir::ModuleOp module);
std::string writeDot(const Graph &graph);
std::string writeJson(const Graph &graph);
std::string writeSvg(const Graph &graph);

// `format` is "dot", "json" or "svg"; nothing for another.
std::optional<std::string> dump(mlir::ModuleOp module, llvm::StringRef format);

} // namespace dagger::graph
