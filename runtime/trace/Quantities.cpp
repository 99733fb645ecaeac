#include "runtime/trace/Quantities.h"
#include <cstdarg>
#include <cstdio>

namespace dagger::rt {

std::string print(const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string bytesText(double bytes) {
  const char *unit = "B";
  for (const char *next : {"kB", "MB", "GB", "TB"})
    if (bytes >= 999.5) {
      bytes /= 1000;
      unit = next;
    }
  return print(bytes < 10 && *unit != 'B' ? "%.1f %s" : "%.0f %s", bytes, unit);
}

std::string timeText(double seconds) {
  long long whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60)
    return print("%lld s", whole);
  if (whole < 3600)
    return print("%lld min %lld s", whole / 60, whole % 60);
  return print("%lld h %lld min", whole / 3600, whole / 60 % 60);
}

} // namespace dagger::rt
