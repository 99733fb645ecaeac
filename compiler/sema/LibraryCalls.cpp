// Calls of the library's native functions: their arguments by name, and the elementwise ones of Math.def.
#include "compiler/elementary/Functions.h"
#include "compiler/sema/Checker.h"
#include <algorithm>
#include <cmath>

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

const std::map<std::string, Checker::LibraryEntry> &Checker::libraryTable() {
  static const std::map<std::string, LibraryEntry> table = [] {
    std::map<std::string, LibraryEntry> entries;
    addReductions(entries);
    addArrays(entries);
    addText(entries);
    addDates(entries);
    addInputOutput(entries);
    addRandomAndLinear(entries);
    return entries;
  }();
  return table;
}

int Checker::mathArity(const std::string &name, char *domain) {
  struct Function { int arity; char domain; };
  static const std::map<std::string, Function> functions = {
#define DG_MATH(name, arity, domain) {#name, {arity, #domain[0]}},
#include "compiler/hir/Math.def"
#undef DG_MATH
  };
  auto it = functions.find(name);
  if (it == functions.end())
    return 0;
  if (domain)
    *domain = it->second.domain;
  return it->second.arity;
}

bool Checker::isLibraryName(const std::string &name) const { return libraryTable().count(name) || mathArity(name); }

Value Checker::callLibrary(const std::string &name, const ast::Call *call, std::vector<Value> given, const hir::Type *hint, Span span) {
  for (const Value &value : given)
    if (bad(value))
      return poison(span);
  auto entry = libraryTable().find(name);
  if (entry == libraryTable().end())
    return mathCall(name, call, std::move(given), hint, span);
  LibraryCall arguments;
  arguments.name = name;
  arguments.call = call;
  arguments.span = span;
  arguments.given = std::move(given);
  arguments.hint = hint;
  bool ok = true;
  if (call)
    for (const ast::Argument &argument : call->args) {
      if (argument.isInout && name.rfind("linalg.", 0) != 0) {
        error(5003, argument.span, "`" + name + "` has no `inout` parameter");
        ok = false;
      }
      if (argument.name.empty()) {
        arguments.rest.push_back(&argument);
        continue;
      }
      const auto &known = entry->second.parameters;
      if (std::find(known.begin(), known.end(), argument.name) == known.end()) {
        Diagnostic &d = error(3006, argument.nameSpan, "`" + name + "` has no parameter `" + argument.name + "`");
        if (auto near = nearest(argument.name, known))
          d.help = "did you mean `" + *near + "`?";
        ok = false;
      } else if (!arguments.named.emplace(argument.name, &argument).second) {
        error(3006, argument.nameSpan, "parameter `" + argument.name + "` is given twice");
        ok = false;
      }
    }
  int count = int(arguments.count());
  int least = entry->second.least, most = entry->second.most;
  if (ok && (count < least || (most >= 0 && count > most))) {
    std::string wanted = most < 0 ? "at least " + std::to_string(least) : least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
    error(3005, span, "`" + name + "` takes " + wanted + (wanted == "1" ? " argument, " : " arguments, ") + std::to_string(count) + " are given");
    ok = false;
  }
  if (!ok) {
    if (call)
      for (const ast::Argument &argument : call->args)
        if (argument.value->kind != ast::ExprKind::Lambda && argument.value->kind != ast::ExprKind::Column && !functionValue(argument.value, true))
          check(argument.value);
    return poison(span);
  }
  return (this->*entry->second.function)(arguments);
}

Value Checker::argument(LibraryCall &call, size_t i, const hir::Type *hint) {
  if (i < call.given.size())
    return call.given[i];
  return check(call.rest[i - call.given.size()]->value, hint);
}

const ast::Argument *Checker::namedArgument(LibraryCall &call, const std::string &name) {
  auto it = call.named.find(name);
  return it == call.named.end() ? nullptr : it->second;
}

Value Checker::arrayArgument(LibraryCall &call, size_t i) {
  Value value = argument(call, i);
  if (bad(value) || value.type()->isArray())
    return value;
  error(3001, value.expr->span, "`" + call.name + "` takes an array, this is " + toString(value.type()));
  return poison(call.span);
}

Value Checker::textArgument(LibraryCall &call, size_t i) {
  Value value = argument(call, i, strType);
  return expect(value, strType, "an argument of `" + call.name + "`");
}

Value Checker::integerArgument(const ast::Expr *expr) {
  Value value = check(expr, i64);
  if (bad(value))
    return value;
  if (!isInteger(value.type())) {
    mismatch(expr->span, i64, value.type(), "");
    return poison(expr->span);
  }
  return convertScalar(value, i64, expr->span);
}

