#include "runtime/trace/Recorder.h"
#include "runtime/data/Array.h"
#include "runtime/sched/Runtime.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace dagger::rt {

void Recorder::made(Task &task) {
  Trace::Node node{task.sequence, task.point, "", "", "", 0, task.work == nullptr};
  if (task.work) {
    node.name = task.work->name;
    if (const dg_location *at = task.work->location) {
      node.file = at->file ? at->file : "";
      node.line = at->line;
    }
    node.chunk = task.work->partOf(task.point);
  }
  trace.nodes.push_back(std::move(node));
}

void Recorder::waits(TaskRef before, Task &after) { trace.edges.push_back({before.serial, after.serial}); }

void Recorder::ran(Worker &worker, Task &task, int64_t, Span span, const Failure *failure) {
  if (task.work)
    trace.runs[size_t(worker.id)].push_back({task.serial, span.start - trace.began, span.end - trace.began, failure != nullptr});
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
  trace.began = monotonicTime();
  ++TaskList::keepEnded;
  runtime.scheduler.observe(this);
}

Recorder::~Recorder() {
  if (!path)
    return;
  --TaskList::keepEnded;
  runtime.scheduler.unobserve(this);
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
