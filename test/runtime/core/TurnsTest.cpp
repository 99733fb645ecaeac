// Launches whose chunks begin in order and hand something on, each to the next.
#include "test/runtime/core/Program.h"
#include <atomic>
#include <cmath>
#include <unistd.h>

using namespace dagger::test;

namespace {

const dg_location here = at(5, "sum");

double *numbers(const dg_view &view) { return reinterpret_cast<double *>(view.data); }

void iotaKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) numbers(v[0])[i] = double(i % 17);
}
// Whole numbers stay whole: sums of them are exact, however they are cut.
void restKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) numbers(v[1])[i] = std::fmod(numbers(v[0])[i], 19);
}
void addKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) numbers(v[0])[i] += numbers(v[1])[i];
}
void failAtKernel(dg_context *context, const int64_t *low, const int64_t *high, const dg_view *v, const void *place) {
  int64_t bad = *static_cast<const int64_t *>(place);
  for (int64_t i = low[0]; i < high[0]; ++i) {
    if (i >= bad) dg_fail_index(context, i, 0, bad, &here);
    numbers(v[1])[i] = numbers(v[0])[i];
  }
}

// How slow some chunks are to begin with what they do in turn, so that others wait, and go to sleep.
std::atomic<int> slowEvery{0}, called{0};

// Running sums: what a chunk comes to, then its turn, then its elements.
void sumsKernel(dg_context *context, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  double total = 0, before = 0;
  int number = called++, every = slowEvery;
  if (every && number % every == 0) usleep(3000);
  for (int64_t i = low[0]; i < high[0]; ++i) total += numbers(v[0])[i];
  if (low[0] > 0) before = *static_cast<double *>(dg_turn_wait(context));
  if (high[0] < v[0].extents[0]) {
    *static_cast<double *>(dg_turn_room(context)) = before + total;
    dg_turn_pass(context);
  }
  for (int64_t i = low[0]; i < high[0]; ++i) numbers(v[1])[i] = before += numbers(v[0])[i];
}

const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};
const dg_operand readsWrites[] = {follows(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand adds[] = {follows(DG_UPDATE, DG_F64, 1), follows(DG_READ, DG_F64, 1)};
const dg_launch iota = {DG_ABI_VERSION, 1, 1, 1, 0, 0, iotaKernel, writes, "iota", nullptr};
const dg_launch rest = {DG_ABI_VERSION, 1, 2, 1, DG_LAUNCH_REUSE, 0, restKernel, readsWrites, "rest", nullptr};
const dg_launch add = {DG_ABI_VERSION, 1, 2, 0, 0, 0, addKernel, adds, "add", nullptr};
const dg_launch failAt = {DG_ABI_VERSION, 1, 2, 1, 0, 8, failAtKernel, readsWrites, "failing", &here};
const dg_launch sums = {DG_ABI_VERSION, 1, 2, 1, DG_LAUNCH_IN_TURN | DG_LAUNCH_REUSE, 0, sumsKernel, readsWrites, "sums", nullptr};

dg_array *launch(dg_context *c, const dg_launch &l, int64_t n, std::vector<dg_array *> in = {}, uint64_t dying = 0, const void *scalars = nullptr) {
  dg_array *result = nullptr;
  int64_t extents[DG_MAX_RANK] = {n};
  dg_launch_submit(c, &l, extents, in.data(), dying, scalars, extents, &result, 0);
  return result;
}

// A loop that sums up, adds that to another array, which is changed by pieces behind the loop, and goes on with less.
std::vector<double> loop(int threads, int64_t chunkBytes, bool planned, int64_t n, int turns) {
  std::vector<double> found;
  Outcome o = run(
      [&](dg_context *c) {
        const int64_t one = 1, zero = 0;
        dg_array *u = launch(c, iota, n), *total = launch(c, iota, n);
        if (planned) dg_begin_plan(c);
        for (int turn = 0; turn < turns; ++turn) {
          if (planned) dg_next_turn(c);
          dg_array *s = launch(c, sums, n, {u});
          dg_array_release(u);
          total = dg_array_own(c, total, 0, nullptr);
          launch(c, add, n, {total, s});
          u = launch(c, rest, n, {s}, 1);
        }
        if (planned) dg_end_plan(c);
        for (int64_t place = 0; place + 1000 <= n; place += 1000) {
          const int64_t count = 500;
          total = dg_array_own(c, total, 0, nullptr);
          dg_array *to = dg_array_slice(c, total, &place, &count, &one, 0, nullptr);
          dg_array *from = dg_array_slice(c, u, &zero, &count, &one, 0, nullptr);
          launch(c, add, count, {to, from});
          dg_array_release(to);
          dg_array_release(from);
        }
        u = launch(c, sums, n, {u}, 1);
        dg_array_look(c, total, nullptr);
        dg_array_look(c, u, nullptr);
        for (int64_t i = 0; i < n; ++i) found.push_back(element<double>(total, i));
        for (int64_t i = 0; i < n; ++i) found.push_back(element<double>(u, i));
        dg_array_release(total);
        dg_array_release(u);
      },
      {.threads = threads, .chunkBytes = chunkBytes});
  EXPECT_EQ(o.code, 0) << o.err;
  return found;
}

} // namespace

// The sums are those of one chunk, with more chunks than threads and more threads than processors, planned or not.
TEST(Turns, HandOn) {
  alarm(300);
  std::vector<double> wanted = loop(1, 1 << 30, false, 20'000, 40);
  EXPECT_EQ(loop(1, 1 << 30, false, 6'000, 1)[3000], 3000 % 17 + (3000 / 17) * 136 + (3000 % 17) * (3000 % 17 + 1) / 2);
  for (int threads : {1, 2, 4, 8})
    for (int64_t chunkBytes : {int64_t(2048), int64_t(64 << 10)})
      for (bool planned : {false, true}) EXPECT_EQ(loop(threads, chunkBytes, planned, 20'000, 40), wanted) << threads << " " << chunkBytes;
}

// Who waits long goes to sleep, and is woken.
TEST(Turns, WakeWhoSleeps) {
  alarm(300);
  std::vector<double> wanted = loop(1, 1 << 30, false, 5'000, 4);
  slowEvery = 5;
  EXPECT_EQ(loop(4, 4096, true, 5'000, 4), wanted);
  slowEvery = 0;
}

// A part of what it reads that failed fails all of it, and nobody waits for a chunk that never begins.
TEST(Turns, FailedInput) {
  alarm(300);
  for (int threads : {1, 2, 4}) {
    const int64_t n = 50'000, bad = 30'000;
    Outcome o = run(
        [&](dg_context *c) {
          dg_array *a = launch(c, iota, n);
          dg_array *b = launch(c, failAt, n, {a}, 0, &bad);
          dg_array *s = launch(c, sums, n, {b}), *fine = launch(c, sums, n, {a});
          dg_array_look(c, fine, nullptr);
          EXPECT_EQ(element<double>(fine, 2), 3);
          const int64_t zero = 0, few = 10, one = 1;
          dg_array_look(c, dg_array_slice(c, s, &zero, &few, &one, 0, nullptr), nullptr);
          ADD_FAILURE() << "a failed sum was looked at";
        },
        {.threads = threads, .chunkBytes = 8192});
    EXPECT_EQ(o.code, 1);
    EXPECT_NE(o.err.find("index 30000 is out of range"), std::string::npos) << o.err;
  }
}
