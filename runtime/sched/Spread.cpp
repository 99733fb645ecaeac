// Threads that wake up on processors of their own. The system may wake a thread on the processor of the one that woke it, which goes on
// there, and leave it behind that one for a millisecond while another processor is idle. Threads that come and go every few microseconds
// are never found by what evens that out.
#include "runtime/sched/Spread.h"
#include "runtime/sched/Scheduler.h"

namespace dagger::rt {

int leaveProcessors(const cpu_set_t &taken) {
  cpu_set_t allowed, free;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    CPU_AND(&free, &allowed, &taken);
    CPU_XOR(&free, &allowed, &free);
    if (CPU_COUNT(&free) && sched_setaffinity(0, sizeof free, &free) == 0)
      sched_setaffinity(0, sizeof allowed, &allowed);
  }
  return sched_getcpu();
}

void Scheduler::spread(Worker &worker) {
  int here = sched_getcpu();
  cpu_set_t taken;
  CPU_ZERO(&taken);
  auto take = [&](int processor) {
    if (processor >= 0 && processor < CPU_SETSIZE)
      CPU_SET(processor, &taken);
  };
  take(waker.load(std::memory_order_relaxed));
  for (auto &other : workers)
    if (other.get() != &worker)
      take(other->processor.load(std::memory_order_relaxed));
  if (here >= 0 && here < CPU_SETSIZE && CPU_ISSET(here, &taken))
    here = leaveProcessors(taken);
  worker.processor.store(here, std::memory_order_relaxed);
}

} // namespace dagger::rt
