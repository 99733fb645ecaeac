// The commands of daggerc. Each returns the exit code: 0, 1 if the program or the check failed, 2 if the command line is
// wrong or Dagger itself is not complete.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace dagger {

struct Options {
  std::vector<std::string> files;     // as the user wrote them
  std::vector<std::string> arguments; // main's
  std::string output;                 // -o
  std::string stage;                  // emit
  std::string level;                  // graph: values, graph or kernels; empty: what ran
  std::string format;                 // graph: dot, json or svg; empty: by the name of the output
  std::string code;                   // explain
  std::string graph, trace;           // --graph, --trace
  int threads = 0;                    // 0: one a core
  int64_t chunkBytes = 0;             // 0: the runtime chooses
  int vectorBits = 0;                 // 0: what the processor does best
  bool statistics = false, checked = false, reference = false, onlyCheck = false, isStatic = false;
  bool optimized = false;             // run: not before all of the program is compiled well
};

int runProgram(const Options &);
int drawProgram(const Options &);
int testPrograms(const Options &);
int buildProgram(const Options &);
int checkPrograms(const Options &);
int formatPrograms(const Options &);
int explainCode(const Options &);
int emitStage(const Options &);

// Whether diagnostics may be coloured: a terminal, and no NO_COLOR.
bool useColor();
// "error[DG7001]: ..." on stderr, with a way out if there is one.
void reportError(int code, const std::string &problem, const std::string &help = "");

} // namespace dagger
