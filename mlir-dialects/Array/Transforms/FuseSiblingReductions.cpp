// Reductions of one array over one index space become one reduction.
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_FUSESIBLINGREDUCTIONS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
bool isMasked(ReduceOp reduce) { return bool(cast<YieldOp>(reduce.getMap().front().getTerminator()).getPresent()); }

bool shareAnInput(ReduceOp first, ReduceOp second) {
  for (auto [a, mapOfA] : llvm::zip(first.getInputs(), first.getIndexingMaps()))
    for (auto [b, mapOfB] : llvm::zip(second.getInputs(), second.getIndexingMaps()))
      if (a == b && mapOfA == mapOfB) return true;
  return false;
}

// Whether all that `later` uses is there where `earlier` stands.
bool canStandAt(ReduceOp later, ReduceOp earlier) {
  auto isThere = [&](Value value) {
    Operation *definition = value.getDefiningOp();
    return !definition || definition->getBlock() != earlier->getBlock() || definition->isBeforeInBlock(earlier);
  };
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(later->getRegions(), captured);
  return llvm::all_of(later->getOperands(), isThere) && llvm::all_of(captured, isThere);
}

// All arrays that a reduction depends on: if one is a failed value, so are its results.
llvm::DenseSet<Value> arraysOf(ReduceOp reduce) {
  llvm::DenseSet<Value> arrays(reduce.getInputs().begin(), reduce.getInputs().end());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(reduce->getRegions(), captured);
  for (Value value : captured)
    if (isa<RankedTensorType>(value.getType())) arrays.insert(value);
  return arrays;
}

bool mayFailAtAPoint(ReduceOp reduce) {
  for (Region &region : reduce->getRegions())
    for (Operation &op : region.getOps())
      if (!isMemoryEffectFree(&op)) return true;
  return false;
}

// A failure of one must not show in the other's result, which may be looked at before: neither fails inside, and both
// depend on the same arrays. That there is nothing to reduce is checked apart, behind the fused reduction.
bool canFuse(ReduceOp first, ReduceOp second) {
  if (first.getInputs().size() + second.getInputs().size() + first->getNumResults() + second->getNumResults() > mostFusedOperands)
    return false;
  if (!first.getElements().empty() || !second.getElements().empty()) return false;
  return first.getExtents() == second.getExtents() && first.getAxes() == second.getAxes() && !isMasked(first) &&
         !isMasked(second) && shareAnInput(first, second) && canStandAt(second, first) && !mayFailAtAPoint(first) &&
         !mayFailAtAPoint(second) && arraysOf(first) == arraysOf(second);
}

// What stands for nothing in a reduction that fails there; never seen, since the check behind it fails.
SmallVector<Attribute> identitiesOf(ReduceOp reduce, Builder &builder) {
  if (reduce.getIdentity()) return SmallVector<Attribute>(reduce.getIdentity()->getValue());
  SmallVector<Attribute> identities;
  for (Type type : reduce.getResultTypes()) {
    Type element = cast<RankedTensorType>(type).getElementType();
    if (auto complex = dyn_cast<ComplexType>(element)) {
      Attribute zero = builder.getZeroAttr(complex.getElementType());
      identities.push_back(builder.getArrayAttr({zero, zero}));
    } else {
      identities.push_back(builder.getZeroAttr(element));
    }
  }
  return identities;
}

