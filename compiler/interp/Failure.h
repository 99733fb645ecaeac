// How failures travel through the interpreter.
//
// An evaluation that fails throws. What catches it decides what it means: in graph code a `let` or an assignment makes
// its variable a failed value, reading which throws again; a look (see Look in Node.h) turns it into a stop, which
// nothing catches before the edge of the task or the end of the program.
#pragma once
#include "compiler/interp/Memory.h"
#include "dagger/failures.h"
#include <iosfwd>

namespace dagger::interp {

// From code that knows no place in the source; the node that called it adds the place.
struct PlainFailure { int32_t code; std::string message; };

// The typed program holds something that the reference execution cannot run: it says so, when it comes there.
constexpr int32_t NotInterpreted = 9017;

struct Fail {
  FailureRef failure;
  enum Kind {
    Operation, // an operation failed just now
    Future,    // a failed value was read, or a task that was called failed
    Stop,      // a failed value was looked at
  } kind;
};

//   error[DG9002]: index 12 is out of range: axis 0 has extent 10
//     at prog.dg:5:9 in task `step`
//     called from prog.dg:12:5 in `main`
void print(const FailureRecord &failure, const SourceManager *sources, std::ostream &err);

} // namespace dagger::interp
