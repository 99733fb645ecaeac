// Numbers: constants, conversions, operators. Integers wrap, or stop under --checked.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace dagger::lower {

Value Lowering::constant(const Expr *e) {
  Location at = loc(e->span);
  mlir::Type type = scalarType(e->type);
  switch (e->type->kind) {
  case TypeKind::Str: return text(e->text, at);
  case TypeKind::Float: return constFloat(type, e->floatValue, at);
  case TypeKind::Complex: {
    auto part = cast<ComplexType>(type).getElementType();
    return complex::CreateOp::create(builder, at, type, constFloat(part, e->floatValue, at), constFloat(part, e->imagValue, at));
  }
  default: return constInt(type, e->intValue, at);
  }
}

// Rounds once: what is wider than f32 goes to a narrow type through f64.
Value Lowering::nearestFloat(Value v, const hir::Type *from, mlir::Type to, Location at) {
  bool isNarrow = to.getIntOrFloatBitWidth() == 16;
  mlir::Type through = isNarrow ? mlir::Type(builder.getF64Type()) : to;
  Value f = isUnsigned(from) ? Value(arith::UIToFPOp::create(builder, at, through, v)) : Value(arith::SIToFPOp::create(builder, at, through, v));
  return isNarrow ? Value(arith::TruncFOp::create(builder, at, to, f)) : f;
}

Value Lowering::convert(Value v, const hir::Type *from, const hir::Type *to, Location at) {
  if (from == to)
    return v;
  mlir::Type type = scalarType(to);
  if (from->kind == TypeKind::Complex) {
    if (to->kind == TypeKind::Complex) {
      auto part = cast<ComplexType>(type).getElementType();
      auto resize = [&](Value x) -> Value {
        if (x.getType() == part)
          return x;
        return part.isF64() ? Value(arith::ExtFOp::create(builder, at, part, x)) : Value(arith::TruncFOp::create(builder, at, part, x));
      };
      return complex::CreateOp::create(builder, at, type, resize(complex::ReOp::create(builder, at, v)), resize(complex::ImOp::create(builder, at, v)));
    }
    hir::Type part = *from;
    part.kind = TypeKind::Float;
    part.width = from->width / 2;
    return convert(complex::ReOp::create(builder, at, v), &part, to, at);
  }
  if (to->kind == TypeKind::Complex) {
    hir::Type part = *to;
    part.kind = TypeKind::Float;
    part.width = to->width / 2;
    Value re = convert(v, from, &part, at);
    return complex::CreateOp::create(builder, at, type, re, constFloat(re.getType(), 0, at));
  }
  bool fromFloat = from->kind == TypeKind::Float, toFloat = to->kind == TypeKind::Float;
  if (fromFloat && toFloat) {
    mlir::Type source = v.getType();
    if (source == type)
      return v;
    unsigned a = source.getIntOrFloatBitWidth(), b = type.getIntOrFloatBitWidth();
    if (a == b) // f16 and bf16
      v = arith::ExtFOp::create(builder, at, builder.getF32Type(), v);
    return b > a ? Value(arith::ExtFOp::create(builder, at, type, v)) : Value(arith::TruncFOp::create(builder, at, type, v));
  }
  if (toFloat)
    return nearestFloat(v, from, type, at);
  if (to->kind == TypeKind::Bool) {
    if (fromFloat)
      return arith::CmpFOp::create(builder, at, CmpFPredicate::UNE, v, constFloat(v.getType(), 0, at));
    return arith::CmpIOp::create(builder, at, CmpIPredicate::ne, v, constInt(v.getType(), 0, at));
  }
  if (fromFloat) {
    // Truncates, saturates, NaN is 0. What fptosi gives out of range is never chosen.
    if (v.getType().getIntOrFloatBitWidth() == 16)
      v = arith::ExtFOp::create(builder, at, builder.getF32Type(), v);
    unsigned width = type.getIntOrFloatBitWidth();
    bool isSigned = !isUnsigned(to);
    double above = std::ldexp(1.0, int(width) - isSigned);
    Value raw = isSigned ? Value(arith::FPToSIOp::create(builder, at, type, v)) : Value(arith::FPToUIOp::create(builder, at, type, v));
    Value top = arith::CmpFOp::create(builder, at, CmpFPredicate::OGE, v, constFloat(v.getType(), above, at));
    Value bottom = arith::CmpFOp::create(builder, at, CmpFPredicate::OLE, v, constFloat(v.getType(), isSigned ? -above : 0, at));
    Value nan = arith::CmpFOp::create(builder, at, CmpFPredicate::UNO, v, v);
    int64_t least = isSigned ? int64_t(uint64_t(1) << (width - 1)) : 0;
    int64_t most = isSigned ? int64_t((uint64_t(1) << (width - 1)) - 1) : -1;
    Value result = select(top, constInt(type, most, at), raw, at);
    result = select(bottom, constInt(type, least, at), result, at);
    return select(nan, constInt(type, 0, at), result, at);
  }
  unsigned a = v.getType().getIntOrFloatBitWidth(), b = type.getIntOrFloatBitWidth();
  if (a == b)
    return v;
  if (b < a)
    return arith::TruncIOp::create(builder, at, type, v);
  return isUnsigned(from) ? Value(arith::ExtUIOp::create(builder, at, type, v)) : Value(arith::ExtSIOp::create(builder, at, type, v));
}

