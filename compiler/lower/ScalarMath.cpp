// The elementwise functions of Math.def: those of compiler/elementary, the math dialect's, else C's by their names.
#include "compiler/elementary/Functions.h"
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"
#include <limits>

using namespace mlir;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace dagger::lower {

Value Lowering::libm(StringRef name, ValueRange v, Location at) {
  mlir::Type type = v[0].getType();
  std::string symbol = name.str() + (type.isF32() ? "f" : "");
  auto callee = module.lookupSymbol<func::FuncOp>(symbol);
  if (!callee) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    callee = func::FuncOp::create(builder, builder.getUnknownLoc(), symbol,
                                  builder.getFunctionType(SmallVector<mlir::Type>(v.size(), type), type));
    callee.setPrivate();
    callee->setAttr(task::contextAttr, builder.getStringAttr(task::scalarContext));
    // C's math function: depends on its arguments alone.
    callee->setAttr("task.libm", builder.getUnitAttr());
  }
  return func::CallOp::create(builder, at, callee, v).getResult(0);
}

Value Lowering::minMax(bool isMax, Value a, Value b, const hir::Type *type, Location at) {
  if (type->kind != TypeKind::Float) {
    Value better = compare(isMax ? Op::Gt : Op::Lt, b, a, type, at);
    return select(better, b, a, at);
  }
  // NaN propagates, the first of two; ties go to the first. With `a` a number, an unordered test takes a NaN in `b`.
  Value better = arith::CmpFOp::create(builder, at, isMax ? CmpFPredicate::UGT : CmpFPredicate::ULT, b, a);
  Value nan = arith::CmpFOp::create(builder, at, CmpFPredicate::UNO, a, a);
  return select(nan, a, select(better, b, a, at), at);
}

Value Lowering::floatMath(StringRef name, ValueRange v, Location at) {
  Value x = v[0];
  if (name.consume_front("libm.")) return libm(name, v, at);
  if (elementary::arity(name)) return array::MathOp::create(builder, at, x.getType(), name, v);
  using Make = std::function<Value()>;
#define DG_UNARY(text, OpName) {text, [&]() -> Value { return math::OpName::create(builder, at, x); }}
  static const char *const direct[] = {"gamma", "lgamma", "hypot", "remainder", "nextafter", "fdim", "exp10"};
  for (const char *d : direct)
    if (name == d)
      return libm(name == "gamma" ? "tgamma" : name, v, at);
  const std::pair<StringRef, Make> table[] = {
      DG_UNARY("sqrt", SqrtOp),   DG_UNARY("cbrt", CbrtOp),   DG_UNARY("sin", SinOp),       DG_UNARY("cos", CosOp),
      DG_UNARY("tan", TanOp),     DG_UNARY("floor", FloorOp), DG_UNARY("ceil", CeilOp),     DG_UNARY("round", RoundOp),
      DG_UNARY("rint", RoundEvenOp), DG_UNARY("trunc", TruncOp),
      DG_UNARY("abs", AbsFOp),
      {"copysign", [&]() -> Value { return math::CopySignOp::create(builder, at, x, v[1]); }},
      {"fmod", [&]() -> Value { return arith::RemFOp::create(builder, at, x, v[1]); }},
  };
#undef DG_UNARY
  for (const auto &[known, make] : table)
    if (name == known)
      return make();
  return Value();
}

Value Lowering::integerMath(StringRef name, ValueRange v, const hir::Type *type, Location at) {
  Value x = v[0];
  mlir::Type t = x.getType();
  unsigned width = t.getIntOrFloatBitWidth();
  bool isSigned = !isUnsigned(type);
  Value zero = constInt(t, 0, at);
  if (name == "popcount") return math::CtPopOp::create(builder, at, x);
  if (name == "leading_zeros") return math::CountLeadingZerosOp::create(builder, at, x);
  if (name == "trailing_zeros") return math::CountTrailingZerosOp::create(builder, at, x);
  if (name == "rotate_left" || name == "rotate_right") {
    Value mask = constInt(t, width - 1, at);
    Value by = arith::AndIOp::create(builder, at, v[1], mask);
    Value back = arith::AndIOp::create(builder, at, arith::SubIOp::create(builder, at, zero, by), mask);
    if (name == "rotate_right")
      std::swap(by, back);
    return arith::OrIOp::create(builder, at, arith::ShLIOp::create(builder, at, x, by), arith::ShRUIOp::create(builder, at, x, back));
  }
  auto magnitude = [&](Value value) -> Value {
    if (!isSigned)
      return value;
    Value negative = arith::CmpIOp::create(builder, at, CmpIPredicate::slt, value, zero);
    return select(negative, arith::SubIOp::create(builder, at, zero, value), value, at);
  };
  if (name == "abs") {
    if (!isSigned)
      return x;
    Value negative = arith::CmpIOp::create(builder, at, CmpIPredicate::slt, x, zero);
    Value negated = branch(at, negative, {}, [&] { return Val(checkedArithmetic(Op::Sub, zero, x, true, at)); }, [&] { return Val(x); }).parts[0];
    return negated;
  }
  if (name == "sign") {
    Value one = constInt(t, 1, at);
    Value positive = compare(Op::Gt, x, zero, type, at);
    Value result = select(positive, one, zero, at);
    return isSigned ? select(compare(Op::Lt, x, zero, type, at), constInt(t, -1, at), result, at) : result;
  }
  if (name == "gcd" || name == "lcm") {
    SmallVector<mlir::Type> types(2, t);
    SmallVector<Location> places(2, at);
    Value a = magnitude(x), b = magnitude(v[1]);
    auto loop = scf::WhileOp::create(builder, at, types, ValueRange{a, b});
    {
      OpBuilder::InsertionGuard guard(builder);
      Block *before = builder.createBlock(&loop.getBefore(), {}, types, places);
      Value more = arith::CmpIOp::create(builder, at, CmpIPredicate::ne, before->getArgument(1), zero);
      scf::ConditionOp::create(builder, at, more, before->getArguments());
      Block *after = builder.createBlock(&loop.getAfter(), {}, types, places);
      Value rest = arith::RemUIOp::create(builder, at, after->getArgument(0), after->getArgument(1));
      scf::YieldOp::create(builder, at, ValueRange{after->getArgument(1), rest});
    }
    Value divisor = loop.getResult(0);
    if (name == "gcd")
      return divisor;
    Value isZero = arith::CmpIOp::create(builder, at, CmpIPredicate::eq, divisor, zero);
    Value by = select(isZero, constInt(t, 1, at), divisor, at);
    return checkedArithmetic(Op::Mul, arith::DivUIOp::create(builder, at, a, by), b, isSigned, at);
  }
  return Value();
}

