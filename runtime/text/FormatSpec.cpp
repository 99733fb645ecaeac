// Reading a format specification, and which ones suit which type.
#include "dagger/ElementTypes.h"
#include "runtime/text/Text.h"
#include "runtime/text/Utf8.h"

namespace dagger::text {

static bool isAlign(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }
static bool isDigit(char c) { return c >= '0' && c <= '9'; }

Result<FormatSpec> parseFormat(std::string_view source) {
  FormatSpec spec;
  std::string_view rest = source;
  auto fail = [&](const std::string &what) { return Failure{"format " + quote(source) + ": " + what}; };
  auto take = [&](std::string_view wanted) {
    if (rest.empty() || wanted.find(rest[0]) == std::string_view::npos)
      return char(0);
    char c = rest[0];
    rest.remove_prefix(1);
    return c;
  };
  auto takeNumber = [&](int &number) {
    number = 0;
    int digits = 0;
    for (; !rest.empty() && isDigit(rest[0]); rest.remove_prefix(1), ++digits)
      number = number > 9999 ? number : number * 10 + (rest[0] - '0');
    return digits > 0 && number <= 9999;
  };

  bool filled = false;
  if (!rest.empty()) {
    size_t first = size_t(decode(rest, 0).bytes);
    if (first < rest.size() && isAlign(rest[first])) {
      spec.fill = rest.substr(0, first);
      spec.align = rest[first];
      rest.remove_prefix(first + 1);
      filled = true;
    } else {
      spec.align = take("<>^=");
    }
  }
  if (char sign = take("+- "))
    spec.sign = sign;
  spec.alternate = take("#") != 0;
  spec.zero = take("0") != 0;
  if (spec.zero && !filled)
    spec.fill = "0";
  if (!rest.empty() && isDigit(rest[0]) && !takeNumber(spec.width))
    return fail("the width is over 9,999");
  spec.grouping = take(",_");
  if (take(".")) {
    int precision;
    bool digits = !rest.empty() && isDigit(rest[0]);
    if (!takeNumber(precision))
      return fail(digits ? "the precision is over 9,999" : "a number must follow the point");
    spec.precision = precision;
  }
  spec.type = take("bdoxXeEfFgG%s");
  if (!rest.empty())
    return fail("cannot read " + quote(rest) + "; a format is [[fill]align][sign][#][0][width][,][.precision][type]");
  return spec;
}

std::optional<Failure> checkFormat(const FormatSpec &spec, dg_type type) {
  auto fail = [&](const std::string &what) {
    return Failure{what + " does not suit a value of type " + dg_type_name(type)};
  };
  const bool wantsInteger = spec.type && std::string_view("bdoxX").find(spec.type) != std::string_view::npos;
  const bool wantsFloat = spec.type && std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos;
  const std::string named = std::string("format type `") + spec.type + "`";

  if (type == DG_STR || (type == DG_BOOL && !wantsInteger && !wantsFloat)) {
    if (wantsInteger || wantsFloat)
      return fail(named);
    if (spec.sign)
      return fail("a sign");
    if (spec.align == '=')
      return fail("alignment `=`");
    if (spec.grouping)
      return fail("grouping of digits");
    if (spec.alternate)
      return fail("`#`");
    return std::nullopt;
  }
  if (spec.type == 's')
    return fail(named);
  if ((isIntegerType(type) || type == DG_BOOL) && !wantsFloat) {
    if (spec.precision)
      return fail("a precision");
    if (spec.grouping == ',' && spec.type && spec.type != 'd')
      return Failure{"`,` groups decimal digits only; `_` groups those of `" + std::string(1, spec.type) + "`"};
    return std::nullopt;
  }
  if (wantsInteger)
    return fail(named);
  if (spec.alternate && !spec.type && !spec.precision)
    return Failure{"`#` needs a precision or one of the types e, f, g"};
  if (isComplexType(type) && (spec.align == '=' || spec.zero))
    return fail("filling with zeros");
  return std::nullopt;
}

} // namespace dagger::text
