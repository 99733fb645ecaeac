// Loops that every thread goes through: nobody can tell but by the clock, and by what the runtime counts.
#include "test/runtime/core/Program.h"
#include "runtime/abi/Replicate.h"
#include <thread>

using namespace dagger::test;

namespace {

const dg_location callSite = at(12);
const dg_location inBody = at(5, "mix");
constexpr int64_t width = 16;

struct Frame {
  int64_t place, turn, failsAt;
};

int64_t mixed(int64_t a, int64_t b, const Frame &f) { return int64_t(3 * uint64_t(a) + uint64_t(b) + uint64_t(f.place * 7 + f.turn)); }

// c = 3 a + b + ..., unless its turn is failsAt and its place the third.
bool fails(const Frame &f) { return f.turn == f.failsAt && f.place == 3; }
void mix(dg_context *c, void *frame, dg_array *const *a) {
  auto &f = *static_cast<Frame *>(frame);
  if (fails(f))
    dg_fail_assert(c, nullptr, &inBody);
  element<int64_t>(a[2], 0) = mixed(element<int64_t>(a[0], 0), element<int64_t>(a[1], 0), f);
}
int32_t mixDirectly(dg_context *, const void *frame, dg_array *const *a, const int64_t *const *boxes, void *, int32_t) {
  auto &f = *static_cast<const Frame *>(frame);
  if (fails(f))
    return 0;
  element<int64_t>(a[2], boxes[2][0]) = mixed(element<int64_t>(a[0], boxes[0][0]), element<int64_t>(a[1], boxes[1][0]), f);
  return 1;
}
const uint8_t ways[] = {DG_READ, DG_READ, DG_UPDATE};
const dg_task task = {DG_ABI_VERSION, 3, 0, DG_TASK_STATEMENT, 0, sizeof(Frame), mix, ways, nullptr, nullptr, "mix", &callSite, mixDirectly};

// What the loop below carries, and reads before it.
struct LoopFrame {
  int64_t failsAt, cutsAt, raisesAt; // turns
  dg_array *now, *next;
};
int64_t sourceOf(int64_t turn, int64_t place) { return (place * 5 + turn * 3 + turn / 100) % width; }

// for t: for i: mix(now[source], now[i], inout next[i]); now, next = next, now
void turns(dg_context *c, const void *frame, int64_t from, int64_t to, void *carried) {
  auto &f = *static_cast<const LoopFrame *>(frame);
  dg_array *now = f.now, *next = f.next;
  for (int64_t t = from; t < to; ++t) {
    if (t == f.raisesAt)
      dg_fail_text(c, 9004, "division by zero", &callSite);
    for (int64_t i = 0; i < width; ++i) {
      int64_t source = sourceOf(t, i), boxes[3][2];
      dg_array_tile_box(c, now, &source, &boxes[0][0], &boxes[0][1], nullptr);
      dg_array_tile_box(c, now, &i, &boxes[1][0], &boxes[1][1], nullptr);
      dg_array_tile_box(c, next, &i, &boxes[2][0], &boxes[2][1], nullptr);
      next = dg_array_own(c, next, 0, nullptr);
      dg_array *arrays[] = {now, now, next};
      const int64_t *given[] = {boxes[0], boxes[1], boxes[2]};
      Frame frame = {i, t, f.failsAt};
      dg_task_submit(c, &task, &frame, arrays, given, nullptr, nullptr, 0);
    }
    const int64_t chunk = t == f.cutsAt ? 2 : 1; // and back in the turn after it
    std::swap(now, next);
    if (t == f.cutsAt || t == f.cutsAt + 1) {
      next = dg_array_rechunk(c, next, &chunk, nullptr);
      next = dg_array_rechunk(c, next, &(const int64_t &)int64_t(1), nullptr);
    }
  }
  std::memcpy(carried, &now, sizeof now);
  std::memcpy(static_cast<char *>(carried) + sizeof now, &next, sizeof next);
}

const uint32_t handles[] = {offsetof(LoopFrame, now), offsetof(LoopFrame, next)};
const dg_replicated loop = {DG_ABI_VERSION, 2, handles, offsetof(LoopFrame, now), 2 * sizeof(dg_array *), 0, turns, &callSite};

std::vector<int64_t> expected(int64_t turns) {
  std::vector<int64_t> now(width), next(width);
  for (int64_t i = 0; i < width; ++i)
    now[size_t(i)] = next[size_t(i)] = i;
  for (int64_t t = 0; t < turns; ++t, std::swap(now, next))
    for (int64_t i = 0; i < width; ++i)
      next[size_t(i)] = mixed(now[size_t(sourceOf(t, i))], now[size_t(i)], {i, t, -1});
  return now;
}

void expectElements(dg_context *c, dg_array *a, const std::vector<int64_t> &right) {
  dg_array_look(c, a, nullptr);
  for (int64_t i = 0; i < width; ++i)
    ASSERT_EQ(element<int64_t>(a, i), right[size_t(i)]) << i;
}

} // namespace

