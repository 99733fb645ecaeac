#include "tools/daggerc/Cache.h"
#include "compiler/driver/SourceText.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dagger {
namespace {

// An entry is the shared object, then the list of its sources, then this. ELF ignores what follows its sections.
struct Trailer {
  Digest checksum;      // of all that stands before the trailer, and of the key
  uint64_t listBytes;
  char magic[8];
};
constexpr char entryMagic[8] = {'D', 'A', 'G', 'G', 'E', 'R', '0', '1'};
constexpr char claimEnd[] = ".claim";
constexpr time_t abandonedAfter = 3600; // seconds after which a temporary file belongs to nobody

void complain(const std::string &what) { fprintf(stderr, "daggerc: warning: %s\n", what.c_str()); }

std::string cacheFolder() {
  if (const char *home = getenv("XDG_CACHE_HOME"); home && home[0] == '/') return std::string(home) + "/dagger";
  if (const char *home = getenv("HOME"); home && home[0] == '/') return std::string(home) + "/.cache/dagger";
  if (const passwd *user = getpwuid(geteuid())) return std::string(user->pw_dir) + "/.cache/dagger";
  return "";
}

// Empty if `folder` is there, this user's alone and writable; else what is wrong with it.
std::string makePrivate(const std::string &folder) {
  if (folder.empty()) return "there is no home folder for a cache";
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return "cannot make `" + folder + "`: " + strerror(errno);
  struct stat info;
  if (lstat(folder.c_str(), &info) != 0) return "cannot use `" + folder + "`: " + strerror(errno);
  if (!S_ISDIR(info.st_mode)) return "`" + folder + "` is not a folder";
  if (info.st_uid != geteuid()) return "`" + folder + "` belongs to another user";
  if (info.st_mode & 077) return "`" + folder + "` is open to other users (chmod 700 it)";
  if (access(folder.c_str(), W_OK) != 0) return "cannot write to `" + folder + "`: " + strerror(errno);
  return "";
}

void append(std::string &list, const void *data, size_t bytes) { list.append(static_cast<const char *>(data), bytes); }

bool writeAll(int file, const void *data, size_t bytes) {
  auto *at = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = write(file, at, bytes);
    if (written < 0) return false;
    at += written;
    bytes -= size_t(written);
  }
  return true;
}

Digest checksumOf(const Digest &key, std::string_view contents) { return Digester().add(key.hex()).add(contents).digest(); }

// Whether every source in `list` still reads as it did.
bool sourcesUnchanged(std::string_view list) {
  while (!list.empty()) {
    Digest digest;
    uint32_t length;
    if (list.size() < sizeof digest + sizeof length) return false;
    memcpy(&digest, list.data(), sizeof digest);
    memcpy(&length, list.data() + sizeof digest, sizeof length);
    list.remove_prefix(sizeof digest + sizeof length);
    if (list.size() < length) return false;
    SourceText source = readSource(std::string(list.substr(0, length)));
    if (!source.text.ends_with('\n')) source.text += '\n'; // as the compiler read it
    if (!source || digestOf(source.text) != digest) return false;
    list.remove_prefix(length);
  }
  return true;
}

} // namespace

Cache::Cache() : folder(cacheFolder()) {
  std::string problem = makePrivate(folder);
  if (problem.empty()) return;
  complain("compiled programs are not kept: " + problem);
  std::string name = (std::filesystem::temp_directory_path() / "dagger-XXXXXX").string();
  if (!mkdtemp(name.data())) {
    fprintf(stderr, "daggerc: cannot make a temporary folder `%s`: %s\n", name.c_str(), strerror(errno));
    exit(1);
  }
  folder = name;
  isTemporary = true;
}

Cache::~Cache() {
  std::error_code ignored;
  if (isTemporary) std::filesystem::remove_all(folder, ignored);
}

std::optional<std::string> Cache::find(const Digest &key) {
  std::string path = folder + "/" + key.hex() + ".so";
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  // What is checked is what is opened: the descriptor stays open, and the path goes through it.
  struct stat info;
  bool good = fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() && !(info.st_mode & 022) &&
              size_t(info.st_size) > sizeof(Trailer);
  if (good) {
    auto size = size_t(info.st_size);
    void *memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    good = memory != MAP_FAILED;
    if (good) {
      std::string_view contents(static_cast<const char *>(memory), size - sizeof(Trailer));
      Trailer trailer;
      memcpy(&trailer, contents.data() + contents.size(), sizeof trailer);
      good = !memcmp(trailer.magic, entryMagic, sizeof entryMagic) && trailer.listBytes <= contents.size() &&
             trailer.checksum == checksumOf(key, contents) &&
             sourcesUnchanged(contents.substr(contents.size() - trailer.listBytes));
      munmap(memory, size);
    }
  }
  if (!good) {
    close(file);
    return std::nullopt;
  }
  futimens(file, nullptr); // the last use, for eviction
  return "/proc/self/fd/" + std::to_string(file);
}

