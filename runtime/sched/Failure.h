// A failure as it is kept: what, where, and its place in the program's order. Made once, never changed, freed with the run.
#pragma once
#include "dagger/failures.h"
#include "dagger/runtime.h"
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dagger::rt {

struct Failure {
  uint64_t sequence = 0; // of the submission that failed, in program order
  int64_t point = 0;     // which of its chunks
  int32_t code = 0;
  std::string text, task;
  std::vector<failures::Place> places;
  std::vector<failures::ChunkRange> chunk;

  std::string show() const { return failures::show(code, text, places, task, chunk); }
  bool before(const Failure &other) const {
    return sequence != other.sequence ? sequence < other.sequence : point < other.point;
  }
};

// The earlier of the two; null is no failure.
inline const Failure *earlier(const Failure *a, const Failure *b) {
  return !a ? b : !b ? a : b->before(*a) ? b : a;
}

// All failures of a run: they are shared by every value that they spoil, so they live until its end.
class FailureLog {
  std::mutex mutex;
  std::vector<std::unique_ptr<Failure>> all;
  const Failure *first = nullptr;

public:
  const Failure *add(std::unique_ptr<Failure> failure) {
    std::lock_guard lock(mutex);
    const Failure *kept = failure.get();
    all.push_back(std::move(failure));
    return kept;
  }
  // It is final: not one that a task got over by being tried again.
  void stand(const Failure *failure) {
    std::lock_guard lock(mutex);
    first = earlier(first, failure);
  }
  // Of those that stand.
  const Failure *earliest() {
    std::lock_guard lock(mutex);
    return first;
  }
};

} // namespace dagger::rt
