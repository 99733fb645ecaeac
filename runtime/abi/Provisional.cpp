#include "runtime/abi/Provisional.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>

namespace dagger::rt {

namespace {

constexpr double operation = 1; // what one takes in code that is not optimized, about: nanoseconds
constexpr int64_t shortest = 100'000; // parts grow until they take so long: nanoseconds

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double turnsAt(int32_t place, const void *scalars) {
  int64_t turns = 1;
  if (place >= 0)
    std::memcpy(&turns, static_cast<const char *>(scalars) + place, sizeof turns);
  return double(std::max<int64_t>(turns, 1));
}

// Of this thread: what other processes take of the machine is no reason to wait for one more.
int64_t worked() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

} // namespace

void Provisional::ask(bool waits) {
  std::unique_lock<std::mutex> lock(asking, std::defer_lock);
  if (waits)
    lock.lock();
  else if (!lock.try_lock())
    return;
  if (isSettled.load(std::memory_order_relaxed))
    return;
  int32_t answer = source.ask(source.state, waits, &kernels, &count);
  if (answer < 0)
    kernels = nullptr;
  if (answer)
    isSettled.store(true, std::memory_order_release);
}

bool Provisional::isPending() {
  if (isSettled.load(std::memory_order_acquire))
    return false;
  int64_t time = now(), before = askedAt.load(std::memory_order_relaxed);
  if (time - before >= pause && askedAt.compare_exchange_strong(before, time, std::memory_order_relaxed))
    ask(false);
  return !isSettled.load(std::memory_order_acquire);
}

void Provisional::wait() { ask(true); }

dg_kernel Provisional::kernelOf(const dg_launch &launch) const {
  bool isThere = kernels && launch.provisional <= count && kernels[launch.provisional - 1];
  return isThere ? kernels[launch.provisional - 1] : launch.kernel;
}

// A kernel may leave this frame by longjmp: nothing in it has a destructor.
void runProvisional(dg_context *context, const dg_launch &launch, const int64_t *low, const int64_t *high, const dg_view *views,
                    const void *scalars) {
  Provisional *provisional = context->runtime->provisional.get();
  if (!provisional)
    return launch.kernel(context, low, high, views, scalars);
  // Parts follow each other along the first axis that has several points, so that points keep their order. A launch of several steps
  // does again what lies around a part, and is not cut.
  int axis = 0;
  while (axis + 1 < launch.rank && high[axis] - low[axis] <= 1)
    ++axis;
  int64_t from[DG_MAX_RANK] = {}, to[DG_MAX_RANK] = {};
  std::copy(low, low + launch.rank, from);
  std::copy(high, high + launch.rank, to);
  int64_t at = from[axis], end = launch.rank ? to[axis] : at + 1, least = launch.steps >= 0 ? end - at : 1, count = least;
  double each = operation * launch.cost * turnsAt(launch.turns, scalars) * turnsAt(launch.steps, scalars);
  if (launch.flags & DG_LAUNCH_BLOCKS)
    each *= std::min(turnsAt(int32_t(launch.scalar_bytes - sizeof(int64_t)), scalars), 1024.0);
  for (int other = 0; other < launch.rank; ++other)
    if (other != axis)
      each *= double(to[other] - from[other]);
  while (at < end) {
    bool isPending = provisional->isPending();
    count = isPending ? std::min(count, end - at) : end - at;
    if (isPending && !provisional->admits(each * double(count))) {
      if (count > least)
        count = least;
      else
        provisional->wait();
      continue;
    }
    from[axis] = at;
    to[axis] = at + count;
    at += count;
    if (!isPending)
      return provisional->kernelOf(launch)(context, from, to, views, scalars);
    int64_t begin = worked();
    launch.kernel(context, from, to, views, scalars);
    int64_t time = worked() - begin;
    provisional->note(time);
    if (time < shortest)
      count *= 2;
  }
}

} // namespace dagger::rt
