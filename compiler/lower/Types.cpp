// Types, constants and locations.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dagger::lower {

mlir::Type Lowering::scalarType(const hir::Type *type) {
  switch (type->kind) {
  case TypeKind::Bool: return builder.getI1Type();
  case TypeKind::Int: return builder.getIntegerType(type->width);
  case TypeKind::Float:
    if (type->isBrain)
      return builder.getBF16Type();
    return type->width == 16 ? Type(builder.getF16Type()) : type->width == 32 ? Type(builder.getF32Type()) : Type(builder.getF64Type());
  case TypeKind::Complex:
    return ComplexType::get(type->width == 64 ? Type(builder.getF32Type()) : Type(builder.getF64Type()));
  case TypeKind::Str: return array::StrType::get(&context);
  case TypeKind::Date:
  case TypeKind::Timestamp: return builder.getI64Type();
  default: llvm_unreachable("not a scalar");
  }
}

RankedTensorType Lowering::tensorType(mlir::Type element, int rank) {
  return RankedTensorType::get(SmallVector<int64_t>(rank, ShapedType::kDynamic), element);
}

void Lowering::flatten(const hir::Type *type, SmallVectorImpl<Leaf> &out, int rank) {
  if (type->isArray())
    flatten(type->element, out, type->rank);
  else if (type->isTuple())
    for (const hir::Type *element : type->elements)
      flatten(element, out, rank);
  else if (type->isScalar())
    out.push_back({type, rank});
}

std::pair<unsigned, unsigned> Lowering::fieldRange(const hir::Type *type, int index) {
  const hir::Type *tuple = type->isArray() ? type->element : type;
  unsigned first = 0;
  for (int i = 0; i < index; ++i)
    first += leaves(tuple->elements[i]).size();
  return {first, unsigned(leaves(tuple->elements[index]).size())};
}

Location Lowering::loc(Span span) {
  Location at = UnknownLoc::get(&context);
  if (span.valid()) {
    const SourceFile &file = program.sources->get(span.file);
    SourceFile::Position position = file.position(span.begin);
    at = FileLineColLoc::get(&context, file.path, position.line, position.column);
  }
  if (!state.functionName.empty())
    at = NameLoc::get(builder.getStringAttr(state.functionName), at);
  return state.callSite ? Location(CallSiteLoc::get(at, *state.callSite)) : at;
}

Value Lowering::constInt(mlir::Type type, int64_t value, Location at) {
  return arith::ConstantOp::create(builder, at, builder.getIntegerAttr(type, APInt(type.getIntOrFloatBitWidth(), uint64_t(value), false, true)));
}
Value Lowering::constIndex(int64_t value, Location at) { return arith::ConstantIndexOp::create(builder, at, value); }
Value Lowering::constFloat(mlir::Type type, double value, Location at) {
  return arith::ConstantOp::create(builder, at, builder.getFloatAttr(type, value));
}
Value Lowering::text(StringRef value, Location at) { return array::TextOp::create(builder, at, value); }

Value Lowering::zeroScalar(mlir::Type type, Location at) {
  if (isa<array::StrType>(type))
    return text("", at);
  if (auto complex = dyn_cast<ComplexType>(type)) {
    Value part = constFloat(complex.getElementType(), 0, at);
    return complex::CreateOp::create(builder, at, complex, part, part);
  }
  return arith::ConstantOp::create(builder, at, builder.getZeroAttr(type));
}

Val Lowering::zero(const hir::Type *type, Location at) {
  Val out;
  for (const Leaf &leaf : leaves(type)) {
    if (leaf.rank == 0) {
      out.parts.push_back(zeroScalar(scalarType(leaf.element), at));
      continue;
    }
    Value none = constIndex(0, at);
    out.parts.push_back(emptyTensor(Values(leaf.rank, none), scalarType(leaf.element), at));
  }
  return out;
}

Value Lowering::toIndex(Value value, bool isSigned, Location at) {
  if (value.getType().isIndex())
    return value;
  // An extent that went through i64 is the extent itself: this is what proves reads to be in range.
  if (auto cast = value.getDefiningOp<arith::IndexCastOp>(); cast && value.getType().isInteger(64))
    return cast.getIn();
  if (auto constant = value.getDefiningOp<arith::ConstantOp>(); constant && isa<IntegerAttr>(constant.getValue()) && isSigned)
    return constIndex(cast<IntegerAttr>(constant.getValue()).getValue().getSExtValue(), at);
  if (isSigned || value.getType().isInteger(64))
    return arith::IndexCastOp::create(builder, at, builder.getIndexType(), value);
  return arith::IndexCastUIOp::create(builder, at, builder.getIndexType(), value);
}
Value Lowering::fromIndex(Value value, mlir::Type type, Location at) {
  if (value.getType() == type)
    return value;
  return arith::IndexCastOp::create(builder, at, type, value);
}

Value Lowering::extent(Value tensor, int64_t axis, Location at) { return tensor::DimOp::create(builder, at, tensor, axis); }
Values Lowering::extents(Value tensor, Location at) {
  Values out;
  for (int64_t axis = 0, rank = cast<RankedTensorType>(tensor.getType()).getRank(); axis < rank; ++axis)
    out.push_back(extent(tensor, axis, at));
  return out;
}

bool Lowering::isFuture(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 0;
}
Value Lowering::plain(Value value, Location at) {
  if (!isFuture(value))
    return value;
  if (state.context == Context::Host)
    return task::AwaitOp::create(builder, at, cast<RankedTensorType>(value.getType()).getElementType(), value);
  return array::ElementOp::create(builder, at, cast<RankedTensorType>(value.getType()).getElementType(), value, ValueRange(), builder.getUnitAttr());
}
Value Lowering::future(Value value, Location at) {
  if (isa<RankedTensorType>(value.getType()))
    return value;
  return tensor::FromElementsOp::create(builder, at, RankedTensorType::get({}, value.getType()), ValueRange(value));
}

std::string Lowering::elementName(const hir::Type *type) {
  switch (type->kind) {
  case TypeKind::Bool: return "bool";
  case TypeKind::Int: return (type->isSigned ? "i" : "u") + std::to_string(type->width);
  case TypeKind::Float: return type->isBrain ? "bf16" : "f" + std::to_string(type->width);
  case TypeKind::Complex: return "c" + std::to_string(type->width);
  case TypeKind::Str: return "str";
  case TypeKind::Date: return "date";
  case TypeKind::Timestamp: return "timestamp";
  default: return "";
  }
}

Val Lowering::unsupported(Span span, const std::string &what, const hir::Type *type) {
  failed = true;
  diagnostics.error(6001, span, what + " cannot be compiled yet");
  // A value of the right type, so that emission goes on and finds what else there is.
  return type ? zero(type, loc(span)) : Val();
}

void Lowering::failIf(Value condition, int code, StringRef text, Location at) {
  auto op = scf::IfOp::create(builder, at, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(op.thenBlock());
  task::FailOp::create(builder, at, code, text);
}

const Var *Lowering::freshVar(const hir::Type *type) {
  ownVars.push_back(Var());
  ownVars.back().type = type;
  ownVars.back().isMutable = true;
  return &ownVars.back();
}

} // namespace dagger::lower
