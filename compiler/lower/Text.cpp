// Text: what values print as, interpolation, the functions on strings.
#include "compiler/lower/Lowering.h"
#include "dagger/library.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dagger::lower {

Value Lowering::runtime(StringRef function, ValueRange operands, mlir::Type result, Location at, bool withContext, bool withLocation,
                        const std::string *spec) {
  UnitAttr unit = builder.getUnitAttr();
  auto op = task::RuntimeOp::create(builder, at, TypeRange(result), builder.getStringAttr(function), operands,
                                    spec ? builder.getStringAttr(*spec) : StringAttr(), withContext ? unit : UnitAttr(),
                                    withLocation ? unit : UnitAttr(), withContext ? UnitAttr() : unit);
  return op.getResult(0);
}

Value Lowering::concat(Value a, Value b, Location at) { return runtime("dg_str_concat", {a, b}, array::StrType::get(&context), at); }

// The number that the runtime has for a scalar type: dg_type, and those of dates.
static int typeNumber(const hir::Type *type) {
  switch (type->kind) {
  case TypeKind::Bool: return DG_BOOL;
  case TypeKind::Int: return (type->isSigned ? DG_I8 : DG_U8) + llvm::Log2_32(unsigned(type->width) / 8);
  case TypeKind::Float: return type->isBrain ? DG_BF16 : type->width == 16 ? DG_F16 : type->width == 32 ? DG_F32 : DG_F64;
  case TypeKind::Complex: return type->width == 64 ? DG_C64 : DG_C128;
  case TypeKind::Str: return DG_STR;
  case TypeKind::Timestamp: return DG_TIMESTAMP;
  default: return DG_DATE;
  }
}

// The text around the parts of a tuple: see DG_PART.
static void appendLayout(const hir::Type *type, std::string &out) {
  if (!type->isTuple()) {
    out += {char(DG_PART), char(typeNumber(type) + 1)};
    return;
  }
  bool isRecord = !type->record.empty();
  out += isRecord ? type->record + " { " : "(";
  for (size_t i = 0; i < type->elements.size(); ++i) {
    out += i ? ", " : "";
    if (isRecord)
      out += type->fields[i] + ": ";
    appendLayout(type->elements[i], out);
  }
  out += isRecord ? " }" : ")";
}

Value Lowering::formatTuples(const Val &array, const hir::Type *type, const std::string &spec, Location at) {
  if (state.context == Context::Kernel || state.context == Context::Scalar)
    return Value();
  std::string layout;
  appendLayout(type->element, layout);
  SmallVector<Attribute> types;
  for (const Leaf &leaf : leaves(type))
    types.push_back(builder.getStringAttr(elementName(leaf.element)));
  mlir::Type result = tensorType(array::StrType::get(&context), 0);
  auto op = array::LibraryOp::create(builder, at, TypeRange(result), builder.getStringAttr("format"), array.parts, ValueRange(), ValueRange(),
                                     ValueRange{text(layout, at), text(spec, at)}, builder.getArrayAttr(types), builder.getStrArrayAttr({"str"}),
                                     DictionaryAttr(), UnitAttr());
  return plain(op.getResult(0), at);
}

Value Lowering::format(Value value, const Leaf &leaf, const std::string &spec, Location at) {
  mlir::Type str = array::StrType::get(&context), i64 = builder.getI64Type();
  const hir::Type *type = leaf.element;
  if (leaf.rank > 0) {
    if (state.context == Context::Kernel || state.context == Context::Scalar)
      return Value();
    return runtime("dg_format_array", {constInt(builder.getI8Type(), typeNumber(type), at), value}, str, at, true, true, &spec);
  }
  switch (type->kind) {
  case TypeKind::Str: return spec.empty() ? value : runtime("dg_format_str", {value}, str, at, false, false, &spec);
  case TypeKind::Bool: return runtime("dg_format_bool", {value}, str, at, false, false, &spec);
  case TypeKind::Date: return runtime("dg_format_date", {value}, str, at, false, false, &spec);
  case TypeKind::Timestamp: return runtime("dg_format_timestamp", {value}, str, at, false, false, &spec);
  case TypeKind::Int: {
    if (type->width < 64)
      value = type->isSigned ? Value(arith::ExtSIOp::create(builder, at, i64, value)) : Value(arith::ExtUIOp::create(builder, at, i64, value));
    return runtime(type->isSigned ? "dg_format_i64" : "dg_format_u64", {value}, str, at, false, false, &spec);
  }
  case TypeKind::Float:
    if (type->width == 64)
      return runtime("dg_format_f64", {value}, str, at, false, false, &spec);
    if (type->width == 32)
      return runtime("dg_format_f32", {value}, str, at, false, false, &spec);
    [[fallthrough]];
  default:
    // Narrow floats and complex numbers print by their own type, which an array of rank 0 knows.
    if (state.context == Context::Kernel || state.context == Context::Scalar)
      return Value();
    return runtime("dg_format_array", {constInt(builder.getI8Type(), typeNumber(type), at), future(value, at)}, str, at, true, true, &spec);
  }
}

