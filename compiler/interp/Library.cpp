#include "compiler/interp/Compiler.h"
namespace dagger::interp {
Node *Compiler::library(const hir::Expr *e) {
  throw PlainFailure{NotInterpreted, "the reference execution has no `" + e->text + "`"};
}
}
