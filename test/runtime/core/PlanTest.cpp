// Loops with a plan: turns that are replayed do what turns that were submitted one by one do.
#include "test/runtime/core/Program.h"
#include <cmath>
#include <csignal>
#include <cstdlib>

using namespace dagger::test;

namespace {

const dg_location here = at(5, "turn");

double *values(const dg_view &v) { return reinterpret_cast<double *>(v.data); }
void iotaKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    values(v[0])[i] = double(i % 17);
}
void ringKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  int64_t n = v[0].extents[0];
  for (int64_t i = low[0]; i < high[0]; ++i)
    values(v[1])[i] = 0.5 * values(v[0])[(i + n - 1) % n] + 0.25 * values(v[0])[(i + 1) % n] + 0.125;
}
// Adds the second array to the first one, in place.
void addKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    values(v[0])[i] += values(v[1])[i];
}
void subtractKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    values(v[0])[i] -= values(v[1])[i];
}
// Counts the points in the first element.
void ticksKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  values(v[0])[0] += double(high[0] - low[0]);
}
void checkedKernel(dg_context *context, const int64_t *low, const int64_t *high, const dg_view *v, const void *turn) {
  int64_t number = *static_cast<const int64_t *>(turn);
  for (int64_t i = low[0]; i < high[0]; ++i) {
    if (number == 40 && i >= 3000)
      dg_fail_index(context, i, 0, 3000, &here);
    values(v[1])[i] = values(v[0])[i] + 1;
  }
}

