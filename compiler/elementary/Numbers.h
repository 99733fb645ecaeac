// The numbers that the elementary functions are written over. Each function is one straight line of these operations, a
// template over the kind of number: here they compute, in the compiler they emit code that does. An operation rounds
// once and says so; nothing is contracted or reassociated, so the bits of a result are the same wherever it is
// computed.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace dagger::elementary {

#pragma STDC FP_CONTRACT OFF

template <class T> struct Format;
template <> struct Format<double> {
  using Bits = uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double shifter =
      0x1.8p52; // what is added to it is rounded to an integer, which its low bits then hold
};
template <> struct Format<float> {
  using Bits = uint32_t;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr double shifter = 0x1.8p23;
};

struct Mask {
  bool value;
  friend Mask operator&(Mask a, Mask b) { return {a.value && b.value}; }
  friend Mask operator|(Mask a, Mask b) { return {a.value || b.value}; }
};

// The bits of a number, or an integer as wide as it: modulo 2^32 or 2^64.
template <class T> struct Word {
  using Bits = typename Format<T>::Bits;
  Bits value;
  Word(uint64_t value) : value(Bits(value)) {}
  friend Word operator+(Word a, Word b) { return {Bits(a.value + b.value)}; }
  friend Word operator-(Word a, Word b) { return {Bits(a.value - b.value)}; }
  friend Word operator&(Word a, Word b) { return {Bits(a.value & b.value)}; }
  friend Word operator|(Word a, Word b) { return {Bits(a.value | b.value)}; }
  friend Word operator^(Word a, Word b) { return {Bits(a.value ^ b.value)}; }
  friend Word operator<<(Word a, int count) { return {Bits(a.value << count)}; }
  friend Word operator>>(Word a, int count) { return {Bits(a.value >> count)}; }
  friend Mask operator==(Word a, Word b) { return {a.value == b.value}; }
};

// A table is rows of 16 numbers, of which the low bits of a word name one: so many a processor holds in registers.
constexpr int rowLength = 16;
using Row = double[rowLength];

template <class T> struct Real {
  using Type = T;
  using Word = elementary::Word<T>;
  using Mask = elementary::Mask;
  template <class U> using Of = Real<U>;
  T value;
  Real(double value) : value(T(value)) {}
  explicit Real(Word bits) : value(std::bit_cast<T>(bits.value)) {}
  explicit operator Word() const { return {std::bit_cast<typename Format<T>::Bits>(value)}; }

  friend Real operator+(Real a, Real b) { return of(a.value + b.value); }
  friend Real operator-(Real a, Real b) { return of(a.value - b.value); }
  friend Real operator*(Real a, Real b) { return of(a.value * b.value); }
  friend Real operator/(Real a, Real b) { return of(a.value / b.value); }
  friend Real operator-(Real a) { return of(-a.value); }
  friend Mask operator<(Real a, Real b) { return {a.value < b.value}; }
  friend Mask operator>(Real a, Real b) { return {a.value > b.value}; }
  friend Mask operator<=(Real a, Real b) { return {a.value <= b.value}; }
  friend Mask operator==(Real a, Real b) { return {a.value == b.value}; }
  friend Mask isNaN(Real a) { return {a.value != a.value}; }
  friend Real fma(Real a, Real b, Real c) { return of(std::fma(a.value, b.value, c.value)); }
  friend Real sqrt(Real a) { return of(std::sqrt(a.value)); }
  friend Real abs(Real a) { return of(std::fabs(a.value)); }
  friend Real copysign(Real size, Real sign) { return of(std::copysign(size.value, sign.value)); }
  friend Real select(Mask condition, Real a, Real b) { return condition.value ? a : b; }
  static Real lookup(const Row &row, Word index) { return row[index.value % rowLength]; }
  template <class U> Real<U> to() const { return Real<U>::of(U(value)); }

  static Real of(T value) {
    Real made(0);
    made.value = value;
    return made;
  }
};

} // namespace dagger::elementary
