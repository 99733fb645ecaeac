#include "tools/daggerc/Claim.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace dagger {

Claim::Claim(Claim &&other) noexcept : path(std::exchange(other.path, {})), file(std::exchange(other.file, -1)), isTaken(other.isTaken) {}

bool Claim::take(bool waits) {
  if (path.empty()) return true;
  if (file < 0) file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return isTaken = true;
  int failed;
  while ((failed = flock(file, waits ? LOCK_EX : LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {}
  return isTaken = !failed || errno != EWOULDBLOCK;
}

void Claim::finish() {
  if (!path.empty()) unlink(path.c_str());
  leave();
  path.clear();
}

void Claim::leave() {
  if (file >= 0) close(file);
  file = -1;
}

} // namespace dagger