// `result` behind a check that the reduced index space has a point: fails with what the reduction would have said.
Value checked(OpBuilder &builder, Location location, Value result, ReduceOp reduce, StringRef name) {
  auto type = cast<RankedTensorType>(result.getType());
  SmallVector<Value> kept, reduced;
  for (auto [axis, extent] : llvm::enumerate(reduce.getExtents()))
    (llvm::is_contained(reduce.getAxes(), int64_t(axis)) ? reduced : kept).push_back(extent);
  for (auto [axis, extent] : llvm::enumerate(SmallVector<Value>(kept)))
    if (!type.isDynamicDim(axis)) kept[axis] = Value();
  llvm::erase(kept, Value());
  Value empty = tensor::EmptyOp::create(builder, location, type, kept);
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto check = linalg::GenericOp::create(
      builder, location, TypeRange(type), result, empty, ArrayRef<AffineMap>{identity, identity}, loops,
      [&](OpBuilder &inner, Location at, ValueRange arguments) {
        Value zero = arith::ConstantIndexOp::create(inner, at, 0), isEmpty;
        for (Value extent : reduced) {
          Value none = arith::CmpIOp::create(inner, at, arith::CmpIPredicate::eq, extent, zero);
          isEmpty = isEmpty ? arith::OrIOp::create(inner, at, isEmpty, none).getResult() : none;
        }
        auto branch = scf::IfOp::create(inner, at, isEmpty, /*withElse=*/false);
        OpBuilder failing = branch.getThenBodyBuilder();
        task::FailOp::create(failing, at, 9006, (name + " of an empty array").str());
        linalg::YieldOp::create(inner, at, arguments[0]);
      });
  return check.getResult(0);
}

// Whether two values are made by the same operations of the same, or of arguments that are taken for equal.
bool areAlike(Value a, Value b, llvm::function_ref<bool(BlockArgument, BlockArgument)> areEqual) {
  if (a == b) return true;
  auto left = dyn_cast<BlockArgument>(a), right = dyn_cast<BlockArgument>(b);
  if (left || right) return left && right && left.getOwner() == right.getOwner() && areEqual(left, right);
  Operation *first = a.getDefiningOp(), *second = b.getDefiningOp();
  return first->getName() == second->getName() && first->getNumRegions() == 0 && isMemoryEffectFree(first) &&
         first->getAttrDictionary() == second->getAttrDictionary() && first->getResultTypes() == second->getResultTypes() &&
         cast<OpResult>(a).getResultNumber() == cast<OpResult>(b).getResultNumber() &&
         llvm::all_of_zip(first->getOperands(), second->getOperands(), [&](Value x, Value y) { return areAlike(x, y, areEqual); });
}

// Whether `region` makes of accumulator `other` what it makes of `one`, if the two are equal on either side.
bool combinesAlike(Region &region, unsigned one, unsigned other, unsigned count) {
  if (region.empty()) return true;
  Operation *end = region.front().getTerminator();
  return areAlike(end->getOperand(one), end->getOperand(other), [&](BlockArgument a, BlockArgument b) {
    return a.getOwner() == &region.front() && a.getArgNumber() % count == one && b.getArgNumber() == a.getArgNumber() - one + other;
  });
}

// The result of a reduction that another of its results equals in every block: a mean's sum beside a variance's. None: -1.
std::pair<int, int> equalResults(ReduceOp reduce) {
  auto yield = cast<YieldOp>(reduce.getMap().front().getTerminator());
  int count = reduce.getNumResults();
  for (int other = 1; other < count; ++other)
    for (int one = 0; one < other; ++one)
      if (areAlike(yield.getValues()[one], yield.getValues()[other], [](BlockArgument, BlockArgument) { return false; }) &&
          (!reduce.getIdentity() || (*reduce.getIdentity())[one] == (*reduce.getIdentity())[other]) &&
          combinesAlike(reduce.getCombine(), one, other, count) && combinesAlike(reduce.getJoin(), one, other, count))
        return {one, other};
  return {-1, -1};
}

