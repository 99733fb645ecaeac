#include "compiler/driver/Link.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

namespace dagger {
namespace {

// A file without a name, for lld to read the object from.
class MemoryFile {
public:
  explicit MemoryFile(std::string_view bytes) : descriptor(memfd_create("dagger-object", MFD_CLOEXEC)) {
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

} // namespace

std::string linkShared(std::string_view object, const std::string &output, const std::vector<std::string> &libraries) {
  MemoryFile input(object);
  if (!input.isComplete) return std::string("cannot hold the program's object: ") + strerror(errno);
  std::string inputPath = input.path();
  // One thread: a program is small, and starting more costs more than it saves.
  std::vector<const char *> arguments{"ld.lld", "-shared", "--threads=1", "--hash-style=gnu", "-z", "now",
                                      "-L/usr/local/lib", "-L/usr/lib/" DAGGER_MULTIARCH, "-L/lib/" DAGGER_MULTIARCH, "-L/usr/lib",
                                      "-o", output.c_str(), inputPath.c_str()};
  for (const std::string &library : libraries) arguments.push_back(library.c_str());
  std::string words;
  llvm::raw_string_ostream stream(words);
  lld::Result result = lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0) return "";
  return words.empty() ? "lld failed" : words;
}

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
