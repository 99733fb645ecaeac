// Gives every counted value up at its last use: reference counting with ownership passed along, as in
// Reinking, Xie, de Moura, Leijen: "Perceus: Garbage Free Reference Counting with Reuse", PLDI 2021.
#include "mlir-dialects/Array/Ownership/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_COUNTREFERENCES
#include "mlir-dialects/Array/Ownership/Passes.h.inc"

namespace {
// The operation of `block` that is or holds `op`.
Operation *ancestorIn(Block *block, Operation *op) { return block->findAncestorOpInBlock(*op); }

// Regions whose operations the host or a task runs one after the other; values are owned in them. Other regions (the
// bodies of structured operations) only borrow.
bool holdsStatements(Operation *op) { return isa<scf::IfOp, scf::ForOp, scf::WhileOp, scf::IndexSwitchOp>(op); }

struct Counter {
  bool textsOnly; // in kernels: their arrays are views of what the launch holds
  bool counts(Type type) const { return isCounted(type) && (!textsOnly || isa<StrType>(type)); }

  // Handles all that `block` owns: what its operations make, its own arguments if `ownsArguments`, and `taken`, values
  // from outside that an scf.if handed over to it.
  void run(Block *block, bool ownsArguments, ArrayRef<Value> taken) {
    SmallVector<Value> owned(taken);
    if (ownsArguments)
      for (Value argument : block->getArguments())
        if (counts(argument.getType())) owned.push_back(argument);
    SmallVector<Operation *> operations;
    for (Operation &op : *block) {
      operations.push_back(&op);
      for (Value result : op.getResults())
        if (counts(result.getType())) owned.push_back(result);
    }
    llvm::SmallPtrSet<Value, 16> isOwned(owned.begin(), owned.end());
    retainBorrowed(block, operations, isOwned);

    llvm::DenseMap<Operation *, SmallVector<Value>> handedTo; // an scf.if, and the values whose last use is in it
    for (Value value : owned)
      giveUp(value, block, handedTo);

    for (Operation *op : operations) {
      if (!holdsStatements(op)) continue;
      bool branches = isa<scf::IfOp, scf::IndexSwitchOp>(op);
      SmallVector<Value> handed = branches ? handedTo.lookup(op) : SmallVector<Value>();
      if (auto conditional = dyn_cast<scf::IfOp>(op); conditional && !conditional.elseBlock() && !handed.empty()) {
        Block &otherwise = conditional.getElseRegion().emplaceBlock();
        OpBuilder builder = OpBuilder::atBlockBegin(&otherwise);
        scf::YieldOp::create(builder, op->getLoc());
      }
      for (Region &region : op->getRegions())
        for (Block &inner : region)
          run(&inner, !branches, handed);
    }
  }

private:
  // A consuming use of what this block does not own (a function's argument, a value from around a loop) needs its own
  // reference.
  void retainBorrowed(Block *block, ArrayRef<Operation *> operations, const llvm::SmallPtrSetImpl<Value> &isOwned) {
    for (Operation *op : operations)
      for (OpOperand &operand : op->getOpOperands())
        if (counts(operand.get().getType()) && consumes(operand) && !isOwned.contains(operand.get()))
          retain(operand.get(), op);
  }

