#include "dagger/OutOfMemory.h"
#include "runtime/algorithms/Keys.h"
#include "runtime/algorithms/Lanes.h"
#include <numeric>

namespace dagger::algorithms {

// vector<bool> holds no bools that a pointer can reach; a bool sorts as the byte it is.
template <typename T> using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <Order order, typename T> static void sortTyped(const ArrayView &in, int axis, const ArrayView &out) {
  const size_t count = size_t(in.extents[axis]);
  const int64_t inStride = in.strides[axis], outStride = out.strides[axis];
  std::vector<T> lane, spare;
  forEachLane<T, T>(in, out, axis, [&](const T *from, T *to) {
    if (outStride == 1) { // in place
      if (from != to || inStride != 1)
        for (size_t k = 0; k < count; ++k)
          to[k] = from[int64_t(k) * inStride];
      return sortLane<order>(to, spare, count);
    }
    lane.resize(count);
    for (size_t k = 0; k < count; ++k)
      lane[k] = from[int64_t(k) * inStride];
    sortLane<order>(lane.data(), spare, count);
    for (size_t k = 0; k < count; ++k)
      to[int64_t(k) * outStride] = lane[k];
  });
}

std::optional<Failure> sort(const ArrayView &in, int axis, Order order, const ArrayView &out) {
  return orOutOfMemory("sort", [&]() -> std::optional<Failure> {
    withType(in.type, [&](auto tag) {
      using T = Stored<typename decltype(tag)::type>;
      order == Order::Ascending ? sortTyped<Order::Ascending, T>(in, axis, out)
                                : sortTyped<Order::Descending, T>(in, axis, out);
    });
    return std::nullopt;
  });
}

namespace {

// A key with the index it came from: in one word where the key has 32 bits or fewer.
struct WideEntry {
  uint64_t key, index;
};

template <Order order, typename T> class LaneIndexes {
public:
  // Writes the indexes that sort the lane.
  void find(const T *from, int64_t stride, int64_t count, int64_t *to, int64_t toStride) {
    if constexpr (hasKey<T>) {
      if (size_t(count) >= radixThreshold && count <= int64_t(UINT32_MAX))
        return byKey(from, stride, count, to, toStride);
    }
    indexes.resize(size_t(count));
    std::iota(indexes.begin(), indexes.end(), int64_t(0));
    spareIndexes.resize(size_t(count));
    mergeSort(indexes.data(), spareIndexes.data(), size_t(count),
              [&](int64_t a, int64_t b) { return comesBefore<order>(from[a * stride], from[b * stride]); });
    for (int64_t k = 0; k < count; ++k)
      to[k * toStride] = indexes[size_t(k)];
  }

private:
  std::vector<int64_t> indexes, spareIndexes;
  std::vector<uint64_t> entries, spare;
  std::vector<WideEntry> wideEntries, wideSpare;

  void byKey(const T *from, int64_t stride, int64_t count, int64_t *to, int64_t toStride) {
    if constexpr (sizeof(T) <= 4) {
      entries.resize(size_t(count));
      spare.resize(size_t(count));
      for (int64_t k = 0; k < count; ++k)
        entries[size_t(k)] = uint64_t(keyOf<order>(from[k * stride])) << 32 | uint64_t(k);
      radixSort(entries.data(), spare.data(), size_t(count), [](uint64_t entry) { return KeyOf<T>(entry >> 32); });
      for (int64_t k = 0; k < count; ++k)
        to[k * toStride] = int64_t(entries[size_t(k)] & UINT32_MAX);
    } else if constexpr (sizeof(T) == 8) {
      wideEntries.resize(size_t(count));
      wideSpare.resize(size_t(count));
      for (int64_t k = 0; k < count; ++k)
        wideEntries[size_t(k)] = {keyOf<order>(from[k * stride]), uint64_t(k)};
      radixSort(wideEntries.data(), wideSpare.data(), size_t(count), [](const WideEntry &entry) { return entry.key; });
      for (int64_t k = 0; k < count; ++k)
        to[k * toStride] = int64_t(wideEntries[size_t(k)].index);
    }
  }
};

template <Order order, typename T> void argsortTyped(const ArrayView &in, int axis, const ArrayView &out) {
  LaneIndexes<order, T> indexes;
  forEachLane<T, int64_t>(in, out, axis, [&](const T *from, int64_t *to) {
    indexes.find(from, in.strides[axis], in.extents[axis], to, out.strides[axis]);
  });
}

} // namespace

std::optional<Failure> argsort(const ArrayView &in, int axis, Order order, const ArrayView &out) {
  return orOutOfMemory("argsort", [&]() -> std::optional<Failure> {
    withType(in.type, [&](auto tag) {
      using T = Stored<typename decltype(tag)::type>;
      order == Order::Ascending ? argsortTyped<Order::Ascending, T>(in, axis, out)
                                : argsortTyped<Order::Descending, T>(in, axis, out);
    });
    return std::nullopt;
  });
}

void permute(const ArrayView &in, int axis, const ArrayView &order, const ArrayView &out) {
  const auto *indexes = static_cast<const int64_t *>(order.data);
  withType(in.type, [&](auto tag) {
    using T = decltype(tag)::type;
    forEachLane<T, T>(in, out, axis, [&](const T *from, T *to) {
      for (int64_t k = 0; k < order.extents[0]; ++k)
        to[k * out.strides[axis]] = from[indexes[k * order.strides[0]] * in.strides[axis]];
    });
  });
}

} // namespace dagger::algorithms
