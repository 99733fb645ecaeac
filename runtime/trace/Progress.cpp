#include "runtime/trace/Progress.h"
#include "runtime/data/Storage.h"
#include "runtime/sched/Runtime.h"
#include "runtime/trace/Quantities.h"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace dagger::rt {

static constexpr auto period = std::chrono::milliseconds(200);
static constexpr int64_t second = 1'000'000'000;

bool Progress::isWanted() {
  const char *no = std::getenv("NO_PROGRESS"), *terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) && !(no && *no) && terminal && *terminal && std::strcmp(terminal, "dumb") != 0;
}

Progress::Progress(Runtime &runtime) : runtime(runtime) {
  // Without a thread there is no line, and nothing is lost.
  isStarted = thread.start(size_t(1) << 20, threadMain, this) == 0;
  runtime.progress = this;
  runtime.effects.setStatus(&line);
}

Progress::~Progress() {
  {
    std::lock_guard lock(mutex);
    isStopping = true;
  }
  changed.notify_all();
  if (isStarted)
    thread.join();
  runtime.effects.setStatus(nullptr);
  runtime.progress = nullptr;
}

void *Progress::threadMain(void *argument) {
  auto &self = *static_cast<Progress *>(argument);
  int64_t began = monotonicTime();
  std::unique_lock lock(self.mutex);
  while (!self.changed.wait_for(lock, period, [&] { return self.isStopping; })) {
    Loop loop = self.loop;
    lock.unlock();
    int64_t now = monotonicTime();
    self.show(loop, now, now - began >= second);
    lock.lock();
  }
  return nullptr;
}

// ---- the host's loop -------------------------------------------------------------------------------------------------------

static uint64_t tasksMade(Runtime &runtime) {
  uint64_t made, ended;
  std::vector<const dg_location *> running;
  runtime.scheduler.progress(made, ended, running);
  return made;
}

void Progress::beginLoop(int64_t low, int64_t high, int64_t step, const dg_location *location) {
  if (depth++)
    return;
  Loop next;
  next.location = location;
  next.turns = high > low && step > 0 ? (uint64_t(high) - uint64_t(low) + uint64_t(step) - 1) / uint64_t(step) : 0;
  next.before = next.now = tasksMade(runtime);
  std::lock_guard lock(mutex);
  next.number = loop.number + 1;
  loop = next;
}

void Progress::nextTurns(int64_t many) {
  if (depth > 1)
    return;
  uint64_t made = tasksMade(runtime);
  std::lock_guard lock(mutex);
  loop.begun += uint64_t(many);
  loop.now = made;
}

void Progress::endLoop() {
  if (--depth)
    return;
  uint64_t made = tasksMade(runtime);
  std::lock_guard lock(mutex);
  loop.now = made;
  loop.isOver = true;
}

double Progress::Loop::share(uint64_t ended) const {
  uint64_t done = isOver ? turns : begun ? begun - 1 : 0; // turns whose tasks are all made
  if (!turns || !done || ended < before)
    return -1;
  double submitted = double(done) / double(turns);
  if (now == before)
    return submitted;
  return std::min(1.0, submitted * double(ended - before) / double(now - before));
}

// ---- the line --------------------------------------------------------------------------------------------------------------

static std::string placeText(const dg_location *place) {
  const char *file = place->file ? place->file : "";
  if (const char *slash = std::strrchr(file, '/'))
    file = slash + 1;
  return file + (":" + std::to_string(place->line));
}

static const dg_location *mostFrequent(const std::vector<const dg_location *> &places) {
  const dg_location *found = nullptr;
  int64_t most = 0;
  for (const dg_location *place : places)
    if (int64_t count = std::count(places.begin(), places.end(), place); count > most) {
      most = count;
      found = place;
    }
  return found;
}

// How long the loop takes from now on, if it goes on as it went since it was first seen.
std::string Progress::left(const Loop &loop, uint64_t ended, int64_t now) {
  double share = loop.share(ended);
  if (share < 0 || share >= 1)
    return "";
  if (seen.loop != loop.number)
    seen = {loop.number, now, share};
  std::string text = print("%.0f %% of the loop at %s", 100 * share, placeText(loop.location).c_str());
  if (now - seen.time >= second / 2 && share > seen.share)
    text += ", " + timeText(std::max(1.0, double(now - seen.time) / second * (1 - share) / (share - seen.share))) + " left";
  return text;
}

void Progress::show(const Loop &loop, int64_t now, bool isVisible) {
  uint64_t made, ended;
  std::vector<const dg_location *> running;
  runtime.scheduler.progress(made, ended, running);
  std::string rest = left(loop, ended, now);
  if (!isVisible)
    return;
  // What matters least comes last: a narrow terminal cuts it.
  const dg_location *place = mostFrequent(running);
  std::string text = place ? placeText(place) + "  " : "";
  if (!rest.empty())
    text += rest + "  ";
  line.show(text + print("%llu of %llu tasks  %s", (unsigned long long)ended, (unsigned long long)std::max(made, ended),
                         bytesText(double(storage::bytesInUse())).c_str()));
}

} // namespace dagger::rt
