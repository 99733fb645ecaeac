// Launches: chunks, dependences, updates in place, values that fail.
#include "test/runtime/core/Program.h"
#include <array>
#include <atomic>
#include <cmath>

using namespace dagger::test;

namespace {

const dg_location here = at(5, "step");

// a[i] = f(i), a[i] = g(b[i]), …: kernels over one axis of f64.
void iotaKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<double *>(v[0].data)[i * v[0].strides[0]] = double(i);
}
void addOneKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<double *>(v[1].data)[i * v[1].strides[0]] = reinterpret_cast<double *>(v[0].data)[i * v[0].strides[0]] + 1;
}
void addInPlaceKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *by) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<double *>(v[0].data)[i * v[0].strides[0]] += *static_cast<const double *>(by);
}
// The mean of the neighbours, wrapping around.
void ringKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  int64_t n = v[0].extents[0];
  auto *u = reinterpret_cast<double *>(v[0].data), *w = reinterpret_cast<double *>(v[1].data);
  for (int64_t i = low[0]; i < high[0]; ++i)
    w[i] = 0.5 * (u[(i + n - 1) % n] + u[(i + 1) % n]);
}
// a[i] = the length of the text behind a number.
struct WithText {
  int32_t number;
  dg_str *text;
};
void lengthKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *scalars) {
  const auto *s = static_cast<const WithText *>(scalars);
  for (int64_t i = low[0]; i < high[0]; ++i)
    reinterpret_cast<double *>(v[0].data)[i] = double(s->text->bytes + s->number);
}
void failAtKernel(dg_context *context, const int64_t *low, const int64_t *high, const dg_view *v, const void *at) {
  int64_t bad = *static_cast<const int64_t *>(at);
  for (int64_t i = low[0]; i < high[0]; ++i) {
    if (i >= bad)
      dg_fail_index(context, i, 0, bad, &here);
    reinterpret_cast<double *>(v[1].data)[i] = reinterpret_cast<double *>(v[0].data)[i];
  }
}

// b = a, of rank 2, and the largest box that it was called with.
std::atomic<int64_t> mostRows, mostColumns;
void copyKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  mostRows = std::max(mostRows.load(), high[0] - low[0]);
  mostColumns = std::max(mostColumns.load(), high[1] - low[1]);
  for (int64_t i = low[0]; i < high[0]; ++i)
    for (int64_t j = low[1]; j < high[1]; ++j)
      reinterpret_cast<double *>(v[1].data)[i * v[1].strides[0] + j * v[1].strides[1]] =
          reinterpret_cast<double *>(v[0].data)[i * v[0].strides[0] + j * v[0].strides[1]];
}

