#include "compiler/driver/Arguments.h"
#include "runtime/abi/Arguments.h"
#include "runtime/text/Text.h"
#include <cstring>

namespace dagger {
namespace {

uint8_t parameterType(const hir::Type *type) {
  switch (type->kind) {
  case hir::TypeKind::Bool: return DG_BOOL;
  case hir::TypeKind::Int: {
    static constexpr dg_type byWidth[2][4] = {{DG_U8, DG_U16, DG_U32, DG_U64}, {DG_I8, DG_I16, DG_I32, DG_I64}};
    return byWidth[type->isSigned][type->width == 8 ? 0 : type->width == 16 ? 1 : type->width == 32 ? 2 : 3];
  }
  case hir::TypeKind::Float:
    return type->isBrain ? DG_BF16 : type->width == 16 ? DG_F16 : type->width == 32 ? DG_F32 : DG_F64;
  case hir::TypeKind::Date: return DG_DATE;
  case hir::TypeKind::Timestamp: return DG_TIMESTAMP;
  default: return DG_STR;
  }
}

std::string defaultText(const hir::Param &param, uint8_t type) {
  const hir::Expr &value = *param.defaultValue;
  switch (type) {
  case DG_STR: return value.text;
  case DG_BOOL: return value.intValue ? "true" : "false";
  case DG_F16: case DG_BF16: case DG_F32: case DG_F64: return text::format(DG_F64, &value.floatValue);
  case DG_DATE: return rt::formatDate(value.intValue);
  case DG_TIMESTAMP: return rt::formatTimestamp(value.intValue);
  case DG_U64: return std::to_string(uint64_t(value.intValue));
  default: return std::to_string(value.intValue);
  }
}

template <class T> T as(const void *place) {
  T value;
  memcpy(&value, place, sizeof(T));
  return value;
}

interp::Value valueAt(const void *place, uint8_t type) {
  interp::Value value;
  switch (type) {
  case DG_STR: value.text = textOf(as<dg_str *>(place)); break;
  case DG_F64: value.floatValue = as<double>(place); break;
  case DG_F32: value.floatValue = double(as<float>(place)); break;
  case DG_F16: value.floatValue = double(as<_Float16>(place)); break;
  case DG_BF16: {
    uint32_t bits = uint32_t(as<uint16_t>(place)) << 16;
    value.floatValue = double(as<float>(&bits));
    break;
  }
  case DG_I8: value.intValue = as<int8_t>(place); break;
  case DG_I16: value.intValue = as<int16_t>(place); break;
  case DG_I32: value.intValue = as<int32_t>(place); break;
  case DG_BOOL: case DG_U8: value.intValue = as<uint8_t>(place); break;
  case DG_U16: value.intValue = as<uint16_t>(place); break;
  case DG_U32: value.intValue = as<uint32_t>(place); break;
  default: value.intValue = as<int64_t>(place); break; // 64 bits, dates and timestamps
  }
  return value;
}

} // namespace

ParsedArguments parseArguments(const hir::Function &main, const std::string &program, const std::vector<std::string> &arguments) {
  std::vector<std::string> defaults(main.params.size());
  std::vector<dg_parameter> parameters;
  for (size_t i = 0; i < main.params.size(); ++i) {
    const hir::Param &param = main.params[i];
    uint8_t type = parameterType(param.var->type);
    if (param.defaultValue) defaults[i] = defaultText(param, type);
    parameters.push_back({param.var->name.c_str(), param.doc.c_str(), type, param.defaultValue ? defaults[i].c_str() : nullptr});
  }
  dg_program described{};
  described.doc = main.doc.c_str();
  described.parameters = parameters.data();
  described.parameter_count = int32_t(parameters.size());

  std::vector<char *> words{const_cast<char *>(program.c_str())};
  for (const std::string &argument : arguments) words.push_back(const_cast<char *>(argument.c_str()));
  ParsedArguments parsed;
  rt::Arguments read(described, dg_options{});
  if (!read.parse(int(words.size()), words.data(), false, parsed.problem)) return parsed;
  if (read.helpWanted) {
    parsed.help = read.help(program, false);
    return parsed;
  }
  for (size_t i = 0; i < parameters.size(); ++i) parsed.values.push_back(valueAt(read.data()[i], parameters[i].type));
  return parsed;
}

} // namespace dagger
