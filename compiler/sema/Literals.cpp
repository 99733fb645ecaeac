// Literals take the type that is wanted of them; what is built of literals alone is as flexible as they are.
#include "compiler/sema/Checker.h"
#include "runtime/text/Text.h"
#include <cfloat>
#include <cmath>

namespace dagger::sema {

using hir::Op;
using hir::TypeKind;

bool Checker::isFlexible(const ast::Block *block) {
  if (!block || block->statements.size() != 1 || block->statements[0]->kind != ast::StmtKind::Expr)
    return false;
  return isFlexible(static_cast<const ast::ExprStmt *>(block->statements[0])->expr);
}

namespace {
struct DepthGuard {
  explicit DepthGuard(int &depth) : depth(depth) { ++depth; }
  ~DepthGuard() { --depth; }
  int &depth;
};
const std::set<std::string> &arithmeticOperators() {
  static const std::set<std::string> ops = {"+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"};
  return ops;
}
bool isMathConstant(const std::string &name) { return name == "pi" || name == "e" || name == "inf" || name == "nan" || name == "tau"; }
} // namespace

bool Checker::isFlexible(const ast::Expr *expr) {
  static thread_local int level = 0;
  DepthGuard guard(level);
  if (!expr || level > 300)
    return false;
  switch (expr->kind) {
  case ast::ExprKind::Integer: return static_cast<const ast::IntegerLit *>(expr)->suffix.empty();
  case ast::ExprKind::Float: return static_cast<const ast::FloatLit *>(expr)->suffix.empty();
  case ast::ExprKind::Unary: {
    auto &e = *static_cast<const ast::Unary *>(expr);
    return e.op != "not" && isFlexible(e.operand);
  }
  case ast::ExprKind::Binary: {
    auto &e = *static_cast<const ast::Binary *>(expr);
    return arithmeticOperators().count(e.op) && isFlexible(e.lhs) && isFlexible(e.rhs);
  }
  case ast::ExprKind::Name: {
    const std::string &name = static_cast<const ast::NameExpr *>(expr)->name;
    if (lookup(name) || !state)
      return false;
    auto it = state->module->decls.find(name);
    return it != state->module->decls.end() && it->second->kind == ast::DeclKind::Const && isFlexible(static_cast<const ast::ConstDecl *>(it->second)->value);
  }
  case ast::ExprKind::Member: {
    auto &e = *static_cast<const ast::Member *>(expr);
    if (e.object->kind != ast::ExprKind::Name)
      return false;
    const std::string &object = static_cast<const ast::NameExpr *>(e.object)->name;
    return object == "math" && isMathConstant(e.name.text) && !lookup(object) && !state->module->decls.count(object);
  }
  case ast::ExprKind::Array: {
    auto &e = *static_cast<const ast::ArrayLit *>(expr);
    for (const ast::Expr *element : e.elements)
      if (!isFlexible(element))
        return false;
    return !e.elements.empty();
  }
  case ast::ExprKind::If: {
    auto &e = *static_cast<const ast::IfExpr *>(expr);
    return isFlexible(e.then) && isFlexible(e.otherwise);
  }
  case ast::ExprKind::Call: {
    auto &e = *static_cast<const ast::Call *>(expr);
    if (e.callee->kind != ast::ExprKind::Name || e.args.empty())
      return false;
    const std::string &name = static_cast<const ast::NameExpr *>(e.callee)->name;
    if (mathArity(name) == 0 || lookup(name) || state->module->decls.count(name))
      return false;
    for (const ast::Argument &argument : e.args)
      if (!isFlexible(argument.value))
        return false;
    return true;
  }
  default: return false;
  }
}

bool Checker::isLiteral(const ast::Expr *expr) {
  switch (expr->kind) {
  case ast::ExprKind::Integer:
  case ast::ExprKind::Float:
  case ast::ExprKind::Name:
  case ast::ExprKind::Member: return isFlexible(expr);
  case ast::ExprKind::Unary: return isFlexible(expr) && isLiteral(static_cast<const ast::Unary *>(expr)->operand);
  default: return false;
  }
}

// f64 where something in it can only be floating, else i64.
const hir::Type *Checker::naturalType(const ast::Expr *expr) {
  bool floating = false;
  Visitor visitor;
  visitor.expr = [&](const ast::Expr &e) {
    switch (e.kind) {
    case ast::ExprKind::Float:
    case ast::ExprKind::Member: floating = true; break;
    case ast::ExprKind::If: { // what it asks for does not say what it gives
      auto &branch = static_cast<const ast::IfExpr &>(e);
      for (const ast::Block *block : {branch.then, branch.otherwise})
        if (block && !block->statements.empty() && block->statements.back()->kind == ast::StmtKind::Expr)
          floating |= naturalType(static_cast<const ast::ExprStmt *>(block->statements.back())->expr) == f64;
      return false;
    }
    case ast::ExprKind::Binary: floating |= static_cast<const ast::Binary &>(e).op == "/"; break;
    case ast::ExprKind::Call: {
      char domain = 0;
      auto &callee = *static_cast<const ast::Call &>(e).callee;
      if (callee.kind == ast::ExprKind::Name)
        mathArity(static_cast<const ast::NameExpr &>(callee).name, &domain);
      floating |= domain == 'F';
      break;
    }
    case ast::ExprKind::Name:
      if (state && constDepth < 32) {
        auto it = state->module->decls.find(static_cast<const ast::NameExpr &>(e).name);
        if (it != state->module->decls.end() && it->second->kind == ast::DeclKind::Const) {
          ++constDepth;
          floating |= naturalType(static_cast<const ast::ConstDecl *>(it->second)->value) == f64;
          --constDepth;
        }
      }
      break;
    default: break;
    }
    return !floating;
  };
  walk(expr, visitor);
  return floating ? f64 : i64;
}

Value Checker::integerLiteral(const ast::IntegerLit &lit, const hir::Type *hint, bool negative, Span span) {
  const hir::Type *type = hint ? elementOf(hint) : i64;
  if (!lit.suffix.empty())
    type = scalarNamed(lit.suffix);
  if (!type || bad(type) || !isNumber(type))
    type = i64;
  if (type->kind != TypeKind::Int) {
    double value = double(lit.value);
    return constant(type, span, 0, negative ? -value : value);
  }
  // The least value of a signed type is its greatest and one.
  uint64_t most = type->width == 64 ? UINT64_MAX : (uint64_t(1) << type->width) - 1;
  if (type->isSigned)
    most = (most >> 1) + (negative ? 1 : 0);
  bool fits = !lit.tooBig && lit.value <= most && (type->isSigned || !negative || lit.value == 0);
  if (!fits) {
    Diagnostic &d = error(3004, span, std::string(negative ? "-" : "") + lit.text + " does not fit into " + toString(type));
    std::string low = type->isSigned ? "-" + std::to_string(uint64_t(1) << (type->width - 1)) : "0";
    uint64_t top = type->width == 64 ? UINT64_MAX : (uint64_t(1) << type->width) - 1;
    d.notes.push_back({{}, toString(type) + " holds " + low + " to " + std::to_string(type->isSigned ? top >> 1 : top)});
    return poison(span);
  }
  return constant(type, span, int64_t(negative ? 0 - lit.value : lit.value));
}

Value Checker::floatLiteral(const ast::FloatLit &lit, const hir::Type *hint, bool negative, Span span) {
  const hir::Type *type = hint ? elementOf(hint) : f64;
  if (!lit.suffix.empty())
    type = scalarNamed(lit.suffix);
  if (!type || bad(type) || (type->kind != TypeKind::Float && type->kind != TypeKind::Complex))
    type = f64;
  double value = negative ? -lit.value : lit.value;
  bool isSingle = type->width == (type->kind == TypeKind::Complex ? 64 : 32);
  double most = type->kind == TypeKind::Complex || type->width >= 32 ? (isSingle ? double(FLT_MAX) : DBL_MAX) : type->isBrain ? 3.3895313892515355e38 : 65504.0;
  if (std::fabs(value) > most) {
    error(3004, span, lit.text + " does not fit into " + toString(type)).notes.push_back({{}, "the greatest " + toString(type) + " is about " + (most > 1e300 ? "1.8e308" : most > 1e30 ? "3.4e38" : "65504")});
    return poison(span);
  }
  if (isSingle)
    value = double(float(value));
  return constant(type, span, 0, value);
}

// Whether the format suits what stands in a text; that of an array or a tuple is for each element.
bool Checker::checkFormat(const std::string &format, const hir::Type *type, Span span) {
  const hir::Type *element = elementOf(type);
  if (element->isTuple()) {
    for (const hir::Type *part : element->elements)
      if (!checkFormat(format, part, span)) return false;
    return true;
  }
  auto spec = text::parseFormat(format);
  if (!spec.ok()) {
    error(3015, span, "`" + format + "` is no format").help =
        "a format is `[[fill]<>^][+][0][width][,][.decimals][b d o x e f g %]`, such as `.3`, `>8`, `.2e`";
    return false;
  }
  bool isFloating = element->kind == TypeKind::Float || element->kind == TypeKind::Complex;
  bool isWhole = isInteger(element);
  auto named = [&](const char *types) {
    return spec->type && std::string_view(types).find(spec->type) != std::string_view::npos;
  };
  bool forFloats = named("eEfFgG%") || (spec->precision && isWhole), forIntegers = named("bdoxX");
  if ((forFloats && !isFloating) || (forIntegers && !isWhole)) {
    error(3015, span,
          "format `" + format + "` is for " + (forFloats ? "floating-point numbers" : "integers") + ", this is " +
              toString(type));
    return false;
  }
  dg_type as = isFloating            ? element->kind == TypeKind::Float ? DG_F64 : DG_C128
               : isWhole             ? DG_I64
               : element == boolType ? DG_BOOL
                                     : DG_STR;
  if (auto failure = text::checkFormat(*spec, as)) {
    error(3015, span, "format `" + format + "`: " + failure->text);
    return false;
  }
  return true;
}

Value Checker::stringLiteral(const ast::StringLit &lit) {
  std::vector<std::string> pieces = {""}, formats;
  std::vector<hir::Expr *> args;
  bool ok = true;
  for (const auto &piece : lit.pieces) {
    if (!piece.expr) {
      pieces.back() += piece.text;
      continue;
    }
    Value value = check(piece.expr);
    if (bad(value)) {
      ok = false;
      continue;
    }
    if (value.type() == voidType) {
      error(3024, piece.expr->span, "this has no value to print");
      ok = false;
      continue;
    }
    if (!piece.format.empty())
      ok &= checkFormat(piece.format, value.type(), piece.formatSpan.valid() ? piece.formatSpan : piece.span);
    args.push_back(value.expr);
    formats.push_back(piece.format);
    pieces.push_back("");
  }
  if (!ok)
    return poison(lit.span);
  if (args.empty())
    return text(pieces[0], lit.span);
  Value result = make(Op::Format, strType, lit.span, std::move(args));
  result.expr->pieces = std::move(pieces);
  result.expr->formats = std::move(formats);
  return result;
}

Value Checker::arrayLiteral(const ast::ArrayLit &lit, const hir::Type *hint) {
  if (lit.elements.empty()) {
    if (!hint || !hint->isArray()) {
      error(3011, lit.span, "nothing says what `[]` holds").help = "write `zeros<f64>(0)`, with the type that is meant";
      return poison(lit.span);
    }
    Value none = make(Op::ArrayLit, hint, lit.span);
    none.shape.extents.resize(size_t(hint->rank));
    none.shape.extents[0] = Extent::of(0);
    return none;
  }
  const hir::Type *elementHint = nullptr;
  if (hint && hint->isArray())
    elementHint = hint->rank > 1 ? program->array(hint->element, hint->rank - 1) : hint->element;
  else if (hint && isNumber(hint))
    elementHint = hint;
  // The elements that know their type say it to the literals.
  std::vector<Value> values(lit.elements.size());
  const hir::Type *found = nullptr;
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < lit.elements.size(); ++i) {
      bool flexible = isFlexible(lit.elements[i]);
      if (flexible != (pass == 1))
        continue;
      const hir::Type *wanted = found ? found : elementHint;
      if (!wanted && flexible) {
        wanted = i64;
        for (const ast::Expr *element : lit.elements)
          if (naturalType(element) == f64)
            wanted = f64;
      }
      values[i] = check(lit.elements[i], wanted);
      if (!found && !bad(values[i]))
        found = values[i].type();
    }
  std::vector<hir::Expr *> args;
  bool ok = found != nullptr;
  for (const Value &value : values) {
    if (bad(value)) {
      ok = false;
      continue;
    }
    if (value.type() != found) {
      if (elementOf(value.type()) == elementOf(found)) {
        error(4003, value.expr->span, "the elements of an array have one shape: expected " + toString(found) + ", found " + toString(value.type()));
      } else {
        mismatch(value.expr->span, found, value.type(), "the elements of an array have one type");
      }
      ok = false;
      continue;
    }
    args.push_back(value.expr);
  }
  if (!ok)
    return poison(lit.span);
  if (found == voidType || (found->isTuple() && !program->array(found, 1)->element->isTuple())) {
    error(3024, lit.span, "the elements of this array have no value");
    return poison(lit.span);
  }
  if (!found->isArray() && !found->isElement()) {
    error(3027, lit.span, "the elements of an array can only be scalars, text, or tuples and records of those");
    return poison(lit.span);
  }
  Shape shape;
  shape.extents.push_back(Extent::of(int64_t(args.size())));
  if (found->isArray()) {
    if (found->rank >= 8) {
      error(4002, lit.span, "the rank of an array is 1 to 8");
      return poison(lit.span);
    }
    for (size_t i = 1; i < values.size(); ++i)
      for (size_t axis = 0; axis < values[0].shape.extents.size(); ++axis)
        if (differ(values[0].shape.extents[axis], values[i].shape.extents[axis])) {
          Diagnostic &d = error(4003, values[i].expr->span, "ragged array: this row has " + toString(values[i].shape.extents[axis]) + " elements, the first has " + toString(values[0].shape.extents[axis]));
          d.notes.push_back({values[0].expr->span, "the first row is here"});
          return poison(lit.span);
        }
    shape.extents.insert(shape.extents.end(), values[0].shape.extents.begin(), values[0].shape.extents.end());
    return make(Op::ArrayLit, program->array(found->element, found->rank + 1), lit.span, args, shape);
  }
  return make(Op::ArrayLit, program->array(found, 1), lit.span, args, shape);
}

