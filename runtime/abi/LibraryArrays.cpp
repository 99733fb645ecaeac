// Sorting, choosing, putting, texts as arrays; and what is made in chunks: random numbers, concatenations.
#include "runtime/abi/LibraryCall.h"
#include "runtime/abi/Raise.h"
#include "runtime/algorithms/Algorithms.h"
#include "runtime/random/Random.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace dagger::rt {

static LibraryError error(int32_t code, const std::string &text) { return {code, ownedText(text)}; }

static LibraryError outOfMemory(uint64_t bytes) { return error(failures::OutOfMemory, failures::outOfMemory(bytes)); }

// A new array for a result, or null without memory: no unwinding, objects are alive.
static dg_array *make(dg_context *context, uint8_t type, int rank, const int64_t *extents) {
  dg_buffer *buffer = newBuffer(type, rank, extents, false);
  return buffer ? newWhole(context, buffer) : nullptr;
}

// Sorted texts are the same pointers in another place: the new array has references of its own.
static void retainTexts(dg_array *a) {
  if (a->type == DG_STR)
    for (int64_t i = 0, n = elementCount(a->rank, a->extents); i < n; ++i)
      dg_str_retain(reinterpret_cast<dg_str **>(a->data)[i]);
}

// An array of tuples, whose parts are arrays of one shape, as its layout says.
static dg_str *formatTuples(const LibraryFrame &frame, dg_array *const *arrays) {
  std::string_view layout = textArgument(frame, arrays, 0);
  std::string spec(textArgument(frame, arrays, 1));
  std::string text = text::formatNested(arrays[0]->rank, arrays[0]->extents, [&](std::string &out, const int64_t *index) {
    int part = 0;
    for (size_t i = 0; i < layout.size(); ++i) {
      if (layout[i] != DG_PART) {
        out += layout[i];
        continue;
      }
      const dg_array *a = arrays[part++];
      uint8_t type = uint8_t(layout[++i] - 1);
      const char *at = a->data;
      for (int axis = 0; axis < a->rank; ++axis)
        at += index[axis] * a->strides[axis] * int64_t(dg_type_size(dg_type(a->type)));
      if (type == DG_STR) {
        out += text::quote(textOf(*reinterpret_cast<dg_str *const *>(at)));
        continue;
      }
      dg_str *element = dg_format(type, at, spec.c_str());
      out += textOf(element);
      dg_str_release(element);
    }
  });
  return dg_str_new(text.data(), int64_t(text.size()));
}

static LibraryError argsorted(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  auto order = frame.number()[0] ? algorithms::Order::Descending : algorithms::Order::Ascending;
  dg_array *out = make(context, DG_I64, arrays[0]->rank, arrays[0]->extents);
  if (!out) return outOfMemory(uint64_t(byteCount(DG_I64, arrays[0]->rank, arrays[0]->extents)));
  if (auto failure = algorithms::argsort(argument(frame, arrays, 0), 0, order, viewOf(out))) {
    dg_array_release(out);
    return error(failures::OutOfMemory, failure->text);
  }
  dg_task_return(context, 0, out);
  return {};
}

// One array by its own elements; or the fields of the elements, each an array, by the keys behind them.
static LibraryError sorted(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  int axis = int(frame.number()[0]);
  auto order = frame.number()[1] ? algorithms::Order::Descending : algorithms::Order::Ascending;
  if (frame.arrays == 1) {
    dg_array *in = arrays[0], *out = make(context, in->type, in->rank, in->extents);
    if (!out) return outOfMemory(uint64_t(byteCount(in->type, in->rank, in->extents)));
    if (auto failure = algorithms::sort(argument(frame, arrays, 0), axis, order, viewOf(out))) {
      if (out->type == DG_STR) // nothing in it was retained yet
        memset(out->data, 0, size_t(byteCount(out->type, out->rank, out->extents)));
      dg_array_release(out);
      return error(failures::OutOfMemory, failure->text);
    }
    retainTexts(out);
    dg_task_return(context, 0, out);
    return {};
  }
  int fields = int(frame.arrays) - 1;
  dg_array *keys = arrays[fields];
  if (keys->extents[0] != arrays[0]->extents[axis])
    return error(failures::ExtentsDiffer, failures::extentsDiffer(arrays[0]->extents[axis], keys->extents[0], axis));
  dg_array *indexes = make(context, DG_I64, 1, keys->extents);
  if (!indexes) return outOfMemory(uint64_t(keys->extents[0]) * 8);
  LibraryError result = {};
  if (auto failure = algorithms::argsort(argument(frame, arrays, fields), 0, order, viewOf(indexes)))
    result = error(failures::OutOfMemory, failure->text);
  for (int k = 0; k < fields && !result.code; ++k) {
    dg_array *in = arrays[k], *out = make(context, in->type, in->rank, in->extents);
    if (!out) {
      result = outOfMemory(uint64_t(byteCount(in->type, in->rank, in->extents)));
      break;
    }
    algorithms::permute(viewOf(in), axis, viewOf(indexes), viewOf(out));
    retainTexts(out);
    dg_task_return(context, k, out);
  }
  dg_array_release(indexes);
  return result;
}