const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};
const dg_operand readsWrites[] = {follows(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand haloWrites[] = {follows(DG_READ, DG_F64, 1, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand updates[] = {follows(DG_UPDATE, DG_F64, 1)};
const dg_launch iota = {DG_ABI_VERSION, 1, 1, 1, 0, 0, iotaKernel, writes, "iota", nullptr};
const dg_operand copies[] = {follows(DG_READ, DG_F64, 2), follows(DG_WRITE, DG_F64, 2)};
const dg_launch copy = {DG_ABI_VERSION, 2, 2, 1, 0, 0, copyKernel, copies, "copy", nullptr};
const dg_launch addOne = {DG_ABI_VERSION, 1, 2, 1, DG_LAUNCH_REUSE, 0, addOneKernel, readsWrites, "add", nullptr};
const dg_launch addInPlace = {DG_ABI_VERSION, 1, 1, 0, 0, 8, addInPlaceKernel, updates, "update", nullptr};
const dg_launch ring = {DG_ABI_VERSION, 1, 2, 1, 0, 0, ringKernel, haloWrites, "ring", nullptr};
const dg_launch failAt = {DG_ABI_VERSION, 1, 2, 1, 0, 8, failAtKernel, readsWrites, "failing", &here};

dg_array *launch(dg_context *c, const dg_launch &l, int64_t n, dg_array *in = nullptr, bool dies = false,
                 const void *scalars = nullptr) {
  dg_array *result = nullptr;
  int64_t extents[DG_MAX_RANK] = {n};
  dg_launch_submit(c, &l, extents, &in, dies, scalars, extents, &result, 0);
  return result;
}

} // namespace

// A chain of elementwise launches over many chunks gives what the loop gives.
TEST(Launch, Chain) {
  for (int threads : {1, 2, 4}) {
    Outcome o = run(
        [](dg_context *c) {
          const int64_t n = 100'000;
          dg_array *a = launch(c, iota, n);
          for (int turn = 0; turn < 50; ++turn)
            a = launch(c, addOne, n, a, true);
          dg_array_look(c, a, nullptr);
          for (int64_t i = 0; i < n; ++i)
            ASSERT_EQ(element<double>(a, i), double(i + 50));
          dg_array_release(a);
        },
        {.threads = threads, .chunkBytes = 8192});
    EXPECT_EQ(o.code, 0) << o.err;
  }
}

// A launch holds the texts among its scalars until it has ended, and no longer.
TEST(Launch, TextsAreHeldUntilTheEnd) {
  dg_str *kept = dg_str_new("held", 4);
  Outcome o = run(
      [&](dg_context *c) {
        const uint32_t texts[] = {offsetof(WithText, text), DG_NO_TEXT};
        const dg_launch length = {DG_ABI_VERSION, 1, 1, 1, 0, sizeof(WithText), lengthKernel, writes, "length", nullptr, texts};
        for (int turn = 0; turn < 100; ++turn) {
          dg_str *own = dg_str_new("four and more", 13);
          WithText first = {1, own}, second = {2, kept};
          dg_array *a = launch(c, length, 3000, nullptr, false, &first);
          dg_array *b = launch(c, length, 3000, nullptr, false, &second);
          dg_str_release(own); // the launch may not have begun
          dg_array_look(c, a, nullptr);
          dg_array_look(c, b, nullptr);
          EXPECT_EQ(element<double>(a, 2999), 14);
          EXPECT_EQ(element<double>(b, 0), 6);
          dg_array_release(a);
          dg_array_release(b);
        }
      },
      {.threads = 2, .chunkBytes = 8192});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(kept->refs, 1);
  dg_str_release(kept);
}

// A result takes the buffer of an operand that dies, and only if no other value shares it.
TEST(Launch, ReuseAndSharing) {
  Outcome o = run([](dg_context *c) {
    dg_array *a = launch(c, iota, 5000);
    char *storage = a->data;
    dg_array *b = launch(c, addOne, 5000, a, true);
    EXPECT_EQ(b->data, storage);
    dg_array_retain(b);
    dg_array *d = launch(c, addOne, 5000, b, true);
    EXPECT_NE(d->data, storage);
    dg_array_look(c, b, nullptr);
    dg_array_look(c, d, nullptr);
    EXPECT_EQ(element<double>(b, 7), 8);
    EXPECT_EQ(element<double>(d, 7), 9);
    dg_array_release(b);
    dg_array_release(d);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// An update in place is ordered behind the readers of the old value; with a second value the update works on a copy.
TEST(Launch, OwnCopiesOnlySharedValues) {
  Outcome o = run(
      [](dg_context *c) {
        const int64_t n = 20'000;
        double ten = 10;
        dg_array *a = launch(c, iota, n);
        dg_array *sum = launch(c, addOne, n, a); // reads the old value, perhaps later
        char *storage = a->data;
        a = dg_array_own(c, a, 0, nullptr);
        EXPECT_EQ(a->data, storage);
        launch(c, addInPlace, n, a, false, &ten);
        dg_array_retain(a);
        dg_array *old = a;
        a = dg_array_own(c, a, 0, nullptr);
        EXPECT_NE(a->data, storage);
        launch(c, addInPlace, n, a, false, &ten);
        for (dg_array *x : {a, old, sum})
          dg_array_look(c, x, nullptr);
        for (int64_t i = 0; i < n; ++i) {
          ASSERT_EQ(element<double>(sum, i), double(i + 1));
          ASSERT_EQ(element<double>(old, i), double(i + 10));
          ASSERT_EQ(element<double>(a, i), double(i + 20));
        }
        for (dg_array *x : {a, old, sum})
          dg_array_release(x);
      },
      {.chunkBytes = 8192});
  EXPECT_EQ(o.code, 0) << o.err;
}

// A halo that reaches past an edge waits for the other edge as well: a ring has the same bits for all chunk sizes.
TEST(Launch, HaloWrapsAround) {
  const int64_t n = 10'000;
  std::vector<double> expected(n), next(n);
  for (int64_t i = 0; i < n; ++i)
    expected[size_t(i)] = double(i);
  for (int turn = 0; turn < 40; ++turn) {
    for (int64_t i = 0; i < n; ++i)
      next[size_t(i)] = 0.5 * (expected[size_t((i + n - 1) % n)] + expected[size_t((i + 1) % n)]);
    expected.swap(next);
  }
  for (int64_t bytes : {int64_t(0), int64_t(20'000)}) {
    Outcome o = run(
        [&](dg_context *c) {
          dg_array *u = launch(c, iota, n);
          for (int turn = 0; turn < 40; ++turn)
            u = launch(c, ring, n, u, true);
          dg_array_look(c, u, nullptr);
          for (int64_t i = 0; i < n; ++i)
            ASSERT_EQ(element<double>(u, i), expected[size_t(i)]);
          dg_array_release(u);
        },
        {.threads = 4, .chunkBytes = bytes});
    EXPECT_EQ(o.code, 0) << o.err;
  }
}

// Slices of a value are updated and read through views of the same chunks.
TEST(Launch, ViewsReachTheirChunks) {
  Outcome o = run(
      [](dg_context *c) {
        const int64_t n = 40'000;
        dg_array *a = launch(c, iota, n);
        int64_t start = 1, count = n / 2, step = 2, none = 0, third = 0;
        (void)none, (void)third;
        dg_array *odd = dg_array_slice(c, a, &start, &count, &step, 0, nullptr);
        dg_array *plus = launch(c, addOne, count, odd);
        dg_array_release(odd);
        int64_t low = 10, many = n - 20, one = 1;
        a = dg_array_own(c, a, 0, nullptr);
        dg_array *inner = dg_array_slice(c, a, &low, &many, &one, 0, nullptr);
        double by = 1000;
        launch(c, addInPlace, many, inner, false, &by);
        dg_array_release(inner);
        dg_array_look(c, a, nullptr);
        dg_array_look(c, plus, nullptr);
        for (int64_t i = 0; i < count; ++i)
          ASSERT_EQ(element<double>(plus, i), double(2 * i + 2));
        for (int64_t i = 0; i < n; ++i)
          ASSERT_EQ(element<double>(a, i), double(i) + (i >= 10 && i < n - 10 ? 1000 : 0));
        dg_array_release(a);
        dg_array_release(plus);
      },
      {.chunkBytes = 8192});
  EXPECT_EQ(o.code, 0) << o.err;
}

// What is read by rows is cut in rows, what is read by columns in blocks.
TEST(Launch, CrosswiseChunksAreBlocks) {
  Outcome o = run(
      [](dg_context *c) {
        int64_t extents[DG_MAX_RANK] = {3'000, 5'000}, turned[DG_MAX_RANK] = {5'000, 3'000};
        dg_array *a = dg_array_new(c, DG_F64, 2, extents, 1, nullptr), *plain = nullptr, *blocks = nullptr;
        for (int64_t k = 0; k < 3'000 * 5'000; ++k)
          reinterpret_cast<double *>(a->data)[k] = double(k);
        mostRows = mostColumns = 0;
        dg_launch_submit(c, &copy, extents, &a, 0, nullptr, extents, &plain, 0);
        dg_array_look(c, plain, nullptr);
        EXPECT_LT(mostRows, 8);
        EXPECT_EQ(mostColumns, 5'000);
        mostRows = mostColumns = 0;
        dg_array *t = dg_array_transpose(c, plain);
        dg_launch_submit(c, &copy, turned, &t, 0, nullptr, turned, &blocks, 0);
        dg_array_look(c, blocks, nullptr);
        EXPECT_EQ(mostRows, 128);
        EXPECT_EQ(mostColumns, 512);
        for (int64_t i = 0; i < 5'000; i += 7)
          for (int64_t j = 0; j < 3'000; ++j)
            ASSERT_EQ(reinterpret_cast<double *>(blocks->data)[i * 3'000 + j], double(j * 5'000 + i));
        for (dg_array *array : {a, plain, t, blocks})
          dg_array_release(array);
      },
      {.threads = 1});
  EXPECT_EQ(o.code, 0) << o.err;
}

// What a stencil of three axes reads of the planes around a plane fits half a megabyte, and a chunk goes through many of them;
// planes that fit as they are, and points that are read alone, are not cut so.
TEST(Launch, ChunksOfStencilsGoThroughPlanes) {
  static std::atomic<int64_t> planes, rows;
  dg_kernel shape = [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *, const void *) {
    planes = std::max(planes.load(), high[0] - low[0]);
    rows = std::max(rows.load(), high[1] - low[1]);
    EXPECT_EQ(low[2], 0);
  };
  const dg_operand around[] = {follows(DG_READ, DG_F32, 3, 4), follows(DG_WRITE, DG_F32, 3)},
                   alone[] = {follows(DG_READ, DG_F32, 3), follows(DG_WRITE, DG_F32, 3)};
  const dg_launch stencil = {DG_ABI_VERSION, 3, 2, 1, 0, 0, shape, around, "stencil", nullptr};
  const dg_launch map = {DG_ABI_VERSION, 3, 2, 1, 0, 0, shape, alone, "map", nullptr};
  Outcome o = run([&](dg_context *c) {
    auto expect = [&](const dg_launch &launch, std::array<int64_t, 3> size, int64_t wantedPlanes, int64_t wantedRows) {
      int64_t extents[DG_MAX_RANK] = {size[0], size[1], size[2]};
      dg_array *in = dg_array_new(c, DG_F32, 3, extents, 1, nullptr), *out = nullptr;
      planes = rows = 0;
      dg_launch_submit(c, &launch, extents, &in, 0, nullptr, extents, &out, 0);
      dg_array_look(c, out, nullptr);
      dg_array_release(in);
      dg_array_release(out);
      EXPECT_EQ(planes, wantedPlanes);
      EXPECT_EQ(rows, wantedRows);
    };
    expect(stencil, {200, 200, 384}, 20, 29); // 9 planes of 29 + 8 rows
    expect(stencil, {3, 2, 40'000}, 3, 2);
    expect(stencil, {100, 64, 64}, 15, 64);
    expect(map, {100, 200, 384}, 1, 100);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// A block of a reduction counts for its elements: as many as there are, whether they are read or computed.
TEST(Launch, BlocksAreCutByTheirElements) {
  static std::atomic<int> calls;
  dg_kernel count = [](dg_context *, const int64_t *, const int64_t *, const dg_view *, const void *) { ++calls; };
  dg_operand wide = follows(DG_READ, DG_F64, 2);
  wide.scale[1] = 1024;
  const dg_operand computed[] = {follows(DG_WRITE, DG_F64, 2)}, read[] = {wide, follows(DG_WRITE, DG_F64, 2)};
  const dg_launch none = {DG_ABI_VERSION, 2, 1, 1, DG_LAUNCH_BLOCKS, 8, count, computed, "blocks", nullptr};
  const dg_launch some = {DG_ABI_VERSION, 2, 2, 1, DG_LAUNCH_BLOCKS, 8, count, read, "blocks", nullptr};
  Outcome o = run([&](dg_context *c) {
    auto chunks = [&](const dg_launch &launch, int64_t rows, int64_t columns) {
      int64_t extents[DG_MAX_RANK] = {rows, columns}, blocks[DG_MAX_RANK] = {rows, (columns + 1023) / 1024};
      dg_array *in = &launch == &some ? dg_array_new(c, DG_F64, 2, extents, 1, nullptr) : nullptr, *out = nullptr;
      calls = 0;
      dg_launch_submit(c, &launch, blocks, &in, 0, &columns, blocks, &out, 0);
      dg_array_look(c, out, nullptr);
      dg_array_release(in);
      dg_array_release(out);
      return calls.load();
    };
    EXPECT_EQ(chunks(none, 2'048, 2'048), 64); // of 65,536 elements
    EXPECT_EQ(chunks(none, 65'536, 3), 4);
    EXPECT_EQ(chunks(some, 2'048, 2'048), 67);
    EXPECT_EQ(chunks(some, 65'536, 3), 4);
    dg_launch costly = none; // with loops of its own
    costly.arithmetic = -1;
    EXPECT_EQ(chunks(costly, 2'048, 2'048), 512);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// A launch that fails stops the program at the first look, with the lowest chunk, after what was printed before.
TEST(Launch, FailureIsTheLowestPoint) {
  for (int turn = 0; turn < 20; ++turn) {
    Outcome o = run(
        [](dg_context *c) {
          int64_t bad = 12'300;
          dg_array *a = launch(c, iota, 100'000);
          dg_array *b = launch(c, failAt, 100'000, a, true, &bad);
          print(c, "before\n");
          dg_array *d = launch(c, addOne, 100'000, b, true);
          print(c, "still before\n");
          dg_array_look(c, d, nullptr);
          print(c, "never\n");
        },
        {.threads = 4, .chunkBytes = 16384});
    EXPECT_EQ(o.code, 1);
    EXPECT_EQ(o.out, "before\nstill before\n");
    EXPECT_EQ(o.err, "error[DG9002]: index 12300 is out of range: axis 0 has extent 12300\n"
                     "  at prog.dg:5:5 in `step`, chunk [12288..13312]\n");
  }
}

// A failure that nobody looks at fails the program at its end.
TEST(Launch, FailsAtTheEnd) {
  Outcome o = run([](dg_context *c) {
    int64_t bad = 3;
    dg_array *a = launch(c, iota, 10);
    dg_array_release(launch(c, failAt, 10, a, true, &bad));
    print(c, "all of it\n");
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "all of it\n");
  EXPECT_EQ(o.err, "error[DG9002]: index 3 is out of range: axis 0 has extent 3\n  at prog.dg:5:5 in `step`\n");
}

// Chunk that did not fail stays readable through a view: failure follows true dependences.
TEST(Launch, OnlySpoiledChunksFail) {
  Outcome o = run(
      [](dg_context *c) {
        int64_t bad = 50'000, start = 0, count = 1000, step = 1;
        dg_array *a = launch(c, iota, 100'000);
        dg_array *b = launch(c, failAt, 100'000, a, true, &bad);
        dg_array *front = dg_array_slice(c, b, &start, &count, &step, 0, nullptr);
        dg_array_look(c, front, nullptr);
        print(c, "the front is there\n");
        dg_array_look(c, b, nullptr);
      },
      {.chunkBytes = 16384});
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "the front is there\n");
}

// Memory that cannot be had is a failed value, not the end of the process.
TEST(Launch, OutOfMemory) {
  Outcome o = run([](dg_context *c) {
    dg_array *a = launch(c, iota, int64_t(1) << 56);
    print(c, "made\n");
    dg_array_look(c, a, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "made\n");
  EXPECT_EQ(o.err.substr(0, o.err.find('\n')), "error[DG9010]: out of memory: 576460752303423488 bytes");
}

// An extent that the launch demands and does not get fails it.
TEST(Launch, ExtentsDiffer) {
  static const dg_operand exact[] = {[] { dg_operand o = follows(DG_READ, DG_F64, 1); o.exact = 1; return o; }(),
                                     follows(DG_WRITE, DG_F64, 1)};
  static const dg_launch strict = {DG_ABI_VERSION, 1, 2, 1, 0, 0, addOneKernel, exact, "strict", &here};
  Outcome o = run([](dg_context *c) {
    dg_array *a = launch(c, iota, 10);
    dg_array *b = launch(c, strict, 11, a, true);
    dg_array_look(c, b, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9003]: extents differ: 11 and 10 along axis 0\n  at prog.dg:5:5 in `step`\n");
}

// Chunks of commuting updates run together on one array, and the next reader waits for all of them.
TEST(Launch, CommutingUpdates) {
  static const dg_operand counts[] = {follows(DG_READ, DG_F64, 1), all(DG_COMMUTE, DG_I64, 1)};
  static const dg_launch histogram = {DG_ABI_VERSION, 1, 2, 0, 0, 0,
                                      [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
                                        for (int64_t i = low[0]; i < high[0]; ++i)
                                          __atomic_fetch_add(reinterpret_cast<int64_t *>(v[1].data) + int64_t(reinterpret_cast<double *>(v[0].data)[i]) % 10, 1, __ATOMIC_RELAXED);
                                      },
                                      counts, "histogram", nullptr};
  Outcome o = run(
      [](dg_context *c) {
        const int64_t n = 200'000;
        dg_array *a = launch(c, iota, n);
        int64_t ten = 10, extents[DG_MAX_RANK] = {n};
        dg_array *h = dg_array_new(c, DG_I64, 1, &ten, 1, nullptr);
        for (int turn = 0; turn < 10; ++turn) {
          h = dg_array_own(c, h, 0, nullptr);
          dg_array *in[] = {a, h};
          dg_launch_submit(c, &histogram, extents, in, 0, nullptr, nullptr, nullptr, 0);
        }
        dg_array_look(c, h, nullptr);
        for (int64_t i = 0; i < 10; ++i)
          EXPECT_EQ(element<int64_t>(h, i), n);
        dg_array_release(a);
        dg_array_release(h);
      },
      {.threads = 4, .chunkBytes = 8192});
  EXPECT_EQ(o.code, 0) << o.err;
}

// A value that failed before it had a shape fails what is computed from it, although that has no elements.
TEST(Launch, FailureWithoutShape) {
  static const uint8_t type[] = {DG_F64}, rank[] = {1};
  static const dg_task bad = {DG_ABI_VERSION, 0, 1, 0, 0, 0, [](dg_context *c, void *, dg_array *const *) { dg_fail_assert(c, nullptr, &here); }, nullptr, type, rank, "bad", nullptr};
  Outcome o = run([](dg_context *c) {
    dg_array *a;
    dg_task_submit(c, &bad, nullptr, nullptr, nullptr, nullptr, &a, 0);
    dg_array *b = launch(c, addOne, dg_array_extent(c, a, 0), a, true);
    dg_array_look(c, b, nullptr);
    print(c, "never\n");
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "");
}

// Points that are tasks run many at a time where there are many; one that fails does not take its neighbours with it.
TEST(Launch, ManyTasksFailAlone) {
  static const dg_location place = at(3);
  static const dg_kernel kernel = [](dg_context *c, const int64_t *low, const int64_t *high, const dg_view *views, const void *) {
    for (int64_t i = low[0]; i < high[0]; ++i) {
      if (i == 1500)
        dg_fail_assert(c, nullptr, &place);
      reinterpret_cast<double *>(views[0].data)[i] = double(i);
    }
  };
  for (int flags : {int(DG_LAUNCH_TASKS), DG_LAUNCH_TASKS | DG_LAUNCH_REPEATABLE}) {
    const dg_launch many = {DG_ABI_VERSION, 1, 1, 1, uint8_t(flags), 0, kernel, writes, "many", &place};
    for (int threads : {1, 3}) {
      Outcome o = run(
          [&](dg_context *c) {
            const int64_t n = 4096;
            dg_array *all = launch(c, many, n);
            for (auto [start, count] : {std::pair<int64_t, int64_t>{0, 1500}, {1501, n - 1501}}) {
              const int64_t one = 1;
              dg_array *part = dg_array_slice(c, all, &start, &count, &one, 0, nullptr);
              dg_array_look(c, part, nullptr);
              EXPECT_EQ(reinterpret_cast<double *>(part->data)[count - 1], double(start + count - 1));
              dg_array_release(part);
            }
            dg_array_look(c, all, nullptr);
          },
          {.threads = threads});
      EXPECT_EQ(o.code, 1);
      EXPECT_NE(o.err.find("chunk [1500..1501]"), std::string::npos) << o.err;
    }
  }
}
