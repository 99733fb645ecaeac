// Rows of numbers are constants, and a lookup in one is a function that the code generator defines for the processor.
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"

using namespace mlir;

namespace dagger::task {
namespace {

// The row's numbers as they lie in memory.
template <class T> std::string imageOf(ArrayRef<double> row) {
  SmallVector<T> numbers(row);
  return std::string(reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(T));
}

std::string nameOf(Type type) {
  std::string name = lookupPrefix.str();
  if (auto vector = dyn_cast<VectorType>(type)) name += "v" + std::to_string(vector.getNumElements());
  return name + (getElementTypeOrSelf(type).isF32() ? "f32" : "f64");
}

struct Lookup : Pattern<array::LookupOp> {
  REWRITE(array::LookupOp) {
    Type type = op.getType();
    bool isFloat = getElementTypeOrSelf(type).isF32();
    Value row = abi.bytes(rewriter, op.getLoc(), isFloat ? imageOf<float>(op.getRow()) : imageOf<double>(op.getRow()));
    rewriter.replaceOp(op, abi.call(rewriter, op.getLoc(), nameOf(type), type, {row, adaptor.getWord()}));
    return success();
  }
};

} // namespace

void populateLookupPatterns(RewritePatternSet &patterns, Abi &abi) { patterns.add<Lookup>(abi); }
} // namespace dagger::task
