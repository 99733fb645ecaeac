// A launch writes its result over an operand that dies in it: only where each point reads its own element, and nobody
// else the array.
#include "test/runtime/core/Program.h"
#include <algorithm>
#include <optional>

using namespace dagger::test;

namespace {

constexpr int64_t n = 20'000;

double *values(const dg_view &v) { return reinterpret_cast<double *>(v.data); }
void iotaKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) values(v[0])[i] = double(i);
}
// The last view is the result.
void doubledKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) values(v[1])[i * v[1].strides[0]] = 2 * values(v[0])[i * v[0].strides[0]];
}
void neighboursKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i)
    values(v[1])[i] = values(v[0])[std::max<int64_t>(i - 1, 0)] + values(v[0])[std::min(i + 1, n - 1)];
}
void mirrorKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) values(v[1])[i] = values(v[0])[n - 1 - i];
}
void withMirrorKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) values(v[2])[i] = values(v[0])[i] + values(v[1])[n - 1 - i];
}
void smallerKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *v, const void *) {
  for (int64_t i = low[0]; i < high[0]; ++i) reinterpret_cast<float *>(v[1].data)[i] = float(values(v[0])[i]);
}

const dg_operand writes[] = {follows(DG_WRITE, DG_F64, 1)};
const dg_operand plain[] = {follows(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand halo[] = {follows(DG_READ, DG_F64, 1, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand whole[] = {all(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand twice[] = {follows(DG_READ, DG_F64, 1), all(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F64, 1)};
const dg_operand smaller[] = {follows(DG_READ, DG_F64, 1), follows(DG_WRITE, DG_F32, 1)};
const dg_launch iota = {DG_ABI_VERSION, 1, 1, 1, 0, 0, iotaKernel, writes, "iota", nullptr};

// What a launch makes of 0, 1, 2, …, which it is given `operands` times and which dies there; and whether it lies in
// its place. `view`: only the part from there on is given.
struct Made {
  std::vector<double> values;
  bool isInPlace;
};
Made make(dg_kernel kernel, const dg_operand *operand, int operands = 2, uint8_t flags = DG_LAUNCH_REUSE,
          bool isHeld = false, std::optional<int64_t> from = {}) {
  Made made;
  Outcome o = run(
      [&](dg_context *c) {
        const int64_t space[DG_MAX_RANK] = {n}, one = 1;
        dg_array *a = nullptr, *held = nullptr, *result = nullptr;
        dg_launch_submit(c, &iota, space, nullptr, 0, nullptr, space, &a, 0);
        char *storage = a->data;
        int64_t count = n - from.value_or(0), start = from.value_or(0);
        if (isHeld) held = dg_array_slice(c, a, &start, &one, &one, 0, nullptr);
        if (from) {
          dg_array *part = dg_array_slice(c, a, &start, &count, &one, 0, nullptr);
          dg_array_release(a);
          a = part;
        }
        const dg_launch launch = {DG_ABI_VERSION, 1, uint8_t(operands), 1, flags, 0, kernel, operand, "made", nullptr};
        const int64_t extents[DG_MAX_RANK] = {count};
        dg_array *in[] = {a, a};
        dg_launch_submit(c, &launch, extents, in, 1, nullptr, extents, &result, 0);
        made.isInPlace = result->data == storage;
        dg_array_look(c, result, nullptr);
        for (int64_t i = 0; i < count; ++i)
          made.values.push_back(result->type == DG_F32 ? double(element<float>(result, i))
                                                       : element<double>(result, i));
        if (held) {
          dg_array_look(c, held, nullptr);
          EXPECT_EQ(element<double>(held, 0), double(start));
          dg_array_release(held);
        }
        dg_array_release(result);
      },
      {.threads = 3, .chunkBytes = 4096});
  EXPECT_EQ(o.code, 0) << o.err;
  return made;
}

template <typename Wanted> void expect(const Made &made, bool isInPlace, const Wanted &wanted) {
  EXPECT_EQ(made.isInPlace, isInPlace);
  for (size_t i = 0; i < made.values.size(); ++i) ASSERT_EQ(made.values[i], wanted(int64_t(i))) << i;
}

} // namespace

TEST(Reuse, OwnElements) {
  expect(make(doubledKernel, plain), true, [](int64_t i) { return 2.0 * double(i); });
}

// Neighbours, other elements, or the same array a second time: a point would read what another one has written.
TEST(Reuse, NotWhereOtherElementsAreRead) {
  expect(make(neighboursKernel, halo), false,
         [](int64_t i) { return double(std::max<int64_t>(i - 1, 0) + std::min(i + 1, n - 1)); });
  expect(make(mirrorKernel, whole), false, [](int64_t i) { return double(n - 1 - i); });
  expect(make(withMirrorKernel, twice, 3), false, [](int64_t) { return double(n - 1); });
}

// Somebody has a part of it, or what dies is only a part: the other elements may be another value's.
TEST(Reuse, NotWhereAPartIsHeld) {
  auto doubled = [](int64_t i) { return 2.0 * double(i); };
  expect(make(doubledKernel, plain, 2, DG_LAUNCH_REUSE, true), false, doubled);
  expect(make(doubledKernel, plain, 2, DG_LAUNCH_REUSE, false, 100), false,
         [](int64_t i) { return 2.0 * double(i + 100); });
}

// Elements of another size, and a launch that does not allow it.
TEST(Reuse, NotWithoutRoomOrLeave) {
  expect(make(smallerKernel, smaller), false, [](int64_t i) { return double(i); });
  expect(make(doubledKernel, plain, 2, 0), false, [](int64_t i) { return 2.0 * double(i); });
}

// A transposed array of as many rows as columns: each point reads its own element, but that lies where another one
// writes.
TEST(Reuse, NotWhereItLiesTurned) {
  static const dg_kernel number = [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *v,
                                     const void *) {
    for (int64_t i = low[0]; i < high[0]; ++i)
      for (int64_t j = low[1]; j < high[1]; ++j)
        values(v[0])[i * v[0].strides[0] + j * v[0].strides[1]] = double(100 * i + j);
  };
  static const dg_kernel negate = [](dg_context *, const int64_t *low, const int64_t *high, const dg_view *v,
                                     const void *) {
    for (int64_t i = low[0]; i < high[0]; ++i)
      for (int64_t j = low[1]; j < high[1]; ++j)
        values(v[1])[i * v[1].strides[0] + j * v[1].strides[1]] =
            -values(v[0])[i * v[0].strides[0] + j * v[0].strides[1]];
  };
  static const dg_operand writes2[] = {follows(DG_WRITE, DG_F64, 2)};
  static const dg_operand plain2[] = {follows(DG_READ, DG_F64, 2), follows(DG_WRITE, DG_F64, 2)};
  Outcome o = run([](dg_context *c) {
    const int64_t space[DG_MAX_RANK] = {90, 90};
    const dg_launch make = {DG_ABI_VERSION, 2, 1, 1, 0, 0, number, writes2, "number", nullptr};
    const dg_launch turn = {DG_ABI_VERSION, 2, 2, 1, DG_LAUNCH_REUSE, 0, negate, plain2, "negate", nullptr};
    dg_array *a = nullptr, *result = nullptr;
    dg_launch_submit(c, &make, space, nullptr, 0, nullptr, space, &a, 0);
    char *storage = a->data;
    dg_array *turned = dg_array_transpose(c, a);
    dg_array_release(a);
    dg_launch_submit(c, &turn, space, &turned, 1, nullptr, space, &result, 0);
    EXPECT_NE(result->data, storage);
    dg_array_look(c, result, nullptr);
    for (int64_t i = 0; i < 90; ++i)
      for (int64_t j = 0; j < 90; ++j)
        ASSERT_EQ(values({result->data, nullptr, nullptr, nullptr})[i * 90 + j], -double(100 * j + i));
    dg_array_release(result);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// Views that only the next call reads leave an array where it is; another value of it does not.
TEST(Reuse, OwnBesideViews) {
  Outcome o = run([](dg_context *c, const void *const *) {
    int64_t n = 8, low = 2, count = 3, one = 1;
    dg_array *a = dg_array_new(c, DG_I64, 1, &n, 1, nullptr);
    dg_array *views[] = {dg_array_slice(c, a, &low, &count, &one, 0, nullptr), dg_array_slice(c, a, &one, &count, &one, 0, nullptr)};
    EXPECT_EQ(dg_array_own_beside(c, a, views, 2, nullptr), a);
    dg_array_retain(views[1]); // somebody else has this one
    dg_array *copy = dg_array_own_beside(c, a, views, 2, nullptr);
    EXPECT_NE(copy->buffer, views[0]->buffer);
    dg_array *third = dg_array_slice(c, copy, &low, &count, &one, 0, nullptr);
    dg_array *other = dg_array_own_beside(c, copy, views, 2, nullptr); // views of another array do not count
    EXPECT_NE(other->buffer, third->buffer);
    for (dg_array *each : {views[0], views[1], views[1], third, other})
      dg_array_release(each);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}
