// Text to numbers, as i64(s) and f64(s) do it.
#include "dagger/ElementTypes.h"
#include "runtime/text/Text.h"
#include "runtime/text/Utf8.h"
#include <charconv>
#include <fast_float/fast_float.h>
#include <limits>

namespace dagger::text {

static Failure unreadable(std::string_view text, dg_type type) {
  // A whole file passed by mistake must not come back in the message.
  size_t cut = offsetOf(text, 40);
  return Failure{"cannot read " + quote(text.substr(0, cut)) + (cut < text.size() ? "..." : "") + " as " +
                 dg_type_name(type)};
}

// Without the underscores, each of which must stand between two digits.
static bool dropUnderscores(std::string_view text, std::string &out) {
  auto isDigit = [](char c) { return isxdigit(static_cast<unsigned char>(c)) != 0; };
  for (size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '_')
      out += text[k];
    else if (k == 0 || k + 1 == text.size() || !isDigit(text[k - 1]) || !isDigit(text[k + 1]))
      return false;
  }
  return true;
}

enum class Outcome { Read, Unreadable, OutOfRange };

static Outcome readInteger(std::string_view digits, bool negative, uint64_t most, uint64_t &magnitude) {
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'b')) {
    base = digits[1] == 'x' ? 16 : 2;
    digits.remove_prefix(2);
  }
  if (digits.empty())
    return Outcome::Unreadable;
  const char *end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
  if (stop != end || error == std::errc::invalid_argument)
    return Outcome::Unreadable;
  return error == std::errc::result_out_of_range || magnitude > most ? Outcome::OutOfRange : Outcome::Read;
}

template <typename T> static std::optional<Failure> parseInteger(std::string_view text, dg_type type, T *out) {
  std::string_view body = trim(text);
  const bool negative = !body.empty() && body[0] == '-';
  if (negative || (!body.empty() && body[0] == '+'))
    body.remove_prefix(1);
  std::string digits;
  if (!dropUnderscores(body, digits))
    return unreadable(text, type);
  const uint64_t most = negative ? 0 - uint64_t(int64_t(std::numeric_limits<T>::min()))
                                 : uint64_t(std::numeric_limits<T>::max());
  uint64_t magnitude = 0;
  switch (readInteger(digits, negative, most, magnitude)) {
  case Outcome::Unreadable:
    return unreadable(text, type);
  case Outcome::OutOfRange:
    return Failure{std::string(trim(text)) + " does not fit " + dg_type_name(type) + " (" +
                   std::to_string(std::numeric_limits<T>::min()) + " to " +
                   std::to_string(std::numeric_limits<T>::max()) + ")"};
  case Outcome::Read:
    break;
  }
  *out = T(negative ? 0 - magnitude : magnitude);
  return std::nullopt;
}

// float or double; the narrow types come through double.
template <typename T> static std::optional<Failure> parseFloat(std::string_view text, dg_type type, T &out) {
  std::string digits;
  if (!dropUnderscores(trim(text), digits))
    return unreadable(text, type);
  const char *from = digits.data(), *end = from + digits.size();
  if (from != end && *from == '+' && from + 1 != end && from[1] != '-')
    ++from;
  auto [stop, error] = fast_float::from_chars(from, end, out);
  if (stop != end || error != std::errc())
    return unreadable(text, type);
  return std::nullopt;
}

std::optional<Failure> parse(dg_type type, std::string_view text, void *out) {
  return withType(type, [&](auto tag) -> std::optional<Failure> {
    using T = decltype(tag)::type;
    T *target = static_cast<T *>(out);
    if constexpr (std::is_same_v<T, bool>) {
      std::string_view word = trim(text);
      if (word != "true" && word != "false")
        return unreadable(text, type);
      *target = word == "true";
      return std::nullopt;
    } else if constexpr (isInteger<T>) {
      return parseInteger(text, type, target);
    } else if constexpr (isFloat<T>) {
      std::conditional_t<std::is_same_v<T, float>, float, double> value;
      if (auto failure = parseFloat(text, type, value))
        return failure;
      *target = T(value);
      return std::nullopt;
    } else {
      return Failure{std::string("text cannot be read as ") + dg_type_name(type)};
    }
  });
}

Result<int64_t> parseI64(std::string_view text) {
  int64_t value = 0;
  if (auto failure = parse(DG_I64, text, &value))
    return *failure;
  return value;
}

Result<double> parseF64(std::string_view text) {
  double value = 0;
  if (auto failure = parse(DG_F64, text, &value))
    return *failure;
  return value;
}

} // namespace dagger::text
