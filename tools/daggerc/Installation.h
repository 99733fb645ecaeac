// Where the parts of Dagger lie, relative to the running executable: <prefix>/bin/daggerc, <prefix>/lib/*.so,
// <prefix>/share/dagger/. The build tree has the same layout.
#pragma once
#include <string>

namespace dagger {

struct Installation {
  std::string prefix;
  std::string library(const std::string &name) const { return prefix + "/lib/" + name; }
  std::string resources() const { return prefix + "/share/dagger"; }
};

// Found through /proc/self/exe, so links to the executable and $PATH do not matter.
const Installation &installation();

// A function of one of Dagger's own libraries, opened on first use and never closed. Ends the process with a message if
// the library is not there: then the installation is broken. `global`: later libraries see its symbols.
void *functionOf(const std::string &library, const char *symbol, bool global = false);

// The GNU build id of an ELF file as raw bytes; empty if it has none or cannot be read.
std::string buildId(const std::string &path);

} // namespace dagger
