// Loops of task calls that every thread goes through.
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_REPLICATELOOPS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
bool hasText(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return isa<array::StrType>(shaped ? shaped.getElementType() : type);
}

// Which thread makes it follows from what it updates, and nothing comes of it but that.
bool isShared(CallOp call) {
  return !call.getUpdates().empty() && call.getNumResults() == call.getUpdates().size() && !call.getPrints() && !call.getRetries() && !call.getPriority() &&
         llvm::none_of(call.getArgs().getTypes(), hasText);
}

// Every thread does it for itself, and gets the same.
bool isOfEach(Operation *op) {
  if (isa<scf::ForOp, scf::IfOp, scf::YieldOp, array::OwnOp, array::RechunkOp, array::TileBoxOp, tensor::DimOp, FailOp, NextCountedOp>(op)) return true;
  return op->getNumRegions() == 0 && isMemoryEffectFree(op) && isa<arith::ArithDialect, math::MathDialect>(op->getDialect());
}

// A function on scalars of such operations, and of calls of others: not of itself, however far away.
bool isOfEach(func::CallOp call, const SymbolTable &symbols, int depth = 0) {
  constexpr int deepest = 4;
  auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
  auto context = callee ? callee->getAttrOfType<StringAttr>(contextAttr) : StringAttr();
  if (!context || context.getValue() != scalarContext || callee.isExternal() || depth == deepest) return false;
  return !callee.getBody().walk([&](Operation *op) {
    auto inner = dyn_cast<func::CallOp>(op);
    bool isFit = inner ? isOfEach(inner, symbols, depth + 1) : isa<func::ReturnOp>(op) || isOfEach(op);
    return isFit ? WalkResult::advance() : WalkResult::interrupt();
  }).wasInterrupted();
}

bool isReplicable(scf::ForOp loop, const SymbolTable &symbols) {
  if (loop.getUnsignedCmp() || loop.getNumResults() == 0 || llvm::any_of(loop.getResultTypes(), hasText)) return false;
  bool isWorth = false;
  WalkResult walked = loop.getBody()->walk([&](Operation *op) {
    if (auto function = dyn_cast<func::CallOp>(op)) return isOfEach(function, symbols) ? WalkResult::advance() : WalkResult::interrupt();
    auto call = dyn_cast<CallOp>(op);
    if (!call) return isOfEach(op) ? WalkResult::advance() : WalkResult::interrupt();
    if (!isShared(call)) return WalkResult::interrupt();
    Operation *callee = symbols.lookup(call.getCallee());
    isWorth |= callee && !callee->hasAttr(lightAttr);
    return WalkResult::advance();
  });
  return !walked.wasInterrupted() && isWorth;
}

// How many turns it has.
Value turnsOf(OpBuilder &builder, scf::ForOp loop) {
  Location loc = loop.getLoc();
  Value low = loop.getLowerBound(), high = loop.getUpperBound();
  Value one = arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(low.getType(), 1));
  Value zero = arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(low.getType(), 0));
  Value some = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, low, high);
  Value last = arith::SubIOp::create(builder, loc, arith::SubIOp::create(builder, loc, high, low), one);
  Value turns = arith::AddIOp::create(builder, loc, arith::DivUIOp::create(builder, loc, last, loop.getStep()), one);
  turns = arith::SelectOp::create(builder, loc, some, turns, zero);
  return turns.getType().isIndex() ? turns : arith::IndexCastOp::create(builder, loc, builder.getIndexType(), turns).getResult();
}

void replicate(scf::ForOp loop, SymbolTable &symbols) {
  Location loc = loop.getLoc();
  auto host = loop->getParentOfType<func::FuncOp>();
  // What it reads, but for constants, which the function has itself.
  llvm::SetVector<Value> above;
  getUsedValuesDefinedAbove(loop.getRegion(), above);
  above.insert(loop.getLowerBound());
  above.insert(loop.getStep());
  SmallVector<Value> reads, constants;
  for (Value value : above) (matchPattern(value, m_Constant()) ? constants : reads).push_back(value);

  OpBuilder builder(loop);
  Type index = builder.getIndexType();
  SmallVector<Type> arguments{index, index};
  for (Value value : reads) arguments.push_back(value.getType());
  llvm::append_range(arguments, loop.getInitArgs().getTypes());
  auto function = func::FuncOp::create(loc, (host.getName() + ReplicateOp::suffix).str(), builder.getFunctionType(arguments, loop.getResultTypes()));
  function.setPrivate();
  function->setAttr(contextAttr, builder.getStringAttr(hostContext));
  function->setAttr("task.outlined", builder.getUnitAttr());
  symbols.insert(function);
  Block *entry = function.addEntryBlock();

  IRMapping map;
  OpBuilder inside = OpBuilder::atBlockBegin(entry);
  for (Value value : constants) inside.clone(*value.getDefiningOp(), map);
  for (auto [value, argument] : llvm::zip(reads, entry->getArguments().drop_front(2))) map.map(value, argument);
  auto carried = entry->getArguments().take_back(loop.getNumResults());
  Value one = arith::ConstantIndexOp::create(inside, loc, 1);
  auto turns = scf::ForOp::create(inside, loc, entry->getArgument(0), entry->getArgument(1), one, carried, [&](OpBuilder &turn, Location, Value number, ValueRange values) {
    Value low = map.lookup(loop.getLowerBound()), step = map.lookup(loop.getStep());
    if (!low.getType().isIndex()) number = arith::IndexCastOp::create(turn, loc, low.getType(), number);
    map.map(loop.getInductionVar(), arith::AddIOp::create(turn, loc, low, arith::MulIOp::create(turn, loc, number, step)));
    map.map(loop.getRegionIterArgs(), values);
    for (Operation &op : *loop.getBody()) turn.clone(op, map);
  });
  func::ReturnOp::create(inside, loc, turns.getResults());

  bool isCounted = !loop.getBody()->getOps<NextCountedOp>().empty();
  auto op = ReplicateOp::create(builder, loc, loop.getResultTypes(), function.getName(), turnsOf(builder, loop), reads, loop.getInitArgs(), isCounted);
  loop.replaceAllUsesWith(op.getResults());
  loop.erase();
}

struct ReplicateLoops : impl::ReplicateLoopsBase<ReplicateLoops> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<scf::ForOp> loops;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto context = function->getAttrOfType<StringAttr>(contextAttr);
      if (!context || context.getValue() != hostContext) continue;
      function.walk<WalkOrder::PreOrder>([&](scf::ForOp loop) {
        if (isReplicable(loop, symbols)) loops.push_back(loop);
        return WalkResult::skip(); // an inner one is over too soon
      });
    }
    for (scf::ForOp loop : loops) replicate(loop, symbols);
  }
};
} // namespace
} // namespace dagger::task
