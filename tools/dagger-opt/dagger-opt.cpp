// mlir-opt with Dagger's dialects, passes and phases, for those who work on the compiler.
#include "compiler/pipeline/Phases.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dagger::pipeline::registerDialects(registry);
  dagger::pipeline::registerPasses();
  mlir::registerTransformsPasses();
  mlir::registerLinalgPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Dagger's passes over MLIR\n", registry));
}
