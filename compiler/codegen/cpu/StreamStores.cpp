#include "compiler/codegen/cpu/StreamStores.h"
#include "llvm/Analysis/DomTreeUpdater.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace dagger::codegen {
namespace {

constexpr uint64_t lineBytes = 64;

// How far ahead of its use a line is fetched, and from how many places at most: more of them are rows around a point, of which all
// but one have been read before.
constexpr int64_t aheadBytes = 4096;
constexpr size_t mostPlaces = 6;

// Vectors that a turn of a loop stores one behind the other, from the first to the last.
struct Run {
  SmallVector<StoreInst *> stores;
  const SCEV *start = nullptr; // of the first in the first turn
  uint64_t vectorBytes = 0;
};

class Streams {
  Function &function;
  LoopInfo &loops;
  DominatorTree &tree;
  ScalarEvolution &evolution;

  // What the kernel said last before the loop.
  IntrinsicInst *wishFor(Loop &loop) {
    for (DomTreeNode *node = tree.getNode(loop.getHeader())->getIDom(); node; node = node->getIDom())
      for (Instruction &instruction : reverse(*node->getBlock()))
        if (auto *call = dyn_cast<IntrinsicInst>(&instruction);
            call && call->getIntrinsicID() == Intrinsic::annotation && call->getType()->isIntegerTy(1))
          return call;
    return nullptr;
  }

  // Its address, if it stores a vector and each turn of the loop is as far from the one before; and does not go past the caches
  // already.
  const SCEVAddRecExpr *placesOf(Instruction &instruction, Loop &loop) {
    auto *store = dyn_cast<StoreInst>(&instruction);
    if (!store || !store->isSimple() || !isa<FixedVectorType>(store->getValueOperand()->getType())) return nullptr;
    if (store->hasMetadata(LLVMContext::MD_nontemporal)) return nullptr;
    if (isa<AllocaInst>(getUnderlyingObject(store->getPointerOperand()))) return nullptr; // no result: read again soon
    auto *places = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(store->getPointerOperand()));
    return places && places->getLoop() == &loop && places->isAffine() ? places : nullptr;
  }

  uint64_t bytesOf(StoreInst *store) {
    return function.getDataLayout().getTypeStoreSize(store->getValueOperand()->getType()).getFixedValue();
  }

  // A point is read before it is written: what is read behind, in a loop whose turns are said to be independent and which has been
  // unrolled, is another point's.
  static bool isOfOtherTurn(Instruction &load, StoreInst &store) {
    MDNode *group = store.getMetadata(LLVMContext::MD_access_group);
    return isa<LoadInst>(load) && group && group == load.getMetadata(LLVMContext::MD_access_group);
  }

  // Stores that fill lines in each turn; others may fill those in between.
  std::optional<Run> runFrom(BasicBlock::iterator &at, BasicBlock &block, Loop &loop) {
    Run run;
    const SCEVAddRecExpr *first = nullptr;
    for (; at != block.end(); ++at) {
      const SCEVAddRecExpr *places = placesOf(*at, loop);
      if (!places && at->mayReadOrWriteMemory() && !(first && isOfOtherTurn(*at, *run.stores.back()))) break;
      if (!places) continue;
      auto *store = cast<StoreInst>(&*at);
      uint64_t bytes = bytesOf(store);
      if (!first) {
        first = places, run.start = places->getStart(), run.vectorBytes = bytes;
      } else {
        auto *apart = dyn_cast<SCEVConstant>(evolution.getMinusSCEV(places->getStart(), run.start));
        if (bytes != run.vectorBytes || !apart || apart->getAPInt() != bytes * run.stores.size()) break;
      }
      run.stores.push_back(store);
    }
    if (!first) return std::nullopt;
    auto *step = dyn_cast<SCEVConstant>(first->getStepRecurrence(evolution));
    uint64_t bytes = run.vectorBytes * run.stores.size();
    bool isWhole = step && step->getAPInt().urem(lineBytes) == 0 && step->getAPInt().sge(bytes) && bytes % lineBytes == 0 &&
                   run.vectorBytes >= 16 && isPowerOf2_64(run.vectorBytes);
    return isWhole ? std::optional(run) : std::nullopt;
  }

