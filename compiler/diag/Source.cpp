#include "compiler/diag/Source.h"
#include <algorithm>

namespace dagger {

SourceFile &SourceManager::add(std::string path, std::string text, bool isStdlib) {
  if (text.empty() || text.back() != '\n') text.push_back('\n');
  auto file = std::make_unique<SourceFile>();
  file->id = int(files.size());
  file->path = std::move(path);
  file->text = std::move(text);
  file->isStdlib = isStdlib;
  file->lineStarts.push_back(0);
  for (size_t at = 0; (at = file->text.find('\n', at)) != std::string::npos && ++at < file->text.size();)
    file->lineStarts.push_back(uint32_t(at));
  files.push_back(std::move(file));
  return *files.back();
}

SourceFile::Position SourceFile::position(uint32_t offset) const {
  offset = std::min(offset, uint32_t(text.size()));
  const auto next = std::upper_bound(lineStarts.begin(), lineStarts.end(), offset);
  const uint32_t start = *(next - 1);
  // Continuation bytes of UTF-8 begin no code point.
  const auto column =
      std::count_if(text.begin() + start, text.begin() + offset, [](char byte) { return (byte & 0xc0) != 0x80; });
  return {int(next - lineStarts.begin()), int(column) + 1};
}

std::string_view SourceFile::line(int line) const {
  if (line < 1 || size_t(line) > lineStarts.size()) return {};
  const size_t begin = lineStarts[line - 1];
  const size_t end = text.find('\n', begin);
  auto result = std::string_view(text).substr(begin, end == std::string::npos ? end : end - begin);
  if (!result.empty() && result.back() == '\r') result.remove_suffix(1);
  return result;
}

} // namespace dagger
