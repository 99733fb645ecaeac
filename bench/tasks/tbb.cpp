// oneTBB: `THREADS fib N`, `independent N` (task_group), `chain N`, `stencil STEPS WIDTH`, `random N` (flow graphs of
// continue_nodes). `seconds` is run alone, `built` building the graph as well.
#include "workload.h"
#include <deque>
#include <string>
#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_group.h>
#include <vector>

using Node = tbb::flow::continue_node<tbb::flow::continue_msg>;
using Message = const tbb::flow::continue_msg &;

static long fib(long n) {
  if (n < 2) return n;
  long a, b;
  tbb::task_group group;
  group.run([&a, n] { a = fib(n - 1); });
  b = fib(n - 2);
  group.wait();
  return a + b;
}

int main(int, char **argv) {
  tbb::global_control control(tbb::global_control::max_allowed_parallelism, atol(argv[1]));
  std::string what = argv[2];
  long n = atol(argv[3]);
  double start = now_seconds(), ran = start, check = 0;
  long tasks = n;
  if (what == "fib") {
    check = double(fib(n));
    tasks = 1;
  } else if (what == "independent") {
    std::vector<int64_t> out(n);
    start = ran = now_seconds();
    tbb::task_group group;
    for (long k = 0; k < n; ++k) group.run([&out, k] { out[k] = k; });
    group.wait();
    double end = now_seconds();
    for (int64_t x : out) check += double(x);
    report((end - start) / double(n), check);
    return 0;
  } else {
    tbb::flow::graph graph;
    tbb::flow::broadcast_node<tbb::flow::continue_msg> root(graph);
    std::deque<Node> nodes;
    std::vector<uint64_t> a, b;
    if (what == "chain") {
      a.resize(1);
      for (long k = 0; k < n; ++k) {
        nodes.emplace_back(graph, [&a](Message) { a[0] = 3 * a[0] + 1; });
        if (k) tbb::flow::make_edge(nodes[k - 1], nodes[k]);
      }
      tbb::flow::make_edge(root, nodes[0]);
    } else if (what == "stencil") {
      long width = atol(argv[4]);
      tasks = n * width;
      a.resize(width), b.resize(width);
      for (long i = 0; i < width; ++i) a[i] = i;
      for (long t = 0; t < n; ++t)
        for (long i = 0; i < width; ++i) {
          uint64_t *now = t % 2 ? b.data() : a.data(), *next = t % 2 ? a.data() : b.data();
          long l = (i + width - 1) % width, r = (i + 1) % width;
          nodes.emplace_back(graph, [=](Message) { next[i] = now[l] + now[i] + now[r]; });
          Node &node = nodes.back();
          if (t == 0) {
            tbb::flow::make_edge(root, node);
          } else {
            for (long j : {l, i, r}) tbb::flow::make_edge(nodes[(t - 1) * width + j], node);
          }
        }
      if (n % 2) a.swap(b); // the buffers change names, not places
    } else {
      a.resize(PLACES);
      for (long i = 0; i < PLACES; ++i) a[i] = i;
      std::vector<long> writer(PLACES, -1);
      std::vector<std::vector<long>> readers(PLACES);
      int64_t state = 1;
      for (long k = 0; k < n; ++k) {
        long from = draw(&state), to = draw(&state);
        uint64_t *p = a.data();
        nodes.emplace_back(graph, [=](Message) { p[to] = 3 * p[to] + p[from]; });
        Node &node = nodes.back();
        long before = 0;
        auto after = [&](long j) {
          if (j >= 0 && j != k) tbb::flow::make_edge(nodes[j], node), ++before;
        };
        after(writer[from]);
        if (from != to) after(writer[to]);
        for (long j : readers[to]) after(j);
        if (!before) tbb::flow::make_edge(root, node);
        readers[from].push_back(k);
        readers[to].clear();
        writer[to] = k;
      }
    }
    ran = now_seconds();
    root.try_put({});
    graph.wait_for_all();
    double end = now_seconds();
    uint64_t sum = 0;
    for (uint64_t x : a) sum += x;
    printf("built %.12g\n", (end - start) / double(tasks));
    report((end - ran) / double(tasks), double(sum & MASK));
    return 0;
  }
  report((now_seconds() - start) / double(tasks), check);
}
