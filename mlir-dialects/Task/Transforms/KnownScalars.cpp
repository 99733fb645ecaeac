// Scalars that come of light tasks, and of which nothing has to be waited for.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir-dialects/Task/Transforms/Silent.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_KNOWNSCALARS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
bool isScalarTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() == 0 && !isa<array::StrType>(tensor.getElementType());
}

// A call that the host may as well do itself, if it knows the arguments.
bool isPlain(CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
  return callee && callee->hasAttr(lightAttr) && !call.getPriority() && !call.getName() && !call.getRetries() && !call.getPrints() &&
         call.getBoxes().empty() && call.getUpdates().empty() && call.getNumResults() &&
         llvm::all_of(call.getArgs(), [](Value argument) { return !isa<ShapedType>(argument.getType()) || isScalarTensor(argument.getType()); }) &&
         llvm::all_of(callee.getArgumentTypes(), [](Type type) { return !isa<ShapedType, array::StrType>(type); }) &&
         llvm::all_of(call.getResultTypes(), isScalarTensor) && isSilent(callee.getBody());
}

// Arithmetic on scalars.
bool isPlain(linalg::GenericOp op) {
  return op.getNumLoops() == 0 && !op->hasAttr(tasksAttr) && llvm::all_of(op->getOperandTypes(), isScalarTensor) &&
         llvm::all_of(op.getRegionOutputArgs(), [](BlockArgument out) { return out.use_empty(); }) && isSilent(op.getRegion()) &&
         op.getRegion().walk([](func::CallOp) { return WalkResult::interrupt(); }) != WalkResult::interrupt();
}

// The scalars of a function that the host knows where they stand: at first all that could be, until none is left that needs one
// that is not.
struct Known {
  DenseSet<Value> values;

  bool has(Value value) const { return !isScalarTensor(value.getType()) || values.contains(value); }

  explicit Known(func::FuncOp function) {
    function.walk([&](Operation *op) {
      bool isPlainOp = isa<tensor::FromElementsOp, arith::ConstantOp, scf::ForOp, scf::IfOp>(op);
      if (auto call = dyn_cast<CallOp>(op)) isPlainOp = isPlain(call);
      if (auto generic = dyn_cast<linalg::GenericOp>(op)) isPlainOp = isPlain(generic);
      if (isPlainOp)
        for (Value result : op->getResults())
          if (isScalarTensor(result.getType())) values.insert(result);
      if (auto loop = dyn_cast<scf::ForOp>(op))
        for (Value argument : loop.getRegionIterArgs())
          if (isScalarTensor(argument.getType())) values.insert(argument);
    });
    bool changed = true;
    while (changed) {
      changed = false;
      auto drop = [&](Value value) { changed |= values.erase(value); };
      function.walk([&](Operation *op) {
        if (auto call = dyn_cast<CallOp>(op); call && !llvm::all_of(call.getArgs(), [&](Value value) { return has(value); }))
          llvm::for_each(op->getResults(), drop);
        if (auto generic = dyn_cast<linalg::GenericOp>(op); generic && !llvm::all_of(generic.getInputs(), [&](Value value) { return has(value); }))
          llvm::for_each(op->getResults(), drop);
        if (auto branch = dyn_cast<scf::IfOp>(op))
          for (OpResult result : branch->getResults())
            for (Region &region : branch->getRegions())
              if (!has(region.front().getTerminator()->getOperand(result.getResultNumber()))) drop(result);
        if (auto loop = dyn_cast<scf::ForOp>(op))
          for (auto [argument, init, yielded, result] :
               llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs(), loop.getYieldedValues(), loop.getResults()))
            if (!has(argument) || !has(init) || !has(yielded) || !has(result)) drop(argument), drop(result);
      });
    }
  }
};

// Makes scalars of what is known. Each tensor that stood for one becomes a tensor of one element, for those who want one.
class Rewriter {
  const Known &known;
  SmallVector<Operation *> dead;

  static Value scalarOf(OpBuilder &builder, Value tensor) {
    if (!isScalarTensor(tensor.getType())) return tensor;
    if (auto made = tensor.getDefiningOp<tensor::FromElementsOp>()) return made->getOperand(0);
    auto constant = tensor.getDefiningOp<arith::ConstantOp>();
    return arith::ConstantOp::create(builder, tensor.getLoc(), cast<DenseElementsAttr>(constant.getValue()).getValues<TypedAttr>()[0]);
  }
  static Type scalarType(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getElementType(); }
  static Value tensorOf(OpBuilder &builder, Location loc, Type type, Value scalar) {
    return tensor::FromElementsOp::create(builder, loc, type, scalar);
  }
  void replace(OpBuilder &builder, Operation *op, ValueRange scalars) {
    for (auto [result, scalar] : llvm::zip(op->getResults(), scalars))
      result.replaceAllUsesWith(tensorOf(builder, op->getLoc(), result.getType(), scalar));
    dead.push_back(op);
  }
  // What the block yields for the known ones of these results is scalars.
  void yieldScalars(Block &block, ArrayRef<bool> isKnown) {
    OpBuilder builder(block.getTerminator());
    for (auto [operand, scalar] : llvm::zip(block.getTerminator()->getOpOperands(), isKnown))
      if (scalar) operand.set(scalarOf(builder, operand.get()));
  }
  // The results that are known get the type of a scalar, and their users a tensor.
  static void retype(Operation *op, ArrayRef<bool> isKnown) {
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    for (auto [result, scalar] : llvm::zip(op->getResults(), isKnown)) {
      if (!scalar) continue;
      Type type = result.getType();
      result.setType(scalarType(result));
      auto tensor = tensor::FromElementsOp::create(builder, op->getLoc(), type, result);
      result.replaceAllUsesExcept(tensor, tensor);
    }
  }

