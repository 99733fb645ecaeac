// From the typed program to machine code. No MLIR in this header: the driver's world has RTTI and exceptions.
#pragma once
#include "compiler/diag/Diagnostics.h"
#include "compiler/hir/Hir.h"
#include <optional>
#include <string>
#include <vector>

namespace dagger::pipeline {

struct Options {
  bool tests = false; // the program's tests in place of main
  bool isQuick = false; // somebody waits: what runs for less time than to make its code fast takes is left as it is
  int vectorBits = 0; // 128, 256, 512; 0: what the CPU does best
};

// Relocatable objects, of which one exports dg_program_entry. Nothing when something cannot be compiled: `diagnostics` says what.
// One call at a time in a process.
std::optional<std::vector<std::string>> compile(const hir::Program &program, const Options &options, Diagnostics &diagnostics);

// What stands at the end of a phase: "values" "graph" "kernels" "host" "llvm" "asm"; another name gives a diagnostic.
// With ".dot", ".json" or ".svg" behind one of the first three it is the graph of the program at that stage (compiler/graph).
std::optional<std::string> emitStage(const hir::Program &program, const Options &options, const std::string &stage, Diagnostics &diagnostics);

} // namespace dagger::pipeline
