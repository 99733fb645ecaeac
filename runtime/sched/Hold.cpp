// Workers that stand still while a task uses their share of the machine: one that has nothing to do offers itself (Idle),
// a task takes it (Held) and gives it back (Idle). It looks for work only after it has taken itself back (Awake).
#include "runtime/sched/Scheduler.h"
#include <chrono>

namespace dagger::rt {

bool Scheduler::awaken(Worker &worker) {
  Worker::State idle = Worker::Idle;
  return worker.state.compare_exchange_strong(idle, Worker::Awake, std::memory_order_seq_cst);
}

void Scheduler::standBy(Worker &worker) {
  while (!awaken(worker)) {
    if (anyReady())
      notifyWork(); // What it was woken for is another's.
    futexWait(worker.state, Worker::Held);
  }
}

void Scheduler::holdIdle(Worker &holder, size_t wanted) {
  for (auto &worker : workers) {
    if (holder.held.size() >= wanted)
      return;
    Worker::State idle = Worker::Idle;
    if (worker->state.compare_exchange_strong(idle, Worker::Held, std::memory_order_seq_cst))
      holder.held.push_back(worker.get());
  }
}

// Those that have just run out of work have not said so yet.
static constexpr auto patience = std::chrono::microseconds(200);

size_t Scheduler::hold(Worker &holder, int wanted, bool waits) {
  size_t depth = holder.holds.size();
  holder.holds.push_back({holder.held.size(), nullptr, 0});
  // Inside of a loop each thread stands for one worker: there is nobody to run on more.
  if (holder.isInLoop)
    return depth;
  size_t others = size_t(std::min(std::max(wanted, 1), threads())) - 1;
  holdIdle(holder, others);
  if (!waits || holder.held.size() >= others)
    return depth;
  auto end = std::chrono::steady_clock::now() + patience;
  while (holder.held.size() < others && !anyReady() && std::chrono::steady_clock::now() < end) {
    __builtin_ia32_pause();
    holdIdle(holder, others);
  }
  return depth;
}

void Scheduler::release(Worker &holder, size_t depth) {
  while (holder.holds.size() > depth) {
    Hold hold = holder.holds.back();
    holder.holds.pop_back();
    if (hold.setThreads)
      hold.setThreads(hold.threadsBefore);
    for (; holder.held.size() > hold.heldBefore; holder.held.pop_back()) {
      Worker &worker = *holder.held.back();
      worker.state.store(Worker::Idle, std::memory_order_seq_cst);
      futexWake(worker.state, 1);
    }
  }
}

} // namespace dagger::rt
