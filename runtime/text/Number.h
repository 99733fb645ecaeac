// Numbers to digits. Internal to printing.
#pragma once
#include "dagger/ElementTypes.h"
#include "runtime/text/Text.h"

namespace dagger::text {

// The shortest digits that read back as the same value of this type, laid out as Python's repr does.
void appendShortest(std::string &out, double value);
void appendShortest(std::string &out, float value);
void appendShortest(std::string &out, Half value);
void appendShortest(std::string &out, BFloat16 value);

template <typename T> std::string shortest(T value) {
  std::string out;
  appendShortest(out, value);
  return out;
}

// A number's text before it is padded: sign and prefix, then the digits that grouping and zeros apply to, then the
// rest (fraction, exponent, %).
struct NumberText {
  std::string sign;
  std::string digits;
  std::string rest;
};

NumberText integerText(bool negative, uint64_t magnitude, const FormatSpec &spec);
// `shortestText` is used when `spec` has neither type nor precision.
NumberText floatText(double value, const std::string &shortestText, const FormatSpec &spec);

// Grouped, and padded to the width of `spec`.
std::string layOut(NumberText number, const FormatSpec &spec);
std::string pad(std::string_view text, const FormatSpec &spec, char defaultAlign);

} // namespace dagger::text
