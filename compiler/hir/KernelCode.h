// Which code a kernel can hold as it stands: scalars, and arrays that need no memory because each read computes its element.
// A point kernel that holds more calls a function for each point; a group kernel must not.
#pragma once
#include "compiler/hir/Hir.h"
#include <map>
#include <optional>

namespace dagger::hir {

// What the host submits for a statement, also for the functions that it calls: operations on arrays; tasks and kernels with
// `group`.
bool computesArrays(const Stmt *);
bool callsTasks(const Stmt *);

class KernelCode {
  std::map<const Function *, bool> functions;

public:
  // The first place in the block that a kernel cannot hold.
  std::optional<Span> obstacle(const Block *);
  bool holds(const Block *block) { return !obstacle(block); }
  bool isArray(const Expr *);     // can be read without being in memory
  bool isFunction(const Function *);
  // The first place in a group kernel that it cannot hold: its arrays are parameters and shared memory.
  std::optional<Span> groupObstacle(const Function *);
};

// Whether the value is an array, or a tuple that has one in it.
bool hasArray(const Type *);
bool hasText(const Type *);

} // namespace dagger::hir
