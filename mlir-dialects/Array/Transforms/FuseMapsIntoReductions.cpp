// Elementwise code over the points of a reduction goes along with it: one pass over memory for both.
#include "mlir-dialects/Array/Transforms/Extents.h"
#include "mlir-dialects/Array/Transforms/Passes.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dagger::array {
#define GEN_PASS_DEF_FUSEMAPSINTOREDUCTIONS
#include "mlir-dialects/Array/Transforms/Passes.h.inc"

namespace {
using Arrays = llvm::SetVector<Value>;

Arrays arraysOf(Operation *op, ValueRange inputs) {
  Arrays arrays(inputs.begin(), inputs.end());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (isa<RankedTensorType>(value.getType())) arrays.insert(value);
  return arrays;
}

// The code of both at most: kernels of blocks keep what is longer neither in registers nor in long loops, which costs more than to
// read memory once more.
constexpr int64_t mostOperations = 48;

bool isShort(Operation *map, Operation *reduce) {
  int64_t size = 0;
  for (Operation *op : {map, reduce}) op->walk([&](Operation *) { ++size; });
  return size <= mostOperations;
}

// Arithmetic of a point that neither fails nor takes long: a block of the tree is not cut further.
bool isArithmetic(Region &region) {
  return !region
              .walk([](Operation *op) {
                bool is = isa<YieldOp, linalg::YieldOp>(op) || (isMemoryEffectFree(op) && (op->getNumRegions() == 0 || isa<scf::IfOp>(op)) &&
                                                                !isa<CallOpInterface, MathOp>(op));
                return is ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}

// Elementwise, each input as long as the result, and no failure of its own: it fails where an array that it reads has.
bool isPlain(linalg::GenericOp map) {
  if (!map || map->hasAttr(task::tasksAttr) || map.getNumParallelLoops() != map.getNumLoops() || map.getNumResults() != 1 ||
      map.getNumLoops() == 0 || map.payloadUsesValueFromOperand(map.getDpsInitOperand(0)) ||
      !map.getIndexingMapsArray().back().isIdentity() || !isArithmetic(map.getRegion()))
    return false;
  for (OpOperand &operand : map->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type || !type.getElementType().isIntOrFloat()) return false;
    for (auto [axis, index] : llvm::enumerate(map.getMatchingIndexingMap(&operand).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(index);
      if (!dim || !sameExtent(operand.get(), axis, map.getDpsInits()[0], dim.getPosition())) return false;
    }
  }
  return true;
}

// The same of a stencil: what it reads near the point is as long as the result.
bool isPlain(StencilOp stencil) {
  if (stencil.getNumResults() != 1 || !isArithmetic(stencil.getBody()) ||
      !cast<RankedTensorType>(stencil.getResult(0).getType()).getElementType().isIntOrFloat())
    return false;
  return !stencil.getBody()
              .walk([&](ShiftedOp read) {
                for (auto [axis, along] : llvm::enumerate(read.getAxes()))
                  if (!isExtent(stencil.getExtents()[along], read.getArray(), axis)) return WalkResult::interrupt();
                return WalkResult::advance();
              })
              .wasInterrupted();
}

bool isPlain(Operation *map) {
  if (auto stencil = dyn_cast_or_null<StencilOp>(map)) return isPlain(stencil);
  return isPlain(dyn_cast_or_null<linalg::GenericOp>(map));
}

ValueRange inputsOf(Operation *map) {
  if (auto generic = dyn_cast<linalg::GenericOp>(map)) return generic.getInputs();
  return {};
}

// What the arrays are made of by plain maps: if none of that is a failed value, none of them is.
Arrays sourcesOf(const Arrays &arrays) {
  Arrays sources, seen(arrays.begin(), arrays.end());
  for (size_t next = 0; next < seen.size(); ++next) {
    Operation *map = seen[next].getDefiningOp();
    if (seen.size() < mostFusedOperands && isPlain(map)) seen.insert_range(arraysOf(map, inputsOf(map)));
    else sources.insert(seen[next]);
  }
  return sources;
}

bool isWithin(const Arrays &some, const Arrays &all) {
  return llvm::all_of(some, [&](Value array) { return all.contains(array); });
}

// Whether all that `op` uses besides `except` is there where `place` stands.
bool canStandAt(Operation *op, Operation *place, Value except) {
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(op->getRegions(), used);
  used.insert_range(op->getOperands());
  return llvm::all_of(used, [&](Value value) {
    Operation *definition = value.getDefiningOp();
    return value == except || !definition || definition->getBlock() != place->getBlock() || definition->isBeforeInBlock(place) ||
           (isa<tensor::EmptyOp>(definition) && isa<linalg::GenericOp>(op)); // the result's; its extents are the reduction's
  });
}

bool isUsedBefore(Operation *op, Operation *place) {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    user = place->getBlock()->findAncestorOpInBlock(*user);
    return user != place && (!user || user->isBeforeInBlock(place));
  });
}

// Where both can stand; null if nowhere.
Operation *placeFor(Operation *map, ReduceOp reduce) {
  bool isMapFirst = map->isBeforeInBlock(reduce);
  Operation *first = isMapFirst ? map : reduce, *second = isMapFirst ? reduce : map;
  if (canStandAt(second, first, map->getResult(0))) return first;
  return isUsedBefore(first, second) ? nullptr : second;
}

// Whether the reduction reads an array at the point, and nowhere else.
bool readsAtPoint(ReduceOp reduce, Value array) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(reduce->getRegions(), captured);
  if (captured.contains(array)) return false;
  bool reads = false;
  for (auto [input, map] : llvm::zip(reduce.getInputs(), reduce.getIndexingMaps().getAsValueRange<AffineMapAttr>()))
    if (input == array) {
      if (!map.isIdentity()) return false;
      reads = true;
    }
  return reads;
}

