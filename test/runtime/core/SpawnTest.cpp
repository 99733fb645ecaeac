// Nested tasks, written as compiled code does them.
#include "dagger/spawn.h"
#include "test/runtime/core/Program.h"
#include <chrono>
#include <csignal>

using namespace dagger::test;

namespace {

const dg_location here = at(3, "fib");

int64_t plain(int64_t n) { return n < 2 ? n : plain(n - 1) + plain(n - 2); }

// `bad`: the argument at which it fails; -1: nowhere.
int64_t fib(dg_context *c, int64_t n, int64_t bad);
void fibFrame(dg_context *c, dg_frame *f) { f->data[0] = fib(c, f->data[0], f->data[1]); }
int64_t fib(dg_context *c, int64_t n, int64_t bad) {
  if (n == bad)
    dg_fail_index(c, n, 0, 1, &here);
  if (n < 2)
    return n;
  dg_frame *f = dg_frame_next(c);
  f->data[0] = n - 1;
  f->data[1] = bad;
  dg_spawn(c, f, fibFrame);
  int64_t b = fib(c, n - 2, bad);
  f = dg_join(c);
  return b + (f ? f->data[0] : fib(c, n - 1, bad));
}

const uint8_t type[] = {DG_I64}, rank[] = {0};
const dg_task task = {DG_ABI_VERSION, 0, 1, 0, 0, 16, [](dg_context *c, void *frame, dg_array *const *) {
                        int64_t r = fib(c, static_cast<int64_t *>(frame)[0], static_cast<int64_t *>(frame)[1]);
                        dg_task_return_scalar(c, 0, &r);
                      }, nullptr, type, rank, "fib", &here};

dg_array *submit(dg_context *c, int64_t n, int64_t bad = -1) {
  int64_t frame[] = {n, bad};
  dg_array *r;
  dg_task_submit(c, &task, frame, nullptr, nullptr, nullptr, &r, 0);
  return r;
}

} // namespace

// The same number from spawned calls as from plain ones, for one tree and for many at once.
TEST(Spawn, Fib) {
  alarm(300);
  for (int threads : {1, 2, 4}) {
    Outcome o = run(
        [](dg_context *c) {
          EXPECT_EQ(scalar<int64_t>(c, submit(c, 27)), plain(27));
          std::vector<dg_array *> all;
          for (int64_t n = 0; n < 22; ++n)
            all.push_back(submit(c, n));
          for (int64_t n = 0; n < 22; ++n)
            EXPECT_EQ(scalar<int64_t>(c, all[size_t(n)]), plain(n));
        },
        {.threads = threads});
    EXPECT_EQ(o.code, 0) << o.err;
  }
  alarm(0);
}

// A failure anywhere in the tree fails the task, whoever ran the part, and what runs next is not disturbed.
TEST(Spawn, FailureUnwindsTheTree) {
  alarm(300);
  for (int turn = 0; turn < 20; ++turn) {
    Outcome o = run(
        [](dg_context *c) {
          dg_array *bad = submit(c, 20, 0), *good = submit(c, 20);
          EXPECT_EQ(scalar<int64_t>(c, good), plain(20));
          dg_array_look(c, bad, nullptr);
        },
        {.threads = 4});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.err, "error[DG9002]: index 0 is out of range: axis 0 has extent 1\n  at prog.dg:3:5 in task `fib`\n"
                     "  called from prog.dg:3:5 in `fib`\n");
  }
  alarm(0);
}

// What a spawn costs, for who wants to know: DAGGER_SPAWN_COST=1.
TEST(Spawn, Cost) {
  if (!std::getenv("DAGGER_SPAWN_COST"))
    GTEST_SKIP();
  for (int threads : {1, 2})
    run(
        [threads](dg_context *c) {
          auto start = std::chrono::steady_clock::now();
          int64_t r = scalar<int64_t>(c, submit(c, 37));
          double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
          EXPECT_EQ(r, 24157817);
          RecordProperty("ns", int(ns));
          FILE *tty = std::fopen("/tmp/dagger-spawn-cost", "a");
          std::fprintf(tty, "%d threads: %.2f ns a spawn\n", threads, ns / 39088168.0);
          std::fclose(tty);
        },
        {.threads = threads});
}

// What was spawned comes before what its spawner does then: of two failures the spawned one is reported, whoever ran it.
TEST(Spawn, EarlierFailureIsReported) {
  alarm(300);
  for (int threads : {1, 2, 4})
    for (int round = 0; round < 20; ++round) {
      static const dg_task pair = {DG_ABI_VERSION, 0, 1, 0, 0, 0, [](dg_context *c, void *, dg_array *const *) {
                                     dg_frame *f = dg_frame_next(c);
                                     f->data[0] = 20;
                                     f->data[1] = 1; // fails somewhere in its tree, with index 1
                                     dg_spawn(c, f, fibFrame);
                                     dg_fail_index(c, 99, 0, 1, &here);
                                   }, nullptr, type, rank, "pair", &here};
      Outcome o = run(
          [](dg_context *c) {
            dg_array *r;
            dg_task_submit(c, &pair, nullptr, nullptr, nullptr, nullptr, &r, 0);
            scalar<int64_t>(c, r);
          },
          {.threads = threads});
      EXPECT_EQ(o.code, 1);
      EXPECT_NE(o.err.find("index 1 is out of range"), std::string::npos) << o.err;
    }
}
