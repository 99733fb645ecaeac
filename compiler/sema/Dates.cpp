// Dates: written ones, their parts and arithmetic, which stand in stdlib/dates.dg.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

void Checker::addDates(std::map<std::string, LibraryEntry> &table) {
  table["date"] = {&Checker::dateCall, {}, 1, 1};
  for (const char *name : {"year", "month", "day", "days", "months"}) table[name] = {&Checker::datePart, {}, 1, 1};
}

bool Checker::isDuration(const hir::Type *type) { return type->isTuple() && type->record == "dates.Duration"; }

Value Checker::dateFunction(const std::string &name, std::vector<Value> args, Span span) {
  const Module *module = standardModule("dates", span);
  const FunctionInfo *info = module ? functionNamed(*module, name) : nullptr;
  if (!info) {
    error(2003, span, "the standard library's dates.dg is not there");
    return poison(span);
  }
  return callFunction(*info, nullptr, nullptr, std::move(args), nullptr, span);
}

Value Checker::datePart(LibraryCall &call) {
  bool ofDate = call.name != "days" && call.name != "months";
  const hir::Type *wanted = ofDate ? scalar(TypeKind::Date) : i64;
  Value value = argument(call, 0, wanted);
  if (bad(value)) return value;
  if (!ofDate && isInteger(elementOf(value.type()))) value = convert(value, i64, call.span);
  if (elementOf(value.type()) != wanted) {
    mismatch(value.expr->span, wanted, value.type(), "the argument of `" + call.name + "`");
    return poison(call.span);
  }
  return dateFunction(call.name, {value}, call.span);
}

// d + days(3), d - months(1), a - b, and sums of durations; nothing if this is something else.
std::optional<Value> Checker::dateArithmetic(const std::string &op, Value lhs, Value rhs, Span span) {
  auto isDate = [&](const Value &value) { return elementOf(value.type())->kind == TypeKind::Date; };
  auto isSpan = [&](const Value &value) { return isDuration(elementOf(value.type())); };
  if (op != "+" && op != "-") return std::nullopt;
  if (op == "-" && isDate(lhs) && isDate(rhs)) return dateFunction("between", {lhs, rhs}, span);
  if (op == "+" && isSpan(lhs) && isDate(rhs)) std::swap(lhs, rhs);
  if (!isSpan(rhs) || (!isDate(lhs) && !isSpan(lhs))) return std::nullopt;
  rhs = once(rhs, "duration");
  Value months = field(rhs, 0, span), days = field(rhs, 1, span);
  if (isDate(lhs)) return dateFunction(op == "+" ? "later" : "earlier", {lhs, months, days}, span);
  lhs = once(lhs, "duration");
  return dateFunction("duration",
                      {arithmetic(op, field(lhs, 0, span), months, span, span, false, false),
                       arithmetic(op, field(lhs, 1, span), days, span, span, false, false)},
                      span);
}

// date("1995-03-15") is a constant: days since 1970-01-01 in the Gregorian calendar.
Value Checker::dateCall(LibraryCall &call) {
  const hir::Type *type = scalar(TypeKind::Date);
  Value text = argument(call, 0, strType);
  if (state->module->isStdlib && !bad(text) && text.type() == i64)
    return {node(Op::Convert, type, call.span, {text.expr}), {}, false};
  text = expect(text, strType, "an argument of `date`");
  if (bad(text)) return text;
  if (text.expr->op != Op::Const) return library("str.parse", type, call.span, {text.expr});
  int year = 0, month = 0, day = 0, used = 0;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const std::string &written = text.expr->text;
  // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion): no number of these can have more than four digits
  bool ok = written.size() == 10 && sscanf(written.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 &&
            used == 10 && year >= 1 && month >= 1 && month <= 12 && day >= 1;
  if (ok) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    ok = day <= lengths[month - 1] + (month == 2 && leap);
  }
  if (!ok) {
    error(3004, text.expr->span, "\"" + written + "\" is no date").help = "a date is written date(\"1995-03-15\")";
    return poison(call.span);
  }
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = y / 400, yearOfEra = y - era * 400;
  int64_t dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return constant(type, call.span, era * 146097 + dayOfEra - 719468);
}

} // namespace dagger::sema