bool canFuse(Operation *map, ReduceOp reduce) {
  if (!isa_and_nonnull<linalg::GenericOp, StencilOp>(map) || map->getBlock() != reduce->getBlock() || !isPlain(map)) return false;
  Value made = map->getResult(0);
  unsigned rank = reduce.getExtents().size();
  if (cast<RankedTensorType>(made.getType()).getRank() != int64_t(rank)) return false;
  // Blocks that lie along another axis would be written column by column.
  if (*llvm::max_element(reduce.getAxes()) != int64_t(rank) - 1) return false;
  if (map->getNumOperands() + reduce.getInputs().size() + reduce->getNumResults() > mostFusedOperands ||
      !isShort(map, reduce))
    return false;
  if (!llvm::all_of(reduce->getRegions(), isArithmetic)) return false;
  for (unsigned axis = 0; axis < rank; ++axis)
    if (!isExtent(reduce.getExtents()[axis], made, axis)) return false;
  Arrays ofMap = arraysOf(map, inputsOf(map)), ofReduce = arraysOf(reduce, reduce.getInputs());
  bool isRead = ofReduce.contains(made);
  if (isRead && (made.hasOneUse() || !readsAtPoint(reduce, made))) return false; // one use: it moves in altogether
  // A failure of one must not show in the other.
  ofReduce.remove(made);
  Arrays sources = sourcesOf(ofMap), reduced = sourcesOf(ofReduce);
  return isWithin(reduced, sources) && (isRead || isWithin(sources, reduced)) && placeFor(map, reduce);
}

