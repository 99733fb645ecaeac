// Calls of tasks that are over at once are no calls: a recursion's base cases, where they are made.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir-dialects/Task/Transforms/Silent.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_PEELBASECASES
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
constexpr int mostCopied = 8; // operations, each in the test and in the branch: a spawn and its join are some thirty instructions

bool isScalar(Type type) { return type.isIntOrIndexOrFloat(); }

bool isCheap(Block::iterator from, Block::iterator to) {
  return std::distance(from, to) <= mostCopied &&
         std::all_of(from, to, [](Operation &op) { return !op.getNumRegions() && isPure(&op) && !mayTrap(&op); });
}

// A body that is a branch and nothing else but the test before it, one side of which is over at once.
struct BaseCase {
  scf::IfOp branch;
  bool where; // what the test gives then
  Block *block() { return where ? branch.thenBlock() : branch.elseBlock(); }
};

std::optional<BaseCase> baseCaseOf(func::FuncOp task) {
  if (!task || !task->hasAttr(spawnableAttr) || task.isExternal() || !task.getBody().hasOneBlock()) return std::nullopt;
  if (!llvm::all_of(task.getArgumentTypes(), isScalar) || !llvm::all_of(task.getResultTypes(), isScalar)) return std::nullopt;
  Block &body = task.getBody().front();
  Operation *end = body.getTerminator();
  auto branch = dyn_cast_or_null<scf::IfOp>(end->getPrevNode());
  if (!branch || !branch.elseBlock() || !isCheap(body.begin(), branch->getIterator())) return std::nullopt;
  for (bool where : {true, false}) {
    BaseCase found{branch, where};
    Block *block = found.block();
    if (isCheap(block->begin(), block->getTerminator()->getIterator())) return found;
  }
  return std::nullopt;
}

class Peeling {
  BaseCase base;
  IRMapping map;
  Value test;

  void copy(OpBuilder &builder, Block::iterator from, Block::iterator to, Location site) {
    for (Operation &op : llvm::make_range(from, to)) builder.clone(op, map)->setLoc(CallSiteLoc::get(op.getLoc(), site));
  }

public:
  // The test, before the builder's place.
  Peeling(OpBuilder &builder, BaseCase base, ValueRange arguments, Location site) : base(base) {
    Block *body = base.branch->getBlock();
    map.map(body->getArguments(), arguments);
    copy(builder, body->begin(), base.branch->getIterator(), site);
    test = map.lookupOrDefault(base.branch.getCondition());
  }

  // `op` on one side of the test, on the other what `otherwise` makes.
  void guard(Operation *op, function_ref<SmallVector<Value>(OpBuilder &)> otherwise) {
    OpBuilder builder(op);
    auto branch = scf::IfOp::create(builder, op->getLoc(), op->getResultTypes(), test, /*addThenBlock=*/true, /*addElseBlock=*/true);
    op->replaceAllUsesWith(branch);
    Block *there = base.where ? branch.elseBlock() : branch.thenBlock(), *here = base.where ? branch.thenBlock() : branch.elseBlock();
    builder.setInsertionPointToEnd(there);
    scf::YieldOp::create(builder, op->getLoc(), op->getResults());
    op->moveBefore(there, there->begin());
    builder.setInsertionPointToEnd(here);
    scf::YieldOp::create(builder, op->getLoc(), otherwise(builder));
  }

  // What the task returns there.
  SmallVector<Value> results(OpBuilder &builder, Location site) {
    Operation *end = base.block()->getTerminator();
    copy(builder, base.block()->begin(), end->getIterator(), site);
    map.map(base.branch->getResults(), llvm::map_to_vector(end->getOperands(), [&](Value v) { return map.lookupOrDefault(v); }));
    return llvm::map_to_vector(base.branch->getBlock()->getTerminator()->getOperands(), [&](Value v) { return map.lookupOrDefault(v); });
  }
};

struct PeelBaseCases : impl::PeelBaseCasesBase<PeelBaseCases> {
  void runOnOperation() override {
    // Found before any of them changes: what is copied holds no calls.
    DenseMap<StringAttr, BaseCase> bases;
    for (auto task : getOperation().getOps<func::FuncOp>())
      if (auto base = baseCaseOf(task)) bases.insert({task.getSymNameAttr(), *base});
    if (bases.empty()) return;
    SmallVector<Operation *> calls;
    getOperation().walk([&](func::FuncOp function) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (context && context.getValue() == taskContext)
        function.walk([&](Operation *op) { if (isa<func::CallOp, SpawnOp>(op)) calls.push_back(op); });
    });
    for (Operation *op : calls) {
      auto found = bases.find(op->getAttrOfType<FlatSymbolRefAttr>("callee").getAttr());
      if (found == bases.end()) continue;
      Location loc = op->getLoc();
      OpBuilder builder(op);
      Peeling peeling(builder, found->second, op->getOperands(), loc);
      Operation *last = op;
      if (auto spawn = dyn_cast<SpawnOp>(op)) {
        last = *spawn.getFuture().getUsers().begin();
        peeling.guard(spawn, [&](OpBuilder &b) -> SmallVector<Value> { return {ub::PoisonOp::create(b, loc, spawn.getFuture().getType())}; });
      }
      peeling.guard(last, [&](OpBuilder &b) { return peeling.results(b, loc); });
    }
  }
};
} // namespace
} // namespace dagger::task
