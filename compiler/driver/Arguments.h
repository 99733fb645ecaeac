// The command line of an interpreted program: main's parameters as options. Compiled programs have the same command line
// from the runtime (dg_run).
#pragma once
#include "compiler/hir/Hir.h"
#include "compiler/interp/Interpreter.h"
#include <optional>
#include <string>
#include <vector>

namespace dagger {

struct ParsedArguments {
  std::vector<interp::Value> values; // one for each parameter of main
  std::string problem;               // not empty: what is wrong with the command line
  bool wantsHelp = false;
};

// Options are `--name value` or `--name=value`, with `-` for each `_` of the parameter's name; `--flag` alone is true.
ParsedArguments parseArguments(const hir::Function &main, const std::vector<std::string> &arguments);

// The parameters with their types, defaults and ## texts.
std::string argumentHelp(const hir::Function &main, const std::string &program);

} // namespace dagger