std::vector<hir::Expr *> Checker::extentArguments(LibraryCall &call, size_t from, std::vector<Extent> &extents, bool &ok) {
  std::vector<hir::Expr *> result;
  for (size_t i = from; i < call.count(); ++i) {
    Value value = argument(call, i, i64);
    if (bad(value)) {
      ok = false;
      continue;
    }
    if (!isInteger(value.type())) {
      mismatch(value.expr->span, i64, value.type(), "an extent is an integer");
      ok = false;
      continue;
    }
    value = convertScalar(value, i64, value.expr->span);
    extents.push_back(extentOf(value.expr));
    if (extents.back().kind == Extent::Number && extents.back().number < 0) {
      error(4008, value.expr->span, "an extent cannot be " + std::to_string(extents.back().number));
      ok = false;
    }
    result.push_back(value.expr);
  }
  if (ok && (result.empty() || result.size() > 8)) {
    error(4002, call.span, "the rank of an array is 1 to 8, not " + std::to_string(result.size()));
    ok = false;
  }
  return result;
}

std::optional<int64_t> Checker::constantArgument(LibraryCall &call, const std::string &name) {
  const ast::Argument *argument = namedArgument(call, name);
  if (!argument)
    return std::nullopt;
  Value value = check(argument->value, i64);
  if (bad(value))
    return std::nullopt;
  if (auto constant = foldInteger(value.expr))
    return constant;
  error(3021, argument->value->span, "`" + name + "` of `" + call.name + "` is a constant integer");
  return std::nullopt;
}

std::optional<bool> Checker::flagArgument(LibraryCall &call, const std::string &name) {
  const ast::Argument *argument = namedArgument(call, name);
  if (!argument)
    return false;
  Value value = check(argument->value, boolType);
  if (bad(value))
    return std::nullopt;
  if (value.type() == boolType && value.expr->op == Op::Const)
    return value.expr->intValue != 0;
  error(3021, argument->value->span, "`" + name + "` of `" + call.name + "` is `true` or `false`");
  return std::nullopt;
}

// -1: no axis is given.
int Checker::axisArgument(LibraryCall &call, int rank, bool &ok) {
  const ast::Argument *argument = namedArgument(call, "axis");
  if (!argument)
    return -1;
  auto axis = constantArgument(call, "axis");
  if (!axis) {
    ok = false;
    return -1;
  }
  if (*axis < 0 || *axis >= rank) {
    error(4006, argument->value->span, "axis " + std::to_string(*axis) + " is out of range: the rank is " + std::to_string(rank)).help = rank > 1 ? "axes count from 0 to " + std::to_string(rank - 1) : "the only axis is 0";
    ok = false;
    return -1;
  }
  return int(*axis);
}

const hir::Type *Checker::typeArgument(LibraryCall &call, const hir::Type *fallback) {
  if (!call.call || call.call->typeArgs.empty())
    return fallback;
  if (call.call->typeArgs.size() > 1) {
    error(3005, call.span, "`" + call.name + "` has one type argument");
    return errorType;
  }
  const hir::Type *type = resolve(call.call->typeArgs[0]);
  if (bad(type) || type->isScalar())
    return type;
  error(3001, call.call->typeArgs[0]->span, "`" + call.name + "` takes the type of an element, this is " + toString(type));
  return errorType;
}

Value Checker::mathConstant(const std::string &name, Span span, const hir::Type *hint) {
  static const std::map<std::string, double> constants = {{"pi", M_PI}, {"e", M_E}, {"tau", 2 * M_PI}, {"inf", HUGE_VAL}, {"nan", std::nan("")}};
  auto it = constants.find(name);
  if (it == constants.end())
    return {};
  const hir::Type *type = hint && (isFloat(elementOf(hint)) || elementOf(hint)->kind == TypeKind::Complex) ? elementOf(hint) : f64;
  bool isSingle = type->width == (type->kind == TypeKind::Complex ? 64 : 32);
  return constant(type, span, 0, isSingle ? double(float(it->second)) : it->second);
}

Value Checker::mathCall(const std::string &name, const ast::Call *call, const std::vector<Value> &given, const hir::Type *hint, Span span) {
  char domain = 0;
  int arity = mathArity(name, &domain);
  size_t count = given.size() + (call ? call->args.size() : 0);
  bool ok = true;
  if (call)
    for (const ast::Argument &argument : call->args)
      if (!argument.name.empty() || argument.isInout) {
        error(argument.isInout ? 5003 : 3006, argument.span, "`" + name + "` has no named and no `inout` parameters");
        ok = false;
      }
  if (ok && int(count) != arity) {
    error(3005, span, "`" + name + "` takes " + std::to_string(arity) + (arity == 1 ? " argument, " : " arguments, ") + std::to_string(count) + " are given");
    ok = false;
  }
  if (!ok) {
    if (call)
      for (const ast::Argument &argument : call->args)
        check(argument.value);
    return poison(span);
  }
  // Literals among the arguments take the type of the others.
  std::vector<Value> args = given;
  args.resize(count);
  const hir::Type *known = nullptr;
  for (const Value &value : given)
    known = elementOf(value.type());
  const hir::Type *wanted = hint && isNumber(elementOf(hint)) ? elementOf(hint) : nullptr;
  bool keepsType = !(name.rfind("is_", 0) == 0 || domain == 'C' || name == "abs");
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = given.size(); i < count; ++i) {
      const ast::Expr *expr = call->args[i - given.size()].value;
      bool flexible = isFlexible(expr);
      if (flexible != (pass == 1))
        continue;
      const hir::Type *type = known ? known : keepsType ? wanted : nullptr;
      if (flexible && !known && domain == 'F' && (!type || isInteger(type)))
        type = f64;
      if (flexible && !known && domain != 'F' && !type) {
        type = i64;
        for (const ast::Argument &argument : call->args)
          if (naturalType(argument.value) == f64)
            type = f64;
      }
      args[i] = check(expr, type);
      if (!known && !bad(args[i]))
        known = elementOf(args[i].type());
    }
  return math(name, args, span);
}