ReduceOp fuse(Operation *map, ReduceOp reduce) {
  OpBuilder builder(placeFor(map, reduce));
  unsigned rank = reduce.getExtents().size();
  Value made = map->getResult(0);
  auto generic = dyn_cast<linalg::GenericOp>(map); // none: a stencil
  SmallVector<Value> inputs;
  SmallVector<Attribute> maps;
  auto numberOf = [&](Value array, AffineMap read) {
    Attribute attribute = AffineMapAttr::get(read);
    unsigned number = 0;
    while (number < inputs.size() && (inputs[number] != array || maps[number] != attribute)) ++number;
    if (number == inputs.size()) inputs.push_back(array), maps.push_back(attribute);
    return number;
  };
  SmallVector<unsigned> ofMap, ofReduce;
  if (generic)
    for (OpOperand *input : generic.getDpsInputOperands())
      ofMap.push_back(numberOf(input->get(), generic.getMatchingIndexingMap(input)));
  for (auto [input, read] : llvm::zip(reduce.getInputs(), reduce.getIndexingMaps().getAsValueRange<AffineMapAttr>()))
    ofReduce.push_back(input == made ? ~0u : numberOf(input, read));

  SmallVector<Type> types(reduce.getResultTypes());
  types.push_back(made.getType());
  auto fused = ReduceOp::create(builder, builder.getFusedLoc({map->getLoc(), reduce.getLoc()}), types, inputs, reduce.getExtents(),
                                reduce.getAxes(), builder.getArrayAttr(maps), reduce.getIdentityAttr(), reduce.getFailsAttr());
  Block *body = &fused.getMap().emplaceBlock();
  for (unsigned axis = 0; axis < rank; ++axis) body->addArgument(builder.getIndexType(), fused.getLoc());
  for (Value input : inputs) body->addArgument(cast<RankedTensorType>(input.getType()).getElementType(), input.getLoc());
  OpBuilder inner = OpBuilder::atBlockEnd(body);
  auto append = [&](Block &from, IRMapping &mapping) {
    for (Operation &op : from.without_terminator()) inner.clone(op, mapping);
  };
  IRMapping mapped, reduced;
  Block &ofPoint = map->getRegion(0).front();
  for (auto [number, input] : llvm::enumerate(ofMap)) mapped.map(ofPoint.getArgument(number), body->getArgument(rank + input));
  for (unsigned axis = 0; axis < rank && !generic; ++axis) mapped.map(ofPoint.getArgument(axis), body->getArgument(axis));
  append(ofPoint, mapped);
  Value element = mapped.lookupOrDefault(ofPoint.getTerminator()->getOperand(0));
  Block &from = reduce.getMap().front();
  for (unsigned axis = 0; axis < rank; ++axis) reduced.map(from.getArgument(axis), body->getArgument(axis));
  for (auto [number, input] : llvm::enumerate(ofReduce))
    reduced.map(from.getArgument(rank + number), input == ~0u ? element : body->getArgument(rank + input));
  append(from, reduced);
  auto yield = cast<YieldOp>(from.getTerminator());
  SmallVector<Value> yielded;
  for (Value value : yield.getValues()) yielded.push_back(reduced.lookupOrDefault(value));
  yielded.push_back(element);
  YieldOp::create(inner, yield.getLoc(), yielded, yield.getPresent() ? reduced.lookupOrDefault(yield.getPresent()) : Value());
  fused.getMap().walk([&](linalg::IndexOp index) {
    index.replaceAllUsesWith(body->getArgument(index.getDim()));
    index.erase();
  });
  fused.getCombine().takeBody(reduce.getCombine());
  fused.getJoin().takeBody(reduce.getJoin());

  made.replaceAllUsesWith(fused.getResults().back());
  for (auto [before, after] : llvm::zip(reduce.getResults(), fused.getResults())) before.replaceAllUsesWith(after);
  reduce.erase();
  map->erase();
  return fused;
}

// A map that reads what the reduction reads, or else one whose result it reads: the former may read the latter's result, too.
Operation *findMap(ReduceOp reduce) {
  for (Value input : reduce.getInputs())
    for (Operation *user : input.getUsers()) {
      Operation *map = isa<ShiftedOp>(user) ? user->getParentOfType<StencilOp>().getOperation() : user;
      auto generic = dyn_cast_or_null<linalg::GenericOp>(map);
      bool reads = generic ? llvm::any_of(generic.getDpsInputOperands(),
                                          [&](OpOperand *operand) {
                                            return operand->get() == input && generic.getMatchingIndexingMap(operand).isIdentity();
                                          })
                           : isa_and_nonnull<StencilOp>(map);
      if (reads && readsAtPoint(reduce, input) && canFuse(map, reduce)) return map;
    }
  for (Value input : reduce.getInputs())
    if (canFuse(input.getDefiningOp(), reduce)) return input.getDefiningOp();
  return nullptr;
}

struct FuseMapsIntoReductions : impl::FuseMapsIntoReductionsBase<FuseMapsIntoReductions> {
  void runOnOperation() override {
    SmallVector<ReduceOp> reductions;
    getOperation().walk([&](ReduceOp reduce) {
      if (!reduce->getParentOfType<linalg::GenericOp>() && !reduce->getParentOfType<StencilOp>() && !reduce->getParentOfType<ReduceOp>())
        reductions.push_back(reduce); // others a kernel does at a point
    });
    for (ReduceOp reduce : reductions)
      while (Operation *map = findMap(reduce)) reduce = fuse(map, reduce);
  }
};
} // namespace
} // namespace dagger::array
