#include "runtime/text/Utf8.h"
#include "runtime/text/Text.h"
#include <cstring>

namespace dagger::text {

CodePoint decode(std::string_view text, size_t at) {
  auto byte = [&](size_t k) { return uint8_t(text[at + k]); };
  auto isTail = [&](size_t k) { return at + k < text.size() && (byte(k) & 0xc0) == 0x80; };
  uint8_t lead = byte(0);
  if (lead < 0x80)
    return {lead, 1, true};
  const CodePoint invalid{lead, 1, false};
  if (lead >= 0xc2 && lead < 0xe0 && isTail(1))
    return {char32_t((lead & 0x1f) << 6 | (byte(1) & 0x3f)), 2, true};
  if (lead >= 0xe0 && lead < 0xf0 && isTail(1) && isTail(2)) {
    char32_t value = char32_t((lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f));
    bool surrogate = value >= 0xd800 && value < 0xe000;
    return value < 0x800 || surrogate ? invalid : CodePoint{value, 3, true};
  }
  if (lead >= 0xf0 && lead < 0xf5 && isTail(1) && isTail(2) && isTail(3)) {
    char32_t value =
        char32_t((lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f));
    return value < 0x10000 || value > 0x10ffff ? invalid : CodePoint{value, 4, true};
  }
  return invalid;
}

void encode(std::string &out, char32_t value) {
  if (value < 0x80) {
    out += char(value);
  } else if (value < 0x800) {
    out += {char(0xc0 | value >> 6), char(0x80 | (value & 0x3f))};
  } else if (value < 0x10000) {
    out += {char(0xe0 | value >> 12), char(0x80 | (value >> 6 & 0x3f)), char(0x80 | (value & 0x3f))};
  } else {
    out += {char(0xf0 | value >> 18), char(0x80 | (value >> 12 & 0x3f)), char(0x80 | (value >> 6 & 0x3f)),
            char(0x80 | (value & 0x3f))};
  }
}

// Unicode's property White_Space.
bool isWhiteSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

size_t findInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    // Most text is ASCII: eight bytes at a time.
    uint64_t eight;
    if (at + 8 <= text.size() && (memcpy(&eight, text.data() + at, 8), (eight & 0x8080808080808080u) == 0)) {
      at += 8;
      continue;
    }
    CodePoint point = decode(text, at);
    if (!point.valid)
      return at;
    at += size_t(point.bytes);
  }
  return std::string_view::npos;
}

int64_t length(std::string_view text) {
  int64_t points = 0;
  for (size_t at = 0; at < text.size(); ++points)
    at += size_t(uint8_t(text[at]) < 0x80 ? 1 : decode(text, at).bytes);
  return points;
}

size_t offsetOf(std::string_view text, int64_t index) {
  size_t at = 0;
  for (; index > 0 && at < text.size(); --index)
    at += size_t(uint8_t(text[at]) < 0x80 ? 1 : decode(text, at).bytes);
  return index == 0 ? at : std::string_view::npos;
}

} // namespace dagger::text
