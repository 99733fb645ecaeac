// What values are sorted by. Internal.
#pragma once
#include "dagger/ElementTypes.h"
#include "runtime/algorithms/Algorithms.h"
#include <algorithm>
#include <vector>

namespace dagger::algorithms {

template <size_t bytes> struct UnsignedOf;
template <> struct UnsignedOf<1> { using type = uint8_t; };
template <> struct UnsignedOf<2> { using type = uint16_t; };
template <> struct UnsignedOf<4> { using type = uint32_t; };
template <> struct UnsignedOf<8> { using type = uint64_t; };

// Numbers sort by an unsigned key of their own size; text and complex numbers are compared.
template <typename T> inline constexpr bool hasKey = !isText<T> && !isComplex<T>;
template <typename T> using KeyOf = UnsignedOf<sizeof(T)>::type;

// Ascending keys are ascending values; equal values have equal keys; every NaN has the greatest key in both orders.
template <Order order, typename T> KeyOf<T> keyOf(T value) {
  using Key = KeyOf<T>;
  constexpr Key signBit = Key(Key(1) << (sizeof(Key) * 8 - 1));
  Key key;
  memcpy(&key, &value, sizeof key);
  if constexpr (isFloat<T>) {
    if (std::isnan(Wide<T>(value)))
      return Key(~Key(0));
    if (Key(key << 1) == 0) // -0.0 is 0.0
      key = 0;
    key = key & signBit ? Key(~key) : Key(key | signBit);
  } else if constexpr (std::is_signed_v<T>) {
    key = Key(key ^ signBit);
  }
  return order == Order::Ascending ? key : Key(~key);
}

template <typename T> bool isNan(const std::complex<T> &value) {
  return std::isnan(value.real()) || std::isnan(value.imag());
}

template <Order order, typename T> bool comesBefore(const T &a, const T &b) {
  if constexpr (hasKey<T>) {
    return keyOf<order>(a) < keyOf<order>(b);
  } else if constexpr (isText<T>) {
    const int c = textOf(a).compare(textOf(b));
    return order == Order::Ascending ? c < 0 : c > 0;
  } else {
    if (isNan(a) || isNan(b))
      return !isNan(a);
    const T &low = order == Order::Ascending ? a : b, &high = order == Order::Ascending ? b : a;
    return low.real() != high.real() ? low.real() < high.real() : low.imag() < high.imag();
  }
}

// Stable, by the bytes of `key(element)` from the lowest; those that are the same everywhere are skipped. `spare` is as
// long as `data`. The result is in `data`.
template <typename Element, typename KeyFunction>
void radixSort(Element *data, Element *spare, size_t count, KeyFunction key) {
  using Key = decltype(key(*data));
  constexpr int digits = sizeof(Key);
  std::vector<size_t> counts(size_t(digits) * 256, 0);
  for (size_t k = 0; k < count; ++k) {
    Key bits = key(data[k]);
    for (int digit = 0; digit < digits; ++digit)
      ++counts[size_t(digit) * 256 + size_t(uint8_t(bits >> (8 * digit)))];
  }
  Element *from = data, *to = spare;
  for (int digit = 0; digit < digits; ++digit) {
    size_t *bucket = &counts[size_t(digit) * 256];
    if (bucket[uint8_t(key(from[0]) >> (8 * digit))] == count)
      continue;
    size_t sum = 0;
    for (int k = 0; k < 256; ++k)
      sum += std::exchange(bucket[k], sum);
    for (size_t k = 0; k < count; ++k)
      to[bucket[uint8_t(key(from[k]) >> (8 * digit))]++] = from[k];
    std::swap(from, to);
  }
  if (from != data)
    std::copy(from, from + count, data);
}

// Stable, by merging runs that insertion sorted. `spare` is as long as `data`. The result is in `data`.
template <typename Element, typename Less> void mergeSort(Element *data, Element *spare, size_t count, Less less) {
  constexpr size_t run = 16;
  for (size_t start = 0; start < count; start += run)
    for (size_t k = start + 1; k < std::min(count, start + run); ++k) {
      Element element = data[k];
      size_t place = k;
      for (; place > start && less(element, data[place - 1]); --place)
        data[place] = data[place - 1];
      data[place] = element;
    }
  Element *from = data, *to = spare;
  for (size_t width = run; width < count; width *= 2, std::swap(from, to))
    for (size_t start = 0; start < count; start += 2 * width) {
      Element *middle = from + std::min(count, start + width), *end = from + std::min(count, start + 2 * width);
      std::merge(from + start, middle, middle, end, to + start, less);
    }
  if (from != data)
    std::copy(from, from + count, data);
}

// Below this many elements comparing is faster than counting.
constexpr size_t radixThreshold = 400;

template <Order order, typename T> void sortLane(T *data, std::vector<T> &spare, size_t count) {
  if (std::is_sorted(data, data + count, comesBefore<order, T>))
    return;
  spare.resize(count);
  if constexpr (hasKey<T>) {
    if (count >= radixThreshold)
      return radixSort(data, spare.data(), count, keyOf<order, T>);
  }
  mergeSort(data, spare.data(), count, comesBefore<order, T>);
}

} // namespace dagger::algorithms
