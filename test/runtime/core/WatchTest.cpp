// Nodes of the graph that stand for many tasks, while somebody watches: a trace and the statistics show each task.
#include "test/runtime/core/Program.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <set>

using namespace dagger::test;

namespace {

constexpr int64_t points = 4096; // 256 nodes of 16
constexpr std::chrono::microseconds leastTime{2}; // of a point; more where the machine is busy
const dg_location place = at(3);
std::atomic<int64_t> mostAtOnce;

void pointKernel(dg_context *c, const int64_t *low, const int64_t *high, const dg_view *v, const void *failing) {
  mostAtOnce = std::max(mostAtOnce.load(), high[0] - low[0]);
  for (int64_t i = low[0]; i < high[0]; ++i) {
    double x = double(i);
    for (auto end = std::chrono::steady_clock::now() + leastTime; std::chrono::steady_clock::now() < end;) x = std::sqrt(x + 1);
    if (i == *static_cast<const int64_t *>(failing)) dg_fail_assert(c, nullptr, &place);
    reinterpret_cast<double *>(v[0].data)[i] = x;
  }
}

const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};
const dg_launch many = {DG_ABI_VERSION, 1,      1,      1,     DG_LAUNCH_TASKS | DG_LAUNCH_REPEATABLE, 8,
                        pointKernel,    writes, "many", &place};

Outcome runMany(int threads, int64_t failing, const std::vector<std::string> &options, const char *graph = nullptr) {
  mostAtOnce = 0;
  return run(
      [&](dg_context *c) {
        const int64_t extents[DG_MAX_RANK] = {points};
        dg_array *all = nullptr;
        dg_launch_submit(c, &many, extents, nullptr, 0, &failing, extents, &all, 0);
        dg_array_look(c, all, nullptr);
        dg_array_release(all);
      },
      {.threads = threads, .graph = graph, .arguments = options, .standalone = true});
}

struct Span {
  double start, length;
  std::string chunk;
  bool failed;
};
std::map<int, std::vector<Span>> spansOf(const std::string &path) {
  static const std::regex form("\\{\"ph\":\"X\",\"pid\":1,\"tid\":([0-9]+),\"ts\":([0-9.]+),\"dur\":([0-9.]+),\"cat\":"
                               "\"task\",\"name\":\"many\","
                               "\"args\":\\{\"line\":\"prog.dg:3\",\"chunk\":\"([0-9.]+)\"(,\"failed\":true)?\\}\\},?");
  std::map<int, std::vector<Span>> rows;
  std::ifstream file(path);
  std::smatch m;
  for (std::string line; std::getline(file, line);)
    if (std::regex_match(line, m, form))
      rows[std::stoi(m[1])].push_back({std::stod(m[2]), std::stod(m[3]), m[4], m[5].matched});
  std::remove(path.c_str());
  return rows;
}

int64_t numberBefore(const std::string &text, const char *words) {
  size_t end = text.find(words);
  if (end == std::string::npos) return -1;
  size_t begin = text.find_last_not_of("0123456789", end - 1) + 1;
  return std::atoll(text.c_str() + begin);
}

} // namespace

// Each point has a span of its own, with its chunk and in its time: those of a thread come one behind the other.
TEST(Watch, EachPointIsASpan) {
  for (int threads : {1, 2}) {
    std::string path = "/tmp/dagger-watch-test." + std::to_string(getpid()) + ".json";
    Outcome o = runMany(threads, -1, {"--dagger-trace", path});
    ASSERT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(mostAtOnce, 1);
    std::set<std::string> chunks;
    for (auto &[row, spans] : spansOf(path)) {
      EXPECT_LT(row, threads);
      double last = 0;
      for (const Span &span : spans) {
        EXPECT_GE(span.start, last - 0.0015); // times are cut to nanoseconds
        EXPECT_GE(span.length, double(leastTime.count()) - 0.0015); // its own time, not a share of its node's, nor none
        EXPECT_FALSE(span.failed);
        last = span.start + span.length;
        EXPECT_TRUE(chunks.insert(span.chunk).second) << span.chunk;
      }
    }
    EXPECT_EQ(chunks.size(), size_t(points));
    EXPECT_TRUE(chunks.count("0..1") && chunks.count("4095..4096"));
  }
}

