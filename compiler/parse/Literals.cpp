#include "compiler/parse/Literals.h"
#include "compiler/parse/Codes.h"
#include <algorithm>
#include <charconv>

namespace dagger::syntax {

namespace {

// Cuts the suffix that begins at one of `letters`, and the underscores.
std::string splitSuffix(std::string &text, std::string_view letters) {
  std::string suffix;
  if (const size_t at = text.find_first_of(letters); at != std::string::npos) {
    suffix = text.substr(at);
    text.resize(at);
  }
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  return suffix;
}

void appendUtf8(std::string &out, uint32_t point) {
  if (point < 0x80) {
    out += char(point);
  } else if (point < 0x800) {
    out += char(0xc0 | point >> 6);
    out += char(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += char(0xe0 | point >> 12);
    out += char(0x80 | (point >> 6 & 0x3f));
    out += char(0x80 | (point & 0x3f));
  } else {
    out += char(0xf0 | point >> 18);
    out += char(0x80 | (point >> 12 & 0x3f));
    out += char(0x80 | (point >> 6 & 0x3f));
    out += char(0x80 | (point & 0x3f));
  }
}

// The value of {1f600} at the start of `text`, and its length; length 0 if it is none.
std::pair<uint32_t, size_t> readCodePoint(std::string_view text) {
  const size_t end = text.find('}');
  if (text.empty() || text[0] != '{' || end == text.npos || end < 2 || end > 7) return {0, 0};
  uint32_t point = 0;
  const auto [stop, error] = std::from_chars(text.data() + 1, text.data() + end, point, 16);
  const bool isScalar = point < 0xd800 || (point > 0xdfff && point < 0x110000);
  if (error != std::errc() || stop != text.data() + end || !isScalar) return {0, 0};
  return {point, end + 1};
}

} // namespace

void readInteger(std::string text, ast::IntegerLit &literal) {
  literal.text = text;
  literal.suffix = splitSuffix(text, "iu");
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0b")) {
    base = text[1] == 'x' ? 16 : 2;
    text.erase(0, 2);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), literal.value, base);
  literal.tooBig = error == std::errc::result_out_of_range;
}

void readFloat(std::string text, ast::FloatLit &literal) {
  literal.text = text;
  literal.suffix = splitSuffix(text, "fb");
  // Out of range is infinity or zero, as IEEE 754 rounds it; from_chars leaves the value alone there.
  literal.value = std::strtod(text.c_str(), nullptr);
}

std::string readText(std::string_view text, Span span, Diagnostics &diagnostics) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const size_t begin = i++;
    switch (text[i]) {
    case 'n':
      out += '\n';
      continue;
    case 't':
      out += '\t';
      continue;
    case 'r':
      out += '\r';
      continue;
    case '0':
      out += '\0';
      continue;
    case '\\':
    case '"':
    case '{':
    case '}':
      out += text[i];
      continue;
    case 'u':
      if (const auto [point, length] = readCodePoint(text.substr(i + 1)); length) {
        appendUtf8(out, point);
        i += length;
        continue;
      }
      break;
    }
    const bool isUnicode = text[i] == 'u';
    size_t end = i + 1;
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
    auto &error =
        diagnostics.error(code::badEscape, {span.file, uint32_t(span.begin + begin), uint32_t(span.begin + end)},
                          "`" + std::string(text.substr(begin, end - begin)) + "` is no escape");
    error.help = isUnicode ? "a code point is written in hexadecimal: \\u{1f600}"
                           : "there are \\n \\t \\r \\0 \\\\ \\\" \\{ \\} \\u{...}; a backslash itself is \\\\";
    i = end - 1;
  }
  return out;
}

} // namespace dagger::syntax
