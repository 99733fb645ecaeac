// From the code generator's object to a shared object, with lld inside this process.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dagger {

// Links the relocatable object in memory into the shared object `output`, which is overwritten. What it does not define is
// left to whoever opens it. `libraries`: for the command line, files or -l options. Empty if it worked, else lld's words.
// One call at a time in a process.
std::string linkShared(std::string_view object, const std::string &output, const std::vector<std::string> &libraries);

// How a library that an `extern` declaration names is given to the linker: a file beside the source that names it with its
// folder, so that it is found when the program is opened; anything else by its name, for the system to find.
// `throughCompiler`: the linker is called by the C compiler, which hands options on only behind -Wl.
std::vector<std::string> linkerArguments(const std::string &library, const std::string &sourceFolder, bool throughCompiler);

// The same for OpenMP's runtime, which a program with a `parallel for` needs, and no other one is given.
std::vector<std::string> openmpArguments(bool throughCompiler);

} // namespace dagger
