#include "runtime/io/File.h"
#include "dagger/OutOfMemory.h"
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace dagger::io {

static Failure cannot(const char *what, const std::string &path, int error) {
  char buffer[256];
  return Failure{std::string("cannot ") + what + " " + path + ": " + strerror_r(error, buffer, sizeof buffer)};
}

// ---- reading -------------------------------------------------------------------------------------------------------

Result<FileBytes> FileBytes::open(const std::string &path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return cannot("read", path, errno);
  struct stat status;
  int error = fstat(fd, &status) ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  FileBytes file;
  if (!error && S_ISREG(status.st_mode) && status.st_size > 0) {
    void *start = mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (start != MAP_FAILED) {
      madvise(start, size_t(status.st_size), MADV_SEQUENTIAL);
      file.start = static_cast<const char *>(start);
      file.size = size_t(status.st_size);
      file.mapped = true;
    }
  }
  if (!error && !file.mapped) {
    size_t capacity = 1 << 16;
    char *bytes = static_cast<char *>(malloc(capacity));
    for (ssize_t got; bytes;) {
      got = read(fd, bytes + file.size, capacity - file.size);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0) {
        error = got < 0 ? errno : 0;
        break;
      }
      file.size += size_t(got);
      if (file.size == capacity) {
        char *larger = static_cast<char *>(realloc(bytes, capacity *= 2));
        if (!larger)
          free(bytes);
        bytes = larger;
      }
    }
    if (!bytes)
      error = ENOMEM;
    file.start = bytes; // freed with the file, also when it failed
  }
  close(fd);
  if (error)
    return cannot("read", path, error);
  return file;
}

FileBytes::FileBytes(FileBytes &&other) noexcept
    : start(std::exchange(other.start, nullptr)), size(std::exchange(other.size, 0)), mapped(other.mapped) {}

FileBytes &FileBytes::operator=(FileBytes &&other) noexcept {
  std::swap(start, other.start);
  std::swap(size, other.size);
  std::swap(mapped, other.mapped);
  return *this;
}

FileBytes::~FileBytes() {
  if (mapped && start)
    munmap(const_cast<char *>(start), size);
  else
    free(const_cast<char *>(start));
}

bool isGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

// Appends to `out`; the stream is the caller's, who ends it.
static std::optional<Failure> inflateAll(z_stream &stream, std::string_view packed, const std::string &name,
                                         std::string &out) {
  std::string_view rest = packed;
  char buffer[1 << 16];
  int status = Z_OK;
  // A gzip file may hold several members one after the other, and zlib takes 4 GB at most at a time.
  while (status == Z_OK || (status == Z_STREAM_END && stream.avail_in + rest.size() > 0)) {
    if (status == Z_STREAM_END && inflateReset(&stream) != Z_OK)
      break;
    if (stream.avail_in == 0) {
      size_t piece = std::min<size_t>(rest.size(), 1u << 30);
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(rest.data()));
      stream.avail_in = uInt(piece);
      rest.remove_prefix(piece);
    }
    stream.next_out = reinterpret_cast<Bytef *>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  std::string message = stream.msg ? stream.msg : "the file ends too early";
  if (status != Z_STREAM_END)
    return Failure{"cannot unpack " + name + ": " + message};
  return std::nullopt;
}

Result<std::string> unpackGzip(std::string_view packed, const std::string &name) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
    return Failure{"cannot unpack " + name + ": out of memory"};
  std::string out;
  auto failure = orOutOfMemory("cannot unpack " + name, [&] { return inflateAll(stream, packed, name, out); });
  inflateEnd(&stream);
  if (failure)
    return *failure;
  return out;
}

// ---- writing -------------------------------------------------------------------------------------------------------

Result<OutputFile> OutputFile::create(const std::string &path) {
  OutputFile file;
  file.path = path;
  struct stat status;
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    file.descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file.descriptor < 0)
      return cannot("write", path, errno);
    return file;
  }
  // Renaming must replace the file that a link leads to, not the link.
  if (char *real = exists ? realpath(path.c_str(), nullptr) : nullptr) {
    file.path = real;
    free(real);
  }
  if (exists && access(file.path.c_str(), W_OK))
    return cannot("write", path, errno);
  static std::atomic<unsigned> counter{0}; // two threads may write to one name at once
  for (int attempt = 0; attempt < 100 && file.descriptor < 0; ++attempt) {
    file.temporary = file.path + "." + std::to_string(getpid()) + "-" + std::to_string(counter++) + ".tmp";
    file.descriptor = open(file.temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                           exists ? status.st_mode & 0777 : 0666);
    if (file.descriptor < 0 && errno != EEXIST)
      break;
  }
  if (file.descriptor < 0)
    return cannot("write", path, errno);
  return file;
}

OutputFile::OutputFile(OutputFile &&other) noexcept
    : path(std::move(other.path)), temporary(std::exchange(other.temporary, {})), buffer(std::move(other.buffer)),
      descriptor(std::exchange(other.descriptor, -1)), error(other.error) {}

OutputFile::~OutputFile() {
  if (descriptor >= 0) {
    close(descriptor);
    if (!temporary.empty())
      unlink(temporary.c_str());
  }
}

void OutputFile::writeOut(const char *data, size_t bytes) {
  while (bytes > 0 && !error) {
    ssize_t done = ::write(descriptor, data, bytes);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0) {
      error = errno;
      return;
    }
    data += done;
    bytes -= size_t(done);
  }
}

void OutputFile::flush() {
  writeOut(buffer.data(), buffer.size());
  buffer.clear();
}

void OutputFile::write(const void *data, size_t bytes) {
  constexpr size_t large = 1 << 16;
  if (buffer.size() + bytes > large)
    flush();
  if (bytes > large)
    writeOut(static_cast<const char *>(data), bytes);
  else
    buffer.append(static_cast<const char *>(data), bytes);
}

std::optional<Failure> OutputFile::commit() {
  flush();
  // Some file systems say only at the end that they are full.
  if (close(std::exchange(descriptor, -1)) && !error)
    error = errno;
  if (!error && !temporary.empty() && rename(temporary.c_str(), path.c_str()))
    error = errno;
  if (!error)
    return std::nullopt;
  if (!temporary.empty())
    unlink(temporary.c_str());
  return cannot("write", path, error);
}

std::optional<Failure> writeFile(const std::string &path, std::string_view contents) {
  auto file = OutputFile::create(path);
  if (!file)
    return file.failure();
  file->write(contents);
  return file->commit();
}

} // namespace dagger::io
