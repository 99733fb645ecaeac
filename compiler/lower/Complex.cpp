// Complex numbers.
#include "compiler/lower/Lowering.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dagger::lower {

// C's functions take and give c128; those of c64 are computed in c128 and rounded, and so are quotients.
static Value wide(OpBuilder &builder, Value v, mlir::FloatType part, Location at) {
  if (cast<ComplexType>(v.getType()).getElementType() == part) return v;
  auto resize = [&](Value x) -> Value {
    if (part.isF64()) return arith::ExtFOp::create(builder, at, part, x);
    return arith::TruncFOp::create(builder, at, part, x);
  };
  return complex::CreateOp::create(builder, at, ComplexType::get(part), resize(complex::ReOp::create(builder, at, v)),
                                   resize(complex::ImOp::create(builder, at, v)));
}

Value Lowering::complexLibm(StringRef name, ValueRange v, Location at) {
  Values operands;
  for (Value x : v) operands.push_back(wide(builder, x, builder.getF64Type(), at));
  Value out = libm(("c" + name).str(), operands, at);
  return wide(builder, out, cast<mlir::FloatType>(cast<ComplexType>(v[0].getType()).getElementType()), at);
}

Value Lowering::complexBinary(Op op, Value a, Value b, const hir::Type *type, Location at) {
  switch (op) {
  case Op::Add:
    return complex::AddOp::create(builder, at, a, b);
  case Op::Sub:
    return complex::SubOp::create(builder, at, a, b);
  case Op::Mul:
    return complex::MulOp::create(builder, at, a, b);
  case Op::Div: {
    auto part = cast<mlir::FloatType>(cast<ComplexType>(a.getType()).getElementType());
    auto f64 = builder.getF64Type();
    return wide(builder, complex::DivOp::create(builder, at, wide(builder, a, f64, at), wide(builder, b, f64, at)),
                part, at);
  }
  case Op::Pow:
    return complexLibm("pow", {a, b}, at);
  default:
    llvm_unreachable("no operator of complex numbers");
  }
}

Value Lowering::complexMath(StringRef name, ValueRange v, const hir::Type *result, Location at) {
  Value x = v[0];
  if (name == "complex") return complex::CreateOp::create(builder, at, scalarType(result), x, v[1]);
  if (name == "real") return complex::ReOp::create(builder, at, x);
  if (name == "imag") return complex::ImOp::create(builder, at, x);
  if (name == "conj") return complex::ConjOp::create(builder, at, x);
  if (name == "arg") return complex::AngleOp::create(builder, at, x);
  if (name == "abs")
    return libm("hypot", {complex::ReOp::create(builder, at, x), complex::ImOp::create(builder, at, x)}, at);
  static const llvm::StringSet<> known = {"sqrt", "exp",  "log",  "sin",  "cos",   "tan",   "asin", "acos",
                                          "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"};
  return known.contains(name) ? complexLibm(name, v, at) : Value();
}

} // namespace dagger::lower
