#include "runtime/sched/Observer.h"
#include <ctime>

namespace dagger::rt {

int64_t monotonicTime() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t(1'000'000'000) + time.tv_nsec;
}

} // namespace dagger::rt
