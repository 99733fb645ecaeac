// The C++ types behind dg_type, and the one switch that leads from the number to the type.
#pragma once
#include "dagger/elements.h"
#include <bit>
#include <cmath>
#include <complex>
#include <cstring>
#include <type_traits>

namespace dagger {

using Half = _Float16;

// The upper half of a binary32. Arithmetic happens in float; going back rounds to nearest, ties to even.
struct BFloat16 {
  uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(float value) {
    uint32_t wide = std::bit_cast<uint32_t>(value);
    if (std::isnan(value)) {
      bits = uint16_t(wide >> 16) | 0x40; // a NaN whose payload sat in the lower half must not become infinity
      return;
    }
    bits = uint16_t((wide + 0x7fff + ((wide >> 16) & 1)) >> 16);
  }
  // A double must not be rounded twice: rounding to odd on the way keeps what the second rounding needs to know.
  explicit BFloat16(double value) {
    float narrow = float(value);
    if (std::isfinite(value) && double(narrow) != value) {
      uint32_t wide = std::bit_cast<uint32_t>(narrow);
      if (std::fabs(double(narrow)) > std::fabs(value))
        --wide; // towards zero
      narrow = std::bit_cast<float>(wide | 1);
    }
    *this = BFloat16(narrow);
  }
  explicit operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }
  explicit operator double() const { return double(float(*this)); }
};
static_assert(sizeof(BFloat16) == 2);

template <typename T> struct TypeTag {
  using type = T;
};

template <typename T> inline constexpr bool isComplex = false;
template <> inline constexpr bool isComplex<std::complex<float>> = true;
template <> inline constexpr bool isComplex<std::complex<double>> = true;
template <typename T> inline constexpr bool isNarrowFloat = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <typename T> inline constexpr bool isFloat = std::is_floating_point_v<T> || isNarrowFloat<T>;
template <typename T> inline constexpr bool isInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <typename T> inline constexpr bool isText = std::is_same_v<T, dg_str *>;

// The type that arithmetic on T is done in: f16 and bf16 compute in f32.
template <typename T> using Wide = std::conditional_t<isNarrowFloat<T>, float, T>;

// Calls `function(TypeTag<T>{})` with the C++ type of `type`.
template <typename Function> auto withType(dg_type type, Function &&function) {
  switch (type) {
  case DG_BOOL: return function(TypeTag<bool>{});
  case DG_I8: return function(TypeTag<int8_t>{});
  case DG_I16: return function(TypeTag<int16_t>{});
  case DG_I32: return function(TypeTag<int32_t>{});
  case DG_I64: return function(TypeTag<int64_t>{});
  case DG_U8: return function(TypeTag<uint8_t>{});
  case DG_U16: return function(TypeTag<uint16_t>{});
  case DG_U32: return function(TypeTag<uint32_t>{});
  case DG_U64: return function(TypeTag<uint64_t>{});
  case DG_F16: return function(TypeTag<Half>{});
  case DG_BF16: return function(TypeTag<BFloat16>{});
  case DG_F32: return function(TypeTag<float>{});
  case DG_F64: return function(TypeTag<double>{});
  case DG_C64: return function(TypeTag<std::complex<float>>{});
  case DG_C128: return function(TypeTag<std::complex<double>>{});
  case DG_STR: return function(TypeTag<dg_str *>{});
  }
  __builtin_unreachable();
}

inline bool isIntegerType(dg_type type) { return type >= DG_I8 && type <= DG_U64; }
inline bool isFloatType(dg_type type) { return type >= DG_F16 && type <= DG_F64; }
inline bool isComplexType(dg_type type) { return type == DG_C64 || type == DG_C128; }

} // namespace dagger
