// What the emission of one group kernel holds.
#pragma once
#include "compiler/lower/Lowering.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace dagger::lower {

struct Lowering::State::Group {
  const hir::Function *kernel = nullptr;
  SmallVector<int64_t> shape;
  int64_t lanes = 1;
  Values space, base;                            // extents of the index space; the point of the group's first lane
  struct Room { Values memory; SmallVector<int64_t> extents; };
  std::map<const Var *, Room> shared;
  std::map<const Var *, Values> memory;          // a place for each lane, of variables that live on behind a barrier
  struct Updated { Values arrays; bool commutes; }; // `arrays`: what the region sees
  std::map<const Var *, Updated> updated;        // the inout parameters that the kernel writes
  const Var *first = nullptr;                    // the array that the index space is that of
  bool isFull = false;                           // all lanes are inside of all arrays that are reached at the own point
  Value past;                                    // else, in a lane: whether it lies past the end
  llvm::SmallPtrSet<const Var *, 8> ofThePoint;  // the index variables, and what only guarded statements set
};

bool hasBarrier(const hir::Block *);
bool hasBarrier(const Stmt *);

} // namespace dagger::lower
