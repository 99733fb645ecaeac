// The fixed tree that reductions follow, and the rule of scans (README.md, "Sums").
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace dagger::interp {

constexpr int64_t BlockExtent = 1024;
constexpr int64_t LaneCount = 32;

// Neighbours are combined until one is left; an odd last one passes through, and so does one whose neighbour is not there.
template <class A, class Combine> std::optional<A> combinePairwise(std::vector<std::optional<A>> &values, Combine &&combine) {
  if (values.empty())
    return std::nullopt;
  for (size_t count = values.size(); count > 1; count = (count + 1) / 2)
    for (size_t i = 0; i < count; i += 2) {
      std::optional<A> left = std::move(values[i]), right;
      if (i + 1 < count)
        right = std::move(values[i + 1]);
      values[i / 2] = left && right ? std::optional<A>(combine(std::move(*left), std::move(*right))) : left ? std::move(left) : std::move(right);
    }
  return std::move(values[0]);
}

// The reduced index space is `rows` rows of `length` elements each along the last reduced axis. element(row, i) gives
// nothing where a mask leaves the element out. Nothing at all: no value.
template <class A, class Element, class Combine>
std::optional<A> reduceByTree(int64_t rows, int64_t length, Element &&element, Combine &&combine) {
  std::vector<std::optional<A>> blocks;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t begin = 0; begin < length; begin += BlockExtent) {
      int64_t end = begin + BlockExtent < length ? begin + BlockExtent : length;
      std::vector<std::optional<A>> lanes;
      for (int64_t lane = begin; lane < end && lane < begin + LaneCount; ++lane) {
        std::optional<A> sum;
        for (int64_t i = lane; i < end; i += LaneCount)
          if (std::optional<A> value = element(row, i))
            sum = sum ? combine(std::move(*sum), *value) : std::move(*value);
        lanes.push_back(std::move(sum));
      }
      blocks.push_back(combinePairwise(lanes, combine));
    }
  return combinePairwise(blocks, combine);
}

// Inclusive, along one row: within a block from left to right; what came before the block stands on its left.
template <class A, class Element, class Combine, class Store>
void scanByBlocks(int64_t length, Element &&element, Combine &&combine, Store &&store) {
  std::optional<A> carry;
  for (int64_t begin = 0; begin < length; begin += BlockExtent) {
    int64_t end = begin + BlockExtent < length ? begin + BlockExtent : length;
    A local = element(begin);
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin)
        local = combine(local, element(i));
      store(i, carry ? combine(*carry, local) : local);
    }
    carry = carry ? combine(*carry, local) : local;
  }
}

} // namespace dagger::interp