Claim Cache::claim(const Digest &key) { return Claim(folder + "/tmp-" + key.hex() + claimEnd); }

std::string Cache::unfinished(const Digest &key) {
  removeUnfinished(key.hex()); // whoever had the claim before was killed
  return temporary("tmp-" + key.hex() + "-");
}

void Cache::removeUnfinished(const std::string &key) const {
  DIR *listing = opendir(folder.c_str());
  if (!listing) return;
  std::string start = "tmp-" + key + "-";
  while (dirent *item = readdir(listing))
    if (!strncmp(item->d_name, start.c_str(), start.size())) unlink((folder + "/" + item->d_name).c_str());
  closedir(listing);
}

std::string Cache::temporary(const std::string &start) {
  std::string name = folder + "/" + start + "XXXXXX";
  int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) {
    fprintf(stderr, "daggerc: cannot write to `%s`: %s\n", folder.c_str(), strerror(errno));
    exit(1);
  }
  close(file);
  return name;
}

std::string Cache::store(const Digest &key, const std::string &temporary, const std::vector<CachedSource> &sources) {
  auto fail = [&](const char *what) {
    fprintf(stderr, "daggerc: cannot %s `%s`: %s\n", what, temporary.c_str(), strerror(errno));
    unlink(temporary.c_str());
    exit(1);
  };
  int file = open(temporary.c_str(), O_RDWR | O_CLOEXEC);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) fail("open");
  fchmod(file, 0600);
  std::string contents(size_t(info.st_size), '\0');
  if (pread(file, contents.data(), contents.size(), 0) != info.st_size) fail("read");
  std::string list;
  for (const CachedSource &source : sources) {
    auto length = uint32_t(source.path.size());
    append(list, &source.digest, sizeof source.digest);
    append(list, &length, sizeof length);
    list += source.path;
  }
  contents += list;
  Trailer trailer{checksumOf(key, contents), list.size(), {}};
  memcpy(trailer.magic, entryMagic, sizeof entryMagic);
  append(list, &trailer, sizeof trailer);
  if (lseek(file, 0, SEEK_END) < 0 || !writeAll(file, list.data(), list.size())) fail("write");
  if (rename(temporary.c_str(), (folder + "/" + key.hex() + ".so").c_str()) != 0) fail("rename");
  evict();
  return "/proc/self/fd/" + std::to_string(file);
}

void Cache::evict() const {
  uint64_t bound = 256;
  if (const char *text = getenv("DAGGER_CACHE_SIZE")) bound = strtoull(text, nullptr, 10);
  bound <<= 20;
  struct Entry { timespec used; uint64_t bytes; std::string path; };
  std::vector<Entry> entries;
  uint64_t total = 0;
  DIR *listing = opendir(folder.c_str());
  if (!listing) return;
  time_t now = time(nullptr);
  while (dirent *item = readdir(listing)) {
    std::string path = folder + "/" + item->d_name;
    struct stat info;
    if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    std::string_view name = item->d_name;
    if (name.starts_with("tmp-") && name.ends_with(claimEnd)) {
      Claim claim(path);
      if (!claim.take(false)) continue;
      removeUnfinished(std::string(name.substr(4, name.size() - 4 - strlen(claimEnd))));
      claim.finish();
      continue;
    }
    if (name.starts_with("tmp-")) {
      if (now - info.st_mtime > abandonedAfter) unlink(path.c_str());
      continue;
    }
    entries.push_back({info.st_mtim, uint64_t(info.st_size), path});
    total += uint64_t(info.st_size);
  }
  closedir(listing);
  auto older = [](const Entry &a, const Entry &b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  };
  std::sort(entries.begin(), entries.end(), older);
  // A program that is open keeps its pages although its name is gone.
  for (const Entry &entry : entries) {
    if (total <= bound) break;
    if (unlink(entry.path.c_str()) == 0) total -= entry.bytes;
  }
}

} // namespace dagger
