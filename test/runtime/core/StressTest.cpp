// Random graphs of tasks and launches against a serial shadow, with failures and without memory, under a watchdog.
//
// DAGGER_STRESS_TASKS says how many tasks the long ones make (default: fits a test run).
#include "runtime/data/Storage.h"
#include "test/runtime/core/Program.h"
#include <atomic>
#include <csignal>
#include <random>

using namespace dagger::test;

namespace {

int64_t taskCount(int64_t usual) {
  const char *text = std::getenv("DAGGER_STRESS_TASKS");
  return text ? std::atoll(text) : usual;
}

// A lost wake-up would hang: then the process ends with a message rather than never.
class Watchdog {
public:
  explicit Watchdog(unsigned seconds) {
    std::signal(SIGALRM, [](int) {
      static const char message[] = "watchdog: the runtime hangs\n";
      (void)!write(2, message, sizeof message - 1);
      _exit(99);
    });
    alarm(seconds);
  }
  ~Watchdog() { alarm(0); }
};

const dg_location here = at(5, "step");
struct Frame {
  int64_t value, fails;
};

// places[0] = places[0] * 31 + sum of the others + value, on one element boxes.
void mixBody(dg_context *c, void *data, dg_array *const *a) {
  auto &frame = *static_cast<Frame *>(data);
  uint64_t sum = uint64_t(frame.value);
  sum += uint64_t(element<int64_t>(a[1], 0)) + uint64_t(element<int64_t>(a[2], 0)) * 7;
  if (frame.fails)
    dg_fail_index(c, frame.value, 0, 0, &here);
  element<int64_t>(a[0], 0) = int64_t(uint64_t(element<int64_t>(a[0], 0)) * 31 + sum);
}
const uint8_t mixAccess[] = {DG_UPDATE, DG_READ, DG_READ};
const dg_task mix = {DG_ABI_VERSION, 3, 0, 0, 0, sizeof(Frame), mixBody, mixAccess, nullptr, nullptr, "mix", nullptr};

} // namespace

// Millions of small tasks with random dependences on the tiles of one array leave what the same loop leaves.
TEST(Stress, RandomTilesMatchSerial) {
  Watchdog watchdog(600);
  for (int threads : {1, 2, 4}) {
    const int64_t tiles = 97, count = taskCount(100'000);
    std::vector<int64_t> expected(tiles, 1);
    Outcome o = run(
        [&](dg_context *c) {
          std::mt19937_64 random(42 + unsigned(threads));
          int64_t n = tiles, one = 1;
          dg_array *a = dg_array_new(c, DG_I64, 1, &n, 0, nullptr);
          for (int64_t i = 0; i < tiles; ++i)
            element<int64_t>(a, i) = 1;
          a = dg_array_rechunk(c, a, &one, nullptr);
          for (int64_t t = 0; t < count; ++t) {
            int64_t at[3];
            at[0] = int64_t(random() % tiles);
            for (int k : {1, 2})
              do
                at[k] = int64_t(random() % tiles);
              while (at[k] == at[0]);
            Frame frame = {t, 0};
            int64_t boxes[3][2] = {{at[0], 1}, {at[1], 1}, {at[2], 1}};
            const int64_t *box[] = {boxes[0], boxes[1], boxes[2]};
            dg_array *arrays[] = {a, a, a};
            dg_task_submit(c, &mix, &frame, arrays, box, nullptr, nullptr, int32_t(random() % 3) - 1);
            uint64_t sum = uint64_t(t) + uint64_t(expected[size_t(at[1])]) + uint64_t(expected[size_t(at[2])]) * 7;
            expected[size_t(at[0])] = int64_t(uint64_t(expected[size_t(at[0])]) * 31 + sum);
            if (random() % 10'000 == 0)
              dg_array_look(c, a, nullptr);
          }
          dg_array_look(c, a, nullptr);
          for (int64_t i = 0; i < tiles; ++i)
            ASSERT_EQ(element<int64_t>(a, i), expected[size_t(i)]);
          dg_array_release(a);
        },
        {.threads = threads});
    EXPECT_EQ(o.code, 0) << o.err;
  }
}

// Whatever runs when: the same prints and the same failure at any number of threads.
TEST(Stress, FailuresAreTheSameEverywhere) {
  Watchdog watchdog(600);
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::string out, err;
    for (int threads : {1, 2, 4}) {
      Outcome o = run(
          [&](dg_context *c) {
            std::mt19937_64 random(seed);
            const int64_t tiles = 13;
            int64_t n = tiles, one = 1;
            dg_array *a = dg_array_rechunk(c, dg_array_new(c, DG_I64, 1, &n, 1, nullptr), &one, nullptr);
            for (int64_t t = 0; t < 400; ++t) {
              int64_t place = int64_t(random() % tiles), other = (place + 1 + int64_t(random() % (tiles - 1))) % tiles;
              Frame frame = {t, random() % 150 == 0};
              int64_t boxes[2][2] = {{place, 1}, {other, 1}};
              const int64_t *box[] = {boxes[0], boxes[1], boxes[1]};
              dg_array *arrays[] = {a, a, a};
              dg_task task = mix;
              if (random() % 4 == 0)
                task.flags = DG_TASK_STATEMENT;
              dg_task_submit(c, &task, &frame, arrays, box, nullptr, nullptr, 0);
              if (random() % 5 == 0)
                print(c, std::to_string(t) + "\n");
            }
            dg_array_look(c, a, nullptr);
          },
          {.threads = threads});
      if (threads == 1) {
        out = o.out;
        err = o.err;
      }
      EXPECT_EQ(o.out, out);
      EXPECT_EQ(o.err, err);
    }
  }
}

namespace {
void growKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<int64_t *>(v[1].data)[i] = reinterpret_cast<int64_t *>(v[0].data)[i] + 1;
}
void makeBody(dg_context *c, void *, dg_array *const *a) {
  dg_array *copies[3];
  for (dg_array *&copy : copies)
    copy = dg_array_new(c, DG_I64, 1, a[0]->extents, 1, &here);
  element<int64_t>(copies[2], 0) = element<int64_t>(a[0], 0) + 1;
  dg_task_return(c, 0, copies[2]);
  dg_array_release(copies[0]);
  dg_array_release(copies[1]);
}
} // namespace