ReduceOp withoutResult(ReduceOp reduce, unsigned one, unsigned other) {
  OpBuilder builder(reduce);
  unsigned count = reduce.getNumResults();
  SmallVector<Type> types(reduce.getResultTypes());
  types.erase(types.begin() + other);
  ArrayAttr identity = reduce.getIdentityAttr();
  if (identity) {
    SmallVector<Attribute> left(identity.getValue());
    left.erase(left.begin() + other);
    identity = builder.getArrayAttr(left);
  }
  auto made = ReduceOp::create(builder, reduce.getLoc(), types, reduce.getInputs(), reduce.getExtents(), reduce.getAxes(),
                               reduce.getIndexingMaps(), identity, reduce.getFailsAttr());
  for (auto [from, to] : llvm::zip(reduce->getRegions(), made->getRegions())) {
    to.takeBody(from);
    if (to.empty()) continue;
    if (&to != &made.getMap())
      for (unsigned side : {count, 0u}) {
        to.getArgument(side + other).replaceAllUsesWith(to.getArgument(side + one));
        to.front().eraseArgument(side + other);
      }
    auto yield = cast<YieldOp>(to.front().getTerminator());
    yield.getValuesMutable().erase(other);
    to.walk([&](BlockTotalOp total) {
      if (total.getAccumulator() == other) total.setAccumulator(one);
      else if (total.getAccumulator() > other) total.setAccumulator(total.getAccumulator() - 1);
    });
  }
  for (unsigned result = 0; result < count; ++result)
    reduce.getResult(result).replaceAllUsesWith(made.getResult(result == other ? one : result - (result > other)));
  reduce.erase();
  return made;
}

ReduceOp fuse(ReduceOp first, ReduceOp second) {
  OpBuilder builder(first);
  unsigned rank = first.getExtents().size(), firstCount = first.getNumResults(), secondCount = second.getNumResults();
  SmallVector<Value> inputs(first.getInputs());
  SmallVector<Attribute> maps(first.getIndexingMaps().getValue());
  SmallVector<unsigned> position; // of the second's inputs among all
  for (auto [input, map] : llvm::zip(second.getInputs(), second.getIndexingMaps())) {
    unsigned at = 0;
    while (at < inputs.size() && (inputs[at] != input || maps[at] != map)) ++at;
    position.push_back(at);
    if (at == inputs.size()) {
      inputs.push_back(input);
      maps.push_back(map);
    }
  }
  // Equal failures stay; otherwise every failure becomes a check.
  bool sameFailure = first.getFailsAttr() == second.getFailsAttr();
  ArrayAttr identity = first.getIdentityAttr();
  if (!sameFailure || identity) {
    SmallVector<Attribute> both = identitiesOf(first, builder);
    llvm::append_range(both, identitiesOf(second, builder));
    identity = builder.getArrayAttr(both);
  }
  StringAttr fails = identity ? StringAttr() : first.getFailsAttr();
  SmallVector<Type> types(first.getResultTypes());
  llvm::append_range(types, second.getResultTypes());
  Location location = builder.getFusedLoc({first.getLoc(), second.getLoc()});
  auto fused = ReduceOp::create(builder, location, types, inputs, first.getExtents(), first.getAxes(),
                                builder.getArrayAttr(maps), identity, fails);

  // The map region: both bodies one after the other.
  Block *map = &fused.getMap().emplaceBlock();
  for (unsigned axis = 0; axis < rank; ++axis) map->addArgument(builder.getIndexType(), location);
  for (Value input : inputs) map->addArgument(cast<RankedTensorType>(input.getType()).getElementType(), input.getLoc());
  OpBuilder inner = OpBuilder::atBlockEnd(map);
  SmallVector<Value> yielded;
  auto append = [&](Block &from, IRMapping &mapping, SmallVectorImpl<Value> &out) {
    unsigned before = out.size(); // accumulators of the other
    for (Operation &op : from.without_terminator())
      inner.clone(op, mapping)->walk([&](BlockTotalOp total) { total.setAccumulator(total.getAccumulator() + before); });
    for (Value value : cast<YieldOp>(from.getTerminator()).getValues()) out.push_back(mapping.lookupOrDefault(value));
  };
  for (auto [reduce, isSecond] : {std::pair(first, false), std::pair(second, true)}) {
    IRMapping mapping;
    Block &from = reduce.getMap().front();
    for (unsigned axis = 0; axis < rank; ++axis) mapping.map(from.getArgument(axis), map->getArgument(axis));
    for (unsigned input = 0; input < reduce.getInputs().size(); ++input)
      mapping.map(from.getArgument(rank + input), map->getArgument(rank + (isSecond ? position[input] : input)));
    append(from, mapping, yielded);
  }
  YieldOp::create(inner, location, yielded);

  // The combine region: left accumulators of both, then right ones. Blocks are joined like lanes where nothing else is said.
  auto ofTwo = [&](Region &region, auto &&regionOf) {
    Block *combine = &region.emplaceBlock();
    for (int side = 0; side < 2; ++side)
      for (Type type : types) combine->addArgument(cast<RankedTensorType>(type).getElementType(), location);
    inner.setInsertionPointToEnd(combine);
    SmallVector<Value> combined;
    for (auto [reduce, offset] : {std::pair(first, 0u), std::pair(second, firstCount)}) {
      IRMapping mapping;
      Block &from = regionOf(reduce).front();
      unsigned count = reduce.getNumResults();
      for (unsigned k = 0; k < count; ++k) {
        mapping.map(from.getArgument(k), combine->getArgument(offset + k));
        mapping.map(from.getArgument(count + k), combine->getArgument(firstCount + secondCount + offset + k));
      }
      append(from, mapping, combined);
    }
    YieldOp::create(inner, location, combined);
  };
  ofTwo(fused.getCombine(), [](ReduceOp reduce) -> Region & { return reduce.getCombine(); });
  if (!first.getJoin().empty() || !second.getJoin().empty())
    ofTwo(fused.getJoin(), [](ReduceOp reduce) -> Region & { return reduce.getJoin().empty() ? reduce.getCombine() : reduce.getJoin(); });

  for (auto [reduce, offset] : {std::pair(first, 0u), std::pair(second, firstCount)})
    for (unsigned k = 0; k < reduce.getNumResults(); ++k) {
      Value result = fused.getResult(offset + k);
      if (reduce.getFails() && !fails) result = checked(builder, reduce.getLoc(), result, reduce, *reduce.getFails());
      reduce.getResult(k).replaceAllUsesWith(result);
    }
  first.erase();
  second.erase();
  for (auto [one, other] = equalResults(fused); other >= 0; std::tie(one, other) = equalResults(fused))
    fused = withoutResult(fused, one, other);
  return fused;
}

