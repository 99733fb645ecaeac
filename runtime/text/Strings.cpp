// The functions on strings.
#include "runtime/text/Text.h"
#include "runtime/text/Utf8.h"
#include <locale.h>
#include <wctype.h>

namespace dagger::text {

Result<std::string_view> slice(std::string_view text, int64_t first, int64_t last) {
  size_t from = first < 0 ? std::string_view::npos : offsetOf(text, first);
  size_t size = last < first || from == std::string_view::npos ? std::string_view::npos
                                                               : offsetOf(text.substr(from), last - first);
  if (size == std::string_view::npos)
    return Failure{"slice " + std::to_string(first) + ".." + std::to_string(last) + " of a text of " +
                   std::to_string(length(text)) + " code points"};
  return text.substr(from, size);
}

std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    CodePoint point = decode(text, 0);
    if (!point.valid || !isWhiteSpace(point.value))
      break;
    text.remove_prefix(size_t(point.bytes));
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && (uint8_t(text[start]) & 0xc0) == 0x80)
      --start;
    CodePoint point = decode(text, start);
    if (!point.valid || start + size_t(point.bytes) != text.size() || !isWhiteSpace(point.value))
      break;
    text.remove_suffix(size_t(point.bytes));
  }
  return text;
}

// The C library's own Unicode tables. The locale is built into glibc, is never changed and never freed.
static locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

template <typename Ascii, typename Wide> static std::string mapCase(std::string_view text, Ascii ascii, Wide wide) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (uint8_t(text[at]) < 0x80) {
      out += ascii(text[at++]);
      continue;
    }
    CodePoint point = decode(text, at);
    if (point.valid && unicode())
      encode(out, char32_t(wide(wint_t(point.value), unicode())));
    else
      out.append(text, at, size_t(point.bytes));
    at += size_t(point.bytes);
  }
  return out;
}

std::string lower(std::string_view text) {
  return mapCase(text, [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }, towlower_l);
}

std::string upper(std::string_view text) {
  return mapCase(text, [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; }, towupper_l);
}

Result<std::vector<std::string_view>> split(std::string_view text, std::string_view separator) {
  if (separator.empty())
    return Failure{"split by an empty text"};
  std::vector<std::string_view> parts;
  for (size_t at; (at = text.find(separator)) != std::string_view::npos;) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

std::string_view before(std::string_view text, std::string_view mark) { return text.substr(0, text.find(mark)); }

std::string_view after(std::string_view text, std::string_view mark) {
  size_t at = text.find(mark);
  return at == std::string_view::npos ? text.substr(text.size()) : text.substr(at + mark.size());
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool startsWith(std::string_view text, std::string_view part) { return text.starts_with(part); }
bool endsWith(std::string_view text, std::string_view part) { return text.ends_with(part); }

Result<std::string> replace(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty())
    return Failure{"replace of an empty text"};
  std::string out;
  for (size_t at; (at = text.find(from)) != std::string_view::npos;) {
    out.append(text, 0, at).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

bool like(std::string_view text, std::string_view pattern) {
  // Greedy with one point to come back to: what a later % can absorb need never be tried again at an earlier one.
  constexpr size_t none = std::string_view::npos;
  size_t t = 0, p = 0, retryPattern = none, retryText = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      retryPattern = ++p;
      retryText = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      t += size_t(decode(text, t).bytes);
      ++p;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (retryPattern != none) {
      retryText += size_t(decode(text, retryText).bytes);
      t = retryText;
      p = retryPattern;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%')
    ++p;
  return p == pattern.size();
}

// Bytes of UTF-8 compare as their code points do.
int compare(std::string_view left, std::string_view right) { return left.compare(right); }

} // namespace dagger::text
