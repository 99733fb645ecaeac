// Dates and timestamps as text.
#include "runtime/abi/Arguments.h"
#include <cstdio>

namespace dagger::rt {

// The proleptic Gregorian calendar, in eras of 400 years (Hinnant 2013).
static int64_t daysOf(int64_t year, int month, int day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400, yearOfEra = year - era * 400;
  int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

static void civilOf(int64_t days, int64_t &year, int &month, int &day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097, dayOfEra = days - era * 146097;
  int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100), shifted = (5 * dayOfYear + 2) / 153;
  day = int(dayOfYear - (153 * shifted + 2) / 5 + 1);
  month = int(shifted < 10 ? shifted + 3 : shifted - 9);
  year = yearOfEra + era * 400 + (month <= 2);
}

// `count` digits from the front of `text`.
static bool takeDigits(std::string_view &text, int count, int &value) {
  value = 0;
  for (int i = 0; i < count; ++i) {
    if (size_t(i) >= text.size() || text[size_t(i)] < '0' || text[size_t(i)] > '9')
      return false;
    value = value * 10 + (text[size_t(i)] - '0');
  }
  text.remove_prefix(size_t(count));
  return true;
}

static bool take(std::string_view &text, char mark) {
  if (text.empty() || text[0] != mark)
    return false;
  text.remove_prefix(1);
  return true;
}

static bool takeDate(std::string_view &text, int64_t &days) {
  int year, month, day;
  if (!takeDigits(text, 4, year) || !take(text, '-') || !takeDigits(text, 2, month) || !take(text, '-') ||
      !takeDigits(text, 2, day) || month < 1 || month > 12 || day < 1)
    return false;
  days = daysOf(year, month, day);
  int64_t y;
  int m, d;
  civilOf(days, y, m, d);
  return m == month && d == day; // 2023-02-30 comes back as another day.
}

bool parseDate(std::string_view text, int64_t &days) {
  int64_t value;
  if (!takeDate(text, value) || !text.empty())
    return false;
  days = value;
  return true;
}

bool parseTimestamp(std::string_view text, int64_t &microseconds) {
  int64_t days, fraction = 0;
  int hour = 0, minute = 0, second = 0;
  if (!takeDate(text, days))
    return false;
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, ' '))
      return false;
    if (!takeDigits(text, 2, hour) || !take(text, ':') || !takeDigits(text, 2, minute) || hour > 23 || minute > 59)
      return false;
    if (take(text, ':') && (!takeDigits(text, 2, second) || second > 59))
      return false;
    if (take(text, '.')) {
      int64_t unit = 100000;
      int digit;
      if (text.empty())
        return false;
      while (takeDigits(text, 1, digit)) {
        fraction += digit * unit;
        unit /= 10;
      }
    }
    if (!text.empty() && text != "Z")
      return false;
  }
  microseconds = ((days * 24 + hour) * 60 + minute) * 60'000'000 + second * int64_t(1'000'000) + fraction;
  return true;
}

std::string formatDate(int64_t days) {
  int64_t year;
  int month, day;
  civilOf(days, year, month, day);
  char text[48];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02d", (long long)year, month, day);
  return text;
}

std::string formatTimestamp(int64_t microseconds) {
  const int64_t dayLength = int64_t(86400) * 1'000'000;
  int64_t days = microseconds / dayLength, rest = microseconds % dayLength;
  if (rest < 0) {
    --days;
    rest += dayLength;
  }
  char text[48];
  int64_t seconds = rest / 1'000'000, fraction = rest % 1'000'000;
  int length = std::snprintf(text, sizeof text, " %02d:%02d:%02d", int(seconds / 3600), int(seconds / 60 % 60), int(seconds % 60));
  if (fraction)
    std::snprintf(text + length, sizeof text - size_t(length), ".%06d", int(fraction));
  return formatDate(days) + text;
}

} // namespace dagger::rt
