// Small row-major arrays for the tests of the library functions.
#pragma once
#include "dagger/ElementTypes.h"
#include <complex>
#include <vector>

namespace dagger::test {

template <typename T> constexpr dg_type typeOf() {
  if constexpr (std::is_same_v<T, int8_t>) return DG_I8;
  else if constexpr (std::is_same_v<T, int16_t>) return DG_I16;
  else if constexpr (std::is_same_v<T, int32_t>) return DG_I32;
  else if constexpr (std::is_same_v<T, int64_t>) return DG_I64;
  else if constexpr (std::is_same_v<T, uint8_t>) return DG_U8;
  else if constexpr (std::is_same_v<T, uint16_t>) return DG_U16;
  else if constexpr (std::is_same_v<T, uint32_t>) return DG_U32;
  else if constexpr (std::is_same_v<T, uint64_t>) return DG_U64;
  else if constexpr (std::is_same_v<T, Half>) return DG_F16;
  else if constexpr (std::is_same_v<T, BFloat16>) return DG_BF16;
  else if constexpr (std::is_same_v<T, float>) return DG_F32;
  else if constexpr (std::is_same_v<T, double>) return DG_F64;
  else if constexpr (std::is_same_v<T, std::complex<float>>) return DG_C64;
  else if constexpr (std::is_same_v<T, std::complex<double>>) return DG_C128;
  else if constexpr (std::is_same_v<T, dg_str *>) return DG_STR;
  else return DG_BOOL;
}

template <typename T> struct TestArray {
  using Values = std::vector<std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>>; // vector<bool> holds no bools
  Values values;
  std::vector<int64_t> extents, strides;

  TestArray(std::vector<int64_t> shape, Values values) : values(std::move(values)), extents(std::move(shape)) {
    strides.assign(extents.size(), 1);
    for (size_t k = extents.size(); k-- > 1;)
      strides[k - 1] = strides[k] * extents[k];
    int64_t count = 1;
    for (int64_t extent : extents)
      count *= extent;
    this->values.resize(size_t(count));
  }
  TestArray(std::vector<int64_t> shape) : TestArray(std::move(shape), Values()) {}

  ArrayView view() const {
    return {typeOf<T>(), int(extents.size()), const_cast<void *>(static_cast<const void *>(values.data())), extents.data(), strides.data()};
  }
};

} // namespace dagger::test