const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};
const dg_operand readsWrites[] = {follows(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand haloWrites[] = {follows(DG_READ, DG_F64, 1, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand adds[] = {follows(DG_UPDATE, DG_F64, 1), follows(DG_READ, DG_F64, 1)};
const dg_launch iota = {DG_ABI_VERSION, 1, 1, 1, 0, 0, iotaKernel, writes, "iota", nullptr};
const dg_launch ring = {DG_ABI_VERSION, 1, 2, 1, 0, 0, ringKernel, haloWrites, "ring", nullptr};
const dg_launch add = {DG_ABI_VERSION, 1, 2, 0, 0, 0, addKernel, adds, "add", nullptr};
const dg_launch checked = {DG_ABI_VERSION, 1, 2, 1, DG_LAUNCH_REUSE, 8, checkedKernel, readsWrites, "checked", &here};

dg_array *launch(dg_context *c, const dg_launch &l, int64_t n, std::vector<dg_array *> in = {}, uint64_t dying = 0, const void *scalars = nullptr) {
  dg_array *result = nullptr;
  int64_t extents[DG_MAX_RANK] = {n};
  dg_launch_submit(c, &l, extents, in.data(), dying, scalars, extents, &result, 0);
  return result;
}

// `turns` turns of: u = ring(u); total += u in place. With `odd` the host looks in the middle of one turn.
struct Sums {
  std::vector<double> u, total;
};
Sums loop(int threads, int64_t chunkBytes, bool planned, int64_t n, int turns, int odd, std::string *statistics = nullptr) {
  Sums sums;
  Outcome o = run(
      [&](dg_context *c) {
        dg_array *u = launch(c, iota, n), *total = launch(c, iota, n);
        if (planned)
          dg_begin_plan(c);
        for (int turn = 0; turn < turns; ++turn) {
          if (planned)
            dg_next_turn(c);
          u = launch(c, ring, n, {u}, 1);
          if (turn == odd)
            dg_array_look(c, u, nullptr);
          total = dg_array_own(c, total, 0, nullptr);
          launch(c, add, n, {total, u});
        }
        if (planned)
          dg_end_plan(c);
        total = dg_array_own(c, total, 0, nullptr);
        launch(c, add, n, {total, u}); // behind what the last turns still do
        dg_array_look(c, u, nullptr);
        dg_array_look(c, total, nullptr);
        for (int64_t i = 0; i < n; ++i) {
          sums.u.push_back(element<double>(u, i));
          sums.total.push_back(element<double>(total, i));
        }
        dg_array_release(u);
        dg_array_release(total);
      },
      {.threads = threads, .chunkBytes = chunkBytes});
  EXPECT_EQ(o.code, 0) << o.err;
  if (statistics)
    *statistics = o.err;
  return sums;
}

// The same for what a turn may do otherwise than the one before it. Where that is no turn, all are alike.
enum class Other { Nothing, Kernel, Space, Extents, Target, Place, Missing, More };
const dg_operand whole[] = {all(DG_UPDATE, DG_F64, 1)};
const dg_launch ticks = {DG_ABI_VERSION, 1, 1, 0, 0, 0, ticksKernel, whole, "ticks", nullptr};
const dg_launch subtract = {DG_ABI_VERSION, 1, 2, 0, 0, 0, subtractKernel, adds, "subtract", nullptr};

struct Totals {
  std::vector<double> first, second;
  int replayed = 0;
  bool operator==(const Totals &other) const { return first == other.first && second == other.second; }
};
Totals changing(Other other, const std::function<bool(int)> &isOther, bool planned, int threads, int64_t chunkBytes) {
  const int64_t n = 3000, half = n / 2, turns = 80, one = 1, zero = 0;
  Totals totals;
  setenv("DAGGER_STATS", "1", 1);
  Outcome o = run(
      [&](dg_context *c) {
        dg_array *u = launch(c, iota, n), *sums[2] = {launch(c, iota, n), launch(c, iota, n)};
        auto addTo = [&](dg_array *&sum, const dg_launch &with, int64_t place, int64_t count) {
          sum = dg_array_own(c, sum, 0, nullptr);
          dg_array *to = dg_array_slice(c, sum, &place, &count, &one, 0, nullptr);
          dg_array *from = dg_array_slice(c, u, &zero, &count, &one, 0, nullptr);
          launch(c, with, count, {to, from});
          dg_array_release(to);
          dg_array_release(from);
        };
        if (planned)
          dg_begin_plan(c);
        for (int turn = 0; turn < turns; ++turn) {
          if (planned)
            dg_next_turn(c);
          u = launch(c, ring, n, {u}, 1);
          Other now = isOther(turn) ? other : Other::Nothing;
          sums[1] = dg_array_own(c, sums[1], 0, nullptr);
          launch(c, ticks, now == Other::Space ? 7 : 5, {sums[1]});
          if (now != Other::Missing)
            addTo(sums[now == Other::Target], now == Other::Kernel ? subtract : add, now == Other::Place ? 1 : 0,
                  now == Other::Extents ? half / 2 : half);
          if (now == Other::More)
            addTo(sums[1], add, 0, half);
        }
        if (planned)
          dg_end_plan(c);
        for (dg_array *sum : sums)
          dg_array_look(c, sum, nullptr);
        for (int64_t i = 0; i < n; ++i) {
          totals.first.push_back(element<double>(sums[0], i));
          totals.second.push_back(element<double>(sums[1], i));
        }
        for (dg_array *array : {u, sums[0], sums[1]})
          dg_array_release(array);
      },
      {.threads = threads, .chunkBytes = chunkBytes});
  unsetenv("DAGGER_STATS");
  EXPECT_EQ(o.code, 0) << o.err;
  if (size_t place = o.err.find("of which "); place != std::string::npos)
    totals.replayed = std::atoi(o.err.c_str() + place + 9);
  return totals;
}

} // namespace

TEST(Plan, ReplaysWhatItRecorded) {
  alarm(300);
  Sums wanted = loop(1, 0, false, 5000, 120, -1);
  for (int threads : {1, 2, 4})
    for (int64_t chunkBytes : {int64_t(0), int64_t(2048)})
      for (int odd : {-1, 60}) {
        Sums found = loop(threads, chunkBytes, true, 5000, 120, odd);
        EXPECT_EQ(found.u, wanted.u);
        EXPECT_EQ(found.total, wanted.total);
      }
}

TEST(Plan, MostTurnsAreReplayed) {
  alarm(300);
  setenv("DAGGER_STATS", "1", 1);
  std::string statistics;
  loop(2, 2048, true, 5000, 120, -1, &statistics);
  unsetenv("DAGGER_STATS");
  size_t place = statistics.find("of which ");
  ASSERT_NE(place, std::string::npos) << statistics;
  EXPECT_GE(std::atoi(statistics.c_str() + place + 9), 200) << statistics;
}

TEST(Plan, FewTurns) {
  alarm(300);
  for (int turns : {0, 1, 2, 3, 4, 5, 6, 7}) {
    Sums wanted = loop(1, 0, false, 700, turns, -1), found = loop(3, 1024, true, 700, turns, -1);
    EXPECT_EQ(found.u, wanted.u);
    EXPECT_EQ(found.total, wanted.total);
  }
}

// A chunk that fails in a replayed turn spoils what comes from it, and the program ends with it.
TEST(Plan, FailureInAReplayedTurn) {
  alarm(300);
  for (int threads : {1, 3}) {
    Outcome o = run(
        [](dg_context *c) {
          const int64_t n = 5000;
          dg_array *u = launch(c, iota, n);
          dg_begin_plan(c);
          for (int64_t turn = 0; turn < 80; ++turn) {
            dg_next_turn(c);
            u = launch(c, checked, n, {u}, 1, &turn);
          }
          dg_end_plan(c);
          dg_array_look(c, u, nullptr);
          FAIL() << "the value has failed";
        },
        {.threads = threads, .chunkBytes = 4096});
    EXPECT_EQ(o.code, 1);
    EXPECT_NE(o.err.find("index 3000 is out of range"), std::string::npos) << o.err;
  }
}

// A turn with another kernel, index space, array or part of one that it writes, with a launch less or more, is not replayed, and
// neither is any after it: what the record says of them is wrong.
TEST(Plan, AnotherTurnIsNotReplayed) {
  alarm(300);
  for (Other other : {Other::Kernel, Other::Space, Other::Extents, Other::Target, Other::Place, Other::Missing, Other::More}) {
    auto inTheMiddle = [](int turn) { return turn == 40; };
    Totals wanted = changing(other, inTheMiddle, false, 1, 0);
    for (int threads : {1, 3}) {
      Totals found = changing(other, inTheMiddle, true, threads, 2048);
      EXPECT_EQ(found, wanted) << int(other);
      EXPECT_GE(found.replayed, 3 * 30) << int(other);
      EXPECT_LE(found.replayed, 3 * 40 + 2) << int(other);
    }
  }
}

// Where each turn differs from the one before it there is nothing to replay.
TEST(Plan, NoTwoTurnsAlike) {
  alarm(300);
  for (Other other : {Other::Kernel, Other::Space, Other::Extents, Other::Target, Other::Place, Other::Missing, Other::More}) {
    auto everySecond = [](int turn) { return turn % 2 == 1; };
    Totals wanted = changing(other, everySecond, false, 1, 0), found = changing(other, everySecond, true, 3, 2048);
    EXPECT_EQ(found, wanted) << int(other);
    EXPECT_EQ(found.replayed, 0) << int(other);
  }
  auto never = [](int) { return false; };
  Totals wanted = changing(Other::Nothing, never, false, 1, 0), found = changing(Other::Nothing, never, true, 3, 2048);
  EXPECT_EQ(found, wanted);
  EXPECT_GE(found.replayed, 3 * 70);
}
