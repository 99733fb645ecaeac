// Text functions of library.h. C++ objects live in inner functions, which return before anything unwinds.
#include "runtime/text/Text.h"
#include "runtime/abi/Arguments.h"
#include "runtime/abi/Raise.h"
#include "runtime/data/Array.h"
#include "runtime/random/philox.h"
#include <cstdlib>
#include <malloc.h>

using namespace dagger;
using namespace dagger::rt;

static dg_str *fresh(std::string_view text) { return dg_str_new(text.data(), int64_t(text.size())); }

dg_str *dg_str_concat(dg_str *a, dg_str *b) {
  std::string_view x = textOf(a), y = textOf(b);
  dg_str *out = dg_str_new(nullptr, int64_t(x.size() + y.size()));
  std::memcpy(out->data, x.data(), x.size());
  std::memcpy(out->data + x.size(), y.data(), y.size());
  return out;
}

dg_str *dg_str_append(dg_str *a, dg_str *b) {
  const size_t before = textOf(a).size(), added = textOf(b).size();
  // Nobody else has `a`: then nobody can retain it meanwhile either. A literal counts below 0.
  if (!a || a == b || __atomic_load_n(&a->refs, __ATOMIC_ACQUIRE) != 1) {
    dg_str *out = dg_str_concat(a, b);
    dg_str_release(a);
    return out;
  }
  const size_t needed = sizeof(dg_str) + before + added + 1;
  if (malloc_usable_size(a) < needed) {
    // Half as much again, so that a text made of many pieces is copied a few times, not once for each.
    auto *grown = static_cast<dg_str *>(realloc(a, needed + before / 2));
    if (!grown) {
      dg_str *out = dg_str_concat(a, b); // ends the program if there is no room for this either
      dg_str_release(a);
      return out;
    }
    a = grown;
  }
  if (added)
    std::memcpy(a->data + before, b->data, added);
  a->bytes = int64_t(before + added);
  a->data[before + added] = 0;
  return a;
}

dg_str *dg_str_join(dg_str *const *pieces, int64_t count) {
  int64_t bytes = 0;
  for (int64_t i = 0; i < count; ++i)
    bytes += int64_t(textOf(pieces[i]).size());
  dg_str *out = dg_str_new(nullptr, bytes);
  char *to = out->data;
  for (int64_t i = 0; i < count; ++i) {
    std::string_view piece = textOf(pieces[i]);
    if (!piece.empty())
      std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  }
  return out;
}

int64_t dg_str_length(dg_str *text) { return text::length(textOf(text)); }

int32_t dg_str_compare(dg_str *a, dg_str *b) {
  int order = text::compare(textOf(a), textOf(b));
  return order < 0 ? -1 : order > 0;
}

dg_str *dg_str_trim(dg_str *text) { return fresh(text::trim(textOf(text))); }
dg_str *dg_str_lower(dg_str *text) { return fresh(text::lower(textOf(text))); }
dg_str *dg_str_upper(dg_str *text) { return fresh(text::upper(textOf(text))); }
dg_str *dg_str_before(dg_str *text, dg_str *mark) { return fresh(text::before(textOf(text), textOf(mark))); }
dg_str *dg_str_after(dg_str *text, dg_str *mark) { return fresh(text::after(textOf(text), textOf(mark))); }
uint8_t dg_str_contains(dg_str *text, dg_str *part) { return text::contains(textOf(text), textOf(part)); }
uint8_t dg_str_starts_with(dg_str *text, dg_str *part) { return text::startsWith(textOf(text), textOf(part)); }
uint8_t dg_str_ends_with(dg_str *text, dg_str *part) { return text::endsWith(textOf(text), textOf(part)); }
uint8_t dg_str_like(dg_str *text, dg_str *pattern) { return text::like(textOf(text), textOf(pattern)); }

dg_str *dg_str_slice(dg_context *context, dg_str *text, int64_t low, int64_t high, const dg_location *location) {
  auto slice = [&](char *&error) -> dg_str * {
    auto part = text::slice(textOf(text), low, high);
    if (part.ok())
      return fresh(*part);
    error = ownedText(failures::sliceOutOfRange(low, high, 0, text::length(textOf(text))));
    return nullptr;
  };
  char *error = nullptr;
  dg_str *out = slice(error);
  if (error)
    raiseOwned(context, failures::SliceOutOfRange, error, location);
  return out;
}

dg_str *dg_str_replace(dg_context *context, dg_str *text, dg_str *from, dg_str *to, const dg_location *location) {
  auto replace = [&](char *&error) -> dg_str * {
    auto replaced = text::replace(textOf(text), textOf(from), textOf(to));
    if (replaced.ok())
      return fresh(*replaced);
    error = ownedText(replaced.failure().text);
    return nullptr;
  };
  char *error = nullptr;
  dg_str *out = replace(error);
  if (error)
    raiseOwned(context, failures::BadText, error, location);
  return out;
}