Value Lowering::math(const std::string &name, ValueRange v, const hir::Type *operand, const hir::Type *result, Span span, Location at) {
  if (name == "min" || name == "max")
    return minMax(name == "max", v[0], v[1], operand, at);
  if (name == "clamp")
    return minMax(false, minMax(true, v[0], v[1], operand, at), v[2], operand, at);
  auto missing = [&] { return unsupported(span, "`" + name + "` of " + elementName(operand), result).parts[0]; };
  if (operand->kind == TypeKind::Complex) {
    if (name == "fma")
      return complexBinary(Op::Add, complexBinary(Op::Mul, v[0], v[1], operand, at), v[2], operand, at);
    Value out = complexMath(name, v, result, at);
    return out ? out : missing();
  }
  if (name == "complex") return complexMath(name, v, result, at);
  if (operand->kind == TypeKind::Float) {
    mlir::Type t = v[0].getType();
    bool isNarrow = t.getIntOrFloatBitWidth() == 16;
    if (name == "fma") {
      // A product of narrow floats is exact in f64, and so nearly the sum that no second rounding shows.
      if (fast.isOn && !isNarrow) // LLVM makes one of them again, and vectors of a loop that adds up
        return arith::AddFOp::create(builder, at, arith::MulFOp::create(builder, at, v[0], v[1]), v[2]);
      if (!isNarrow)
        return math::FmaOp::create(builder, at, v[0], v[1], v[2]);
      Values wide;
      for (Value x : v)
        wide.push_back(arith::ExtFOp::create(builder, at, builder.getF64Type(), x));
      return arith::TruncFOp::create(builder, at, t, math::FmaOp::create(builder, at, wide[0], wide[1], wide[2]));
    }
    Values wide(v);
    if (isNarrow)
      for (Value &x : wide)
        x = arith::ExtFOp::create(builder, at, builder.getF32Type(), x);
    mlir::Type w = wide[0].getType();
    if (name == "is_nan")
      return arith::CmpFOp::create(builder, at, CmpFPredicate::UNO, wide[0], wide[0]);
    if (name == "is_inf" || name == "is_finite") {
      Value size = math::AbsFOp::create(builder, at, wide[0]);
      Value inf = constFloat(w, std::numeric_limits<double>::infinity(), at);
      return arith::CmpFOp::create(builder, at, name == "is_inf" ? CmpFPredicate::OEQ : CmpFPredicate::OLT, size, inf);
    }
    if (name == "sign") {
      // Zeros and NaN stay what they are.
      Value zero = constFloat(w, 0, at);
      Value up = arith::CmpFOp::create(builder, at, CmpFPredicate::OGT, wide[0], zero);
      Value down = arith::CmpFOp::create(builder, at, CmpFPredicate::OLT, wide[0], zero);
      Value out = select(up, constFloat(w, 1, at), select(down, constFloat(w, -1, at), wide[0], at), at);
      return isNarrow ? Value(arith::TruncFOp::create(builder, at, t, out)) : out;
    }
    if (isNarrow && name == "nextafter")
      return missing();
    Value out = floatMath(name, wide, at);
    if (!out)
      return missing();
    return isNarrow ? Value(arith::TruncFOp::create(builder, at, t, out)) : out;
  }
  if (name == "fma")
    return integerBinary(Op::Add, integerBinary(Op::Mul, v[0], v[1], operand, at), v[2], operand, at);
  Value out = integerMath(name, v, operand, at);
  if (!out)
    return missing();
  return convert(out, operand, result, at);
}

} // namespace dagger::lower
