// What a run shows while it runs: a line on the terminal that says where it is, how many tasks have ended, how much memory is in
// use, and how long a loop whose turns are counted will still take. A thread that mostly sleeps writes it, from what the host and
// the workers count anyway. Where standard error is no terminal there is none of this.
#pragma once
#include "runtime/sched/Stack.h"
#include "runtime/sched/StatusLine.h"
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

struct dg_location;

namespace dagger::rt {

class Runtime;

class Progress {
public:
  // Whether there is somebody to show it to, who has not said no ($NO_PROGRESS, TERM=dumb).
  static bool isWanted();
  explicit Progress(Runtime &runtime);
  ~Progress(); // leaves the terminal as if there had been no line
  Progress(const Progress &) = delete;

  // Host: see dg_begin_counted.
  void beginLoop(int64_t low, int64_t high, int64_t step, const dg_location *location);
  void nextTurns(int64_t many);
  void endLoop();

private:
  // The outermost loop. The host is ahead of the workers: what counts is which tasks of its turns have ended.
  struct Loop {
    const dg_location *location = nullptr;
    uint64_t number = 0;       // of the loop; 0: there was none yet
    uint64_t turns = 0, begun = 0;
    uint64_t before = 0;       // tasks made before the loop,
    uint64_t now = 0;          // and before the turn that began last
    bool isOver = false;
    // Of 0 to 1; negative where that is not known yet.
    double share(uint64_t ended) const;
  };

  Runtime &runtime;
  StatusLine line;
  StackThread thread;
  bool isStarted = false;
  std::mutex mutex; // of what follows
  std::condition_variable changed;
  bool isStopping = false;
  Loop loop;
  int depth = 0;

  // The thread's own: when it first saw the loop under way, and how far it was.
  struct Seen {
    uint64_t loop = 0;
    int64_t time = 0;
    double share = 0;
  } seen;

  static void *threadMain(void *progress);
  void show(const Loop &loop, int64_t now, bool isVisible);
  std::string left(const Loop &loop, uint64_t ended, int64_t now);
};

} // namespace dagger::rt