// Without memory a program fails with DG9010 or comes out right; it neither hangs nor crashes nor leaks.
TEST(Stress, AllocationFailures) {
  Watchdog watchdog(600);
  static const dg_operand operands[] = {follows(DG_READ, DG_I64, 1), follows(DG_WRITE, DG_I64, 1)};
  static const dg_launch grow = {DG_ABI_VERSION, 1, 2, 1, DG_LAUNCH_REUSE, 0, growKernel, operands, "grow", &here};
  static const uint8_t access[] = {DG_READ}, type[] = {DG_I64}, rank[] = {1};
  static const dg_task make = {DG_ABI_VERSION, 1, 1, 0, 1, 0, makeBody, access, type, rank, "make", &here};
  int failed = 0, whole = 0;
  for (int64_t period : {2, 3, 5, 7, 11, 50, 101, 400}) {
    dagger::rt::storage::failEvery(period);
    Outcome o = run(
        [](dg_context *c) {
          int64_t n = 3000, extents[DG_MAX_RANK] = {n};
          dg_array *a = dg_array_new(c, DG_I64, 1, &n, 1, &here);
          for (int t = 0; t < 60; ++t) {
            dg_array *b;
            bool shared = t % 3 == 0;
            if (t % 2)
              dg_task_submit(c, &make, nullptr, &a, nullptr, nullptr, &b, 0);
            else
              dg_launch_submit(c, &grow, extents, &a, 0, nullptr, extents, &b, 0);
            if (!shared) {
              dg_array_release(a);
              a = b;
            } else {
              dg_array_release(b);
            }
          }
          dg_array_look(c, a, nullptr);
          EXPECT_EQ(element<int64_t>(a, 0), 40);
          dg_array_release(a);
        },
        {.threads = 3, .chunkBytes = 8192});
    dagger::rt::storage::failEvery(0);
    if (o.code == 0) {
      ++whole;
      EXPECT_EQ(o.err, "");
    } else {
      ++failed;
      EXPECT_EQ(o.err.substr(0, 14), "error[DG9010]:") << o.err;
    }
  }
  EXPECT_GT(failed, 0);
  EXPECT_GT(whole, 0);
}

// Workers sleep and wake over and over; each round would hang if one wake-up were lost.
TEST(Stress, SleepAndWake) {
  Watchdog watchdog(600);
  static std::atomic<int64_t> ran{0};
  static const dg_task tick = {DG_ABI_VERSION, 0, 0, 0, 0, 0, [](dg_context *, void *, dg_array *const *) { ++ran; }, nullptr, nullptr, nullptr, "tick", nullptr};
  Outcome o = run(
      [](dg_context *c) {
        for (int round = 0; round < 2000; ++round) {
          for (int i = 0; i < 3; ++i)
            dg_task_submit(c, &tick, nullptr, nullptr, nullptr, nullptr, nullptr, 0);
          if (round % 100 == 0)
            usleep(300);
          dg_order(c, nullptr);
        }
      },
      {.threads = 4});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(ran, 6000);
}
