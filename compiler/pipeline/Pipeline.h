// From the typed program to machine code. No MLIR in this header: the driver's world has RTTI and exceptions.
#pragma once
#include "compiler/diag/Diagnostics.h"
#include "compiler/hir/Hir.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dagger::pipeline {

struct Options {
  bool tests = false; // the program's tests in place of main
  bool isQuick = false; // somebody waits: what runs for less time than to make its code fast takes is left as it is
  bool isHasty = false; // the program is to begin before all of it is made well
  int vectorBits = 0; // 128, 256, 512; 0: what the CPU does best
};

// What is left to do of a program that was made in a hurry.
class Rest {
public:
  virtual ~Rest() = default;
  // The objects of the same program, all of it made well. Once; nothing and `problem` if the compiler fails.
  virtual std::optional<std::vector<std::string>> finish(std::string &problem) = 0;
};

struct Objects {
  std::vector<std::string> objects; // relocatable, of which one exports dg_program_entry
  std::unique_ptr<Rest> rest;       // with isHasty, if anything in them is provisional; the program may be gone before it
};

// Nothing when something cannot be compiled: `diagnostics` says what. One call at a time in a process, and of `Rest::finish`.
std::optional<Objects> compile(const hir::Program &program, const Options &options, Diagnostics &diagnostics);

// What stands at the end of a phase: "values" "graph" "kernels" "host" "llvm" "asm"; another name gives a diagnostic.
// With ".dot", ".json" or ".svg" behind one of the first three it is the graph of the program at that stage (compiler/graph).
std::optional<std::string> emitStage(const hir::Program &program, const Options &options, const std::string &stage, Diagnostics &diagnostics);

} // namespace dagger::pipeline
