// Functions on texts.
#include "compiler/interp/Library.h"
#include "compiler/interp/Text.h"
#include "runtime/abi/Arguments.h"
#include "runtime/text/Text.h"

namespace dagger::interp {
namespace {

template <class T> T orFail(Result<T> result, int32_t code) {
  if (!result)
    throw PlainFailure{code, result.failure().text};
  return std::move(*result);
}

void from(const LibraryCall &call) { call.give(show(call.type(0), call.args[0])); }

void parse(const LibraryCall &call) {
  const hir::Type *type = call.e.type;
  if (type->kind == hir::TypeKind::Date || type->kind == hir::TypeKind::Timestamp) {
    std::string_view from = text::trim(call.text(0));
    auto &value = at<int64_t>(call.to);
    if (!(type->kind == hir::TypeKind::Date ? rt::parseDate(from, value) : rt::parseTimestamp(from, value)))
      throw PlainFailure{failures::BadText, failures::badText(text::quote(call.text(0)), hir::toString(type))};
    return;
  }
  if (text::parse(libraryType(type), call.text(0), call.to))
    throw PlainFailure{failures::BadText, failures::badText(text::quote(call.text(0)), hir::toString(type))};
}

void slice(const LibraryCall &call) {
  int64_t length = text::length(call.text(0)), low = 0, high = length;
  if (call.count() > 1)
    low = call.integer(1);
  if (call.count() > 2)
    high = call.integer(2);
  if (low < 0 || high < low || high > length)
    throw PlainFailure{failures::SliceOutOfRange, failures::sliceOutOfRange(low, high, 0, length)};
  call.give(orFail(text::slice(call.text(0), low, high), failures::SliceOutOfRange));
}

void bytes(const LibraryCall &call) {
  std::string_view text = call.text(0);
  int64_t n = int64_t(text.size());
  memcpy(call.make(1, &n).data, text.data(), text.size());
}

void split(const LibraryCall &call) {
  std::vector<std::string_view> parts = orFail(text::split(call.text(0), call.text(1)), failures::BadText);
  int64_t n = int64_t(parts.size());
  ArrayObject &array = call.make(1, &n);
  for (size_t i = 0; i < parts.size(); ++i)
    at<Str>(array.data + i * sizeof(Str)) = Str(parts[i]);
}

void matches(const LibraryCall &call) {
  at<bool>(call.to) = orFail(text::Regex::compile(call.text(1)), failures::BadText).matches(call.text(0));
}

} // namespace

LibraryFunction textFunction(const std::string &name) {
  static const std::unordered_map<std::string, LibraryFunction> functions = {
      {"str.from", from},
      {"str.parse", parse},
      {"str.slice", slice},
      {"str.bytes", bytes},
      {"str.split", split},
      {"str.matches", matches},
      {"str.concat", [](const LibraryCall &call) { call.give(std::string(call.text(0)) + std::string(call.text(1))); }},
      {"str.len", [](const LibraryCall &call) { at<int64_t>(call.to) = text::length(call.text(0)); }},
      {"str.trim", [](const LibraryCall &call) { call.give(text::trim(call.text(0))); }},
      {"str.lower", [](const LibraryCall &call) { call.give(text::lower(call.text(0))); }},
      {"str.upper", [](const LibraryCall &call) { call.give(text::upper(call.text(0))); }},
      {"str.before", [](const LibraryCall &call) { call.give(text::before(call.text(0), call.text(1))); }},
      {"str.after", [](const LibraryCall &call) { call.give(text::after(call.text(0), call.text(1))); }},
      {"str.contains", [](const LibraryCall &call) { at<bool>(call.to) = text::contains(call.text(0), call.text(1)); }},
      {"str.starts_with", [](const LibraryCall &call) { at<bool>(call.to) = text::startsWith(call.text(0), call.text(1)); }},
      {"str.ends_with", [](const LibraryCall &call) { at<bool>(call.to) = text::endsWith(call.text(0), call.text(1)); }},
      {"str.like", [](const LibraryCall &call) { at<bool>(call.to) = text::like(call.text(0), call.text(1)); }},
      {"str.replace",
       [](const LibraryCall &call) {
         call.give(orFail(text::replace(call.text(0), call.text(1), call.text(2)), failures::BadText));
       }},
  };
  auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

} // namespace dagger::interp