Value Lowering::unary(Op op, Value v, const hir::Type *type, Location at) {
  mlir::Type t = v.getType();
  if (op == Op::Not)
    return arith::XOrIOp::create(builder, at, v, boolean(true, at));
  if (op == Op::BitNot)
    return arith::XOrIOp::create(builder, at, v, constInt(t, -1, at));
  if (type->kind == TypeKind::Float)
    return arith::NegFOp::create(builder, at, v);
  if (type->kind == TypeKind::Complex)
    return complex::NegOp::create(builder, at, v);
  return checkedArithmetic(Op::Sub, constInt(t, 0, at), v, !isUnsigned(type), at);
}

Value Lowering::checkedArithmetic(Op op, Value a, Value b, bool isSigned, Location at) {
  mlir::Type t = a.getType();
  Value r = op == Op::Add   ? Value(arith::AddIOp::create(builder, at, a, b))
            : op == Op::Sub ? Value(arith::SubIOp::create(builder, at, a, b))
                            : Value(arith::MulIOp::create(builder, at, a, b));
  if (!program.isChecked)
    return r;
  Value over;
  auto x = [&](Value p, Value q) -> Value { return arith::XOrIOp::create(builder, at, p, q); };
  if (op == Op::Mul) {
    if (isSigned) {
      auto wide = arith::MulSIExtendedOp::create(builder, at, a, b);
      Value sign = arith::ShRSIOp::create(builder, at, wide.getLow(), constInt(t, t.getIntOrFloatBitWidth() - 1, at));
      over = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, wide.getHigh(), sign);
    } else {
      auto wide = arith::MulUIExtendedOp::create(builder, at, a, b);
      over = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, wide.getHigh(), constInt(t, 0, at));
    }
  } else if (isSigned) {
    // The result's sign differs from that of the operands that decide it.
    Value other = op == Op::Add ? x(b, r) : x(a, b);
    Value both = arith::AndIOp::create(builder, at, x(a, r), other);
    over = arith::CmpIOp::create(builder, at, CmpIPredicate::slt, both, constInt(t, 0, at));
  } else {
    over = op == Op::Add ? arith::CmpIOp::create(builder, at, CmpIPredicate::ult, r, a) : arith::CmpIOp::create(builder, at, CmpIPredicate::ult, a, b);
  }
  failIf(over, 9005, "integer overflow", at);
  return r;
}

Value Lowering::integerPower(Value base, Value exponent, const hir::Type *type, Location at) {
  mlir::Type t = base.getType();
  bool isSigned = !isUnsigned(type);
  Value one = constInt(t, 1, at), zero = constInt(t, 0, at);
  // A small constant exponent is a few products.
  if (auto constant = exponent.getDefiningOp<arith::ConstantOp>()) {
    int64_t n = cast<IntegerAttr>(constant.getValue()).getValue().getSExtValue();
    if (n >= 0 && n <= 4) {
      Value result = one;
      Value square = base;
      if (n == 0)
        return one;
      if (n >= 2)
        square = checkedArithmetic(Op::Mul, base, base, isSigned, at);
      result = n == 1 ? base : n == 2 ? square : n == 3 ? checkedArithmetic(Op::Mul, base, square, isSigned, at) : checkedArithmetic(Op::Mul, square, square, isSigned, at);
      return result;
    }
  }
  Value negative;
  if (isSigned) {
    negative = arith::CmpIOp::create(builder, at, CmpIPredicate::slt, exponent, zero);
    Value noBase = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, base, zero);
    failIf(arith::AndIOp::create(builder, at, negative, noBase), 9004, "division by zero", at);
  }
  Value original = base, lastBit = one;
  Value exponentBefore = exponent;
  if (isSigned)
    exponent = select(negative, zero, exponent, at);
  // while exponent != 0: result *= base when the bit is set; base *= base unless it was the last bit.
  SmallVector<mlir::Type> types(3, t);
  SmallVector<Location> places(3, at);
  auto loop = scf::WhileOp::create(builder, at, types, ValueRange{one, base, exponent});
  {
    OpBuilder::InsertionGuard guard(builder);
    Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
    Value more = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, before->getArgument(2), zero);
    scf::ConditionOp::create(builder, at, more, before->getArguments());
    Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
    Value result = after->getArgument(0), power = after->getArgument(1), left = after->getArgument(2);
    Value bit = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, arith::AndIOp::create(builder, at, left, lastBit), zero);
    Value next = branch(at, bit, {}, [&] { return Val(checkedArithmetic(Op::Mul, result, power, isSigned, at)); }, [&] { return Val(result); }).parts[0];
    Value rest = arith::ShRUIOp::create(builder, at, left, one);
    Value goesOn = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, rest, zero);
    Value square = branch(at, goesOn, {}, [&] { return Val(checkedArithmetic(Op::Mul, power, power, isSigned, at)); }, [&] { return Val(power); }).parts[0];
    scf::YieldOp::create(builder, at, ValueRange{next, square, rest});
  }
  Value result = loop.getResult(0);
  if (!isSigned)
    return result;
  // To a negative power: 1 stays, -1 alternates, all else rounds to 0.
  Value minusOne = constInt(t, -1, at);
  Value isOne = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, original, one);
  Value isMinusOne = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, original, minusOne);
  Value small = select(isOne, one, zero, at);
  Value odd = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, arith::AndIOp::create(builder, at, exponentBefore, one), zero);
  small = select(arith::AndIOp::create(builder, at, isMinusOne, odd), minusOne, select(isMinusOne, one, small, at), at);
  return select(negative, small, result, at);
}

