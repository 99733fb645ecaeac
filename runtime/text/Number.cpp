#include "runtime/text/Number.h"
#include <algorithm>
#include <charconv>
#include <cstdio>

namespace dagger::text {

// Lays out anew what to_chars wrote as -d.ddde-xx: plain from 1e-04 to below 1e+16, as Python's repr.
static void appendScientific(std::string &out, std::string_view text) {
  if (text[0] == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const char *from = text.data() + e + 1;
  std::from_chars(from + (*from == '+'), text.data() + text.size(), exponent);
  if (exponent < -4 || exponent >= 16) {
    out += text;
    return;
  }
  const std::string_view first = text.substr(0, 1), rest = e > 2 ? text.substr(2, e - 2) : "";
  const int count = int(rest.size());
  if (exponent < 0)
    out.append("0.").append(size_t(-exponent - 1), '0').append(first).append(rest);
  else if (exponent >= count)
    out.append(first).append(rest).append(size_t(exponent - count), '0').append(".0");
  else
    out.append(first).append(rest.substr(0, size_t(exponent))).append(".").append(rest.substr(size_t(exponent)));
}

static const char *special(double value) {
  return std::isnan(value) ? "nan" : std::isinf(value) ? (value < 0 ? "-inf" : "inf") : nullptr;
}

template <typename T> static void appendShortestOf(std::string &out, T value) {
  if (const char *word = special(value)) {
    out += word;
    return;
  }
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  appendScientific(out, {buffer, size_t(end - buffer)});
}

// The narrow types have no to_chars: the first number of digits that reads back is the shortest.
template <typename T> static void appendShortestNarrow(std::string &out, T value) {
  const double wide = double(value);
  if (const char *word = special(wide)) {
    out += word;
    return;
  }
  char buffer[64];
  for (int precision = 0;; ++precision) {
    auto end = std::to_chars(buffer, buffer + sizeof buffer, wide, std::chars_format::scientific, precision).ptr;
    double back = 0;
    std::from_chars(buffer, end, back);
    if (precision == 8 || double(T(back)) == wide)
      return appendScientific(out, {buffer, size_t(end - buffer)});
  }
}

void appendShortest(std::string &out, double value) { appendShortestOf(out, value); }
void appendShortest(std::string &out, float value) { appendShortestOf(out, value); }
void appendShortest(std::string &out, Half value) { appendShortestNarrow(out, value); }
void appendShortest(std::string &out, BFloat16 value) { appendShortestNarrow(out, value); }

static std::string signText(bool negative, const FormatSpec &spec) {
  return negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
}

NumberText integerText(bool negative, uint64_t magnitude, const FormatSpec &spec) {
  NumberText number{signText(negative, spec), "", ""};
  const int base = spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : spec.type == 'x' || spec.type == 'X' ? 16 : 10;
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, base).ptr;
  number.digits.assign(buffer, end);
  if (spec.type == 'X')
    std::transform(number.digits.begin(), number.digits.end(), number.digits.begin(), ::toupper);
  if (spec.alternate && base != 10)
    number.sign += std::string("0") + spec.type;
  return number;
}

// What to_chars can't: `#` keeps the point and the zeros behind it.
static std::string printAlternate(double magnitude, char type, int precision) {
  const char form[] = {'%', '#', '.', '*', type, 0};
  std::string out(size_t(precision) + 340, 0);
  out.resize(size_t(snprintf(out.data(), out.size(), form, precision, magnitude)));
  return out;
}

NumberText floatText(double value, const std::string &shortestText, const FormatSpec &spec) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  double magnitude = std::fabs(value);
  std::string text;
  const char type = spec.type ? spec.type : spec.precision ? 'f' : 0;
  const bool percent = type == '%';
  if (percent)
    magnitude *= 100;
  if (const char *word = special(magnitude)) {
    text = word;
  } else if (!type) {
    text = shortestText.substr(negative);
  } else {
    const char lowerType = percent ? 'f' : char(tolower(type));
    const int precision = lowerType == 'g' ? std::max(1, spec.precision.value_or(6)) : spec.precision.value_or(6);
    if (spec.alternate) {
      text = printAlternate(magnitude, lowerType, precision);
    } else {
      const auto form = lowerType == 'f'   ? std::chars_format::fixed
                        : lowerType == 'e' ? std::chars_format::scientific
                                           : std::chars_format::general;
      text.resize(size_t(precision) + 340);
      text.resize(size_t(std::to_chars(text.data(), text.data() + text.size(), magnitude, form, precision).ptr -
                         text.data()));
    }
  }
  if (type == 'E' || type == 'F' || type == 'G')
    std::transform(text.begin(), text.end(), text.begin(), ::toupper);
  if (percent)
    text += '%';
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
    ++digits;
  return {signText(negative, spec), text.substr(0, digits), text.substr(digits)};
}

static std::string group(const std::string &digits, char separator, size_t every) {
  std::string out;
  for (size_t k = 0; k < digits.size(); ++k) {
    if (k && (digits.size() - k) % every == 0)
      out += separator;
    out += digits[k];
  }
  return out;
}

std::string pad(std::string_view text, const FormatSpec &spec, char defaultAlign) {
  const int64_t missing = spec.width - length(text);
  if (missing <= 0)
    return std::string(text);
  const char align = spec.align ? spec.align : defaultAlign;
  const int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string out;
  for (int64_t k = 0; k < missing; ++k) {
    if (k == left)
      out += text;
    out += spec.fill;
  }
  return left == missing ? out.append(text) : out;
}

std::string layOut(NumberText number, const FormatSpec &spec) {
  const size_t every = spec.type == 'b' || spec.type == 'o' || spec.type == 'x' || spec.type == 'X' ? 4 : 3;
  auto body = [&] { return spec.grouping ? group(number.digits, spec.grouping, every) : number.digits; };
  const bool afterSign = spec.align == '=' || (!spec.align && spec.zero);
  if (!afterSign)
    return pad(number.sign + body() + number.rest, spec, '>');

  const int64_t room = spec.width - int64_t(number.sign.size() + number.rest.size());
  if (spec.fill == "0" && spec.grouping && !number.digits.empty()) {
    // Zeros are grouped like digits, and a separator never comes first.
    while (int64_t(body().size()) < room)
      number.digits.insert(0, "0");
    return number.sign + body() + number.rest;
  }
  FormatSpec inner = spec;
  inner.align = '>';
  inner.width = int(std::max<int64_t>(0, spec.width - int64_t(number.sign.size())));
  return number.sign + pad(body() + number.rest, inner, '>');
}

} // namespace dagger::text
