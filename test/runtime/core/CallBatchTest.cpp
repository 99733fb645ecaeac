// Many short calls of tasks: the runtime puts them together, and nobody can tell but by the clock.
#include "test/runtime/core/Program.h"
#include <thread>

using namespace dagger::test;

namespace {

const dg_location callSite = at(12);
const dg_location inBody = at(5, "join");
const uint8_t access[] = {DG_READ, DG_UPDATE};
constexpr int64_t places = 64;

struct Frame {
  int64_t by, failsAt;
};

int64_t joined(int64_t y, int64_t x, int64_t by) { return int64_t(3 * uint64_t(y) + uint64_t(x) + uint64_t(by)); }

// y = 3 y + x + by, unless by is failsAt.
const dg_task *join(bool isStatement) {
  static const dg_task_body body = [](dg_context *c, void *frame, dg_array *const *a) {
    auto &f = *static_cast<Frame *>(frame);
    if (f.by == f.failsAt)
      dg_fail_assert(c, nullptr, &inBody);
    element<int64_t>(a[1], 0) = joined(element<int64_t>(a[1], 0), element<int64_t>(a[0], 0), f.by);
  };
  static const dg_task tasks[] = {
      {DG_ABI_VERSION, 2, 0, 0, 0, sizeof(Frame), body, access, nullptr, nullptr, "join", &callSite},
      {DG_ABI_VERSION, 2, 0, DG_TASK_STATEMENT, 0, sizeof(Frame), body, access, nullptr, nullptr, "join", &callSite}};
  return &tasks[isStatement];
}

struct Pattern {
  uint64_t state = 1;
  int64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return int64_t(state >> 33) % places;
  }
};

void submit(dg_context *c, dg_array *a, int64_t from, int64_t to, Frame frame, bool isStatement) {
  dg_array *arrays[] = {a, a};
  int64_t source[] = {from, 1}, target[] = {to, 1};
  const int64_t *boxes[] = {source, target};
  dg_task_submit(c, join(isStatement), &frame, arrays, boxes, nullptr, nullptr, 0);
}

int64_t elementOf(dg_context *c, dg_array *a, int64_t i) {
  int64_t one = 1;
  dg_array *view = dg_array_slice(c, a, &i, &one, &one, 0, nullptr);
  dg_array_look(c, view, nullptr);
  int64_t value = element<int64_t>(view, 0);
  dg_array_release(view);
  return value;
}

} // namespace

// Dependences that nobody foresees, neighbours that make rows independent, and a host that looks in between.
TEST(CallBatch, SameAsOneBehindTheOther) {
  for (int threads : {1, 2, 4})
    for (bool isRow : {false, true}) {
      Outcome o = run([&](dg_context *c) {
        dg_array *a = tiles(c, places);
        std::vector<int64_t> right(places);
        for (int64_t i = 0; i < places; ++i)
          right[size_t(i)] = i;
        Pattern pattern;
        for (int64_t k = 0; k < 20'000; ++k) {
          int64_t from = isRow ? (k + 1) % places : pattern.next(), to = isRow ? k % places : pattern.next();
          if (from == to)
            continue; // would be a copy of what is updated
          submit(c, a, from, to, {k % 7, -1}, k % 5 == 0);
          right[size_t(to)] = joined(right[size_t(to)], right[size_t(from)], k % 7);
          if (k % 4'999 == 0)
            ASSERT_EQ(elementOf(c, a, to), right[size_t(to)]);
          if (k % 3'001 == 0)
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        dg_array_look(c, a, nullptr);
        for (int64_t i = 0; i < places; ++i)
          ASSERT_EQ(element<int64_t>(a, i), right[size_t(i)]) << i << " with " << threads << " threads";
        dg_array_release(a);
      }, {.threads = threads});
      EXPECT_EQ(o.code, 0) << o.err;
    }
}

// The first statement that fails stops the program there; what was printed before it appears, what comes behind does not.
TEST(CallBatch, StatementFailsInItsPlace) {
  for (int threads : {1, 3}) {
    Outcome o = run([](dg_context *c) {
      dg_array *a = tiles(c, places);
      for (int64_t k = 0; k < 5'000; ++k) {
        if (k == 4'000)
          print(c, "before\n");
        submit(c, a, (k + 1) % places, k % places, {k, 4'123}, true);
        if (k == 4'200)
          print(c, "behind\n");
      }
      dg_array_look(c, a, nullptr);
    }, {.threads = threads});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.out, "before\n");
    EXPECT_EQ(o.err, "error[DG9001]: assertion failed\n  at prog.dg:5:5 in task `join`\n  called from prog.dg:12:5 in `main`\n");
  }
}

// A call that fails spoils what it would have updated and who reads that, and nothing beside.
TEST(CallBatch, FailureStaysWhereItIs) {
  for (int threads : {1, 3}) {
    Outcome o = run([](dg_context *c) {
      dg_array *a = tiles(c, places);
      for (int64_t k = 0; k < 3'000; ++k) { // only ever from the place before: what fails reaches no lower place
        int64_t to = 1 + k % (places - 1);
        submit(c, a, to - 1, to, {k, 3'000 - places / 2}, false);
      }
      int64_t spoilt = 1 + (3'000 - places / 2) % (places - 1);
      EXPECT_NE(elementOf(c, a, spoilt - 1), spoilt - 1);
      print(c, "sound\n");
      elementOf(c, a, spoilt + 1);
      print(c, "never\n");
    }, {.threads = threads});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.out, "sound\n");
    EXPECT_EQ(o.err, "error[DG9001]: assertion failed\n  at prog.dg:5:5 in task `join`\n  called from prog.dg:12:5 in `main`\n");
  }
}

// Calls that give scalars: each has its own, also where another one of its node fails.
TEST(CallBatch, ResultsOfTheirOwn) {
  static const uint8_t type[] = {DG_I64}, rank[] = {0}, reads[] = {DG_READ};
  static const dg_task twice = {DG_ABI_VERSION, 1, 1, 0, 0, sizeof(Frame), [](dg_context *c, void *frame, dg_array *const *a) {
    auto &f = *static_cast<Frame *>(frame);
    if (f.by == f.failsAt)
      dg_fail_assert(c, nullptr, &inBody);
    int64_t result = 2 * element<int64_t>(a[0], 0) + f.by;
    dg_task_return_scalar(c, 0, &result);
  }, reads, type, rank, "twice", &callSite};
  for (int threads : {1, 3}) {
    std::vector<dg_array *> results; // out here: a failure leaves what is below without destructors
    Outcome o = run([&](dg_context *c) {
      dg_array *a = tiles(c, places);
      for (int64_t k = 0; k < 5'000; ++k) {
        Frame frame{k, 4'321};
        int64_t source[] = {k % places, 1};
        const int64_t *boxes[] = {source};
        dg_array *result = nullptr;
        dg_task_submit(c, &twice, &frame, &a, boxes, nullptr, &result, 0);
        results.push_back(result);
      }
      for (int64_t k = 0; k < 5'000; ++k)
        if (k != 4'321)
          ASSERT_EQ(scalar<int64_t>(c, results[size_t(k)]), 2 * (k % places) + k);
      print(c, "sound\n");
      scalar<int64_t>(c, results[4'321]);
    }, {.threads = threads});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.out, "sound\n");
    EXPECT_EQ(o.err, "error[DG9001]: assertion failed\n  at prog.dg:5:5 in task `twice`\n  called from prog.dg:12:5 in `main`\n");
  }
}
