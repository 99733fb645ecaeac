// Runs a program's text under the reference execution.
#pragma once
#include "compiler/driver/ProgramLoader.h"
#include "compiler/interp/Interpreter.h"
#include <gtest/gtest.h>
#include <sstream>

namespace dagger::test {

struct Outcome {
  int code = -1;
  std::string out, err; // or what the checker said
};

inline Outcome runProgram(const std::string &text, bool isChecked = false, interp::Options options = {}) {
  ProgramLoader loader;
  loader.root("prog.dg", text);
  std::unique_ptr<hir::Program> program = loader.check({isChecked, DAGGER_RESOURCES});
  std::ostringstream out, err;
  if (!program || loader.diagnostics.hasErrors()) {
    loader.diagnostics.print(err, false);
    return {-1, "", err.str()};
  }
  int code = interp::run(*program, *program->main, {}, out, err, options);
  return {code, out.str(), err.str()};
}

// What `body` prints as the body of main, after `declarations`.
inline std::string printed(const std::string &body, const std::string &declarations = "") {
  Outcome outcome = runProgram(declarations + "\nfn main() {\n" + body + "\n}\n");
  return outcome.code == 0 ? outcome.out : outcome.out + outcome.err;
}

// The first line of the failure that ends it.
inline std::string failure(const std::string &body, const std::string &declarations = "", bool isChecked = false) {
  Outcome outcome = runProgram(declarations + "\nfn main() {\n" + body + "\n}\n", isChecked);
  return outcome.code == 1 ? outcome.err.substr(0, outcome.err.find('\n')) : "no failure: " + outcome.out + outcome.err;
}

} // namespace dagger::test
