// The command line of an interpreted program: read by the same code that reads a compiled program's (runtime/abi).
#pragma once
#include "compiler/hir/Hir.h"
#include "compiler/interp/Interpreter.h"
#include <string>
#include <vector>

namespace dagger {

struct ParsedArguments {
  std::vector<interp::Value> values; // one for each parameter of main
  std::string problem;               // not empty: what is wrong with the command line
  std::string help;                  // not empty: it was asked for
};

ParsedArguments parseArguments(const hir::Function &main, const std::string &program, const std::vector<std::string> &arguments);

} // namespace dagger