Value Checker::recordLiteral(const ast::RecordLit &lit) {
  RecordInfo *info = recordNamed(lit.type, lit.typeSpan, false);
  const hir::Type *type = info ? recordType(*info) : errorType;
  if (bad(type)) {
    for (const auto &field : lit.fields)
      check(field.value);
    return poison(lit.span);
  }
  std::vector<Value> values(type->elements.size());
  bool ok = true;
  for (const auto &field : lit.fields) {
    size_t index = 0;
    while (index < type->fields.size() && type->fields[index] != field.name.text)
      ++index;
    if (index == type->fields.size()) {
      Diagnostic &d = error(3008, field.name.span, "record `" + type->record + "` has no field `" + field.name.text + "`");
      d.help = fieldHelp(field.name.text, type);
      check(field.value);
      ok = false;
      continue;
    }
    if (values[index].expr) {
      error(3019, field.name.span, "field `" + field.name.text + "` is given twice");
      ok = false;
    }
    values[index] = expect(check(field.value, type->elements[index]), type->elements[index], "field `" + field.name.text + "` of `" + type->record + "`");
    ok &= !bad(values[index]);
    if (!bad(values[index]) && info->decl->fields[index].type->kind == ast::TypeExpr::Array) {
      const ast::TypeExpr *declared = info->decl->fields[index].type;
      for (size_t axis = 0; axis < declared->extents.size() && axis < values[index].shape.extents.size(); ++axis)
        if (declared->extents[axis].kind == ast::Extent::Number && differ(Extent::of(declared->extents[axis].number), values[index].shape.extents[axis]))
          error(4001, values[index].expr->span, "the extents differ: field `" + field.name.text + "` has extent " + std::to_string(declared->extents[axis].number) + " along axis " + std::to_string(axis) + ", this has " + toString(values[index].shape.extents[axis]));
    }
  }
  std::string missing;
  for (size_t i = 0; i < values.size(); ++i)
    if (!values[i].expr)
      missing += (missing.empty() ? "`" : ", `") + type->fields[i] + "`";
  if (!missing.empty()) {
    error(3019, lit.span, "record `" + type->record + "` lacks " + missing);
    ok = false;
  }
  if (!ok)
    return poison(lit.span);
  Value result = make(Op::Tuple, type, lit.span);
  for (const Value &value : values) {
    result.expr->args.push_back(value.expr);
    result.shape.elements.push_back(value.shape);
  }
  return result;
}

} // namespace dagger::sema