Value Lowering::formatValue(const Val &value, const hir::Type *type, const std::string &spec, Location at) {
  if (value.view)
    return Value();
  if (!type->isTuple()) {
    auto types = leaves(type);
    if (type->isArray() && type->element->isTuple())
      return formatTuples(value, type, spec, at);
    if (types.size() != 1)
      return Value();
    Value part = types[0].rank ? value.parts[0] : plain(value.parts[0], at);
    return format(part, types[0], spec, at);
  }
  // (1, "two") or Point { x: 1.0, y: 2.0 }; texts in them are quoted.
  bool isRecord = !type->record.empty();
  Value out = text(isRecord ? type->record + " { " : "(", at);
  for (size_t i = 0; i < type->elements.size(); ++i) {
    std::string between = i ? ", " : "";
    if (isRecord)
      between += type->fields[i] + ": ";
    if (!between.empty())
      out = concat(out, text(between, at), at);
    Val part = field(value, type, int(i));
    bool isText = type->elements[i]->kind == TypeKind::Str;
    Value element = isText ? runtime("dg_str_quote", {plain(part.parts[0], at)}, array::StrType::get(&context), at)
                           : formatValue(part, type->elements[i], spec, at);
    if (!element)
      return Value();
    out = concat(out, element, at);
  }
  return concat(out, text(isRecord ? " }" : ")", at), at);
}

Val Lowering::emitFormat(const Expr *e) {
  Location at = loc(e->span);
  Value out;
  auto append = [&](Value piece) { out = out ? concat(out, piece, at) : piece; };
  for (size_t i = 0; i < e->pieces.size(); ++i) {
    if (!e->pieces[i].empty())
      append(text(e->pieces[i], at));
    if (i >= e->args.size())
      break;
    Value piece = formatValue(emit(e->args[i]), e->args[i]->type, i < e->formats.size() ? e->formats[i] : "", at);
    if (!piece)
      return unsupported(e->args[i]->span, "printing such a value", e->type);
    append(piece);
  }
  return out ? out : text("", at);
}

void Lowering::emitPrint(const Stmt *s) {
  Location at = loc(s->span);
  Value out;
  for (const Expr *a : s->args) {
    Value piece = formatValue(emit(a), a->type, "", at);
    if (!piece) {
      unsupported(a->span, "printing such a value");
      return;
    }
    out = out ? concat(concat(out, text(" ", at), at), piece, at) : piece;
  }
  Value line = text("\n", at);
  task::PrintOp::create(builder, at, out ? concat(out, line, at) : line);
}

Val Lowering::textFunction(const Expr *e) {
  Location at = loc(e->span);
  mlir::Type str = array::StrType::get(&context);
  StringRef name = StringRef(e->text).drop_front(4);
  if (name == "from") {
    Value out = formatValue(emit(e->args[0]), e->args[0]->type, "", at);
    return out ? Val(out) : unsupported(e->span, "printing such a value", e->type);
  }
  Values operands;
  for (const Expr *a : e->args)
    operands.push_back(emitScalar(a));
  if (name == "parse") {
    // dg_parse writes by pointer; the code generator gives it room for the result's type.
    std::string type = elementName(e->type);
    return runtime("dg_parse", operands, scalarType(e->type), at, true, true, &type);
  }
  if (name == "concat") return concat(operands[0], operands[1], at);
  if (name == "len") return runtime("dg_str_length", operands, builder.getI64Type(), at);
  if (name == "slice") {
    Value high = operands.size() > 2 ? operands[2] : runtime("dg_str_length", operands[0], builder.getI64Type(), at);
    return runtime("dg_str_slice", {operands[0], operands[1], high}, str, at, true, true);
  }
  for (StringRef known : {"trim", "lower", "upper", "before", "after"})
    if (name == known)
      return runtime(("dg_str_" + name).str(), operands, str, at);
  for (StringRef known : {"contains", "starts_with", "ends_with", "like"})
    if (name == known)
      return runtime(("dg_str_" + name).str(), operands, builder.getI1Type(), at);
  if (name == "replace") return runtime("dg_str_replace", operands, str, at, true, true);
  if (name == "matches") return runtime("dg_str_matches", operands, builder.getI1Type(), at, true, true);
  return unsupported(e->span, "`" + e->text + "`", e->type);
}

} // namespace dagger::lower
