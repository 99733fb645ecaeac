// From the typed program to MLIR: whole values, nothing about chunks, kernels or handles yet ("VALUES").
#pragma once
#include "compiler/diag/Diagnostics.h"
#include "compiler/hir/Hir.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace dagger::lower {

struct Options {
  bool tests = false; // the program's tests in place of main
};

// The module holds @main (attributes task.parameters, task.doc) or one function for each test (attribute task.test: its
// title), and every function they reach. Loads the dialects that it needs into `context`. Null when something cannot be
// lowered; `diagnostics` then says what and where. The verifier has accepted what is returned.
mlir::OwningOpRef<mlir::ModuleOp> lower(const hir::Program &program, mlir::MLIRContext &context, const Options &options,
                                        Diagnostics &diagnostics);

} // namespace dagger::lower
