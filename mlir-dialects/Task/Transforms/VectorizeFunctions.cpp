// Functions with loops of their own get a second version that computes several points at a time.
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_VECTORIZEFUNCTIONS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
bool hasLoops(func::FuncOp function) {
  return function
      .walk([](Operation *op) {
        return isa<scf::WhileOp, scf::ForOp>(op) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

// LLVM takes all calls for equally cheap: it is told that a turn is worth its lanes, where that is the only loop.
void widen(scf::ForOp loop, int64_t lanes) {
  auto marks = loop->getAttrOfType<LLVM::LoopAnnotationAttr>("loop_annotation");
  bool isInnermost = true;
  loop.getBody()->walk([&](Operation *op) { isInnermost &= !isa<scf::ForOp, scf::WhileOp>(op); });
  if (marks || !isInnermost) return;
  Builder builder(loop.getContext());
  auto vectorize = LLVM::LoopVectorizeAttr::get(loop.getContext(), /*disable=*/builder.getBoolAttr(false), {}, {},
                                                /*width=*/builder.getI32IntegerAttr(lanes), {}, {}, {});
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(loop.getContext(), {}, vectorize, {}, {}, {}, {}, {},
                                                                 {}, {}, {}, {}, {}, {}, {}, {}));
}

struct VectorizeFunctions : impl::VectorizeFunctionsBase<VectorizeFunctions> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::MapVector<func::FuncOp, SmallVector<scf::ForOp>> called;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (!context || context != "kernel") continue;
      function.walk([&](func::CallOp call) {
        if (auto loop = call->getParentOfType<scf::ForOp>()) called[calleeOf(call)].push_back(loop);
      });
    }
    for (auto &[function, loops] : called) {
      llvm::SmallPtrSet<Operation *, 4> callers;
      if (!function || function.getNumResults() != 1 || !function.getNumArguments() ||
          !isArithmetic(function, callers) || !hasLoops(function))
        continue;
      int64_t lanes = vectorize(function, symbols);
      for (scf::ForOp loop : loops) widen(loop, lanes);
    }
  }

  // It cannot fail, and neither can what it calls.
  static void setMath(func::FuncOp function) {
    function->setAttr(contextAttr, StringAttr::get(function.getContext(), mathContext));
    function->setAttr("llvm.readnone", UnitAttr::get(function.getContext()));
    function.walk([](func::CallOp call) { setMath(calleeOf(call)); });
  }

  int64_t vectorize(func::FuncOp function, SymbolTable &symbols) {
    unsigned widest = bitsOf(function.getResultTypes()[0]);
    for (Type type : function.getArgumentTypes()) widest = std::max(widest, bitsOf(type));
    int64_t count = vectorBits / std::max(widest, 32u);
    OpBuilder builder(function);
    builder.setInsertionPointAfter(function);
    auto wide = [&](Type type) -> Type { return VectorType::get(count, type); };
    auto type = builder.getFunctionType(llvm::map_to_vector(function.getArgumentTypes(), wide),
                                        llvm::map_to_vector(function.getResultTypes(), wide));
    auto vector =
        func::FuncOp::create(builder, function.getLoc(), (function.getName() + "_x" + Twine(count)).str(), type);
    vector.setPrivate();
    symbols.insert(vector);
    if (Attribute name = function->getAttr("task.name")) vector->setAttr("task.name", name);
    setMath(function);
    setMath(vector);
    function->setAttr(vectorAttr, FlatSymbolRefAttr::get(vector));
    Lanes lanes(OpBuilder::atBlockEnd(vector.addEntryBlock()), count);
    lanes.vectors.map(function.getArguments(), vector.getArguments());
    Operation *end = lanes.emit(function.getBody().front());
    func::ReturnOp::create(lanes.builder, end->getLoc(), lanes.vectorsOf(end->getOperands()));
    return count;
  }
};
} // namespace
} // namespace dagger::task
