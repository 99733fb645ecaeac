#include "runtime/trace/Timeline.h"
#include "runtime/data/Storage.h"
#include "runtime/sched/Runtime.h"
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dagger::rt {

// What one event takes at most, but for its texts, which are cut.
static constexpr size_t eventBytes = 1024, bufferBytes = size_t(1) << 18, textBytes = 160;
static constexpr int64_t counterPeriod = 100'000; // nanoseconds
static constexpr uint64_t mostArrows = 16;        // that end at one task

struct Timeline::Buffer {
  Timeline &timeline;
  const int row;
  int64_t lastCounters = 0;
  size_t used = 0;
  std::unique_ptr<char[]> bytes{new char[bufferBytes]};

  Buffer(Timeline &timeline, int row) : timeline(timeline), row(row) {}
  void flush() {
    timeline.write(bytes.get(), used);
    used = 0;
  }
  void begin() {
    if (used + eventBytes > bufferBytes) flush();
  }
  void text(std::string_view words) {
    std::memcpy(&bytes[used], words.data(), words.size());
    used += words.size();
  }
  void number(int64_t n) { used = size_t(std::to_chars(&bytes[used], &bytes[used] + 24, n).ptr - bytes.get()); }
  // Microseconds with three decimals.
  void time(int64_t nanoseconds) {
    number(nanoseconds / 1000);
    int rest = int(nanoseconds % 1000);
    char decimals[4] = {'.', char('0' + rest / 100), char('0' + rest / 10 % 10), char('0' + rest % 10)};
    text({decimals, sizeof decimals});
  }
  void string(std::string_view words) {
    size_t length = std::min(words.size(), textBytes);
    while (length < words.size() && length && (words[length] & 0xC0) == 0x80) --length; // not inside of a character
    words = words.substr(0, length);
    bool isPlain = true;
    for (char c : words) isPlain &= static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\';
    if (isPlain) return text(words);
    for (char c : words) {
      if (c == '"' || c == '\\') bytes[used++] = '\\';
      bytes[used++] = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  // The fields that all events have: {"ph":"X","pid":1,"tid":0,"ts":1.000
  void head(char phase, int64_t at) {
    begin();
    text("{\"ph\":\"");
    bytes[used++] = phase;
    text("\",\"pid\":1,\"tid\":");
    number(row);
    text(",\"ts\":");
    time(at - timeline.began);
  }
};

Timeline::Timeline(Runtime &runtime, const char *path, std::string &error) : runtime(runtime), path(path), began(monotonicTime()) {
  file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) {
    error = "cannot write " + this->path + ": " + std::strerror(errno);
    return;
  }
  write("[\n", 2);
  for (int row = 0; row < runtime.scheduler.threads(); ++row) {
    Buffer &b = *buffers.emplace_back(std::make_unique<Buffer>(*this, row));
    b.head('M', began);
    b.text(",\"name\":\"thread_name\",\"args\":{\"name\":\"");
    b.text(row ? "worker " : "host, worker ");
    b.number(row);
    b.text("\"}},\n");
  }
  runtime.scheduler.observe(this);
}

Timeline::~Timeline() {
  if (file < 0) return;
  runtime.scheduler.unobserve(this);
  close(file);
}

bool Timeline::finish(std::string &error) {
  if (file < 0) return true;
  for (auto &buffer : buffers) buffer->flush();
  // The last one has no comma behind it.
  static constexpr char last[] = "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"dagger\"}}\n]\n";
  write(last, sizeof last - 1);
  if (problem) error = "cannot write " + path + ": " + std::strerror(problem);
  return !problem;
}

void Timeline::write(const char *text, size_t bytes) {
  std::lock_guard lock(writing);
  while (bytes && !problem) {
    ssize_t written = ::write(file, text, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      problem = errno;
      return;
    }
    text += written;
    bytes -= size_t(written);
  }
}

void Timeline::span(Buffer &b, const Work &work, const std::string &chunk, Span span, const char *category, bool failed) {
  b.head('X', span.start);
  b.text(",\"dur\":");
  b.time(std::max<int64_t>(span.end - span.start, 1));
  b.text(",\"cat\":\"");
  b.text(category);
  b.text("\",\"name\":\"");
  b.string(work.name);
  b.text("\",\"args\":{\"line\":\"");
  if (work.location) {
    b.string(work.location->file ? work.location->file : "");
    b.text(":");
    b.number(work.location->line);
  }
  b.text("\",\"chunk\":\"");
  b.string(chunk);
  b.text(failed ? "\",\"failed\":true}},\n" : "\"}},\n");
}

void Timeline::counters(Buffer &b, int64_t now) {
  if (now - b.lastCounters < counterPeriod) return;
  b.lastCounters = now;
  b.head('C', now);
  b.text(",\"name\":\"ready tasks\",\"args\":{\"tasks\":");
  b.number(runtime.scheduler.readyTasks());
  b.text("}},\n");
  b.head('C', now);
  b.text(",\"name\":\"memory of arrays\",\"args\":{\"bytes\":");
  b.number(storage::bytesInUse());
  b.text("}},\n");
}

void Timeline::ran(Worker &worker, Task &task, int64_t point, Span at, const Failure *failure) {
  Buffer &b = *buffers[size_t(worker.id)];
  if (task.work) {
    span(b, *task.work, task.work->partOf(point), at, "task", failure != nullptr);
  } else {
    b.head('X', at.start);
    b.text(",\"dur\":");
    b.time(std::max<int64_t>(at.end - at.start, 1));
    b.text(",\"cat\":\"gate\",\"name\":\"all of them\"},\n");
  }
  // What the task waited for leads to its first point.
  uint64_t arrows = point == task.point ? std::min<uint64_t>(task.arrows.load(std::memory_order_acquire), mostArrows) : 0;
  for (uint64_t k = 0; k < arrows; ++k) {
    b.head('f', at.start);
    b.text(",\"bp\":\"e\",\"cat\":\"dependence\",\"name\":\"after\",\"id\":");
    b.number(int64_t(task.serial * mostArrows + k));
    b.text("},\n");
  }
  counters(b, at.end);
}

void Timeline::released(Worker &worker, Task &, Task &after, Span at) {
  if (after.arrows.load(std::memory_order_relaxed) >= mostArrows) return;
  uint64_t k = after.arrows.fetch_add(1, std::memory_order_acq_rel);
  if (k >= mostArrows) return;
  Buffer &b = *buffers[size_t(worker.id)];
  b.head('s', std::max(at.start, at.end - 1));
  b.text(",\"cat\":\"dependence\",\"name\":\"after\",\"id\":");
  b.number(int64_t(after.serial * mostArrows + k));
  b.text("},\n");
}

void Timeline::ranTaken(Worker &worker, Work &work, Span at) {
  span(*buffers[size_t(worker.id)], work, "", at, "nested task", false);
}

} // namespace dagger::rt