struct FuseSiblingReductions : impl::FuseSiblingReductionsBase<FuseSiblingReductions> {
  void runOnOperation() override {
    SmallVector<ReduceOp> reductions;
    llvm::DenseMap<Operation *, size_t> place;
    getOperation().walk([&](ReduceOp reduce) {
      if (reduce->getParentRegion()->getParentOfType<ReduceOp>() || reduce->getParentOfType<StencilOp>() ||
          reduce->getParentOfType<linalg::GenericOp>())
        return; // one that a kernel does at a point
      place[reduce] = reductions.size();
      reductions.push_back(reduce);
    });
    // Candidates share an input, so only users of one array meet: linear in their number but for those.
    for (size_t i = 0; i < reductions.size(); ++i) {
      if (!reductions[i]) continue;
      bool again = true;
      while (again) {
        again = false;
        for (Value input : reductions[i].getInputs()) {
          for (Operation *user : input.getUsers()) {
            auto other = dyn_cast<ReduceOp>(user);
            if (!other || other == reductions[i] || other->getBlock() != reductions[i]->getBlock() ||
                !reductions[i]->isBeforeInBlock(other) || !canFuse(reductions[i], other))
              continue;
            auto known = place.find(other);
            if (known == place.end()) continue; // one that a kernel does at a point
            reductions[known->second] = ReduceOp();
            place.erase(known);
            place.erase(reductions[i]);
            reductions[i] = fuse(reductions[i], other);
            place[reductions[i]] = i;
            again = true;
            break;
          }
          if (again) break;
        }
      }
    }
  }
};
} // namespace
} // namespace dagger::array
