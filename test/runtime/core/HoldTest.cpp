// Tasks that use several threads inside hold workers: never more than are there, and nobody waits forever.
#include "test/runtime/core/Program.h"
#include <algorithm>
#include <atomic>
#include <thread>

using namespace dagger::test;

namespace {

std::atomic<int> busy{0}, most{0};

// For as long as this lives, so many threads more are at work.
struct Busy {
  int count;
  explicit Busy(int count) : count(count) {
    int now = busy += count, seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
  }
  ~Busy() { busy -= count; }
};

void nap(int microseconds) { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); }

const uint8_t noRank[1] = {0}, i64Type[1] = {DG_I64};

dg_task describe(const char *name, dg_task_body body, int results = 0) {
  dg_task task = {};
  task.version = DG_ABI_VERSION;
  task.results = uint8_t(results);
  task.flags = results ? 0 : DG_TASK_STATEMENT;
  task.body = body;
  task.result_type = i64Type;
  task.result_rank = noRank;
  task.name = name;
  return task;
}

dg_array *call(dg_context *c, const dg_task &task) {
  dg_array *result = nullptr;
  dg_task_submit(c, &task, nullptr, nullptr, nullptr, nullptr, task.results ? &result : nullptr, 0);
  return result;
}

// How many threads a hold has got: what a loop of many turns would run on.
int32_t threadsOf(dg_context *c, int32_t wanted) {
  dg_loop loop;
  dg_loop_begin(c, &loop, 1000, wanted, nullptr);
  int32_t threads = loop.threads;
  dg_loop_end(c, &loop);
  return threads;
}

// Whether it gets that many before long: a worker that has just looked for work is not idle yet.
bool getsThreads(dg_context *c, int32_t wanted, int32_t expected) {
  for (int i = 0; i < 5000; ++i) {
    if (threadsOf(c, wanted) == expected)
      return true;
    nap(1000);
  }
  return false;
}

// Runs a loop as OpenMP would: on its threads, which take one chunk after another.
void runLoop(dg_context *c, int64_t turns, int32_t wanted, dg_turns body, const void *frame) {
  dg_loop loop;
  dg_loop_begin(c, &loop, turns, wanted, nullptr);
  {
    Busy team(loop.threads - 1);
    std::atomic<int64_t> next{0};
    auto run = [&](int32_t thread) {
      for (int64_t chunk; (chunk = next++) < loop.chunks;)
        dg_loop_chunk(&loop, thread, chunk, body, frame);
    };
    std::vector<std::thread> threads;
    for (int32_t thread = 1; thread < loop.threads; ++thread)
      threads.emplace_back(run, thread);
    run(0);
    for (std::thread &thread : threads)
      thread.join();
  }
  dg_loop_end(c, &loop);
}

} // namespace

// All workers have nothing to do: the task gets what it wants, what is there at most, and again after giving it back.
TEST(Hold, TakesIdleWorkers) {
  static const dg_task hold = describe("hold", [](dg_context *c, void *, dg_array *const *) {
    for (int32_t wanted : {1, 2, 3, 4, 9}) {
      int32_t held = dg_threads_hold(c, wanted, nullptr);
      EXPECT_TRUE(getsThreads(c, wanted, std::min(wanted, 4)));
      dg_threads_release(c, held);
    }
  });
  Outcome o = run([](dg_context *c) { call(c, hold); }, {.threads = 4});
  EXPECT_EQ(o.code, 0) << o.err;
}

// Holds nest: an inner one takes what lacks, and gives back only that.
TEST(Hold, Nests) {
  static const dg_task hold = describe("hold", [](dg_context *c, void *, dg_array *const *) {
    int32_t outer = dg_threads_hold(c, 2, nullptr);
    EXPECT_TRUE(getsThreads(c, 2, 2));
    int32_t inner = dg_threads_hold(c, 4, nullptr);
    EXPECT_TRUE(getsThreads(c, 4, 4));
    EXPECT_TRUE(getsThreads(c, 3, 3));
    dg_threads_release(c, inner);
    EXPECT_TRUE(getsThreads(c, 2, 2));
    dg_threads_release(c, outer);
  });
  Outcome o = run([](dg_context *c) { call(c, hold); }, {.threads = 4});
  EXPECT_EQ(o.code, 0) << o.err;
}