// A point that fails does so alone, and its span says it.
TEST(Watch, OnePointFails) {
  std::string path = "/tmp/dagger-watch-test." + std::to_string(getpid()) + ".json";
  Outcome o = runMany(2, 1500, {"--dagger-trace", path});
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("chunk [1500..1501]"), std::string::npos) << o.err;
  size_t found = 0;
  for (auto &[row, spans] : spansOf(path))
    for (const Span &span : spans) {
      ++found;
      EXPECT_EQ(span.failed, span.chunk == "1500..1501") << span.chunk;
    }
  EXPECT_EQ(found, size_t(points));
}

// The statistics count tasks; a node stands for many of them, but in the record for a graph, which shows nodes.
TEST(Watch, TasksAndNodes) {
  Outcome o = runMany(2, -1, {"--dagger-stats"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(numberBefore(o.err, " tasks in "), points) << o.err;
  EXPECT_EQ(numberBefore(o.err, " nodes of the graph"), 256) << o.err;
  EXPECT_TRUE(std::regex_search(o.err, std::regex(" 4096 .* prog.dg:3 many\n"))) << o.err;

  std::string path = "/tmp/dagger-watch-test." + std::to_string(getpid()) + ".json";
  o = runMany(2, -1, {"--dagger-stats"}, path.c_str());
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(numberBefore(o.err, " tasks in "), points) << o.err;
  EXPECT_EQ(numberBefore(o.err, " nodes of the graph"), points) << o.err;
  std::remove(path.c_str());
}

// A node stands for one point where its points could be told apart: what they print has an order, a statement is looked
// at where it stands, what they update is the same for all, and a plan's record names them one by one.
TEST(Watch, NodesOfOnePoint) {
  static const dg_kernel counting = [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *v,
                                       const void *) {
    EXPECT_EQ(high[0] - low[0], 1);
    for (int64_t i = low[0]; i < high[0]; ++i) reinterpret_cast<double *>(v[0].data)[0] += 1;
  };
  static const dg_kernel plain = [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *v,
                                    const void *) {
    for (int64_t i = low[0]; i < high[0]; ++i) reinterpret_cast<double *>(v[0].data)[i] = double(i);
  };
  static const dg_operand same[] = {all(DG_UPDATE, DG_F64, 1)};
  enum { Plain, Prints, Statement, Updates, Planned };
  for (int kind : {Plain, Prints, Statement, Updates, Planned}) {
    setenv("DAGGER_STATS", "1", 1);
    Outcome o = run(
        [&](dg_context *c) {
          const int64_t extents[DG_MAX_RANK] = {points}, one[DG_MAX_RANK] = {1};
          int flags = DG_LAUNCH_TASKS | (kind == Prints      ? DG_LAUNCH_PRINTS
                                         : kind == Statement ? DG_LAUNCH_STATEMENT
                                                             : 0);
          const dg_launch made = {DG_ABI_VERSION, 1, 1, 1, uint8_t(flags), 0, plain, writes, "made", &place};
          const dg_launch counted = {DG_ABI_VERSION, 1, 1, 0, DG_LAUNCH_TASKS, 0, counting, same, "counted", &place};
          dg_array *all = nullptr;
          if (kind == Planned) {
            dg_begin_plan(c);
            dg_next_turn(c);
          }
          if (kind == Updates) {
            all = dg_array_new(c, DG_F64, 1, one, 1, nullptr);
            dg_launch_submit(c, &counted, extents, &all, 0, nullptr, nullptr, nullptr, 0);
          } else {
            dg_launch_submit(c, &made, extents, nullptr, 0, nullptr, extents, &all, 0);
          }
          if (kind == Planned) dg_end_plan(c);
          dg_array_look(c, all, nullptr);
          EXPECT_EQ(element<double>(all, 0), kind == Updates ? double(points) : 0);
          dg_array_release(all);
        },
        {.threads = 2});
    unsetenv("DAGGER_STATS");
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(numberBefore(o.err, " nodes of the graph"), kind == Plain ? 256 : points) << kind << o.err;
  }
}
