// The reference execution: runs the typed program directly, in order, on one thread, on whole arrays. Slow and right;
// the oracle that compiled code is compared with.
#pragma once
#include "compiler/hir/Hir.h"
#include <iosfwd>

namespace dagger::interp {

// A scalar argument of main, as a Const expression of the parameter's type would hold it: whole numbers, booleans (0
// or 1), dates (days) and timestamps (microseconds) in intValue.
struct Value {
  int64_t intValue = 0;
  double floatValue = 0;
  double imagValue = 0;
  std::string text;
};

struct Options {
  size_t stackBytes = size_t(1) << 30; // what recursion may use before it stops with DG9011
};

// Runs `entry` (the program's main) with one value for each parameter. What it prints goes to `out`, the failure that
// ended it to `err`. Returns the exit code: 0, or 1 for a failure. Not for several threads at once on one Program.
int run(const hir::Program &program, const hir::Function &entry, const std::vector<Value> &args, std::ostream &out,
        std::ostream &err, Options options = {});

// Runs one test; false if it failed, and then the failure is on `err`.
bool runTest(const hir::Program &program, const hir::Function &test, std::ostream &out, std::ostream &err,
             Options options = {});

} // namespace dagger::interp