  void rewrite(CallOp call) {
    OpBuilder builder(call);
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
    auto arguments = llvm::map_to_vector(call.getArgs(), [&](Value value) { return scalarOf(builder, value); });
    Operation *before = call->getPrevNode();
    replace(builder, call, copyBody(builder, callee.getBody().front(), arguments, call.getLoc()));
    SmallVector<func::CallOp> calls;
    for (Operation *op = before ? before->getNextNode() : &call->getBlock()->front(); op != call; op = op->getNextNode())
      op->walk([&](func::CallOp inner) { calls.push_back(inner); });
    inlineCalls(calls);
  }
  // A task that is called with what is known gets it as it is.
  void give(CallOp call) {
    for (OpOperand &argument : call.getArgsMutable())
      if (auto made = argument.get().getDefiningOp<tensor::FromElementsOp>(); made && isScalarTensor(made.getType())) argument.set(made->getOperand(0));
  }
  void rewrite(linalg::GenericOp generic) {
    OpBuilder builder(generic);
    auto arguments = llvm::map_to_vector(generic.getInputs(), [&](Value value) { return scalarOf(builder, value); });
    for (Value out : generic.getOutputs()) arguments.push_back(out); // nobody looks at them
    replace(builder, generic, copyBody(builder, generic.getRegion().front(), arguments, generic.getLoc()));
  }
  void rewrite(scf::IfOp branch) {
    auto isKnown = llvm::map_to_vector(branch->getResults(), [&](Value value) { return known.values.contains(value); });
    for (Region &region : branch->getRegions()) {
      if (region.empty()) continue;
      rewrite(region.front());
      yieldScalars(region.front(), isKnown);
    }
    retype(branch, isKnown);
  }
  void rewrite(scf::ForOp loop) {
    auto isKnown = llvm::map_to_vector(loop->getResults(), [&](Value value) { return known.values.contains(value); });
    OpBuilder before(loop), inside = OpBuilder::atBlockBegin(loop.getBody());
    for (auto [scalar, init, argument] : llvm::zip(isKnown, loop.getInitArgsMutable(), loop.getRegionIterArgs())) {
      if (!scalar) continue;
      init.set(scalarOf(before, init.get()));
      Type type = argument.getType();
      argument.setType(scalarType(argument));
      auto tensor = tensor::FromElementsOp::create(inside, loop.getLoc(), type, argument);
      argument.replaceAllUsesExcept(tensor, tensor);
    }
    rewrite(*loop.getBody());
    yieldScalars(*loop.getBody(), isKnown);
    retype(loop, isKnown);
  }

public:
  explicit Rewriter(const Known &known) : known(known) {}
  ~Rewriter() {
    for (Operation *op : llvm::reverse(dead)) op->erase();
  }

  void rewrite(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      bool isKnown = op.getNumResults() && known.values.contains(op.getResult(0));
      if (auto call = dyn_cast<CallOp>(op); call && isKnown)
        rewrite(call);
      else if (call)
        give(call);
      else if (auto generic = dyn_cast<linalg::GenericOp>(op); generic && isKnown)
        rewrite(generic);
      else if (auto loop = dyn_cast<scf::ForOp>(op))
        rewrite(loop);
      else if (auto branch = dyn_cast<scf::IfOp>(op))
        rewrite(branch);
      else if (auto await = dyn_cast<AwaitOp>(op); await && await.getFuture().getDefiningOp<tensor::FromElementsOp>()) {
        OpBuilder builder(await);
        await.replaceAllUsesWith(scalarOf(builder, await.getFuture()));
        dead.push_back(await);
      } else {
        for (Region &region : op.getRegions())
          for (Block &inner : region) rewrite(inner);
      }
    }
  }
};

struct KnownScalars : impl::KnownScalarsBase<KnownScalars> {
  void runOnOperation() override {
    getOperation().walk([](func::FuncOp function) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (!context || context.getValue() == taskContext || function.isExternal()) return;
      Known known(function);
      bool isWorth = false; // without a task there is nothing to save
      function.walk([&](CallOp call) { isWorth |= call.getNumResults() && known.values.contains(call.getResult(0)); });
      if (!isWorth) return;
      Rewriter rewriter(known);
      for (Block &block : function.getBody()) rewriter.rewrite(block);
    });
  }
};
} // namespace
} // namespace dagger::task
