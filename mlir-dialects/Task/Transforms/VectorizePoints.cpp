// Loops over points that have loops of their own take several points at a time.
#include "mlir-dialects/Task/Transforms/Lanes.h"
#include "mlir-dialects/Task/Transforms/Passes.h"

using namespace mlir;

namespace dagger::task {
#define GEN_PASS_DEF_VECTORIZEPOINTS
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {
// What differs between the points that a loop takes, and whether all of it can be written for several of them.
class Differences {
public:
  explicit Differences(scf::ForOp loop) : loop(loop) {
    setStride(loop.getInductionVar(), 1);
    isSupported = getConstantIntValue(loop.getStep()) == 1 && loop.getNumResults() == 0;
    read(*loop.getBody());
  }

  bool isSupported, hasLoops = false;
  unsigned bits = 0; // of the widest float that is read or carried
  llvm::DenseMap<Value, int64_t> strides;
  llvm::DenseSet<Value> alike;

private:
  enum class Kind { Alike, Strided, Different };
  Kind kindOf(Value value) {
    if (strides.contains(value)) return Kind::Strided;
    if (alike.contains(value) || loop.isDefinedOutsideOfLoop(value)) return Kind::Alike;
    return Kind::Different;
  }
  bool areAlike(ValueRange values) {
    return llvm::all_of(values, [&](Value value) { return kindOf(value) == Kind::Alike; });
  }
  void setStride(Value value, int64_t stride) { strides[value] = stride, alike.insert(value); }
  int64_t strideOf(Value value) { return strides.lookup(value); }
  void noteWidth(Type type) {
    if (isa<FloatType>(type)) bits = std::max(bits, bitsOf(type));
  }
  bool areLanes(TypeRange types) {
    for (Type type : types) noteWidth(type);
    return llvm::all_of(types, isLaneType);
  }

  void read(Block &block) {
    for (Operation &op : block.without_terminator())
      if (isSupported) isSupported = read(&op);
  }

  bool read(Operation *op) {
    if (isa<arith::ConstantOp>(op)) return alike.insert(op->getResult(0)), isLaneType(op->getResult(0).getType());
    if (isArithmetic(op)) return readArithmetic(op);
    if (auto address = dyn_cast<LLVM::GEPOp>(op)) {
      if (address.getDynamicIndices().size() != 1 || address.getRawConstantIndices().size() != 1 ||
          !areAlike(address.getBase()))
        return false;
      Value index = address.getDynamicIndices()[0];
      if (kindOf(index) == Kind::Alike) return alike.insert(address).second;
      if (kindOf(index) != Kind::Strided || strideOf(index) != 1) return false;
      setStride(address, 1);
      elements[address] = address.getElemType();
      return true;
    }
    // A point that does not get there may have nothing to read there.
    if (auto load = dyn_cast<LLVM::LoadOp>(op)) {
      if (isPartial || load.getVolatile_() || !isInMemory(load.getType())) return false;
      if (kindOf(load.getAddr()) == Kind::Alike) return alike.insert(load).second;
      noteWidth(load.getType());
      return isNextTo(load.getAddr(), load.getType());
    }
    if (auto store = dyn_cast<LLVM::StoreOp>(op))
      return !isPartial && !store.getVolatile_() && store->getParentOp() == loop &&
             isInMemory(store.getValue().getType()) && isNextTo(store.getAddr(), store.getValue().getType());
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      bool before = std::exchange(isPartial, isPartial || !areAlike(branch.getCondition()));
      for (Region &region : op->getRegions())
        for (Block &block : region) read(block);
      isPartial = before;
      return isSupported && areLanes(op->getResultTypes());
    }
    if (auto inner = dyn_cast<scf::ForOp>(op)) {
      hasLoops = true;
      if (!areAlike({inner.getLowerBound(), inner.getUpperBound(), inner.getStep()})) return false;
      alike.insert(inner.getInductionVar());
      read(*inner.getBody());
      return isSupported && areLanes(op->getResultTypes());
    }
    if (auto inner = dyn_cast<scf::WhileOp>(op)) {
      hasLoops = true;
      bool before = std::exchange(isPartial, true);
      read(*inner.getBeforeBody());
      read(*inner.getAfterBody());
      isPartial = before;
      return isSupported && areLanes(op->getResultTypes()) && areLanes(inner.getInits().getTypes());
    }
    llvm::SmallPtrSet<Operation *, 4> callers;
    auto call = dyn_cast<func::CallOp>(op);
    return call && isArithmetic(calleeOf(call), callers);
  }

  bool readArithmetic(Operation *op) {
    Value result = op->getResult(0);
    if (!isLaneType(result.getType())) return false;
    if (areAlike(op->getOperands())) {
      alike.insert(result);
      return true;
    }
    bool isDifferent = llvm::any_of(op->getOperands(), [&](Value value) { return kindOf(value) == Kind::Different; });
    if (isDifferent) return true;
    if (isa<arith::AddIOp>(op))
      return setStride(result, strideOf(op->getOperand(0)) + strideOf(op->getOperand(1))), true;
    if (isa<arith::SubIOp>(op))
      return setStride(result, strideOf(op->getOperand(0)) - strideOf(op->getOperand(1))), true;
    if (isa<arith::IndexCastOp>(op) && bitsOf(result.getType()) == 64 && bitsOf(op->getOperand(0).getType()) == 64)
      setStride(result, strideOf(op->getOperand(0)));
    return true;
  }

  static bool isInMemory(Type type) { return isLaneType(type) && !type.isIndex() && bitsOf(type) >= 8; }
  bool isNextTo(Value address, Type type) { return elements.lookup(address) == type; }

  scf::ForOp loop;
  bool isPartial = false; // whether the points part before
  llvm::DenseMap<Value, Type> elements;
};

struct VectorizePoints : impl::VectorizePointsBase<VectorizePoints> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      bool isBrief = loop->getParentOfType<func::FuncOp>()->hasAttr(briefAttr);
      if (loop->removeAttr(pointsAttr) && !isBrief) loops.push_back(loop);
    });
    for (scf::ForOp loop : loops) {
      Differences differences(loop);
      if (differences.isSupported && differences.hasLoops) vectorize(loop, differences);
    }
  }

  void vectorize(scf::ForOp loop, Differences &differences) {
    // Operations of one vector wait for each other: two keep the processor busy.
    int64_t count = 2 * vectorBits / (differences.bits ? differences.bits : 64);
    OpBuilder builder(loop);
    Location loc = loop.getLoc();
    Value low = loop.getLowerBound(), high = loop.getUpperBound();
    Value several = arith::ConstantIndexOp::create(builder, loc, count);
    Value turns = arith::SubIOp::create(builder, loc, high, low);
    Value rest = arith::RemSIOp::create(builder, loc, turns, several);
    Value end = arith::SubIOp::create(builder, loc, high, rest);
    auto wide = scf::ForOp::create(builder, loc, low, end, several);
    Lanes lanes(OpBuilder::atBlockBegin(wide.getBody()), count);
    lanes.strides = std::move(differences.strides);
    lanes.alike = std::move(differences.alike);
    lanes.scalars.map(loop.getInductionVar(), wide.getInductionVar());
    lanes.emit(*loop.getBody());
    loop.setLowerBound(end);
  }
};
} // namespace
} // namespace dagger::task
