#include "runtime/trace/Recorder.h"
#include "runtime/data/Array.h"
#include "runtime/sched/Runtime.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace dagger::rt {

int64_t Trace::now() const {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t(1'000'000'000) + time.tv_nsec - began;
}

void Trace::add(Task &task) {
  Node node{task.sequence, task.point, "", "", "", 0, task.work == nullptr};
  if (task.work) {
    node.name = task.work->name;
    if (const dg_location *at = task.work->location) {
      node.file = at->file ? at->file : "";
      node.line = at->line;
    }
    Failure shape;
    task.work->describe(task, shape);
    for (size_t axis = 0; axis < shape.chunk.size(); ++axis) {
      const auto &range = shape.chunk[axis];
      node.chunk += axis ? ", " : "";
      node.chunk += range.whole ? ".." : std::to_string(range.low) + ".." + std::to_string(range.high);
    }
  }
  nodes.push_back(std::move(node));
}

static bool endsWith(const char *text, const char *end) {
  size_t length = std::strlen(text), tail = std::strlen(end);
  return length > tail && std::strcmp(text + length - tail, end) == 0;
}

bool Recorder::isWritable(const char *path) {
  return !path || endsWith(path, ".dot") || endsWith(path, ".json") || endsWith(path, ".svg");
}

Recorder::Recorder(Runtime &runtime, const char *path) : runtime(runtime), path(path) {
  if (!path)
    return;
  trace.runs.resize(size_t(runtime.scheduler.threads()));
  trace.began = trace.now();
  TaskList::keepEnded = true; // What has ended is still what a task would have waited for.
  runtime.scheduler.setTrace(&trace);
}

Recorder::~Recorder() {
  if (!path)
    return;
  TaskList::keepEnded = false;
  runtime.scheduler.setTrace(nullptr);
}

bool Recorder::write(std::string &error) {
  if (!path)
    return true;
  std::sort(trace.edges.begin(), trace.edges.end());
  trace.edges.erase(std::unique(trace.edges.begin(), trace.edges.end()), trace.edges.end());
  std::string text = endsWith(path, ".dot") ? graphAsDot(trace) : endsWith(path, ".json") ? graphAsJson(trace) : graphAsSvg(trace);
  std::FILE *file = std::fopen(path, "wb");
  bool whole = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file)
    whole = std::fclose(file) == 0 && whole;
  if (!whole)
    error = "cannot write " + std::string(path) + ": " + std::strerror(errno);
  return whole;
}

} // namespace dagger::rt
