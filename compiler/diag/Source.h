// Source files, spans in them, and the locations that every later level keeps.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dagger {

// One source text. Owned by a SourceManager, lives as long as the compilation; `id` indexes it there.
struct SourceFile {
  int id = -1;
  std::string path;                 // as the user wrote it, or "<stdlib>/name.dg"
  std::string text;                 // UTF-8, ends with '\n'
  std::vector<uint32_t> lineStarts; // byte offset of each line; filled when the file is added
  bool isStdlib = false;

  // 1-based line, and 1-based column in code points (as messages count), of a byte offset.
  struct Position { int line; int column; };
  Position position(uint32_t offset) const;
  std::string_view line(int line) const; // without its newline
};

// A half-open range of bytes [begin, end) in a file. file < 0: no location.
struct Span {
  int file = -1;
  uint32_t begin = 0, end = 0;
  bool valid() const { return file >= 0; }
  Span to(Span other) const { return {file, begin, other.end}; }
};

class SourceManager {
public:
  SourceFile &add(std::string path, std::string text, bool isStdlib = false);
  const SourceFile &get(int id) const { return *files[id]; }
  int size() const { return int(files.size()); }

private:
  std::vector<std::unique_ptr<SourceFile>> files;
};

} // namespace dagger
