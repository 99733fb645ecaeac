#include "compiler/driver/SourceText.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dagger {

size_t invalidUtf8(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  for (size_t i = 0; i < text.size();) {
    unsigned lead = byte(i);
    size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3
                  : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length == 0) return i;
    for (size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xc0) != 0x80) return i;
    // Overlong forms, surrogates and what lies past U+10FFFF show in the second byte.
    unsigned second = byte(i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f))
      return i;
    i += length;
  }
  return std::string_view::npos;
}

SourceText readSource(const std::string &path) {
  SourceText source;
  auto fail = [&](int code, std::string problem, std::string help = "") {
    source.code = code;
    source.problem = std::move(problem);
    source.help = std::move(help);
    source.text.clear();
    return source;
  };
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    int error = errno;
    if (error == ENOENT) {
      std::string help = path.ends_with(".dg") ? "" : "programs end in .dg: did you mean `" + path + ".dg`?";
      if (access((path + ".dg").c_str(), R_OK) != 0) help.clear();
      return fail(7001, "there is no file `" + path + "`", help);
    }
    return fail(7001, "cannot read `" + path + "`: " + strerror(error));
  }
  struct stat info;
  fstat(file, &info);
  if (S_ISDIR(info.st_mode)) {
    close(file);
    return fail(7002, "`" + path + "` is a folder, not a program", "name one .dg file in it");
  }
  char buffer[1 << 16];
  ssize_t got;
  while ((got = read(file, buffer, sizeof buffer)) > 0) source.text.append(buffer, size_t(got));
  int error = errno;
  close(file);
  if (got < 0) return fail(7001, "cannot read `" + path + "`: " + strerror(error));
  if (size_t bad = invalidUtf8(source.text); bad != std::string_view::npos) {
    auto line = 1 + std::count(source.text.begin(), source.text.begin() + std::ptrdiff_t(bad), '\n');
    return fail(7003, "`" + path + "` is not UTF-8 text: line " + std::to_string(line) + ", byte " + std::to_string(bad),
                "save it as UTF-8");
  }
  return source;
}

} // namespace dagger
