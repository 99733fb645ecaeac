// Walking over UTF-8. Internal to the text functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace dagger::text {

struct CodePoint {
  char32_t value;  // for an invalid byte: the byte itself
  int bytes;       // always at least 1
  bool valid;
};

// The code point that starts at `text[at]`; `at` is within the text.
CodePoint decode(std::string_view text, size_t at);
void encode(std::string &out, char32_t value);
bool isWhiteSpace(char32_t value);

// The byte offset of code point number `index`, or npos if the text has fewer; its length is a valid index.
size_t offsetOf(std::string_view text, int64_t index);

} // namespace dagger::text
