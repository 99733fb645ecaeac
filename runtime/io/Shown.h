// A piece of a file in a message. Internal to the readers.
#pragma once
#include "runtime/text/Text.h"

namespace dagger::io {

// Quoted, cut to 40 code points; what is no text shows as \x...
inline std::string shown(std::string_view bytes) {
  std::string printable;
  int points = 0;
  for (size_t at = 0; at < bytes.size() && points < 40; ++points) {
    size_t step = 1;
    while (at + step < bytes.size() && (uint8_t(bytes[at + step]) & 0xc0) == 0x80 && step < 4)
      ++step;
    std::string_view one = bytes.substr(at, step);
    if (uint8_t(one[0]) < 0x20 || uint8_t(one[0]) == 0x7f || text::findInvalidUtf8(one) != std::string_view::npos) {
      static const char hex[] = "0123456789abcdef";
      printable += {'\\', 'x', hex[uint8_t(one[0]) >> 4], hex[uint8_t(one[0]) & 15]};
      step = 1;
    } else {
      printable += one;
    }
    at += step;
  }
  const bool whole = bytes.size() <= 40 || points < 40;
  return "\"" + printable + (whole ? "\"" : "...\"");
}

} // namespace dagger::io
