// Provisional kernels: run for a bounded time, give way to better ones between parts of a launch, and nobody sees the difference.
#include "test/runtime/core/Program.h"
#include <atomic>
#include <chrono>
#include <thread>

using namespace dagger::test;

namespace {

std::atomic<int64_t> hastyPoints, betterPoints, hastyCalls;
std::atomic<bool> isThere;

void fill(const int64_t *low, const int64_t *high, const dg_view *v) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<double *>(v[0].data)[i] = double(i);
}
void hasty(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  hastyPoints += high[0] - low[0];
  ++hastyCalls;
  fill(low, high, v);
}
void slow(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  hastyPoints += high[0] - low[0];
  for (auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(high[0] - low[0]); std::chrono::steady_clock::now() < end;) {
  }
  fill(low, high, v);
}
void better(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  betterPoints += high[0] - low[0];
  fill(low, high, v);
}
void failing(dg_context *c, const int64_t *low, const int64_t *, const dg_view *, const void *) {
  static const dg_location here = at(5, "step");
  dg_fail_index(c, low[0], 0, 7, &here);
}

const dg_kernel betterOnes[] = {nullptr, better};
const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};

dg_launch launchOf(dg_kernel kernel, int32_t number, int32_t cost) {
  dg_launch launch = {DG_ABI_VERSION, 1, 1, 1, 0, 0, kernel, writes, "made", nullptr};
  launch.arithmetic = -1;
  launch.steps = launch.turns = -1;
  launch.provisional = number;
  launch.cost = cost;
  return launch;
}

// Better kernels come when `isThere` says so; without `comes`, never.
dg_better sourceOf(bool comes) {
  return {reinterpret_cast<void *>(comes), [](void *state, int32_t wait, const dg_kernel **kernels, int32_t *count) -> int32_t {
            if (!state)
              return -1;
            while (wait && !isThere)
              std::this_thread::yield();
            if (!isThere)
              return 0;
            *kernels = betterOnes;
            *count = 2;
            return 1;
          }};
}

void reset(bool there) {
  hastyPoints = betterPoints = hastyCalls = 0;
  isThere = there;
}

// Launches so many times over so many points, and looks at each.
Outcome launches(const dg_launch &launch, int times, int64_t n, const dg_better &source, int threads = 2) {
  return run(
      [&](dg_context *c) {
        for (int turn = 0; turn < times; ++turn) {
          dg_array *a = nullptr;
          int64_t extents[DG_MAX_RANK] = {n};
          dg_launch_submit(c, &launch, extents, nullptr, 0, nullptr, extents, &a, 0);
          dg_array_look(c, a, nullptr);
          for (int64_t i = 0; i < n; ++i)
            ASSERT_EQ(element<double>(a, i), double(i));
          dg_array_release(a);
        }
      },
      {.threads = threads, .better = &source});
}

} // namespace

// What is short runs in provisional code although none better ever comes, each point once.
TEST(Provisional, ShortLaunchesDoNotWait) {
  reset(false);
  EXPECT_EQ(launches(launchOf(hasty, 2, 5), 10, 1000, sourceOf(true)).code, 0);
  EXPECT_EQ(hastyPoints, 10'000);
  EXPECT_EQ(betterPoints, 0);
}

// What would take long by its estimate waits for the better kernel, and runs in nothing else.
TEST(Provisional, LongLaunchesWait) {
  for (int threads : {1, 3}) {
    reset(false);
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      isThere = true;
    });
    EXPECT_EQ(launches(launchOf(hasty, 2, 50'000'000), 3, 1000, sourceOf(true), threads).code, 0);
    later.join();
    EXPECT_EQ(hastyPoints, 0);
    EXPECT_EQ(betterPoints, 3000);
  }
}

// What takes long in spite of its estimate stops between points when the time for provisional code is over.
TEST(Provisional, WrongEstimatesAreBounded) {
  reset(false);
  std::thread later([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    isThere = true;
  });
  EXPECT_EQ(launches(launchOf(slow, 2, 1), 1, 1000, sourceOf(true)).code, 0); // a second, if none better came
  later.join();
  EXPECT_GT(hastyPoints, 0);
  EXPECT_LT(hastyPoints, 200);
  EXPECT_EQ(hastyPoints + betterPoints, 1000);
}

// From when the better kernel is there, it runs; one that the better program does not have stays as it is.
TEST(Provisional, TheBetterKernelTakesOver) {
  reset(true);
  EXPECT_EQ(launches(launchOf(hasty, 2, 5), 10, 1000, sourceOf(true)).code, 0);
  EXPECT_EQ(hastyPoints, 0);
  EXPECT_EQ(betterPoints, 10'000);
  reset(true);
  EXPECT_EQ(launches(launchOf(hasty, 1, 5), 10, 1000, sourceOf(true)).code, 0);
  EXPECT_EQ(hastyPoints, 10'000);
}

// Where none better will come the program goes on as it is, however long it takes.
TEST(Provisional, NothingBetterIsNoEnd) {
  reset(false);
  EXPECT_EQ(launches(launchOf(hasty, 2, 50'000'000), 3, 1000, sourceOf(false)).code, 0);
  EXPECT_EQ(hastyPoints, 3000);
}

// Without a source a provisional kernel is a kernel, and runs in one call where the launch is one chunk.
TEST(Provisional, WithoutASource) {
  reset(false);
  Outcome o = run([](dg_context *c) {
    dg_launch launch = launchOf(hasty, 2, 50'000'000);
    dg_array *a = nullptr;
    int64_t extents[DG_MAX_RANK] = {100};
    dg_launch_submit(c, &launch, extents, nullptr, 0, nullptr, extents, &a, 0);
    dg_array_look(c, a, nullptr);
    dg_array_release(a);
  }, {.threads = 1});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(hastyCalls, 1);
}

// A failure in a part is the launch's.
TEST(Provisional, Failures) {
  reset(false);
  Outcome o = launches(launchOf(failing, 2, 5), 1, 1000, sourceOf(true));
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("DG9002"), std::string::npos) << o.err;
}
