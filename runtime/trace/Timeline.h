// `--trace`: what each worker did when, in the JSON that Perfetto and Chrome read (the "Trace Event Format"). A row a worker; a
// span a task, with its source line and chunk; an arrow along each dependence that a node of the graph had to wait for, from its
// last task to its first; the number of ready nodes and the bytes of arrays over time. Workers write into buffers of their own,
// which go to the file when they are full: the memory that it takes does not grow with the run.
#pragma once
#include "runtime/sched/Observer.h"
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dagger::rt {

class Runtime;

class Timeline final : public Observer {
public:
  // The file is created at once. `error` is set if it cannot be.
  Timeline(Runtime &runtime, const char *path, std::string &error);
  ~Timeline() override;
  Timeline(const Timeline &) = delete;
  // After the last task: the rest. False with a message if not everything could be written.
  bool finish(std::string &error);

  void ran(Worker &, Task &, int64_t point, Span, const Failure *) override;
  void released(Worker &, Task &before, Task &after, Span) override;
  void ranTaken(Worker &, Work &, Span) override;

private:
  struct Buffer; // of one worker
  Runtime &runtime;
  std::string path;
  int file = -1;
  int64_t began;
  std::vector<std::unique_ptr<Buffer>> buffers;
  std::mutex writing;
  int problem = 0; // errno of the first write that failed

  void write(const char *text, size_t bytes);
  void span(Buffer &, const Work &, const std::string &chunk, Span, const char *category, bool failed);
  void counters(Buffer &, int64_t now);
};

} // namespace dagger::rt