Value Lowering::integerBinary(Op op, Value a, Value b, const hir::Type *type, Location at) {
  mlir::Type t = a.getType();
  bool isSigned = !isUnsigned(type);
  switch (op) {
  case Op::Add:
  case Op::Sub:
  case Op::Mul: return checkedArithmetic(op, a, b, isSigned, at);
  case Op::FloorDiv:
  case Op::Mod: {
    Value zero = constInt(t, 0, at), minusOne = constInt(t, -1, at);
    APInt divisor;
    bool isConstant = matchPattern(b, m_ConstantInt(&divisor));
    if (!isConstant || divisor.isZero())
      failIf(arith::CmpIOp::create(builder, at, CmpIPredicate::eq, b, zero), 9004, "division by zero", at);
    if (!isSigned)
      return op == Op::Mod ? Value(arith::RemUIOp::create(builder, at, a, b)) : Value(arith::DivUIOp::create(builder, at, a, b));
    // By -1 apart: the one quotient that does not fit wraps.
    bool mayBeMinusOne = !isConstant || divisor.isAllOnes();
    Value isMinusOne, by = b;
    if (mayBeMinusOne) {
      isMinusOne = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, b, minusOne);
      by = select(isMinusOne, constInt(t, 1, at), b, at);
    }
    Value remainder = arith::RemSIOp::create(builder, at, a, by);
    Value inexact = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, remainder, zero);
    Value signs = arith::CmpIOp::create(builder, at, CmpIPredicate::slt, arith::XOrIOp::create(builder, at, remainder, by), zero);
    Value adjust = arith::AndIOp::create(builder, at, inexact, signs);
    if (op == Op::Mod) {
      // With 1 in place of -1 the remainder is 0, as it should be.
      return select(adjust, arith::AddIOp::create(builder, at, remainder, by), remainder, at);
    }
    Value quotient = arith::DivSIOp::create(builder, at, a, by);
    quotient = select(adjust, arith::SubIOp::create(builder, at, quotient, constInt(t, 1, at)), quotient, at);
    if (!mayBeMinusOne)
      return quotient;
    Value negated = arith::SubIOp::create(builder, at, zero, a);
    if (program.isChecked) {
      Value least = constInt(t, int64_t(uint64_t(1) << (t.getIntOrFloatBitWidth() - 1)), at);
      Value isLeast = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, a, least);
      failIf(arith::AndIOp::create(builder, at, isLeast, isMinusOne), 9005, "integer overflow", at);
    }
    return select(isMinusOne, negated, quotient, at);
  }
  case Op::Pow: return integerPower(a, b, type, at);
  case Op::BitAnd: return arith::AndIOp::create(builder, at, a, b);
  case Op::BitOr: return arith::OrIOp::create(builder, at, a, b);
  case Op::BitXor: return arith::XOrIOp::create(builder, at, a, b);
  case Op::Shl:
  case Op::Shr: {
    // By the width or more, or by a negative number: every bit goes out.
    unsigned width = t.getIntOrFloatBitWidth();
    Value out = arith::CmpIOp::create(builder, at, CmpIPredicate::uge, b, constInt(t, width, at));
    Value last = constInt(t, width - 1, at);
    if (op == Op::Shr && isSigned)
      return arith::ShRSIOp::create(builder, at, a, select(out, last, b, at));
    Value by = select(out, constInt(t, 0, at), b, at);
    Value shifted = op == Op::Shl ? Value(arith::ShLIOp::create(builder, at, a, by)) : Value(arith::ShRUIOp::create(builder, at, a, by));
    return select(out, constInt(t, 0, at), shifted, at);
  }
  default: llvm_unreachable("no integer operator");
  }
}

