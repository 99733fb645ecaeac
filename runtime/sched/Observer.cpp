#include "runtime/sched/Observer.h"
#include <ctime>

namespace dagger::rt {

int64_t monotonicTime() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t(1'000'000'000) + time.tv_nsec;
}

std::string chunkOf(Task &task) {
  Failure shape;
  task.work->describe(task.point, shape);
  std::string text;
  for (size_t axis = 0; axis < shape.chunk.size(); ++axis) {
    const auto &range = shape.chunk[axis];
    text += axis ? ", " : "";
    text += range.whole ? ".." : std::to_string(range.low) + ".." + std::to_string(range.high);
  }
  return text;
}

} // namespace dagger::rt