// The rows along `axis` (or, for axis -1, the elements) whose mask is true.
static LibraryError compress(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  dg_array *in = arrays[0], *mask = arrays[1];
  int64_t axis = frame.number()[0];
  if (axis < 0) {
    for (int k = 0; k < in->rank; ++k)
      if (in->extents[k] != mask->extents[k])
        return error(failures::ExtentsDiffer, failures::extentsDiffer(mask->extents[k], in->extents[k], k));
  } else if (in->extents[axis] != mask->extents[0]) {
    return error(failures::ExtentsDiffer, failures::extentsDiffer(mask->extents[0], in->extents[axis], axis));
  }
  int64_t total = elementCount(mask->rank, mask->extents), chosen = 0, at[DG_MAX_RANK] = {};
  int64_t size = int64_t(dg_type_size(dg_type(in->type)));
  auto step = [](int rank, const int64_t *extents, int64_t *index) {
    for (int k = rank - 1; k >= 0 && ++index[k] == extents[k]; --k)
      index[k] = 0;
  };
  auto offset = [](const dg_array *a, const int64_t *index) {
    int64_t sum = 0;
    for (int k = 0; k < a->rank; ++k)
      sum += index[k] * a->strides[k];
    return sum;
  };
  for (int64_t i = 0; i < total; ++i, step(mask->rank, mask->extents, at))
    chosen += mask->data[offset(mask, at)] != 0;
  std::memset(at, 0, sizeof at);
  int64_t extents[DG_MAX_RANK];
  std::copy(in->extents, in->extents + in->rank, extents);
  extents[axis < 0 ? 0 : axis] = chosen;
  dg_array *out = make(context, in->type, axis < 0 ? 1 : in->rank, extents);
  if (!out)
    return outOfMemory(uint64_t(byteCount(in->type, axis < 0 ? 1 : in->rank, extents)));
  if (axis < 0) {
    char *to = out->data;
    for (int64_t i = 0; i < total; ++i, step(mask->rank, mask->extents, at))
      if (mask->data[offset(mask, at)]) {
        std::memcpy(to, in->data + offset(in, at) * size, size_t(size));
        to += size;
      }
    retainTexts(out);
  } else {
    int64_t place = 0, one[DG_MAX_RANK];
    std::copy(in->extents, in->extents + in->rank, one);
    one[axis] = 1;
    for (int64_t i = 0; i < total; ++i)
      if (mask->data[i * mask->strides[0]])
        copyElements(in->type, in->rank, one, out->data + place++ * out->strides[axis] * size, out->strides,
                     in->data + i * in->strides[axis] * size, in->strides);
  }
  dg_task_return(context, 0, out);
  return {};
}

