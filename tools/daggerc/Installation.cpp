#include "tools/daggerc/Installation.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <unistd.h>
#include <vector>

namespace dagger {

const Installation &installation() {
  static const Installation found = [] {
    std::error_code error;
    auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
      fprintf(stderr, "daggerc: cannot find its own files: /proc/self/exe: %s\n", error.message().c_str());
      exit(2);
    }
    return Installation{executable.parent_path().parent_path().string()};
  }();
  return found;
}

void *functionOf(const std::string &library, const char *symbol, bool global) {
  static std::map<std::string, void *> open;
  void *&handle = open[library];
  if (!handle) {
    // Of the many functions of LLVM and MLIR that a library names, a program's compilation calls few: to find all of them
    // first takes 15 ms.
    handle = dlopen(installation().library(library).c_str(), (global ? RTLD_NOW | RTLD_GLOBAL : RTLD_LAZY | RTLD_LOCAL));
    if (!handle) {
      fprintf(stderr, "daggerc: this installation of Dagger is not complete: %s\n", dlerror());
      exit(2);
    }
  }
  void *address = dlsym(handle, symbol);
  if (!address) {
    fprintf(stderr, "daggerc: %s is of another version of Dagger: it has no `%s`\n",
            installation().library(library).c_str(), symbol);
    exit(2);
  }
  return address;
}

std::string buildId(const std::string &path) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  std::string id;
  Elf64_Ehdr header;
  if (pread(file, &header, sizeof header, 0) == ssize_t(sizeof header) && !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
      header.e_phentsize == sizeof(Elf64_Phdr) && header.e_phnum < 128) {
    std::vector<Elf64_Phdr> segments(header.e_phnum);
    size_t bytes = segments.size() * sizeof(Elf64_Phdr);
    if (pread(file, segments.data(), bytes, off_t(header.e_phoff)) != ssize_t(bytes)) segments.clear();
    for (const Elf64_Phdr &segment : segments) {
      if (segment.p_type != PT_NOTE || segment.p_filesz > 4096) continue;
      std::string notes(segment.p_filesz, '\0');
      if (pread(file, notes.data(), notes.size(), off_t(segment.p_offset)) != ssize_t(notes.size())) continue;
      auto padded = [](uint32_t n) { return size_t(n + 3) & ~size_t(3); };
      for (size_t at = 0; at + sizeof(Elf64_Nhdr) <= notes.size();) {
        Elf64_Nhdr note;
        memcpy(&note, notes.data() + at, sizeof note);
        size_t name = at + sizeof note, description = name + padded(note.n_namesz);
        if (description + note.n_descsz > notes.size()) break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(notes.data() + name, "GNU", 4))
          id = notes.substr(description, note.n_descsz);
        at = description + padded(note.n_descsz);
      }
    }
  }
  close(file);
  return id;
}

} // namespace dagger
