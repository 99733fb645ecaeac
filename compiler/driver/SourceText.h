// Reading a source file, with the errors that a person at a terminal makes.
#pragma once
#include <string>

namespace dagger {

struct SourceText {
  std::string text;    // valid UTF-8
  std::string problem; // empty if it was read; else one sentence, lower case, no full stop, that names the file
  std::string help;    // a way out, if there is one
  int code = 0;        // DG70nn of the problem
  explicit operator bool() const { return problem.empty(); }
};

// Reads all of `path`. Anything but a regular file of UTF-8 text is a problem.
SourceText readSource(const std::string &path);

// Byte offset of the first byte that is not UTF-8, or npos.
size_t invalidUtf8(std::string_view text);

} // namespace dagger