// a[indexes] = values along an axis, a[mask] = values: in order, so that the last of equal indexes wins.
static LibraryError put(const LibraryFrame &frame, dg_array *const *arrays) {
  dg_array *a = arrays[0], *where = arrays[1], *values = arrays[2];
  int64_t axis = frame.number()[0], size = int64_t(dg_type_size(dg_type(a->type)));
  bool single = values->rank == 0, isMask = frame.function == DG_LIB_PUT_MASK;
  std::vector<int64_t> places; // along the axis, or element offsets for axis -1
  if (axis < 0) {
    int64_t at[DG_MAX_RANK] = {};
    for (int k = 0; k < a->rank; ++k)
      if (a->extents[k] != where->extents[k])
        return error(failures::ExtentsDiffer, failures::extentsDiffer(a->extents[k], where->extents[k], k));
    for (int64_t i = 0, n = elementCount(a->rank, a->extents); i < n; ++i) {
      int64_t from = 0, to = 0;
      for (int k = 0; k < a->rank; ++k)
        from += at[k] * where->strides[k], to += at[k] * a->strides[k];
      if (where->data[from])
        places.push_back(to);
      for (int k = a->rank - 1; k >= 0 && ++at[k] == a->extents[k]; --k)
        at[k] = 0;
    }
  } else if (isMask) {
    if (a->extents[axis] != where->extents[0])
      return error(failures::ExtentsDiffer, failures::extentsDiffer(a->extents[axis], where->extents[0], axis));
    for (int64_t i = 0; i < where->extents[0]; ++i)
      if (where->data[i * where->strides[0]])
        places.push_back(i);
  } else {
    for (int64_t i = 0; i < where->extents[0]; ++i) {
      int64_t index = reinterpret_cast<int64_t *>(where->data)[i * where->strides[0]];
      if (index < 0 || index >= a->extents[axis])
        return error(failures::IndexOutOfRange, failures::indexOutOfRange(index, axis, a->extents[axis]));
      places.push_back(index);
    }
  }
  int64_t valueAxis = axis < 0 ? 0 : axis;
  if (!single && values->extents[valueAxis] != int64_t(places.size()))
    return error(failures::ExtentsDiffer, failures::extentsDiffer(int64_t(places.size()), values->extents[valueAxis], valueAxis));
  int64_t none[DG_MAX_RANK] = {}, one[DG_MAX_RANK];
  int rank = axis < 0 ? 0 : a->rank;
  for (int k = 0; k < rank; ++k) {
    one[k] = k == axis ? 1 : a->extents[k];
    if (!single && k != axis && values->extents[k] != a->extents[k])
      return error(failures::ExtentsDiffer, failures::extentsDiffer(a->extents[k], values->extents[k], k));
  }
  for (size_t i = 0; i < places.size(); ++i) {
    int64_t to = axis < 0 ? places[i] : places[i] * a->strides[axis];
    int64_t from = single ? 0 : int64_t(i) * values->strides[valueAxis];
    copyElements(a->type, rank, one, a->data + to * size, a->strides, values->data + from * size, single ? none : values->strides);
  }
  return {};
}

LibraryError runArrays(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  switch (frame.function) {
  case DG_LIB_SORT:
    return sorted(context, frame, arrays);
  case DG_LIB_ARGSORT:
    return argsorted(context, frame, arrays);
  case DG_LIB_UNIQUE: {
    auto values = algorithms::unique(argument(frame, arrays, 0));
    if (!values.ok())
      return error(failures::OutOfMemory, values.failure().text);
    dg_array *out = takeOwned(context, *values);
    retainTexts(out);
    dg_task_return(context, 0, out);
    return {};
  }
  case DG_LIB_COMPRESS:
    return compress(context, frame, arrays);
  case DG_LIB_PUT:
  case DG_LIB_PUT_MASK:
    return put(frame, arrays);
  case DG_LIB_RANDOM_PERMUTATION: {
    int64_t n = frame.number()[0];
    if (n < 0)
      return error(failures::BadExtentOrStep, failures::negativeExtent(n));
    dg_array *out = make(context, DG_I64, 1, &n);
    if (!out)
      return outOfMemory(uint64_t(n) * 8);
    random::permutation(uint64_t(frame.number()[1]), n, reinterpret_cast<int64_t *>(out->data));
    dg_task_return(context, 0, out);
    return {};
  }
  case DG_LIB_STR_BYTES: {
    std::string_view text = textArgument(frame, arrays, 0);
    int64_t n = int64_t(text.size());
    dg_array *out = make(context, DG_U8, 1, &n);
    if (!out)
      return outOfMemory(uint64_t(n));
    if (n)
      std::memcpy(out->data, text.data(), size_t(n));
    dg_task_return(context, 0, out);
    return {};
  }
  case DG_LIB_FORMAT: {
    dg_str *text = formatTuples(frame, arrays);
    dg_task_return_scalar(context, 0, &text);
    return {};
  }
  default: { // DG_LIB_STR_SPLIT
    auto parts = text::split(textArgument(frame, arrays, 0), textArgument(frame, arrays, 1));
    if (!parts.ok())
      return error(failures::BadText, parts.failure().text);
    int64_t n = int64_t(parts->size());
    dg_array *out = make(context, DG_STR, 1, &n);
    if (!out)
      return outOfMemory(uint64_t(n) * 8);
    for (int64_t i = 0; i < n; ++i)
      reinterpret_cast<dg_str **>(out->data)[i] = dg_str_new((*parts)[size_t(i)].data(), int64_t((*parts)[size_t(i)].size()));
    dg_task_return(context, 0, out);
    return {};
  }
  }
}