  void giveUp(Value value, Block *block, llvm::DenseMap<Operation *, SmallVector<Value>> &handedTo) {
    Operation *last = nullptr;
    llvm::SetVector<Operation *> users;
    for (OpOperand &use : value.getUses()) {
      if (isa<RetainOp, ReleaseOp>(use.getOwner())) continue;
      Operation *user = ancestorIn(block, use.getOwner());
      if (!user) continue; // of a value from outside: before this branch, or in another
      users.insert(user);
      if (!last || last->isBeforeInBlock(user)) last = user;
    }
    if (!last) {
      OpBuilder builder(block->getParentOp()->getContext());
      // Behind the retain that makes it a reference of its own, or the last one could be gone in between.
      Operation *behind = value.getDefiningOp();
      if (behind && behind->getBlock() != block) behind = nullptr;
      for (Operation *user : value.getUsers())
        if (isa<RetainOp>(user) && user->getBlock() == block && (!behind || behind->isBeforeInBlock(user))) behind = user;
      if (behind)
        builder.setInsertionPointAfter(behind);
      else
        builder.setInsertionPointToStart(block);
      ReleaseOp::create(builder, value.getLoc(), value);
      return;
    }
    for (Operation *user : users) {
      int consuming = 0;
      bool borrowing = false; // in this operation or in a region of it
      for (OpOperand &use : value.getUses()) {
        if (isa<RetainOp, ReleaseOp>(use.getOwner())) continue;
        if (use.getOwner() == user)
          consumes(use) ? void(++consuming) : void(borrowing = true);
        else if (user->isProperAncestor(use.getOwner()))
          borrowing = true;
      }
      // What a task updates it gives back: the handle outlives the call, also for those of its arguments that only read.
      if (isa<task::CallOp>(user) && consuming == 1) borrowing = false;
      bool isLast = user == last;
      if (isLast && consuming == 0 && isa<scf::IfOp, scf::IndexSwitchOp>(user)) {
        handedTo[user].push_back(value);
        continue;
      }
      // The last user takes our reference in one of its consuming operands, unless it also borrows.
      int retains = consuming - (isLast && consuming && !borrowing ? 1 : 0);
      for (int i = 0; i < retains; ++i) retain(value, user);
      if (isLast && consuming == 0 && dies(value, user)) continue;
      if (isLast && (consuming == 0 || borrowing)) {
        OpBuilder builder(user->getContext());
        if (user->hasTrait<OpTrait::IsTerminator>())
          builder.setInsertionPoint(user); // a terminator that only borrows: nothing after it can use the value
        else {
          builder.setInsertionPointAfter(user);
          // What names the same handle has taken its own reference first.
          for (auto next = builder.getInsertionPoint(); next != block->end() && isa<RetainOp>(*next);)
            builder.setInsertionPoint(block, ++next);
        }
        ReleaseOp::create(builder, user->getLoc(), value);
      }
    }
  }

  // A launch takes over an array that it alone still reads, so that a result may lie in its place; so does a concatenation
  // its first text, so that one made of many pieces is not copied for each.
  static bool dies(Value value, Operation *user) {
    if (auto call = dyn_cast<task::RuntimeOp>(user); call && call.getFunction() == "dg_str_concat") {
      if (call.getArgs()[0] != value || call.getArgs()[1] == value) return false;
      call.setFunction("dg_str_append");
      call.removePureAttr();
      return true;
    }
    auto launch = dyn_cast<task::LaunchOp>(user);
    if (!launch || llvm::count(launch->getOperands(), value) != 1) return false;
    auto arrays = launch.getArrays();
    size_t number = llvm::find(arrays, value) - arrays.begin();
    if (number >= std::min<size_t>(arrays.size(), 64)) return false;
    launch.setDying(launch.getDying() | uint64_t(1) << number);
    return true;
  }

  void retain(Value value, Operation *before) {
    OpBuilder builder(before);
    RetainOp::create(builder, before->getLoc(), value);
  }
};

struct CountReferences : impl::CountReferencesBase<CountReferences> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal()) return;
    auto context = function->getAttrOfType<StringAttr>(task::contextAttr);
    Counter counter{context && context.getValue() == "kernel"};
    // What only names another value's handle gets a reference of its own.
    function.walk([&](Operation *op) {
      if (!isa<arith::SelectOp, tensor::CastOp>(op) || !counter.counts(op->getResult(0).getType())) return;
      OpBuilder builder(op->getContext());
      builder.setInsertionPointAfter(op);
      RetainOp::create(builder, op->getLoc(), op->getResult(0));
    });
    // An argument is borrowed, but one that the function updates was handed over to it.
    SmallVector<Value> taken;
    for (BlockArgument argument : function.getArguments())
      if (isCounted(argument.getType()) && function.getArgAttr(argument.getArgNumber(), task::inoutAttr)) taken.push_back(argument);
    counter.run(&function.getBody().front(), /*ownsArguments=*/false, taken);
  }
};
} // namespace
} // namespace dagger::array
