// From the code generator's objects to one file, with lld inside this process.
#pragma once
#include <string>
#include <vector>

namespace dagger {

// Both take relocatable objects in memory and overwrite `output`. Empty if it worked, else lld's words. One call at a time in a
// process.

// A shared object. What it does not define is left to whoever opens it. `libraries`: for the command line, files or -l options.
std::string linkShared(const std::vector<std::string> &objects, const std::string &output, const std::vector<std::string> &libraries);

// One relocatable object.
std::string linkRelocatable(const std::vector<std::string> &objects, const std::string &output);

// How a library that an `extern` declaration names is given to the linker: a file beside the source that names it with its
// folder, so that it is found when the program is opened; anything else by its name, for the system to find.
// `throughCompiler`: the linker is called by the C compiler, which hands options on only behind -Wl.
std::vector<std::string> linkerArguments(const std::string &library, const std::string &sourceFolder, bool throughCompiler);

// The same for OpenMP's runtime, which a program with a `parallel for` needs, and no other one is given.
std::vector<std::string> openmpArguments(bool throughCompiler);

} // namespace dagger