// ---- made in chunks ------------------------------------------------------------------------------------------------------

namespace {

struct RandomScalars {
  uint64_t seed;
  int64_t low, high;
  int32_t function;
  uint8_t type, rank;
};

// Rows of the chunk: the numbers depend on the position in the whole array alone.
void randomKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *views, const void *scalars) {
  const auto &s = *static_cast<const RandomScalars *>(scalars);
  const dg_view &out = views[0];
  int64_t at[DG_MAX_RANK], size = int64_t(dg_type_size(dg_type(s.type)));
  for (int axis = 0; axis < s.rank; ++axis)
    at[axis] = low[axis];
  int64_t count = s.rank ? high[s.rank - 1] - low[s.rank - 1] : 1;
  for (;;) {
    int64_t first = 0;
    for (int axis = 0; axis < s.rank; ++axis)
      first += at[axis] * out.strides[axis];
    char *to = out.data + first * size;
    if (s.function == DG_LIB_RANDOM_INTEGERS)
      random::integers(s.seed, uint64_t(first), count, s.low, s.high, reinterpret_cast<int64_t *>(to));
    else if (s.function == DG_LIB_RANDOM_UNIFORM && s.type == DG_F64)
      random::uniform(s.seed, uint64_t(first), count, reinterpret_cast<double *>(to));
    else if (s.function == DG_LIB_RANDOM_UNIFORM)
      random::uniform(s.seed, uint64_t(first), count, reinterpret_cast<float *>(to));
    else if (s.type == DG_F64)
      random::normal(s.seed, uint64_t(first), count, reinterpret_cast<double *>(to));
    else
      random::normal(s.seed, uint64_t(first), count, reinterpret_cast<float *>(to));
    int axis = s.rank - 2;
    while (axis >= 0 && ++at[axis] == high[axis]) {
      at[axis] = low[axis];
      --axis;
    }
    if (axis < 0)
      return;
  }
}

// Operands that follow the index space axis by axis: one that is written, or one read and one updated.
const dg_operand *followingOperands(bool update, uint8_t type, int rank) {
  struct Table {
    dg_operand operands[2][DG_TYPE_COUNT][DG_MAX_RANK + 1][2] = {};
    Table() {
      for (int update = 0; update < 2; ++update)
        for (int type = 0; type < DG_TYPE_COUNT; ++type)
          for (int rank = 0; rank <= DG_MAX_RANK; ++rank)
            for (int k = 0; k < 2; ++k) {
              dg_operand &o = operands[update][type][rank][k];
              o.access = uint8_t(!update ? DG_WRITE : k ? DG_UPDATE : DG_READ);
              o.type = uint8_t(type);
              o.rank = uint8_t(rank);
              for (int axis = 0; axis < rank; ++axis) {
                o.axes[axis] = int8_t(axis);
                o.scale[axis] = 1;
              }
            }
    }
  };
  static const Table table;
  return table.operands[update][type][rank];
}

} // namespace

bool launchRandom(dg_context *context, const LibraryFrame &frame, dg_array **results) {
  bool integers = frame.function == DG_LIB_RANDOM_INTEGERS;
  if (!integers && frame.function != DG_LIB_RANDOM_UNIFORM && frame.function != DG_LIB_RANDOM_NORMAL)
    return false;
  const int64_t *extents = frame.number() + (integers ? 3 : 1);
  RandomScalars scalars = {uint64_t(frame.number()[0]), 0, 0, frame.function, frame.resultType[0], frame.resultRank[0]};
  if (integers) {
    scalars.low = frame.number()[1];
    scalars.high = frame.number()[2];
    if (scalars.low >= scalars.high) {
      char text[96];
      std::snprintf(text, sizeof text, "no integer lies in %lld..%lld", (long long)scalars.low, (long long)scalars.high);
      if (!context->isHost)
        raise(context, failures::BadExtentOrStep, text, frame.location);
      results[0] = newFailed(context, DG_I64, frame.resultRank[0], extents,
                             makeFailure(context, failures::BadExtentOrStep, text, frame.location));
      return true;
    }
  }
  dg_launch launch = libraryLaunch();
  launch.rank = frame.resultRank[0];
  launch.operands = launch.results = 1;
  launch.scalar_bytes = sizeof scalars;
  launch.kernel = randomKernel;
  launch.operand = followingOperands(false, frame.resultType[0], frame.resultRank[0]);
  launch.name = integers ? "random.integers" : frame.function == DG_LIB_RANDOM_UNIFORM ? "random.uniform" : "random.normal";
  launch.location = frame.location;
  int64_t shape[DG_MAX_RANK] = {};
  std::copy(extents, extents + launch.rank, shape);
  dg_launch_submit(context, &launch, shape, nullptr, 0, &scalars, shape, results, 0);
  return true;
}

