// The right to make one entry of the cache, which one process at a time has: a lock on a file. A process that ends, in whatever way, gives it
// up, and a child that was forked meanwhile keeps it.
#pragma once
#include <string>

namespace dagger {

class Claim {
public:
  Claim() = default; // on nothing: it is always had
  explicit Claim(std::string path) : path(std::move(path)) {}
  Claim(Claim &&other) noexcept;
  ~Claim() { leave(); }

  // Whether this process has it now; blocks until it does, if asked to. Also true where files cannot be locked: then work is done twice.
  bool take(bool waits);
  // The work is done, or will not be: removes the file.
  void finish();
  // For this process: a child goes on.
  void leave();
  bool isHad() const { return path.empty() || isTaken; } // as the last `take` said
  int descriptor() const { return file; } // -1: none is open

private:
  std::string path;
  int file = -1;
  bool isTaken = false;
};

} // namespace dagger