Value Lowering::floatBinary(Op op, Value a, Value b, const hir::Type *type, Location at) {
  mlir::Type t = a.getType();
  if (t.getIntOrFloatBitWidth() == 16 && (op == Op::FloorDiv || op == Op::Mod || op == Op::Pow)) {
    mlir::Type wide = builder.getF32Type();
    auto widen = [&](Value v) -> Value { return arith::ExtFOp::create(builder, at, wide, v); };
    return arith::TruncFOp::create(builder, at, t, floatBinary(op, widen(a), widen(b), type, at));
  }
  switch (op) {
  case Op::Add: return arith::AddFOp::create(builder, at, a, b);
  case Op::Sub: return arith::SubFOp::create(builder, at, a, b);
  case Op::Mul: return arith::MulFOp::create(builder, at, a, b);
  case Op::Div: return arith::DivFOp::create(builder, at, a, b);
  case Op::FloorDiv: return math::FloorOp::create(builder, at, arith::DivFOp::create(builder, at, a, b));
  case Op::Mod: {
    Value zero = constFloat(t, 0, at);
    Value r = arith::RemFOp::create(builder, at, a, b);
    Value inexact = arith::CmpFOp::create(builder, at, CmpFPredicate::UNE, r, zero);
    Value negative = arith::CmpFOp::create(builder, at, CmpFPredicate::OLT, r, zero);
    Value divisor = arith::CmpFOp::create(builder, at, CmpFPredicate::OLT, b, zero);
    Value adjust = arith::AndIOp::create(builder, at, inexact, arith::XOrIOp::create(builder, at, negative, divisor));
    return select(adjust, arith::AddFOp::create(builder, at, r, b), r, at);
  }
  case Op::Pow: {
    // Squares are exact products of what pow gives too; the reference calls pow, whose square is correctly rounded.
    if (auto constant = b.getDefiningOp<arith::ConstantOp>())
      if (cast<FloatAttr>(constant.getValue()).getValue().isExactlyValue(2.0))
        return arith::MulFOp::create(builder, at, a, a);
    return math::PowFOp::create(builder, at, a, b);
  }
  default: llvm_unreachable("no operator of floats");
  }
}

Value Lowering::binary(Op op, Value a, Value b, const hir::Type *type, Location at) {
  switch (type->kind) {
  case TypeKind::Float: return floatBinary(op, a, b, type, at);
  case TypeKind::Complex: return complexBinary(op, a, b, type, at);
  case TypeKind::Str: return concat(a, b, at);
  default: return integerBinary(op, a, b, type, at);
  }
}

Value Lowering::compare(Op op, Value a, Value b, const hir::Type *type, Location at) {
  if (type->kind == TypeKind::Str) {
    a = runtime("dg_str_compare", {a, b}, builder.getI32Type(), at);
    b = constInt(builder.getI32Type(), 0, at);
  }
  if (type->kind == TypeKind::Complex)
    return op == Op::Eq ? Value(complex::EqualOp::create(builder, at, a, b)) : Value(complex::NotEqualOp::create(builder, at, a, b));
  if (type->kind == TypeKind::Float) {
    CmpFPredicate p = op == Op::Eq   ? CmpFPredicate::OEQ
                      : op == Op::Ne ? CmpFPredicate::UNE
                      : op == Op::Lt ? CmpFPredicate::OLT
                      : op == Op::Le ? CmpFPredicate::OLE
                      : op == Op::Gt ? CmpFPredicate::OGT
                                     : CmpFPredicate::OGE;
    return arith::CmpFOp::create(builder, at, p, a, b);
  }
  bool u = isUnsigned(type);
  CmpIPredicate p = op == Op::Eq   ? CmpIPredicate::eq
                    : op == Op::Ne ? CmpIPredicate::ne
                    : op == Op::Lt ? (u ? CmpIPredicate::ult : CmpIPredicate::slt)
                    : op == Op::Le ? (u ? CmpIPredicate::ule : CmpIPredicate::sle)
                    : op == Op::Gt ? (u ? CmpIPredicate::ugt : CmpIPredicate::sgt)
                                   : (u ? CmpIPredicate::uge : CmpIPredicate::sge);
  return arith::CmpIOp::create(builder, at, p, a, b);
}

} // namespace dagger::lower
