// Task calls: results, updates of places, order of effects, failures, retries.
#include "test/runtime/core/Program.h"
#include <atomic>
#include <chrono>
#include <thread>

using namespace dagger::test;

namespace {

const dg_location callSite = at(12);
const dg_location inBody = at(5, "step");
const uint8_t f64[] = {DG_F64, DG_F64}, scalarRank[] = {0, 0}, vectorRank[] = {1, 1};
const uint8_t read1[] = {DG_READ, DG_READ}, update1[] = {DG_UPDATE, DG_UPDATE};

dg_task describe(const char *name, dg_task_body body, int arrays, int results, const uint8_t *access = read1,
                 const uint8_t *rank = scalarRank, int flags = 0, int frame = 0, int retries = 0) {
  return {DG_ABI_VERSION, uint8_t(arrays), uint8_t(results), uint8_t(flags), uint8_t(retries), uint32_t(frame), body,
          access, f64, rank, name, &callSite};
}

dg_array *scalarOf(dg_context *c, double value) { return dg_array_scalar(c, DG_F64, &value, nullptr); }
dg_array *vectorOf(dg_context *c, int64_t n, double value) {
  dg_array *a = dg_array_new(c, DG_F64, 1, &n, 0, nullptr);
  for (int64_t i = 0; i < n; ++i)
    element<double>(a, i) = value;
  return a;
}
void nap(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

void addBody(dg_context *c, void *, dg_array *const *a) {
  double sum = *reinterpret_cast<double *>(a[0]->data) + *reinterpret_cast<double *>(a[1]->data);
  dg_task_return_scalar(c, 0, &sum);
}
const dg_task add = describe("add", addBody, 2, 1);

dg_array *call(dg_context *c, const dg_task &t, std::initializer_list<dg_array *> in, const void *frame = nullptr,
               const int64_t *const *boxes = nullptr, const dg_place *const *places = nullptr) {
  dg_array *result = nullptr;
  dg_task_submit(c, &t, frame, in.begin(), boxes, places, &result, 0);
  return result;
}

} // namespace

// A task's result is a future that other tasks take; a deep chain of them comes out right.
TEST(Task, ChainOfFutures) {
  Outcome o = run([](dg_context *c) {
    dg_array *one = scalarOf(c, 1), *sum = scalarOf(c, 0);
    for (int i = 0; i < 100'000; ++i) {
      dg_array *next = call(c, add, {sum, one});
      dg_array_release(sum);
      sum = next;
    }
    EXPECT_EQ(scalar<double>(c, sum), 100'000);
    dg_array_release(sum);
    dg_array_release(one);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// A result whose extents only the body knows: the host waits for the shape, tasks take it as it is.
TEST(Task, ShapeOfTheData) {
  static const dg_task make = describe("make", [](dg_context *c, void *frame, dg_array *const *) {
    nap(5);
    dg_task_return(c, 0, vectorOf(c, *static_cast<int64_t *>(frame), 3));
  }, 0, 1, read1, vectorRank, 0, 8);
  static const dg_task count = describe("count", [](dg_context *c, void *, dg_array *const *a) {
    double n = double(a[0]->extents[0]) * element<double>(a[0], 0);
    dg_task_return_scalar(c, 0, &n);
  }, 1, 1);
  Outcome o = run([](dg_context *c) {
    int64_t n = 1234;
    dg_array *v = call(c, make, {}, &n);
    EXPECT_EQ(__atomic_load_n(&v->shape_known, __ATOMIC_ACQUIRE), 0);
    dg_array *s = call(c, count, {v});
    EXPECT_EQ(dg_array_extent(c, v, 0), 1234);
    EXPECT_EQ(scalar<double>(c, s), 3 * 1234);
    dg_array_release(v);
    dg_array_release(s);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// A result that is an argument, or a part of one, is a value of that moment.
TEST(Task, ReturnedArgumentIsACopy) {
  static const dg_task same = describe("same", [](dg_context *c, void *, dg_array *const *a) {
    nap(2);
    dg_array_retain(a[0]);
    dg_task_return(c, 0, a[0]);
  }, 1, 1, read1, vectorRank);
  static const dg_task set = describe("set", [](dg_context *, void *, dg_array *const *a) { element<double>(a[0], 0) = 9; },
                                      1, 0, update1);
  Outcome o = run([](dg_context *c) {
    dg_array *v = vectorOf(c, 100, 1), *w = call(c, same, {v});
    v = dg_array_own(c, v, 0, nullptr);
    call(c, set, {v});
    dg_array_look(c, w, nullptr);
    dg_array_look(c, v, nullptr);
    EXPECT_EQ(element<double>(w, 0), 1);
    EXPECT_EQ(element<double>(v, 0), 9);
    dg_array_release(v);
    dg_array_release(w);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// Tasks that update the same tile run in program order, those of different tiles don't wait for each other.
TEST(Task, TilesInOrder) {
  static const dg_task twice = describe("twice", [](dg_context *, void *frame, dg_array *const *a) {
    double by = *static_cast<double *>(frame);
    ASSERT_EQ(a[0]->extents[0], 8);
    for (int64_t i = 0; i < 8; ++i)
      for (int64_t j = 0; j < 8; ++j) {
        double &x = reinterpret_cast<double *>(a[0]->data)[i * a[0]->strides[0] + j * a[0]->strides[1]];
        x = x * 3 + by;
      }
  }, 1, 0, update1, scalarRank, 0, 8);
  Outcome o = run([](dg_context *c) {
    int64_t extents[2] = {64, 64}, chunk[2] = {8, 8};
    dg_array *a = dg_array_rechunk(c, dg_array_new(c, DG_F64, 2, extents, 1, nullptr), chunk, nullptr);
    EXPECT_EQ(dg_array_tiles(c, a, 0, nullptr), 8);
    for (int turn = 1; turn <= 20; ++turn)
      for (int64_t i = 0; i < 8; ++i)
        for (int64_t j = 0; j < 8; ++j) {
          int64_t tile[2] = {i, j}, box[4];
          dg_array_tile_box(c, a, tile, box, box + 2, nullptr);
          const int64_t *boxes[] = {box};
          double by = double(turn * (i + 1));
          call(c, twice, {a}, &by, boxes);
        }
    dg_array_look(c, a, nullptr);
    for (int64_t i = 0; i < 64; ++i) {
      double x = 0;
      for (int turn = 1; turn <= 20; ++turn)
        x = x * 3 + double(turn * (i / 8 + 1));
      for (int64_t j = 0; j < 64; ++j)
        ASSERT_EQ(reinterpret_cast<double *>(a->data)[i * 64 + j], x);
    }
    dg_array_release(a);
  }, {.threads = 4});
  EXPECT_EQ(o.code, 0) << o.err;
}

// Prints of tasks appear where the calls stand, however long each takes.
TEST(Task, PrintsInProgramOrder) {
  static const dg_task say = describe("say", [](dg_context *c, void *frame, dg_array *const *) {
    int64_t i = *static_cast<int64_t *>(frame);
    if (i % 7 == 0)
      nap(2);
    print(c, std::to_string(i) + "\n");
  }, 0, 0, read1, scalarRank, DG_TASK_PRINTS | DG_TASK_STATEMENT, 8);
  std::string expected;
  for (int64_t i = 0; i < 300; ++i)
    expected += std::to_string(i) + "\n" + (i % 10 == 0 ? "host\n" : "");
  Outcome o = run([](dg_context *c) {
    for (int64_t i = 0; i < 300; ++i) {
      call(c, say, {}, &i);
      if (i % 10 == 0)
        print(c, "host\n");
    }
  }, {.threads = 4});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.out, expected);
}

// A statement that fails is looked at where it stands: nothing behind it appears.
TEST(Task, StatementFailsInItsPlace) {
  static const dg_task check = describe("step", [](dg_context *c, void *frame, dg_array *const *) {
    int64_t i = *static_cast<int64_t *>(frame);
    nap(i == 5 ? 10 : 0);
    print(c, std::to_string(i) + "\n");
    if (i >= 5)
      dg_fail_assert(c, nullptr, &inBody);
  }, 0, 0, read1, scalarRank, DG_TASK_PRINTS | DG_TASK_STATEMENT, 8);
  for (int threads : {1, 4}) {
    Outcome o = run([](dg_context *c) {
      for (int64_t i = 0; i < 100; ++i)
        call(c, check, {}, &i);
      print(c, "never\n");
    }, {.threads = threads});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.out, "0\n1\n2\n3\n4\n5\n");
    EXPECT_EQ(o.err, "error[DG9001]: assertion failed\n  at prog.dg:5:5 in task `step`\n  called from prog.dg:12:5 in `main`\n");
  }
}

// A failed argument fails the results without running the task.
TEST(Task, FailedArgumentsTravel) {
  static std::atomic<int> ran{0};
  static const dg_task fails = describe("bad", [](dg_context *c, void *, dg_array *const *) { dg_fail_text(c, 9007, "no such file", &inBody); }, 0, 1);
  static const dg_task counts = describe("counts", [](dg_context *c, void *, dg_array *const *a) {
    ++ran;
    dg_task_return_scalar(c, 0, a[0]->data);
  }, 1, 1);
  Outcome o = run([](dg_context *c) {
    dg_array *x = call(c, fails, {});
    for (int i = 0; i < 10; ++i)
      x = call(c, counts, {x});
    print(c, "before\n");
    dg_array_look(c, x, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(o.out, "before\n");
  EXPECT_EQ(o.err, "error[DG9007]: no such file\n  at prog.dg:5:5 in task `bad`\n  called from prog.dg:12:5 in `main`\n");
}

// @retry: what the task updates is put back before each try.
TEST(Task, RetryRestoresUpdates) {
  static std::atomic<int> tries{0};
  static const dg_task flaky = describe("flaky", [](dg_context *c, void *, dg_array *const *a) {
    for (int64_t i = 0; i < a[0]->extents[0]; ++i)
      element<double>(a[0], i) += 1;
    dg_array *scratch = vectorOf(c, 1000, 0);
    if (++tries < 3)
      dg_fail_assert(c, nullptr, &inBody);
    dg_array_release(scratch);
  }, 1, 0, update1, scalarRank, 0, 0, 3);
  Outcome o = run([](dg_context *c) {
    dg_array *v = vectorOf(c, 100, 5);
    int64_t box[] = {10, 20};
    const int64_t *boxes[] = {box};
    call(c, flaky, {v}, nullptr, boxes);
    dg_array_look(c, v, nullptr);
    EXPECT_EQ(tries, 3);
    for (int64_t i = 0; i < 100; ++i)
      EXPECT_EQ(element<double>(v, i), i >= 10 && i < 30 ? 6 : 5);
    dg_array_release(v);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// Two updated places of one call that overlap fail it, and the message names both.
TEST(Task, OverlappingPlaces) {
  static const dg_task both = describe("swap", [](dg_context *, void *, dg_array *const *) {}, 2, 0, update1);
  Outcome o = run([](dg_context *c) {
    dg_array *v = vectorOf(c, 100, 5);
    int64_t first[] = {0, 50}, second[] = {50, 50}, third[] = {49, 2};
    const int64_t *apart[] = {first, second}, *overlapping[] = {first, third};
    static const dg_place one = {"v[0..50]", nullptr}, other = {"v[i..j]", nullptr};
    const dg_place *const places[] = {&one, &other};
    call(c, both, {v, v}, nullptr, apart, places);
    dg_array_look(c, v, nullptr);
    print(c, "apart\n");
    call(c, both, {v, v}, nullptr, overlapping, places);
    dg_array_look(c, v, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "apart\n");
  EXPECT_EQ(o.err, "error[DG9009]: two inout places overlap: v[0..50] and v[i..j]\n  at prog.dg:12:5 in `main`\n");
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DAGGER_THREAD_SANITIZER
#endif
#endif

// AddressSanitizer says once that our stacks are larger than those it looks through after a longjmp.
static std::string withoutSanitizer(const std::string &err) {
  static const std::string last = "https://github.com/google/sanitizers/issues/189\n";
  size_t end = err.starts_with("==") ? err.find(last) : std::string::npos;
  return end == std::string::npos ? err : err.substr(end + last.size());
}

// Recursion without end fails the task, not the process; the next program runs as if nothing had been.
TEST(Task, RecursionTooDeep) {
#ifdef DAGGER_THREAD_SANITIZER
  GTEST_SKIP() << "ThreadSanitizer's own call stack ends first, outside of our guard";
#endif
  struct Deep {
    static int64_t down(dg_context *c, int64_t n) {
      volatile char frame[512];
      frame[0] = char(n);
      if (n < 0) // no compiler knows that it does not happen
        return 0;
      return down(c, n + 1) + frame[0];
    }
  };
  static const dg_task dive = describe("dive", [](dg_context *c, void *, dg_array *const *) {
    double x = double(Deep::down(c, 0));
    dg_task_return_scalar(c, 0, &x);
  }, 0, 1);
  for (int turn = 0; turn < 2; ++turn) {
    Outcome o = run([](dg_context *c) {
      dg_array *x = call(c, dive, {});
      dg_array_look(c, x, nullptr);
    }, {.threads = 2});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(withoutSanitizer(o.err), "error[DG9011]: recursion is too deep\n  at prog.dg:12:5 in task `dive`\n");
  }
  Outcome o = run([](dg_context *c) { Deep::down(c, 0); });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(withoutSanitizer(o.err), "error[DG9011]: recursion is too deep\n");
}

// A task called in a task runs in place; its failure names both and fails the outer one.
TEST(Task, NestedInPlace) {
  static const dg_location outerCall = at(20), innerCall = at(7, "outer");
  static dg_task inner = describe("inner", [](dg_context *c, void *frame, dg_array *const *a) {
    element<double>(a[0], 0) += 1;
    if (*static_cast<int64_t *>(frame))
      dg_fail_index(c, 3, 0, 2, &inBody);
    dg_task_return_scalar(c, 0, a[0]->data);
  }, 1, 1, update1, scalarRank, 0, 8);
  inner.location = &innerCall;
  static dg_task outer = describe("outer", [](dg_context *c, void *frame, dg_array *const *) {
    dg_array *v = vectorOf(c, 10, 1);
    dg_array *r = call(c, inner, {v}, frame);
    dg_task_return(c, 0, r);
    dg_array_release(v);
  }, 0, 1, read1, scalarRank, 0, 8);
  outer.location = &outerCall;
  Outcome o = run([](dg_context *c) {
    int64_t no = 0, yes = 1;
    dg_array *x = call(c, outer, {}, &no);
    EXPECT_EQ(scalar<double>(c, x), 2);
    dg_array_look(c, call(c, outer, {}, &yes), nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9002]: index 3 is out of range: axis 0 has extent 2\n  at prog.dg:5:5 in task `inner`\n"
                   "  called from prog.dg:7:5 in `outer`\n  called from prog.dg:20:5 in `main`\n");
}

// @sequential: one task after the other, though their data would let them run together.
TEST(Task, Sequential) {
  static std::atomic<int> running{0}, most{0};
  static std::vector<int64_t> order;
  static const dg_task alone = describe("alone", [](dg_context *, void *frame, dg_array *const *) {
    int now = ++running;
    if (now > most)
      most = now;
    order.push_back(*static_cast<int64_t *>(frame)); // no lock: no two at once
    std::this_thread::yield();
    --running;
  }, 0, 0, read1, scalarRank, 0, 8);
  Outcome o = run([](dg_context *c) {
    dg_begin_sequential(c);
    for (int64_t i = 0; i < 500; ++i)
      call(c, alone, {}, &i);
    dg_end_sequential(c);
  }, {.threads = 4});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(most, 1);
  for (int64_t i = 0; i < 500; ++i)
    ASSERT_EQ(order[size_t(i)], i);
}

// A light task that waits for nothing runs on the host before the call returns; one that waits for another is a node like any other.
TEST(Task, LightOnesRunAtOnce) {
  static std::thread::id ranOn;
  static std::atomic<bool> goOn;
  goOn = false;
  static const dg_task slow = describe(
      "slow",
      [](dg_context *, void *, dg_array *const *a) {
        while (!goOn)
          nap(1);
        element<double>(a[0], 0) = 40;
      },
      1, 0, update1, vectorRank);
  static const dg_task light = describe(
      "light",
      [](dg_context *c, void *, dg_array *const *a) {
        ranOn = std::this_thread::get_id();
        double twice = 2 * element<double>(a[0], 0);
        if (twice < 0)
          dg_fail_assert(c, nullptr, &inBody);
        dg_task_return_scalar(c, 0, &twice);
      },
      1, 1, read1, scalarRank, DG_TASK_LIGHT);
  Outcome o = run([](dg_context *c) {
    dg_array *ready = vectorOf(c, 3, 4), *pending = vectorOf(c, 3, 5), *negative = vectorOf(c, 3, -1);
    dg_task_submit(c, &slow, nullptr, &pending, nullptr, nullptr, nullptr, 0);
    dg_array *now = call(c, light, {ready});
    EXPECT_EQ(ranOn, std::this_thread::get_id());
    EXPECT_EQ(*reinterpret_cast<double *>(now->data), 8);
    ranOn = {};
    dg_array *later = call(c, light, {pending});
    EXPECT_EQ(ranOn, std::thread::id()); // it did not begin
    goOn = true;
    EXPECT_EQ(scalar<double>(c, later), 80);
    dg_array *failed = call(c, light, {negative}); // shows where it is looked at
    for (dg_array *a : {ready, pending, negative, now, later})
      dg_array_release(a);
    scalar<double>(c, failed);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("in task `light`"), std::string::npos) << o.err;
}

// The body of a light task that takes the arrays themselves runs where nothing is under way; where it gives up, the other one
// does what is to be done, and fails if that fails.
TEST(Task, DirectBodies) {
  static int direct, other, sharing;
  direct = other = sharing = 0;
  static const uint8_t access[] = {DG_READ, DG_UPDATE};
  static dg_task move = describe(
      "move",
      [](dg_context *c, void *, dg_array *const *a) {
        ++other;
        if (element<double>(a[0], 0) < 0)
          dg_fail_assert(c, nullptr, &inBody);
        double value = element<double>(a[1], 0) = element<double>(a[0], 0) + 1;
        dg_task_return_scalar(c, 0, &value);
        dg_task_update(c, 1, a[1]);
      },
      2, 1, access, scalarRank, DG_TASK_LIGHT);
  move.direct = [](dg_context *, const void *, dg_array *const *a, const int64_t *const *boxes, void *results, int32_t shares) {
    int64_t from = boxes ? boxes[0][0] : 0, to = boxes ? boxes[1][0] : 0;
    sharing += shares;
    if (shares || element<double>(a[0], from) < 0)
      return 0;
    ++direct;
    *static_cast<double *>(results) = element<double>(a[1], to) = element<double>(a[0], from) + 1;
    return 1;
  };
  static std::atomic<bool> goOn;
  goOn = false;
  static const dg_task slow = describe("slow", [](dg_context *, void *, dg_array *const *) {
    while (!goOn)
      nap(1);
  }, 0, 0);
  Outcome o = run([](dg_context *c) {
    dg_array *a = vectorOf(c, 4, 4), *b = vectorOf(c, 4, 0), *negative = vectorOf(c, 1, -1);
    dg_array *first = call(c, move, {a, b});
    EXPECT_EQ(scalar<double>(c, first), 5);
    EXPECT_EQ(element<double>(b, 0), 5);
    EXPECT_EQ(direct, 1);
    const int64_t one[] = {1, 1}, two[] = {2, 1}, *apart[] = {one, two}, *same[] = {two, two};
    dg_array *second = call(c, move, {a, a}, nullptr, apart);
    EXPECT_EQ(scalar<double>(c, second), 5);
    EXPECT_EQ(direct, 2);
    EXPECT_EQ(sharing, 0);
    dg_array *third = call(c, move, {a, a}, nullptr, same);
    EXPECT_EQ(scalar<double>(c, third), 6);
    EXPECT_EQ(element<double>(a, 2), 6);
    EXPECT_EQ(direct, 2);
    EXPECT_EQ(other, 1);
    EXPECT_EQ(sharing, 1);
    call(c, slow, {});
    dg_array *fourth = call(c, move, {a, b}); // beside what is under way
    goOn = true;
    EXPECT_EQ(scalar<double>(c, fourth), 5);
    EXPECT_EQ(direct, 2);
    EXPECT_EQ(other, 2);
    call(c, slow, {});
    dg_array *failed = call(c, move, {negative, b});
    for (dg_array *x : {a, b, negative, first, second, third, fourth})
      dg_array_release(x);
    scalar<double>(c, failed);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(direct, 2);
  EXPECT_NE(o.err.find("in task `move`"), std::string::npos) << o.err;
}

// A scalar that was dropped may be the next one: nothing of it is left, and what a task still reads, or what failed, stays away.
TEST(Task, DroppedScalarsAreNew) {
  static const dg_task slow = describe("slow", [](dg_context *c, void *, dg_array *const *a) {
    nap(20);
    double value = *reinterpret_cast<double *>(a[0]->data);
    dg_task_return_scalar(c, 0, &value);
  }, 1, 1);
  static const dg_task fails = describe("fails", [](dg_context *c, void *, dg_array *const *) {
    dg_fail_assert(c, nullptr, &inBody);
  }, 1, 1);
  Outcome o = run([](dg_context *c) {
    for (int round = 0; round < 200; ++round) {
      double value = -1 - round;
      dg_array_release(scalarOf(c, value));
      dg_array *small = dg_array_new(c, DG_U8, 0, nullptr, 0, nullptr), *text = dg_array_new(c, DG_STR, 0, nullptr, 1, nullptr);
      EXPECT_EQ(small->type, DG_U8);
      EXPECT_EQ(*reinterpret_cast<int64_t *>(small->data), 0);
      EXPECT_EQ(*reinterpret_cast<void **>(text->data), nullptr);
      dg_array_release(text);
      dg_array_release(small);
    }
    dg_array *read = scalarOf(c, 7), *result = call(c, slow, {read});
    dg_array_release(read); // the task still has it
    dg_array *zero = scalarOf(c, 0), *failed = call(c, fails, {zero});
    for (int i = 0; i < 100; ++i) {
      dg_array *other = scalarOf(c, i);
      EXPECT_EQ(scalar<double>(c, other), i);
      dg_array_release(other);
    }
    EXPECT_EQ(scalar<double>(c, result), 7);
    dg_array_release(result);
    dg_array_release(failed);
    dg_array *after = call(c, add, {zero, zero});
    EXPECT_EQ(scalar<double>(c, after), 0);
    dg_array_release(after);
    dg_array_release(zero);
  });
  EXPECT_NE(o.err.find("DG9001"), std::string::npos) << o.err; // a program says what failed, looked at or not
}
