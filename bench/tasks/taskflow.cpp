// Taskflow: `THREADS fib N`, `independent N`, `chain N`, `stencil STEPS WIDTH` (a taskflow, built and run once), `random N`
// (dependent asyncs, which is what it has for graphs that grow while they run). `seconds` counts building.
#include "workload.h"
#include <string>
#include <taskflow/taskflow.hpp>
#include <vector>

static long fib(long n, tf::Executor &executor) {
  if (n < 2) return n;
  long a, b;
  tf::TaskGroup group = executor.task_group();
  group.silent_async([n, &a, &executor] { a = fib(n - 1, executor); });
  b = fib(n - 2, executor);
  group.corun();
  return a + b;
}

int main(int, char **argv) {
  tf::Executor executor(atol(argv[1]));
  std::string what = argv[2];
  long n = atol(argv[3]);
  double start = now_seconds(), seconds = 0, check = 0;
  if (what == "fib") {
    check = double(executor.async([n, &executor] { return fib(n, executor); }).get());
    seconds = now_seconds() - start;
  } else if (what == "random") {
    std::vector<uint64_t> a(PLACES);
    for (long i = 0; i < PLACES; ++i) a[i] = i;
    uint64_t *p = a.data();
    std::vector<tf::AsyncTask> writer(PLACES), after;
    std::vector<std::vector<tf::AsyncTask>> readers(PLACES);
    int64_t state = 1;
    start = now_seconds();
    for (long k = 0; k < n; ++k) {
      long from = draw(&state), to = draw(&state);
      after.clear();
      if (!writer[from].empty()) after.push_back(writer[from]);
      if (from != to && !writer[to].empty()) after.push_back(writer[to]);
      for (auto &reader : readers[to]) after.push_back(reader);
      auto task = executor.silent_dependent_async([=] { p[to] = 3 * p[to] + p[from]; }, after.begin(), after.end());
      if (from != to) readers[from].push_back(task);
      readers[to].clear();
      writer[to] = task;
    }
    executor.wait_for_all();
    seconds = (now_seconds() - start) / double(n);
    uint64_t sum = 0;
    for (uint64_t x : a) sum += x;
    check = double(sum & MASK);
  } else {
    tf::Taskflow flow;
    long tasks = n;
    std::vector<uint64_t> a, b;
    if (what == "independent") {
      a.resize(n);
      start = now_seconds();
      for (long k = 0; k < n; ++k) flow.emplace([&a, k] { a[k] = k; });
    } else if (what == "chain") {
      a.resize(1);
      start = now_seconds();
      tf::Task last;
      for (long k = 0; k < n; ++k) {
        tf::Task task = flow.emplace([&a] { a[0] = 3 * a[0] + 1; });
        if (k) last.precede(task);
        last = task;
      }
    } else {
      long width = atol(argv[4]);
      tasks = n * width;
      a.resize(width), b.resize(width);
      for (long i = 0; i < width; ++i) a[i] = i;
      start = now_seconds();
      std::vector<tf::Task> before(width), row(width);
      for (long t = 0; t < n; ++t) {
        uint64_t *now = t % 2 ? b.data() : a.data(), *next = t % 2 ? a.data() : b.data();
        for (long i = 0; i < width; ++i) {
          long l = (i + width - 1) % width, r = (i + 1) % width;
          row[i] = flow.emplace([=] { next[i] = now[l] + now[i] + now[r]; });
          if (t) row[i].succeed(before[l], before[i], before[r]);
        }
        before.swap(row);
      }
    }
    executor.run(flow).wait();
    seconds = (now_seconds() - start) / double(tasks);
    std::vector<uint64_t> &last = what == "stencil" && n % 2 ? b : a;
    uint64_t sum = 0;
    for (uint64_t x : last) sum += x;
    check = what == "independent" ? double(sum) : double(sum & MASK);
  }
  report(seconds, check);
}
