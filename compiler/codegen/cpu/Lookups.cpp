#include "compiler/codegen/cpu/Lookups.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicsX86.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace dagger::codegen {
namespace {

constexpr unsigned rowLength = 16;

// Writes one lookup.
struct Writer {
  IRBuilder<> &builder;
  Value *row;
  Type *number; // f32 or f64

  unsigned bits() const { return number->getScalarSizeInBits(); }
  unsigned lanes() const { return 512 / bits(); } // of one register

  Value *one(Value *word) {
    Value *index = builder.CreateAnd(word, rowLength - 1);
    return builder.CreateLoad(number, builder.CreateInBoundsGEP(number, row, index));
  }

  Value *oneByOne(Value *words, unsigned count) {
    Value *all = PoisonValue::get(FixedVectorType::get(number, count));
    for (unsigned lane = 0; lane < count; ++lane)
      all = builder.CreateInsertElement(all, one(builder.CreateExtractElement(words, lane)), lane);
    return all;
  }

  // As many words as a register has. A row of f64 takes two.
  Value *permutation(Value *words) {
    auto *type = FixedVectorType::get(number, lanes());
    auto half = [&](unsigned which) {
      return builder.CreateAlignedLoad(type, builder.CreateConstInBoundsGEP1_32(number, row, which * lanes()), Align(8));
    };
    if (bits() == 32) return builder.CreateIntrinsic(Intrinsic::x86_avx512_permvar_sf_512, {half(0), words});
    return builder.CreateIntrinsic(Intrinsic::x86_avx512_vpermi2var_pd_512, {half(0), words, half(1)});
  }

  Value *permutations(Value *words, unsigned count) {
    SmallVector<Value *> parts;
    for (unsigned from = 0; from < count; from += lanes()) {
      SmallVector<int> chosen;
      for (unsigned lane = from; lane < from + lanes(); ++lane) chosen.push_back(lane < count ? int(lane) : -1);
      parts.push_back(permutation(builder.CreateShuffleVector(words, chosen)));
    }
    Value *all = concatenateVectors(builder, parts);
    SmallVector<int> kept(count);
    std::iota(kept.begin(), kept.end(), 0);
    return builder.CreateShuffleVector(all, kept);
  }
};

void define(Function &function, bool hasPermutations) {
  function.setLinkage(GlobalValue::InternalLinkage);
  function.setMemoryEffects(MemoryEffects::none()); // rows are constants
  function.setWillReturn();
  function.setDoesNotThrow();
  IRBuilder<> builder(BasicBlock::Create(function.getContext(), "", &function));
  Writer writer{builder, function.getArg(0), function.getReturnType()->getScalarType()};
  auto *vector = dyn_cast<FixedVectorType>(function.getReturnType());
  Value *words = function.getArg(1);
  builder.CreateRet(!vector          ? writer.one(words)
                    : hasPermutations ? writer.permutations(words, vector->getNumElements())
                                      : writer.oneByOne(words, vector->getNumElements()));
}

// The version for as many words as vectors of that many lanes have: the same row for all.
std::string nameVersion(Function &scalar, unsigned lanes, SmallVectorImpl<GlobalValue *> &kept) {
  Type *number = scalar.getReturnType();
  std::string name = (task::lookupPrefix + "v" + Twine(lanes) + (number->isFloatTy() ? "f32" : "f64")).str();
  auto wide = [&](Type *type) { return FixedVectorType::get(type, lanes); };
  auto *type = FunctionType::get(wide(number), {scalar.getArg(0)->getType(), wide(scalar.getArg(1)->getType())}, false);
  auto *vector = cast<Function>(scalar.getParent()->getOrInsertFunction(name, type).getCallee());
  if (vector->isDeclaration()) define(*vector, true);
  kept.push_back(vector);
  return ("_ZGV_LLVM_N" + Twine(lanes) + "uv_" + scalar.getName() + "(" + name + ")").str();
}

SmallVector<Function *> lookupsOf(Module &module) {
  SmallVector<Function *> all;
  for (Function &function : module)
    if (function.getName().starts_with(task::lookupPrefix)) all.push_back(&function);
  return all;
}

} // namespace

void defineLookups(Module &module, bool hasPermutations) {
  SmallVector<GlobalValue *> kept;
  for (Function *function : lookupsOf(module)) {
    if (function->isDeclaration()) define(*function, hasPermutations);
    if (!hasPermutations || function->getReturnType()->isVectorTy()) continue;
    std::string versions = nameVersion(*function, 8, kept);
    // Beside numbers of 64 bits there are eight of 32.
    if (function->getReturnType()->isFloatTy()) versions += "," + nameVersion(*function, 16, kept);
    function->addFnAttr("vector-function-abi-variant", versions);
    function->addFnAttr(Attribute::NoInline);
    kept.push_back(function);
  }
  if (!kept.empty()) appendToCompilerUsed(module, kept);
}

PreservedAnalyses InlineLookups::run(Module &module, ModuleAnalysisManager &) {
  SmallVector<Function *> all = lookupsOf(module);
  if (all.empty()) return PreservedAnalyses::all();
  removeFromUsedLists(module, [&](Constant *used) { return is_contained(all, used); });
  for (Function *function : all)
    for (User *user : make_early_inc_range(function->users())) {
      auto *call = dyn_cast<CallInst>(user);
      InlineFunctionInfo info;
      if (call && !call->getFunction()->hasOptNone()) InlineFunction(*call, info);
    }
  return PreservedAnalyses::none();
}

} // namespace dagger::codegen
