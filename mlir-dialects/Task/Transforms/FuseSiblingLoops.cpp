// Loops of a kernel over the same numbers become one.
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_FUSESIBLINGLOOPS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// What an operation does to memory, with all that is in it.
struct Accesses {
  llvm::SmallPtrSet<Value, 8> read, written; // rooms on the stack
  bool readsElements = false, writesElements = false;
  bool isKnown = true; // it does nothing else: it fails never, and prints nothing

  bool isNone() const { return isKnown && read.empty() && written.empty() && !readsElements && !writesElements; }
};

bool disturbs(const Accesses &a, const Accesses &b) {
  if (a.isNone() || b.isNone()) return false;
  if (!a.isKnown || !b.isKnown) return true;
  if ((a.writesElements && (b.readsElements || b.writesElements)) || (b.writesElements && a.readsElements)) return true;
  for (Value room : a.written)
    if (b.read.contains(room) || b.written.contains(room)) return true;
  return llvm::any_of(b.written, [&](Value room) { return a.read.contains(room); });
}

struct FuseSiblingLoops : impl::FuseSiblingLoopsBase<FuseSiblingLoops> {
  llvm::DenseMap<Operation *, bool> pureFunctions;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (context && context.getValue() == "kernel" && !function.isExternal())
        fuse(function.getBody().front(), function);
    }
    pureFunctions.clear();
  }

  // Nothing but arithmetic; a function that calls itself is none such.
  bool isPure(func::CallOp call) {
    func::FuncOp callee = calleeOf(call);
    if (!callee || callee.isExternal()) return false;
    auto [known, isNew] = pureFunctions.try_emplace(callee, false);
    if (!isNew) return known->second;
    bool pure = accesses(callee).isNone();
    return pureFunctions[callee] = pure;
  }

  Accesses accesses(Operation *root) {
    Accesses all;
    root->walk([&](Operation *op) {
      auto room = [](Value memory) { return bool(memory.getDefiningOp<memref::AllocaOp>()); };
      if (auto load = dyn_cast<memref::LoadOp>(op); load && room(load.getMemRef()))
        all.read.insert(load.getMemRef());
      else if (auto store = dyn_cast<memref::StoreOp>(op); store && room(store.getMemRef()))
        all.written.insert(store.getMemRef());
      else if (auto load = dyn_cast<LLVM::LoadOp>(op); load && !load.getVolatile_())
        all.readsElements = true;
      else if (auto store = dyn_cast<LLVM::StoreOp>(op); store && !store.getVolatile_())
        all.writesElements = true;
      else if (auto call = dyn_cast<func::CallOp>(op))
        all.isKnown &= isPure(call);
      else if (!isa<scf::ForOp, scf::IfOp, scf::WhileOp, func::FuncOp, func::ReturnOp>(op))
        all.isKnown &= isMemoryEffectFree(op);
    });
    return all;
  }

  static bool sameNumber(Value a, Value b) {
    auto x = getConstantIntValue(a), y = getConstantIntValue(b);
    return a == b || (x && x == y);
  }
  static bool areSiblings(Operation *a, Operation *b) {
    if (a->getName() != b->getName() || a->getNumResults() || b->getNumResults() || a->getAttrs() != b->getAttrs() ||
        a->hasAttr("loop_annotation"))
      return false;
    if (auto first = dyn_cast<scf::ForOp>(a)) {
      auto second = cast<scf::ForOp>(b);
      return sameNumber(first.getLowerBound(), second.getLowerBound()) &&
             sameNumber(first.getUpperBound(), second.getUpperBound()) && sameNumber(first.getStep(), second.getStep());
    }
    auto first = dyn_cast<scf::IfOp>(a);
    return first && !first.elseBlock() && !cast<scf::IfOp>(b).elseBlock() &&
           first.getCondition() == cast<scf::IfOp>(b).getCondition();
  }

  // What stands between and `second` needs goes before `first`, if the first does not touch it; then its body joins the
  // first's.
  bool join(Operation *first, Operation *second) {
    struct Moved {
      Operation *op;
      Accesses accesses;
    };
    SmallVector<Moved> moved{{second, accesses(second)}}; // the last one first
    llvm::SmallPtrSet<Operation *, 16> isMoved{second};
    for (Operation *op = second->getPrevNode(); op != first; op = op->getPrevNode()) {
      bool isNeeded = llvm::any_of(op->getUsers(), [&](Operation *user) {
        return isMoved.contains(op->getBlock()->findAncestorOpInBlock(*user));
      });
      Accesses own = accesses(op);
      isNeeded |= llvm::any_of(moved, [&](const Moved &later) { return disturbs(own, later.accesses); });
      if (!isNeeded) continue;
      moved.push_back({op, own});
      isMoved.insert(op);
    }
    Accesses before = accesses(first);
    if (!before.isKnown || !moved.front().accesses.isKnown) return false;
    for (const Moved &later : moved)
      if (disturbs(before, later.accesses)) return false;
    for (const Moved &later : llvm::reverse(llvm::drop_begin(moved))) later.op->moveBefore(first);
    Block &into = first->getRegion(0).front(), &from = second->getRegion(0).front();
    for (auto [kept, dropped] : llvm::zip(into.getArguments(), from.getArguments())) dropped.replaceAllUsesWith(kept);
    from.getTerminator()->erase();
    into.getOperations().splice(Block::iterator(into.getTerminator()), from.getOperations());
    second->erase();
    return true;
  }

  void fuse(Block &block, func::FuncOp function) {
    bool isChanged = false;
    for (Operation &first : block) {
      if (!isa<scf::ForOp, scf::IfOp>(first) || first.getNumResults()) continue;
      int reach = 500; // what stands further away shares little
      for (Operation *next = first.getNextNode(); next && reach; --reach) {
        Operation *second = next;
        next = next->getNextNode();
        if (areSiblings(&first, second)) isChanged |= join(&first, second);
      }
    }
    // What two bodies had each is now there twice, bounds of inner loops too.
    if (isChanged) {
      IRRewriter rewriter(&getContext());
      DominanceInfo dominance(function);
      eliminateCommonSubExpressions(rewriter, dominance, function);
    }
    for (Operation &op : block)
      for (Region &region : op.getRegions())
        for (Block &inner : region) fuse(inner, function);
  }
};
} // namespace
} // namespace dagger::task
