// The cache of compiled programs: one file a program, private to the user. See README.md for what an entry holds and why
// a kill at any time is harmless.
#pragma once
#include "tools/daggerc/Claim.h"
#include "tools/daggerc/Digest.h"
#include <optional>
#include <string>
#include <vector>

namespace dagger {

struct CachedSource {
  std::string path; // absolute
  Digest digest;    // of its text, ended by a newline if it was not
};

class Cache {
public:
  // Opens $XDG_CACHE_HOME/dagger (~/.cache/dagger), making it if need be. If it is not private to this user or cannot be
  // written, one warning is printed and programs are compiled into a temporary folder that goes with the process.
  Cache();
  ~Cache();
  Cache(const Cache &) = delete;
  Cache &operator=(const Cache &) = delete;

  // A path to open the program at, if there is an entry for `key`, it is whole and this user's, and all the sources that
  // it was made of still have their digests. The path stays good for the life of the process.
  std::optional<std::string> find(const Digest &key);

  // A fresh path in the cache's folder for the compiler to write to.
  std::string temporary(const std::string &start = "tmp-");
  // On the entry for `key`. What whoever has it writes to is `unfinished`, which goes when it is claimed again, and with the next `store`
  // of any entry once nobody has the claim.
  Claim claim(const Digest &key);
  std::string unfinished(const Digest &key);
  // Whether what is stored is there for the next process.
  bool isKept() const { return !isTemporary; }
  // Turns the object at `temporary` into the entry for `key` and returns a path to open it at. Afterwards the oldest
  // entries go until the cache is within its bound: $DAGGER_CACHE_SIZE megabytes, 256 if that is not set.
  std::string store(const Digest &key, const std::string &temporary, const std::vector<CachedSource> &sources);

private:
  std::string folder;
  bool isTemporary = false;
  void removeUnfinished(const std::string &key) const;
  void evict() const;
};

} // namespace dagger
