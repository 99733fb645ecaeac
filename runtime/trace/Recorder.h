// The record of a run for `--graph`: the tasks that ran, where and when, and what each of them waited for.
#pragma once
#include "runtime/sched/Observer.h"
#include <string>
#include <vector>

namespace dagger::rt {

class Runtime;

// Tasks and dependences are noted by the host, runs by each worker for itself.
struct Trace {
  struct Node {
    uint64_t sequence;
    int64_t point;
    std::string name, chunk, file;
    int32_t line = 0;
    bool isGate = false;
  };
  struct Run {
    uint64_t serial;
    int64_t start, end; // nanoseconds since the record began
    bool failed;
  };
  std::vector<Node> nodes;                           // of the task with serial number i + 1
  std::vector<std::pair<uint64_t, uint64_t>> edges;  // serial numbers: before, after
  std::vector<std::vector<Run>> runs;                // by worker
  int64_t began = 0;
};

class Recorder final : public Observer {
  Runtime &runtime;
  const char *path;
  Trace trace;

public:
  // Records from now on if `path` is not null. Before the first task.
  Recorder(Runtime &runtime, const char *path);
  ~Recorder() override;
  void made(Task &) override;
  void waits(TaskRef before, Task &after) override;
  bool needsSingleNodes() const override { return true; }
  void ran(Worker &, Task &, int64_t point, Span, const Failure *) override;
  // After the last task. True if there was nothing to write.
  bool write(std::string &error);
  // Whether the name says a format that is known (null is fine).
  static bool isWritable(const char *path);
};

// The formats. Gates stand for dependences of many tasks on many; they are points in the drawing.
std::string graphAsDot(const Trace &trace);
std::string graphAsJson(const Trace &trace);
std::string graphAsSvg(const Trace &trace); // a row a thread, time to the right

} // namespace dagger::rt
