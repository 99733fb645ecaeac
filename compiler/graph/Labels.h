// How operations are shown.
#pragma once
#include "compiler/graph/Graph.h"
#include "mlir-dialects/Task/IR/Task.h"

namespace dagger::graph {

// The node of an operation, without its box; nothing where it is not drawn (arithmetic, shapes, counts).
std::optional<Node> nodeOf(mlir::Operation *op);
std::string placeOf(mlir::Location location);
std::string typeText(mlir::Type type);

} // namespace dagger::graph
