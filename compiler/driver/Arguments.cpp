#include "compiler/driver/Arguments.h"
#include "runtime/text/Text.h"
#include <charconv>
#include <chrono>
#include <cstdint>

namespace dagger {
namespace {

std::string optionOf(const hir::Param &param) {
  std::string name = "--" + param.var->name;
  for (char &c : name)
    if (c == '_') c = '-';
  return name;
}

dg_type elementType(const hir::Type *type) {
  switch (type->kind) {
  case hir::TypeKind::Bool: return DG_BOOL;
  case hir::TypeKind::Int: {
    static constexpr dg_type byWidth[2][4] = {{DG_U8, DG_U16, DG_U32, DG_U64}, {DG_I8, DG_I16, DG_I32, DG_I64}};
    return byWidth[type->isSigned][type->width == 8 ? 0 : type->width == 16 ? 1 : type->width == 32 ? 2 : 3];
  }
  case hir::TypeKind::Float:
    return type->isBrain ? DG_BF16 : type->width == 16 ? DG_F16 : type->width == 32 ? DG_F32 : DG_F64;
  default: return DG_STR;
  }
}

// Days since 1970 of "1995-03-15".
std::optional<int64_t> parseDate(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  auto number = [&](size_t from, size_t to, auto &out) {
    auto [end, error] = std::from_chars(text.data() + from, text.data() + to, out);
    return error == std::errc() && end == text.data() + to;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !number(0, 4, year) || !number(5, 7, month) || !number(8, 10, day))
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

int64_t wholeNumber(dg_type type, const void *value) {
  switch (type) {
  case DG_I8: return *static_cast<const int8_t *>(value);
  case DG_I16: return *static_cast<const int16_t *>(value);
  case DG_I32: return *static_cast<const int32_t *>(value);
  case DG_BOOL:
  case DG_U8: return *static_cast<const uint8_t *>(value);
  case DG_U16: return *static_cast<const uint16_t *>(value);
  case DG_U32: return *static_cast<const uint32_t *>(value);
  default: return *static_cast<const int64_t *>(value);
  }
}

// The problem, or empty.
std::string parseValue(const hir::Param &param, const std::string &text, interp::Value &value) {
  const hir::Type *type = param.var->type;
  std::string option = optionOf(param);
  if (type->kind == hir::TypeKind::Str) {
    value.text = text;
    return "";
  }
  if (type->kind == hir::TypeKind::Date) {
    auto days = parseDate(text);
    if (!days) return "`" + option + "` wants a date like 1995-03-15, found `" + text + "`";
    value.intValue = *days;
    return "";
  }
  dg_type element = elementType(type);
  // Half-precision floats are read as f64 here: the interpreter rounds them to their type.
  dg_type read = type->kind == hir::TypeKind::Float ? dg_type(DG_F64) : element;
  alignas(16) char bytes[16] = {};
  if (auto failure = text::parse(read, text, bytes)) return "`" + option + "`: " + failure->text;
  if (type->kind == hir::TypeKind::Float)
    value.floatValue = *reinterpret_cast<double *>(bytes);
  else
    value.intValue = wholeNumber(read, bytes);
  return "";
}

std::string defaultText(const hir::Param &param) {
  const hir::Expr &value = *param.defaultValue;
  switch (param.var->type->kind) {
  case hir::TypeKind::Str: return value.text.empty() ? "\"\"" : value.text;
  case hir::TypeKind::Bool: return value.intValue ? "true" : "false";
  case hir::TypeKind::Float: return text::format(DG_F64, &value.floatValue);
  case hir::TypeKind::Date: {
    std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(value.intValue))};
    char buffer[32];
    snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()), unsigned(date.day()));
    return buffer;
  }
  default: return std::to_string(value.intValue);
  }
}

} // namespace

ParsedArguments parseArguments(const hir::Function &main, const std::vector<std::string> &arguments) {
  ParsedArguments parsed;
  size_t count = main.params.size();
  parsed.values.resize(count);
  std::vector<bool> given(count);
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--help" || name == "-h") {
      parsed.wantsHelp = true;
      return parsed;
    }
    std::optional<std::string> text;
    if (size_t equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
      text = name.substr(equals + 1);
      name.resize(equals);
    }
    size_t k = 0;
    while (k < count && optionOf(main.params[k]) != name) ++k;
    if (k == count) {
      parsed.problem = name.starts_with("-") ? "there is no option `" + name + "`" : "`" + name + "` is no option";
      return parsed;
    }
    const hir::Param &param = main.params[k];
    if (given[k]) {
      parsed.problem = "`" + name + "` is given twice";
      return parsed;
    }
    given[k] = true;
    if (!text && param.var->type->kind == hir::TypeKind::Bool) {
      bool hasValue = i + 1 < arguments.size() && (arguments[i + 1] == "true" || arguments[i + 1] == "false");
      text = hasValue ? arguments[++i] : "true";
    } else if (!text) {
      if (i + 1 == arguments.size()) {
        parsed.problem = "`" + name + "` wants a value";
        return parsed;
      }
      text = arguments[++i];
    }
    parsed.problem = parseValue(param, *text, parsed.values[k]);
    if (!parsed.problem.empty()) return parsed;
  }
  for (size_t k = 0; k < count; ++k) {
    if (given[k]) continue;
    const hir::Param &param = main.params[k];
    if (!param.defaultValue) {
      parsed.problem = "`" + optionOf(param) + "` must be given";
      return parsed;
    }
    const hir::Expr &value = *param.defaultValue;
    parsed.values[k] = {value.intValue, value.floatValue, value.imagValue, value.text};
  }
  return parsed;
}

std::string argumentHelp(const hir::Function &main, const std::string &program) {
  std::string help = "Usage: " + program + (main.params.empty() ? "\n" : " [OPTIONS]\n");
  if (!main.doc.empty()) help += "\n" + main.doc + "\n";
  if (!main.params.empty()) help += "\nOptions:\n";
  for (const hir::Param &param : main.params) {
    std::string line = "  " + optionOf(param) + " " + hir::toString(param.var->type);
    if (line.size() < 26) line.resize(26, ' ');
    line += "  " + param.doc;
    if (!param.doc.empty()) line += " ";
    line += param.defaultValue ? "(default " + defaultText(param) + ")" : "(must be given)";
    help += line + "\n";
  }
  return help;
}

} // namespace dagger
