#include "compiler/lower/Lower.h"
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace dagger::lower {

Lowering::Lowering(const hir::Program &program, MLIRContext &context, Diagnostics &diagnostics)
    : program(program), context(context), diagnostics(diagnostics), builder(&context, &fast) {
  ownTypes.push_back(hir::Type());
  boolType = &ownTypes.back();
  boolType->kind = TypeKind::Bool;
}

OwningOpRef<ModuleOp> Lowering::run(const Options &options) {
  OwningOpRef<ModuleOp> owner = ModuleOp::create(builder.getUnknownLoc());
  module = *owner;
  if (options.tests) {
    for (const hir::Function *test : program.tests)
      emitEntry(test, true);
  } else if (program.main) {
    emitEntry(program.main, false);
  }
  emitPending();
  if (failed || diagnostics.hasErrors())
    return nullptr;
  // What the verifier says about our own output is a bug of ours, and must be seen as one.
  std::string text;
  ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    text += (text.empty() ? "" : "; ") + d.str();
    return success();
  });
  if (mlir::failed(verify(module))) {
    diagnostics.error(6002, Span(), "internal error: the lowering made code that does not verify: " + text);
    return nullptr;
  }
  return owner;
}

OwningOpRef<ModuleOp> lower(const hir::Program &program, MLIRContext &context, const Options &options, Diagnostics &diagnostics) {
  context.loadDialect<arith::ArithDialect, complex::ComplexDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                      memref::MemRefDialect, scf::SCFDialect, tensor::TensorDialect, array::ArrayDialect, task::TaskDialect>();
  return Lowering(program, context, diagnostics).run(options);
}

} // namespace dagger::lower