uint8_t dg_str_matches(dg_context *context, dg_str *text, dg_str *pattern, const dg_location *location) {
  auto matches = [&](char *&error) -> bool {
    auto regex = text::Regex::compile(textOf(pattern));
    if (regex.ok())
      return regex->matches(textOf(text));
    error = ownedText(regex.failure().text);
    return false;
  };
  char *error = nullptr;
  bool found = matches(error);
  if (error)
    raiseOwned(context, failures::BadText, error, location);
  return found;
}

// ---- printing values -----------------------------------------------------------------------------------------------------

// The compiler has read the format already; one that it should not have let through is a mistake of ours.
static text::FormatSpec specOf(const char *spec) {
  auto parsed = text::parseFormat(spec);
  if (!parsed.ok()) {
    std::fprintf(stderr, "dagger: %s\n", parsed.failure().text.c_str());
    std::abort();
  }
  return *parsed;
}

dg_str *dg_format(uint8_t type, const void *value, const char *spec) {
  if (type == DG_DATE || type == DG_TIMESTAMP) {
    int64_t number = *static_cast<const int64_t *>(value);
    return type == DG_DATE ? dg_format_date(number, spec) : dg_format_timestamp(number, spec);
  }
  return fresh(spec && *spec ? text::format(dg_type(type), value, specOf(spec)) : text::format(dg_type(type), value));
}

dg_str *dg_format_bool(uint8_t value, const char *spec) { return dg_format(DG_BOOL, &value, spec); }
dg_str *dg_format_i64(int64_t value, const char *spec) { return dg_format(DG_I64, &value, spec); }
dg_str *dg_format_u64(uint64_t value, const char *spec) { return dg_format(DG_U64, &value, spec); }
dg_str *dg_format_f32(float value, const char *spec) { return dg_format(DG_F32, &value, spec); }
dg_str *dg_format_f64(double value, const char *spec) { return dg_format(DG_F64, &value, spec); }
dg_str *dg_format_str(dg_str *text, const char *spec) { return dg_format(DG_STR, &text, spec); }

static dg_str *formatText(const std::string &text, const char *spec) {
  dg_str *plain = fresh(text);
  if (!spec || !*spec)
    return plain;
  dg_str *out = dg_format_str(plain, spec);
  dg_str_release(plain);
  return out;
}
dg_str *dg_format_date(int64_t days, const char *spec) { return formatText(formatDate(days), spec); }
dg_str *dg_format_timestamp(int64_t microseconds, const char *spec) { return formatText(formatTimestamp(microseconds), spec); }

dg_str *dg_str_quote(dg_str *text) { return fresh(text::quote(textOf(text))); }

dg_str *dg_format_array(dg_context *context, uint8_t type, dg_array *a, const char *spec, const dg_location *location) {
  dg_array_look(context, a, location);
  if (type == DG_DATE || type == DG_TIMESTAMP)
    return fresh(text::formatNested(a->rank, a->extents, [&](std::string &out, const int64_t *index) {
      const char *at = a->data;
      for (int axis = 0; axis < a->rank; ++axis)
        at += index[axis] * a->strides[axis] * 8;
      dg_str *element = dg_format(type, at, spec);
      out += textOf(element);
      dg_str_release(element);
    }));
  ArrayView view = {dg_type(type), a->rank, a->data, a->extents, a->strides};
  return fresh(spec && *spec ? text::format(view, specOf(spec)) : text::format(view));
}

// ---- reading values ------------------------------------------------------------------------------------------------------

void dg_parse(dg_context *context, uint8_t type, dg_str *text, void *out, const dg_location *location) {
  auto parse = [&]() -> char * {
    std::string_view from = textOf(text);
    if (type == DG_DATE || type == DG_TIMESTAMP) {
      int64_t value;
      if (type == DG_DATE ? parseDate(text::trim(from), value) : parseTimestamp(text::trim(from), value)) {
        std::memcpy(out, &value, sizeof value);
        return nullptr;
      }
    } else if (!text::parse(dg_type(type), from, out)) {
      return nullptr;
    }
    return ownedText(failures::badText(text::quote(from), parameterTypeName(type)));
  };
  if (char *error = parse())
    raiseOwned(context, failures::BadText, error, location);
}

int64_t dg_random_integers(dg_context *context, int64_t seed, int64_t index, int64_t low, int64_t high,
                           const dg_location *location) {
  if (low >= high) {
    char text[96];
    std::snprintf(text, sizeof text, "no integer lies in %lld..%lld", (long long)low, (long long)high);
    raise(context, failures::BadExtentOrStep, text, location);
  }
  return dg_random_i64(uint64_t(seed), uint64_t(index), low, high);
}
double dg_random_uniform(int64_t seed, int64_t index) { return dg_random_f64(uint64_t(seed), uint64_t(index)); }
double dg_random_normal(int64_t seed, int64_t index) { return dg_random_normal_f64(uint64_t(seed), uint64_t(index)); }
