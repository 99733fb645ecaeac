// Complex numbers.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;

namespace dagger::lower {

Value Lowering::complexBinary(Op op, Value a, Value b, const hir::Type *type, Location at) {
  switch (op) {
  case Op::Add: return complex::AddOp::create(builder, at, a, b);
  case Op::Sub: return complex::SubOp::create(builder, at, a, b);
  case Op::Mul: return complex::MulOp::create(builder, at, a, b);
  case Op::Div: return complex::DivOp::create(builder, at, a, b);
  case Op::Pow: return complex::PowOp::create(builder, at, a, b);
  default: llvm_unreachable("no operator of complex numbers");
  }
}

Value Lowering::complexMath(StringRef name, ValueRange v, const hir::Type *result, Location at) {
  Value x = v[0];
  if (name == "real") return complex::ReOp::create(builder, at, x);
  if (name == "imag") return complex::ImOp::create(builder, at, x);
  if (name == "conj") return complex::ConjOp::create(builder, at, x);
  if (name == "arg") return complex::AngleOp::create(builder, at, x);
  if (name == "abs") return complex::AbsOp::create(builder, at, x);
  if (name == "sqrt") return complex::SqrtOp::create(builder, at, x);
  if (name == "exp") return complex::ExpOp::create(builder, at, x);
  if (name == "log") return complex::LogOp::create(builder, at, x);
  if (name == "sin") return complex::SinOp::create(builder, at, x);
  if (name == "cos") return complex::CosOp::create(builder, at, x);
  if (name == "tan") return complex::TanOp::create(builder, at, x);
  if (name == "tanh") return complex::TanhOp::create(builder, at, x);
  return Value();
}

} // namespace dagger::lower