Value Checker::math(const std::string &name, std::vector<Value> args, Span span) {
  char domain = 0;
  mathArity(name, &domain);
  for (const Value &value : args)
    if (bad(value))
      return poison(span);
  const hir::Type *type = elementOf(args[0].type());
  for (size_t i = 1; i < args.size(); ++i)
    if (!sameOperands(args[0], args[i], span, name))
      return poison(span);
  static const std::set<std::string> complexToo = {"sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "abs"};
  bool isComplex = type->kind == TypeKind::Complex;
  bool ok = domain == 'F' ? isFloat(type) || (isComplex && complexToo.count(name)) : domain == 'N' ? isInteger(type) || isFloat(type) || (isComplex && complexToo.count(name)) : domain == 'I' ? isInteger(type) : isComplex;
  if (!ok) {
    const char *wanted = domain == 'F' ? "floating-point numbers" : domain == 'N' ? "numbers" : domain == 'I' ? "integers" : "complex numbers";
    Diagnostic &d = error(3001, args[0].expr->span, "`" + name + "` takes " + wanted + ", this is " + toString(args[0].type()));
    if (domain == 'F' && isInteger(type))
      d.help = "convert it: f64(…)";
    return poison(span);
  }
  const hir::Type *result = type;
  if (name.rfind("is_", 0) == 0)
    result = boolType;
  else if (isComplex && (name == "abs" || name == "real" || name == "imag" || name == "arg"))
    result = scalar(TypeKind::Float, type->width / 2);
  return elementwise(span, args, [&](const std::vector<hir::Expr *> &a) {
    if (name == "fma")
      return node(Op::Fma, type, span, a);
    hir::Expr *e = node(Op::Math, result, span, a);
    bool isOurs = state->isPrecise && type->kind == TypeKind::Float && elementary::arity(name);
    e->text = isOurs ? "libm." + name : name;
    return e;
  });
}

// f32(x), i64(x), T(x), c128(re, im), i64("12").
Value Checker::conversion(const hir::Type *to, const ast::Call &call, std::vector<Value> given, Span span) {
  size_t count = given.size() + call.args.size();
  bool isPair = to->kind == TypeKind::Complex && count == 2;
  for (const ast::Argument &argument : call.args)
    if (!argument.name.empty() || argument.isInout) {
      error(3006, argument.span, "a conversion has no named and no `inout` parameters");
      return poison(span);
    }
  if (count != 1 && !isPair) {
    error(3005, span, "`" + toString(to) + "(…)` takes 1 argument, " + std::to_string(count) + " are given");
    return poison(span);
  }
  if (isPair) {
    const hir::Type *part = scalar(TypeKind::Float, to->width / 2);
    std::vector<Value> parts = given;
    for (const ast::Argument &argument : call.args)
      parts.push_back(check(argument.value, part));
    for (Value &value : parts) {
      if (!bad(value) && elementOf(value.type()) != part)
        mismatch(value.expr->span, part, value.type(), "the parts of a " + toString(to));
      if (bad(value) || elementOf(value.type()) != part)
        return poison(span);
    }
    return elementwise(span, parts, [&](const std::vector<hir::Expr *> &a) {
      hir::Expr *made = node(Op::Math, to, span, a);
      made->text = "complex";
      return made;
    });
  }
  Value value;
  if (!given.empty()) {
    value = given[0];
  } else {
    const ast::Expr *expr = call.args[0].value;
    // A literal is read as what it is converted to, unless it is a float that becomes an integer.
    const hir::Type *hint = isFlexible(expr) && isNumber(to) && !(isInteger(to) && naturalType(expr) == f64) ? to : nullptr;
    value = check(expr, hint);
  }
  if (bad(value))
    return poison(span);
  if (elementOf(value.type()) == strType && to != strType && (isInteger(to) || isFloat(to) || isTime(to))) {
    return elementwise(span, {value}, [&](const std::vector<hir::Expr *> &a) {
      hir::Expr *e = node(Op::Library, to, span, {a[0]});
      e->text = "str.parse";
      return e;
    });
  }
  if (to == i64 && value.type()->kind == TypeKind::Date && state->module->isStdlib)
    return {node(Op::Convert, to, span, {value.expr}), {}, false};
  if (to->isTuple() || to->isArray() || to == strType || isTime(to)) {
    if (value.type() == to)
      return value;
    mismatch(value.expr->span, to, value.type(), "");
    return poison(span);
  }
  return convert(value, to, span);
}

} // namespace dagger::sema