  void stream(const Run &run, Loop &loop, Value *wish, DomTreeUpdater &updater) {
    BasicBlock *before = loop.getLoopPreheader();
    if (!before) before = InsertPreheaderForLoop(&loop, &tree, &loops, nullptr, /*PreserveLCSSA=*/false);
    SCEVExpander expander(evolution, "stream");
    if (!before || !expander.isSafeToExpand(run.start)) return;
    Instruction *end = before->getTerminator();
    Value *start = expander.expandCodeFor(run.start, run.start->getType(), end);
    IRBuilder<> builder(end);
    Value *number = builder.CreatePtrToInt(start, builder.getInt64Ty());
    Value *isAligned = builder.CreateICmpEQ(builder.CreateAnd(number, lineBytes - 1), builder.getInt64(0));
    Value *streams = builder.CreateAnd(wish, isAligned);
    StoreInst *last = run.stores.back();
    for (StoreInst *store : run.stores)
      if (store != last) store->moveBefore(last->getIterator());
    Instruction *past, *ordinary;
    SplitBlockAndInsertIfThenElse(streams, run.stores.front()->getIterator(), &past, &ordinary, nullptr, &updater,
                                  &loops);
    MDNode *one = MDNode::get(function.getContext(), ConstantAsMetadata::get(builder.getInt32(1)));
    for (StoreInst *store : run.stores) {
      auto *copy = cast<StoreInst>(store->clone());
      copy->setMetadata(LLVMContext::MD_nontemporal, one);
      copy->setAlignment(Align(std::min(run.vectorBytes, lineBytes)));
      copy->insertBefore(past->getIterator());
      store->moveBefore(ordinary->getIterator());
    }
  }

  // Vectors that a turn loads, as far from each other as a page at most: one place in memory.
  struct Place {
    LoadInst *load;
    const SCEV *start;
    int64_t step;
  };

  void fetchAhead(Loop &loop) {
    SmallVector<Place> places;
    for (BasicBlock *block : loop.blocks())
      for (Instruction &instruction : *block) {
        auto *load = dyn_cast<LoadInst>(&instruction);
        if (!load || !load->isSimple() || !isa<FixedVectorType>(load->getType())) continue;
        auto *address = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(load->getPointerOperand()));
        if (!address || address->getLoop() != &loop || !address->isAffine()) continue;
        auto *step = dyn_cast<SCEVConstant>(address->getStepRecurrence(evolution));
        if (!step || step->getAPInt().getActiveBits() > 16) continue;
        bool isKnown = any_of(places, [&](const Place &place) {
          auto *apart = dyn_cast<SCEVConstant>(evolution.getMinusSCEV(address->getStart(), place.start));
          return apart && apart->getAPInt().abs().ult(aheadBytes);
        });
        if (!isKnown) places.push_back({load, address->getStart(), step->getAPInt().getSExtValue()});
      }
    if (places.size() > mostPlaces) return;
    for (const Place &place : places) {
      IRBuilder<> builder(place.load);
      for (int64_t line = 0; line < place.step; line += lineBytes) {
        Value *address = builder.CreateConstGEP1_64(builder.getInt8Ty(), place.load->getPointerOperand(), aheadBytes + line);
        builder.CreateIntrinsic(Intrinsic::prefetch, {address->getType()},
                                {address, builder.getInt32(0), builder.getInt32(3), builder.getInt32(1)});
      }
    }
  }

public:
  Streams(Function &function, FunctionAnalysisManager &analyses)
      : function(function), loops(analyses.getResult<LoopAnalysis>(function)),
        tree(analyses.getResult<DominatorTreeAnalysis>(function)),
        evolution(analyses.getResult<ScalarEvolutionAnalysis>(function)) {}

  bool run() {
    bool changes = false;
    DomTreeUpdater updater(tree, DomTreeUpdater::UpdateStrategy::Eager);
    for (Loop *loop : loops.getLoopsInPreorder()) {
      if (!loop->isInnermost()) continue;
      IntrinsicInst *wish = wishFor(*loop);
      if (!wish) continue;
      SmallVector<Run> runs;
      for (BasicBlock *block : loop->blocks())
        for (auto at = block->begin(); at != block->end();) {
          if (!placesOf(*at, *loop))
            ++at;
          else if (std::optional<Run> found = runFrom(at, *block, *loop))
            runs.push_back(*found);
        }
      if (!runs.empty() && match(wish->getArgOperand(3), PatternMatch::m_Zero())) fetchAhead(*loop);
      for (const Run &run : runs) stream(run, *loop, wish->getArgOperand(0), updater);
      changes |= !runs.empty();
    }
    return changes;
  }
};

} // namespace

PreservedAnalyses StreamStores::run(Function &function, FunctionAnalysisManager &analyses) {
  bool isAsked = any_of(instructions(function), [](Instruction &instruction) {
    auto *call = dyn_cast<IntrinsicInst>(&instruction);
    return call && call->getIntrinsicID() == Intrinsic::annotation;
  });
  return isAsked && Streams(function, analyses).run() ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace dagger::codegen
