// The fixed tree that reductions follow, and the rule of scans (README.md, "Sums").
#pragma once
#include <cstdint>
#include <limits>
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

// One block of a row, by lanes. element(i) gives nothing where a mask leaves the element out. Nothing at all: no value.
template <class A, class Element, class Combine>
std::optional<A> reduceByLanes(int64_t begin, int64_t end, Element &&element, Combine &&combine) {
  std::vector<std::optional<A>> lanes;
  for (int64_t lane = begin; lane < end && lane < begin + LaneCount; ++lane) {
    std::optional<A> sum;
    for (int64_t i = lane; i < end; i += LaneCount)
      if (std::optional<A> value = element(i))
        sum = sum ? combine(std::move(*sum), *value) : std::move(*value);
    lanes.push_back(std::move(sum));
  }
  return combinePairwise(lanes, combine);
}

// The reduced index space is `rows` rows of `length` elements each along the last reduced axis. block(row, begin, end) gives
// what a block comes to.
template <class A, class Block, class Combine>
std::optional<A> reduceByBlocks(int64_t rows, int64_t length, Block &&block, Combine &&combine) {
  std::vector<std::optional<A>> blocks;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t begin = 0; begin < length; begin += BlockExtent)
      blocks.push_back(block(row, begin, begin + BlockExtent < length ? begin + BlockExtent : length));
  return combinePairwise(blocks, combine);
}

template <class A, class Element, class Combine>
std::optional<A> reduceByTree(int64_t rows, int64_t length, Element &&element, Combine &&combine) {
  return reduceByBlocks<A>(
      rows, length,
      [&](int64_t row, int64_t begin, int64_t end) {
        return reduceByLanes<A>(begin, end, [&](int64_t i) { return element(row, i); }, combine);
      },
      combine);
}

// Of some numbers: their sum, how many they are, their distances from the mean that follows from these, and the squares of them.
template <class A> struct Moments {
  A sum;
  int64_t count;
  A distances, squares;
  A mean() const { return sum / A(count); }
  A variance() const {
    A all = squares - distances * distances / A(count); // what the rounded mean was off
    return count < 2 ? std::numeric_limits<A>::quiet_NaN() : (all < A(0) ? A(0) : all) / A(count - 1);
  }
};

// Of two blocks: what was measured from their own means is moved to the common one.
template <class A> Moments<A> combineMoments(const Moments<A> &a, const Moments<A> &b) {
  Moments<A> both{a.sum + b.sum, a.count + b.count, 0, 0};
  A common = both.mean();
  auto moved = [&](const Moments<A> &part) {
    A step = part.mean() - common, all = A(part.count) * step;
    return std::pair(part.distances + all, part.squares + step * (part.distances + part.distances + all));
  };
  auto [distancesA, squaresA] = moved(a);
  auto [distancesB, squaresB] = moved(b);
  both.distances = distancesA + distancesB;
  both.squares = squaresA + squaresB;
  return both;
}

// Each block's own mean, then the distances from that. element(row, i) as above.
template <class A, class Element> std::optional<Moments<A>> momentsByTree(int64_t rows, int64_t length, Element &&element) {
  auto plus = [](A a, A b) { return a + b; };
  auto block = [&](int64_t row, int64_t begin, int64_t end) -> std::optional<Moments<A>> {
    auto value = [&](int64_t i) -> std::optional<A> { return element(row, i); };
    std::optional<A> sum = reduceByLanes<A>(begin, end, value, plus);
    if (!sum)
      return std::nullopt;
    Moments<A> moments{*sum, 0, 0, 0};
    for (int64_t i = begin; i < end; ++i)
      moments.count += value(i).has_value();
    A mean = moments.mean();
    auto distance = [&](int64_t i) -> std::optional<A> {
      std::optional<A> at = value(i);
      return at ? std::optional<A>(*at - mean) : std::nullopt;
    };
    auto square = [&](int64_t i) -> std::optional<A> {
      std::optional<A> from = distance(i);
      return from ? std::optional<A>(*from * *from) : std::nullopt;
    };
    moments.distances = *reduceByLanes<A>(begin, end, distance, plus);
    moments.squares = *reduceByLanes<A>(begin, end, square, plus);
    return moments;
  };
  return reduceByBlocks<Moments<A>>(rows, length, block, combineMoments<A>);
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
