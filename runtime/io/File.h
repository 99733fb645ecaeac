// Whole files in, whole files out.
#pragma once
#include "dagger/Result.h"
#include <optional>
#include <string>
#include <string_view>

namespace dagger::io {

// A file's bytes, mapped into memory where the file allows it and read otherwise (pipes, /dev). What others write to a
// mapped file meanwhile may show, and one that is cut short kills the process: don't map what may change.
class FileBytes {
public:
  static Result<FileBytes> open(const std::string &path);
  std::string_view bytes() const { return {start, size}; }

  FileBytes(FileBytes &&other) noexcept;
  FileBytes &operator=(FileBytes &&other) noexcept;
  ~FileBytes();

private:
  FileBytes() = default;
  const char *start = nullptr;
  size_t size = 0;
  bool mapped = false;
};

// What a gzip file starts with, and what it unpacks to; `name` stands in messages.
bool isGzip(std::string_view bytes);
Result<std::string> unpackGzip(std::string_view packed, const std::string &name);

// A file that appears under its name only when it is complete: it is written beside it and renamed by commit(). Without
// a commit nothing stays. What is no regular file (/dev/stdout, a pipe) is written directly. Errors are kept: write()
// may be called on after one, and commit() reports the first, with the path.
class OutputFile {
public:
  static Result<OutputFile> create(const std::string &path);
  void write(const void *data, size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  std::optional<Failure> commit();

  OutputFile(OutputFile &&other) noexcept;
  OutputFile &operator=(OutputFile &&) = delete;
  ~OutputFile();

private:
  OutputFile() = default;
  void flush();
  void writeOut(const char *data, size_t bytes);

  std::string path, temporary; // no temporary: written directly
  std::string buffer;
  int descriptor = -1;
  int error = 0;
};

// All of `contents` as the file `path`.
std::optional<Failure> writeFile(const std::string &path, std::string_view contents);

} // namespace dagger::io
