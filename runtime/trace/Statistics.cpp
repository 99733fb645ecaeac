#include "runtime/trace/Statistics.h"
#include "runtime/data/Storage.h"
#include "runtime/sched/Runtime.h"
#include "runtime/trace/Quantities.h"
#include <algorithm>
#include <cstring>

namespace dagger::rt {

static void raiseTo(std::atomic<int64_t> &most, int64_t value) {
  int64_t seen = most.load(std::memory_order_relaxed);
  while (value > seen && !most.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

Statistics::Statistics(Runtime &runtime) : runtime(runtime), began(monotonicTime()), workers(size_t(runtime.scheduler.threads())) {
  runtime.scheduler.observe(this);
}

Statistics::~Statistics() { runtime.scheduler.unobserve(this); }

// ---- chains: what a task waited for is known when the host makes it, or when the last one before it ends -----------------------

void Statistics::made(Task &task) {
  Chain &c = chain(task.serial);
  // Where nothing is under way the host has waited for all of it.
  int64_t before = runtime.scheduler.liveTasks() <= int64_t(task.counted) ? longest.load(std::memory_order_relaxed) : 0;
  c.before.store(before, std::memory_order_relaxed);
  c.whole.store(0, std::memory_order_relaxed);
  c.serial.store(task.serial, std::memory_order_release);
}

void Statistics::waits(TaskRef before, Task &after) {
  Chain &c = chain(before.serial);
  int64_t whole = c.whole.load(std::memory_order_acquire);
  if (c.serial.load(std::memory_order_acquire) == before.serial)
    raiseTo(chain(after.serial).before, whole);
}

void Statistics::released(Worker &, Task &before, Task &after, Span) {
  Chain &c = chain(before.serial);
  if (c.serial.load(std::memory_order_acquire) == before.serial)
    raiseTo(chain(after.serial).before, c.whole.load(std::memory_order_relaxed));
}

void Statistics::Line::add(const Line &other) {
  time += other.time;
  tasks += other.tasks;
  bytes += other.bytes;
  arithmetic = arithmetic < 0 || other.arithmetic < 0 ? -1 : arithmetic + other.arithmetic;
}

void Statistics::ran(Worker &worker, Task &task, int64_t point, Span span, const Failure *) {
  int64_t time = span.end - span.start;
  Chain &c = chain(task.serial);
  if (c.serial.load(std::memory_order_acquire) == task.serial) {
    // Points of one task do not wait for each other: the longest of them counts.
    int64_t whole = c.before.load(std::memory_order_relaxed) + time;
    raiseTo(c.whole, whole);
    raiseTo(longest, whole);
  }
  if (!task.work)
    return;
  OfWorker &own = workers[size_t(worker.id)];
  own.busy += time;
  Line &line = own.lines[{task.work->location, task.work->name}];
  line.add({time, 1, task.work->bytes(point), double(task.work->arithmetic(point))});
}

void Statistics::ranTaken(Worker &worker, Work &, Span span) {
  workers[size_t(worker.id)].taken += span.end - span.start;
}

int64_t Statistics::tasks() const {
  int64_t sum = 0;
  for (const OfWorker &worker : workers)
    for (auto &[key, line] : worker.lines)
      sum += line.tasks;
  return sum;
}

// ---- the report ----------------------------------------------------------------------------------------------------------------

std::string Statistics::report() {
  int threads = runtime.scheduler.threads();
  double wall = double(monotonicTime() - began) * 1e-9, busy = 0, taken = 0, chained = double(longest.load()) * 1e-9;
  Lines all;
  Line total;
  for (OfWorker &worker : workers) {
    busy += double(worker.busy) * 1e-9;
    taken += double(worker.taken) * 1e-9;
    for (auto &[key, line] : worker.lines)
      for (Line *sum : {&all[key], &total})
        sum->add(line);
  }
  std::vector<std::pair<Lines::key_type, Line>> sorted(all.begin(), all.end());
  std::sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) { return a.second.time > b.second.time; });
  double peak = measureBandwidth(threads), perThread = peak / threads, fastest = measureArithmetic(threads);
  auto ofFastest = [&](const Line &line) { // in the time that its tasks took
    double time = double(line.time) * 1e-9;
    return line.arithmetic < 0 || time <= 0 || fastest <= 0 ? -1.0 : line.arithmetic / time / (fastest / threads);
  };

  std::string out = "\n    time  share     tasks    bytes     GB/s  of peak  arithmetic  where\n";
  for (auto &[key, line] : sorted) {
    double time = double(line.time) * 1e-9, rate = time > 0 ? double(line.bytes) / time : 0;
    const char *file = key.first && key.first->file ? key.first->file : "";
    if (const char *slash = std::strrchr(file, '/'))
      file = slash + 1;
    std::string arithmetic = ofFastest(line) < 0 ? "-  " : print("%.0f %%", 100 * ofFastest(line));
    out += print("%7.3fs  %3.0f %%  %8lld  %7s  %7.1f  %5.0f %%  %10s  %s:%d %s\n", time, 100 * time / std::max(busy, 1e-9),
                 (long long)line.tasks, bytesText(double(line.bytes)).c_str(), rate * 1e-9, 100 * rate / perThread, arithmetic.c_str(), file,
                 key.first ? key.first->line : 0, key.second);
  }
  double capacity = wall * threads, waiting = std::max(0.0, 1 - (busy + taken) / capacity);
  out += print("\n%.3f s on %d thread%s: %.0f %% of it in tasks, %.0f %% waiting or making tasks; at most %s of arrays at once\n", wall, threads,
               threads == 1 ? "" : "s", 100 * (1 - waiting), 100 * waiting, bytesText(double(storage::mostBytesInUse())).c_str());
  out += print("critical path %.3f s: there was work for %.1f threads; memory moves %.0f GB/s here", chained,
               chained > 0 ? std::max(1.0, (busy + taken) / chained) : 1.0, peak * 1e-9);
  out += fastest > 0 ? print(", and there are %.0f GFLOP/s of 32 bits\n", fastest * 1e-9) : "\n";
  double moved = busy > 0 ? double(total.bytes) / busy / perThread : 0;
  if (sorted.empty())
    out += "Limited by the host: there were no tasks.\n";
  else if (waiting > 0.3 && chained > 0.7 * wall)
    out += "Limited by its dependences: each of the longest chain of tasks waits for the one before it.\n";
  else if (waiting > 0.3)
    out += "Limited by the host, which made tasks or did other things while threads waited.\n";
  else if (moved > 0.6)
    out += print("Limited by memory: its tasks moved %.0f %% of the bytes that they could have.\n", 100 * std::min(moved, 1.0));
  else {
    out += print("Limited by computation: %.0f %% of it in `%s`", 100 * double(sorted[0].second.time) / double(std::max<int64_t>(total.time, 1)),
                 sorted[0].first.second);
    double share = ofFastest(sorted[0].second);
    out += share < 0 ? ".\n" : print(", which does %.0f %% of the arithmetic that there is room for.\n", 100 * share);
  }
  return out;
}

} // namespace dagger::rt