// Many tasks that want more than there is, among ordinary ones: they all end, and at no moment are more threads at work than
// the program has.
TEST(Hold, NeverMoreThanThere) {
  static const dg_task wide = describe("wide", [](dg_context *c, void *, dg_array *const *) {
    Busy own(1);
    int32_t held = dg_threads_hold(c, 9, nullptr);
    for (int turn = 0; turn < 3; ++turn)
      runLoop(c, 64, 9, [](dg_context *, int64_t low, int64_t high, const void *) { nap(int(high - low)); }, nullptr);
    dg_threads_release(c, held);
  });
  static const dg_task narrow = describe("narrow", [](dg_context *, void *, dg_array *const *) {
    Busy own(1);
    nap(20);
  });
  for (int threads : {1, 2, 3, 4}) {
    busy = most = 0;
    Outcome o = run([](dg_context *c) {
      for (int i = 0; i < 200; ++i)
        call(c, i % 3 ? narrow : wide);
    }, {.threads = threads});
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_LE(most, threads);
    EXPECT_EQ(busy, 0);
  }
}

// The lowest turn that fails is the failure of the task, which gives its workers back; later ones are not begun.
TEST(Hold, LowestTurnFails) {
  static const dg_location place = {"a.dg", "f", 7, 3, nullptr};
  static const dg_task failing = describe("failing", [](dg_context *c, void *, dg_array *const *) {
    dg_threads_hold(c, 4, nullptr);
    runLoop(c, 1000, 4, [](dg_context *inner, int64_t low, int64_t high, const void *) {
      for (int64_t turn = low; turn < high; ++turn) {
        if (turn % 50 == 13)
          nap(int(1000 - turn)); // The lowest is the last to fail.
        if (turn >= 13 && turn % 50 == 13)
          dg_fail_index(inner, turn, 0, 13, &place);
      }
    }, nullptr);
    ADD_FAILURE() << "the task goes on";
  }, 1);
  static const dg_task fine = describe("fine", [](dg_context *c, void *, dg_array *const *) {
    EXPECT_TRUE(getsThreads(c, 4, 4));
  });
  for (int turn = 0; turn < 20; ++turn) {
    Outcome o = run([](dg_context *c) {
      dg_array *failed = call(c, failing);
      call(c, fine); // the failure is not looked at yet
      dg_array_look(c, failed, &place);
    }, {.threads = 4});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.err, "error[DG9002]: index 13 is out of range: axis 0 has extent 13\n  at a.dg:7:3 in task `failing`\n") << turn;
  }
}

// A turn runs every time just once, whatever the number of turns and threads.
TEST(Hold, EveryTurnOnce) {
  static std::atomic<int> counts[103];
  static int64_t turns;
  static const dg_task loop = describe("loop", [](dg_context *c, void *, dg_array *const *) {
    runLoop(c, turns, 4, [](dg_context *, int64_t low, int64_t high, const void *frame) {
      EXPECT_EQ(frame, &turns);
      for (int64_t turn = low; turn < high; ++turn)
        ++counts[turn];
    }, &turns);
  });
  for (int threads : {1, 4})
    for (int64_t n : {0, 1, 3, 31, 32, 33, 103}) {
      for (auto &count : counts)
        count = 0;
      turns = n;
      Outcome o = run([](dg_context *c) { call(c, loop); }, {.threads = threads});
      EXPECT_EQ(o.code, 0) << o.err;
      for (int64_t turn = 0; turn < 103; ++turn)
        EXPECT_EQ(counts[turn], turn < n) << turn << " of " << n;
    }
}