static void copyIntoKernel(dg_context *, const int64_t *low, const int64_t *high, const dg_view *views, const void *scalars) {
  const auto *s = static_cast<const uint8_t *>(scalars);
  int64_t size = int64_t(dg_type_size(dg_type(s[0]))), extents[DG_MAX_RANK], from = 0, to = 0;
  for (int axis = 0; axis < s[1]; ++axis) {
    extents[axis] = high[axis] - low[axis];
    from += low[axis] * views[0].strides[axis];
    to += low[axis] * views[1].strides[axis];
  }
  copyElements(s[0], s[1], extents, views[1].data + to * size, views[1].strides, views[0].data + from * size, views[0].strides);
}

bool launchConcat(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays, dg_array **results) {
  if (frame.function != DG_LIB_CONCAT)
    return false;
  int axis = int(frame.number()[0]), rank = frame.resultRank[0];
  uint8_t type = frame.resultType[0];
  int64_t extents[DG_MAX_RANK] = {};
  const Failure *failure = nullptr;
  for (int k = 0; k < frame.arrays; ++k) {
    if (context->isHost)
      waitForShape(*context->runtime, arrays[k]);
    if (!arrays[k]->buffer->base)
      failure = earlier(failure, anyFailure(arrays[k]->buffer));
    for (int a = 0; a < rank && !failure; ++a)
      if (a == axis)
        extents[a] += arrays[k]->extents[a];
      else if (k == 0)
        extents[a] = arrays[k]->extents[a];
      else if (extents[a] != arrays[k]->extents[a]) {
        char text[128];
        std::snprintf(text, sizeof text, "extents differ: %lld and %lld along axis %d", (long long)extents[a],
                      (long long)arrays[k]->extents[a], a);
        if (!context->isHost)
          raise(context, failures::ExtentsDiffer, text, frame.location);
        failure = makeFailure(context, failures::ExtentsDiffer, text, frame.location);
      }
  }
  if (failure) {
    results[0] = newFailed(context, type, rank, extents, failure);
    return true;
  }
  dg_array *out = dg_array_new(context, dg_type(type), rank, extents, 0, frame.location);
  results[0] = out;
  if (!out->buffer->base)
    return true; // It failed for want of memory.
  int64_t starts[DG_MAX_RANK] = {}, steps[DG_MAX_RANK];
  std::fill(steps, steps + DG_MAX_RANK, 1);
  uint8_t scalars[2] = {type, uint8_t(rank)};
  for (int k = 0; k < frame.arrays; ++k) {
    dg_array *place = dg_array_slice(context, out, starts, arrays[k]->extents, steps, 0, frame.location);
    dg_launch launch = libraryLaunch();
    launch.rank = uint8_t(rank);
    launch.operands = 2;
    launch.scalar_bytes = 2;
    launch.kernel = copyIntoKernel;
    launch.operand = followingOperands(true, type, rank);
    launch.name = "concat";
    launch.location = frame.location;
    dg_array *operands[] = {arrays[k], place};
    dg_launch_submit(context, &launch, arrays[k]->extents, operands, 0, scalars, nullptr, nullptr, 0);
    dg_array_release(place);
    starts[axis] += arrays[k]->extents[axis];
  }
  return true;
}

} // namespace dagger::rt

uint8_t dg_positions_meet(dg_context *context, dg_array *a, dg_array *b, const dg_location *location) {
  dg_array_look(context, a, location);
  dg_array_look(context, b, location);
  auto at = [](const dg_array *list, int64_t i) { return reinterpret_cast<const int64_t *>(list->data)[i * list->strides[0]]; };
  std::vector<int64_t> sorted;
  for (int64_t i = 0; i < a->extents[0]; ++i)
    sorted.push_back(at(a, i));
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < b->extents[0]; ++i)
    if (std::binary_search(sorted.begin(), sorted.end(), at(b, i)))
      return 1;
  return 0;
}
