#include "runtime/plot/Axis.h"
#include <algorithm>
#include <charconv>
#include <cmath>

namespace dagger::plot {

// The least of 1, 2, 2.5, 5 times a power of ten that gives at most so many steps.
static double niceStep(double span, int mostSteps) {
  const double raw = span / mostSteps;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (double factor : {1.0, 2.0, 2.5, 5.0})
    if (raw <= factor * power * (1 + 1e-9))
      return factor * power;
  return 10 * power;
}

static std::string superscript(int number) {
  static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out = number < 0 ? "⁻" : "";
  for (char c : std::to_string(std::abs(number)))
    out += digits[c - '0'];
  return out;
}

static std::string fixed(double value, int decimals) {
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::fixed, decimals).ptr;
  std::string digits(buffer, end);
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "−" + digits : digits;
}

static int decimalsOf(double step) {
  int decimals = 0;
  for (double scaled = step; decimals < 15 && std::fabs(scaled - std::round(scaled)) > 1e-6 * scaled; ++decimals)
    scaled = step * std::pow(10.0, decimals + 1);
  return decimals;
}

Axis makeAxis(double low, double high, int mostTicks, Ends ends) {
  const double size = std::max(std::fabs(low), std::fabs(high));
  if (high - low <= 1e-12 * size || high - low < 1e-290) {
    const double pad = size < 1e-280 ? 1 : size * 0.05;
    low -= pad;
    high += pad;
  }
  const double step = niceStep(high - low, mostTicks);
  Axis axis;
  axis.low = ends == Ends::Rounded ? std::floor(low / step + 1e-9) * step : low;
  axis.high = ends == Ends::Rounded ? std::ceil(high / step - 1e-9) * step : high;

  // Labels of many digits share a power of ten, which stands at the end of the axis.
  const double largest = std::max(std::fabs(axis.low), std::fabs(axis.high));
  const int exponent = int(std::floor(std::log10(largest)));
  const bool shared = exponent >= 6 || exponent <= -4;
  const double unit = shared ? std::pow(10.0, exponent) : 1;
  if (shared)
    axis.factor = "×10" + superscript(exponent);
  const int decimals = decimalsOf(step / unit);
  const double first = std::ceil(axis.low / step - 1e-9), last = std::floor(axis.high / step + 1e-9);
  for (int k = 0; first + k <= last; ++k)
    axis.ticks.push_back({(first + k) * step, fixed((first + k) * step / unit, decimals)});
  return axis;
}

} // namespace dagger::plot
