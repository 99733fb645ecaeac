#include "compiler/driver/Link.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

namespace dagger {
namespace {

// A file without a name, for lld to read the object from.
class MemoryFile {
public:
  explicit MemoryFile(const std::string &bytes) : descriptor(memfd_create("dagger-object", MFD_CLOEXEC)) {
    if (descriptor < 0) return;
    for (size_t at = 0; at < bytes.size();) {
      ssize_t written = write(descriptor, bytes.data() + at, bytes.size() - at);
      if (written <= 0) return;
      at += size_t(written);
    }
    isComplete = true;
  }
  ~MemoryFile() {
    if (descriptor >= 0) close(descriptor);
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }
  bool isComplete = false;

private:
  int descriptor;
};

// One thread: a program is small, and starting more costs more than it saves.
std::string link(std::vector<const char *> arguments, const std::vector<std::string> &objects, const std::string &output) {
  std::deque<MemoryFile> inputs;
  std::deque<std::string> paths;
  arguments.insert(arguments.begin(), "ld.lld");
  arguments.insert(arguments.end(), {"--threads=1", "-o", output.c_str()});
  for (const std::string &object : objects) {
    if (!inputs.emplace_back(object).isComplete) return std::string("cannot hold the program's object: ") + strerror(errno);
    arguments.push_back(paths.emplace_back(inputs.back().path()).c_str());
  }
  std::string words;
  llvm::raw_string_ostream stream(words);
  lld::Result result = lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0) return "";
  return words.empty() ? "lld failed" : words;
}

} // namespace

std::string linkShared(const std::vector<std::string> &objects, const std::string &output, const std::vector<std::string> &libraries) {
  std::vector<const char *> arguments{"-shared", "--hash-style=gnu", "-z", "now",
                                      "-L/usr/local/lib", "-L/usr/lib/" DAGGER_MULTIARCH, "-L/lib/" DAGGER_MULTIARCH, "-L/usr/lib"};
  for (const std::string &library : libraries) arguments.push_back(library.c_str());
  return link(std::move(arguments), objects, output);
}

std::string linkRelocatable(const std::vector<std::string> &objects, const std::string &output) { return link({"-r"}, objects, output); }

static std::vector<std::string> withFolder(const std::filesystem::path &file, bool throughCompiler) {
  return {file.string(), (throughCompiler ? "-Wl,-rpath," : "-rpath=") + file.parent_path().string()};
}

std::vector<std::string> openmpArguments(bool throughCompiler) {
  // Where it lay when this was built, else wherever the system has it.
  std::error_code error;
  std::filesystem::path known = DAGGER_OPENMP;
  if (std::filesystem::exists(known, error)) return withFolder(known, throughCompiler);
  return {"-l:" + known.filename().string()};
}

std::vector<std::string> linkerArguments(const std::string &library, const std::string &sourceFolder, bool throughCompiler) {
  if (library.empty()) return {};
  std::error_code error;
  auto beside = std::filesystem::absolute(std::filesystem::path(sourceFolder) / library, error).lexically_normal();
  if (!error && std::filesystem::exists(beside, error)) return withFolder(beside, throughCompiler);
  return {"-l:" + library};
}

} // namespace dagger
