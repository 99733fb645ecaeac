// Group kernels, as sequential code over groups: between two barriers each lane runs in turn.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dagger::lower {

struct Lowering::State::Group {
  const hir::Function *kernel = nullptr;
};

void Lowering::emitGroupKernel(const hir::Function *f) { unsupported(f->span, "the group kernel `" + f->name + "`"); }

} // namespace dagger::lower
