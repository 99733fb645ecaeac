// `--stats`: where the time of a run went, by source line, and what limited it.
#pragma once
#include "runtime/sched/Observer.h"
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dagger::rt {

class Runtime;

class Statistics final : public Observer {
public:
  explicit Statistics(Runtime &runtime);
  ~Statistics() override;
  // After the last task. Measures what memory and processor can do, which takes some hundredths of a second.
  std::string report();
  int64_t tasks() const; // that ran so far

  void made(Task &) override;
  void waits(TaskRef before, Task &after) override;
  void ran(Worker &, Task &, int64_t point, Span, const Failure *) override;
  void released(Worker &, Task &before, Task &after, Span) override;
  void ranTaken(Worker &, Work &, Span) override;

private:
  struct Line {
    int64_t time = 0, tasks = 0, bytes = 0;
    double arithmetic = 0; // negative: not known
    void add(const Line &other);
  };
  using Lines = std::map<std::pair<const dg_location *, const char *>, Line>;
  struct alignas(64) OfWorker {
    Lines lines;
    int64_t busy = 0, taken = 0; // `taken`: of nested tasks, which are part of no span of this worker
  };
  // How long the longest chain of tasks before a task took, by serial number, and with the task itself once that has ended. What
  // was so many tasks ago is forgotten.
  static constexpr uint64_t window = uint64_t(1) << 18;
  struct Chain {
    std::atomic<uint64_t> serial{0};
    std::atomic<int64_t> before{0}, whole{0};
  };

  Runtime &runtime;
  int64_t began;
  std::vector<OfWorker> workers;
  std::unique_ptr<Chain[]> chains{new Chain[window]};
  std::atomic<int64_t> longest{0};
  Chain &chain(uint64_t serial) { return chains[serial % window]; }
};

// Bytes a second that so many threads read and write together, in arrays that no cache holds.
double measureBandwidth(int threads);
// Operations on floating-point numbers of 32 bits a second that so many threads do together at most, a fused multiply-add counted
// twice. On processors other than x86-64: 0, not known.
double measureArithmetic(int threads);

} // namespace dagger::rt