// Whatever number of threads; and with more than one of them, they do make calls.
TEST(Replicate, SameAsOneBehindTheOther) {
  for (int threads : {1, 2, 4})
    for (int64_t turns : {0, 1, 7, 20'000, 20'001}) {
      Outcome o = run([&](dg_context *c, const void *const *) {
        LoopFrame frame = {-1, -5, -1, tiles(c, width), tiles(c, width)};
        dg_replicate(c, &loop, &frame, turns);
        expectElements(c, frame.now, expected(turns));
        if (threads > 1 && turns > 10'000)
          EXPECT_GT(c->runtime->replicator->shared, 0u);
        dg_array_release(frame.now);
        dg_array_release(frame.next);
      }, {.threads = threads});
      EXPECT_EQ(o.code, 0) << o.err;
    }
}

// An array that somebody else has too is copied before it is updated, and what it was stays.
TEST(Replicate, ArraysThatAreShared) {
  Outcome o = run([&](dg_context *c, const void *const *) {
    LoopFrame frame = {-1, -5, -1, tiles(c, width), tiles(c, width)};
    dg_array *kept = frame.next;
    dg_array_retain(kept);
    dg_replicate(c, &loop, &frame, 10'000);
    expectElements(c, frame.now, expected(10'000));
    std::vector<int64_t> before(width);
    for (int64_t i = 0; i < width; ++i)
      before[size_t(i)] = i;
    expectElements(c, kept, before);
    for (dg_array *a : {kept, frame.now, frame.next})
      dg_array_release(a);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// What a replica cannot do, the host does where it stands, and the loop goes on.
TEST(Replicate, GoesOnBehindWhatCannotBeShared) {
  for (int64_t cutsAt : {3'000, 9'998, 9'999}) {
    Outcome o = run([&](dg_context *c, const void *const *) {
      LoopFrame frame = {-1, cutsAt, -1, tiles(c, width), tiles(c, width)};
      dg_replicate(c, &loop, &frame, 10'000);
      expectElements(c, frame.now, expected(10'000));
      EXPECT_GT(c->runtime->replicator->shared, 0u);
      dg_array_release(frame.now);
      dg_array_release(frame.next);
    });
    EXPECT_EQ(o.code, 0) << o.err;
  }
}

// The first statement that fails stops the program there: a call, wherever in a replica's turns, or the loop itself.
TEST(Replicate, FailsInItsPlace) {
  for (int threads : {1, 2, 4})
    for (int64_t failsAt : {0, 1, 4'000, 9'999})
      for (bool isCall : {true, false}) {
        Outcome o = run([&](dg_context *c, const void *const *) {
          LoopFrame frame = {isCall ? failsAt : failsAt + 1, -5, isCall ? failsAt + 1 : failsAt, tiles(c, width), tiles(c, width)};
          print(c, "before\n");
          dg_replicate(c, &loop, &frame, 10'000);
          print(c, "behind\n");
        }, {.threads = threads});
        EXPECT_EQ(o.code, 1);
        EXPECT_EQ(o.out, "before\n");
        EXPECT_EQ(o.err, isCall ? "error[DG9001]: assertion failed\n  at prog.dg:5:5 in task `mix`\n  called from prog.dg:12:5 in `main`\n"
                                : "error[DG9004]: division by zero\n  at prog.dg:12:5 in `main`\n")
            << failsAt << " with " << threads;
      }
}

// Beside something that takes long, the host does not wait for it to share a loop.
TEST(Replicate, DoesNotWaitForOthers) {
  static std::atomic<bool> isLoopOver;
  isLoopOver = false;
  static const dg_task waits = {DG_ABI_VERSION, 1, 0, 0, 0, 0, [](dg_context *, void *, dg_array *const *a) {
                                  while (!isLoopOver)
                                    std::this_thread::yield();
                                  element<int64_t>(a[0], 0) = 1;
                                }, &ways[2], nullptr, nullptr, "waits", &callSite, nullptr};
  Outcome o = run([&](dg_context *c, const void *const *) {
    dg_array *other = tiles(c, width);
    dg_task_submit(c, &waits, nullptr, &other, nullptr, nullptr, nullptr, 0);
    LoopFrame frame = {-1, -5, -1, tiles(c, width), tiles(c, width)};
    dg_replicate(c, &loop, &frame, 10'000);
    isLoopOver = true;
    expectElements(c, frame.now, expected(10'000));
    dg_array_look(c, other, nullptr);
    for (dg_array *a : {other, frame.now, frame.next})
      dg_array_release(a);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}
